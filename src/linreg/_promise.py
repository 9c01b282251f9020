"""Count the digits that are certainly right, of what a fit reports."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from linreg._summing import UNIT, pairwise_error


@dataclass(frozen=True, eq=False)
class Bounded:
    """Values, and how far off each is at most, of equal shapes."""

    value: Tensor
    off: Tensor


def promise(
    names: tuple[str, ...], parameters: Bounded, length: Bounded, square: Bounded, free: int
) -> tuple[float, str]:
    """How many leading decimal digits are right of all parameters and standard errors.

    A digit counts against the larger of a parameter and its standard error, and for a standard
    error against itself.

    Args:
        names: Of the parameters, q of them.
        parameters: Shape (q, k).
        length: Standard errors over sigma, shape (q,); their squares are off by the square of this.
        square: Sums of squared errors, shape (k,).
        free: Degrees of freedom; 0 where no standard error is reported.

    Returns:
        The digits, at most 15.95, and what they are the digits of.
    """
    off = parameters.off + UNIT * parameters.value.abs()
    size = (parameters.value.abs() - off).clamp(min=0)
    share = torch.full_like(size, 0.0)
    if free > 0:
        turned = (length.off / length.value).square()
        turned = torch.where(turned < 1, turned / (1 - turned), torch.inf)[:, None]
        known = square.value > 2 * square.off
        spread = torch.where(known, square.off / (square.value - square.off), torch.inf)
        spread = torch.where((square.value == 0) & (square.off == 0), 0.0, spread)
        growth = turned + spread + turned * spread
        # Squaring, summing, two roots, a quotient and a product round too.
        rounding = pairwise_error(len(names)) / 2 + 6 * UNIT
        share = growth / (1 + (1 + growth).sqrt()) + rounding
        share = torch.where(growth.isinf(), torch.inf, share)
        share = torch.where(square.value + square.off == 0, 0.0, share)
        error = length.value[:, None] * (square.value / free).sqrt() / (1 + share)
        size = torch.maximum(size, error)
    share_of_parameters = torch.where(off == 0, 0.0, off / size)
    worst = torch.stack([share_of_parameters, share])
    most = float(worst.max())
    digits = -math.log10(max(most, UNIT)) if math.isfinite(most) else 0.0
    kind, i, k = (int(v) for v in torch.unravel_index(worst.argmax(), worst.shape))
    of = f" of target {k + 1}" if worst.shape[2] > 1 else ""
    if kind:
        what = "the standard errors" if math.isinf(most) else f"the standard error of {names[i]}"
        reason = ", whose residuals are lost in rounding" if math.isinf(most) else ""
        return max(0.0, digits), f"{what}{of}{reason}"
    return max(0.0, digits), f"{names[i]}{of}"
