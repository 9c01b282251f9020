"""The two accuracies: how each gathers products of rows, and how far off it may be."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from linreg._double import Double, power_above
from linreg._exact_products import exact_products
from linreg._fast_products import fast_error, fast_products

Name = Literal["fast", "exact"]

# How far exactly gathered products are off, relative to the lengths of their two columns:
# `linreg._exact_products` proves it.
_EXACT_ERROR = 2.0**-95


@dataclass(frozen=True)
class Accuracy:
    """How digits are kept.

    Attributes:
        name: What users call it.
        rounding: How far one operation is off, relative to its result.
        dependent: A feature with a smaller share of its square left, once those before it are taken
            out, is a combination of them.
        paired: Whether values are carried in pairs of float64 all the way.
        advice: What to try where it cannot tell features apart.
    """

    name: Name
    rounding: float
    dependent: float
    paired: bool
    advice: str

    def error(self, n: int, size: int) -> float:
        """How far products of n rows are off, relative to the lengths of their two columns."""
        return _EXACT_ERROR if self.paired else fast_error(n, size)

    def products(
        self,
        features: Tensor,
        target: Tensor,
        shift: Tensor,
        weight: Tensor | None,
        low: Tensor | None,
    ) -> tuple[Double, Double]:
        """Sum w z z' over rows z = (features, 1, target) - (shift of features, 0, shift of target).

        Returns:
            Products of (features, 1) with z, shape (p + 1, p + 1 + k), and the targets' squares.
        """
        if not self.paired:
            return fast_products(features, target, shift, weight)
        p, k = features.shape[1], target.shape[1]
        found: list[Double] = []
        squares: list[Double] = []
        # Products of targets with each other are not needed: of few at a time there are few.
        for i in range(0, k, p + 1):
            some = target[:, i : i + p + 1]
            moved = torch.cat([shift[:p], shift[p + i : p + i + some.shape[1]]])
            sums = exact_products(features, some, moved, weight, low)
            columns = [] if found else [*range(p), len(moved)]
            found.append(sums[[*range(p), len(moved)]][:, [*columns, *range(p, len(moved))]])
            squares.append(Double(sums.hi.diagonal()[p:-1], sums.lo.diagonal()[p:-1]))
        return _joined(found, 1), _joined(squares, 0)

    def shift(self, features: Tensor, target: Tensor) -> Tensor:
        """A shift for all rows: about the means of the first, and a column's value if constant.

        A mean within a quarter of the range of zero is left: taking it off would save two bits.
        """
        rows = (features[:4096].double(), target[:4096].double())
        low, high, mean = (
            torch.cat([of(part, dim=0) for part in rows])
            for of in (torch.amin, torch.amax, torch.mean)
        )
        unit = power_above(high - low) / 16
        # A shift of few bits often leaves values that need no more bits than before.
        rounded = (mean / unit).round() * unit
        mean = torch.where(rounded.isfinite(), rounded, mean)
        mean = torch.where(mean.abs() > (high - low) / 4, mean, 0.0)
        return torch.where(low == high, low, mean)


def _joined(parts: list[Double], dim: int) -> Double:
    """Parts side by side."""
    return Double(torch.cat([p.hi for p in parts], dim), torch.cat([p.lo for p in parts], dim))


FAST = Accuracy(
    "fast", 2.0**-53, 2.0**-36, False, "; or use accuracy='exact', which tells apart more"
)
EXACT = Accuracy("exact", 2.0**-100, 2.0**-80, True, "")


def accuracy_named(name: str) -> Accuracy:
    """The accuracy that users call so."""
    for accuracy in (FAST, EXACT):
        if accuracy.name == name:
            return accuracy
    raise ValueError(f"accuracy is {name!r}: choose 'fast' or 'exact'")
