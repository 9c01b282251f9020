"""Powers of one feature, carried beyond float64 in a basis whose columns are little alike."""

import math
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

import torch
from torch import Tensor

from linreg._double import Double


@dataclass(frozen=True)
class Powers:
    """The powers 1 ... degree of (x - middle) / half, which lie between -1 and 1.

    Attributes:
        middle: About the middle of the x that are fitted.
        half: A power of two above half of their spread.
        degree: The highest power.
        name: What x is called.
    """

    middle: float
    half: float
    degree: int
    name: str

    @classmethod
    def over(cls, low: float, high: float, degree: int, name: str) -> "Powers":
        """Powers for x from low to high."""
        half = 2.0 ** math.frexp((high - low) / 2)[1]
        # A multiple of half / 8 has few bits, so that taking it off leaves few digits beyond
        # float64.
        return cls(round((low + high) / 2 / half * 8) * half / 8, half, degree, name)

    @property
    def names(self) -> tuple[str, ...]:
        """What the powers of x are called."""
        return (self.name, *(f"{self.name}^{k}" for k in range(2, self.degree + 1)))

    def of(self, x: Tensor) -> Double:
        """The powers of x, shape (n, 1), as columns, shape (n, degree)."""
        scaled = Double.sum(x, torch.full_like(x, -self.middle)).scaled(x.new_tensor(1 / self.half))
        powers = [scaled]
        for _ in range(self.degree - 1):
            powers.append(powers[-1] * scaled)
        return Double(torch.cat([p.hi for p in powers], 1), torch.cat([p.lo for p in powers], 1))

    def to_powers_of_x(self, like: Tensor) -> Double:
        """What takes coefficients of these powers to those of x^i: the binomial theorem."""
        rows = self._binomials()
        sizes = [abs(value) for row in rows for value in row if value]
        if max(sizes) > Fraction(2) ** 1000 or min(sizes) < Fraction(2) ** -1000:
            raise ValueError(
                f"{self.name} within {self.half:.3g} of {self.middle:.3g} has powers up to "
                f"{self.degree} whose coefficients float64 cannot hold: rescale it"
            )
        high = [[float(value) for value in row] for row in rows]
        low = [
            [float(value - Fraction(near)) for value, near in zip(row, nears, strict=True)]
            for row, nears in zip(rows, high, strict=True)
        ]
        return Double(like.new_tensor(high), like.new_tensor(low))

    def exactly_in_x(self, coefficients: Tensor) -> Tensor:
        """Coefficients of 1, x, ... for those of these powers, (degree + 1, k), in fractions."""
        columns = [[Fraction(value) for value in column] for column in coefficients.T.tolist()]
        found = [
            [float(sum(map(mul, row, column))) for column in columns] for row in self._binomials()
        ]
        return coefficients.new_tensor(found)

    def _binomials(self) -> list[list[Fraction]]:
        """Row i has the coefficients of x^i in 1, ((x - middle) / half), ..., to any power."""
        c, h, degrees = Fraction(self.middle), Fraction(self.half), range(self.degree + 1)
        return [
            [math.comb(k, i) * (-c) ** (k - i) / h**k if i <= k else Fraction(0) for k in degrees]
            for i in degrees
        ]
