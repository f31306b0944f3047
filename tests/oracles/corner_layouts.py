"""Slow, obviously right treemaps of rectangles, L and S shapes: the case analyses by recursion.

A region is (rectangle, notches): rectangles are (x0, y0, x1, y1), notches lie in its corners.
"""

import math
from itertools import combinations

ALPHA = 1 + math.sqrt(3)
BETA = 2 + 2 / math.sqrt(3)


def vertices(region):
    """The vertices of a region, in any order."""
    (x0, y0, x1, y1), notches = region
    points = {(x0, y0), (x1, y0), (x1, y1), (x0, y1)}
    for u0, v0, u1, v1 in notches:
        points ^= {(u0, v0), (u1, v0), (u1, v1), (u0, v1)}
    return sorted(points)


def living(tree, node):
    """The children that have a weight, heaviest first; those of an only child in its place."""
    children = [int(c) for c in tree.children_of(node) if tree.weights[c] > 0]
    if len(children) == 1:
        return living(tree, children[0])
    return sorted(children, key=lambda c: (-tree.weights[c], c))


class Box:
    """A rectangle by two opposite corners, the first of them the one in view."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def rectangle(self):
        """The same by (x0, y0, x1, y1)."""
        (ax, ay), (bx, by) = self.a, self.b
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def turned(self):
        """The same, seen from the other corner."""
        return Box(self.b, self.a)

    def is_wide(self):
        """Whether a cut across the longer side is vertical."""
        return abs(self.b[0] - self.a[0]) >= abs(self.b[1] - self.a[1])

    def slice(self, fraction, vertical=None):
        """The part at corner a that has `fraction` of the area, and the rest, cut across."""
        (ax, ay), (bx, by) = self.a, self.b
        if self.is_wide() if vertical is None else vertical:
            x = ax + (bx - ax) * fraction
            return Box((ax, ay), (x, by)), Box((x, ay), (bx, by))
        y = ay + (by - ay) * fraction
        return Box((ax, ay), (bx, y)), Box((ax, y), (bx, by))

    def notch(self, fraction):
        """The similar rectangle at corner a that has `fraction` of the area."""
        (ax, ay), (bx, by) = self.a, self.b
        s = math.sqrt(fraction)
        return Box((ax, ay), (ax + (bx - ax) * s, ay + (by - ay) * s))


class Node:
    """A node of a binary tree that subtrees are cut out of; its weight is always summed anew."""

    def __init__(self, leaf=None, own=0.0, parts=()):
        self.leaf, self.own, self.parts, self.up = leaf, own, list(parts), None
        for part in parts:
            part.up = self

    @property
    def weight(self):
        """The sum of both parts, or the leaf's own weight."""
        return self.parts[0].weight + self.parts[1].weight if self.parts else self.own

    @property
    def sibling(self):
        """The other part of the node above."""
        return next(part for part in self.up.parts if part is not self)

    @property
    def top(self):
        """The root of the tree that the node is in."""
        return self if self.up is None else self.up.top

    def leaves(self):
        """All leaves below, from the left."""
        return [leaf for part in self.parts for leaf in part.leaves()] if self.parts else [self]

    def heavy_below(self, most):
        """The first node down the heavier parts that weighs at most `most`, or a leaf."""
        if self.weight <= most or not self.parts:
            return self
        return max(self.parts, key=lambda part: part.weight).heavy_below(most)

    def cut_out(self):
        """Take the node out of its tree; return its sibling, which stands where both were."""
        sibling, parent = self.sibling, self.up
        sibling.up, self.up = parent.up, None
        if parent.up is not None:
            parent.up.parts = [sibling if part is parent else part for part in parent.up.parts]
        return sibling


def halved(tree, node):
    """The binary tree of a node: lists of children halved by weight."""

    def over(group):
        if len(group) == 1:
            return halved(tree, group[0])
        weights = [float(tree.weights[c]) for c in group]
        off = [abs(math.fsum(weights[:k]) - math.fsum(weights[k:])) for k in range(1, len(group))]
        at = off.index(min(off)) + 1
        return Node(parts=(over(group[:at]), over(group[at:])))

    children = living(tree, node)
    if not children:
        return Node(node, float(tree.weights[node]))
    return over(children)


def orthoconvex(tree, rect, flaws=()):
    """Regions by leaf, by the cases of de Berg, Speckmann and van der Weele.

    Flaws are errors known from a program that has them: "vertical cut" slices without a look at
    the longer side in (c), "shallow mark" marks where the tiny part was in (c), "same corner" and
    "corner across" take another corner for the middle slab in (d).
    """
    regions = {}
    used = set()

    def lay(top, mark, box):
        if not top.parts:
            regions[top.leaf] = box.rectangle(), []
            return
        w = top.weight
        if mark.weight >= w / 8:
            part = mark.heavy_below(7 * w / 8)
            f = part.weight / w
            place = part.cut_out()
            if f <= 7 / 8:
                used.add("a, slice")
                here, there = box.slice(f)
                lay(part, part, here)
            else:
                used.add("a, L")
                there = box.turned().notch(1 - f).turned()
                regions[part.leaf] = box.rectangle(), [there.rectangle()]
            lay(place.top, place, there)
            return
        low = mark
        while low.up.weight < 7 * w / 8:
            low = low.up
        f = low.weight / w
        if f >= 1 / 8:
            used.add("b")
            here, there = box.slice(f)
            place = low.cut_out()
            lay(low, mark, here)
            lay(place.top, place, there)
            return
        beside = low.sibling
        big = max(beside.leaves(), key=lambda leaf: leaf.weight)
        if big.weight >= w / 4:
            place = big.cut_out()
            if low.up is None:
                used.add("c, L")
                corner = box.notch(f)
                regions[big.leaf] = box.rectangle(), [corner.rectangle()]
                lay(low, mark, corner)
                return
            shallow = low.cut_out()
            if place is low or "shallow mark" in flaws:
                place = shallow
            g = place.top.weight / w
            if g <= 1 / 8:
                used.add("c, S")
                corner, other = box.notch(f), box.turned().notch(g).turned()
                regions[big.leaf] = box.rectangle(), [corner.rectangle(), other.rectangle()]
                lay(low, mark, corner)
                lay(place.top, place, other)
                return
            used.add("c, slice and L")
            here, there = box.slice(1 - g, True if "vertical cut" in flaws else None)
            corner = here.notch(low.weight / (low.weight + big.weight))
            regions[big.leaf] = here.rectangle(), [corner.rectangle()]
            lay(low, mark, corner)
            lay(place.top, place, there)
            return
        used.add("d")
        middle = max(beside.parts, key=lambda part: part.weight).heavy_below(6 * w / 8)
        light = middle.heavy_below(w / 4)
        low.cut_out()
        last = middle.cut_out()
        within = light.cut_out()
        near = Node(parts=(light, low))
        wide = box.is_wide()
        first, others = box.slice(near.weight / w, wide)
        f = within.top.weight / (within.top.weight + last.top.weight)
        second, third = others.slice(f, wide)
        (ax, ay), (bx, by) = second.a, second.b
        if "corner across" in flaws:
            along, across = ((bx, ay), (ax, by)) if wide else ((ax, by), (bx, ay))
            second = Box(along, across)
        elif "same corner" not in flaws:
            along, across = ((ax, by), (bx, ay)) if wide else ((bx, ay), (ax, by))
            second = Box(along, across)
        lay(near, mark, first)
        lay(within.top, within, second)
        lay(last.top, last, third)

    x, y, width, height = rect
    root = halved(tree, tree.root)
    lay(root, root, Box((x, y), (x + width, y + height)))
    return regions, used


def l_shape(tree, rect):
    """Regions by node, level by level: two cuts across the longer side that are weighed, or an L.

    Returns the regions and the number of cuts that keep no limit.
    """
    regions, forced = {}, []

    def lay(node, box):
        regions[node] = box.rectangle(), []
        children = living(tree, node)
        if children:
            divide(children, box)

    def weight(group):
        return math.fsum(tree.weights[c] for c in group)

    def dealt(group):
        parts = [], []
        for c in group:
            parts[weight(parts[0]) > weight(parts[1])].append(c)
        return parts

    def divide(group, box):
        if len(group) == 1:
            lay(group[0], box)
            return
        x0, y0, x1, y1 = box.rectangle()
        r = max((x1 - x0) / (y1 - y0), (y1 - y0) / (x1 - x0))
        most = max(r, ALPHA)
        for_leaves = most / (1 - 1 / most**2)
        total = weight(group)

        def limit(part):
            return for_leaves if len(part) == 1 and not living(tree, part[0]) else most

        def ratio(part):
            f = weight(part) / total
            return max(f * r, 1 / (f * r))

        ways = [(group[:1], group[1:]), dealt(group)]
        keep = [all(ratio(part) <= limit(part) for part in way) for way in ways]
        worst = [max(map(ratio, way)) for way in ways]
        heavy, rest = ways[0]
        is_leaf = not living(tree, heavy[0])
        bent = r * total / weight(heavy)
        if not any(keep):
            if not is_leaf or bent > for_leaves:
                forced.append(group)
            if is_leaf and (bent <= for_leaves or bent <= min(worst)):
                inner = box.turned().notch(weight(rest) / total).turned()
                regions[heavy[0]] = box.rectangle(), [inner.rectangle()]
                divide(rest, inner)
                return
        second = keep[1] > keep[0] or (keep[1] == keep[0] and worst[1] < worst[0])
        one, other = ways[second]
        here, there = box.slice(weight(one) / total)
        divide(one, here)
        divide(other, there)

    x, y, width, height = rect
    lay(tree.root, Box((x, y), (x + width, y + height)))
    return regions, len(forced)


def best_sliced_ratio(weights, width=1.0, height=1.0):
    """The least worst ratio of rectangles over all ways to slice a rectangle recursively."""
    n = len(weights)
    known = {}

    def best(items, wide, high):
        if len(items) == 1:
            return max(wide / high, high / wide)
        key = items, wide
        if key not in known:
            whole = sum(weights[i] for i in items)
            found = math.inf
            for size in range(1, len(items)):
                for others in combinations(items[1:], size - 1):
                    part = items[:1] + others
                    rest = tuple(i for i in items if i not in part)
                    f = sum(weights[i] for i in part) / whole
                    for a, b in (((wide * f, high), (wide * (1 - f), high)),
                                 ((wide, high * f), (wide, high * (1 - f)))):  # fmt: skip
                        found = min(found, max(best(part, *a), best(rest, *b)))
            known[key] = found
        return known[key]

    return best(tuple(range(n)), width, height)
