"""The sharpest curvature, against eigenvalues of a Hessian written out in full."""

import pytest
import torch
from torch import nn

from linreg import mse
from linreg._curvature import sharpest_curvature


def test_of_a_linear_model() -> None:
    """For a linear model it is the largest eigenvalue of 2/n A'A, A being features and ones."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(200, 4, generator=generator, dtype=torch.float64) * 3 + 1
    target = torch.randn(200, 1, generator=generator, dtype=torch.float64)
    model = nn.Linear(4, 1).double()
    design = torch.cat([features, torch.ones(200, 1, dtype=torch.float64)], dim=1)
    exact = torch.linalg.eigvalsh(2 / 200 * design.T @ design)[-1].item()

    found = sharpest_curvature(mse(model(features), target), list(model.parameters()))
    assert found == pytest.approx(exact, rel=0.01)


def test_of_a_curved_model() -> None:
    """For a model that is not linear it is the largest eigenvalue, in size, of torch's Hessian."""
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(50, 1, generator=generator, dtype=torch.float64)
    target = torch.randn(50, 1, generator=generator, dtype=torch.float64)
    weight = torch.randn(1, 3, generator=generator, dtype=torch.float64, requires_grad=True)

    def loss(weight: torch.Tensor) -> torch.Tensor:
        return mse(torch.tanh(features @ weight).sum(dim=1, keepdim=True), target)

    hessian = torch.autograd.functional.hessian(loss, weight).reshape(3, 3)
    exact = torch.linalg.eigvalsh(hessian).abs().max().item()
    assert sharpest_curvature(loss(weight), [weight]) == pytest.approx(exact, rel=0.01)


def test_parameters_the_loss_ignores_have_none() -> None:
    """The square of w bends by 2 along w, and not at all along what is not in it."""
    w, unused = torch.tensor([3.0], requires_grad=True), torch.tensor([5.0], requires_grad=True)
    assert sharpest_curvature(w.square().sum(), [w, unused]) == pytest.approx(2.0)
