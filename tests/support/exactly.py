"""Least squares in whole numbers: the oracle for the digits that a fit promises.

Every float64 is a whole number of some power of two, so columns of floats become columns of whole
numbers, which Bareiss's elimination solves without a fraction (Math. Comp. 22, 1968).
"""

import math
from fractions import Fraction
from typing import NamedTuple

from torch import Tensor

from linreg import LinearFit

Whole = list[int]


class Truth(NamedTuple):
    """Parameters and their standard errors, which are None where they do not exist, by target."""

    parameters: list[list[Fraction]]
    errors: list[list[Fraction] | None]


def whole(values: list[float]) -> tuple[Whole, Fraction]:
    """The values in whole units, and the unit."""
    ratios = [value.as_integer_ratio() for value in values]
    below = max(denominator for _, denominator in ratios)
    return [top * (below // denominator) for top, denominator in ratios], Fraction(1, below)


def solved(matrix: list[Whole], size: int) -> tuple[list[Whole], int]:
    """Numerators of the solutions of a square system with several right sides, and what divides."""
    rows, last = [row.copy() for row in matrix], 1
    for k in range(size):
        pivot = next(i for i in range(k, size) if rows[i][k])
        if pivot != k:
            rows[k], rows[pivot] = rows[pivot], [-value for value in rows[k]]
        head = rows[k][k]
        for i in range(size):
            if i != k:
                own = rows[i][k]
                pairs = zip(rows[i], rows[k], strict=True)
                rows[i] = [(head * a - own * b) // last for a, b in pairs]
        last = head
    return [row[size:] for row in rows], last


def root(value: Fraction) -> Fraction:
    """The square root, to 120 bits."""
    if value == 0:
        return value
    shift = 120 - (value.numerator.bit_length() - value.denominator.bit_length()) // 2
    scaled = (value.numerator << 2 * shift) // value.denominator if shift > 0 else None
    if scaled is None:
        scaled = value.numerator // (value.denominator << -2 * shift)
    return Fraction(math.isqrt(scaled)) / Fraction(2) ** shift


def solve(
    features: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    intercept: bool = True,
    ridge: float = 0.0,
) -> Truth:
    """What a fit of these rows must find; a ridge leaves no standard errors."""
    columns = [whole(column) for column in features.double().T.tolist()]
    if intercept:
        columns.insert(0, ([1] * len(features), Fraction(1)))
    targets = [whole(column) for column in target.double().T.tolist()]
    rows = [1.0] * len(features) if weight is None else weight.double().flatten().tolist()
    by, weight_unit = whole(rows)
    size, every = len(columns), columns + targets
    weighted = [[v * w for v, w in zip(column, by, strict=True)] for column, _ in columns]
    table = [
        [sum(a * b for a, b in zip(left, right, strict=True)) for right, _ in every]
        for left in weighted
    ]
    if ridge:
        # In the units of each column, the cost of a squared weight is another.
        costs = [Fraction(ridge) / unit**2 / weight_unit for _, unit in columns]
        costs[0] *= not intercept
        below = math.lcm(*(cost.denominator for cost in costs))
        table = [[value * below for value in row] for row in table]
        for i, cost in enumerate(costs):
            table[i][i] += int(cost * below)
    unit_matrix = [[int(i == j) for j in range(size)] for i in range(size)]
    found, under = solved([a + b for a, b in zip(table, unit_matrix, strict=True)], size)
    units = [unit for _, unit in columns]
    free = sum(value > 0 for value in rows) - size
    parameters: list[list[Fraction]] = []
    errors: list[list[Fraction] | None] = []
    for k, (y, y_unit) in enumerate(targets):
        parameters.append(
            [Fraction(row[k], under) * y_unit / u for row, u in zip(found, units, strict=True)]
        )
        if ridge or free <= 0:
            errors.append(None)
            continue
        total = sum(v * v * w for v, w in zip(y, by, strict=True)) * under
        explained = sum(table[i][size + k] * found[i][k] for i in range(size))
        square = Fraction(total - explained, under * free) * y_unit**2
        inverse = [Fraction(found[i][len(targets) + i], under) / units[i] ** 2 for i in range(size)]
        errors.append([root(square * value) for value in inverse])
    return Truth(parameters, errors)


def right_digits(fit: LinearFit, truth: Truth) -> float:
    """Right digits of the worst number, of max(|parameter|, its standard error); at most 15.95."""
    worst = Fraction(1, 2**53)
    for k, exact in enumerate(truth.parameters):
        errors = truth.errors[k]
        found = fit.parameters[:, k].tolist()
        scales = [
            max(abs(value), error)
            for value, error in zip(exact, errors or [Fraction(0)] * len(exact), strict=True)
        ]
        lines = list(zip(found, exact, scales, strict=True))
        if errors is not None:
            lines += list(zip(fit.standard_errors[:, k].tolist(), errors, errors, strict=True))
        for ours, true, scale in lines:
            if not math.isfinite(ours):
                return 0.0
            off = abs(Fraction(ours) - true)
            if off:
                worst = max(worst, off / scale if scale else Fraction(1))
    return max(0.0, -math.log10(worst))
