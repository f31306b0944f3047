"""Points from CSV and its kin, NumPy arrays and Parquet: what is read, and what is refused."""

import gzip
import io

import numpy as np
import pytest

from partwise.cluster import read_points
from partwise.errors import FormatError, TableFormatError

ROWS = [[0.0, 1.5], [-2.0, 1e3], [0.25, 3.0]]


def read(text, **options):
    return read_points(io.BytesIO(text.encode()), **options)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", " ", "   "])
@pytest.mark.parametrize("header", ["", "x{0}y\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_delimiter_with_and_without_header(delimiter, header, end):
    lines = [delimiter.join(map(str, row)) for row in ROWS]
    text = (header.format(delimiter) + "\n".join(lines)).replace("\n", end)
    table = read(text)
    np.testing.assert_array_equal(table.values, ROWS)
    assert table.columns == (["x", "y"] if header else None)
    assert (table.ids, table.weights) == (None, None)


def test_roles_of_columns_by_name_and_number():
    text = '# made by hand\n% twice\nw,"the, name",x,y\n1,a b,0,1.5\n2,"c,d",-2,1e3\n.5,e,.25,3\n'
    by_name = read(text, id_column="the, name", weight_column="w")
    by_number = read(text, id_column=1, weight_column=0)
    for table in (by_name, by_number):
        np.testing.assert_array_equal(table.values, ROWS)
        assert table.ids.tolist() == ["a b", "c,d", "e"]
        assert table.weights.tolist() == [1, 2, 0.5]
        assert table.columns == ["x", "y"]
    swapped = read(text, columns=["y", 2])
    np.testing.assert_array_equal(swapped.values, np.array(ROWS)[:, ::-1])
    assert swapped.columns == ["y", "x"]


def test_header_is_found_or_said():
    assert read("1,2\n3,4\n").values.tolist() == [[1, 2], [3, 4]]
    assert read("2020,2021\n3,4\n", header=True).columns == ["2020", "2021"]
    with pytest.raises(TableFormatError, match=r":1: has 'a' in column 1"):
        read("a,b\n3,4\n", header=False)


def test_quotes_blank_lines_byte_order_mark_and_gzip(tmp_path):
    path = tmp_path / "points.csv.gz"
    path.write_bytes(gzip.compress(b'\xef\xbb\xbfx,y\n"0",1.5\n\n-2,"1e3"\n0.25,3'))
    np.testing.assert_array_equal(read_points(path).values, ROWS)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint8])
def test_arrays_keep_their_dtype(tmp_path, dtype):
    array = np.arange(12).reshape(4, 3).astype(dtype)
    np.save(tmp_path / "a.npy", array)
    whole = read_points(tmp_path / "a.npy").values
    np.testing.assert_array_equal(whole, array)
    assert whole.dtype == dtype
    table = read_points(tmp_path / "a.npy", id_column=0, weight_column=2)
    assert table.ids.tolist() == [0, 3, 6, 9]
    assert table.weights.tolist() == [2, 5, 8, 11]
    assert table.values.tolist() == [[1], [4], [7], [10]]
    np.save(tmp_path / "line.npy", array[:, 0])
    assert read_points(tmp_path / "line.npy").values.shape == (4, 1)


def test_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "points.parquet"
    columns = {"who": ["a", "b"], "x": [0.5, 1.5], "y": [2.0, 3.0], "n": [1, 2]}
    parquet.write_table(pa.table(columns), path)
    table = read_points(path, id_column="who", weight_column="n")
    assert (table.values.tolist(), table.columns) == ([[0.5, 2.0], [1.5, 3.0]], ["x", "y"])
    assert (table.ids.tolist(), table.weights.tolist()) == (["a", "b"], [1, 2])
    with pytest.raises(TableFormatError, match="column 'who' holds string"):
        read_points(path)
    parquet.write_table(pa.table({"x": [1.0, None]}), path)
    with pytest.raises(TableFormatError, match="column 'x' has missing values"):
        read_points(path)
    path.write_bytes(b"PAR1 no")
    with pytest.raises(TableFormatError, match="is no Parquet file"):
        read_points(path)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("x,y\n1,2\n3\n", {}, ":3: has 1 fields, the first line has 2"),
        ("1,2\n3,4,5\n", {}, ":2: has 3 fields, the first line has 2"),
        ("1,2,3\n3,4,5,6\n", {"columns": [0]}, ":2: has 4 fields, the first line has 3"),
        ("#c\nx,y\n1,2\n\n3,q\n", {}, ":5: has 'q' in column 'y', allowed are finite numbers"),
        ("1 2\n3 nan\n", {}, ":2: has 'nan' in column 2"),
        ("1,2\n3,inf\n", {}, ":2: has 'inf' in column 2"),
        ("1,2\n3,\n", {}, ":2: has an empty field in column 2"),
        ("a,1\nb,2\n", {}, ":1: has 'a' in column 1"),
        ("", {}, "holds no point"),
        ("# nothing\n\n", {}, "holds no point"),
        ("x,y\n", {}, "holds no point"),
        ("x,y\n1,2\n", {"columns": ["z"]}, "has 0 columns 'z' among 'x', 'y'"),
        ("x,x\n1,2\n", {"id_column": "x"}, "has 2 columns 'x'"),
        ("1,2\n", {"columns": ["x"]}, "has no header, and so no column 'x'"),
        ("1,2\n", {"columns": [2]}, "has 2 columns, so no column 2"),
        ("1\n2\n", {"id_column": 0}, "has no column of coordinates"),
        ("x,w\n1,2\n1,-3\n", {"weight_column": "w"}, "has weight -3.0 in row 2"),
    ],
)
def test_faults_name_their_place(text, options, message):
    with pytest.raises(TableFormatError) as caught:
        read(text, **options)
    assert message in str(caught.value)
    assert isinstance(caught.value, FormatError)


def test_faults_of_binary_files(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(b"no array")
    with pytest.raises(TableFormatError, match="is no NumPy array"):
        read_points(path)
    np.save(path, np.array([[1.0, np.nan]]))
    with pytest.raises(TableFormatError, match="has nan in row 0, column 1"):
        read_points(path)
    np.save(path, np.zeros((2, 2, 2)))
    with pytest.raises(TableFormatError, match=r"shape \(2, 2, 2\)"):
        read_points(path)
    np.save(path, np.array([["a"]]))
    with pytest.raises(TableFormatError, match="dtype <U1"):
        read_points(path)
    (tmp_path / "b.csv").write_bytes(b"1,2\n\xff,3\n")
    with pytest.raises(TableFormatError, match=r"b\.csv:2: is not UTF-8 text"):
        read_points(tmp_path / "b.csv")
    with pytest.raises(ValueError, match="format must be one of csv, tsv, npy, parquet"):
        read(b"1".decode(), format="xls")
