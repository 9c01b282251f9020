"""Sum the products of all pairs of columns over the rows, in blocks that stay in the cache."""

import torch
from torch import Tensor

from linreg._double import Double, two_sum


def fast_products(features: Tensor, target: Tensor, shift: Tensor, weight: Tensor | None) -> Double:
    """Sum w z z' over rows z = (features, target, 1) - (shift, 0), rounding the sum of each part.

    Args:
        features: Shape (n, p).
        target: Shape (n, k).
        shift: Shape (p + k,), float64.
        weight: Shape (n, 1), float64, or None for ones.

    Returns:
        Shape (p + k + 1, p + k + 1); adding up the parts rounds nothing off.
    """
    (n, split), size = features.shape, len(shift) + 1
    in_place = weight is None and features.dtype == torch.float64 and not bool(shift[:split].any())
    # Features that need no change are read where they are; a block of others stays in the cache.
    kept, most = (split, 2**17) if in_place else (0, max(2**9, min(n // 4, 2**20 // size)))
    block = -(-n // -(-n // most))
    # A block is multiplied in parts: threads with parts of their own are quicker than those that
    # share a narrow product, and each sum has a rounding of its own, of which many even out.
    parts = max(8, 2 * torch.get_num_threads(), 2**8 // size)
    parts = max(1, min(parts, 2**18 // size**2, block // max(64, 16 * size)))
    block -= block % parts
    rows = shift.new_ones(block, size - kept)
    weighted = rows if weight is None else torch.empty_like(rows)
    products = shift.new_zeros(parts, size, size)
    totals = Double.of(torch.zeros_like(products))
    for start in range(0, n, block):
        part = slice(start, start + block)
        x, z, wz = features[part], rows[: n - start], weighted[: n - start]
        torch.sub(target[part], shift[split:], out=z[:, split - kept : -1])
        if not in_place:
            torch.sub(x, shift[:split], out=z[:, :split])
        if weight is not None:
            torch.mul(z, weight[part], out=wz)
        count = parts if len(z) == block else 1
        x, z, wz = (t.view(count, -1, t.shape[1]) for t in (x, z, wz))
        product = products[:count]
        if in_place:
            _symmetric_product(x, x, product[:, :split, :split])
            product[:, split:, :split] = torch.bmm(z.mT, x)
            product[:, :split, split:] = product[:, split:, :split].mT
        _symmetric_product(z, wz, product[:, kept:, kept:])
        _add_to(totals[:count], product)
    # Rounded to a grid this coarse, the parts add up exactly.
    rounder = totals.hi.abs().amax(0) * (4 * parts)
    coarse = (totals.hi + rounder) - rounder
    return Double.sum(coarse.sum(0), (totals.hi - coarse + totals.lo).sum(0))


def _symmetric_product(left: Tensor, right: Tensor, out: Tensor) -> None:
    """Write left' right of each of the parts (c, m, q), half of a wide one by its symmetry."""
    width = left.shape[2]
    # Whole registers of columns, and few enough to leave out most of what symmetry gives.
    strip = 24 if width <= 48 else 48
    for i in range(0, width, strip):
        j = i + strip
        out[:, i:, i:j] = torch.bmm(left[:, :, i:].mT, right[:, :, i:j])
        if j < width:
            out[:, i:j, j:] = out[:, j:, i:j].mT


def _add_to(total: Double, product: Tensor) -> None:
    """Add in place what two_sum keeps: the sum to hi, its rounding error to lo."""
    summed, lost = two_sum(total.hi, product)
    total.hi.copy_(summed)
    total.lo.add_(lost)
