"""The one decorator by which partwise compiles a function.

:func:`kernel` is ``numba.njit(cache=True, nogil=True)`` with three faults of the plain form mended:

- the cache of a function is thrown away when *any* file it may call into changes (its own folder,
  the folders of kernels that files there import from, and ``partwise/kernels``), not only its own
  file, so a stale helper is never linked in;
- where neither the package's folder nor the user's cache folder can be written, a temporary folder
  serves, and failing that the function is compiled in memory, instead of an error at import;
- the first real compilation of a process is announced (:func:`on_compile`), because it takes long
  enough for a user to wonder.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core import event
from numba.core.caching import CompileResultCacheImpl, FunctionCache

from partwise._version import __version__

__all__ = ["kernel", "on_compile"]

_KERNELS = Path(__file__).resolve().parent
_FOREIGN = re.compile(rb"^from (partwise(?:\.\w+)*\._kernels)\b", re.MULTILINE)


@cache
def _stamp(folder: Path) -> str:
    """Return a digest of the version and of every source file that kernels of `folder` may call."""
    digest = hashlib.sha1(__version__.encode(), usedforsecurity=False)
    for directory in sorted(_reached(folder)):
        for name, source in _sources(directory).items():
            digest.update(f"{name}\0".encode())
            digest.update(source)
    return digest.hexdigest()


def _reached(folder: Path) -> set[Path]:
    """Return the folders of kernels that imports lead to from `folder`, itself included."""
    found, waiting = {folder, _KERNELS}, [folder]
    while waiting:
        for source in _sources(waiting.pop()).values():
            for package in _FOREIGN.findall(source):
                other = _KERNELS.parents[1].joinpath(*package.decode().split("."))
                if other not in found:
                    found.add(other)
                    waiting.append(other)
    return found


@cache
def _sources(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}


class _Stamped:
    """Mixin of a cache locator: the stamp covers all files that a kernel may call into."""

    _py_file: str

    def get_source_stamp(self) -> str:
        """Return what the index of a cache must have been written with to be used."""
        return _stamp(Path(self._py_file).resolve().parent)


def _stamped(base: type) -> type:
    return type(base.__name__, (_Stamped, base), {})


_BASES = {base.__name__.lstrip("_"): base for base in CompileResultCacheImpl._locator_classes}


class _TemporaryLocator(_Stamped, _BASES["InTreeCacheLocator"]):  # type: ignore[misc]
    """A folder of this user under the system's temporary folder: the last resort."""

    def __init__(self, py_func: Callable[..., Any], py_file: str) -> None:
        super().__init__(py_func, py_file)
        who = getpass.getuser() if os.name == "nt" else str(os.getuid())
        tag = hashlib.sha1(os.path.dirname(py_file).encode(), usedforsecurity=False).hexdigest()
        self._cache_path = os.path.join(tempfile.gettempdir(), f"partwise-cache-{who}", tag[:12])

    def ensure_cache_path(self) -> None:
        """Make the folder; refuse one that another user could write to."""
        os.makedirs(os.path.dirname(self._cache_path), mode=0o700, exist_ok=True)
        if os.name != "nt" and os.stat(os.path.dirname(self._cache_path)).st_uid != os.getuid():
            raise PermissionError(f"{os.path.dirname(self._cache_path)} belongs to another user")
        super().ensure_cache_path()


class _CacheImpl(CompileResultCacheImpl):
    _locator_classes = [*map(_stamped, _BASES.values()), _TemporaryLocator]  # noqa: RUF012


class _Cache(FunctionCache):
    _impl_class = _CacheImpl


def kernel(
    function: Callable[..., Any] | None = None, *, allocates: bool = True, **options: Any
) -> Any:
    """Compile `function` in nopython mode, without the GIL, cached on disk.

    Parameters
    ----------
    function : callable
        A function of arrays and scalars.
    allocates : bool, default=True
        Whether it makes or returns arrays. One that does not need not count references: where
        small functions pass on tuples of many arrays, counting takes four fifths of the time.
    **options
        Passed on to :func:`numba.njit`, such as ``parallel=True`` or ``inline="always"``.
    """
    if function is None:
        return lambda f: kernel(f, allocates=allocates, **options)
    dispatcher = numba.njit(nogil=True, _nrt=allocates, **options)(function)
    if numba.config.DISABLE_JIT:
        return dispatcher
    try:
        dispatcher._cache = _Cache(dispatcher.py_func)
    except (RuntimeError, OSError) as error:
        warnings.warn(f"compiled kernels cannot be kept on disk: {error}", stacklevel=2)
    return dispatcher


class _CompileListener(event.Listener):
    def __init__(self, notify: Callable[[str], None]) -> None:
        self._notify = notify
        self._told = False

    def on_start(self, event: Any) -> None:
        """Notify when the first kernel of partwise begins to be compiled."""
        if not self._told and event.data["dispatcher"].py_func.__module__.startswith("partwise."):
            self._told = True
            self._notify(event.data["dispatcher"].py_func.__qualname__)

    def on_end(self, event: Any) -> None:
        """Nothing to do when a compilation ends."""


def on_compile(notify: Callable[[str], None]) -> Callable[[], None]:
    """Call `notify` once, when the first kernel of partwise is compiled and not loaded from disk.

    Parameters
    ----------
    notify : callable
        Receives the name of the function that is about to be compiled.

    Returns
    -------
    callable
        Call it to stop listening.
    """
    listener = _CompileListener(notify)
    event.register("numba:compile", listener)
    return lambda: event.unregister("numba:compile", listener)
