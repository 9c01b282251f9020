"""The two accuracies: how each gathers products of rows, multiplies, and how far off it may be."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from linreg._double import Double
from linreg._products import exact_products, fast_products, round_shift

Name = Literal["fast", "exact"]


@dataclass(frozen=True)
class Accuracy:
    """How digits are kept.

    Attributes:
        name: What users call it.
        error: How far gathered products are off, relative to the norms of their two columns.
        dependent: A feature with a smaller share of its square left, once those before it are taken
            out, is a combination of them.
        paired: Whether values are carried in pairs of float64 all the way.
        advice: What to try where it cannot tell features apart.
    """

    name: Name
    error: float
    dependent: float
    paired: bool
    advice: str

    def products(
        self,
        features: Tensor,
        target: Tensor,
        shift: Tensor,
        weight: Tensor | None,
        low: Tensor | None,
    ) -> Double:
        """Sum w z z' over rows z = (features, target, 1) - (shift, 0)."""
        if self.paired:
            return exact_products(features, target, shift, weight, low)
        return fast_products(features, target, shift, weight)

    def shift(self, features: Tensor, target: Tensor) -> Tensor:
        """A shift for all rows: about the means of the first, and a column's value if constant.

        A mean within two standard deviations of zero is left: taking it off would save two bits.
        """
        rows = torch.cat([features[:4096], target[:4096]], dim=1).double()
        shift, spread = rows.mean(0), rows.std(0, correction=0)
        if self.paired:
            shift = round_shift(shift, spread)
        shift = torch.where(shift.abs() > 2 * spread, shift, 0.0)
        return torch.where((rows == rows[0]).all(0), rows[0], shift)

    def matmul(self, a: Double, b: Double) -> Double:
        """The product of matrices: in pairs of float64, or of the rounded values only."""
        return a @ b if self.paired else Double.of(a.hi @ b.hi)


FAST = Accuracy(
    "fast", 2.0**-49, 2.0**-36, False, "; or use accuracy='exact', which tells apart more"
)
EXACT = Accuracy("exact", 2.0**-95, 2.0**-80, True, "")


def accuracy_named(name: str) -> Accuracy:
    """The accuracy that users call so."""
    for accuracy in (FAST, EXACT):
        if accuracy.name == name:
            return accuracy
    raise ValueError(f"accuracy is {name!r}: choose 'fast' or 'exact'")
