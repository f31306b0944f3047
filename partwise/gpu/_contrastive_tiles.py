"""Tiles of the matrix of similarities of a contrastive loss, wherever the tensors are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

__all__ = ["Tiles", "full_precision", "gradients", "log_sums"]


@contextmanager
def full_precision(torch: Any, device: str) -> Iterator[None]:
    """Multiply matrices of float32 as such: neither in TF32 nor, by autocast, in 16 bits.

    The settings are those of the process; what they were is put back.
    """
    matmul = torch.backends.cuda.matmul
    with torch.autocast(device, enabled=False):
        if hasattr(matmul, "fp32_precision"):  # torch 2.9 and later
            settings = matmul, torch.backends.mkldnn.matmul
            before = [setting.fp32_precision for setting in settings]
            try:
                _set_precision(settings, ["ieee" if b != "none" else b for b in before])
                yield
            finally:
                _set_precision(settings, before)
        else:
            precision = torch.get_float32_matmul_precision()
            try:
                torch.set_float32_matmul_precision("highest")
                yield
            finally:
                torch.set_float32_matmul_precision(precision)


def _set_precision(settings: Any, values: list[str]) -> None:
    for setting, value in zip(settings, values, strict=True):
        if setting.fp32_precision != value:
            setting.fp32_precision = value


@dataclass(frozen=True, slots=True)
class Tiles:
    """The matrix of similarities, of which tiles are made when they are asked for.

    Attributes
    ----------
    x, y : torch.Tensor of shape (b, d)
    scale : float
        One over the temperature.
    ids : torch.Tensor of shape (b,), or None
    pieces : list of slice
        Rows, and columns, of the tiles.
    dtype : torch.dtype
        Of the arithmetic.
    """

    x: Any
    y: Any
    scale: float
    ids: Any
    pieces: list[slice]
    dtype: Any

    @classmethod
    def of(cls, torch: Any, x: Any, y: Any, scale: float, ids: Any, tile: int) -> Tiles:
        """Return the tiles of the pairs (x[i], y[i])."""
        b = len(x)
        pieces = [slice(start, min(start + tile, b)) for start in range(0, b, tile)]
        dtype = torch.float64 if x.dtype == torch.float64 else torch.float32
        return cls(x, y, scale, ids, pieces, dtype)

    def own(self) -> Any:
        """Return the similarities of the pairs."""
        return (self.x.to(self.dtype) * self.y.to(self.dtype)).sum(1) * self.scale

    def negatives(self, rows: slice, columns: slice) -> Any:
        """Return a tile; pairs, and those that are no negatives, are minus infinity."""
        # scaling the rows is a pass over d columns, not over a tile
        left = self.x[rows].to(self.dtype) * self.scale
        tile = left @ self.y[columns].to(self.dtype).T
        if self.ids is not None:
            tile.masked_fill_(self.ids[rows, None] == self.ids[None, columns], -math.inf)
        elif rows == columns:
            tile.diagonal().fill_(-math.inf)
        return tile


def log_sums(torch: Any, tiles: Tiles, n_directions: int) -> tuple[Any, list[Any]]:
    """Return the similarities of the pairs, and logsumexp of the rows and, for two, of the columns.

    Every row begins with its pair: its maximum is finite from the start, and a difference from it
    is a number however much is masked.
    """
    own = tiles.own()
    tops = [own.clone() for _ in range(n_directions)]
    sums = [torch.ones_like(own) for _ in range(n_directions)]
    for rows in tiles.pieces:
        for columns in tiles.pieces:
            tile = tiles.negatives(rows, columns)
            for direction, place in enumerate((rows, columns)[:n_directions]):
                top, sum_ = tops[direction][place], sums[direction][place]
                across = 1 - direction
                new = torch.maximum(top, tile.amax(across))
                # the last direction may spoil the tile
                terms = tile.sub_ if direction == n_directions - 1 else tile.sub
                added = terms(new.unsqueeze(across)).exp_().sum(across)
                sum_.mul_((top - new).exp_()).add_(added)
                top.copy_(new)
    return own, [top + sum_.log() for top, sum_ in zip(tops, sums, strict=True)]


def gradients(
    tiles: Tiles, weight: Any, own: Any, sums: list[Any], wanted: tuple[bool, bool]
) -> tuple[Any, Any]:
    """Return the gradients for x and for y, or None for what is not wanted.

    Parameters
    ----------
    tiles : Tiles
    weight : torch.Tensor of shape (b,)
        Gradient for each of the differences ``sum - own``.
    own, sums : torch.Tensor, list of torch.Tensor
        As :func:`log_sums` returns them.
    wanted : (bool, bool)
    """
    x, y = tiles.x.to(tiles.dtype), tiles.y.to(tiles.dtype)
    of_pairs = sum(weight * (own - one).expm1() for one in sums).unsqueeze(1)
    dx, dy = of_pairs * y if wanted[0] else None, of_pairs * x if wanted[1] else None
    for rows in tiles.pieces:
        for columns in tiles.pieces:
            tile = tiles.negatives(rows, columns)
            softmax = (tile - sums[0][rows, None]).exp_().mul_(weight[rows, None])
            if len(sums) == 2:
                softmax += tile.sub_(sums[1][columns]).exp_().mul_(weight[columns])
            if dx is not None:
                dx[rows].addmm_(softmax, y[columns])
            if dy is not None:
                dy[columns].addmm_(softmax.T, x[rows])
    return _scaled(dx, tiles.scale), _scaled(dy, tiles.scale)


def _scaled(gradient: Any, scale: float) -> Any:
    return None if gradient is None else gradient.mul_(scale)
