"""Slow, obviously right layouts of treemaps: plain recursion, clipping and bisection."""

import math
from itertools import pairwise


def squarified(tree, rect, ratio):
    """Rectangles (x0, y0, x1, y1) by node, laid out as Bruls, Huizing and van Wijk write."""
    boxes = {}

    def worst(row, alpha, value):
        total = sum(row) / value
        return max(max(row) / value / (total**2 * alpha), total**2 * alpha * value / min(row))

    def lay(node, x0, y0, x1, y1):
        boxes[node] = (x0, y0, x1, y1)
        living = [c for c in tree.children_of(node) if tree.weights[c] > 0]
        todo = sorted(living, key=lambda c: (-tree.weights[c], c))
        while todo:
            weights = [tree.weights[c] for c in todo]
            value = math.fsum(weights)
            wide, high = x1 - x0, y1 - y0
            alpha = max(wide / high, high / wide) / ratio
            n = 1
            while n < len(todo) and worst(weights[: n + 1], alpha, value) <= worst(
                weights[:n], alpha, value
            ):
                n += 1
            row, todo = todo[:n], todo[n:]
            total = math.fsum(weights[:n])
            part, done = total / value, 0.0
            for c in row:
                begin, done = done / total, done + tree.weights[c]
                end = done / total
                if wide < high:
                    lay(c, x0 + wide * begin, y0, x0 + wide * end, y0 + high * part)
                else:
                    lay(c, x0, y0 + high * begin, x0 + wide * part, y0 + high * end)
            if wide < high:
                y0 += high * part
            else:
                x0 += wide * part

    x, y, width, height = rect
    lay(tree.root, x, y, x + width, y + height)
    return boxes


def area(polygon):
    """Signed area, relative to the first vertex."""
    x, y = polygon[0][:2] if polygon else (0.0, 0.0)
    near = [(p[0] - x, p[1] - y) for p in polygon]
    return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*near, *near[:1]]))


def clip(polygon, nx, ny, level):
    """The part where x nx + y ny <= level; vertices are (x, y, line), the cut has line None."""
    out = []
    for a, b in pairwise([*polygon, polygon[0]]):
        da, db = a[0] * nx + a[1] * ny - level, b[0] * nx + b[1] * ny - level
        if da <= 0:
            out.append(a)
        if (da < 0) != (db < 0) and da != 0:
            s = da / (da - db)
            line = None if da < 0 else a[2]
            out.append((a[0] + (b[0] - a[0]) * s, a[1] + (b[1] - a[1]) * s, line))
    return out


def cut(polygon, nx, ny, fraction):
    """Both pieces of a polygon, the first with `fraction` of its area, by bisection."""
    heights = [x * nx + y * ny for x, y, _ in polygon]
    low, high = min(heights), max(heights)
    need = fraction * area(polygon)
    for _ in range(200):
        level = 0.5 * (low + high)
        piece = clip(polygon, nx, ny, level)
        if len(piece) >= 3 and area(piece) > need:
            high = level
        else:
            low = level
    return clip(polygon, nx, ny, level), clip(polygon, -nx, -ny, -level)


def convex(tree, rect):
    """Polygons by node, by the cuts of the convex treemap."""
    x, y, width, height = rect
    x1, y1 = x + width, y + height
    regions = {}

    def diameter(polygon):
        return max(math.dist(a[:2], b[:2]) for a in polygon for b in polygon) ** 2

    def slanted(polygon):
        return [line for *_, line in polygon if line not in (0.0, math.pi / 2)]

    def named(polygon, theta):
        return [(px, py, theta if line is None else line) for px, py, line in polygon]

    def lay(node, polygon):
        regions[node] = [p[:2] for p in polygon]
        living = [c for c in tree.children_of(node) if tree.weights[c] > 0]
        if living:
            divide(sorted(living, key=lambda c: (-tree.weights[c], c)), polygon)

    def divide(group, polygon):
        if len(group) == 1:
            lay(group[0], polygon)
            return
        weights = [tree.weights[c] for c in group]
        total = math.fsum(weights)
        if weights[0] >= total / 3:
            parts = group[:1], group[1:]
        else:
            parts, sums = ([], []), [0.0, 0.0]
            for c, w in zip(group, weights, strict=True):
                lighter = 0 if sums[0] <= sums[1] else 1
                parts[lighter].append(c)
                sums[lighter] += w
        sums = [math.fsum(tree.weights[c] for c in part) for part in parts]
        heavy, light = parts if sums[0] >= sums[1] else parts[::-1]
        f = max(sums) / total
        if f <= 2 / 3:
            xs, ys = [p[0] for p in polygon], [p[1] for p in polygon]
            upright = max(xs) - min(xs) >= (max(ys) - min(ys)) * (1 - 1e-9)
            n = (1.0, 0.0) if upright else (0.0, 1.0)
            theta = math.pi / 2 if upright else 0.0
            a, b = (named(piece, theta) for piece in cut(polygon, *n, f))
            divide(heavy, a)
            divide(light, b)
            return
        found = sorted({0.0, math.pi / 2, *slanted(polygon)})
        gaps = [b - a for a, b in pairwise([*found, found[0] + math.pi])]
        largest = max(gaps)
        theta = (found[gaps.index(largest)] + largest / 2) % math.pi
        choices = []
        for sign in (1, -1):
            n = -math.sin(theta) * sign, math.cos(theta) * sign
            pieces = [named(piece, theta) for piece in cut(polygon, *n, 1 - f)]
            ratio = max(diameter(piece) / area(piece) for piece in pieces)
            edges = len(slanted(pieces[0]))
            choices.append((edges > max(len(slanted(polygon)), 3), ratio, pieces))
        (many, ratio, first), (more, other, second) = choices
        better = (more, other) < (many, ratio * (1 - 1e-9))
        b, a = second if better else first
        divide(heavy, a)
        divide(light, b)

    half = math.pi / 2
    lay(tree.root, [(x, y, 0.0), (x1, y, half), (x1, y1, 0.0), (x, y1, half)])
    return regions
