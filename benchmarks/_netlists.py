"""The inputs of the multi-personality suite, and the numbers of a partition by numpy alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from partwise.graph import Hypergraph
    from partwise.partition.netlist import Netlist

__all__ = [
    "RATIO",
    "NetlistSource",
    "Problem",
    "evaluate_netlist",
    "leaderboard",
    "plan_sources",
    "scale_source",
    "single_sources",
    "small_problems",
    "warm_up_problems",
]

RATIO = (200.0, 74.0, 105.0)  # of LUT, DSP and BRAM in the devices of the plan
SEED = 20
SLACK = 1e-9  # relative, guards limits against rounding

_WALSHAW = ("add20", "memplus", "finan512", "3elt", "4elt", "cs4")
_CIRCUITS = ("ibm01", "ibm02", "ibm03", "ibm05", "ibm06", "titan_neuron", "titan_sparcT1_core")
_QUICK = ("add20", "3elt", "ibm01", "rent1k")
_RENT = {"rent1k": 1_000, "rent5k": 5_000, "rent20k": 20_000}


@dataclass(frozen=True)
class Problem:
    """A netlist with the limits of its blocks.

    Parameters
    ----------
    netlist : Netlist
    n_parts : int
    capacities : tuple of float or None
        Of every block, by resource; None for the balance form.
    balance : float
        ``W_r(b) <= (1 + balance) / n_parts * W_r`` where there are no capacities.
    target_ratio : tuple of float or None
    """

    netlist: Netlist
    n_parts: int
    capacities: tuple[float, ...] | None = None
    balance: float = 0.01
    target_ratio: tuple[float, ...] | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """The limits and the target as keyword arguments of partwise."""
        limits = {"balance": self.balance} if self.capacities is None else {
            "capacities": self.capacities}  # fmt: skip
        return limits | {"target_ratio": self.target_ratio}


@dataclass(frozen=True)
class NetlistSource:
    """A netlist that is loaded, and typed with a seed, when its turn comes."""

    name: str
    family: str
    load: Callable[[int], Netlist]


def evaluate_netlist(
    problem: Problem, labels: np.ndarray, personality: np.ndarray | None = None
) -> dict[str, Any]:
    """Recompute the numbers of a partition from labels and personalities.

    Returns
    -------
    dict
        ``cut``; ``feasible``; ``deviation``, the root mean square of ``(W_r - T_r) / T_r``, None
        without a target; ``max_utilisation``, usage by limit; ``violation``, the summed excess over
        the limits in parts of each.

    Raises
    ------
    ValueError
        `labels` or `personality` are out of range.
    """
    netlist, k = problem.netlist, problem.n_parts
    n = netlist.n_nodes
    labels = np.asarray(labels)
    if personality is None:
        personality = np.zeros(n, np.int64)
    counts = np.diff(netlist.personality_indptr)
    for name, array, bound in (("labels", labels, k), ("personality", personality, counts)):
        if array.shape != (n,) or array.dtype.kind not in "iu":
            raise ValueError(f"{name}: {array.dtype} {array.shape}; expected integers ({n},)")
        if ((array < 0) | (array >= bound)).any():
            raise ValueError(f"{name} run from {array.min()} to {array.max()}, out of range")
    amounts = netlist.amounts[netlist.personality_indptr[:-1] + personality]
    usage = np.zeros((k, netlist.n_resources), np.int64)
    np.add.at(usage, labels, amounts)
    totals = usage.sum(axis=0)
    limits = (
        np.tile((1 + problem.balance) / k * totals, (k, 1))
        if problem.capacities is None
        else np.tile(np.asarray(problem.capacities, dtype=float), (k, 1))
    )
    over = np.where(usage > limits * (1 + SLACK), usage - limits, 0.0)
    least = np.maximum(limits, 1.0)
    deviation = None
    if problem.target_ratio is not None:
        ratio = np.asarray(problem.target_ratio)
        target = ratio / ratio.sum() * totals.sum()
        deviation = float(np.sqrt(np.mean(((totals - target) / target) ** 2)))
    return {
        "cut": _cut(netlist.hypergraph, labels),
        "feasible": not over.any(),
        "deviation": deviation,
        "max_utilisation": float((usage / least).max(initial=0.0)),
        "violation": float((over / least).sum()),
    }


def _cut(hypergraph: Hypergraph, labels: np.ndarray) -> int | float:
    sizes = np.diff(hypergraph.net_indptr)
    nets = np.repeat(np.arange(sizes.size), sizes)
    first = labels[hypergraph.net_pins[hypergraph.net_indptr[:-1][sizes > 0]]]
    expected = np.zeros(sizes.size, labels.dtype)
    expected[sizes > 0] = first
    is_cut = np.bincount(nets, labels[hypergraph.net_pins] != expected[nets], sizes.size) > 0
    weights = hypergraph.net_weights
    total: int | float = (is_cut if weights is None else weights[is_cut]).sum().item()
    return total


def plan_sources(data: Path | None, *, quick: bool = False) -> list[NetlistSource]:
    """Return the typed netlists of the reproduction plan, generated ones without `data`.

    Raises
    ------
    FileNotFoundError
        `data` holds none of the plan's files.
    """
    if data is None:
        sources = [_typed(name, "rent", _rent(n)) for name, n in _RENT.items()]
    else:
        graphs = [(data / "walshaw" / "graphs" / f"{name}.graph", "walshaw") for name in _WALSHAW]
        circuits = [(data / "netlists" / f"{name}.hgr", "circuit") for name in _CIRCUITS]
        sources = [
            _typed(path.stem, family, _file(path))
            for path, family in graphs + circuits
            if path.exists()
        ]
        if not sources:
            raise FileNotFoundError(f"no walshaw/graphs/*.graph and no netlists/*.hgr in {data}")
    return [source for source in sources if not quick or source.name in _QUICK]


def single_sources(data: Path | None, *, quick: bool = False) -> list[NetlistSource]:
    """Return netlists of one resource, of which every node takes 1, and one personality."""
    if data is None:
        named = {name: _rent(n) for name, n in _RENT.items()}
    else:
        paths = [data / "netlists" / f"{name}.hgr" for name in _CIRCUITS]
        named = {path.stem: _file(path) for path in paths if path.exists()}
    return [
        _plain(name, "rent" if data is None else "circuit", nets)
        for name, nets in named.items()
        if not quick or name in _QUICK
    ]


def scale_source(n: int) -> NetlistSource:
    """Return a generated netlist of `n` nodes and four resources."""

    def load(seed: int) -> Netlist:
        from partwise.partition.netlist import rent_netlist

        return rent_netlist(n, random_state=seed)

    return NetlistSource(f"rent{n}", "rent", load)


def _typed(name: str, family: str, nets: Callable[[], Hypergraph]) -> NetlistSource:
    def load(seed: int) -> Netlist:
        from partwise.partition.netlist import typed_netlist

        return typed_netlist(nets(), random_state=seed)

    return NetlistSource(name, family, load)


def _plain(name: str, family: str, nets: Callable[[], Hypergraph]) -> NetlistSource:
    def load(seed: int) -> Netlist:
        from partwise.partition.netlist import Netlist

        hypergraph = nets()
        ones = (np.arange(hypergraph.n_nodes + 1), np.ones((hypergraph.n_nodes, 1), np.int64))
        return Netlist.from_hypergraph(hypergraph, ones, resources=["weight"])

    return NetlistSource(name, family, load)


def _rent(n: int) -> Callable[[], Hypergraph]:
    def nets() -> Hypergraph:
        from partwise.partition.netlist import rent_netlist

        return rent_netlist(n, random_state=SEED).hypergraph

    return nets


def _file(path: Path) -> Callable[[], Any]:
    def nets() -> Any:
        from partwise.graph import read_graph, read_hypergraph

        if path.suffix == ".graph":
            return read_graph(path, format="metis")
        return read_hypergraph(path)

    return nets


def small_problems(path: Path) -> list[tuple[Problem, dict[str, Any]]]:
    """Return the solved instances of `path`, and what is known of each.

    The file is a JSON list of objects with ``seed``, ``n``, ``nets``, ``personalities``,
    ``capacity`` (of each of two blocks), ``joint_opt_cut`` and ``static_proportional_opt_cut``.
    """
    from partwise.partition.netlist import Netlist

    solved = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        netlist = Netlist.from_arrays(entry["n"], entry["nets"], entry["personalities"])
        capacities = tuple(map(float, entry["capacity"]))
        known = {
            "instance": f"small{entry['seed']:02}-{entry['n']}",
            "joint_optimum": entry["joint_opt_cut"],
            "static_optimum": entry["static_proportional_opt_cut"],
        }
        solved.append((Problem(netlist, 2, capacities, 0.0, capacities), known))
    return solved


def leaderboard(path: Path) -> dict[tuple[str, float], int]:
    """Return the best known cut of two blocks by file name and imbalance; none without `path`.

    A row with ``ubfactor_percent`` b allows blocks of 50 - b to 50 + b percent, which is an
    imbalance of 2 b percent.
    """
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["k"] == "2"]
    by_name = {name.removeprefix("titan_").lower(): name for name in _CIRCUITS}
    return {
        (by_name[row["instance"].lower()], round(2 * float(row["ubfactor_percent"]) / 100, 4)): int(
            row["best_cut_hyperedges"]
        )
        for row in rows
        if row["instance"].lower() in by_name
    }


def warm_up_problems(*, single: bool = False) -> list[Problem]:
    """Return small problems of every kind that the suite has: 1, 3 and 4 resources, both limits.

    With `single`, only the one that every package can take.
    """
    from partwise.partition.netlist import Netlist, rent_netlist, typed_netlist

    four = rent_netlist(300, random_state=SEED)
    one = Netlist.from_hypergraph(four.hypergraph)
    if single:
        return [Problem(one, 2, None, 0.02)]
    tiny = Netlist.from_arrays(2, [[0, 1]], [[[1]], [[1]]])
    three = typed_netlist(four.hypergraph, random_state=SEED)
    roomy = tuple(np.asarray(three.amounts.sum(axis=0), dtype=float))
    return [
        Problem(one, 2, None, 0.02),
        Problem(tiny, 2),
        Problem(three, 2, None, 0.01, RATIO),
        Problem(three, 2, roomy, 0.0, roomy),
        Problem(four, 2, None, 0.01),
    ]
