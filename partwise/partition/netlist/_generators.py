"""Random netlists: nets by Rent's rule, and typed nodes for the nets that one has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise._random import RandomState, check_seed
from partwise.graph._convert import as_graph
from partwise.graph._hypergraph import Hypergraph
from partwise.graph.generators._checks import check_count, check_fraction
from partwise.partition.netlist._netlist import Netlist

__all__ = ["rent_netlist", "typed_netlist"]

_MOST_PINS = 100.0
_AMOUNTS = 3  # the random stream of amounts; the kernels use those below

# Plain logic, shift registers, state machines, multipliers and memories: the first three together
# are as frequent as LUT nodes are in `typed_netlist`.
_LOGIC, _SHIFT, _MACHINE, _MULTIPLIER, _MEMORY = range(5)
_KINDS = (0.70, 0.08, 0.06, 0.09, 0.07)
_KINDS_CLUSTERING = (0.0, 0.0, 0.0, 0.7, 0.9)
_KINDS_PERSONALITIES = (1, 2, 2, 2, 3)


def rent_netlist(
    n_nodes: int,
    *,
    pins_per_node: float = 3.0,
    rent_exponent: float = 0.65,
    open_probability: float = 0.6,
    heterogeneous: bool = True,
    random_state: RandomState = None,
) -> Netlist:
    r"""Return a random netlist that obeys Rent's rule, over the resources LUT, FF, DSP and BRAM.

    Nodes 0 to n - 1 are the leaves of a binary tree, with a Poisson number of pins each. Its blocks
    are ranges of nodes, merged in pairs from the leaves up: pins of the two halves are joined until
    about ``pins_per_node * g**rent_exponent`` nets of a block of g nodes go on to the outside.

    Parameters
    ----------
    n_nodes : int
    pins_per_node : float, default=3.0
        Mean number of pins, above 0, at most 100.
    rent_exponent : float, default=0.65
        From 0 to 1; 0.5 to 0.75 for real circuits.
    open_probability : float, default=0.6
        Probability that a net to which a join has added goes on to the outside. It sets the mean
        net degree, which tends to ``(2 - open_probability) / (1 - open_probability)``: 2.5 for
        0.35, 3 for 0.5, 3.5 for 0.6.
    heterogeneous : bool, default=True
        False makes every node plain logic with one personality.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    Netlist
        Nets have two pins or more and no weights. A node is

        - plain logic (70 %): 5 to 15 LUT with up to 16 FF;
        - a shift register of L = 16 to 128 bits (8 %): L / 32 LUT, or L FF;
        - a state machine (6 %): 10 to 60 LUT with 3 to 8 FF, or 1 BRAM;
        - a multiplier of B = 8 to 18 bits (9 %): 1 DSP, or 70 B / 8 LUT with 2 B FF;
        - a memory of M = 2^9 to 2^16 bits (7 %): M / 18432 BRAM, or M / 64 LUT, or M FF,

        all rounded up and drawn uniformly (of M the exponent). Multipliers and memories come in
        clusters, as in :func:`typed_netlist`.

    Raises
    ------
    ValueError, TypeError
        A parameter outside its range.

    Notes
    -----
    O(pins) time: a second for a million nodes. One node in ``exp(pins_per_node)`` has no pin; what
    the root leaves open on one side ends there, so a few more pins are lost.

    References
    ----------
    B. S. Landman, R. L. Russo, "On a pin versus block relationship for partitions of logic graphs",
    IEEE Transactions on Computers C-20(12), 1971, doi:10.1109/T-C.1971.223159.

    Examples
    --------
    >>> netlist = rent_netlist(1000, random_state=0)
    >>> netlist.n_nodes, netlist.resources
    (1000, ('LUT', 'FF', 'DSP', 'BRAM'))
    """
    from partwise.partition.netlist._kernels.rent import leaf_pins, rent_nets

    n = check_count(n_nodes, "n_nodes", 0)
    mean = float(pins_per_node)
    if not 0.0 < mean <= _MOST_PINS:
        raise ValueError(f"pins_per_node must be above 0, at most {_MOST_PINS:g}, got {mean}")
    exponent = check_fraction(rent_exponent, "rent_exponent")
    stay = check_fraction(open_probability, "open_probability")
    seed = check_seed(random_state)
    net_indptr, net_pins = rent_nets(seed, leaf_pins(seed, n, mean), exponent, stay)
    hypergraph = Hypergraph(net_indptr, net_pins, n_nodes=n)
    if heterogeneous:
        kinds = _clustered_types(hypergraph, seed, _KINDS, _KINDS_CLUSTERING)
    else:
        kinds = np.zeros(n, np.int8)
    indptr, amounts = _implementations(kinds, _uniform(seed, n, 2))
    return Netlist(hypergraph, indptr, amounts, resources=("LUT", "FF", "DSP", "BRAM"))


def _implementations(
    kinds: NDArray[np.int8], u: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (personality_indptr, amounts) of nodes of the given kinds; `u` is random."""
    indptr = np.zeros(len(kinds) + 1, np.int64)
    np.cumsum(np.array(_KINDS_PERSONALITIES)[kinds], out=indptr[1:])
    amounts = np.zeros((indptr[-1], 4), np.int64)
    lut, ff, dsp, bram = range(4)

    def of(kind: int) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        nodes = np.flatnonzero(kinds == kind)
        return indptr[nodes], u[nodes, 0], u[nodes, 1]

    row, u0, u1 = of(_LOGIC)
    amounts[row, lut] = _between(u0, 5, 15)
    amounts[row, ff] = _between(u1, 0, 16)

    row, u0, _ = of(_SHIFT)
    length = _between(u0, 16, 128)
    amounts[row, lut] = -(-length // 32)
    amounts[row + 1, ff] = length

    row, u0, u1 = of(_MACHINE)
    amounts[row, lut] = _between(u0, 10, 60)
    amounts[row, ff] = _between(u1, 3, 8)
    amounts[row + 1, bram] = 1

    row, u0, _ = of(_MULTIPLIER)
    bits = _between(u0, 8, 18)
    amounts[row, dsp] = 1
    amounts[row + 1, lut] = -(-70 * bits // 8)
    amounts[row + 1, ff] = 2 * bits

    row, u0, _ = of(_MEMORY)
    size = 2 ** _between(u0, 9, 16)
    amounts[row, bram] = -(-size // 18432)
    amounts[row + 1, lut] = size // 64
    amounts[row + 2, ff] = size
    return indptr, amounts


def typed_netlist(
    nets: Any,
    *,
    probabilities: Sequence[float] = (0.84, 0.09, 0.07),
    clustering: Sequence[float] = (0.0, 0.7, 0.9),
    amounts: Sequence[tuple[int, int]] = ((5, 15), (170, 370), (230, 630)),
    alternatives: Sequence[float] = (0.98, 0.95),
    factors: Sequence[tuple[float, float]] = ((0.1, 3.0), (0.1, 2.0)),
    random_state: RandomState = None,
) -> Netlist:
    """Return a netlist over LUT, DSP and BRAM: given nets, with random types of nodes.

    Every node has a type, LUT, DSP or BRAM, and takes w of that resource. Most DSP and BRAM nodes
    can be made of LUTs as well.

    Parameters
    ----------
    nets : Hypergraph or graph-like
        Whatever :func:`partwise.graph.as_graph` takes besides; then every edge (arc, if directed)
        is a net of two pins with its weight, self-loops left out.
    probabilities : three floats, default=(0.84, 0.09, 0.07)
        Of the types; they sum to 1.
    clustering : three floats, default=(0.0, 0.7, 0.9)
        When a node of a type is chosen: the probability that it is a free neighbour of a node that
        has this type already, where there is one; else it is any free node.
    amounts : three pairs of int, default=((5, 15), (170, 370), (230, 630))
        Least and largest w of each type, drawn uniformly.
    alternatives : two floats, default=(0.98, 0.95)
        Probability that a DSP node, and that a BRAM node, has a second personality of LUTs alone.
    factors : two pairs of float, default=((0.1, 3.0), (0.1, 2.0))
        The second personality takes ``ceil(w * f)`` LUT; f is uniform between these, for DSP and
        BRAM nodes.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    Netlist
        With the nets, their weights and the names of the nodes; node weights are left out.

    Raises
    ------
    ValueError, TypeError
        `nets` is no graph, or a parameter is outside its range.

    Notes
    -----
    O(nodes + pins) time: a second or two for a million nodes. Neighbours are drawn evenly from the
    pairs of a net that a node of the type is on and a pin of it.

    References
    ----------
    A. Gregerson, A. Chadha, K. Morrow, "Multi-personality partitioning for heterogeneous systems",
    FPT 2013, arXiv:1704.01676.

    Examples
    --------
    >>> netlist = typed_netlist([(0, 1), (1, 2), (2, 3)], random_state=0)
    >>> netlist.n_nets, netlist.resources
    (3, ('LUT', 'DSP', 'BRAM'))
    """
    shares = _fractions(probabilities, "probabilities", 3)
    if abs(sum(shares) - 1.0) > 1e-9:
        raise ValueError(f"probabilities must sum to 1, got {sum(shares):.6g}")
    near = _fractions(clustering, "clustering", 3)
    second = _fractions(alternatives, "alternatives", 2)
    ranges = []
    for r, pair in enumerate(_pairs(amounts, "amounts", 3)):
        low = check_count(pair[0], f"amounts[{r}][0]", 0)
        ranges.append((low, check_count(pair[1], f"amounts[{r}][1]", low)))
    spreads = []
    for r, pair in enumerate(_pairs(factors, "factors", 2)):
        small, large = float(pair[0]), float(pair[1])
        if not 0.0 <= small <= large < 2.0**31:
            raise ValueError(
                f"factors[{r}] must be two ascending numbers from 0 on, got {tuple(pair)}"
            )
        spreads.append((small, large))
    seed = check_seed(random_state)
    hypergraph = nets if isinstance(nets, Hypergraph) else _edge_nets(nets)

    types = _clustered_types(hypergraph, seed, shares, near)
    u = _uniform(seed, len(types), 3)
    two = np.zeros(len(types), np.bool_)
    for r in (1, 2):
        two |= (types == r) & (u[:, 1] < second[r - 1])
    indptr = np.zeros(len(types) + 1, np.int64)
    np.cumsum(1 + two, out=indptr[1:])
    vectors = np.zeros((indptr[-1], 3), np.int64)
    for r in range(3):
        nodes = np.flatnonzero(types == r)
        w = _between(u[nodes, 0], *ranges[r])
        vectors[indptr[nodes], r] = w
        if r > 0:
            w, nodes = w[two[nodes]], nodes[two[nodes]]
            small, large = spreads[r - 1]
            vectors[indptr[nodes] + 1, 0] = np.ceil(w * (small + (large - small) * u[nodes, 2]))
    return Netlist(hypergraph, indptr, vectors, resources=("LUT", "DSP", "BRAM"))


def _edge_nets(graph: Any) -> Hypergraph:
    """Return the hypergraph of a graph's edges, without self-loops."""
    graph = as_graph(graph)
    indptr, indices, weights, _ = graph._arrays
    n = graph.n_nodes
    sources = np.repeat(np.arange(n, dtype=indices.dtype), np.diff(indptr))
    kept = sources != indices if graph.directed else sources < indices
    pins = np.stack([sources[kept], indices[kept]], axis=1).reshape(-1)
    return Hypergraph(
        np.arange(0, len(pins) + 1, 2),
        pins,
        n_nodes=n,
        net_weights=None if weights is None else weights[kept],
        names=graph.names,
    )


def _clustered_types(
    hypergraph: Hypergraph, seed: int, shares: Sequence[float], near: Sequence[float]
) -> NDArray[np.int8]:
    from partwise.partition.netlist._kernels.node_types import clustered_types

    types: NDArray[np.int8] = clustered_types(
        seed, *hypergraph._arrays[:4], np.cumsum(shares), np.array(near)
    )
    return types


def _uniform(seed: int, n: int, columns: int) -> NDArray[np.float64]:
    from partwise.partition.netlist._kernels.node_types import uniform

    values = np.empty(n * columns)
    uniform(seed, _AMOUNTS, values)
    return values.reshape(n, columns)


def _between(u: NDArray[np.float64], low: int, high: int) -> NDArray[np.int64]:
    """Turn numbers uniform in [0, 1) into integers uniform in [low, high]."""
    return low + (u * (high - low + 1)).astype(np.int64)


def _fractions(values: Sequence[float], name: str, length: int) -> list[float]:
    given = list(values)
    if len(given) != length:
        raise ValueError(f"{name} must hold {length} numbers, got {len(given)}")
    return [check_fraction(value, f"{name}[{i}]") for i, value in enumerate(given)]


def _pairs(values: Sequence[Sequence[Any]], name: str, length: int) -> list[Sequence[Any]]:
    given = list(values)
    if len(given) != length or any(len(pair) != 2 for pair in given):
        raise ValueError(f"{name} must hold {length} pairs (low, high), got {given}")
    return given
