"""Sums and products of pairs of float64 that round little, and cost little where they are small."""

import math

from torch import Tensor, cat

from linreg._double import Double, two_prod, two_sum

# Half a unit in the last place of float64, relative.
UNIT = 2.0**-53


def pairwise_sum(values: Tensor) -> Tensor:
    """The sum over the first dimension, in pairs, then pairs of pairs, ..."""
    while len(values) > 1:
        half = -(-len(values) // 2)
        above, below = values[:half], values[half:]
        values = above + below if len(below) == half else cat([above[:-1] + below, above[-1:]])
    return values[0]


def pairwise_error(n: int) -> float:
    """How far that sum of n values above 0 is off at most: log2(n) roundings meet each."""
    return math.ceil(math.log2(max(n, 2))) * UNIT


def added(first: Double, *others: Double) -> Double:
    """The sum of pairs, whose second parts may be a few units in the last place of their first."""
    high, low = first.hi, first.lo
    for other in others:
        high, lost = two_sum(high, other.hi)
        low = low + (lost + other.lo)
    return Double.sum(high, low)


def times(a: Tensor, b: Double) -> Double:
    """The product of float64 values, taken as exact, and pairs; to be `added`."""
    product, rest = two_prod(a, b.hi)
    return Double(product, rest + a * b.lo)


def over(a: Double, b: Double) -> Double:
    """The quotient of pairs, to about 2^-104 of it."""
    first = a.hi / b.hi
    product, rest = two_prod(first, b.hi)
    return Double.sum(first, (((a.hi - product) - rest) + (a.lo - first * b.lo)) / b.hi)


def dot(a: Double, b: Double) -> Double:
    """Sum a b over the first dimension, of n values: off by less than n 2^-100 of the largest."""
    product, rest = two_prod(a.hi, b.hi)
    rest = rest + (a.hi * b.lo + a.lo * b.hi)
    sums = []
    for _ in range(2):
        # Rounded to a grid this coarse, the products add up exactly.
        rounder = product.abs().amax(0) * (4 * len(product))
        coarse = (product + rounder) - rounder
        sums.append(coarse.sum(0))
        product = product - coarse
    return Double.sum(*sums) + Double.of(pairwise_sum(product + rest))


def matmul(a: Double, b: Double) -> Double:
    """The product of matrices (m, n) and (n, k): off by less than n 2^-100 of |a| |b|."""
    (m, n), k = a.hi.shape, b.hi.shape[1]
    # Of small ones all products are summed at once, which takes fewer operations.
    if m * n * k > 2**14:
        return a @ b
    return dot(a.T[:, :, None], b[:, None, :])
