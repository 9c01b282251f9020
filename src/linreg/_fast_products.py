"""Sum products of columns over the rows in float64, rounding the sums of short parts only."""

from collections.abc import Iterator

import torch
from torch import Tensor

from linreg._double import Double, two_sum

# The products of a part are summed in float64, in whatever order; parts are added without rounding.
# A sum of m products of values that were moved and weighted is off by at most (m + 4) 2^-53 of the
# lengths of its two columns (Jeannerod and Rump, "Improved error bounds for inner products in
# floating-point arithmetic", SIAM J. Matrix Anal. Appl. 34, 2013, for any order of summation).
_PART = 2**7
# Values of a block of rows, and of the products of its parts, which stay in the cache.
_BLOCK, _PRODUCTS = 2**20, 2**15


def part_rows(n: int, size: int) -> int:
    """How many of n rows are summed in float64: more where the products are wide."""
    return max(1, min(n, max(_PART, 8 * size)))


def fast_error(n: int, size: int) -> float:
    """How far products of n rows are off, relative to the lengths of their two columns."""
    return (part_rows(n, size) + 8) * 2.0**-53


def fast_products(
    features: Tensor, target: Tensor, shift: Tensor, weight: Tensor | None
) -> tuple[Double, Double]:
    """Sum w z z' over rows z = (features, 1, target) - (shift of features, 0, shift of target).

    Args:
        features: Shape (n, p).
        target: Shape (n, k).
        shift: Shape (p + k,), float64.
        weight: Shape (n, 1), float64, or None for ones.

    Returns:
        Products of (features, 1) with z, shape (p + 1, p + 1 + k), and the targets' squares, (k,).
    """
    (n, p), k = features.shape, target.shape[1]
    width = p + 1 + k
    # Products of targets with each other cost less than a second way to their squares, if few.
    left = width if k <= p else p + 1
    part = part_rows(n, width)
    parts = max(1, min(_BLOCK // (width * part), _PRODUCTS // (left * width), n // part))
    rows = shift.new_ones(parts * part, width)
    weighted = rows if weight is None else torch.empty_like(rows)
    sums = shift.new_zeros(parts, left + (left <= p + 1), width)
    total = Double.of(torch.zeros_like(sums))
    for chosen, count in _blocks(n, part, parts):
        z, wz = rows[: len(target[chosen])], weighted[: len(target[chosen])]
        torch.sub(features[chosen], shift[:p], out=z[:, :p])
        torch.sub(target[chosen], shift[p:], out=z[:, p + 1 :])
        if weight is not None:
            torch.mul(z, weight[chosen], out=wz)
        z, wz = (values.view(count, -1, width) for values in (z, wz))
        found = sums[:count]
        _upper_products(wz[:, :, :left], z, found[:, :left])
        if left == p + 1:
            torch.sum(z[:, :, left:] * wz[:, :, left:], 1, out=found[:, left, left:])
        summed, lost = two_sum(total.hi[:count], found)
        total.hi[:count] = summed
        total.lo[:count] += lost
    added = _added(total)
    squares = (
        added[p + 1, p + 1 :]
        if left == p + 1
        else Double(added.hi.diagonal()[p + 1 :], added.lo.diagonal()[p + 1 :])
    )
    return added[: p + 1], squares


def _blocks(n: int, part: int, parts: int) -> Iterator[tuple[slice, int]]:
    """Rows of up to so many whole parts, and how many; then the rows that fill none."""
    whole = n - n % part
    for start in range(0, whole, parts * part):
        stop = min(start + parts * part, whole)
        yield slice(start, stop), (stop - start) // part
    if whole < n:
        yield slice(whole, n), 1


def _upper_products(left: Tensor, right: Tensor, out: Tensor) -> None:
    """Write left' right of each of the parts (c, m, q), of which left has the first columns.

    Half of a wide product follows by its symmetry.
    """
    width = left.shape[2]
    strips = min(3, 1 + width // 60)
    strip = 8 * -(-width // (8 * strips))  # whole registers
    for i in range(0, width, strip):
        j = i + strip
        out[:, i:j, i:] = torch.bmm(left[:, :, i:j].mT, right[:, :, i:])
        if j < width:
            out[:, j:, i:j] = out[:, i:j, j:width].mT


def _added(parts: Double) -> Double:
    """The sum of all parts: rounded to a grid this coarse, they add up exactly."""
    if len(parts.hi) == 1:
        return parts[0]
    rounder = parts.hi.abs().amax(0) * (4 * len(parts.hi))
    coarse = (parts.hi + rounder) - rounder
    return Double.sum(coarse.sum(0), (parts.hi - coarse + parts.lo).sum(0))
