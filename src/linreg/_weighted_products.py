"""Sum the weighted products of all pairs of columns over the rows, rounding next to nothing."""

import torch
from torch import Tensor

from linreg._double import Double, power_above, two_prod, two_sum

# A row z of weight w counts as (s z)(v s z)', with s a power of two and v = w / s^2 in [1, 4), so
# both sides have about the length that the row has with its weight. Each side of a block of
# m = 2^L rows is cut into head, body, tail and rest, on grids g, g 2^-f, g 2^-2f with
# f = floor((55 - L) / 2). The squares of a column's heads sum to at most 2^52 g^2, a body or tail
# is at most 2^(f-1) of its units, so by Cauchy and Schwarz, whatever the order of summation:
#   head'head <= 2^52,  head'body and head'tail <= 2^26 2^(L/2) 2^(f-1) <= 2^53,
#   body'body <= 2^L 2^(2f-2) <= 2^53 units: none of these products rounds.
# What rounds has terms that sum to at most 2^-9.4 g g' (body'tail twice 2^(L-f-2), with the rest
# 2^-11); 5 m additions of 2^-53 make that 2^-48, and as the columns are at least 2^24 g long, it is
# 2^-96 of their lengths, 2^-95 with the weights. What the blocks round off adds up by Cauchy and
# Schwarz, and adding each to pairs of float64 rounds by at most 3 * 2^-106 more (Joldes, Muller and
# Popescu, "Tight and rigorous error bounds for basic building blocks of double-word arithmetic",
# 2017): in all below 2^-94 up to 300 blocks, a million rows; beyond, that part grows with them.
_ROUND = 1.5 * 2.0**52
_BLOCK = 2**17


def weighted_products(
    features: Tensor, target: Tensor, shift: Tensor, weight: Tensor, low: Tensor | None
) -> Double:
    """Sum w z z' over rows z = (features, target, 1) - (shift, 0); rows of weight 0 do not count.

    Args:
        features: Shape (n, p), float32 or float64.
        target: Shape (n, k), as `features`.
        shift: Shape (p + k,), float64.
        weight: Shape (n, 1), float64, not negative.
        low: Digits of the features beyond float64, shape as `features`.

    Returns:
        Shape (p + k + 1, p + k + 1).
    """
    size = len(shift) + 1
    kept = (weight[:, 0] > 0).nonzero().flatten()
    if len(kept) < len(weight):
        features, target, weight = features[kept], target[kept], weight[kept]
        low = None if low is None else low[kept]
    block = min(max(len(weight), 1), max(2**9, 2 ** (_BLOCK // size).bit_length() // 2), 2**12)
    fine = 2.0 ** -((55 - max(block - 1, 1).bit_length()) // 2)
    moved = torch.cat([-shift, shift.new_zeros(1)])
    totals = Double.of(shift.new_zeros(6, size, size))
    small = Double.of(shift.new_zeros(size, size))
    for start in range(0, len(weight), block):
        part = slice(start, start + block)
        by = weight[part]
        rows = torch.cat([features[part].double(), target[part].double(), torch.ones_like(by)], 1)
        rows, lost = two_sum(rows, moved)
        if low is not None:
            lost[:, : low.shape[1]] += low[part]
        half = torch.frexp(by).exponent.div(2, rounding_mode="floor")
        root = torch.ldexp(torch.ones_like(by), half)
        rows, lost, by = rows * root, lost * root, by / root / root
        weighted, rest = two_prod(rows, by)
        head, body, tail, left = _cut(rows, lost, fine)
        head_w, body_w, tail_w, left_w = _cut(weighted, rest + lost * by, fine)
        pairs = (
            (head, head_w), (head, body_w), (body, head_w), (body, body_w), (head, tail_w),
            (tail, head_w),
        )  # fmt: skip
        exact = torch.stack([a.T @ b for a, b in pairs])
        rounded = body.T @ tail_w
        rounded.addmm_(tail.T, body_w + tail_w).addmm_(rows.T, left_w).addmm_(left.T, weighted)
        totals = totals + Double.of(exact)
        small = small + Double.of(rounded)
    for i in reversed(range(6)):
        small = small + totals[i]
    return small


def _cut(high: Tensor, low: Tensor, fine: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Head, body and tail of pairs high + low, each column on grids of its own, and the rest."""
    grid = power_above(torch.linalg.vector_norm(high, dim=0) * 2.0**-25)
    pieces = []
    for _ in range(3):
        # Adding this many units of a grid rounds to that grid.
        rounder = grid * _ROUND
        piece = (high + rounder) - rounder
        pieces.append(piece)
        high, low = two_sum(high - piece, low)
        grid = grid * fine
    return pieces[0], pieces[1], pieces[2], high + low
