"""Make data whose true line is known, so that a fit can be checked against the truth."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from linreg._check import check_count


class LinearData(NamedTuple):
    """Rows drawn around a known line, together with that line.

    Attributes:
        features: Shape (n, p).
        target: Shape (n, 1); `features @ weight + bias` plus noise.
        weight: The true slopes, shape (p, 1).
        bias: The true intercept, shape ().

    Examples:
        >>> import torch
        >>> from linreg import make_line
        >>> features, target, weight, bias = make_line(noise=0.0)
        >>> torch.allclose(target, features @ weight + bias)
        True
    """

    features: Tensor
    target: Tensor
    weight: Tensor
    bias: Tensor


def make_regression(
    n: int,
    weight: float | Sequence[float] | Tensor,
    bias: float,
    *,
    noise: float,
    low: float = 0.0,
    high: float = 2.0,
    seed: int,
    dtype: torch.dtype = torch.float32,
) -> LinearData:
    """Draw rows around a line of your choice: uniform features, Gaussian noise on the target.

    The rows are drawn on the CPU by a generator of their own: the same seed gives the same rows
    whatever the accelerator, and torch's global seed is neither read nor changed. Move them once
    with `.to(device)`.

    Args:
        n: How many rows, at least 1.
        weight: The true slopes, one for each feature, in target units per feature unit; a number
            means one feature.
        bias: The true intercept, in target units.
        noise: Standard deviation of the noise, in target units; 0 puts every row on the line.
        low: Lower end of every feature's range.
        high: Upper end of every feature's range.
        seed: Seed of the generator.
        dtype: Floating-point type of everything returned.

    Returns:
        The rows and the truth: features (n, p), target (n, 1), weight (p, 1), bias ().

    Raises:
        TypeError: If `dtype` is not a floating-point type, or `n` or `seed` is not whole.
        ValueError: If `n` is below 1, there is no weight, `noise` is negative, `low` is not below
            `high`, or a number is not finite.

    Examples:
        >>> from linreg import make_regression
        >>> data = make_regression(50, weight=[2.0, -1.0], bias=0.5, noise=0.1, seed=3)
        >>> data.features.shape, data.target.shape
        (torch.Size([50, 2]), torch.Size([50, 1]))
    """
    if not dtype.is_floating_point:
        raise TypeError(
            f"dtype is {dtype}: a line needs a floating-point type such as torch.float32"
        )
    check_count("n", n)
    check_count("seed", seed, least=-(2**63))
    if seed >= 2**64:
        raise ValueError(f"seed is {seed}: give a whole number below 2^64")
    true_weight = torch.as_tensor(weight, dtype=dtype, device="cpu").detach().clone().reshape(-1, 1)
    true_bias = torch.tensor(bias, dtype=dtype, device="cpu")
    if true_weight.numel() == 0:
        raise ValueError("weight is empty: give one slope for each feature")
    if not (true_weight.isfinite().all() and math.isfinite(bias)):
        raise ValueError(f"weight {weight} and bias {bias} must be finite in {dtype}")
    if not (math.isfinite(noise) and noise >= 0):
        raise ValueError(f"noise is {noise}: a standard deviation is a finite number, 0 or more")
    if not (math.isfinite(high - low) and low < high):
        raise ValueError(f"low is {low} and high is {high}: low must be below high, both finite")

    generator = torch.Generator().manual_seed(int(seed))
    uniform = torch.rand(n, len(true_weight), generator=generator, dtype=dtype, device="cpu")
    features = low + (high - low) * uniform
    gaussian = torch.randn(n, 1, generator=generator, dtype=dtype, device="cpu")
    target = features @ true_weight + true_bias + noise * gaussian
    return LinearData(features, target, true_weight, true_bias)


def make_line(
    n: int = 100,
    *,
    weight: float = 2.0,
    bias: float = 1.0,
    noise: float = 0.3,
    seed: int = 0,
) -> LinearData:
    """Draw the tutorial's running dataset: one feature between 0 and 2, and a line with noise.

    Args:
        n: How many rows, at least 1.
        weight: The true slope.
        bias: The true intercept.
        noise: Standard deviation of the noise.
        seed: Seed of the generator.

    Returns:
        The rows and the truth, in float32: features (n, 1), target (n, 1), weight (1, 1), bias ().

    Raises:
        ValueError: As `make_regression`.

    Examples:
        >>> from linreg import make_line
        >>> rides = make_line()
        >>> rides.features.shape, rides.weight.item(), rides.bias.item()
        (torch.Size([100, 1]), 2.0, 1.0)
    """
    return make_regression(n, weight, bias, noise=noise, seed=seed)
