"""``partwise cluster``: tables, distances and graphs in; labels, medoids, JSON and pictures out."""

import json

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from partwise.cluster import KMedoids, fastermsc, medoid_silhouette
from partwise.graph import grid_graph, write_graph


@pytest.fixture
def points():
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(c, 0.3, (20, 3)) for c in ((0, 0, 0), (4, 0, 0), (0, 4, 4))])


@pytest.fixture
def table(tmp_path, points):
    """Return the path of a CSV file with a header, names and weights."""
    path = tmp_path / "points.csv"
    lines = [
        f"p{i},{','.join(map(repr, row))},{1 + i % 3}" for i, row in enumerate(points.tolist())
    ]
    path.write_text("name,x,y,z,w\n" + "\n".join(lines) + "\n")
    return path


def values(out):
    return dict(line.split(" ", 1) for line in out.splitlines())


def rows_of(path):
    return [line.split("\t") for line in path.read_text().splitlines()]


def test_labels_medoids_and_report_agree_with_the_estimator(call, table, points, blocks_of):
    folder = table.parent
    done = call(
        "cluster", table, "-k", 3, "--id", "name", "--weight", "w", "--seed", 4,
        "--labels", folder / "labels.tsv", "--medoids", folder / "medoids.tsv",
        "--json", folder / "report.json",
    )  # fmt: skip
    assert (done.code, done.errors) == (0, [])
    weights = 1.0 + np.arange(60) % 3
    model = KMedoids(3, random_state=4).fit(points, sample_weight=weights)
    labels = blocks_of(f"{table}.part.3")
    np.testing.assert_array_equal(labels, model.labels_)
    assert rows_of(folder / "labels.tsv") == [[f"p{i}", str(labels[i])] for i in range(60)]
    medoids = [f"p{i}" for i in model.medoid_indices_]
    assert rows_of(folder / "medoids.tsv") == [[name, str(i)] for i, name in enumerate(medoids)]

    facts = json.loads((folder / "report.json").read_text())
    distances = cdist(points, points[model.medoid_indices_])
    assert facts["loss"] == pytest.approx((distances.min(axis=1) * weights).sum())
    nearest = np.sort(distances, axis=1)
    silhouettes = 1 - nearest[:, 0] / nearest[:, 1]
    assert facts["medoid_silhouette"] == pytest.approx(silhouettes.mean())
    assert (facts["n_objects"], facts["n_features"], facts["n_clusters"]) == (60, 3, 3)
    assert (facts["medoids"], facts["sizes"], facts["seed"]) == (medoids, [20, 20, 20], 4)
    assert (facts["algorithm"], facts["metric"]) == ("fasterpam", "euclidean")
    assert facts["options"]["weight"] == "w"
    assert set(facts["outputs"]) == {"output", "labels", "medoids", "json"}
    shown = values(done.out)
    assert float(shown["loss"]) == facts["loss"]
    assert shown["medoids"] == str(folder / "medoids.tsv")


def test_distances_and_array_of_points_agree(call, tmp_path, points, blocks_of):
    np.save(tmp_path / "X.npy", points)
    np.save(tmp_path / "D.npy", cdist(points, points, "cityblock"))
    for words in (
        ["X.npy", "--metric", "manhattan"],
        ["--precomputed", "D.npy"],
        ["D.npy", "--metric", "precomputed"],
    ):
        words = [str(tmp_path / word) if word.endswith(".npy") else word for word in words]
        out = tmp_path / "labels"
        done = call("cluster", *words, "-k", 3, "-o", out)
        assert (done.code, done.errors) == (0, [])
        assert np.bincount(blocks_of(out)).tolist() == [20, 20, 20]
        expected = cdist(points, points, "cityblock")
        medoids = json.loads(call("cluster", *words, "-k", 3, "-o", out, "--json", "-").out)
        assert medoids["loss"] == pytest.approx(
            expected[:, medoids["medoids"]].min(axis=1).sum(), rel=1e-6
        )


def test_graph_with_lengths(call, tmp_path, pairs):
    done = call("cluster", pairs, "-k", 2, "--metric", "shortest-path", "--labels", "-")
    assert (done.code, done.errors) == (0, [])
    labels = dict(line.split("\t") for line in done.out.splitlines())
    assert labels["a"] == labels["b"] == labels["c"] != labels["d"]
    assert labels["d"] == labels["e"] == labels["f"]

    grid = tmp_path / "grid.graph"
    write_graph(grid_graph((6, 6)), grid)
    done = call("cluster", grid, "-k", 1, "--metric", "shortest-path", "--json", "-")
    facts = json.loads(done.out)
    assert (facts["loss"], facts["n_features"], facts["medoid_silhouette"]) == (108, None, None)

    apart = tmp_path / "apart.txt"
    apart.write_text("1 2\n3 4\n")
    done = call("cluster", apart, "-k", 2, "--metric", "shortest-path")
    assert done.code == 1
    assert done.errors[0].startswith(f"{apart}: the graph has 2 components")

    lengths = tmp_path / "lengths.txt"
    lengths.write_text("1 2 1\n2 3 50\n3 4 1\n")
    for words, loss in (([], 2), (["--unweighted"], 2)):
        words = ["cluster", lengths, "-k", 2, "--metric", "shortest-path", "--json", "-", *words]
        assert json.loads(call(*words).out)["loss"] == loss
    words = ["cluster", lengths, "-k", 1, "--metric", "shortest-path", "--json", "-"]
    assert json.loads(call(*words).out)["loss"] == 1 + 50 + 51
    assert json.loads(call(*words, "--unweighted").out)["loss"] == 4


def test_medoid_silhouette_method(call, table, points):
    words = ["cluster", table, "-k", 3, "--columns", "x,y,4", "--method", "msc", "--json", "-"]
    facts = json.loads(call(*words).out)
    D = cdist(points, points).astype(np.float32)
    expected = fastermsc(D, 3, random_state=0)
    assert facts["medoid_silhouette"] == pytest.approx(expected.score, rel=1e-5)
    score = medoid_silhouette(D, facts["medoids"])
    assert facts["medoid_silhouette"] == pytest.approx(score, rel=1e-5)
    assert facts["loss"] is None


@pytest.mark.parametrize(
    "algorithm", ["ils", "fastpam1", "pam", "alternating", "fasterclara", "fasterclarans",
                  "onebatch"]
)  # fmt: skip
def test_every_algorithm_finds_clear_clusters(call, table, algorithm):
    words = ["cluster", table, "-k", 3, "--columns", "2-4", "--algorithm", algorithm]
    init = ["--init", "build"] if algorithm == "alternating" else []
    facts = json.loads(call(*words, *init, "--json", "-").out)
    assert (facts["algorithm"], facts["sizes"]) == (algorithm, [20, 20, 20])


def test_coreset_and_restarts(call, table):
    words = ["cluster", table, "-k", 3, "--columns", "2-4", "--json", "-"]
    assert json.loads(call(*words, "--coreset", 30).out)["sizes"] == [20, 20, 20]
    one, best = (json.loads(call(*words, "--restarts", n).out)["loss"] for n in (1, 9))
    assert best <= one


@pytest.mark.parametrize("threads", [1, 2])
def test_many_files_with_resume(call, table, points, tmp_path, threads, blocks_of):
    np.save(tmp_path / "more.npy", points[:40])
    (tmp_path / "bad.csv").write_text("1,2\n3,x\n")
    words = [
        "cluster", tmp_path / "more.npy", tmp_path / "bad.csv", "-k", 2, "--out-dir",
        tmp_path / "out", "-j", threads, "--report", tmp_path / "report.jsonl", "--resume",
    ]  # fmt: skip
    done = call(*words)
    assert done.code == 1
    assert len(done.errors) == 1
    assert f"{tmp_path / 'bad.csv'}:2: has 'x' in column 2" in done.errors[0]
    assert np.bincount(blocks_of(tmp_path / "out" / "more.npy.part.2")).tolist() == [20, 20]
    (tmp_path / "bad.csv").write_text("1,2\n3,4\n")
    assert call(*words).code == 0
    lines = (tmp_path / "report.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["status"] for line in lines[-2:]) == ["ok", "skipped"]


@pytest.mark.parametrize("kind", ["auto", "scatter", "silhouette"])
def test_pictures(call, table, kind):
    pytest.importorskip("matplotlib")
    picture = table.parent / "picture.svg"
    words = ["cluster", table, "-k", 3, "--columns", "2-4", "--plot", picture, "--plot-kind", kind]
    assert call(*words).code == 0
    first = picture.read_bytes()
    assert first.startswith(b"<?xml")
    assert call(*words).code == 0
    assert picture.read_bytes() == first


def test_pipe(spawn, table):
    done = spawn("cluster", "-", "-k", 3, "--id", "name", "--labels", "-", "-o", "none",
                 stdin=table.read_bytes())  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[0].startswith("p0\t")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-k", 0], "-k: must be at least 1, got 0"),
        (["-k", 61], "-k: must be at most the number of rows, 60, got 61"),
        (["-k", 1, "--method", "msc"], "-k: must be at least 2, got 1"),
        (["-k", 2, "--metric", "foo"], "--metric: metric must be one of"),
        (["-k", 2, "--columns", "0"], "--columns: must be names or numbers from 1 on, got '0'"),
        (["-k", 2, "--columns", "3-1"], "--columns: must be numbers from 1 on, ascending"),
        (["-k", 2, "--format", "xls"], "--format: must be one of csv, tsv, npy, parquet"),
        (["-k", 2, "--method", "msc", "--coreset", 9], "are for --method kmedoids"),
        (["-k", 2, "--method", "msc", "--weight", "w"], "--weight: is for --method kmedoids"),
        (["-k", 2, "--algorithm", "onebatch", "--coreset", 9], "--coreset: is for algorithms on"),
        (["-k", 2, "--algorithm", "onebatch", "--restarts", 3], "--restarts: onebatch has none"),
        (["-k", 2, "--precomputed", "--coreset", 9], "--coreset: needs points"),
        (["-k", 2, "--precomputed", "--metric", "cosine"], "--precomputed: the table holds"),
        (["-k", 2, "--precomputed", "--algorithm", "onebatch"], "onebatch needs points"),
        (["-k", 2, "--precomputed", "--plot-kind", "scatter"], "--plot-kind: there are no points"),
        (["-k", 2, "--unweighted"], "--unweighted: is for graphs"),
        (["-k", 2, "--metric", "shortest-path", "--id", "a"], "--id: is for tables"),
        (["-k", 2, "-o", "-", "--medoids", "-"], "only one of them can go to standard output"),
    ],
)
def test_wrong_usage(call, table, words, message):
    before = sorted(table.parent.iterdir())
    names = [] if "shortest-path" in words else ["--id", "name"]
    done = call("cluster", table, *names, *words)
    assert done.code == 2
    assert message in done.err
    assert sorted(table.parent.iterdir()) == before


def test_a_table_that_is_no_matrix(call, table):
    done = call("cluster", table, "--id", "name", "--precomputed", "-k", 2)
    assert done.code == 1
    assert done.errors == [
        f"{table}: D must be a square matrix of dissimilarities, got shape (60, 4)"
    ]
    assert not table.with_name("points.csv.part.2").exists()
