"""Fit rows by least squares, and say how many digits of the answer are right."""

import math
from fractions import Fraction
from typing import Literal

import torch
from torch import Tensor

from linreg._check import check_finite_rows, check_rows
from linreg._double import Double
from linreg._normal import RankError
from linreg.inference import Fit
from linreg.moments import Accuracy, Moments

# Fewer digits than these send "auto" back to the rows.
_ENOUGH = 12.0
# Powers are made in pieces of this many rows.
_PIECE = 2**15


def least_squares(
    features: Tensor,
    target: Tensor,
    *,
    weight: Tensor | None = None,
    intercept: bool = True,
    accuracy: Literal["auto", "fast", "exact"] = "auto",
) -> Fit:
    """Fit a linear model: the weights and bias of least (weighted) squared error.

    Args:
        features: Shape (n, p), float32 or float64.
        target: Shape (n, k), dtype and device as `features`.
        weight: How much each row's squared error counts, shape (n,) or (n, 1), 0 or more; None
            counts each once.
        intercept: Whether the model has a bias.
        accuracy: "fast" or "exact" as in `Moments`; "auto" starts fast, estimates the digits it
            can trust, and goes back to the rows with "exact" where they are fewer than 12.

    Returns:
        The fit; its `expected_digits` holds for the worst parameter and the worst standard error.

    Raises:
        RankError: If features are constant or combinations of others; it names them.
        TypeError: If a dtype is not floating-point, or they differ.
        ValueError: If shapes or devices do not match, a value is not finite, a weight is negative,
            their sum is 0, or there are fewer rows than parameters.
    """
    if accuracy not in ("auto", "fast", "exact"):
        raise ValueError(f"accuracy is {accuracy!r}: choose 'auto', 'fast' or 'exact'")
    check_rows(features, target)

    def fit(accuracy: Accuracy) -> Fit:
        moments = Moments(
            features.shape[1], target.shape[1], accuracy=accuracy, device=features.device
        )
        moments.update(features, target, weight)
        return moments.solve(intercept=intercept)

    if accuracy != "auto":
        return fit(accuracy)
    try:
        found = fit("fast")
    except RankError:
        return fit("exact")
    return found if found.expected_digits >= _ENOUGH else fit("exact")


def polynomial(x: Tensor, target: Tensor, degree: int, *, weight: Tensor | None = None) -> Fit:
    """Fit a polynomial with powers carried beyond float64, so that rounding them costs no digit.

    It solves for powers of x moved and scaled to between -1 and 1, which are much less alike than
    those of x, and takes the result back to powers of x in exact fractions.

    Args:
        x: Shape (n, 1), float32 or float64.
        target: Shape (n, k), dtype and device as `x`.
        degree: The highest power, 1 or more.
        weight: How much each row's squared error counts, shape (n,) or (n, 1).

    Returns:
        The fit; its parameters are those of 1, x, x^2, ..., and `predict` takes x.

    Raises:
        RankError: If x has no more than `degree` different values.
        TypeError: As `least_squares`.
        ValueError: As `least_squares`, or if x has more than one column or the degree is below 1.
    """
    check_rows(x, target, named="x")
    check_finite_rows(x, target, named="x")
    if x.shape[1] != 1:
        raise ValueError(f"x has shape {tuple(x.shape)}, but a polynomial is of one column, (n, 1)")
    if degree < 1:
        raise ValueError(f"degree is {degree}: give a whole number, 1 or more")
    low, high = x.min().double().item(), x.max().double().item()
    half = 2.0 ** math.frexp((high - low) / 2)[1]
    # A multiple of half / 8 has few bits, so that taking it off leaves few digits beyond float64.
    middle = round((low + high) / 2 / half * 8) * half / 8

    moments = Moments(degree, target.shape[1], accuracy="exact", device=x.device)
    for start in range(0, len(x), _PIECE):
        rows = slice(start, start + _PIECE)
        powers = _powers(x[rows].double(), middle, half, degree)
        part = None if weight is None else weight[rows]
        moments._update(powers.hi, target[rows].double(), part, powers.lo)
    names = ("x", *(f"x^{k}" for k in range(2, degree + 1)))

    def basis(rows: Tensor) -> Tensor:
        return _powers(rows, middle, half, degree).hi

    back = _to_powers_of_x(middle, half, degree, moments.mean)
    try:
        return moments._solve(names, 0.0, True, back, basis)
    except RankError:
        values = len(torch.unique(x))
        if values > degree:
            raise
        raise RankError(
            f"x has {values} different values, too few for degree {degree}: use degree "
            f"{values - 1} or less"
        ) from None


def _powers(x: Tensor, middle: float, half: float, degree: int) -> Double:
    """The powers 1 ... degree of (x - middle) / half, shape (n, degree)."""
    scaled = Double.sum(x, torch.full_like(x, -middle)).scaled(x.new_tensor(1 / half))
    powers = [scaled]
    for _ in range(degree - 1):
        powers.append(powers[-1] * scaled)
    return Double(torch.cat([p.hi for p in powers], 1), torch.cat([p.lo for p in powers], 1))


def _to_powers_of_x(middle: float, half: float, degree: int, like: Tensor) -> Double:
    """What takes coefficients of ((x - middle) / half)^k to those of x^i: the binomial theorem."""
    c, h = Fraction(middle), Fraction(half)
    rows = [
        [
            math.comb(k, i) * (-c) ** (k - i) / h**k if i <= k else Fraction(0)
            for k in range(degree + 1)
        ]
        for i in range(degree + 1)
    ]
    high = [[float(value) for value in row] for row in rows]
    low = [
        [float(value - Fraction(near)) for value, near in zip(row, nears, strict=True)]
        for row, nears in zip(rows, high, strict=True)
    ]
    return Double(like.new_tensor(high), like.new_tensor(low))
