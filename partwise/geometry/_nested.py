"""A tree from nested mappings."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from partwise.geometry._tree import Internal, Tree

__all__ = ["tree_of_nested"]


def tree_of_nested(
    nested: Mapping[str, Any],
    name: str,
    children: str,
    weight: tuple[str, ...],
    internal: Internal,
) -> Tree:
    """Return the tree of nested mappings; see :meth:`Tree.from_nested`."""
    parents: list[int] = []
    names: list[Any] = []
    weights: list[float] = []

    def fault(node: int, reason: str) -> str:
        """Return a message that starts with the path of a node."""
        steps = []
        while node >= 0:
            steps.append(str(names[node]))
            node = parents[node]
        return f"nested node {'/'.join(reversed(steps))!r} {reason}"

    def enter(item: Any, parent: int) -> Iterator[Any]:
        """Add a node, return its children."""
        if not isinstance(item, Mapping):
            reason = f"must be a mapping, got {type(item).__name__}"
            if parent < 0:
                raise TypeError(f"nested {reason}")
            raise TypeError(fault(parent, f"has a child that {reason}"))
        node = len(parents)
        parents.append(parent)
        names.append(item.get(name, ""))
        found = next((item[key] for key in weight if key in item), None)
        if found is None:
            found = 0.0
        elif isinstance(found, bool) or not isinstance(found, numbers.Real):
            raise TypeError(fault(node, f"must have a number as weight, got {found!r}"))
        weights.append(float(found))
        below = item.get(children)
        if below is None:
            return iter(())
        if isinstance(below, (str, bytes, Mapping)) or not isinstance(below, Sequence):
            found_type = type(below).__name__
            raise TypeError(fault(node, f"must have a sequence as {children!r}, got {found_type}"))
        return iter(below)

    # The way down from the root: what is left of each node's children, and the mapping itself.
    trail = [(enter(nested, -1), 0, nested)]
    above = {id(nested)}
    while trail:
        rest, node, item = trail[-1]
        for child in rest:
            if id(child) in above:
                raise ValueError(fault(node, "holds itself, directly or further below"))
            trail.append((enter(child, node), len(parents) - 1, child))
            above.add(id(child))
            break
        else:
            trail.pop()
            above.discard(id(item))
    return Tree(np.array(parents), weights, names, internal=internal)
