"""What to say, and to advise, when a loss stops being finite."""

import math

import torch

from linreg.errors import DivergenceError


def diverged(
    losses: list[float], lr: float, steps: int, curvature: float, dtype: torch.dtype, more: str = ""
) -> DivergenceError:
    """The error for losses that are finite no more.

    Along a direction of curvature c, one step multiplies the distance to the minimum by 1 - lr c,
    which shrinks it for every lr below 2 / c (Goodfellow, Bengio and Courville, "Deep Learning",
    2016, section 4.3.1, takes 1 / c as the best step). A linear model bends the same everywhere, so
    1 / c at its sharpest direction is safe for the whole way down, and has a factor of 2 to spare
    for the rounding of the advice to two digits.

    Args:
        losses: All of them, of which one is not finite.
        lr: The rate of the steps.
        steps: How many steps there should have been.
        curvature: The sharpest of the loss, at the start; nan or 0 where it is not known.
        dtype: Of the parameters.
        more: What to say besides.
    """
    lost = next(i for i, loss in enumerate(losses) if not math.isfinite(loss))
    # Other models may bend more sharply along the way than at the start: never advise what failed.
    rate = min(1 / curvature, lr / 2) if curvature > 0 else math.nan
    if lost == 0 or rate < torch.finfo(dtype).tiny:
        advice = "the values are too large for their dtype, so no lr helps; rescale the data"
    elif math.isnan(rate):
        advice = "the steps overshoot; try a much smaller lr, or rescale the data"
    else:
        advice = f"the steps overshoot; try lr={rate:.2g}"
    return DivergenceError(
        f"the loss is {losses[lost]} after step {lost} of {steps} with lr={lr}: {advice}{more}"
    )
