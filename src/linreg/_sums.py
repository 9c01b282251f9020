"""Sums of products of rows around a shift: what can be added, moved and centred exactly enough."""

from dataclasses import dataclass

import torch
from torch import Tensor

from linreg._accuracy import Accuracy
from linreg._double import Double, two_prod


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over rows z = (features, targets, 1), the first two less a shift.

    Attributes:
        accuracy: How the products were gathered.
        shift: Shape (q,), float64, where q counts features and targets.
        products: The sum of w z z', shape (q + 1, q + 1).
        squares: Sums of the squares that went into the products, which tell how far off they may
            be, shape (q,).
    """

    accuracy: Accuracy
    shift: Tensor
    products: Double
    squares: Tensor

    @classmethod
    def none(cls, size: int, accuracy: Accuracy, device: torch.device | str) -> "Sums":
        """Sums over no rows, of `size` features and targets."""
        shift = torch.zeros(size, dtype=torch.float64, device=device)
        products = Double.of(shift.new_zeros(size + 1, size + 1))
        return cls(accuracy, shift, products, shift.clone())

    @classmethod
    def of(
        cls,
        accuracy: Accuracy,
        shift: Tensor,
        features: Tensor,
        target: Tensor,
        weight: Tensor | None,
        low: Tensor | None,
    ) -> "Sums":
        """Sums over rows, whose features may have digits beyond float64 in `low`."""
        products = accuracy.products(features, target, shift, weight, low)
        return cls(accuracy, shift, products, products.hi.diagonal()[:-1])

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return float(self.products.hi[-1, -1])

    @property
    def is_finite(self) -> bool:
        """Whether nothing overflowed; a bad value leaves its mark on its column's sum."""
        return bool(self.products.hi.isfinite().all())

    def __add__(self, other: "Sums") -> "Sums":
        """Sums over the rows of both."""
        other = other.around(self.shift)
        return Sums(
            self.accuracy,
            self.shift,
            self.products + other.products,
            self.squares + other.squares,
        )

    def __sub__(self, other: "Sums") -> "Sums":
        """Sums over the rows that are not in the other; what rounded stays."""
        other = other.around(self.shift)
        return Sums(
            self.accuracy,
            self.shift,
            self.products - other.products,
            self.squares + other.squares,
        )

    def select(self, index: list[int]) -> "Sums":
        """Sums of some of the features and targets."""
        kept = [*index, len(self.shift)]
        products = self.products[kept][:, kept]
        return Sums(self.accuracy, self.shift[index], products, self.squares[index])

    def means(self) -> Double:
        """Weighted means, shape (q,)."""
        sums = self.products[-1]
        if self.accuracy.paired:
            return Double.of(self.shift) + sums[:-1] / sums[-1:]
        return Double.of(self.shift + sums.hi[:-1] / sums.hi[-1])

    def centred(self) -> Double:
        """Products around the means, shape (q, q)."""
        sums = self.products[-1]
        if self.accuracy.paired:
            share = sums[:-1] / sums[-1:]
            return self.products[:-1, :-1] - share[:, None] * sums[None, :-1]
        # With s = W a + r, s s' / W is a s' + r a' to within r^2: a may be rounded.
        total, near = sums.hi[:-1], sums.hi[:-1] / sums.hi[-1]
        high, low = two_prod(near, sums.hi[-1])
        rest = (total - high) - low + sums.lo[:-1] - near * sums.lo[-1]
        moved, lost = two_prod(near[:, None], total)
        lost = lost + torch.outer(near, sums.lo[:-1]) + torch.outer(rest, near)
        return self.products[:-1, :-1] - Double.sum(moved, lost)

    def around(self, shift: Tensor) -> "Sums":
        """The same sums around another shift."""
        if shift is self.shift:
            return self
        zero = shift.new_zeros(1)
        by = Double.sum(torch.cat([self.shift, zero]), torch.cat([-shift, zero]))
        sums = self.products[-1]
        # (z + d)(z + d)' = zz' + half + half' with half = d (z + d/2)'.
        half = by[:, None] * (sums + (by * sums[-1:]).scaled(shift.new_tensor(0.5)))[None, :]
        products = self.products + half + half.T
        squares = self.squares + products.hi.diagonal()[:-1]
        return Sums(self.accuracy, shift, products, squares)
