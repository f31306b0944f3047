"""Tables of a netlist's partition: node, block and perhaps personality on each line.

Everything that files say of a netlist counts nodes and personalities from 1, as hMETIS does, and
blocks from 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_choices", "write_choices"]


def write_choices(path: str, labels: NDArray[Any], personality: NDArray[Any] | None) -> None:
    """Write ``node<TAB>block``, or with personalities ``node<TAB>block<TAB>personality``.

    Parameters
    ----------
    path : str
    labels : int ndarray of shape (n,)
        Blocks, from 0.
    personality : int ndarray of shape (n,), or None
        Index, from 0, of each node's personality among its own.
    """
    import numpy as np

    from partwise.graph.io._rows import format_ragged
    from partwise.graph.io._source import open_output

    n = len(labels)
    columns = [np.arange(1, n + 1), labels.astype(np.int64)]
    if personality is not None:
        columns.append(personality.astype(np.int64) + 1)
    width = len(columns)
    text = format_ragged(np.arange(n + 1) * width, np.stack(columns, axis=1).reshape(-1))
    with open_output(path) as file:
        file.write(text.replace(b" ", b"\t"))


def read_choices(path: str, n_nodes: int) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Read what :func:`write_choices` writes, lines in any order, or a block on each line.

    Returns
    -------
    labels : int32 ndarray of shape (n_nodes,)
    personality : int64 ndarray of shape (n_nodes,), or None
        As for :func:`write_choices`; None where the file has no third column.

    Raises
    ------
    GraphFormatError
        A line of another form than the first, a number out of range, a node that is missing or
        there twice.
    """
    import numpy as np

    from partwise.graph.io._rows import scan_rows
    from partwise.graph.io._source import read_text

    rows = scan_rows(read_text(path), skip_blank=True)
    sizes = np.diff(rows.row_ptr)
    width = int(sizes[0]) if len(rows) else 1
    if width > 3:
        raise rows.error(0, f"{width} numbers, allowed are a block, or node, block and personality")
    if (sizes != width).any():
        at = int(np.argmax(sizes != width))
        raise rows.error(at, f"{sizes[at]} numbers, expected {width} as on the first line")
    table = rows.values.reshape(-1, width)
    block = table[:, min(width - 1, 1)]
    if ((block < 0) | (block >= 2**31)).any():
        at = int(np.argmax((block < 0) | (block >= 2**31)))
        raise rows.error(at, f"block {block[at]}, allowed are 0 to {2**31 - 1}")
    if len(rows) != n_nodes:
        reason = f"expected {n_nodes} lines, one per node, found {len(rows)}"
        raise rows.error(n_nodes, reason) if len(rows) > n_nodes else rows.error_at_end(reason)
    if width == 1:
        return block.astype(np.int32), None
    node = table[:, 0]
    if ((node < 1) | (node > n_nodes)).any():
        at = int(np.argmax((node < 1) | (node > n_nodes)))
        raise rows.error(at, f"node {node[at]}, allowed are 1 to {n_nodes}")
    order = np.argsort(node, kind="stable")
    again = np.flatnonzero(np.diff(node[order]) == 0)
    if len(again):
        at = int(order[again[0] + 1])
        raise rows.error(at, f"node {node[at]} is there already")
    return block[order].astype(np.int32), table[order, 2] - 1 if width == 3 else None
