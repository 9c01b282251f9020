"""Fit rows by least squares, and say how many digits of the answer are right."""

import math
from typing import Literal

import torch
from torch import Tensor

from linreg._accuracy import Name
from linreg._check import check_finite_rows, check_rows
from linreg._double import Double
from linreg._powers import Powers
from linreg._residuals import residuals_of
from linreg.errors import RankError
from linreg.linear_fit import LinearFit
from linreg.moments import Moments

# Fewer digits than these send "auto" back to the rows: of a table of one value, and of any, which is
# as many as a summary shows. Ten times the values cost ten times as much, and are worth one less.
_ENOUGH, _LEAST = 12.0, 5.0
# Powers are made in pieces of this many rows.
_PIECE = 2**15


def least_squares(
    features: Tensor,
    target: Tensor,
    *,
    sample_weight: Tensor | None = None,
    intercept: bool = True,
    accuracy: Literal["auto", "fast", "exact"] = "auto",
) -> LinearFit:
    """Fit a linear model: the weights and bias of least (weighted) squared error.

    Args:
        features: Shape (n, p), float32 or float64.
        target: Shape (n, k), dtype and device as `features`.
        sample_weight: How much each row's squared error counts, shape (n,) or (n, 1), 0 or
            more; None counts each once.
        intercept: Whether the model has a bias.
        accuracy: "fast" or "exact" as in `Moments`; "auto" starts fast, and goes back to the rows
            with "exact" where fewer digits are certain than 12, less one for each tenfold of
            values, or than 5; it returns the fit that promises more.

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

    def fit(accuracy: Name) -> LinearFit:
        moments = Moments(
            features.shape[1], target.shape[1], accuracy=accuracy, device=features.device
        )
        moments.update(features, target, sample_weight)
        squared = None
        if accuracy == "exact":
            squared = residuals_of(features, target, sample_weight, Double.of)
        return moments._solve(None, 0.0, intercept, residuals=squared)

    if accuracy != "auto":
        return fit(accuracy)
    try:
        fast = fit("fast")
    except RankError:
        return fit("exact")
    if fast.expected_digits >= max(_LEAST, _ENOUGH - math.log10(features.numel())):
        return fast
    try:
        exact = fit("exact")
    except RankError:
        return fast
    return max(exact, fast, key=lambda fit: fit.expected_digits)


def polynomial(
    x: Tensor, target: Tensor, degree: int, *, sample_weight: Tensor | None = None
) -> LinearFit:
    """Fit a polynomial with powers carried beyond float64, so that rounding them costs no digit.

    It solves for powers of x moved and scaled to between -1 and 1, which are much less alike than
    those of x, and takes the result back to powers of x in exact fractions.

    Args:
        x: Shape (n, 1), float32 or float64.
        target: Shape (n, k), dtype and device as `x`.
        degree: The highest power, 1 or more.
        sample_weight: How much each row's squared error counts, shape (n,) or (n, 1).

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
    powers = Powers.over(x.min().double().item(), x.max().double().item(), degree)
    moments = Moments(degree, target.shape[1], accuracy="exact", device=x.device)
    for start in range(0, len(x), _PIECE):
        rows = slice(start, start + _PIECE)
        features = powers.of(x[rows].double())
        part = None if sample_weight is None else sample_weight[rows]
        moments._update(features.hi, target[rows].double(), part, features.lo)
    try:
        squared = residuals_of(x, target, sample_weight, powers.of)
        return moments._solve(powers.names, 0.0, True, powers, squared)
    except RankError:
        values = len(torch.unique(x))
        if values > degree:
            raise
        raise RankError(
            f"x has {values} different values, too few for degree {degree}: use degree "
            f"{values - 1} or less"
        ) from None
