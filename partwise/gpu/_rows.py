"""Kernels over rows of a graph: short rows by a thread each, others by a warp or a block each."""

from __future__ import annotations

from typing import Any

from partwise.gpu._backend import Backend

__all__ = ["Rows"]

_SHORT, _LONG = 16, 1024  # arcs up to which a thread, and a warp, will do
_WARP, _BLOCK = 32, 256


class Rows:
    """Rows sorted out by their lengths, once for all launches.

    Parameters
    ----------
    backend : Backend
    indptr : int64 array of shape (n + 1,)
    short, long : int
        Arcs up to which a thread, and a warp, serve a row.
    """

    def __init__(
        self, backend: Backend, indptr: Any, *, short: int = _SHORT, long: int = _LONG
    ) -> None:
        self.backend = backend
        self.n = int(indptr.shape[0]) - 1
        if not backend.is_host:
            xp = backend.xp
            lengths = xp.diff(indptr)
            self.kind = (lengths > short).astype(xp.int8) + (lengths > long)
            self.kinds = [int(kind) for kind in xp.unique(self.kind).tolist()]
            self.whole = [xp.flatnonzero(self.kind == kind).astype(xp.int32) for kind in range(3)]

    def launch(self, name: str, head: tuple[Any, ...], nodes: Any, tail: tuple[Any, ...]) -> None:
        """Run a kernel on some rows.

        Parameters
        ----------
        name : str
            Of the kernel without the ``_thread`` or ``_block`` that it ends in; on the CPU that of
            its twin.
        head, tail : tuple
            Arguments before `nodes` and their number, and after them.
        nodes : int32 array, or None
            The rows, each once; None for all.
        """
        backend = self.backend
        if backend.is_host:
            nodes = backend.xp.arange(self.n, dtype=backend.xp.int32) if nodes is None else nodes
            if nodes.shape[0] > 0:
                backend.launch(name, nodes.shape[0], *head, nodes, nodes.shape[0], *tail)
            return
        for kind in self.kinds:
            rows = self.whole[kind] if nodes is None else nodes[self.kind[nodes] == kind]
            size = int(rows.shape[0])
            if size == 0:
                continue
            if kind == 0:
                backend.launch(f"{name}_thread", size, *head, rows, size, *tail)
            else:
                block = _WARP if kind == 1 else _BLOCK
                backend.launch(f"{name}_block", size * block, *head, rows, size, *tail, block=block)
