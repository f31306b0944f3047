"""Write the nearest-neighbour graph of scikit-learn's handwritten digits as an edge list.

1797 images of 8 x 8 grey values, each joined to the images nearest to it. The digit that an image
shows is not used; with ``--truth`` it goes to a file of its own, in the order of the nodes, so that
a partition can be compared with it::

    python examples/digits_graph.py digits.txt --truth digits.truth
    partwise partition digits.txt -k 10
    partwise evaluate digits.txt digits.txt.part.10 --compare digits.truth
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sklearn.datasets import load_digits

from partwise.graph import knn_graph, write_graph, write_partition


def main() -> None:
    """Write the files that the command line names."""
    parser = argparse.ArgumentParser(description="Write the digits graph as an edge list.")
    parser.add_argument("output", type=Path, help="the edge list")
    parser.add_argument("--truth", type=Path, help="the digit of every node, one per line")
    parser.add_argument("--neighbors", type=int, default=10, metavar="K", help="default: 10")
    options = parser.parse_args()
    images, digits = load_digits(return_X_y=True)
    graph = knn_graph(images, options.neighbors)
    write_graph(graph, options.output)
    if options.truth is not None:
        write_partition(digits, options.truth)
    print(f"{options.output}: {graph.n_nodes} nodes, {graph.n_edges} edges")


if __name__ == "__main__":
    main()
