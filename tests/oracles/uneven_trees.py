"""Random trees that lead the case analysis of orthoconvex treemaps into every case."""

import numpy as np

from partwise.geometry import Tree


class _Growing:
    """A tree under construction: leaves are split in two until it is large enough."""

    def __init__(self):
        self.parents, self.weights = [-1], [1.0]

    def split(self, leaf, fraction):
        """Replace a leaf by two, the first with `fraction` of its weight; return both."""
        n, whole = len(self.parents), self.weights[leaf]
        self.parents += [leaf, leaf]
        self.weights += [whole * fraction, whole * (1.0 - fraction)]
        self.weights[leaf] = 0.0
        return n, n + 1

    def tree(self):
        """The tree."""
        return Tree.from_parents(self.parents, self.weights)


def uneven_tree(seed, largest=60):
    """A binary tree of up to `largest` leaves, heavy ones split more often, into unequal parts."""
    rng = np.random.default_rng(seed)
    grown, leaves = _Growing(), [0]
    favour, skew = rng.uniform(0.0, 2.0), rng.uniform(0.2, 2.5)
    for _ in range(int(rng.integers(1, largest))):
        chance = np.array([grown.weights[leaf] for leaf in leaves]) ** favour
        leaf = leaves.pop(int(rng.choice(len(leaves), p=chance / chance.sum())))
        leaves += grown.split(leaf, 0.5 * 10.0 ** -rng.uniform(0.0, skew))
    return grown.tree()


def shrouded_tree(seed, levels=3):
    """Again and again a heavy leaf, beside it something tiny, above both a bush of light leaves.

    Once the heavy leaf is drawn, the place where it was is tiny and its sibling has no large leaf.
    """
    rng = np.random.default_rng(seed)
    grown = _Growing()

    def bush(leaf, n):
        leaves = [leaf]
        for _ in range(n - 1):
            leaves.sort(key=lambda v: grown.weights[v])
            at = -1 if rng.random() < 0.8 else int(rng.integers(len(leaves)))
            leaves += grown.split(leaves.pop(at), rng.uniform(0.2, 0.8))

    leaf = 0
    for _ in range(int(rng.integers(1, levels + 1))):
        rest, tiny = rng.uniform(0.02, 0.124), rng.uniform(0.01, 0.3)
        near, pair = grown.split(leaf, rest * (1.0 - tiny))
        bush(near, int(rng.integers(4, 16)))
        # Of the whole, bush, tiny part and heavy leaf have rest (1 - tiny), rest tiny, 1 - rest.
        leaf, _ = grown.split(pair, rest * tiny / (1.0 - rest + rest * tiny))
    bush(leaf, int(rng.integers(1, 12)))
    return grown.tree()
