"""The mean squared error, against hand-worked numbers, exact fractions and torch's own."""

import re
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import nn

from linreg import mse


def test_by_hand() -> None:
    """Misses of 0, 2 and 3 have squares 0, 4 and 9, and 13 / 3 is their mean."""
    loss = mse(torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([[1.0], [0.0], [1.0]]))
    assert loss.shape == ()
    assert loss.item() == pytest.approx(13 / 3)


def test_against_exact_fractions() -> None:
    """In float64 the loss is the exact rational answer up to rounding."""
    generator = torch.Generator().manual_seed(0)
    predicted = torch.randn(50, 1, generator=generator, dtype=torch.float64)
    target = torch.randn(50, 1, generator=generator, dtype=torch.float64)
    misses = [
        Fraction(p) - Fraction(t)
        for p, t in zip(predicted.flatten().tolist(), target.flatten().tolist(), strict=True)
    ]
    exact = sum(miss * miss for miss in misses) / 50
    assert mse(predicted, target).item() == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize("shape", [(7,), (7, 1), (7, 3)])
def test_against_torch(shape: tuple[int, ...]) -> None:
    """On equal shapes, value and gradient are those of `nn.MSELoss`."""
    generator = torch.Generator().manual_seed(1)
    target = torch.randn(shape, generator=generator)
    ours = torch.randn(shape, generator=generator).requires_grad_()
    theirs = ours.detach().clone().requires_grad_()
    loss, expected = mse(ours, target), nn.MSELoss()(theirs, target)
    loss.backward()
    expected.backward()
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_gradient_against_finite_differences() -> None:
    """The gradient is what nudging each prediction a little up and down measures."""
    generator = torch.Generator().manual_seed(2)
    predicted = torch.randn(5, 1, generator=generator, dtype=torch.float64, requires_grad=True)
    target = torch.randn(5, 1, generator=generator, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda p: mse(p, target), predicted)


def test_its_checks_read_no_values() -> None:
    """It works on tensors without values, so its checks never make a program wait for a device."""
    assert mse(torch.ones(3, 1, device="meta"), torch.ones(3, 1, device="meta")).shape == ()


@pytest.mark.parametrize(
    ("predicted", "target", "kind", "message"),
    [
        (
            torch.ones(3, 1),
            torch.ones(3),
            ValueError,
            "predicted has shape (3, 1) and target (3,): their difference would broadcast to "
            "(3, 3); use target.reshape(3, 1)",
        ),
        (
            torch.ones(3),
            torch.ones(3, 1),
            ValueError,
            "predicted has shape (3,) and target (3, 1): their difference would broadcast to "
            "(3, 3); use predicted.reshape(3, 1)",
        ),
        (
            torch.ones(3, 1),
            torch.ones(1),
            ValueError,
            "predicted has shape (3, 1) and target (1,): their difference would broadcast to "
            "(3, 1); give one prediction for each target",
        ),
        (
            torch.ones(3, 1),
            torch.ones(4, 1),
            ValueError,
            "predicted has shape (3, 1) and target (4, 1): they have no difference; give one "
            "prediction for each target",
        ),
        (
            torch.ones(0, 1),
            torch.ones(0, 1),
            ValueError,
            "predicted and target are empty, shape (0, 1): nothing to average",
        ),
        (
            torch.ones(3, 1),
            torch.ones(3, 1, device="meta"),
            ValueError,
            "predicted is on cpu and target is on meta: move both to one device with .to(device)",
        ),
        (
            torch.ones(3, 1),
            torch.ones(3, 1, dtype=torch.int64),
            TypeError,
            "target is torch.int64: convert it with target.double()",
        ),
        (
            torch.ones(3, 1),
            torch.ones(3, 1, dtype=torch.float64),
            TypeError,
            "predicted is torch.float32 and target is torch.float64: convert one with "
            ".to(torch.float32) or .to(torch.float64)",
        ),
        (
            torch.ones(3, 1),
            [1.0, 2.0, 3.0],
            TypeError,
            "target is a list: make it a tensor with torch.as_tensor(target)",
        ),
    ],
)
def test_errors_say_what_to_do(
    predicted: torch.Tensor, target: Any, kind: type[Exception], message: str
) -> None:
    """Each input that cannot be compared is one error that names both and a remedy."""
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        mse(predicted, target)
