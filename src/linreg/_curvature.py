"""Find how sharply a loss bends, which is what limits the learning rate."""

from collections.abc import Sequence

import torch
from torch import Tensor


def sharpest_curvature(loss: Tensor, parameters: Sequence[Tensor]) -> float:
    """Size of the largest eigenvalue of the loss's Hessian, by power iteration.

    No Hessian is ever stored: differentiating (gradient . v) gives the product H v (Pearlmutter,
    "Fast exact multiplication by the Hessian", Neural Computation 6, 1994).

    Args:
        loss: A scalar, shape (), with its graph.
        parameters: The tensors that the loss is differentiated by.

    Returns:
        The curvature, in loss units per squared parameter unit. It is approached from below, and
        30 rounds come far closer than the factor of two that lr = 1 / curvature leaves to spare.
    """
    gradient = torch.autograd.grad(loss, parameters, create_graph=True, materialize_grads=True)
    # A random start is never square to the sharpest direction, as the gradient or ones can be.
    generator = torch.Generator().manual_seed(0)
    direction = [torch.randn(g.shape, generator=generator, device="cpu").to(g) for g in gradient]
    curvature = 0.0
    for _ in range(30):
        length = _norm(direction)
        direction = [d / length for d in direction]
        slope = torch.stack([(g * d).sum() for g, d in zip(gradient, direction, strict=True)]).sum()
        direction = list(
            torch.autograd.grad(slope, parameters, retain_graph=True, materialize_grads=True)
        )
        curvature = float(_norm(direction))
    return curvature


def _norm(tensors: Sequence[Tensor]) -> Tensor:
    """Euclidean length of all the tensors' values taken as one vector."""
    return torch.stack([t.square().sum() for t in tensors]).sum().sqrt()
