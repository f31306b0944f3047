"""Dispatch ``python -m benchmarks NAME [options]`` to ``benchmarks.NAME.main``."""

from __future__ import annotations

import importlib
import sys

SUITES = {
    "partition": "balanced k-way partitioning: cut, feasibility, time, memory",
    "multipersonality": "netlists with several implementations per node: cut, feasibility, "
    "deviation",
    "communities": "Leiden and Louvain: time, modularity, connectedness, threads",
    "local": "clusters around seeds: locality, PageRank, attributes, known classes, batches",
    "treemaps": "treemaps: time, aspect ratios, d3; points into parts: time, balance, cut",
    "sbm": "stochastic block models: description length, hit rates, time, resolution",
    "kmedoids": "k-medoids: time, loss, gap to known optima",
    "gpu": "GPU kernels beside their twins on the CPU: traversal, partitions, points, memory",
    "read": "reading graphs from files: time and memory",
}


def main(argv: list[str]) -> int:
    """Run the suite that the first argument names; exit code 2 for a usage error."""
    if not argv or argv[0] in ("-h", "--help"):
        print("usage: python -m benchmarks SUITE [options]   (SUITE --help lists the options)\n")
        for name, about in SUITES.items():
            print(f"  {name:18}{about}")
        return 0 if argv else 2
    if argv[0] not in SUITES:
        print(f"benchmarks: no suite {argv[0]!r}; there are {', '.join(SUITES)}", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"benchmarks.{argv[0]}").main(argv[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
