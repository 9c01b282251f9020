"""Carry about 32 digits in pairs of float64: what sums and products round off is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# Sources: two_sum is Knuth, "The Art of Computer Programming" 2, 4.2.2; two_prod and the arithmetic
# of pairs are Dekker, "A floating-point technique for extending the available precision",
# Numerische Mathematik 18, 1971; the product of matrices cut into slices is Ozaki, Ogita, Oishi and
# Rump, "Error-free transformations of matrix multiplication", Numerical Algorithms 59, 2012.

_SPLITTER = 2.0**27 + 1
_SLICES = 5


def two_sum(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The float64 sum and what it rounded off: together exactly a + b."""
    total = a + b
    kept = total - a
    return total, (a - (total - kept)) + (b - kept)


def two_sum_(a: Tensor, b: Tensor, spare: Sequence[Tensor]) -> None:
    """`two_sum` in place: a becomes the sum and b what it rounded off; two spare are written to."""
    total, kept = spare
    torch.add(a, b, out=total)
    torch.sub(total, a, out=kept)
    b.sub_(kept)
    b.add_(a.sub_(kept.neg_().add_(total)))
    a.copy_(total)


def leading_half(value: Tensor, out: Tensor) -> Tensor:
    """The leading 26 bits."""
    torch.bitwise_and(value.view(torch.int64), -(2**27), out=out.view(torch.int64))
    return out


def two_prod(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """The float64 product and what it rounded off: together exactly a * b."""
    product = a * b
    scaled_a, scaled_b = _SPLITTER * a, _SPLITTER * b
    a_high, b_high = scaled_a - (scaled_a - a), scaled_b - (scaled_b - b)
    a_low, b_low = a - a_high, b - b_high
    rest = a_high * b_high - product + a_high * b_low + a_low * b_high + a_low * b_low
    return product, rest


def power_above(size: Tensor) -> Tensor:
    """The least power of two above each value; 1 for a value of 0."""
    # A value over its mantissa is an exact power of two; exp2 need not be.
    mantissa = torch.frexp(size).mantissa
    return torch.where(size > 0, size / mantissa, torch.ones_like(size))


@dataclass(frozen=True, eq=False)
class Double:
    """Tensors of unevaluated sums hi + lo, with |lo| at most half a unit in the last place of hi.

    Attributes:
        hi: The value rounded to float64.
        lo: What the rounding left out, shape as `hi`.
    """

    hi: Tensor
    lo: Tensor

    @classmethod
    def of(cls, value: Tensor) -> "Double":
        """A float64 tensor, taken as exact."""
        return cls(value, torch.zeros_like(value))

    @classmethod
    def sum(cls, a: Tensor, b: Tensor) -> "Double":
        """The exact sum of two float64 tensors."""
        return cls(*two_sum(a, b))

    @property
    def T(self) -> "Double":
        """The transpose."""
        return Double(self.hi.T, self.lo.T)

    def scaled(self, factor: Tensor) -> "Double":
        """The value times powers of two, which rounds nothing."""
        return Double(self.hi * factor, self.lo * factor)

    def __getitem__(self, index: object) -> "Double":
        return Double(self.hi[index], self.lo[index])  # type: ignore[index]

    def __neg__(self) -> "Double":
        return Double(-self.hi, -self.lo)

    def __add__(self, other: "Double") -> "Double":
        high, high_rest = two_sum(self.hi, other.hi)
        low, low_rest = two_sum(self.lo, other.lo)
        high, rest = two_sum(high, high_rest + low)
        return Double(*two_sum(high, rest + low_rest))

    def __sub__(self, other: "Double") -> "Double":
        return self + -other

    def __mul__(self, other: "Double") -> "Double":
        product, rest = two_prod(self.hi, other.hi)
        return Double(*two_sum(product, rest + (self.hi * other.lo + self.lo * other.hi)))

    def __truediv__(self, other: "Double") -> "Double":
        first = self.hi / other.hi
        rest = self - Double.of(first) * other
        second = rest.hi / other.hi
        rest = rest - Double.of(second) * other
        return Double.sum(first, second) + Double.of(rest.hi / other.hi)

    def __matmul__(self, other: "Double") -> "Double":
        """The product of matrices (m, k) and (k, n), to about 2^-100 of |a| |b|."""
        inner = self.hi.shape[1]
        # A row is cut on one grid, so that what one side has of a unit is first moved to the other.
        unit = power_above(self.hi.abs().amax(0))
        # |slice| <= 2^bits units, so sums of _SLICES * inner products stay whole below 2^53.
        bits = (53 - (_SLICES * inner - 1).bit_length()) // 2
        rows = _slices(self.scaled(1 / unit), 1, bits)
        columns = _slices(other.scaled(unit[:, None]), 0, bits)
        total = Double.of(self.hi.new_zeros(self.hi.shape[0], other.hi.shape[1]))
        for level in reversed(range(_SLICES)):
            left = torch.cat(rows[: level + 1], dim=1)
            right = torch.cat(columns[level::-1], dim=0)
            total = total + Double.of(left @ right)
        return total


def _slices(value: Double, dim: int, bits: int) -> list[Tensor]:
    """Cut values into pieces of few bits, on one grid for each row (dim=1) or column (dim=0)."""
    high, low = value.hi, value.lo
    grid = power_above(high.abs().amax(dim, keepdim=True)) * 2.0**-bits
    slices = []
    for _ in range(_SLICES):
        # Adding 1.5 * 2^52 units of a grid rounds to that grid.
        rounder = grid * (1.5 * 2.0**52)
        piece = (high + rounder) - rounder
        slices.append(piece)
        high, low = two_sum(high - piece, low)
        grid = grid * 2.0 ** -(bits + 1)
    return slices
