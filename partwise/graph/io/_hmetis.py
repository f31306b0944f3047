"""hMETIS hypergraph files: a line per net, then a line per node weight.

Source: G. Karypis, V. Kumar, hMETIS 1.5 manual, section 3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from partwise.errors import GraphFormatError
from partwise.graph.io._metis import whole_numbers
from partwise.graph.io._rows import format_ragged, scan_rows
from partwise.graph.io._source import Place, open_output, read_text

if TYPE_CHECKING:
    from partwise.graph._hypergraph import Hypergraph

__all__ = ["read_hmetis", "write_hmetis"]

_FORMATS = (0, 1, 10, 11)


def read_hmetis(place: Place) -> Hypergraph:
    """Read a hypergraph; see :func:`partwise.graph.read_hypergraph`."""
    from partwise.graph._hypergraph import Hypergraph

    rows = scan_rows(read_text(place), skip_blank=True)
    if len(rows) == 0:
        raise GraphFormatError(rows.text.name, 1, "expected a header 'nets nodes', found nothing")
    header = rows.row(0).tolist()
    if not 2 <= len(header) <= 3:
        raise rows.error(0, f"expected a header 'nets nodes [fmt]', found {len(header)} numbers")
    n_nets, n, fmt = (*header, 0)[:3]
    if not (0 <= n_nets < 2**31 and 0 <= n < 2**31):
        raise rows.error(0, f"the header says {n_nets} nets and {n} nodes, allowed are 0 or more")
    if fmt not in _FORMATS:
        raise rows.error(0, f"format code {fmt}, allowed are {', '.join(map(str, _FORMATS))}")
    expected = n_nets + (n if fmt >= 10 else 0)
    if len(rows) - 1 < expected:
        raise rows.error_at_end(
            f"the header asks for {expected} lines of nets and node weights, found {len(rows) - 1}"
        )
    if len(rows) - 1 > expected:
        raise rows.error(expected + 1, f"the header asks for {expected} lines, here is one more")

    row_ptr = rows.row_ptr[1 : n_nets + 2]
    pins = rows.values[row_ptr[0] : row_ptr[-1]] if n_nets else rows.values[:0]
    net_ptr = row_ptr - row_ptr[0]
    net_weights = None
    if fmt % 10:
        first = net_ptr[:-1]
        net_weights = pins[first]
        if (net_weights < 0).any():
            at = int(np.argmax(net_weights < 0))
            raise rows.error(at + 1, f"net weight {net_weights[at]}, allowed are integers >= 0")
        pins = np.delete(pins, first)
        net_ptr = net_ptr - np.arange(n_nets + 1)
    outside = (pins < 1) | (pins > n)
    if outside.any():
        at = int(np.argmax(outside))
        net = int(np.searchsorted(net_ptr, at, side="right")) - 1
        raise rows.error(net + 1, f"pin {pins[at]}, allowed are 1 to {n}")
    node_weights = None
    if fmt >= 10:
        lengths = np.diff(rows.row_ptr[n_nets + 1 : n_nets + n + 2])
        if (lengths != 1).any():
            at = int(np.argmax(lengths != 1))
            raise rows.error(n_nets + 1 + at, f"{lengths[at]} numbers, expected one node weight")
        node_weights = rows.values[rows.row_ptr[n_nets + 1] :]
        if (node_weights < 0).any():
            at = int(np.argmax(node_weights < 0))
            raise rows.error(
                n_nets + 1 + at, f"node weight {node_weights[at]}, allowed are integers >= 0"
            )
    try:
        return Hypergraph(
            net_ptr, pins - 1, n_nodes=n, net_weights=net_weights, node_weights=node_weights
        )
    except ValueError as error:
        raise GraphFormatError(rows.text.name, None, str(error)) from error


def write_hmetis(hypergraph: Hypergraph, place: Place) -> None:
    """Write a hypergraph; see :func:`partwise.graph.write_hypergraph`."""
    if hypergraph.names is not None:
        raise ValueError(
            "hMETIS files hold no names, this hypergraph has some; names=False leaves them out"
        )
    weights: Any = hypergraph.node_weights
    if weights is not None and weights.ndim != 1:
        raise ValueError(
            f"hMETIS files hold one weight per node, this hypergraph has {weights.shape[1]}"
        )
    sizes = np.diff(hypergraph.net_indptr)
    net_weights = whole_numbers(hypergraph.net_weights, "net_weights", "hMETIS")
    node_weights = whole_numbers(weights, "node_weights", "hMETIS")
    if (sizes == 0).any():
        at = int(np.argmax(sizes == 0))
        raise ValueError(f"hMETIS files hold no nets without pins, net {at} has none")

    pins = hypergraph.net_pins.astype(np.int64) + 1
    row_ptr = np.array(hypergraph.net_indptr)
    if net_weights is not None:
        pins = np.insert(pins, row_ptr[:-1], net_weights)
        row_ptr += np.arange(len(row_ptr))
    fmt = 10 * (node_weights is not None) + (net_weights is not None)
    header = f"{hypergraph.n_nets} {hypergraph.n_nodes}" + (f" {fmt}" if fmt else "") + "\n"
    with open_output(place) as file:
        file.write(header.encode())
        file.write(format_ragged(row_ptr, pins))
        if node_weights is not None:
            file.write(format_ragged(np.arange(len(node_weights) + 1), np.array(node_weights)))
