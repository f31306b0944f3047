"""What pictures hold, found by other means than those that drew them."""

import struct
import zlib
from itertools import pairwise

import numpy as np


def area_of_ring(corners):
    """Signed area of a polygon whose first vertex is not repeated."""
    x, y = corners[0]
    near = [(px - x, py - y) for px, py in corners]
    return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*near, near[0]]))


def decode_png(data):
    """Return the pixels of a PNG picture of 8-bit red, green and blue, shape (height, width, 3)."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            wide, high, *rest = struct.unpack(">IIBBBBB", body)
            assert rest == [8, 2, 0, 0, 0]
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(high, 1 + 3 * wide)
    pixels = np.zeros((high, 3 * wide), np.uint8)
    above = np.zeros(3 * wide, np.uint8)
    for i, row in enumerate(rows):
        assert row[0] in (0, 2)
        pixels[i] = row[1:] + (above if row[0] == 2 else 0)
        above = pixels[i]
    return pixels.reshape(high, wide, 3)


def coverage_by_samples(xy, side, per_pixel=16):
    """Part of each pixel of a square picture inside a polygon, by the parity of crossings."""
    at = (np.arange(side * per_pixel) + 0.5) / per_pixel
    x, y = np.meshgrid(at, at)
    odd = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(xy, np.roll(xy, -1, axis=0), strict=True):
        if ay != by:
            crossed = ax + (y - ay) * (bx - ax) / (by - ay) > x
            odd ^= ((ay > y) != (by > y)) & crossed
    return odd.reshape(side, per_pixel, side, per_pixel).mean(axis=(1, 3))
