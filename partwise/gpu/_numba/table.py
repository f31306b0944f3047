"""The kernels of numba.cuda, in one table: file, twin on the CPU, and what they take, as in C."""

from __future__ import annotations

__all__ = ["TABLE"]

_TWINS = "partwise.gpu._kernels"


def _of_each(arguments: str) -> tuple[str, ...]:
    """Return a signature for whole and one for real numbers."""
    return tuple(arguments.replace("number", kind) for kind in ("int64", "double"))


#: By name: file of this folder, ``module:function`` that does the same with the same arguments on
#: the CPU, and signatures.
TABLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "vote_warp": (
        "vote", f"{_TWINS}.vote:vote_of_nodes",
        ("const int64* indptr, const int* indices, const double* weights, int weighted, "
         "const int* label, int penalised, const double* share, const double* total, "
         "const double* mass, const int* nodes, int size, int* winner, double* won, double* kept",),
    ),
    "segment_sums_thread": (
        "segments", f"{_TWINS}.segments:short_sums",
        _of_each("const number* values, const int64* starts, int size, int longest, number* sums"),
    ),
    "segment_sums_warp": (
        "segments", f"{_TWINS}.segments:long_sums",
        _of_each("const number* values, const int64* starts, const int* runs, int size, "
                 "number* sums"),
    ),
    "handshake": (
        "matching", f"{_TWINS}.matching:handshake",
        ("const int* best, int size, int* representative",),
    ),
}  # fmt: skip
