"""Rectangles in rows: the methods whose regions are boxes cut from a box."""

from __future__ import annotations

from partwise.kernels.jit import kernel

__all__ = ["inset", "slice_row", "squarify"]


@kernel
def inset(box, inner, padding, header):
    """Fill `inner` with the part of `box` that is left for children.

    A box too small for its margins leaves a point or a segment in its middle.
    """
    x0, y0, x1, y1 = box[0] + padding, box[1] + padding + header, box[2] - padding, box[3] - padding
    if x1 < x0:
        x0 = x1 = 0.5 * (box[0] + box[2])
    if y1 < y0:
        y0 = y1 = min(max(0.5 * (y0 + y1), box[1]), box[3])
    inner[0], inner[1], inner[2], inner[3] = x0, y0, x1, y1


@kernel
def slice_row(begin, end, share, total, axis, x0, y0, x1, y1, boxes):
    """Cut a box across `axis` (0: side by side) into boxes for the regions begin, ..., end - 1.

    The last one ends where the box ends, to the bit; `total` is the sum of their shares.
    """
    low, high = (x0, x1) if axis == 0 else (y0, y1)
    scale = (high - low) / total if total > 0.0 else 0.0
    at = low
    for i in range(begin, end):
        following = min(at + share[i] * scale, high) if i < end - 1 else high
        if axis == 0:
            boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3] = at, y0, following, y1
        else:
            boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3] = x0, at, x1, following
        at = following


@kernel
def _best_row(share, begin, end, value, alpha):
    """Return the sum and the end of the row from `begin` to before what makes its ratio worse.

    A row of sum s and extremes m <= M, as parts of the `value` that is left, has the worst ratio
    max(M / b, b / m) with b = s^2 alpha.
    """
    total = share[begin]
    largest = smallest = total / value
    strip = largest * largest * alpha
    worst = max(largest / strip, strip / smallest)
    stop = begin + 1
    while stop < end:
        part = share[stop] / value
        smallest, largest = min(smallest, part), max(largest, part)
        part = (total + share[stop]) / value
        strip = part * part * alpha
        ratio_with = max(largest / strip, strip / smallest)
        if ratio_with > worst:
            break
        total += share[stop]
        worst = ratio_with
        stop += 1
    return total, stop


@kernel
def squarify(first, count, share, boxes, row, axis, ratio, padding, header):
    """Fill the boxes of all regions but the first, whose box is given, level by level.

    Rows are laid along the shorter side of what is left; the next child joins the row while the
    worst ratio in it, relative to `ratio`, does not grow.

    Parameters
    ----------
    first, count : int32 arrays of shape (m,)
    share : float64 array of shape (m,)
        Descending among siblings.
    boxes : float64 array of shape (m, 4)
    row : int32 array of shape (m,)
        Rows that are to be kept: the same number for neighbours in a row. A list of children that
        has -1 anywhere gets new ones, which are filled in.
    axis : int8 array of shape (m,)
        Direction of these rows, 0 for side by side.
    ratio, padding, header : float
    """
    rest = share.copy()  # of each region and the siblings after it
    for i in range(len(first)):
        begin, end = first[i], first[i] + count[i]
        for k in range(end - 2, begin - 1, -1):
            rest[k] += rest[k + 1]
    inner = boxes[0].copy()
    for i in range(len(first)):
        if count[i] == 0:
            continue
        inset(boxes[i], inner, padding, header)
        x0, y0, x1, y1 = inner[0], inner[1], inner[2], inner[3]
        begin, end = first[i], first[i] + count[i]
        keep = row[begin:end].min() >= 0
        number = 0
        while begin < end:
            wide, high = x1 - x0, y1 - y0
            value = rest[begin]
            if wide <= 0.0 or high <= 0.0:
                slice_row(begin, end, share, value, 0, x0, y0, x1, y1, boxes)
                break
            across = 0 if wide < high else 1
            if keep:
                across = axis[begin]
            total = share[begin]
            stop = begin + 1
            if keep:
                while stop < end and row[stop] == row[begin]:
                    total += share[stop]
                    stop += 1
            else:
                total, stop = _best_row(
                    share, begin, end, value, max(high / wide, wide / high) / ratio
                )
                row[begin:stop], axis[begin:stop] = number, across
                number += 1
            part = total / value
            if across == 0:
                y = y0 + high * part if stop < end else y1
                slice_row(begin, stop, share, total, 0, x0, y0, x1, y, boxes)
                y0 = y
            else:
                x = x0 + wide * part if stop < end else x1
                slice_row(begin, stop, share, total, 1, x0, y0, x, y1, boxes)
                x0 = x
            begin = stop
