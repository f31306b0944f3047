"""What regions are called, in a form that every kind of file can hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from partwise.geometry._plan import Plan
    from partwise.geometry._tree import Tree

__all__ = ["as_text", "bottoms_of", "chains_of", "paths_of", "region_names"]

_STEPS = 32
"""A path of more steps is shortened, or all paths of a deep tree would take quadratic room."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, which XML forbids, and lone surrogates, which UTF-8 cannot hold."""


def as_text(name: object) -> str:
    r"""Return `name` as a string without characters that a file cannot hold.

    Examples
    --------
    >>> as_text("bell \x07"), as_text(12)
    ('bell �', '12')
    """
    return _UNFIT.sub("\ufffd", str(name))


def bottoms_of(tree: Tree, plan: Plan) -> NDArray[np.int32]:
    """Return the lowest node of each region, which differs from the highest along only children."""
    bottom = plan.top.copy()
    # Breadth-first, so that of all nodes of a region the last one to be written is the lowest.
    region = plan.region[tree.order]
    bottom[region[region >= 0]] = tree.order[region >= 0]
    return bottom


def region_names(
    tree: Tree, top: NDArray[np.int32], bottom: NDArray[np.int32], separator: str = "/"
) -> list[str]:
    """Return a name for each region: of its node, or of the first and the last of a chain.

    Parameters
    ----------
    tree : Tree
    top, bottom : int32 ndarrays of shape (k,)
        The highest and the lowest node of each region.
    separator : str, default="/"
        What stands between the names of a chain.

    Notes
    -----
    O(k) calls of :func:`str`.
    """
    highest = _called(tree, top)
    steps = tree.depths[bottom] - tree.depths[top]
    chains = np.flatnonzero(steps)
    for i, last in zip(chains.tolist(), _called(tree, bottom[chains])):
        between = separator if steps[i] == 1 else f"{separator}…{separator}"
        highest[i] += between + last
    return highest


def chains_of(
    tree: Tree, top: NDArray[np.int32], bottom: NDArray[np.int32]
) -> list[str | list[str]]:
    """Return the name of the node of each region, or the names of its chain of nodes. O(n) time."""
    called: list[str | list[str]] = [*_called(tree, top)]
    for i in np.flatnonzero(top != bottom).tolist():
        chain = [int(bottom[i])]
        while chain[-1] != top[i]:
            chain.append(int(tree.parents[chain[-1]]))
        called[i] = _called(tree, np.array(chain[::-1], np.int32))
    return called


def paths_of(tree: Tree, nodes: NDArray[np.int32], separator: str = "/") -> list[str]:
    """Return the path of each of some nodes, as :meth:`Tree.path` gives it.

    Of a path of more than 32 steps the middle is left out. O(32 k) time for k nodes.
    """
    called: dict[int, str] = {}
    names = tree.names
    parents = tree.parents.tolist()
    depths = tree.depths

    def _name_of(node: int) -> str:
        text = called.get(node)
        if text is None:
            text = called[node] = as_text(node if names is None else names[node])
        return text

    # After a root that is called like the separator comes no other.
    start = _name_of(tree.root)
    start = "" if start == separator else start
    known = {tree.root: start}
    paths = []
    for node, depth in zip(nodes.tolist(), depths[nodes].tolist()):
        if depth >= _STEPS:
            steps = []
            at = node
            for _ in range(_STEPS - 1):
                steps.append(_name_of(at))
                at = parents[at]
            paths.append(separator.join([start, "…", *reversed(steps)]))
            continue
        if node == tree.root:
            paths.append(_name_of(node))
            continue
        # Walk up to an ancestor whose path is known: siblings share the work.
        waiting = []
        at = node
        while at not in known:
            waiting.append(at)
            at = parents[at]
        path = known[at]
        for at in reversed(waiting):
            path = f"{path}{separator}{_name_of(at)}"
            known[at] = path
        paths.append(path)
    return paths


def _called(tree: Tree, nodes: NDArray[np.int32]) -> list[str]:
    given = nodes.tolist() if tree.names is None else tree.names[nodes].tolist()
    return [as_text(name) for name in given]
