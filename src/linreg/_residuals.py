"""Squared errors from the rows themselves, for those too small to be told from sums of products."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from linreg._double import Double
from linreg._promise import Bounded
from linreg._summing import UNIT, dot, pairwise_error, pairwise_sum
from linreg._take import Taken

# Rows are taken in pieces of this many.
_PIECE = 2**15


@dataclass(frozen=True, eq=False)
class Plane:
    """Predictions level + weight'(x - centre), carried in pairs of float64.

    Attributes:
        centre: Shape (p,).
        level: Shape (k,).
        weight: Shape (p, k).
        bias: The prediction where x is 0, shape (k,).
    """

    centre: Double
    level: Double
    weight: Double
    bias: Double

    @classmethod
    def around(cls, means: Double, weight: Double) -> "Plane":
        """The plane through the means of features and targets."""
        p = len(weight.hi)
        centre, level = means[:p], means[p:]
        return cls(centre, level, weight, level - dot(centre[:, None], weight))

    def size(self) -> Tensor:
        """The sizes that the bias is a difference of, shape (k,)."""
        return self.level.hi.abs() + self.centre.hi.abs() @ self.weight.hi.abs()


# Squared errors of a plane in the units given, each with the most that it may be off by rounding,
# and whether the parameters given miss any target.
Residuals = Callable[[Plane, Tensor, Tensor], tuple[Bounded, Tensor]]
Piece = tuple[Double, Tensor, Tensor | None]


def residuals_of(rows: Taken, of: Callable[[Tensor], Double]) -> Residuals:
    """What squares the errors of these rows, whose features `of` carries in pairs."""

    def pieces() -> Iterable[Piece]:
        for start in range(0, len(rows.features), _PIECE):
            part = slice(start, start + _PIECE)
            weight = None if rows.sample_weight is None else rows.sample_weight[part, None].double()
            yield of(rows.features[part].double()), rows.target[part].double(), weight

    return lambda plane, guess, unit: _squared(pieces(), plane, guess, unit)


def _squared(
    pieces: Iterable[Piece], plane: Plane, guess: Tensor, unit: Tensor
) -> tuple[Bounded, Tensor]:
    """The sum of squared errors, shape (k,), and of which targets the guess misses any."""
    p, count = len(plane.centre.hi), 0
    total = torch.zeros_like(plane.level.hi)
    rounding, misses = total.clone(), total.clone()
    for features, target, weight in pieces:
        count += 1
        x, y = features.scaled(unit[:p]), Double.of(target * unit[p:])
        exact, guessed = y - plane.level[None], y - Double.of(guess[:-p].sum(0, keepdim=True))
        size = y.hi.abs() + plane.level.hi.abs()
        for j in range(p):
            column, slope = x[:, j : j + 1], plane.weight[j : j + 1]
            exact = exact - (column - plane.centre[j : j + 1, None]) * slope
            guessed = guessed - column * Double.of(guess[j - p, None])
            size = size + (column.hi.abs() + plane.centre.hi[j].abs()) * slope.hi.abs()
        by = torch.ones_like(y.hi[:, :1]) if weight is None else weight
        total += pairwise_sum(by * exact.hi.square())
        misses += ((by > 0) * (guessed.hi != 0)).sum(0)
        # Each of the 2 p + 1 operations on pairs is off by less than 2^-102 of these.
        rounding += (by * (2.0**-102 * (2 * p + 1) * size).square()).sum(0)
    missed = misses > 0
    # Squares round four times before they are summed, and their pieces as they are added.
    summing = pairwise_error(_PIECE) + (4 + count) * UNIT
    off = 2 * (total * rounding).sqrt() + rounding + summing * total
    return Bounded(total * missed, off * missed), missed
