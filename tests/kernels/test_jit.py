"""What the cache of compiled code is thrown away for."""

from pathlib import Path

import numba
import numpy as np
import pytest

import partwise
from partwise.kernels import jit

PACKAGE = Path(partwise.__file__).parent


@pytest.fixture
def stamp():
    """The digest of a folder as a new process finds it."""

    def fresh(folder):
        jit._stamp.cache_clear()
        jit._sources.cache_clear()
        return jit._stamp(folder)

    yield fresh
    jit._stamp.cache_clear()
    jit._sources.cache_clear()


def test_folders_of_kernels_that_imports_lead_to_are_reached():
    reached = jit._reached(PACKAGE / "geometry/treemaps/_kernels")
    assert PACKAGE / "geometry/cells/_kernels" in reached
    assert PACKAGE / "kernels" in reached
    assert PACKAGE / "graph/io/_kernels" not in reached
    assert PACKAGE / "graph/io/_kernels" in jit._reached(PACKAGE / "geometry/tree_files/_kernels")


def test_every_import_of_foreign_kernels_is_seen():
    for path in PACKAGE.rglob("_kernels/*.py"):
        for line in path.read_text().splitlines():
            if "_kernels" in line and line.lstrip().startswith(
                ("from partwise", "import partwise")
            ):
                module = line.split()[1].rpartition("._kernels")[0] + "._kernels"
                folder = PACKAGE.parent.joinpath(*module.split("."))
                assert folder in jit._reached(path.parent), f"{path}: {line}"


def test_a_changed_new_or_renamed_file_changes_the_stamp(tmp_path, stamp):
    (tmp_path / "a.py").write_text("x = 1\n")
    seen = [stamp(tmp_path)]
    assert stamp(tmp_path) == seen[0]
    (tmp_path / "a.py").write_text("x = 2\n")
    seen.append(stamp(tmp_path))
    (tmp_path / "b.py").write_text("")
    seen.append(stamp(tmp_path))
    (tmp_path / "b.py").rename(tmp_path / "c.py")
    seen.append(stamp(tmp_path))
    assert len(set(seen)) == 4


def test_a_changed_file_of_another_room_changes_the_stamp(tmp_path, stamp, monkeypatch):
    monkeypatch.setattr(jit, "_KERNELS", tmp_path / "partwise/kernels")
    ours, theirs = tmp_path / "partwise/a/_kernels", tmp_path / "partwise/b/c/_kernels"
    for folder in (ours, theirs, tmp_path / "partwise/kernels"):
        folder.mkdir(parents=True)
    (ours / "f.py").write_text("from partwise.b.c._kernels.g import g\n")
    (theirs / "g.py").write_text("g = 1\n")
    before = stamp(ours)
    (theirs / "g.py").write_text("g = 2\n")
    assert stamp(ours) != before


def test_a_kernel_that_does_not_allocate_works_on_views_and_tuples_of_arrays():
    @jit.kernel(allocates=False)
    def fill(pair, row):
        for j in range(pair[0].shape[1]):
            pair[0][row, j] = pair[1][j]
        return pair[0][row].sum()

    target, values = np.zeros((2, 3)), np.array([1.0, 2.0, 4.0])
    assert fill((target, values), 1) == 7.0
    assert target.tolist() == [[0.0, 0.0, 0.0], [1.0, 2.0, 4.0]]


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")
def test_a_kernel_that_allocates_in_spite_of_what_it_says_is_not_compiled():
    @jit.kernel(allocates=False)
    def squares(n):
        return (np.arange(n) ** 2).sum()

    with pytest.raises(numba.core.errors.NumbaError):
        squares(3)
