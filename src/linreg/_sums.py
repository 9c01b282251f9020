"""Sums of products of rows around a shift, and how far each may be off."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from linreg._accuracy import Accuracy
from linreg._double import Double, two_sum
from linreg._summing import added, over, times


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over rows z = (features, 1, targets), in units and less a shift.

    Attributes:
        accuracy: How the products were gathered.
        unit: Powers of two that features and targets were multiplied by, shape (p + k,).
        shift: What was then taken off, shape (p + k,), float64.
        products: The sum of w (features, 1) z', shape (p + 1, p + 1 + k).
        squares: The sum of the targets' squares, shape (k,).
        slack: The product of columns i and j is off by at most slack_i slack_j, shape (p + 1 + k,).
            Of sums that are added this holds by Cauchy and Schwarz.
    """

    accuracy: Accuracy
    unit: Tensor
    shift: Tensor
    products: Double
    squares: Double
    slack: Tensor

    @classmethod
    def none(cls, p: int, k: int, accuracy: Accuracy, device: torch.device | str) -> "Sums":
        """Sums over no rows, of p features and k targets."""
        zero = torch.zeros(p + 1 + k, dtype=torch.float64, device=device)
        products = Double.of(zero.new_zeros(p + 1, p + 1 + k))
        unit = torch.ones_like(zero[1:])
        return cls(accuracy, unit, zero[1:], products, Double.of(zero[p + 1 :]), zero)

    @classmethod
    def of(
        cls,
        accuracy: Accuracy,
        unit: Tensor,
        shift: Tensor | None,
        features: Tensor,
        target: Tensor,
        weight: Tensor | None,
        low: Tensor | None,
    ) -> "Sums":
        """Sums over rows, whose features may have digits beyond float64 in `low`."""
        n, p = features.shape
        if bool((unit != 1).any()):
            features, target = features.double() * unit[:p], target.double() * unit[p:]
            low = None if low is None else low * unit[:p]
        if shift is None:
            shift = accuracy.shift(features, target)
        products, squares = accuracy.products(features, target, shift, weight, low)
        square = torch.cat([products.hi.diagonal(), squares.hi])
        slack = (square * accuracy.error(n, len(square))).sqrt()
        return cls(accuracy, unit, shift, products, squares, slack)

    @classmethod
    def of_tensors(cls, accuracy: Accuracy, tensors: dict[str, Tensor]) -> "Sums":
        """Sums from what `tensors` gave."""
        products = Double(tensors["products"], tensors["products_low"])
        squares = Double(tensors["squares"], tensors["squares_low"])
        unit, shift, slack = (tensors[name] for name in ("unit", "shift", "slack"))
        return cls(accuracy, unit, shift, products, squares, slack)

    def tensors(self) -> dict[str, Tensor]:
        """All that these are made of, by name."""
        return {
            "unit": self.unit,
            "shift": self.shift,
            "products": self.products.hi,
            "products_low": self.products.lo,
            "squares": self.squares.hi,
            "squares_low": self.squares.lo,
            "slack": self.slack,
        }

    @property
    def p(self) -> int:
        """How many features there are."""
        return len(self.products.hi) - 1

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return float(self.products.hi[self.p, self.p])

    @property
    def square(self) -> Tensor:
        """The sum of squares of features, ones and targets, shape (p + 1 + k,)."""
        return torch.cat([self.products.hi.diagonal(), self.squares.hi])

    @property
    def is_finite(self) -> bool:
        """Whether nothing overflowed; a bad value leaves its mark on its column's sum."""
        return bool(self.products.hi.isfinite().all() and self.squares.hi.isfinite().all())

    def __add__(self, other: "Sums") -> "Sums":
        """Sums over the rows of both."""
        return self._with(other, 1.0)

    def __sub__(self, other: "Sums") -> "Sums":
        """Sums over the rows that are not in the other; what rounded stays."""
        return self._with(other, -1.0)

    def select(self, index: list[int]) -> "Sums":
        """Sums of some of the features, and all targets."""
        p, size = self.p, len(self.slack)
        kept = [*index, *range(p, size)]
        rows = [*index, p]
        columns = [*index, *range(p, size - 1)]
        return replace(
            self,
            unit=self.unit[columns],
            shift=self.shift[columns],
            products=self.products[rows][:, kept],
            slack=self.slack[kept],
        )

    def means(self) -> Double:
        """Weighted means, shape (p + k,)."""
        sums = self._sums()
        return added(over(sums, self.products[self.p, self.p]), Double.of(self.shift))

    def centred(self) -> "Sums":
        """The same sums around the means."""
        sums = self._sums().hi / self.total
        # What this leaves of a column's sum is 2^-53 of it, and its square far below the slack.
        return self._moved(-sums)

    def around(self, shift: Tensor) -> "Sums":
        """The same sums around another shift."""
        if torch.equal(shift, self.shift):
            return self
        by, rest = two_sum(self.shift, -shift)
        return replace(self._moved(by)._moved(rest), shift=shift)

    def in_units(self, unit: Tensor) -> "Sums":
        """The same sums in other units."""
        if torch.equal(unit, self.unit):
            return self
        p, by = self.p, unit / self.unit
        every = torch.cat([by[:p], by.new_ones(1), by[p:]])
        return Sums(
            self.accuracy,
            unit,
            self.shift * by,
            self.products.scaled(every[: p + 1, None]).scaled(every),
            self.squares.scaled(by[p:].square()),
            self.slack * every,
        )

    def _with(self, other: "Sums", sign: float) -> "Sums":
        """These sums with others added or taken off."""
        unit = torch.minimum(self.unit, other.unit)
        ours = self.in_units(unit)
        theirs = other.in_units(unit).around(ours.shift)
        by = unit.new_tensor(sign)
        return replace(
            ours,
            products=ours.products + theirs.products.scaled(by),
            squares=ours.squares + theirs.squares.scaled(by),
            slack=torch.hypot(ours.slack, theirs.slack),
        )

    def _sums(self) -> Double:
        """Sums of features and targets, shape (p + k,)."""
        row, p = self.products[self.p], self.p
        return Double(*(torch.cat([part[:p], part[p + 1 :]]) for part in (row.hi, row.lo)))

    def _moved(self, by: Tensor) -> "Sums":
        """Sums over rows that have `by` added; the shift stays as it is."""
        p = self.p
        d = torch.cat([by[:p], by.new_zeros(1), by[p:]])
        row, total = self.products[p], self.products[p, p]
        # (z + d)(z + d)' = z z' + d h' + h d' with h = z + d / 2.
        half = added(row, times(d / 2, total))
        products = added(
            self.products, times(d[: p + 1, None], half[None]), times(d, half[: p + 1, None])
        )
        squares = added(self.squares, times(2 * by[p:], half[p + 1 :]))
        slack = self.slack + d.abs() * self.slack[p]
        return replace(self, products=products, squares=squares, slack=slack)
