"""Gradient descent by hand, against the loop of the tutorial and the exact solution."""

import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from linreg import DivergenceError, Moments, fit, gradient_descent, make_regression
from linreg import descent as module


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("block", [2**19, 300])
@pytest.mark.parametrize("steps", [0, 1, 100, 101, 250])
def test_it_is_the_loop(k: int, block: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every loss and the end are those of `fit`, whatever the size of the blocks."""
    monkeypatch.setattr(module, "_BLOCK", block)
    monkeypatch.setattr(module, "_ROWS", 1)
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(1000, 3, generator=generator, dtype=torch.float64) + 1
    target = torch.randn(1000, k, generator=generator, dtype=torch.float64)
    model = nn.Linear(3, k).double()
    start = (model.weight.detach().T.clone(), model.bias.detach().clone())
    losses = fit(model, features, target, lr=0.1, steps=steps)
    found = gradient_descent(features, target, lr=0.1, steps=steps, start=start)
    np.testing.assert_allclose(found.losses, losses, rtol=1e-11)
    torch.testing.assert_close(found.weight, model.weight.detach().T, rtol=1e-11, atol=1e-11)
    torch.testing.assert_close(found.bias, model.bias.detach(), rtol=1e-11, atol=1e-11)


def test_it_ends_where_the_optimum_is() -> None:
    """From zeros, enough steps end at the solution of torch.linalg.lstsq, in float32 too."""
    data = make_regression(500, [1.0, -2.0], 0.5, noise=0.3, seed=0)
    found = gradient_descent(data.features, data.target, lr=0.3, steps=1000)
    design = torch.cat([data.features, torch.ones(500, 1)], 1)
    exact = torch.linalg.lstsq(design, data.target).solution
    assert found.weight.dtype == torch.float32
    torch.testing.assert_close(found.weight, exact[:2], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found.bias, exact[2], rtol=1e-5, atol=1e-5)


def test_divergence_names_a_rate_that_works() -> None:
    """A rate that is too large is an error, and the one it names brings the loss down."""
    data = make_regression(500, [1.0, -2.0], 0.5, noise=0.3, seed=0, high=50.0)
    with pytest.raises(DivergenceError, match="the steps overshoot; try lr=") as caught:
        gradient_descent(data.features, data.target, lr=0.1, steps=1000)
    rate = float(str(caught.value).rpartition("lr=")[2])
    losses = gradient_descent(data.features, data.target, lr=rate, steps=50).losses
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize("seed", range(40))
def test_the_rate_advised_converges(seed: int) -> None:
    """On one feature far from 0, where the limit is sharp, all three advise a rate that works."""
    generator = torch.Generator().manual_seed(seed)
    mean = 10 ** (4 * torch.rand(1, generator=generator, dtype=torch.float64))
    x = mean + torch.rand(30, 1, generator=generator, dtype=torch.float64)
    y = 1 + 2 * x
    moments = Moments(1)
    moments.update(x, y)
    walks: list[Callable[[float], list[float]]] = [
        lambda lr: gradient_descent(x, y, lr=lr, steps=1000).losses,
        lambda lr: moments.descend(lr, 1000).losses,
        lambda lr: fit(torch.nn.Linear(1, 1).double(), x, y, lr=lr, steps=200),
    ]
    for walk in walks:
        with pytest.raises(DivergenceError) as caught:
            walk(10.0)
        advised = re.search(r"try lr=(\S+)", str(caught.value))
        assert advised
        losses = walk(float(advised[1]))
        assert losses[-1] <= losses[1] <= losses[0]
        assert float(advised[1]) <= 0.6 * moments.divergence_rate()


def test_values_too_large_for_any_rate() -> None:
    """Where the rate would be too small for the dtype, none is named."""
    for value, dtype in ((3e38, torch.float32), (1e25, torch.float32), (1e200, torch.float64)):
        x = torch.full((5, 1), value, dtype=dtype)
        with pytest.raises(DivergenceError, match="too large for their dtype, so no lr helps"):
            gradient_descent(x, torch.ones_like(x), lr=0.1, steps=10)


def test_the_start_is_left_alone() -> None:
    """The tensors that it starts from are not changed."""
    data = make_regression(20, 2.0, 1.0, noise=0.1, seed=0)
    start = (torch.zeros(1, 1), torch.zeros(1))
    gradient_descent(data.features, data.target, lr=0.1, steps=3, start=start)
    assert start[0].item() == start[1].item() == 0


def test_what_is_refused() -> None:
    """Values that are not finite, and starts of another shape, are errors."""
    data = make_regression(20, 2.0, 1.0, noise=0.1, seed=0)
    bad = data.target.clone()
    bad[3] = float("nan")
    with pytest.raises(ValueError, match=r"target\[3, 0\] is nan: remove or repair its row"):
        gradient_descent(data.features, bad, lr=0.1, steps=3)
    with pytest.raises(ValueError, match=r"the start's bias has shape \(2,\)"):
        gradient_descent(
            data.features,
            data.target,
            lr=0.1,
            steps=3,
            start=(torch.zeros(1, 1), torch.zeros(2)),
        )
    for start, message in (
        ((torch.zeros(1, 1),), "start has 1 parts: give weight and bias"),
        (
            (torch.zeros(1, 1), torch.tensor([torch.nan])),
            r"the start's bias\[0\] is nan: start from",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            gradient_descent(data.features, data.target, lr=0.1, steps=3, start=start)
