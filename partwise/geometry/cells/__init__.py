"""Convex cells around sites: Voronoi and power diagrams, with areas or sizes as prescribed."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "PowerDiagram": "_result",
        "voronoi_diagram": "_diagram",
        "power_diagram": "_diagram",
        "prescribed_areas": "_prescribed",
        "centroidal_power_diagram": "_prescribed",
        "voronoi_cells": "_voronoi_cells",
        "capacitated_voronoi": "_capacitated",
        "CapacitatedResult": "_capacitated",
        "CapacitatedVoronoi": "_capacitated_estimator",
    },
)
