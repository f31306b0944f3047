"""Reading a tree from a file in any format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from partwise.geometry._path_list import check_duplicates, check_separator
from partwise.geometry._tree import Internal, Tree
from partwise.geometry.tree_files._guess import FORMATS, guess_format
from partwise.geometry.tree_files._text import load_text
from partwise.graph.io._source import Place

__all__ = ["read_tree"]


def read_tree(
    path: Place,
    format: str | None = None,
    internal: Internal | None = None,
    duplicates: Literal["error", "sum"] = "error",
    *,
    separator: str = "/",
    columns: Sequence[int | str] | None = None,
    cumulative: bool = False,
    weights: Place | None = None,
    lengths: bool = False,
) -> Tree:
    r"""Read a tree from a file.

    Parameters
    ----------
    path : str, path-like or binary file
        ``"-"`` is the standard input. Gzip is recognised by its first bytes, whatever the name.
    format : {"du", "find", "record", "paths", "parents", "json", "edges", "newick"}, optional
        Default: by the suffix (``.json``, ``.nwk``, ``.newick``, ``.tre``, ``.tree``, ``.edges``,
        ``.edgelist``, ``.el``; ``.gz`` after it does not count), by the name ``RECORD``, else by
        what the text looks like; see the notes.
    internal : {"error", "add_leaf", "ignore"}, optional
        For a node with children and a weight of its own: refuse it, keep the weight as one more
        leaf, named ``"."``, or drop it. Default: "add_leaf" for "du" and "find", "ignore" for
        "newick", "error" for others.
    duplicates : {"error", "sum"}, default="error"
        Refuse a path that is there twice (for "edges": a node that has two weights), or add up.
    separator : str, default="/"
        What stands between the steps of a path.
    columns : sequence of str or int, optional
        The columns of a table by name or by number from 0: (path, weight) or (path,) for "paths";
        (id, parent), (id, parent, weight) or (id, parent, weight, label) for "parents". For "json":
        the keys (name, children, weight, ...), of several weights the first that is there.
    cumulative : bool, default=False
        Weights in "paths", "parents", "json" and "edges" are those of all below a node, as in
        plotly's ``branchvalues="total"``, and its own is the difference. Always so for "du".
    weights : str, path-like or binary file, optional
        For "edges": a second file, with a node and its weight on each line. It makes "edges" the
        default format.
    lengths : bool, default=False
        For "newick": leaves weigh as much as their branches are long, not 1 each.

    Returns
    -------
    Tree
        Names are text. Nodes are numbered by first appearance, those of a table by row.

    Raises
    ------
    FormatError
        The file does not hold a tree of this format; the message has the line. Among others: a
        weight that is negative, NaN or infinite, a node with two parents, a missing parent, several
        roots, a cycle, a folder that is smaller than what is in it, nothing at all.
    OSError
        The file cannot be opened.
    ValueError
        An argument makes no sense.

    Notes
    -----
    **du.** What ``du -a`` prints, with or without ``-b``: a size, a tab, a path. The size of a
    folder holds that of all in it, and the own size of a folder is the difference.
    **find.** What ``find -printf '%s\t%p\n'`` prints: each size is that of one file or folder.
    Without `format`, such lines are taken for ``du``'s if every folder is at least as large as what
    is in it and comes after it, or lines are sorted by size, and for ``find``'s otherwise. In both,
    folders at the top that only hold the next one are one with it: the root may be called
    ``/usr/share``. Bytes that are not UTF-8 are shown as ``\xNN``.

    **record.** The ``RECORD`` of an installed Python package: path, hash, size.
    **paths.** A table, delimited by tabs, commas or semicolons, of paths and weights. The first
    row may hold names (path, file, name...; size, bytes, value, weight, count...); without known
    names, the column of numbers is that of weights. Without weights each leaf weighs 1. What could
    be either names or a path and its weight is refused, unless `columns` says more.
    **parents.** A table with a node in each row: id, parent, and a weight, in any order if the
    first row has such names, plural or not. The root has an empty parent, or -1. If there are
    labels besides, they are the names. Without weights each leaf weighs 1.
    In tables a weight that is empty is 0, and fields may stand in double quotes. Comments, after
    ``#`` or ``%`` and a space, may come before the first row.

    If paths start with different steps, they get a common root ``.``.

    **json.** An object with a ``name``, an array of such objects as ``children`` and a ``value`` or
    ``size``, all optional, as d3 has them.
    **edges.** Lines of a parent and a child, and no more, separated by spaces, tabs or commas;
    ``#`` and ``%`` start comments. If there are weights, all leaves need one; else each weighs 1.
    **newick.** See :meth:`Tree.from_newick`.

    Texts are scanned by compiled code in O(size) time; the depth of a tree has no limit.

    Examples
    --------
    >>> import io
    >>> tree = read_tree(io.BytesIO(b"5\tsrc/a.c\n7\tsrc/lib/b.c\n11\tsrc/lib\n20\tsrc\n"))
    >>> for node in range(tree.n_nodes):
    ...     print(tree.path(node), tree.weights[node])
    src 20.0
    src/a.c 5.0
    src/lib 11.0
    src/lib/b.c 7.0
    src/. 4.0
    src/lib/. 4.0
    """
    if format is not None and format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
    check_duplicates(duplicates)
    check_separator(separator)
    text = load_text(path)
    kind = format or ("edges" if weights is not None else guess_format(text))
    if weights is not None and kind != "edges":
        raise ValueError(f"weights are for the format 'edges' only, got {kind!r}")
    if kind in ("du", "find", "listing"):
        from partwise.geometry.tree_files._listing import tree_of_listing

        is_total = None if kind == "listing" else kind == "du"
        return tree_of_listing(text, is_total, separator, duplicates, internal or "add_leaf")
    if kind in ("record", "paths"):
        from partwise.geometry.tree_files._listing import tree_of_path_table

        if kind == "record":
            columns = (0, 2)
        return tree_of_path_table(
            text, columns, cumulative, separator, duplicates, internal or "error"
        )
    if kind == "newick":
        from partwise.geometry.tree_files._newick import tree_of_newick

        return tree_of_newick(text, lengths, internal or "ignore")
    if kind == "json":
        from partwise.geometry.tree_files._json import tree_of_json

        return tree_of_json(text, columns, cumulative, internal or "error")
    if kind == "edges":
        from partwise.geometry.tree_files._links import tree_of_edges

        return tree_of_edges(text, weights, duplicates, cumulative, internal or "error")
    from partwise.geometry.tree_files._links import tree_of_parents

    return tree_of_parents(text, columns, cumulative, internal or "error")
