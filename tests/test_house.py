"""The house itself: what an import costs and loads, who imports whom, how it installs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata, util
from pathlib import Path

import pytest

import partwise

ROOT = Path(__file__).resolve().parent.parent
IMPORT_BUDGET_SECONDS = 0.3
FOREIGN = ("torch", "cupy", "networkx", "sklearn", "matplotlib", "numba", "scipy", "pandas")

NO_ROOMS = {"cli", "kernels", "errors"}
ROOMS = sorted(
    path.parent.name
    for path in Path(partwise.__file__).parent.glob("*/__init__.py")
    if path.parent.name not in NO_ROOMS
)

in_checkout = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").exists(), reason="runs in a checkout only"
)


def run_python(
    code: str, *, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh interpreter; `env` is added to this process's environment."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=inherited | (env or {}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def loaded_by(statement: str) -> set[str]:
    """Return the top-level packages that are loaded after `statement` in a fresh interpreter."""
    code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_import_is_within_its_budget() -> None:
    code = (
        "import time; start = time.perf_counter(); import partwise; "
        "print(time.perf_counter() - start)"
    )
    # the best of several: the others tell how busy the machine is
    seconds = min(float(run_python(code).stdout) for _ in range(7))
    assert seconds < IMPORT_BUDGET_SECONDS


@pytest.mark.parametrize("statement", ["import partwise", "import partwise; dir(partwise)"])
def test_import_loads_no_heavy_package(statement: str) -> None:
    assert not loaded_by(statement) & {*FOREIGN, "numpy"}


@pytest.mark.parametrize("module", [*ROOMS, "cli"])
def test_rooms_load_their_packages_when_used(module: str) -> None:
    assert not loaded_by(f"import partwise.{module}") & set(FOREIGN)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_are_reached_as_attributes(room: str) -> None:
    done = run_python(f"import partwise; print(partwise.{room}.__name__)")
    assert done.stdout.strip() == f"partwise.{room}", done.stderr


def test_unknown_attribute_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'partitions'"):
        _ = partwise.partitions


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_exists(room: str) -> None:
    module = getattr(partwise, room)
    assert module.__all__
    for name in module.__all__:
        assert getattr(module, name) is not None
        assert name in dir(module)


@pytest.mark.parametrize(
    ("package", "extra", "use"),
    [
        (
            "matplotlib",
            "plot",
            "import partwise.plot; partwise.plot.plot_partition([(0, 1), (1, 2)], [0, 0, 1])",
        ),
        (
            "pyarrow",
            "io",
            "import io, partwise.graph as g; g.read_graph(io.BytesIO(b''), format='parquet')",
        ),
        ("torch", "neural", "import partwise.gpu; partwise.gpu.contrastive_loss(None, None)"),
    ],
    ids=["plot", "io", "neural"],
)
def test_missing_extra_names_its_install_command(package: str, extra: str, use: str) -> None:
    done = run_python(f"import sys; sys.modules[{package!r}] = None\n{use}")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(("ImportError", "ModuleNotFoundError"))
    assert f"pip install 'partwise[{extra}]'" in last


@in_checkout
def test_import_contract() -> None:
    pytest.importorskip("importlinter")
    done = run_python(
        "import sys; from importlinter.cli import lint_imports\n"
        "sys.exit(lint_imports(no_cache=True, no_logo=True))"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_version_is_said_once() -> None:
    assert metadata.version("partwise") == partwise.__version__


@in_checkout
def test_changelog_knows_the_version() -> None:
    headings = re.findall(r"^## \[?([^\]\s]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert partwise.__version__ in headings


@in_checkout
def test_constraints_pin_every_dependency() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]*==[\w.!]+", pin) for pin in pins)
    pinned = {pin.partition("==")[0] for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    wanted += [need for extra in ("dev", "plot", "io", "peers", "neural") for need in extras[extra]]
    names = {re.match(r"[\w.-]+", need).group().lower().replace("_", "-") for need in wanted}
    assert names <= pinned


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel of the checkout, built by the backend that pyproject.toml names."""
    if not (ROOT / "pyproject.toml").exists() or util.find_spec("hatchling") is None:
        pytest.skip("needs a checkout and hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    done = run_python(
        f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    )
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = ROOT / "partwise"
    sources = {str(path.relative_to(ROOT)) for path in package.rglob("*.py")}
    assert sources <= names
    assert "partwise/py.typed" in names
    outside = {name.partition("/")[0] for name in names} - {"partwise"}
    assert outside == {f"partwise-{partwise.__version__}.dist-info"}
    assert not [name for name in names if name.endswith((".nbi", ".nbc", ".pyc"))]


PROBE = """
from partwise.kernels.jit import kernel


@kernel
def twice(x):
    return 2 * x
"""


@pytest.fixture
def closed_install(tmp_path: Path) -> Path:
    """Return a folder with a copy of partwise in which no cache folder can be made.

    Permission bits would not stop the superuser, under which containers run; a file in the place
    of each cache folder stops everybody.
    """
    site = tmp_path / "site"
    source = Path(partwise.__file__).parent
    shutil.copytree(source, site / "partwise", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "partwise" / "kernels" / "_probe.py").write_text(PROBE)
    for folder in [path.parent for path in site.rglob("__init__.py")]:
        (folder / "__pycache__").write_text("not a folder")
    (tmp_path / "file").write_text("not a folder")
    return site


def run_probe(site: Path, temporary: Path) -> subprocess.CompletedProcess[str]:
    """Run the probe kernel of `site` without a home, with `temporary` for temporary files."""
    nowhere = str(site.parent / "file" / "below")
    code = (
        f"import sys, tempfile; sys.path.insert(0, {str(site)!r})\n"
        f"tempfile.tempdir = {str(temporary)!r}\n"
        "import partwise; from partwise.kernels._probe import twice\n"
        "print(partwise.__file__, twice(21))"
    )
    homes = ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE", "IPYTHONDIR")
    return run_python(code, cwd=site, env=dict.fromkeys(homes, nowhere))


def test_read_only_install_keeps_kernels_in_the_temporary_folder(closed_install: Path) -> None:
    temporary = closed_install.parent / "temporary"
    temporary.mkdir()
    done = run_probe(closed_install, temporary)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(closed_install / "partwise" / "__init__.py"), "42"]
    assert list(temporary.rglob("*.nbi"))


def test_kernels_run_where_nothing_can_be_written(closed_install: Path) -> None:
    done = run_probe(closed_install, closed_install.parent / "file")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "42"
    assert "cannot be kept on disk" in done.stderr
