"""Writing a file so that it is whole or not there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

__all__ = ["atomic_write"]


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike[str], mode: str = "wb") -> Iterator[IO[Any]]:
    r"""Open a temporary file that becomes `path` when the block ends well.

    Parameters
    ----------
    path : str or path-like
        The file to write or to replace. A symbolic link is followed.
    mode : {"wb", "w"}, default="wb"
        Text is written as UTF-8 with ``\n`` line ends.

    Yields
    ------
    file object
        An open file in the folder of `path`.

    Notes
    -----
    On any error, Ctrl-C included, the temporary file is removed and an existing `path` is left as
    it was. The permissions of an existing file are kept; a new file gets those of the umask.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp(), "numbers.txt")
    >>> with atomic_write(path, "w") as file:
    ...     print(file.write("1 2 3"))
    5
    >>> path.read_text()
    '1 2 3'
    """
    if mode not in ("wb", "w"):
        raise ValueError(f"mode must be 'wb' or 'w', got {mode!r}")
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder")
    if target.exists() and not target.is_file():
        # A device or a named pipe, such as /dev/null or /dev/stdout, cannot be replaced.
        with _open(target, mode) as file:
            yield file
        return
    handle, temporary = tempfile.mkstemp(
        prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent
    )
    try:
        with _open(handle, mode) as file:
            yield file
            file.flush()
            os.fsync(handle)
        os.chmod(temporary, _permissions(target))
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _open(file: int | Path, mode: str) -> IO[Any]:
    if mode == "wb":
        return open(file, "wb")
    return open(file, "w", encoding="utf-8", newline="\n")


def _permissions(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o7777
    # The umask can only be read by setting it.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
