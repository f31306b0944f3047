"""Trees from files: what formats mean, how they are told apart, what is wrong with files."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import partwise.geometry.tree_files._kernels.fields as fields
from partwise.errors import FormatError, TreeFormatError
from partwise.geometry import Tree, read_tree
from partwise.geometry.tree_files._guess import guess_format
from partwise.geometry.tree_files._text import load_text


def read(text, *args, **options):
    data = text.encode() if isinstance(text, str) else text
    return read_tree(io.BytesIO(data), *args, **options)


def totals(tree, separator="/"):
    return {tree.path(node, separator): float(tree.weights[node]) for node in range(tree.n_nodes)}


@st.composite
def trees(draw, most=25):
    """Parents, before their children, and own weights of a random tree."""
    n = draw(st.integers(1, most))
    parents = [-1, *(draw(st.integers(0, i - 1)) for i in range(1, n))]
    return parents, draw(st.lists(st.integers(0, 10**6), min_size=n, max_size=n))


def paths_of(oracles, parents):
    """Return a path for each node."""
    return [
        "/".join(f"n{at}" for at in reversed(oracles.tree_reference.climb(parents, node)))
        for node in range(len(parents))
    ]


# -- du and find ---------------------------------------------------------------------------------


def test_du_by_hand():
    tree = read("5\tsrc/a.c\n7\tsrc/lib/b.c\n11\tsrc/lib\n20\tsrc\n")
    assert totals(tree) == {
        "src": 20.0, "src/a.c": 5.0, "src/lib": 11.0, "src/lib/b.c": 7.0, "src/.": 4.0,
        "src/lib/.": 4.0,
    }  # fmt: skip
    bare = read("5\tsrc/a.c\n7\tsrc/lib/b.c\n11\tsrc/lib\n20\tsrc\n", internal="ignore")
    assert totals(bare) == {"src": 12.0, "src/a.c": 5.0, "src/lib": 7.0, "src/lib/b.c": 7.0}


def test_find_by_hand():
    tree = read("4096\t.\n10\t./a\n4096\t./b\n20\t./b/c\n")
    assert totals(tree) == {
        ".": 8222.0, "./a": 10.0, "./b": 4116.0, "./b/c": 20.0, "./.": 4096.0, "./b/.": 4096.0
    }  # fmt: skip


@given(tree=trees())
def test_du_and_find_of_random_trees_give_back_own_sizes(oracles, tree):
    parents, own = tree
    paths = paths_of(oracles, parents)
    sums = [int(total) for total in oracles.tree_reference.totals(parents, own)]
    # Children before parents, as du prints them; parents first, as find does.
    du = "".join(f"{sums[node]}\t{paths[node]}\n" for node in reversed(range(len(parents))))
    find = "".join(f"{own[node]}\t{paths[node]}\n" for node in range(len(parents)))
    for text, kind in ((du, "du"), (find, "find")):
        found = totals(read(text, kind))
        assert {path: found[path] for path in paths} == dict(zip(paths, sums))
    assert totals(read(du)) == totals(read(du, "du"))


def test_lines_sorted_by_size_are_of_du_where_they_fit():
    text = "20\tr\n11\tr/b\n7\tr/b/c\n5\tr/a\n"
    assert read(text).weights[0] == 20.0
    backwards = "".join(reversed(text.splitlines(keepends=True)))
    assert read(backwards).weights[0] == 20.0
    assert read(text, "find").weights[0] == 43.0


def test_folders_at_the_top_that_hold_one_folder_are_one_with_it():
    tree = read("3\t/home/me/data/a\n4\t/home/me/data/b\n")
    assert totals(tree) == {"/home/me/data": 7.0, "/home/me/data/a": 3.0, "/home/me/data/b": 4.0}
    listed = read("3\t/home/me/a\n9\t/home\n", "du")
    assert listed.names[0] == "/home"
    assert read("3\t/a\n4\t/b\n").names[0] == "/"


def test_sizes_rounded_up_by_du_are_not_held_against_it():
    # Two files of half a block: one block in all, but each is shown as one.
    assert read("1\tr/a\n1\tr/b\n1\tr\n", "du", internal="error").weights[0] == 2.0
    with pytest.raises(FormatError, match=r":3: 'r' has 1 in all, less than .* below it, 14"):
        read("7\tr/a\n7\tr/b\n1\tr\n", "du")


def test_names_may_hold_spaces_tabs_quotes_and_bytes_that_are_not_text():
    tree = read(b' 3 r/with  space\n4 r/"quoted", x\n5 r/caf\xe9\r\n6 r/a\tb\n', "find")
    assert tree.names.tolist() == ["r", "with  space", '"quoted", x', "caf\\xe9", "a\tb"]
    assert tree.weights.tolist() == [18.0, 3.0, 4.0, 5.0, 6.0]
    assert read(b"3\tr/tab\tbed\n4\tr/b\n", "find").names.tolist() == ["r", "tab\tbed", "b"]


@pytest.mark.skipif(os.name != "posix", reason="needs du and find")
def test_what_du_and_find_print_here(tmp_path):
    sizes = {"a.txt": 10, "sub/b.txt": 3000, "sub/deep/c d.txt": 0, "sub/deep/e": 123_456}
    for name, size in sizes.items():
        path = tmp_path / "top" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    run = {"cwd": tmp_path, "capture_output": True, "check": True}
    du = subprocess.run(["du", "-ab", "top"], **run).stdout
    find = subprocess.run(["find", "top", "-printf", r"%s\t%p\n"], **run).stdout
    expected = sum(sizes.values())
    for text, kind in ((du, "du"), (find, "find")):
        tree = read(text, internal="ignore")
        assert tree.weights[0] == expected
        found = totals(tree)
        assert {name: found[f"top/{name}"] for name in sizes} == sizes
        assert totals(read(text)) == totals(read(text, kind))
    blocks = read(subprocess.run(["du", "-a", "top"], **run).stdout)
    assert blocks.n_leaves >= len(sizes)


# -- tables of paths -----------------------------------------------------------------------------

AB = {"r": 7.0, "r/a": 3.0, "r/b": 4.0}


@pytest.mark.parametrize(
    "text",
    [
        "path,size\nr/a,3\nr/b,4\n",
        "SIZE\tname\n3\tr/a\n4\tr/b\n",
        "r/a;3\nr/b;4\n",
        "3;r/a\n4;r/b",
        "where,how much\nr/a,3\nr/b,4\n",
        '# remark\n\npath , bytes\n"r/a", 3 \r\n\n r/b ,"4"\r\n',
        "file,hash,value\nr/a,12ab,3.0\nr/b,77,4e0\n",
    ],
)
def test_tables_of_paths(text):
    assert totals(read(text)) == AB


def test_columns_may_be_chosen_by_name_or_number():
    text = "x,y,z,w\n1,r/a,2,3\n1,r/b,2,4\n"
    assert totals(read(text, "paths", columns=("y", "w"))) == AB
    assert totals(read(text, "paths", columns=(1, 3))) == AB
    assert totals(read(text, "paths", columns=("y",))) == {"r": 2.0, "r/a": 1.0, "r/b": 1.0}
    assert totals(read("1,r/a,2,3\n1,r/b,2,4\n", "paths", columns=(1, 3))) == AB


def test_a_first_row_that_is_a_path_is_not_taken_for_names_or_a_comment():
    assert totals(read("#recycle/a,3\n#recycle/b,4\n")) == {
        "#recycle": 7.0, "#recycle/a": 3.0, "#recycle/b": 4.0
    }  # fmt: skip
    columns = {"format": "paths", "columns": (0, 1)}
    assert totals(read("file,12\n", **columns)) == {"file": 12.0}
    named = {"format": "paths", "columns": ("path", "2020")}
    assert totals(read("path,2020\nr/a,3\nr/b,4\n", **named)) == AB


def test_paths_without_weights_weigh_one_each():
    assert totals(read("r/a\nr/b/c\n")) == {"r": 2.0, "r/a": 1.0, "r/b": 1.0, "r/b/c": 1.0}
    assert totals(read("r\nr/a\nr/b\n")) == {"r": 2.0, "r/a": 1.0, "r/b": 1.0}


def test_separators_of_paths():
    assert totals(read("id,value\nr.a,3\nr.b,4\nr,\n", separator="."), ".") == {
        "r": 7.0, "r.a": 3.0, "r.b": 4.0
    }  # fmt: skip


def test_quoted_fields_may_hold_delimiters_quotes_and_newlines():
    tree = read('path,size\n"r/a, ""the first""",3\n"r/two\nlines",4\nr/c,5\n')
    assert tree.names.tolist() == ["r", 'a, "the first"', "two\nlines", "c"]
    with pytest.raises(FormatError, match=r":5: found '-5'"):
        read('path,size\n"r/a, ""the first""",3\n"r/two\nlines",4\nr/c,-5\n')


def test_cumulative_tables():
    text = "path,size\nr,10\nr/a,3\nr/b,4\n"
    tree = read(text, cumulative=True, internal="add_leaf")
    assert totals(tree) == {"r": 10.0, "r/a": 3.0, "r/b": 4.0, "r/.": 3.0}


def test_duplicates_are_refused_or_summed():
    text = "r/a,3\nr/b,1\nr//a,5\n"
    with pytest.raises(FormatError, match=r":3: found the path 'r//a' again, first on line 1"):
        read(text)
    assert totals(read(text, duplicates="sum")) == {"r": 9.0, "r/a": 8.0, "r/b": 1.0}


def test_record_of_an_installed_package(tmp_path):
    lines = "../../bin/x,sha256=abc-_,227\npkg/a.py,sha256=abc,3\npkg-1.dist-info/RECORD,,\n"
    expected = {
        ".": 230.0, "./..": 227.0, "./../..": 227.0, "./../../bin": 227.0, "./../../bin/x": 227.0,
        "./pkg": 3.0, "./pkg/a.py": 3.0, "./pkg-1.dist-info": 0.0, "./pkg-1.dist-info/RECORD": 0.0,
    }  # fmt: skip
    assert totals(read(lines)) == expected
    (tmp_path / "RECORD").write_text(lines)
    assert totals(read_tree(tmp_path / "RECORD")) == expected
    numpy_record = next(p for p in np.__path__)
    folder = os.path.dirname(numpy_record)
    found = [name for name in os.listdir(folder) if name.startswith("numpy-")]
    record = os.path.join(folder, found[0], "RECORD") if found else ""
    if os.path.exists(record):
        text = open(record, encoding="utf-8").read()  # noqa: SIM115
        sizes = [line.rpartition(",")[2] for line in text.splitlines()]
        tree = read_tree(record)
        assert tree.n_leaves == len(sizes)
        assert tree.weights[tree.root] == sum(int(size or 0) for size in sizes)


# -- ids and parents -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "id,parent,value\nr,,\na,r,3\nb,r,4\n",
        "r,,\na,r,3\nb,r,4\n",
        "parents\tvalues\tids\nr\t3\ta\n\t\tr\nr\t4\tb\n",
        "id;parent;weight\nb;r;4\na;r;3\nr;-1;0\n",
        'name,parent,size\n"r","",""\n"a","r","3"\n"b","r","4"\n',
    ],
)
def test_tables_of_ids_and_parents(text):
    assert totals(read(text)) == AB


def test_labels_are_names_and_rows_are_nodes():
    tree = read("ids,labels,parents,values\nx/b,B,x,4\nx,Root,,0\nx/a,A,x,3\n")
    assert tree.names.tolist() == ["B", "Root", "A"]
    assert tree.parents.tolist() == [1, -1, 1]


def test_parents_without_weights_count_leaves():
    assert read("id,parent\nr,\na,r\nb,a\nc,a\n").weights.tolist() == [2.0, 2.0, 1.0, 1.0]


def test_cumulative_values_as_plotly_has_them():
    text = "ids,parents,values\nb,r,4\nr,,10\na,r,3\n"
    with pytest.raises(FormatError, match=r":3: weights must be on leaves, got 10.0 .* \('r'\)"):
        read(text)
    assert totals(read(text, cumulative=True, internal="add_leaf")) == {
        "r": 10.0, "r/b": 4.0, "r/a": 3.0, "r/.": 3.0
    }  # fmt: skip
    with pytest.raises(FormatError, match=r":2: 'r' has 6 in all, less than .* below it, 7"):
        read("ids,parents,values\nr,,6\na,r,3\nb,r,4\n", cumulative=True)


@given(tree=trees(), order=st.randoms(use_true_random=False))
def test_tables_of_random_trees_in_any_order(tree, order):
    parents, own = tree
    own = [0 if node in parents else weight for node, weight in enumerate(own)]
    rows = [f"n{i},{'' if p < 0 else f'n{p}'},{w}" for i, (p, w) in enumerate(zip(parents, own))]
    order.shuffle(rows)
    direct = Tree.from_parents(parents, own, [f"n{i}" for i in range(len(parents))])
    assert totals(read("id,parent,value\n" + "\n".join(rows))) == totals(direct)


# -- edge lists ----------------------------------------------------------------------------------


def test_edges_with_and_without_weights():
    text = "# tree\nr a\nr\tb # right\n% done\na,c\n"
    assert totals(read(text, "edges")) == {"r": 2.0, "r/a": 1.0, "r/b": 1.0, "r/a/c": 1.0}
    weighted = read(text, weights=io.BytesIO(b"c 3\nb 4.5\n"))
    assert totals(weighted) == {"r": 7.5, "r/a": 3.0, "r/b": 4.5, "r/a/c": 3.0}


def test_weights_of_edges_are_refused_or_summed_where_doubled():
    two = b"a 3\nb 1\na 2\n"
    with pytest.raises(FormatError, match=r":3: found the node 'a' again, first on line 1"):
        read("r a\nr b\n", weights=io.BytesIO(two))
    assert read("r a\nr b\n", None, None, "sum", weights=io.BytesIO(two)).weights[0] == 6.0


# -- JSON ----------------------------------------------------------------------------------------

FLARE = """{
 "name": "flare",
 "children": [
  {"name": "vis", "children": [{"name": "Axes", "value": 1302, "extra": [1, {"name": 2}]}]},
  {"size": 3.5e1, "name": "util \\u00e9\\n\\"\\ud83c\\udf33", "children": null}
 ]
}"""


def test_json_by_hand():
    tree = read(FLARE)
    assert tree.names.tolist() == ["flare", "vis", "Axes", 'util é\n"🌳']
    assert tree.weights.tolist() == [1337.0, 1302.0, 1302.0, 35.0]


def test_json_keys_may_be_chosen():
    text = '{"id": 7, "kids": [{"a": 1, "b": 2}, {"b": 4}, {"a": null, "b": 8}], "name": []}'
    tree = read(text, columns=("id", "kids", "a", "b"))
    assert tree.weights.tolist() == [13.0, 1.0, 4.0, 8.0]
    assert tree.names.tolist() == ["7", "", "", ""]


@given(tree=trees(), indent=st.sampled_from([None, 1]), ascii=st.booleans())
def test_json_as_python_writes_it(oracles, tree, indent, ascii):
    parents, own = tree
    names = [f'"{i}" \\ é \U0001f333' for i in range(len(parents))]
    own = [0 if node in parents else weight for node, weight in enumerate(own)]
    nested = oracles.tree_reference.nested(parents, names, own)
    text = json.dumps(nested, indent=indent, ensure_ascii=ascii)
    assert totals(read(text)) == totals(Tree.from_parents(parents, own, names))
    assert totals(read(text)) == totals(Tree.from_nested(nested))


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=JUNK)
def test_other_keys_are_skipped_whatever_they_hold(value):
    text = json.dumps({"other": value, "name": "r", "children": [{"o": value, "value": 2}]})
    assert read(text, "json").weights.tolist() == [2.0, 2.0]


@given(data=st.data())
def test_text_that_python_refuses_as_json_is_refused(data):
    text = list(FLARE)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.sampled_from(["", ",", "}", "{", "[", '"', "\\", "x", "1", "-"]))
    changed = "".join(text)
    try:
        json.loads(changed)
    except ValueError:
        with pytest.raises(FormatError):
            read(changed, "json")


def test_json_of_depth_100_000():
    n = 100_000
    tree = read('{"children":[' * n + '{"name":"x","value":2}' + "]}" * n)
    assert (tree.depth, tree.weights[0]) == (n, 2.0)
    skipped = read('{"value": 1, "deep": ' + "[" * n + "]" * n + "}")
    assert skipped.n_nodes == 1


# -- Newick --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names", "parents"),
    [
        ("(,,(,));", ["", "", "", "", "", ""], [-1, 0, 0, 0, 3, 3]),
        ("A;", ["A"], [-1]),
        (
            " [&R] ( a [x [y] z] , 'b''s ( b' : 1e-3 ) root\n;\n",
            ["root", "a", "b's ( b"],
            [-1, 0, 0],
        ),
        ("(A:0.1,B:-0.2)C:.5[c];[end]", ["C", "A", "B"], [-1, 0, 0]),
        ("((a_b)''x)y;", None, None),
        ("('a':1,é:2);", ["", "a", "é"], [-1, 0, 0]),
    ],
)
def test_newick_by_hand(text, names, parents):
    if names is None:
        with pytest.raises(FormatError, match=":1: found 'x' where it cannot be"):
            read(text, "newick")
        return
    tree = read(text, "newick")
    assert tree.names.tolist() == names
    assert tree.parents.tolist() == parents


@given(tree=trees())
def test_newick_of_random_trees(oracles, tree):
    parents, own = tree
    names = [f"it's ({i})" for i in range(len(parents))]
    lengths = [weight / 8 for weight in own]
    text = oracles.tree_reference.newick(parents, names, lengths)
    direct = Tree.from_parents(parents, lengths, names, internal="ignore")
    assert totals(read(text, "newick", lengths=True)) == totals(direct)
    assert totals(Tree.from_newick(text, lengths=True)) == totals(direct)
    counted = read(text, "newick")
    assert counted.weights[counted.root] == direct.n_leaves


def test_newick_of_depth_100_000():
    n = 100_000
    tree = read("(" * n + "x" + ")" * n + ";", lengths=False)
    assert (tree.depth, tree.n_leaves) == (n, 1)


# -- numbers -------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=20))
def test_weights_are_read_to_the_last_bit(values):
    text = "path,size\n" + "".join(f"r/{i},{value!r}\n" for i, value in enumerate(values))
    assert read(text).weights[1:].tolist() == values


def test_numbers_of_many_digits_are_rounded_once():
    near = "0.50000000000000005551115123125782702118158340454101562501"
    assert read(f"r/a,{near}\nr/b,1\n").weights[1] == float(near)
    assert read(f"(a:{near},b:1);", lengths=True).weights[1] == float(near)
    assert read(f'{{"value": {near}}}').weights[0] == float(near)


# -- places and formats --------------------------------------------------------------------------


def test_files_gzip_and_pipes(tmp_path, monkeypatch):
    text = b"path,size\nr/a,3\nr/b,4\n"
    (tmp_path / "plain.csv").write_bytes(text)
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(text))
    assert totals(read_tree(tmp_path / "plain.csv")) == AB
    assert totals(read_tree(str(tmp_path / "packed.csv.gz"))) == AB
    assert totals(read_tree(io.BytesIO(gzip.compress(text)))) == AB
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert totals(read_tree("-")) == AB
    with pytest.raises(FileNotFoundError):
        read_tree(tmp_path / "absent.csv")


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("x", "12\ta/b\n", "listing"),
        ("x.txt", "  12\ta/b c\n4\ta", "listing"),
        ("x", "a/b,12\n", "paths"),
        ("x", "a/b\n", "paths"),
        ("x", "path,size,more\na,1,2\n", "paths"),
        ("x", "r,,\na,r,3\n", "parents"),
        ("x", "child\tparent\nr\t\n", "parents"),
        ("x", "a/b,sha256=x1_-,12\nc,,\n", "record"),
        ("RECORD", "a,,\n", "record"),
        ("x", ' \n{"name": "r"}', "json"),
        ("x.json", "12\ta", "json"),
        ("x", "(a,b);", "newick"),
        ("x", "[&R] (a,b);", "newick"),
        ("x.nwk.gz", "a;", "newick"),
        ("x.edges", "1 2\n", "edges"),
    ],
)
def test_formats_are_told_by_name_and_content(tmp_path, name, text, kind):
    data = gzip.compress(text.encode()) if name.endswith(".gz") else text.encode()
    (tmp_path / name).write_bytes(data)
    assert guess_format(load_text(tmp_path / name)) == kind


# -- what is wrong with files --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, r"<stream>: holds nothing"),
        (" \n\t\n", {}, r"holds nothing"),
        ("a\0b,3\n", {}, r":1: NUL byte"),
        (b"a/\xff,3\n", {}, r":1: byte 0xff is not UTF-8"),
        (b"\xff\xfea", {}, r":1: UTF-16"),
        (b"\x1f\x8bxxxx", {}, r"damaged gzip"),
        # listings
        ("4.0K\tr/a\n", {"format": "du"}, r":1: found '4.0K' as weight of 'r/a', .* du -h rounds"),
        ("5\tr/a\n-3\tr/b\n", {}, r":2: found '-3' as weight of 'r/b', allowed are fini"),
        ("5\tr/a\nr/b\n", {}, r":2: found other than 2 fields in 'r/b'"),
        ("5\tr/a\n6\t\n", {}, r":2: found no path"),
        ("5\tr/a\nnan\tr/b\n", {}, r":2: found 'nan'"),
        ("5\tr/a\n5\tr/a\n", {}, r":2: found the path 'r/a' again, first on line 1"),
        # tables of paths
        ("path,size\nr/a,3\nr/b,x\n", {}, r":3: found 'x' as weight of 'r/b', allowed are"),
        ("path,size\nr/a,3\nr/b,inf\n", {}, r":3: found 'inf'"),
        ("path,size\nr/a,3\nr/b,1e999\n", {}, r":3: found '1e999'"),
        ("path,size\nr/a,3\nr/b\n", {}, r":3: found other than 2 fields in 'r/b'"),
        ("path,size\nr/a,3\nr/b,4,5\n", {}, r":3: found other than 2 fields"),
        ("path,size\n", {}, r"holds no path"),
        ("r/a,x\nr/b,3\n", {}, r":1: cannot tell which of the columns"),
        ("file,12\ndata,3\n", {}, r":1: cannot tell whether .* are names of columns or a path"),
        ("path,size\nr/b/c,3\nr/b,2\n", {"cumulative": True}, r":3: 'r/b' has 2 in all"),
        ("# only\n", {"format": "paths"}, r"holds no row"),
        ("path,size\n,3\n", {}, r":2: found no path"),
        ('path,size\nr/c,1\n"r/a,3\n', {}, r":3: a quote starts here that does not end"),
        ('path,size\n"r/a"b,3\n', {}, r":2: found text after a closing quote"),
        ("r,3\nr/a,4\n", {}, r":1: weights must be on leaves, got 3.0 for node 0 \('r'\)"),
        ("a,b\nc,d\n", {"format": "paths"}, r":1: cannot tell which of the columns"),
        ("a,3\n", {"format": "paths", "columns": ("p", "q")}, r":1: found columns 'a', '3'"),
        (
            "a,3\n",
            {"format": "paths", "columns": (0, 5)},
            r":1: found 2 columns, expected number 5",
        ),
        # ids and parents
        ("id,parent\nr,\na,r\na,r\n", {}, r":4: found the id 'a' again, first on line 3"),
        ("id,parent\nr,\na,q\n", {}, r":3: found the parent 'q' of 'a', expected an id"),
        ("id,parent\nr,\na,r\nb,\n", {}, r":4: found the root 'b' beside 'r'"),
        ("id,parent\na,b\nb,a\n", {}, r"found no root"),
        ("id,parent\nr,\na,b\nb,a\n", {}, r":[34]: parents must form a tree, node . is its own"),
        ("id,parent\nr,\n,r\n", {}, r":3: found no id"),
        ("id,parent,value\nr,,\nb,a,-1\na,r,\n", {}, r":3: found '-1' as weight of 'r/a/b'"),
        ("id,parent,value\nr,,2\na,r,1\n", {}, r":2: weights must be on leaves"),
        ("id,parent\n", {}, r"holds no node"),
        ("parent,value\nr,2\n", {}, r":1: cannot tell which of the columns .* holds ids"),
        ("a\n", {"format": "parents"}, r":1: found one column"),
        # edges
        ("r a\nb\n", {"format": "edges"}, r":2: found 'b', expected a parent and a child"),
        ("r a\nr b 3\n", {"format": "edges"}, r":2: found 'r b 3', expected a parent and a child"),
        ("r a\nb a\n", {"format": "edges"}, r":2: found 'b' as parent of 'a', which has 'r' by"),
        ("r a\nq b\n", {"format": "edges"}, r":2: found the root 'q' beside 'r'"),
        ("a b\nb a\n", {"format": "edges"}, r"found no root"),
        ("r a\nb c\nc b\n", {"format": "edges"}, r":[23]: parents must form a tree"),
        ("# none\n", {"format": "edges"}, r"holds no edge"),
        # JSON
        ('{"name": "r",\n "value": -2}', {}, r":2: found '-2' as a weight.*; in node 'r'"),
        (
            '{"name": "r", "children": [{"name": "a"},\n{"name": "b", "value": true}]}',
            {},
            r":2: found 'true' as a weight, allowed .*; in node 'r/b'",
        ),
        ('{"name": "r",\n "value": "2"}', {}, r""":2: found '"2"' as a weight"""),
        ('{"name": ["r"]}', {}, r":1: found '\[' as a name"),
        ('{"children": {}}', {}, r":1: found '{' as children"),
        ('{"children": [\n3]}', {}, r":2: found '3' as a node"),
        ("[]", {}, r":1: found '\[' as a node"),
        ('{"name": "r"', {}, r":1: a bracket opens here that is not closed"),
        ('{"children": [{"value": 1}\n', {}, r":1: a bracket opens here"),
        ('{"name": "r",\n}', {}, r":2: found '}' where JSON allows"),
        ('{"name": "r"}\n}', {}, r":2: found '}' where JSON allows"),
        ('{"value": 01}', {}, r":1: found .* where JSON allows"),
        ('{"value": 1, "value": 2}', {}, r":1: found '2' under a key that the node has already"),
        ('{"children": [], "children": []}', {}, r":1: found '\[' under a key"),
        ('{"value": 1e999}', {}, r":1: found '1e999' as a weight"),
        ('{"value": 3,\n"children": [{"value": 1}]}', {}, r":1: weights must be on leaves"),
        # Newick
        ("(a,b)", {}, r"found no semicolon"),
        ("(a,\n(b;", {}, r":2: a parenthesis opens here that is not closed"),
        ("(a,b));", {}, r":1: found '\)' outside of all parentheses"),
        ("(a,b);\n(c,d);", {}, r":2: found '\(' after the semicolon, allowed is one tree"),
        ("(a,'b);", {}, r":1: a quote starts here"),
        ("(a,b[c);", {}, r":1: a comment starts here"),
        ("(a b);", {}, r":1: found 'b' where it cannot be"),
        ("(a:x,b);", {}, r":1: found 'x' as branch length, allowed are finite numbers$"),
        ("(a:1:2,b);", {}, r":1: found ':' where it cannot be"),
        ("(a:1,b:-2);", {"lengths": True}, r"found '-2' as branch length, .* of at least 0"),
        ("(a:1,\nb);", {"lengths": True}, r":2: leaf 'b' has no branch length"),
    ],
)
def test_faults_name_the_line_what_was_found_and_what_is_allowed(text, options, message):
    with pytest.raises(TreeFormatError, match=message):
        read(text, **options)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (b"a 1\nz 2\n", r":2: found the node 'z', which is in no edge"),
        (b"a 1\nb\n", r":2: found 'b', expected a node and its weight"),
        (b"a 1\nb 2 3\n", r":2: found 'b 2 3', expected a node and its weight"),
        (b"a 1\nb -2\n", r":2: found '-2' as weight of 'r/b'"),
        (b"a 1\n", r":2: leaf 'r/b' has no weight in the other file"),
        (b"a 1\nb 2\nr 3\n", r"weights must be on leaves, got 3.0 .* \('r'\)"),
    ],
)
def test_faults_of_weight_files(weights, message):
    with pytest.raises(TreeFormatError, match=message):
        read("r a\nr b\n", weights=io.BytesIO(weights))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"format": "csv"}, ValueError, "format must be one of du, find, .*, got 'csv'"),
        ({"duplicates": "max"}, ValueError, "duplicates must be one of"),
        ({"internal": "keep"}, ValueError, "internal must be one of"),
        ({"separator": ""}, ValueError, "separator must be"),
        ({"columns": (0, 1, 2)}, ValueError, r"columns must be \(path, weight\)"),
        ({"format": "parents", "columns": (0,)}, ValueError, r"columns must be \(id, parent\)"),
        ({"format": "json", "columns": (0, 1)}, ValueError, "columns must be the keys"),
        ({"format": "paths", "weights": "x"}, ValueError, "for the format 'edges' only"),
    ],
)
def test_arguments_are_checked(options, error, message):
    with pytest.raises(error, match=message):
        read("r/a,3\nr/b,4\n", **options)


def test_text_streams_are_refused():
    with pytest.raises(TypeError, match="binary mode"):
        read_tree(io.StringIO("a,3\n"))


# -- the scanner of fields -----------------------------------------------------------------------


@given(
    rows=st.lists(
        st.lists(st.text('ab,"\n é', max_size=5), min_size=3, max_size=3), min_size=1, max_size=8
    )
)
def test_fields_in_quotes_come_back_as_csv_writes_them(rows):
    lines = ["".join(f'"{field.replace(chr(34), chr(34) * 2)}",' for field in row) for row in rows]
    buffer = np.frombuffer(bytearray("".join(x[:-1] + "\n" for x in lines).encode()), np.uint8)
    starts, ends = np.empty((2, buffer.size, 3), np.int64)
    report = np.zeros(2, np.int64)
    slots = np.arange(3)
    n = fields.scan_rows(buffer, 0, ord(","), True, False, slots, starts, ends, report)
    assert (n, report[0]) == (len(rows), 0)
    found = [
        [buffer[starts[i, j] : ends[i, j]].tobytes().decode() for j in range(3)] for i in range(n)
    ]
    assert found == rows
