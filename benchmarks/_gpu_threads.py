"""How many threads the suite `gpu` gives the CPU; to be imported before what has threads."""

from __future__ import annotations

import os

__all__ = ["THREADS"]

THREADS = 2
for _name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, str(THREADS))
