"""Refuse a loss that stopped being finite, and advise a rate that works."""

import math
from collections.abc import Callable, Sequence

from linreg.errors import DivergenceError


def refuse_divergence(
    losses: Sequence[float], lr: float, steps: int, limit: Callable[[], float], after: str = ""
) -> None:
    """Losses are finite, or an error names a learning rate to try.

    Along a direction of curvature c, one step multiplies the distance to the minimum by 1 - lr c,
    which shrinks it for every lr below 2 / c, and best at 1 / c (Goodfellow, Bengio and Courville,
    "Deep Learning", 2016, section 4.3.1).

    Args:
        losses: From before the first step on.
        lr: The learning rate.
        steps: How many steps were to be taken.
        limit: Finds a rate from which descent may diverge, 2 / c, or nan; only called if it did.
        after: What to say last.
    """
    lost = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), None)
    if lost is None:
        return
    # Other models may bend more sharply along the way than at the start: never advise what failed.
    found = limit() if lost else 0.0
    rate = min(found / 2, lr / 2)
    if math.isnan(found):
        advice = "the steps overshoot; try a much smaller lr, or rescale the data"
    elif rate > 0:
        # Half the limit has room for rounding it to two digits.
        advice = f"the steps overshoot; try lr={rate:.2g}"
    else:
        advice = "the values are too large for their dtype, so no lr helps; rescale the data"
    raise DivergenceError(
        f"the loss is {losses[lost]} after step {lost} of {steps} with lr={lr}: {advice}{after}"
    )
