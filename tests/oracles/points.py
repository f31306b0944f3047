"""Slow partitioners of points: sort everything, in exact arithmetic where the numbers allow it."""

from fractions import Fraction

import numpy as np


def apportion(targets, n):
    """Largest remainders, of equal ones the first."""
    total = sum(Fraction(t) for t in targets)
    exact = [Fraction(t) * n / total for t in targets]
    sizes = [int(e) for e in exact]
    largest = sorted(range(len(exact)), key=lambda j: sizes[j] - exact[j])
    for j in largest[: n - sum(sizes)]:
        sizes[j] += 1
    return sizes


def halve(targets):
    """Number of targets before the half: the prefix nearest to it, of two the longer one."""
    half = Fraction(sum(targets)) / 2
    lengths = range(1, len(targets))
    return min(lengths, key=lambda m: (abs(Fraction(sum(targets[:m])) - half), -m))


def left_of(weights, need):
    """Number of items before the cut whose left side weighs nearest to `need` > 0.

    Items are taken until `need` is reached; the one that reaches it is taken if this is no farther
    from `need` than without it.
    """
    total = 0
    for taken, w in enumerate(weights):
        if total + w >= need:
            return taken + (total + w - need <= need - total)
        total += w
    return len(weights)


def bisection(X, targets, sizes=None, weights=None, direction=None):
    """Labels of recursive bisection; `direction` returns the axis to cut across."""
    X = np.asarray(X, dtype=float)
    labels = np.full(len(X), -1)

    def cut(ids, first, last):
        if last - first == 1 or len(ids) == 0:
            labels[ids] = first
            return
        middle = first + halve(targets[first:last])
        if direction is None:
            extents = X[ids].max(axis=0) - X[ids].min(axis=0)
            values = X[ids, int(np.argmax(extents))]
        else:
            values = X[ids] @ direction(X[ids], None if weights is None else weights[ids])
        sorted_ids = ids[np.argsort(values, kind="stable")]
        if weights is None:
            m = sum(sizes[first:middle])
        else:
            share = sum(targets[first:middle]) / sum(targets[first:last])
            total = weights[ids].sum()
            m = left_of(weights[sorted_ids], share * total) if total > 0 else share * len(ids)
            m = int(np.rint(m))
            m = min(max(m, middle - first), len(ids) - (last - middle))
        cut(np.sort(sorted_ids[:m]), first, middle)
        cut(np.sort(sorted_ids[m:]), middle, last)

    cut(np.arange(len(X)), 0, len(targets))
    return labels


def principal_axis(X, weights):
    """Eigenvector of the largest eigenvalue, its largest component positive."""
    vector = np.linalg.eigh(np.atleast_2d(np.cov(X.T, aweights=weights)))[1][:, -1]
    return vector * np.sign(vector[np.argmax(np.abs(vector))])


def multi_jagged(X, targets, factors, sizes=None, weights=None):
    """Labels of slabs within slabs."""
    X = np.asarray(X, dtype=float)
    labels = np.zeros(len(X), int)

    def cut(ids, first, last, level):
        if level == len(factors):
            labels[ids] = first
            return
        f = factors[level]
        parts = (last - first) // f
        sorted_ids = ids[np.argsort(X[ids, level % X.shape[1]], kind="stable")]
        ends = [first + parts * q for q in range(f + 1)]
        if weights is None:
            at = [sum(sizes[first:end]) for end in ends]
        else:
            total = weights[ids].sum()
            whole = sum(targets[first:last])
            shares = [sum(targets[first:end]) / whole for end in ends]
            if total > 0:
                at = [left_of(weights[sorted_ids], share * total) for share in shares]
            else:
                at = np.rint(np.array(shares) * len(ids)).astype(int)
            at[0], at[-1] = 0, len(ids)
            if min(np.diff(at)) < parts:
                for q in range(1, f):
                    at[q] = min(max(at[q], at[q - 1] + parts), len(ids) - parts * (f - q))
        for q in range(f):
            cut(np.sort(sorted_ids[at[q] : at[q + 1]]), ends[q], ends[q + 1], level + 1)

    cut(np.arange(len(X)), 0, len(targets), 0)
    return labels


def morton(cell, bits):
    """Interleave the bits of whole numbers, one after the other."""
    key = 0
    for level in reversed(range(bits)):
        for x in cell:
            key = key * 2 + (x >> level) % 2
    return key


def hilbert(cell, bits):
    """Skilling's AxestoTranspose, then the bits interleaved."""
    x = list(cell)
    q = 1 << (bits - 1)
    while q > 1:
        p = q - 1
        for i in range(len(x)):
            if x[i] & q:
                x[0] ^= p
            else:
                t = (x[0] ^ x[i]) & p
                x[0] ^= t
                x[i] ^= t
        q >>= 1
    for i in range(1, len(x)):
        x[i] ^= x[i - 1]
    t = 0
    q = 1 << (bits - 1)
    while q > 1:
        if x[-1] & q:
            t ^= q - 1
        q >>= 1
    return morton([i ^ t for i in x], bits)


def least_bottleneck(weights, targets):
    """Least maximum of weight over target of consecutive parts, by dynamic programming."""
    n = len(weights)
    sums = [Fraction(0)]
    for w in weights:
        sums.append(sums[-1] + Fraction(w))
    best = [Fraction(0)] + [None] * n
    for t in targets:
        best = [
            min(
                max(best[s], (sums[e] - sums[s]) / Fraction(t))
                for s in range(e + 1)
                if best[s] is not None
            )
            for e in range(n + 1)
        ]
    return best[n]
