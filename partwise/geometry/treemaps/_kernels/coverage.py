"""Exact coverage of pixels by polygons, the anti-aliasing of the PNG pictures.

An edge of a polygon covers, with the sign of its direction, everything to its right. Summed over
the edges, what is left is the part of each pixel inside the polygon, for concave polygons too. A
row of `cover` holds differences along the row, so that an edge touches only the pixels it crosses
and one running sum gives the coverage.
"""

from __future__ import annotations

import math

from partwise.kernels.jit import kernel

__all__ = ["add_edge", "paint_faces", "paint_lines"]


@kernel
def add_edge(x0, y0, x1, y1, cover, low, high):
    """Add what lies to the right of an edge to the rows of `cover`.

    Parameters
    ----------
    x0, y0, x1, y1 : float
        Of the edge, in pixels, inside the picture.
    cover : float64 array of shape (height, width + 2)
    low, high : int64 arrays of shape (height,)
        The columns of each row that hold something; kept up to date.
    """
    if y0 == y1:
        return
    # A polygon whose area is positive runs upwards at its right side where y points down.
    sign = -1.0
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, 1.0
    slope = (x1 - x0) / (y1 - y0)
    first = math.floor(y0)
    last = math.ceil(y1)
    x = x0
    for row in range(first, last):
        if row + 1 < last:
            following = x0 + (row + 1 - y0) * slope
            height = row + 1 - max(float(row), y0)
        else:
            following = x1
            height = y1 - max(float(row), y0)
        weight = sign * height
        left, right = min(x, following), max(x, following)
        x = following
        column = math.floor(left)
        end = math.floor(right)
        low[row] = min(low[row], column)
        high[row] = max(high[row], end + 1)
        # reach(t), the mean over the edge of max(0, t - x): its growth over a pixel is the part of
        # the pixel to the right of the edge.
        width = right - left
        reached = 0.0
        part = 0.0
        while column <= end:
            t = column + 1.0
            if t >= right:
                reach = t - 0.5 * (left + right)
            else:
                reach = 0.5 * (t - left) * (t - left) / width
            grown = reach - reached
            cover[row, column] += weight * (grown - part)
            reached, part = reach, grown
            column += 1
        cover[row, end + 1] += weight * (1.0 - part)


@kernel
def paint_faces(indptr, xy, colours, canvas, cover, low, high):
    """Add the colour of each polygon to the pixels, times the part of the pixel that it covers.

    Parameters
    ----------
    indptr, xy : int64 array of shape (k + 1,), float64 array of shape (indptr[-1], 2)
        Polygons of positive area, in pixels.
    colours : float32 array of shape (k, 4)
        What a pixel that is covered gains; the last is 1 where the polygon covers no other one.
    canvas : float32 array of shape (height, width, 4)
    cover, low, high : float64 array of shape (height, width + 2), int64 arrays of shape (height,)
        Scratch: all 0, larger than any column, and -1; left in that state.
    """
    nothing = cover.shape[1]
    for i in range(len(indptr) - 1):
        begin, end = indptr[i], indptr[i + 1]
        red, green, blue, alpha = colours[i, 0], colours[i, 1], colours[i, 2], colours[i, 3]
        x0 = x1 = xy[begin, 0]
        y0 = y1 = xy[begin, 1]
        twice = 0.0
        for k in range(begin + 1, end):
            x0, x1 = min(x0, xy[k, 0]), max(x1, xy[k, 0])
            y0, y1 = min(y0, xy[k, 1]), max(y1, xy[k, 1])
        row, column = math.floor(y0), math.floor(x0)
        if math.floor(x1) == column and math.floor(y1) == row:
            # Inside one pixel: the area is enough.
            x, y = xy[begin, 0], xy[begin, 1]
            for k in range(begin + 1, end - 1):
                twice += (xy[k, 0] - x) * (xy[k + 1, 1] - y) - (xy[k + 1, 0] - x) * (xy[k, 1] - y)
            part = 0.5 * twice
            canvas[row, column, 0] += part * red
            canvas[row, column, 1] += part * green
            canvas[row, column, 2] += part * blue
            canvas[row, column, 3] += part * alpha
            continue
        for k in range(begin, end):
            after = k + 1 if k + 1 < end else begin
            add_edge(xy[k, 0], xy[k, 1], xy[after, 0], xy[after, 1], cover, low, high)
        for row in range(math.floor(y0), math.ceil(y1)):
            part = 0.0
            for column in range(low[row], high[row] + 1):
                part += cover[row, column]
                cover[row, column] = 0.0
                canvas[row, column, 0] += part * red
                canvas[row, column, 1] += part * green
                canvas[row, column, 2] += part * blue
                canvas[row, column, 3] += part * alpha
            low[row] = nothing
            high[row] = -1


@kernel
def paint_lines(indptr, xy, widths, mask, cover, low, high):
    """Raise the mask to the part of each pixel that a border line covers.

    The lines of a polygon are its edges, `widths[i]` wide and centred, with square ends. A line
    that two polygons share changes nothing the second time.

    Parameters
    ----------
    indptr, xy : int64 array of shape (k + 1,), float64 array of shape (indptr[-1], 2)
    widths : float64 array of shape (k,)
        In pixels; 0 draws nothing.
    mask : float32 array of shape (height, width)
    cover, low, high : float64 array of shape (height, width + 2), int64 arrays of shape (height,)
        Scratch: all 0, larger than any column, and -1; left in that state.
    """
    nothing = cover.shape[1]
    for i in range(len(indptr) - 1):
        half = 0.5 * widths[i]
        if half <= 0.0:
            continue
        begin, end = indptr[i], indptr[i + 1]
        for k in range(begin, end):
            after = k + 1 if k + 1 < end else begin
            ax, ay, bx, by = xy[k, 0], xy[k, 1], xy[after, 0], xy[after, 1]
            dx, dy = bx - ax, by - ay
            length = math.sqrt(dx * dx + dy * dy)
            if length == 0.0:
                continue
            if dx == 0.0 or dy == 0.0:
                x0, x1 = min(ax, bx) - half, max(ax, bx) + half
                y0, y1 = min(ay, by) - half, max(ay, by) + half
                for row in range(math.floor(y0), math.ceil(y1)):
                    tall = min(y1, row + 1.0) - max(y0, float(row))
                    for column in range(math.floor(x0), math.ceil(x1)):
                        part = tall * (min(x1, column + 1.0) - max(x0, float(column)))
                        if part > mask[row, column]:
                            mask[row, column] = part
                continue
            dx, dy = dx / length * half, dy / length * half
            ax, ay, bx, by = ax - dx, ay - dy, bx + dx, by + dy
            add_edge(ax + dy, ay - dx, bx + dy, by - dx, cover, low, high)
            add_edge(bx + dy, by - dx, bx - dy, by + dx, cover, low, high)
            add_edge(bx - dy, by + dx, ax - dy, ay + dx, cover, low, high)
            add_edge(ax - dy, ay + dx, ax + dy, ay - dx, cover, low, high)
            y0, y1 = min(ay, by) - abs(dx), max(ay, by) + abs(dx)
            for row in range(math.floor(y0), math.ceil(y1)):
                part = 0.0
                for column in range(low[row], high[row] + 1):
                    part += cover[row, column]
                    cover[row, column] = 0.0
                    if part > mask[row, column]:
                        mask[row, column] = part
                low[row] = nothing
                high[row] = -1
