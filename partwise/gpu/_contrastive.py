"""The contrastive loss of many pairs of embeddings, by tiles of the matrix of similarities."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Literal, get_args

from partwise._checks import check_count

__all__ = ["contrastive_loss"]

Reduction = Literal["mean", "sum", "none"]

#: Rows and columns of a tile: on a CPU it is to stay in the caches, on a GPU to be worth a launch.
_TILE = {"cpu": 512}
_LARGE_TILE = 4096


def contrastive_loss(
    X: Any,
    Y: Any,
    *,
    temperature: Any = 0.07,
    ids: Any = None,
    symmetric: bool = True,
    tile: int | None = None,
    reduction: Reduction = "mean",
) -> Any:
    """Compute the InfoNCE loss of pairs without the matrix of their similarities.

    Row i of X and row i of Y are a pair, all other rows of Y are negatives of row i of X. With
    similarities ``S = X @ Y.T / temperature`` the loss of a row is the cross entropy of a softmax,
    ``logsumexp(S[i]) - S[i, i]``.

    Parameters
    ----------
    X, Y : torch.Tensor of shape (b, d)
        Floating, of one kind, on one device. Rows are taken as they are: normalise them first for
        the cosine.
    temperature : float or torch.Tensor of one element, default=0.07
        Above 0; a tensor gets a gradient. It is read back from the device once.
    ids : torch.Tensor or array-like of shape (b,), optional
        Integers that say what a pair is about: pairs of the same are no negatives of each other.
    symmetric : bool, default=True
        Take the mean with the loss of the rows of Y, whose negatives are the rows of X.
    tile : int, optional
        Rows and columns that are worked on at a time, of which a few matrices are made: by default
        512 on a CPU, 4096 on a GPU.
    reduction : {"mean", "sum", "none"}, default="mean"
        Of the losses of the pairs.

    Returns
    -------
    torch.Tensor
        A number, or of shape (b,) with "none"; float32, or float64 where X and Y are.

    Raises
    ------
    ValueError, TypeError
        An argument has the wrong shape, kind or value.
    ImportError
        torch is not installed.
    RuntimeError
        From a second derivative: there is none.

    Notes
    -----
    O(b^2 d) time, O(b d + tile^2) memory [1]_: going forward a maximum and a sum are kept for every
    row, and for every column; going backward each tile is made once more. Pairs themselves are kept
    apart from the tiles, so that a sum is never empty, whatever is masked. Numbers of 16 bits are
    computed with in float32, and float32 is not cut down to TF32, whatever is set, nor by autocast.

    References
    ----------
    .. [1] Z. Cheng et al., "Breaking the memory barrier: near infinite batch size scaling for
       contrastive loss", 2024, arXiv:2410.17243.
    .. [2] A. van den Oord, Y. Li, O. Vinyals, "Representation learning with contrastive predictive
       coding", 2018, arXiv:1807.03748.
    .. [3] A. Radford et al., "Learning transferable visual models from natural language
       supervision", 2021, arXiv:2103.00020. The loss of both directions.

    Examples
    --------
    Embeddings of two views of 40 things, and a temperature that is learnt (this needs torch)::

        import torch
        from partwise.gpu import contrastive_loss

        things = torch.randint(30, (40,))  # views of one thing are no negatives of each other
        views = torch.randn(2, 40, 8, requires_grad=True)
        log_temperature = torch.zeros((), requires_grad=True)
        x, y = torch.nn.functional.normalize(views, dim=-1)
        loss = contrastive_loss(x, y, temperature=log_temperature.exp(), ids=things)
        loss.backward()
    """
    torch = _torch()
    if reduction not in get_args(Reduction):
        raise ValueError(
            f"reduction must be one of {', '.join(get_args(Reduction))}, got {reduction!r}"
        )
    _check_pairs(torch, X, Y)
    _check_temperature(torch, temperature)
    if ids is not None:
        ids = torch.as_tensor(ids, device=X.device)
        if ids.shape != X.shape[:1]:
            raise ValueError(f"ids must have shape ({len(X)},), got {tuple(ids.shape)}")
        if ids.is_floating_point() or ids.is_complex():
            raise TypeError(f"ids must be integers, got {ids.dtype}")
    tile = check_count("tile", _TILE.get(X.device.type, _LARGE_TILE) if tile is None else tile)
    losses = _function().apply(X, Y, temperature, ids, bool(symmetric), tile)
    return losses if reduction == "none" else getattr(losses, reduction)()


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            "contrastive_loss needs torch: pip install 'partwise[neural]'", name="torch"
        ) from error
    return torch


def _check_pairs(torch: Any, X: Any, Y: Any) -> None:
    for name, given in (("X", X), ("Y", Y)):
        if not torch.is_tensor(given) or not given.is_floating_point():
            kind = given.dtype if torch.is_tensor(given) else type(given).__name__
            raise TypeError(f"{name} must be a floating tensor of torch, got {kind}")
        if given.ndim != 2 or len(given) == 0:
            raise ValueError(
                f"{name} must have shape (b, d), with b at least 1, got {tuple(given.shape)}"
            )
    if X.shape != Y.shape:
        raise ValueError(f"Y must have the shape of X, {tuple(X.shape)}, got {tuple(Y.shape)}")
    if (X.dtype, X.device) != (Y.dtype, Y.device):
        raise ValueError(f"Y must be {X.dtype} on {X.device} as X is, got {Y.dtype} on {Y.device}")


def _check_temperature(torch: Any, temperature: Any) -> None:
    if torch.is_tensor(temperature) and temperature.numel() != 1:
        raise ValueError(f"temperature must have one element, got {tuple(temperature.shape)}")
    value = _value(temperature)
    if not 0.0 < value < math.inf:
        raise ValueError(f"temperature must be a finite number above 0, got {value}")


def _value(temperature: Any) -> float:
    return float(temperature.detach().item() if hasattr(temperature, "detach") else temperature)


@cache
def _function() -> Any:
    """Return the function for autograd; it is made when it is first used, as torch is loaded."""
    import torch

    from partwise.gpu._contrastive_tiles import Tiles, full_precision, gradients, log_sums

    class Once(torch.autograd.Function):
        """A gradient as it is, of which a derivative is refused and not taken for 0."""

        @staticmethod
        def forward(ctx: Any, gradient: Any, *inputs: Any) -> Any:
            """Return the gradient, which depends on all inputs."""
            return gradient

        @staticmethod
        def backward(ctx: Any, *upstream: Any) -> Any:
            """Refuse."""
            raise RuntimeError("contrastive_loss can be differentiated once, not twice")

    class InfoNCE(torch.autograd.Function):
        """Losses of pairs, of which autograd sees only what goes in and comes out."""

        @staticmethod
        def forward(
            ctx: Any, X: Any, Y: Any, temperature: Any, ids: Any, symmetric: bool, tile: int
        ) -> Any:
            """Return the loss of each pair."""
            ctx.scale, ctx.tile = 1.0 / _value(temperature), tile
            with full_precision(torch, X.device.type):
                tiles = Tiles.of(torch, X, Y, ctx.scale, ids, tile)
                own, sums = log_sums(torch, tiles, 2 if symmetric else 1)
            learnt = temperature if torch.is_tensor(temperature) else None
            ctx.save_for_backward(X, Y, learnt, ids, own, *sums)
            return sum(one - own for one in sums) / len(sums)

        @staticmethod
        def backward(ctx: Any, upstream: Any) -> tuple[Any, ...]:
            """Return the gradients, from tiles that are made once more."""
            X, Y, temperature, ids, own, *sums = ctx.saved_tensors
            of_x, of_y, of_temperature = ctx.needs_input_grad[:3]
            dt: Any = None
            with torch.no_grad(), full_precision(torch, X.device.type):
                tiles = Tiles.of(torch, X, Y, ctx.scale, ids, ctx.tile)
                wanted = of_x or of_temperature, of_y
                dx, dy = gradients(tiles, upstream / len(sums), own, sums, wanted)
                if of_temperature:
                    # similarities are linear in X, so that a change of scale is one of all of X
                    dt = (tiles.x * dx).sum().reshape(temperature.shape) * -ctx.scale
            found = (dx, X, of_x), (dy, Y, of_y), (dt, temperature, of_temperature)
            inputs = upstream, X, Y, temperature
            of_inputs = (Once.apply(one.to(like), *inputs) if is_wanted else None
                         for one, like, is_wanted in found)  # fmt: skip
            return *of_inputs, None, None, None

    return InfoNCE
