"""What ``partwise warmup`` runs of geometry: trees and treemaps."""

from __future__ import annotations

import io

__all__ = ["treemaps", "trees"]

#: A small tree in each format that the treemap command reads.
_TREES = {
    "du": b"1\tp/a/x\n3\tp/a\n4\tp\n",
    "find": b"1\tp/a/x\n2\tp/a\n1\tp\n",
    "record": b"p/a.py,sha256=x,3\np/b/c.py,sha256=y,4\n",
    "paths": b"path,size\np/a,3\np/b/c,4\n",
    "parents": b"id,parent,value\np,,0\na,p,3\nb,p,4\n",
    "json": b'{"name": "p", "children": [{"name": "a", "value": 3}, {"name": "b", "value": 4}]}',
    "edges": b"p a\np b\n",
    "newick": b"((a:1,b:2)c:1,d:3)p;",
}


def trees() -> None:
    """Every format that trees are read from."""
    from partwise.geometry import read_tree

    for format, text in _TREES.items():
        read_tree(io.BytesIO(text), format)
        read_tree(io.BytesIO(text))
    read_tree(io.BytesIO(_TREES["edges"]), weights=io.BytesIO(b"a 3\nb 4\n"))


def treemaps() -> None:
    """Every method, with what it takes besides, and every picture."""
    import numpy as np

    from partwise.geometry import Tree, layout_distance, treemap
    from partwise.geometry.treemaps._treemap import METHODS

    rng = np.random.default_rng(0)
    parents = np.array([-1, *(rng.integers(0, max(1, i // 3)) for i in range(1, 120))])
    leaves = np.ones(120, np.bool_)
    leaves[parents[1:]] = False
    weights = [np.where(leaves, rng.lognormal(0.0, sigma, 120), 0.0) for sigma in (0.5, 3.0)]
    tree, other = (Tree.from_parents(parents, each) for each in weights)
    for name, method in METHODS.items():
        layout = treemap(tree, name, (0, 0, 3, 2), validate=True)
        treemap(other, name, (0, 0, 3, 2), validate=True)
        if method.may_keep:
            layout_distance(layout, treemap(other, name, (0, 0, 3, 2), previous=layout))
        if method.may_pad:
            treemap(tree, name, padding=0.01, header=0.01)
        layout.to_svg()
        layout.to_png()
    layout.to_geojson()
    layout.to_html()
