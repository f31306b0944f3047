"""Trees from files: listings of folders, tables, JSON, edge lists, Newick."""

from partwise._lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, {"read_tree": "_read_tree"})
