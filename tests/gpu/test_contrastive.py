"""``partwise.gpu.contrastive_loss`` beside the loss of the whole matrix of similarities."""

import inspect
import textwrap
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch", reason="the contrastive loss needs torch")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402
from torch.utils._pytree import tree_leaves  # noqa: E402

from partwise.gpu import contrastive_loss  # noqa: E402
from partwise.gpu._contrastive_tiles import full_precision  # noqa: E402


def dense_losses(x, y, temperature, ids=None, symmetric=True):
    """The losses of the pairs, from a matrix of all similarities."""
    similarity = x @ y.T / temperature
    if ids is not None:
        is_pair = torch.eye(len(x), dtype=torch.bool)
        similarity = similarity.masked_fill((ids[:, None] == ids) & ~is_pair, -torch.inf)
    own = similarity.diagonal()
    losses = similarity.logsumexp(1) - own
    return (losses + similarity.logsumexp(0) - own) / 2 if symmetric else losses


def pairs(b, d, dtype=torch.float64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(b, d, dtype=dtype, generator=generator) for _ in range(2))
    return x.requires_grad_(), y.requires_grad_()


def ids_of(kind, b):
    return {
        "none": None,
        "some": torch.arange(b) * 7 % 5,
        "all": torch.zeros(b, dtype=torch.int64),
        "distinct": torch.arange(b),
    }[kind]


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("kind", ["none", "some", "all", "distinct"])
@pytest.mark.parametrize(("b", "tile"), [(1, 4), (7, 1), (7, 3), (32, 16), (45, 16), (45, 64)])
def test_losses_and_gradients_are_those_of_the_whole_matrix(b, tile, kind, symmetric):
    x, y = pairs(b, 5)
    temperature = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    ids, weight = ids_of(kind, b), torch.linspace(-1, 2, b, dtype=torch.float64)
    options = {"temperature": temperature, "ids": ids, "symmetric": symmetric, "tile": tile}
    losses = contrastive_loss(x, y, **options, reduction="none")
    expected = dense_losses(x, y, temperature, ids, symmetric)
    torch.testing.assert_close(losses, expected, rtol=0, atol=1e-10)
    inputs = (x, y, temperature)
    found = torch.autograd.grad((losses * weight).sum(), inputs)
    wanted = torch.autograd.grad((expected * weight).sum(), inputs)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-10)
    for reduction in ("mean", "sum"):
        reduced = contrastive_loss(x, y, **options, reduction=reduction)
        torch.testing.assert_close(reduced, getattr(expected, reduction)(), rtol=0, atol=1e-10)


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("kind", ["none", "some", "all"])
def test_gradients_are_those_of_differences(kind, symmetric):
    x, y = pairs(6, 3)
    temperature = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)

    def losses(x, y, temperature):
        return contrastive_loss(
            x, y, temperature=temperature, ids=ids_of(kind, 6), symmetric=symmetric, tile=4,
            reduction="none",
        )  # fmt: skip

    assert torch.autograd.gradcheck(losses, (x, y, temperature))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_gradient_without_the_others(place):
    wanted = [i == place for i in range(3)]
    inputs = [*pairs(9, 4), torch.tensor(0.4, dtype=torch.float64)]
    inputs = [one.detach().requires_grad_(is_wanted) for one, is_wanted in zip(inputs, wanted)]
    x, y, temperature = inputs
    contrastive_loss(x, y, temperature=temperature, tile=4).backward()
    (expected,) = torch.autograd.grad(dense_losses(x, y, temperature).mean(), inputs[place])
    assert [one.grad is not None for one in inputs] == wanted
    torch.testing.assert_close(inputs[place].grad, expected, rtol=0, atol=1e-12)


def test_pairs_whose_negatives_are_all_masked_cost_nothing_and_teach_nothing():
    x, y = pairs(5, 3)
    losses = contrastive_loss(x, y, ids=[1, 1, 1, 1, 1], tile=2, reduction="none")
    losses.sum().backward()
    assert losses.tolist() == [0.0] * 5
    assert not x.grad.any()
    assert not y.grad.any()


@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_large_similarities_neither_overflow_nor_lose_the_loss(scale):
    x, y = pairs(20, 4, torch.float32)
    exact = dense_losses(x.double(), y.double(), 0.01 / scale).mean()
    found = contrastive_loss(x, y, temperature=0.01 / scale, tile=8)
    found.backward()
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), exact, rtol=1e-5, atol=0)
    assert torch.isfinite(x.grad).all()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_numbers_of_16_bits_are_summed_in_32(dtype):
    x, y = (one.detach().to(dtype).requires_grad_() for one in pairs(50, 8))
    loss = contrastive_loss(x, y, temperature=0.5, tile=16)
    loss.backward()
    wide = x.detach().double().requires_grad_()
    exact = dense_losses(wide, y.double(), 0.5).mean()
    (gradient,) = torch.autograd.grad(exact, wide)
    assert loss.dtype == torch.float32
    assert x.grad.dtype == dtype
    torch.testing.assert_close(loss.double(), exact, rtol=1e-5, atol=0)
    rounding = torch.finfo(dtype).eps
    torch.testing.assert_close(x.grad.double(), gradient, rtol=rounding, atol=1e-6)


class Sizes(TorchDispatchMode):
    """Keeps the number of entries of the largest tensor that any operation made."""

    largest = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        sizes = [one.numel() for one in tree_leaves(made) if isinstance(one, torch.Tensor)]
        self.largest = max([self.largest, *sizes])
        return made


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("kind", ["none", "some"])
def test_the_matrix_of_similarities_is_never_made(kind, symmetric):
    b, d, tile = 300, 4, 32
    x, y = pairs(b, d)
    temperature = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    with Sizes() as ours:
        contrastive_loss(
            x, y, temperature=temperature, ids=ids_of(kind, b), symmetric=symmetric, tile=tile
        ).backward()
    with Sizes() as dense:
        dense_losses(x, y, temperature).mean().backward()
    assert dense.largest == b * b
    assert tile * tile <= ours.largest <= max(tile * tile, b * d)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_second_derivative_is_refused_and_not_taken_for_zero(place):
    inputs = [*pairs(4, 2), torch.tensor(0.4, dtype=torch.float64, requires_grad=True)]
    x, y, temperature = inputs
    loss = contrastive_loss(x, y, temperature=temperature)
    (first,) = torch.autograd.grad(loss, inputs[place], create_graph=True)
    (plain,) = torch.autograd.grad(dense_losses(x, y, temperature).mean(), inputs[place])
    torch.testing.assert_close(first, plain, rtol=0, atol=1e-12)
    for other in inputs:
        with pytest.raises(RuntimeError, match="can be differentiated once, not twice"):
            torch.autograd.grad(first.square().sum() + other.sum(), other, retain_graph=True)


def test_autocast_does_not_reach_the_tiles():
    x, y = pairs(40, 16, torch.float32)
    plain = contrastive_loss(x, y, tile=16)
    (of_plain,) = torch.autograd.grad(plain, x)
    with torch.autocast("cpu", torch.bfloat16):
        cast = contrastive_loss(x, y, tile=16)
        (of_cast,) = torch.autograd.grad(cast, x)
    assert torch.equal(plain, cast)
    assert torch.equal(of_plain, of_cast)


@pytest.mark.parametrize("precision", ["highest", "high", "medium"])
def test_tf32_is_off_and_then_as_it_was(precision):
    settings = torch.backends.cuda.matmul, torch.backends.mkldnn.matmul
    if not hasattr(settings[0], "fp32_precision"):
        pytest.skip("this torch has no setting for each backend")
    torch.set_float32_matmul_precision(precision)
    try:
        before = [setting.fp32_precision for setting in settings]
        with full_precision(torch, "cpu"):
            assert all(setting.fp32_precision in ("ieee", "none") for setting in settings)
        assert [setting.fp32_precision for setting in settings] == before
        assert torch.get_float32_matmul_precision() == precision
    finally:
        torch.set_float32_matmul_precision("highest")


def test_tf32_is_off_in_torch_before_2_9():
    state = ["high"]
    old = SimpleNamespace(
        backends=SimpleNamespace(cuda=SimpleNamespace(matmul=object())),
        autocast=torch.autocast,
        get_float32_matmul_precision=lambda: state[-1],
        set_float32_matmul_precision=state.append,
    )
    with full_precision(old, "cpu"):
        assert state[-1] == "highest"
    assert state == ["high", "highest", "high"]


def test_the_example_of_the_docstring_runs():
    example = inspect.getdoc(contrastive_loss).partition("(this needs torch)::\n")[2]
    names = {}
    exec(textwrap.dedent(example), names)
    assert names["loss"].item() > 0
    assert names["views"].grad.shape == (2, 40, 8)
    assert names["log_temperature"].grad.item() != 0


def test_a_tensor_that_is_changed_before_its_gradient_is_noticed():
    x, y = pairs(5, 3)
    temperature = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    loss = contrastive_loss(x, y, temperature=temperature)
    with torch.no_grad():
        temperature.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_learnt_temperature_and_embeddings_find_the_pairs():
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(60, 8, generator=generator).requires_grad_()
    y = torch.randn(60, 8, generator=generator).requires_grad_()
    log_temperature = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.Adam([x, y, log_temperature], lr=0.05)
    losses = []
    for _ in range(60):
        optimiser.zero_grad()
        a, b = (torch.nn.functional.normalize(one) for one in (x, y))
        loss = contrastive_loss(a, b, temperature=log_temperature.exp(), tile=25)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 10
    assert log_temperature.item() < 0
    assert (a @ b.T).argmax(1).tolist() == list(range(60))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"X": [[1.0]]}, TypeError, "X must be a floating tensor of torch, got list"),
        ({"Y": torch.ones(3, 2, dtype=torch.int64)}, TypeError, "got torch.int64"),
        ({"X": torch.ones(3)}, ValueError, r"X must have shape \(b, d\), .*got \(3,\)"),
        ({"X": torch.ones(0, 2)}, ValueError, r"b at least 1, got \(0, 2\)"),
        ({"Y": torch.ones(3, 1)}, ValueError, r"the shape of X, \(3, 2\), got \(3, 1\)"),
        ({"Y": torch.ones(3, 2).double()}, ValueError, "Y must be torch.float32 on cpu as X is"),
        ({"temperature": 0.0}, ValueError, "temperature must be a finite number above 0, got 0.0"),
        ({"temperature": torch.tensor(-1.0)}, ValueError, "above 0, got -1.0"),
        ({"temperature": float("nan")}, ValueError, "above 0, got nan"),
        ({"temperature": torch.ones(3)}, ValueError, r"must have one element, got \(3,\)"),
        ({"ids": [1, 2]}, ValueError, r"ids must have shape \(3,\), got \(2,\)"),
        ({"ids": [1.0, 2.0, 3.0]}, TypeError, "ids must be integers, got torch.float32"),
        ({"tile": 0}, ValueError, "tile must be at least 1, got 0"),
        ({"reduction": "max"}, ValueError, "reduction must be one of mean, sum, none, got 'max'"),
    ],
)
def test_arguments_that_make_no_sense(change, error, message):
    arguments = {"X": torch.ones(3, 2), "Y": torch.ones(3, 2)} | change
    with pytest.raises(error, match=message):
        contrastive_loss(**arguments)
