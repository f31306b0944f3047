import gzip
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.errors import GraphFormatError
from partwise.graph import Hypergraph, read_hypergraph
from partwise.partition.netlist._files import read_netlist, write_netlist
from partwise.partition.netlist._netlist import Netlist

HGR = b"2 3\n1 2\n2 3\n"
TABLE = b"node,LUT,DSP\n1,7,0\n2,0,1\n2,90,0\n3,5,0\n"
CHOICES = [[[7, 0]], [[0, 1], [90, 0]], [[5, 0]]]
HAND = Netlist.from_arrays(3, [[0, 1], [1, 2]], CHOICES, resources=["LUT", "DSP"])
JSON = b"""{
 "resources": ["LUT", "DSP"],
 "personalities": [
  [[7, 0]],
  [[0, 1],
   [90, 0]],
  [[5, 0]]
 ]
}
"""
SUFFIXES = (".csv", ".tsv", ".json", ".csv.gz", ".json.gz", "")

names = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=8
)


@st.composite
def netlists(draw):
    n = draw(st.integers(0, 6))
    n_resources = draw(st.integers(1, 4))
    node = st.integers(0, max(n - 1, 0))
    nets = draw(st.lists(st.lists(node, min_size=1, max_size=4), max_size=6 if n else 0))
    weights = st.lists(st.integers(0, 2**40), min_size=len(nets), max_size=len(nets))
    amount = st.integers(0, 20) | st.integers(0, 2**54)
    vector = st.lists(amount, min_size=n_resources, max_size=n_resources)
    choices = st.lists(st.lists(vector, min_size=1, max_size=3), min_size=n, max_size=n)
    resources = st.lists(names, min_size=n_resources, max_size=n_resources, unique=True)
    return Netlist.from_arrays(
        n,
        nets,
        draw(choices),
        net_weights=draw(st.none() | weights),
        resources=draw(resources),
    )


def read(side, hgr=HGR, **options):
    return read_netlist(io.BytesIO(hgr), io.BytesIO(side), **options)


def test_hand_case():
    assert read(TABLE).equals(HAND)
    assert read(JSON).equals(HAND)


@given(netlists(), st.sampled_from(SUFFIXES))
def test_round_trip(tmp_path_factory, netlist, suffix):
    folder = tmp_path_factory.mktemp("netlist")
    write_netlist(netlist, folder / "a.hgr", folder / f"a{suffix}")
    again = read_netlist(folder / "a.hgr", folder / f"a{suffix}")
    assert again.equals(netlist)
    assert read_hypergraph(folder / "a.hgr").node_weights is None
    assert {path.name for path in folder.iterdir()} == {"a.hgr", f"a{suffix}"}


def test_round_trip_of_the_streams():
    for side in (TABLE, JSON, gzip.compress(TABLE), gzip.compress(JSON)):
        hgr, table = io.BytesIO(), io.BytesIO()
        write_netlist(read(side), hgr, table)
        assert (hgr.getvalue(), table.getvalue()) == (HGR, TABLE)


def test_a_single_weight_needs_no_second_file(tmp_path):
    netlist = Netlist.from_arrays(
        4, [[0, 1], [1, 2]], [[[5]], [[0]], [[2]], [[9]]], net_weights=[3, 4], resources=["weight"]
    )
    for name in ("a.hgr", "a.hgr.gz"):
        write_netlist(netlist, tmp_path / name)
        assert read_netlist(tmp_path / name).equals(netlist)
    assert (tmp_path / "a.hgr").read_bytes() == b"2 4 11\n3 1 2\n4 2 3\n5\n0\n2\n9\n"
    assert read_netlist(tmp_path / "a.hgr", resources=["LUT"]).resources == ("LUT",)
    ones = read_netlist(io.BytesIO(HGR))
    assert ones.amounts.tolist() == [[1], [1], [1]]
    assert ones.resources == ("weight",)
    write_netlist(netlist, tmp_path / "b.hgr", tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == b"node,weight\n1,5\n2,0\n3,2\n4,9\n"
    assert read_hypergraph(tmp_path / "b.hgr").node_weights is None


@pytest.mark.parametrize(
    "table",
    [
        TABLE.replace(b",", b"\t"),
        TABLE.replace(b",", b";"),
        TABLE.replace(b"\n", b"\r\n"),
        TABLE.rstrip(b"\n"),
        b"\xef\xbb\xbf" + TABLE,
        b"# made by hand\n\n  \t\n" + TABLE.replace(b"\n", b" # why, oh; why\n\n"),
        b"Node, LUT , DSP\n 1 ,  7, 0\n2,0,1\n2,090,00\n3,5,0\n  # end",
        b'"node","LUT","DSP"\n1,7,0\n2,0,1\n2,90,0\n3,5,0\n',
        b"node,LUT,DSP\n3,5,0\n2,0,1\n1,7,0\n2,90,0\n",
    ],
)
def test_tables_in_many_hands(table):
    assert read(table).equals(HAND)


def test_rows_of_a_node_keep_their_order(tmp_path):
    rng = np.random.default_rng(0)
    nodes = np.concatenate([np.arange(50), rng.integers(0, 50, 200)])
    rng.shuffle(nodes)
    text = "node,a\n" + "".join(f"{v + 1},{i}\n" for i, v in enumerate(nodes))
    netlist = read(text.encode(), b"0 50\n")
    for v in range(50):
        assert netlist.personalities_of(v).ravel().tolist() == np.flatnonzero(nodes == v).tolist()


def test_the_resources_asked_for():
    netlist = read(TABLE, resources=["DSP"])
    assert netlist.amounts.tolist() == [[0], [1], [0], [0]]
    swapped = read(JSON, resources=("DSP", "LUT"))
    assert swapped.amounts.tolist() == HAND.amounts[:, ::-1].tolist()
    with pytest.raises(ValueError, match=r"'FF', which <stream> does not have; it has LUT, DSP"):
        read(TABLE, resources=["LUT", "FF"])
    with pytest.raises(ValueError, match=r"resources\[1\] is 'LUT', which is there already"):
        read(TABLE, resources=["LUT", "LUT"])


def test_node_weights_do_not_count_beside_personalities():
    assert read(TABLE, b"2 3 10\n1 2\n2 3\n8\n8\n8\n").equals(HAND)


def test_names_with_separators_are_quoted(tmp_path):
    resources = ['a,b"c', "d;e", "# f", "ü %"]
    netlist = Netlist.from_arrays(1, [], [[[1, 2, 3, 4]]], resources=resources)
    for suffix in SUFFIXES:
        write_netlist(netlist, tmp_path / "a.hgr", tmp_path / f"a{suffix}")
        assert read_netlist(tmp_path / "a.hgr", tmp_path / f"a{suffix}").resources == tuple(
            resources
        )


TOO_MUCH = 2**62
ALLOWED = r"allowed are integers from 0 to 2\*\*62 - 1"


@pytest.mark.parametrize(
    ("table", "line", "reason"),
    [
        (b"", 1, r"expected a header 'node,RESOURCE,...', found nothing"),
        (b"# only\n\n", 1, r"found nothing"),
        (b"\n1,7,0\n", 2, r"expected a header.*found '1,7,0'"),
        (b"node\n1\n", 1, r"expected a header.*found 'node'"),
        (b"node LUT\n1 7\n", 1, r"expected a header.*found 'node LUT'"),
        (b"node,LUT,LUT\n", 1, r"bad header: resources\[1\] is 'LUT', which is there already"),
        (b"node,LUT,\n", 1, r"bad header: resources\[1\] is ''"),
        (b'node,"LUT\n', 1, r"bad header: "),
        (b"node,LUT,DSP\n1,7\n", 2, r"2 columns, expected 3 as in the header"),
        (b"node,LUT,DSP\n1,7,0,0\n", 2, r"4 columns, expected 3"),
        (b"node,LUT,DSP\n\n1,7,0,\n", 3, r"4 columns, expected 3"),
        (b"node,LUT,DSP\n1 7 0\n", 2, r"1 columns, expected 3"),
        (b"node,LUT,DSP\n1,7 0,0\n", 2, rf"LUT is '7 0', {ALLOWED}"),
        (b"node,LUT,DSP\n1,,0\n", 2, rf"LUT is '', {ALLOWED}"),
        (b"node\tLUT\tDSP\n1\t\t0\n", 2, rf"LUT is '', {ALLOWED}"),
        (b"node,LUT,DSP\n1,7,-3\n", 2, rf"DSP is '-3', {ALLOWED}"),
        (b"node,LUT,DSP\n1,7,0.5\n", 2, rf"DSP is '0.5', {ALLOWED}"),
        (b"node,LUT,DSP\n1,NaN,0\n", 2, rf"LUT is 'NaN', {ALLOWED}"),
        (b"node,LUT,DSP\n1,7,1e3\n", 2, rf"DSP is '1e3', {ALLOWED}"),
        (b"node,LUT,DSP\n1,7,%d\n" % TOO_MUCH, 2, rf"DSP is '{TOO_MUCH}', {ALLOWED}"),
        (b"node,LUT,DSP\n1,7," + b"9" * 9999 + b"\n", 2, rf"DSP is '9{{60}}', {ALLOWED}"),
        (b"node,LUT,DSP\nx,7,0\n", 2, r"node is 'x', allowed are integers from 1"),
        (b"node,LUT,DSP\n1,7,0\n0,7,0\n", 3, r"node 0, allowed are 1 to 3"),
        (b"node,LUT,DSP\n1,7,0\n4,7,0\n5,x,0\n", 3, r"node 4, allowed are 1 to 3"),
        (b"node,LUT,DSP\n1,7,x\n4,7,0\n", 2, r"DSP is 'x'"),
        (b"node,LUT\n1,1\n3,1\n", 3, r"node 2 has no row; every node needs at least one"),
        (b"node,LUT\n3,1\n", 2, r"node 1 has no row, nor have 1 others; every node needs"),
        (b"node,LUT\n", 1, r"node 1 has no row, nor have 2 others"),
        (b"node,LUT\n1,%d\n2,%d\n3,0\n" % (2**61, 2**61), 3, r"sum to 2\*\*62 or more up to here"),
        (b"node,LUT\n1,0\n2,%d\n3,1\n" % (2**62 - 1), 4, r"sum to 2\*\*62 or more up to here"),
        (b"node,LUT\n1,7\n2,\x00\n", 3, r"NUL byte"),
        (b"node,LUT\n1,7\n2,\xff\n", 3, r"not UTF-8"),
        (b"node,L\xffT\n1,7\n", 1, r"not UTF-8"),
        (b"\xff\xfen\x00", 1, r"UTF-16"),
    ],
)
def test_bad_tables(tmp_path, table, line, reason):
    path = tmp_path / "table.csv"
    path.write_bytes(table)
    with pytest.raises(GraphFormatError, match=reason) as caught:
        read_netlist(io.BytesIO(HGR), path)
    assert (caught.value.file, caught.value.line) == (str(path), line)
    path.write_bytes(gzip.compress(table))
    with pytest.raises(GraphFormatError, match=reason) as caught:
        read_netlist(io.BytesIO(HGR), path)
    assert caught.value.line == line


def listing(*personalities):
    """A JSON text with the lists of one node per line, from line 2 on."""
    return b'{"resources": ["LUT"], "personalities": [\n' + b",\n".join(personalities) + b"\n]}"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b"", 1, r"invalid JSON: Expecting value"),
        (b"{\n'a': 1}", 2, r"invalid JSON: Expecting property name"),
        (b"[1]", 1, r"expected an object with resources and personalities"),
        (b"[" * 100_000, 1, r"invalid JSON: "),
        (b"7" * 10_000, 1, r"invalid JSON: "),
        (b"{}", 1, r"expected a list 'resources', found none"),
        (b'{\n"resources": {}}', 2, r"expected a list 'resources', found an object"),
        (b'{"resources": ["a"],\n"personalities": "b"}', 2, r"'personalities', found \"b\""),
        (b'{\n\n"resources": [], "personalities": []}', 3, r"resources is empty"),
        (b'{\n"resources": ["a", "a"], "personalities": []}', 2, r"'a', which is there already"),
        (b'{\n"resources": [1], "personalities": []}', 2, r"resources\[0\] must be text, got int"),
        (b'{"resources": ["a"],\n"personalities": []}', 2, r"0 lists.*has 3 nodes"),
        (listing(b"[[1]]", b"[]", b"[[1]]"), 3, r"node 2 has no personality"),
        (listing(b"[[1]]", b"[[1]]", b"null"), 4, r"node 3 has null, expected a list of vectors"),
        (listing(b"[[1]]", b'"ab"', b"[[1]]"), 3, r'node 2 has "ab", expected a list of vectors'),
        (listing(b"[[1]]", b"[[1],\n{}]", b"[[1]]"), 4, r"personality 2 of node 2 is an object"),
        (listing(b"[[1]]", b"[1]", b"[[1]]"), 3, r"personality 1 of node 2 is 1, expected a list"),
        (listing(b"[[1]]", b"[[1, 2]]", b"[[1]]"), 3, r"has 2 amounts, expected 1"),
        (listing(b"[[1]]", b"[[1]]", b"[[]]"), 4, r"personality 1 of node 3 has 0 amounts"),
        (listing(b"[[1]]", b"[[1], [\n-1]]", b"[[1]]"), 4, rf"2 of node 2 holds -1, {ALLOWED}"),
        (listing(b"[[1]]", b"[[0.5]]", b"[[1]]"), 3, rf"holds 0.5, {ALLOWED}"),
        (listing(b"[[1]]", b"[[NaN]]", b"[[1]]"), 3, rf"holds NaN, {ALLOWED}"),
        (listing(b"[[1]]", b"[[1e999]]", b"[[1]]"), 3, rf"holds Infinity, {ALLOWED}"),
        (listing(b"[[1]]", b"[[true]]", b"[[1]]"), 3, rf"holds true, {ALLOWED}"),
        (listing(b"[[1]]", b"[[[1]]]", b"[[1]]"), 3, rf"holds a list, {ALLOWED}"),
        (listing(b"[[1]]", b"[[%d]]" % TOO_MUCH, b"[[1]]"), 3, rf"holds {TOO_MUCH}, {ALLOWED}"),
        (listing(b"[[1]]", b"[[%d]]" % 10**30, b"[[1]]"), 3, rf"holds 10+, {ALLOWED}"),
        (
            listing(b"[[%d]]" % (TOO_MUCH - 1), b"[[0], [1]]", b"[[1]]"),
            3,
            r"sum to 2\*\*62 or more up to here",
        ),
        (b'{"resources": ["\xff"]}', 1, r"not UTF-8"),
    ],
)
def test_bad_json(tmp_path, text, line, reason):
    path = tmp_path / "personalities.json"
    path.write_bytes(text)
    with pytest.raises(GraphFormatError, match=reason) as caught:
        read_netlist(io.BytesIO(HGR), path)
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_lines_of_json_values():
    text = b'{"note": {"personalities": [[\n]], "x": "]}\\"["},\n"resources": ["a"],\n'
    text += b'"personalities": [[[1]], [[1]],\n[[1], ["b"]]]}'
    with pytest.raises(GraphFormatError, match='personality 2 of node 3 holds "b"') as caught:
        read(text)
    assert caught.value.line == 5


def test_a_bad_hypergraph_names_its_own_file(tmp_path):
    path = tmp_path / "a.hgr"
    path.write_bytes(b"2 3\n1 2\n2 7\n")
    with pytest.raises(GraphFormatError, match=r"pin 7, allowed are 1 to 3") as caught:
        read_netlist(path, io.BytesIO(TABLE))
    assert (caught.value.file, caught.value.line) == (str(path), 3)
    with pytest.raises(GraphFormatError, match=r"node 1, allowed are none, as the hypergraph has"):
        read(TABLE, b"0 0\n")
    with pytest.raises(FileNotFoundError):
        read_netlist(io.BytesIO(HGR), tmp_path / "missing.csv")


def test_what_files_cannot_hold(tmp_path):
    paths = tmp_path / "a.hgr", tmp_path / "a.csv"
    named = Netlist.from_arrays(1, [], [[[1]]], names=["x"])
    pinless = Netlist.from_arrays(1, [[]], [[[1]]])
    fractions = Netlist.from_arrays(2, [[0, 1]], [[[1]], [[1]]], net_weights=[0.5])
    for netlist, message in (
        (named, "names=False leaves them out"),
        (pinless, "no nets without pins"),
        (fractions, "net_weights"),
    ):
        with pytest.raises(ValueError, match=message):
            write_netlist(netlist, *paths)
        assert list(tmp_path.iterdir()) == []
    write_netlist(named, *paths, names=False)
    assert read_netlist(*paths).equals(Netlist.from_arrays(1, [], [[[1]]]))
    with pytest.raises(ValueError, match=r"one amount per node, the netlist has 4 personal.* of 2"):
        write_netlist(HAND, tmp_path / "b.hgr")
    with pytest.raises(TypeError, match=r"netlist must be a Netlist, got Hypergraph"):
        write_netlist(Hypergraph.from_nets([]), *paths)


def test_a_failed_write_leaves_the_old_files(tmp_path):
    paths = tmp_path / "a.hgr", tmp_path / "a.csv"
    write_netlist(HAND, *paths)
    with pytest.raises(ValueError, match="no nets without pins"):
        write_netlist(Netlist.from_arrays(1, [[]], [[[1]]]), *paths)
    assert [path.read_bytes() for path in paths] == [HGR, TABLE]
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_json_is_one_line_per_node(tmp_path):
    write_netlist(HAND, tmp_path / "a.hgr", tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text()
    assert text.splitlines()[2:-1] == ["[[7, 0]],", "[[0, 1], [90, 0]],", "[[5, 0]]"]
    assert json.loads(text) == {"resources": ["LUT", "DSP"], "personalities": CHOICES}


def mutated(rng, content):
    """Change, insert, remove or repeat some bytes."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, len(data) + 1))
        length = int(rng.integers(1, 4))
        kind = rng.integers(0, 5)
        if kind == 0:
            data[at : at + length] = rng.integers(0, 256, length, dtype=np.uint8).tobytes()
        elif kind == 1:
            data[at:at] = bytes(rng.choice(list(b"0129,;\t -.#\"'[]{}:\r\nenode"), length).tolist())
        elif kind == 2:
            del data[at : at + length]
        elif kind == 3:
            data[at:at] = data[at : at + 10 * length]
        else:
            del data[at:]
    return bytes(data)


def netlist_or_error(path):
    try:
        return read_netlist(io.BytesIO(HGR), path)
    except GraphFormatError as error:
        return error


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("suffix", [".csv", ".json", ".csv.gz"])
def test_damaged_files_give_a_netlist_or_a_format_error(tmp_path, suffix, seed):
    rng = np.random.default_rng(seed)
    content = {".csv": TABLE, ".json": JSON, ".csv.gz": gzip.compress(TABLE, mtime=0)}[suffix]
    path = tmp_path / f"side{suffix}"
    good = 0
    for _ in range(150):
        path.write_bytes(mutated(rng, content))
        result = netlist_or_error(path)
        if isinstance(result, GraphFormatError):
            assert result.file == str(path)
            assert result.line is not None or "gzip" in result.reason
        else:
            good += 1
            assert result.n_nodes == 3
            write_netlist(result, tmp_path / "a.hgr", tmp_path / "a.csv")
            assert read_netlist(tmp_path / "a.hgr", tmp_path / "a.csv").equals(result)
    assert good < 150


@pytest.mark.parametrize("size", [0, 1, 2, 5, 9])
def test_cut_off_files(tmp_path, size):
    for content in (TABLE, JSON):
        with pytest.raises(GraphFormatError):
            read(content[:size])
        with pytest.raises(GraphFormatError):
            read(gzip.compress(content)[: size + 2])
