"""Slow, obviously right answers about trees."""

from __future__ import annotations


def climb(parents, node):
    """Return the nodes from `node` to the root."""
    steps = [node]
    while parents[steps[-1]] >= 0:
        steps.append(parents[steps[-1]])
    return steps


def totals(parents, own):
    """Return the sum over each subtree: every node adds its own to all above it."""
    sums = [0.0] * len(parents)
    for node, weight in enumerate(own):
        for above in climb(parents, node):
            sums[above] += weight
    return sums


def depths(parents):
    """Return the number of edges to the root."""
    return [len(climb(parents, node)) - 1 for node in range(len(parents))]


def steps_of(path, separator="/"):
    """Return the steps of a path: all that is between separators, and one at its start."""
    top = (separator,) if path.startswith(separator) else ()
    words = [word for word in path.split(separator) if word]
    return top + tuple(word for word in words if not (separator == "/" and word == "."))


def path_totals(paths, weights, separator="/"):
    """Return {steps: sum of the weights of all paths that begin so}, () for all of them."""
    sums = {(): 0.0}
    for path, weight in zip(paths, weights):
        steps = steps_of(path, separator)
        for k in range(len(steps) + 1):
            sums[steps[:k]] = sums.get(steps[:k], 0.0) + weight
    return sums


def newick(parents, labels, lengths):
    """Return the tree as a text in Newick's format, by recursion."""

    def written(node):
        below = [child for child, parent in enumerate(parents) if parent == node]
        inner = "(" + ",".join(map(written, below)) + ")" if below else ""
        label = labels[node].replace("'", "''")
        return f"{inner}'{label}':{lengths[node]}"

    return written(list(parents).index(-1)) + ";"


def nested(parents, names, weights):
    """Return the tree as nested dictionaries, by recursion."""

    def written(node):
        below = [written(child) for child, parent in enumerate(parents) if parent == node]
        item = {"name": names[node]}
        return item | ({"children": below} if below else {"value": weights[node]})

    return written(list(parents).index(-1))
