"""Blocks of work on threads of our own, with BLAS held to one thread meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from partwise.kernels.parallel import deal

__all__ = ["run_jobs", "single_blas"]

_LOCK = threading.Lock()
_HOLDERS = 0
_LIMIT: Any = None


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController  # comes with scikit-learn

    return ThreadpoolController()


@contextmanager
def single_blas() -> Iterator[None]:
    """Hold BLAS to one thread, so that products do not depend on how many there are.

    The setting is that of the whole process; the last of several threads to leave restores it.
    """
    global _HOLDERS, _LIMIT
    with _LOCK:
        _HOLDERS += 1
        if _HOLDERS == 1:
            _LIMIT = _controller().limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        with _LOCK:
            _HOLDERS -= 1
            if _HOLDERS == 0:
                _LIMIT.restore_original_limits()
                _LIMIT = None


def run_jobs(work: Callable[[int, int], None], n_jobs: int, n_items: int) -> None:
    """Deal the items to threads, as :func:`~partwise.kernels.parallel.deal`, with BLAS on one."""
    with single_blas():
        deal(work, n_jobs, n_items)
