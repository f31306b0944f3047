"""Columns of a flow matrix: expanded, inflated and pruned, in one go and without the others."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["flow_columns"]


@kernel
def _spread(indptr, indices, values, mass, row, n_row, other, n_other):
    """Replace a sparse vector by the matrix times it.

    The entries of the vector are in `mass` at the places ``row[:n_row]``; those of the result will
    be in the same array at ``other[:n_other]``, which is returned. Masses are positive.
    """
    kept = np.empty(n_row)
    for i in range(n_row):
        kept[i] = mass[row[i]]
        mass[row[i]] = 0.0
    for i in range(n_row):
        k = row[i]
        for j in range(indptr[k], indptr[k + 1]):
            at = indices[j]
            if mass[at] == 0.0:
                other[n_other] = at
                n_other += 1
            mass[at] += kept[i] * values[j]
    return n_other


@kernel
def flow_columns(
    indptr, indices, values, first, last, expansion, inflation, pruning,
    mass, row, other, out_ptr, out_indices, out_values,
):  # fmt: skip
    """Compute the columns ``first:last`` of the next flow matrix, as long as there is room.

    Parameters
    ----------
    indptr, indices, values
        The matrix by columns: column k has the entries ``values[indptr[k]:indptr[k + 1]]``.
    expansion : int
        The power of the matrix, at least 2.
    inflation : float
        The power of each entry.
    pruning : float
        Entries below it are dropped, but never the largest of a column.
    mass : float64 array of shape (n,)
        Zeros, now and afterwards.
    row, other : int32 arrays of shape (n,)
        Scratch.
    out_ptr : int64 array of shape (last - first + 1,)
        Receives where each column begins.
    out_indices, out_values : arrays
        Receive the entries, in the order in which they were reached.

    Returns
    -------
    done : int
        Number of columns computed.
    change : float
        Largest difference of an entry to that of the matrix before.
    """
    put, change = 0, 0.0
    out_ptr[0] = 0
    for column in range(first, last):
        n_row = 1
        row[0] = column
        mass[column] = 1.0
        for _ in range(expansion):
            n_other = _spread(indptr, indices, values, mass, row, n_row, other, 0)
            row, other = other, row
            n_row = n_other
        full = put + n_row > len(out_indices)
        if full:
            for i in range(n_row):
                mass[row[i]] = 0.0
            return column - first, change
        largest = 0.0
        for i in range(n_row):
            largest = max(largest, mass[row[i]])
        total = 0.0
        for i in range(n_row):
            # Relative to the largest entry, so that no power underflows to a column of zeros.
            mass[row[i]] = (mass[row[i]] / largest) ** inflation
            total += mass[row[i]]
        limit = min(pruning * total, 1.0)
        kept = 0.0
        start = put
        for i in range(n_row):
            x = mass[row[i]]
            mass[row[i]] = 0.0
            if x >= limit:
                out_indices[put] = row[i]
                out_values[put] = x
                kept += x
                put += 1
        for i in range(start, put):
            out_values[i] /= kept
            mass[out_indices[i]] = out_values[i]
        for j in range(indptr[column], indptr[column + 1]):
            change = max(change, abs(mass[indices[j]] - values[j]))
            mass[indices[j]] = 0.0
        for i in range(start, put):
            # What is left was no entry before.
            change = max(change, mass[out_indices[i]])
            mass[out_indices[i]] = 0.0
        out_ptr[column - first + 1] = put
    return last - first, change
