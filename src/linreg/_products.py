"""Sum the products of all pairs of columns over the rows, in blocks that stay in the cache."""

import torch
from torch import Tensor

from linreg._double import Double, power_above, two_sum
from linreg._weighted_products import weighted_products

# `exact_products` follows Ozaki, Ogita, Oishi and Rump, "Error-free transformations of matrix
# multiplication by using fast routines of matrix multiplication", Numerical Algorithms 59, 2012.
# Each row z is cut into head + body + rest. Heads lie on a grid on which the squares of a block's
# column sum to at most 2^52 units; by Cauchy and Schwarz no product of two heads then rounds.
# Bodies lie on a grid so fine that head times body is just exact too. The rest is about 2^-43 of
# z, so its products may round: that is 2^-96 of the whole. The source cuts by the largest value and
# needs one cut more; cutting by the sum of squares, and checking it afterwards, wins those bits.
_MOST, _LEAST = 2.0**52, 2.0**44
_FIRST = 2.0**-50
# Adding this many units of a grid rounds to that grid.
_ROUND = 1.5 * 2.0**52
# Rows whose heads share a grid. They are cut in blocks that stay in the cache.
_PANEL, _BLOCK = 2**13, 2**17


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
    strips = min(3, 1 + width // 60)
    strip = 8 * -(-width // (8 * strips))  # whole registers
    for i in range(0, width, strip):
        j = i + strip
        out[:, i:j, i:] = torch.bmm(left[:, :, i:j].mT, right[:, :, i:])
        if j < width:
            out[:, j:, i:j] = out[:, i:j, j:].mT


def exact_products(
    features: Tensor,
    target: Tensor,
    shift: Tensor,
    weight: Tensor | None,
    low: Tensor | None = None,
) -> Double:
    """Sum w z z' over rows z = (features, target, 1) - (shift, 0), rounding little or nothing.

    What is rounded off is below 2^-95 of the columns' lengths, as measured. With weights, and up to
    a million rows, 2^-94 is proven for any order of summation: see `linreg._weighted_products`.

    Args:
        features: Shape (n, p), float32 or float64.
        target: Shape (n, k), as `features`.
        shift: Shape (p + k,), float64; whole units of `round_shift`.
        weight: Shape (n, 1), float64, or None for ones.
        low: Digits of the features beyond float64, shape as `features`.

    Returns:
        Shape (p + k + 1, p + k + 1).
    """
    if weight is not None:
        return weighted_products(features, target, shift, weight, low)
    size = len(shift) + 1
    panel = min(_PANEL, len(features))
    # A power of two, of which a panel holds a whole number.
    block = min(panel, max(2**9, 2 ** (_BLOCK // size).bit_length() // 2))
    cutter = _Cutter(torch.cat([shift, shift.new_zeros(1)]), block, panel)
    total = Double.of(shift.new_zeros(2 * size, 3 * size))
    for start in range(0, len(features), panel):
        part = slice(start, start + panel)
        extra = None if low is None else low[part]
        _add_to(total, cutter.products(features[part], target[part], extra))
    added, total = total[:, 2 * size :], total[:, : 2 * size]
    total = Double(*(part.triu() + part.triu(1).T for part in (total.hi, total.lo)))
    parts = [part for half in (added[size:], added[:size]) for part in (half, half.T)]
    # The small ones first.
    parts += [total[i : i + size, j : j + size] for i in (size, 0) for j in (size, 0)]
    summed = Double.of(shift.new_zeros(size, size))
    for pair in parts:
        summed = summed + Double.sum(pair.hi, pair.lo)
    return summed


def round_shift(mean: Tensor, spread: Tensor) -> Tensor:
    """A shift near each mean of so few bits that taking it off a head stays exact.

    Args:
        mean: Shape (q,), float64.
        spread: Standard deviations, shape (q,); where 0, the shift is 0.
    """
    unit = power_above(spread) / 4
    shift = (mean / unit).round() * unit
    # Far fewer spreads than 2^40 from zero, or taking it off would need more than 53 bits.
    return torch.where((spread > 0) & (mean.abs() < 2.0**40 * spread), shift, 0.0)


class _Cutter:
    """Cuts rows into head, body and rest, keeping its buffers and the heads' grid."""

    def __init__(self, shift: Tensor, block: int, panel: int) -> None:
        size = len(shift)
        self._rows, self._work = shift.new_ones(2, block, size).unbind()
        self._pieces = shift.new_empty(block, 2 * size)
        self._product = shift.new_empty(2 * size, 3 * size)
        self._fine = 2.0 ** -(28 - ((panel - 1).bit_length() + 1) // 2)
        self._shift, self._unit = shift, _unit(shift)
        self._grid = torch.zeros_like(shift)
        self._shifted, self._exact_shift = bool(shift.any()), True

    def products(self, features: Tensor, target: Tensor, low: Tensor | None) -> Tensor:
        """Sums over these rows; those of an earlier call are overwritten.

        Shape (2 q, 3 q). The first 2 q columns are the upper triangle of (head, body)'(head, body),
        and of the others, a on b, the rest adds a + a' + b + b'.
        """
        if not bool(self._grid.any()):
            self._fit(features, target)
        block, size = self._rows.shape
        for _ in range(2):
            self._product.zero_()
            for start in range(0, len(features), block):
                part = slice(start, start + block)
                extra = None if low is None else low[part]
                self._add(*self._cut(features[part], target[part], extra))
            squares = self._product.diagonal()[:size]
            units = squares / self._grid.square()
            inside = not bool(((units > _MOST) | (units < _LEAST)).any())
            if inside or not self._fit(features, target):
                break
        return self._product

    def _cut(self, features: Tensor, target: Tensor, low: Tensor | None) -> tuple[Tensor, Tensor]:
        """Head and body of a block, side by side, and the rest."""
        (count, split), size = features.shape, self._rows.shape[1]
        rows, work, pieces = self._rows[:count], self._work[:count], self._pieces[:count]
        head, body = pieces[:, :size], pieces[:, size:]
        rows[:, :split].copy_(features)
        rows[:, split:-1].copy_(target)
        rows[:, -1] = 1.0
        rounder = self._grid * _ROUND
        # Taking the rounded value off leaves at most half a unit, which float64 holds exactly.
        if self._exact_shift:
            torch.add(rows, rounder, out=work)
            torch.sub(work, rounder, out=head)
            rows.sub_(head)
            if self._shifted:
                head.sub_(self._shift)
        else:
            torch.sub(rows, self._shift, out=work)
            torch.sub(work.add_(rounder), rounder, out=head)
            shifted, lost = two_sum(rows, -self._shift)
            torch.sub(shifted, head, out=rows)
        rounder *= self._fine
        torch.add(rows, rounder, out=work)
        torch.sub(work, rounder, out=body)
        rows.sub_(body)
        if not self._exact_shift:
            rows.add_(lost)
        if low is not None:
            rows[:, :split].add_(low)
        return pieces, rows

    def _add(self, pieces: Tensor, rest: Tensor) -> None:
        """Add the products of a block."""
        size = rest.shape[1]
        strip = -(-2 * size // 3)
        for i in range(0, 2 * size, strip):
            columns = pieces[:, i : i + strip]
            self._product[i : i + strip, i : 2 * size].addmm_(columns.T, pieces[:, i:])
        left = ((rest.amax(1) > 0) | (rest.amin(1) < 0)).nonzero().flatten()
        # None of float32's rows has a rest, but for values near 0.
        if len(left) == 0:
            return
        if len(left) < len(rest) // 2:
            pieces, rest = pieces[left], rest[left]
        # (h + b + r)'(h + b + r) less (h + b)'(h + b) is a + a' with a = h'r + (b + r/2)'r, of
        # which the first hardly rounds: not even roundings that repeat add up to much.
        pieces[:, size:].add_(rest, alpha=0.5)
        self._product[:, 2 * size :].addmm_(pieces.T, rest)

    def _fit(self, features: Tensor, target: Tensor) -> bool:
        """Choose the grid by these rows; say whether it changed."""
        rows = torch.cat([features, target, torch.ones_like(target[:, :1])], dim=1)
        norm = torch.linalg.vector_norm(rows.double() - self._shift, dim=0)
        least = torch.where(self._shift == 0, 0.0, power_above(self._shift.abs()) * 2.0**-50)
        grid = torch.where(norm > 0, torch.maximum(_grid(norm), least), self._grid)
        changed = not torch.equal(grid, self._grid)
        self._grid = grid
        self._exact_shift = not bool((grid > self._unit).any())
        return changed


def _grid(norm: Tensor) -> Tensor:
    """The unit in which columns of this Euclidean length have squares that sum below 2^50."""
    return power_above(norm * _FIRST**0.5)


def _unit(value: Tensor) -> Tensor:
    """The largest power of two that each value is a whole number of; infinite for 0."""
    whole = (torch.frexp(value).mantissa * 2.0**53).to(torch.int64)
    lowest = (whole & -whole).double()
    return torch.where(value == 0, torch.inf, power_above(value.abs()) * 2.0**-53 * lowest)


def _add_to(total: Double, product: Tensor) -> None:
    """Add in place what two_sum keeps: the sum to hi, its rounding error to lo."""
    summed, lost = two_sum(total.hi, product)
    total.hi.copy_(summed)
    total.lo.add_(lost)
