"""Cut the digits graph into ten balanced blocks and see which digits each block holds.

The same as ``make demo`` does by the command line, from Python::

    python examples/partition_digits.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from partwise.graph import knn_graph
from partwise.metrics import communication_volume
from partwise.partition import partition_graph


def main() -> None:
    """Partition, and print the result as a table of blocks against digits."""
    images, digits = load_digits(return_X_y=True)
    graph = knn_graph(images, 10)
    result = partition_graph(graph, 10, imbalance=0.03, random_state=0)
    print(f"{graph.n_nodes} nodes, {graph.n_edges} edges, cut {result.cut}")
    print(f"imbalance {result.imbalance:.4f}, {'' if result.feasible else 'not '}feasible")
    print(f"communication volume {communication_volume(graph, result.labels)}")
    print(
        f"adjusted Rand index against the digits {adjusted_rand_score(digits, result.labels):.3f}"
    )
    print("\nblock  size  images of each digit 0..9")
    table = np.zeros((10, 10), dtype=np.int64)
    np.add.at(table, (result.labels, digits), 1)
    for block in np.argsort(table.argmax(axis=1), kind="stable"):
        counts = " ".join(f"{count:4d}" for count in table[block])
        print(f"{block:5d}  {table[block].sum():4d} {counts}")


if __name__ == "__main__":
    main()
