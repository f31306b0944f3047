"""What a partition of a netlist is worth, for ``partwise evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partwise.cli._errors import UsageProblem
from partwise.cli._netlist_labels import read_choices
from partwise.cli._netlist_options import per_resource

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.partition import Netlist

__all__ = ["measure"]


def measure(netlist: Netlist, path: str, options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the blocks in a partition file of `netlist`, and the numbers.

    What blocks use is among them unless it cannot be known: a file names personalities, and
    ``--personalities`` is not given.

    Raises
    ------
    UsageProblem
        Limits are asked about without ``--personalities``; ``--capacity`` that does not name the
        resources.
    GraphFormatError
        The file is no partition, or does not say which personality a node has.
    """
    import numpy as np

    from partwise.cli._evaluate import number_of_blocks

    labels, personality = read_choices(path, netlist.n_nodes)
    k = number_of_blocks(labels, path, options["k"])
    numbers = {
        "n_nodes": netlist.n_nodes,
        "n_nets": netlist.n_nets,
        "n_pins": netlist.n_pins,
        "n_parts": k,
        "cut": netlist.cut(labels),
        "connectivity": netlist.connectivity(labels),
        "n_cut_nets": _unweighted(netlist).cut(labels),
        "n_empty": int(k - np.count_nonzero(np.bincount(labels, minlength=k))),
    }
    is_limited = options["capacity"] is not None or options["imbalance"] is not None
    if options["personalities"] is None and personality is not None:
        if is_limited:
            raise UsageProblem(f"{path} names personalities: needs --personalities, for limits")
        return labels, numbers
    chosen = _checked(netlist, personality, path)
    return labels, numbers | _usage(netlist, netlist.usage(labels, chosen, k), options, is_limited)


def _usage(
    netlist: Netlist, usage: NDArray[Any], options: dict[str, Any], is_limited: bool
) -> dict[str, Any]:
    """Return what blocks use, and whether they may."""
    from partwise.cli._netlist_job import largest_imbalance
    from partwise.partition.netlist._problem import constraint_of

    def table(values: NDArray[Any]) -> list[dict[str, Any]]:
        return [dict(zip(netlist.resources, row)) for row in values.tolist()]

    numbers: dict[str, Any] = {"imbalance": largest_imbalance(usage)}
    is_plain = options["personalities"] is None and options["capacity"] is None
    if is_plain:
        weights = usage[:, 0].tolist()
        numbers["block_weights"] = weights
        numbers["max_block_weight"] = max(weights, default=0)
        numbers["min_block_weight"] = min(weights, default=0)
    else:
        numbers["total"] = dict(zip(netlist.resources, usage.sum(axis=0).tolist()))
        numbers["usage"] = table(usage)
    if is_limited:
        capacities = per_resource("--capacity", options["capacity"], netlist.resources)
        constraint = constraint_of(netlist, len(usage), capacities, options["imbalance"] or 0.0)
        violation = constraint.violation(usage)
        if not is_plain:
            numbers["limits"] = table(constraint.limits(usage.sum(axis=0)))
            numbers["violation"] = table(violation)
        numbers["feasible"] = not violation.any()
    return numbers


def _checked(netlist: Netlist, personality: NDArray[Any] | None, path: str) -> NDArray[Any]:
    """Return the personality of every node, which must be one that it has."""
    import numpy as np

    from partwise.errors import GraphFormatError

    counts = np.diff(netlist.personality_indptr)
    if personality is None:
        if (counts > 1).any():
            reason = (
                "does not say which personality each node has; the tables that --labels of the "
                "partition command writes do, in a third column"
            )
            raise GraphFormatError(path, None, reason)
        return np.zeros(netlist.n_nodes, dtype=np.int64)
    bad = (personality < 0) | (personality >= counts)
    if bad.any():
        at = int(np.argmax(bad))
        reason = (
            f"has personality {personality[at] + 1} for node {at + 1}, allowed are 1 to "
            f"{counts[at]}"
        )
        raise GraphFormatError(path, None, reason)
    return personality


def _unweighted(netlist: Netlist) -> Netlist:
    from partwise.graph import Hypergraph
    from partwise.partition import Netlist

    hypergraph = Hypergraph._trusted(*netlist.hypergraph._arrays[:4], None, None, None)
    return Netlist._trusted(hypergraph, *netlist._arrays, netlist.resources)
