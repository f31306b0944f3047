"""The ways in which a tree is made from what is in memory: constructors mixed into Tree."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from partwise.geometry._tree import Internal, Tree

__all__ = ["TreeSources"]


class TreeSources:
    """Constructors of :class:`~partwise.geometry.Tree`."""

    __slots__ = ()

    @staticmethod
    def from_paths(
        paths: Iterable[Any],
        weights: ArrayLike | None = None,
        separator: str = "/",
        *,
        duplicates: Literal["error", "sum"] = "error",
        internal: Internal = "error",
        cumulative: bool = False,
    ) -> Tree:
        """Return the tree that paths run through: every step of a path is a node.

        Parameters
        ----------
        paths : iterable of str or path-like
        weights : array-like of float, shape (n_paths,), optional
            Finite and at least 0. By default each leaf weighs 1.
        separator : str, default="/"
            What stands between steps. In excess it does not count, except at the start, where
            it is the first step, as for absolute paths. If it is ``/``, steps ``.`` do not count.
        duplicates : {"error", "sum"}, default="error"
            Refuse a path that is given twice, or add up its weights.
        internal : {"error", "add_leaf", "ignore"}, default="error"
            For a path with a weight that others run through: see :meth:`from_parents`.
        cumulative : bool, default=False
            The weight of a path that others run through is that of all below it, as ``du`` and
            plotly's ``branchvalues="total"`` count, and its own is the difference.

        Returns
        -------
        Tree
            Nodes are numbered by first appearance, names are the steps. If paths start with
            different steps, a common root ``.`` is above them.

        Raises
        ------
        ValueError
            No path, an empty one, one with a NUL character, one that is given twice, or a weight
            that is negative, NaN, infinite or, if cumulative, less than what is below it.
        TypeError
            A path that is no text, weights that are no numbers.

        Notes
        -----
        O(length of all paths) expected time, by a hash table of steps.

        Examples
        --------
        >>> from partwise.geometry import Tree
        >>> tree = Tree.from_paths(["src/a.c", "src/lib/b.c", "doc/a.txt"], [30, 20, 5])
        >>> tree
        Tree(n_nodes=7, n_leaves=3, depth=3)
        >>> [(tree.path(node), float(tree.weights[node])) for node in tree.order[:3]]
        [('.', 55.0), ('./src', 50.0), ('./doc', 5.0)]
        """
        from partwise.geometry._path_list import tree_of_path_list

        return tree_of_path_list(
            paths, weights, separator, duplicates=duplicates, internal=internal,
            cumulative=cumulative,
        )  # fmt: skip

    @staticmethod
    def from_nested(
        nested: Mapping[str, Any],
        *,
        name: str = "name",
        children: str = "children",
        weight: str | Sequence[str] = ("value", "size"),
        internal: Internal = "error",
    ) -> Tree:
        """Return the tree of nested mappings, as d3 has them.

        Parameters
        ----------
        nested : mapping
            The root: a mapping that may hold a name, a sequence of such mappings as children, and
            a weight.
        name, children : str
            Keys.
        weight : str or sequence of str, default=("value", "size")
            Key of the weight; of several the first that is there. None and no weight are 0.
        internal : {"error", "add_leaf", "ignore"}, default="error"
            For a node with children and a weight: see :meth:`from_parents`.

        Returns
        -------
        Tree
            Nodes are numbered depth-first. A node without a name is called ``""``.

        Raises
        ------
        ValueError, TypeError
            What is no such mapping, one that holds itself, or a weight that is no finite number
            of at least 0; the message has the path of the node.

        Notes
        -----
        O(n) time and no recursion.

        Examples
        --------
        >>> from partwise.geometry import Tree
        >>> Tree.from_nested({"name": "r", "children": [{"name": "a", "value": 2}, {"size": 1}]})
        Tree(n_nodes=3, n_leaves=2, depth=1)
        """
        from partwise.geometry._nested import tree_of_nested

        keys = (weight,) if isinstance(weight, str) else tuple(weight)
        return tree_of_nested(nested, name, children, keys, internal)

    @staticmethod
    def from_newick(text: str, *, lengths: bool = False, internal: Internal = "ignore") -> Tree:
        """Return the tree of a text in Newick's format.

        Parameters
        ----------
        text : str
            One tree, such as ``"((a:1,b:2):1,c);"``.
        lengths : bool, default=False
            Weigh leaves by the lengths of their branches, instead of 1 each.
        internal : {"error", "add_leaf", "ignore"}, default="ignore"
            For the lengths of other branches: see :meth:`from_parents`.

        Returns
        -------
        Tree
            Nodes are numbered as they start in the text, the root first. Names are the labels,
            without quotes, underscores kept.

        Raises
        ------
        FormatError
            With the line: what is no tree, several trees, a branch length that is no finite number
            of at least 0 or, if asked for, missing.

        Notes
        -----
        O(length of the text) time and no recursion. Comments in brackets are skipped, nested ones
        too.

        Source: G. Olsen's description of 1990, of the format that the Newick committee adopted in
        1986 (https://phylipweb.github.io/phylip/newick_doc.html).

        Examples
        --------
        >>> from partwise.geometry import Tree
        >>> tree = Tree.from_newick("((a:1,b:2)ab:5,'c d':4)root;", lengths=True)
        >>> tree.path(4), tree.weights.tolist()
        ('root/c d', [7.0, 3.0, 1.0, 2.0, 4.0])
        """
        from partwise.geometry.tree_files._newick import tree_of_newick_text

        return tree_of_newick_text(text, lengths, internal)

    @staticmethod
    def from_networkx(
        tree: Any,
        weight: str = "weight",
        *,
        root: Hashable | None = None,
        internal: Internal = "error",
    ) -> Tree:
        """Return the tree of a networkx graph.

        Parameters
        ----------
        tree : networkx graph
            If directed, edges go from parents to children.
        weight : str, default="weight"
            The attribute of nodes that holds their weights. If no node has it, leaves weigh 1 each;
            if some have it, all leaves need it.
        root : node, optional
            Needed if the graph is not directed.
        internal : {"error", "add_leaf", "ignore"}, default="error"
            For a node with children and a weight: see :meth:`from_parents`.

        Returns
        -------
        Tree
            Nodes in the order of the graph; names are the graph's nodes.

        Raises
        ------
        ValueError
            The graph is no tree; the message names a node and what is wrong with it.
        TypeError
            No networkx graph, or a weight that is no number.

        Examples
        --------
        >>> import networkx as nx
        >>> from partwise.geometry import Tree
        >>> Tree.from_networkx(nx.balanced_tree(2, 3, create_using=nx.DiGraph))
        Tree(n_nodes=15, n_leaves=8, depth=3)
        """
        from partwise.geometry._networkx import tree_of_networkx

        return tree_of_networkx(tree, weight, root, internal)

    @staticmethod
    def from_linkage(
        linkage: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        names: Sequence[Any] | None = None,
    ) -> Tree:
        """Return the dendrogram of a hierarchical clustering.

        Parameters
        ----------
        linkage : array-like of shape (n - 1, 4)
            As scipy's ``linkage`` returns it: row `i` merges two clusters into cluster n + i.
        weights : array-like of float, shape (n,), optional
            Of the observations; by default 1 each, so that a node weighs how many are below it.
        names : sequence of shape (n,), optional
            Of the observations; merged clusters are then called by their numbers.

        Returns
        -------
        Tree
            Nodes 0 to n - 1 are the observations, n to 2 n - 2 the merged clusters, the last one
            the root. See :func:`partwise.geometry.dendrogram_labels` for their heights.

        Raises
        ------
        ValueError
            What is no linkage, with the row; weights or names of another shape.

        Notes
        -----
        O(n) time.

        Examples
        --------
        >>> from partwise.geometry import Tree
        >>> tree = Tree.from_linkage([[0, 1, 0.5, 2], [2, 3, 2.0, 3]])
        >>> tree.parents.tolist(), tree.weights.tolist()
        ([3, 3, 4, 4, -1], [1.0, 1.0, 1.0, 2.0, 3.0])
        """
        from partwise.geometry._linkage import tree_of_linkage

        return tree_of_linkage(linkage, weights, names)
