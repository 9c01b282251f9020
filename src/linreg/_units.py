"""Sum rows in units in which no square leaves the range of float64."""

import torch
from torch import Tensor

from linreg._double import power_above
from linreg._sums import Sums

# Columns whose values are all smaller than one over this, or some larger, have units of their own.
_LARGE = 2.0**200


def summed(
    before: Sums, features: Tensor, target: Tensor, weight: Tensor | None, low: Tensor | None
) -> Sums:
    """Sums over these rows, to be added to those before.

    Args:
        before: Sums over other rows, or over none.
        features: Shape (n, p).
        target: Shape (n, k).
        weight: Shape (n, 1), float64, or None for ones.
        low: Digits of the features beyond float64, shape as `features`.

    Raises:
        ValueError: If the weights are so small or large that products with them have no room.
    """
    shift = before.shift if before.total else None
    sums = Sums.of(before.accuracy, before.unit, shift, features, target, weight, low)
    if sums.total == 0:
        return sums
    if not 2.0**-300 < sums.total < 2.0**300:
        raise ValueError(
            f"the sample weights sum to {sums.total:.3g}, which leaves float64 no room for "
            "products with them: rescale the weights"
        )
    square = sums.square / sums.total
    if bool(((square < _LARGE**2) & (square > _LARGE**-2)).all()):
        return sums
    unit = _unit_for(features, target)
    if shift is not None:
        unit = torch.minimum(unit, before.unit)
    if torch.equal(unit, before.unit):
        return sums
    if shift is not None:
        shift = shift * unit / before.unit
    return Sums.of(before.accuracy, unit, shift, features, target, weight, low)


def _unit_for(features: Tensor, target: Tensor) -> Tensor:
    """Powers of two that bring columns of very large or very small values to about 1."""
    most = torch.cat([values.abs().amax(0).double() for values in (features, target)])
    ordinary = (most == 0) | ((most < _LARGE) & (most > 1 / _LARGE))
    return torch.where(ordinary, 1.0, 1 / power_above(most)).clamp(max=2.0**1000)
