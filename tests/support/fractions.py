"""Least squares in exact fractions: the oracle for digits."""

import math
from collections.abc import Sequence
from fractions import Fraction

from torch import Tensor

Matrix = list[list[Fraction]]


def inverse(matrix: Matrix) -> Matrix:
    """Gauss and Jordan's elimination, without a rounding error."""
    size = len(matrix)
    rows = [
        [*row, *(Fraction(i == j) for j in range(size))] for i, row in enumerate(map(list, matrix))
    ]
    for j in range(size):
        pivot = next(i for i in range(j, size) if rows[i][j] != 0)
        rows[j], rows[pivot] = rows[pivot], rows[j]
        rows[j] = [value / rows[j][j] for value in rows[j]]
        for i in range(size):
            if i != j and rows[i][j] != 0:
                factor = rows[i][j]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[j], strict=True)]
    return [row[size:] for row in rows]


def solve(
    features: Tensor | Matrix,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    intercept: bool = True,
) -> tuple[list[Fraction], list[float], Fraction]:
    """Parameters, standard errors and the sum of squared residuals of one target."""
    given = features.double().tolist() if isinstance(features, Tensor) else features
    x = [[Fraction(1)] * intercept + [Fraction(v) for v in row] for row in given]
    y = [Fraction(v) for v in target.double().flatten().tolist()]
    w = (
        [Fraction(1)] * len(y)
        if weight is None
        else [Fraction(v) for v in weight.double().flatten().tolist()]
    )
    size = len(x[0])
    gram = [
        [
            sum((k * r[i] * r[j] for k, r in zip(w, x, strict=True)), Fraction(0))
            for j in range(size)
        ]
        for i in range(size)
    ]
    right = [
        sum((k * r[i] * v for k, r, v in zip(w, x, y, strict=True)), Fraction(0))
        for i in range(size)
    ]
    inv = inverse(gram)
    parameters = [sum((a * b for a, b in zip(row, right, strict=True)), Fraction(0)) for row in inv]
    residuals = [
        v - sum((a * b for a, b in zip(r, parameters, strict=True)), Fraction(0))
        for r, v in zip(x, y, strict=True)
    ]
    error = sum((k * e * e for k, e in zip(w, residuals, strict=True)), Fraction(0))
    free = len(y) - size
    errors = [math.sqrt(error / free * inv[i][i]) for i in range(size)] if free else []
    return parameters, errors, error


def digits(found: Sequence[float], exact: Sequence[Fraction | float]) -> float:
    """Correct decimal digits of the worst value, at most 15.9."""
    worst = 2.0**-53
    for ours, true in zip(found, exact, strict=True):
        if Fraction(true) != 0:
            worst = max(worst, float(abs((Fraction(ours) - Fraction(true)) / Fraction(true))))
        else:
            worst = max(worst, abs(ours))
    return -math.log10(worst)
