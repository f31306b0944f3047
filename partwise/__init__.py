"""partwise: cut graphs, networks, points and planes into parts, on compiled kernels.

The public names live in the sub-packages, which load when they are first used:

- :mod:`partwise.graph`: graph types, readers, writers, generators;
- :mod:`partwise.partition`: balanced k-way graph partitioning;
- :mod:`partwise.cluster`: groups around medoids, communities, clusters around seeds;
- :mod:`partwise.sbm`: stochastic block models;
- :mod:`partwise.geometry`: treemaps, points into balanced parts;
- :mod:`partwise.gpu`: traversal of graphs and products of points, on GPUs and the CPU;
- :mod:`partwise.metrics`: cut, imbalance, communication volume, description length;
- :mod:`partwise.plot`: pictures of results (needs matplotlib).
"""

from partwise._lazy import lazy_exports
from partwise._version import __version__

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    dict.fromkeys(
        ("graph", "partition", "cluster", "sbm", "geometry", "gpu", "metrics", "plot", "errors"), ""
    ),
)
__all__ += ["__version__"]
