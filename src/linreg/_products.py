"""Sum the products of all pairs of columns over the rows, in blocks that stay in the cache."""

import torch
from torch import Tensor

from linreg._double import Double, power_above, two_prod, two_sum

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


def fast_products(features: Tensor, target: Tensor, shift: Tensor, weight: Tensor | None) -> Double:
    """Sum w z z' over rows z = (features, target, 1) - (shift, 0), each block's sum rounded.

    Args:
        features: Shape (n, p).
        target: Shape (n, k).
        shift: Shape (p + k,), float64.
        weight: Shape (n, 1), float64, or None for ones.

    Returns:
        Shape (p + k + 1, p + k + 1); adding up the blocks rounds nothing off.
    """
    size, split = len(shift) + 1, features.shape[1]
    if weight is None and features.dtype == torch.float64 and not bool(shift[:split].any()):
        return _products_in_place(features, target, shift)
    # A block is written once and read once more, from the cache. Of few rows it takes a part only:
    # the sum of each part has a rounding of its own, and many even out.
    block = min(_block_rows(2**20, size, 2**15), max(128, len(features) // 16))
    rows = shift.new_ones(block, size)
    weighted = rows if weight is None else torch.empty_like(rows)
    product = shift.new_empty(size, size)
    total = Double.of(torch.zeros_like(product))
    sides = (
        (features, shift[:split], rows[:, :split]),
        (target, shift[split:], rows[:, split:-1]),
    )
    for start in range(0, len(features), block):
        count = min(block, len(features) - start)
        z, wz = rows[:count], weighted[:count]
        for values, by, columns in sides:
            torch.sub(values[start : start + count], by, out=columns[:count])
        if weight is not None:
            torch.mul(z, weight[start : start + count], out=wz)
        torch.mm(z.T, wz, out=product)
        _add_to(total, product)
    return Double.sum(total.hi, total.lo)


def _products_in_place(features: Tensor, target: Tensor, shift: Tensor) -> Double:
    """The same for features that need no copy, since there is nothing to take off or to convert."""
    block = min(2**17, max(128, len(features) // 8))
    size, split = len(shift) + 1, features.shape[1]
    # The lower left of a wide product is left out, and taken from the upper right.
    part = split * 3 // 5 if split >= 80 else split
    columns = shift.new_ones(size - split, block)
    product = shift.new_empty(size, size)
    total = Double.of(torch.zeros_like(product))
    for start in range(0, len(features), block):
        count = min(block, len(features) - start)
        x, others = features[start : start + count], columns[:, :count]
        torch.sub(target[start : start + count].T, shift[split:, None], out=others[:-1])
        product[:part, :split] = x[:, :part].T @ x
        product[part:split, part:split] = x[:, part:].T @ x[:, part:]
        product[split:, :split] = others @ x
        product[split:, split:] = others @ others.T
        product[part:split, :part] = product[:part, part:split].T
        product[:split, split:] = product[split:, :split].T
        _add_to(total, product)
    return Double.sum(total.hi, total.lo)


def exact_products(
    features: Tensor,
    target: Tensor,
    shift: Tensor,
    weight: Tensor | None,
    low: Tensor | None = None,
) -> Double:
    """Sum w z z' over rows z = (features, target, 1) - (shift, 0), to about 2^-96.

    Args:
        features: Shape (n, p), float32 or float64.
        target: Shape (n, k), as `features`.
        shift: Shape (p + k,), float64; whole units of `round_shift`.
        weight: Shape (n, 1), float64, or None for ones.
        low: Digits of the features beyond float64, shape as `features`.

    Returns:
        Shape (p + k + 1, p + k + 1).
    """
    size = len(shift) + 1
    block = min(_block_rows(2**18, size, len(features)), 8192)
    cutter = _Cutter(torch.cat([shift, shift.new_zeros(1)]), block)
    # Side by side, so that one sum takes all: head'head, head'body, body'head and the small ones.
    product = shift.new_zeros(size, 4 * size)
    squares, mixed, other, small = (product[:, i * size : (i + 1) * size] for i in range(4))
    total = Double.of(torch.zeros_like(product))
    for start in range(0, len(features), block):
        stop = min(start + block, len(features))
        _load(cutter.rows, features, target, start)
        cutter.rows[:, -1] = 1.0
        extra = None if low is None else low[start:stop]
        head, body, rest = cutter.cut(stop - start, extra, squares)
        if weight is None:
            torch.mm(head.T, body, out=mixed)
            torch.mm(body.T, body, out=small)
            _add_rest(small, head, body, rest)
        else:
            whole = head + body
            scaled, lost = two_prod(whole, weight[start:stop])
            lost.add_(rest * weight[start:stop])
            right_head, right_body, right_rest = cutter.cut_weighted(scaled, lost)
            torch.mm(head.T, right_head, out=squares)
            torch.mm(head.T, right_body, out=mixed)
            torch.mm(body.T, right_head, out=other)
            torch.mm(body.T, right_body, out=small)
            small.add_(whole.T @ right_rest).add_(rest.T @ (scaled + lost))
        _add_to(total, product)
    if weight is None:
        mixed_total = total[:, size : 2 * size]
        total.hi[:, 2 * size : 3 * size] = mixed_total.hi.T
        total.lo[:, 2 * size : 3 * size] = mixed_total.lo.T
    summed = Double.of(shift.new_zeros(size, size))
    for part in (total[:, i * size : (i + 1) * size] for i in reversed(range(4))):
        summed = summed + Double.sum(part.hi, part.lo)
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
    """Cuts blocks of rows into head, body and rest, keeping its buffers and the heads' grid.

    Attributes:
        rows: Where the next block goes, shape (block, q).
    """

    def __init__(self, shift: Tensor, block: int) -> None:
        size = len(shift)
        self.rows, self._work, self._head, self._body = shift.new_ones(4, block, size).unbind()
        self._fine = 2.0 ** -(28 - ((block - 1).bit_length() + 1) // 2)
        self._shift, self._unit = shift, _unit(shift)
        self._grid = torch.zeros_like(shift)
        self._exact_shift = True

    def cut(self, count: int, low: Tensor | None, squares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Cut the block in `rows`, leaving head'head in `squares`."""
        rows, head, body, work = (
            buffer[:count] for buffer in (self.rows, self._head, self._body, self._work)
        )
        for _ in range(2):
            self._cut_heads(rows, head, work)
            torch.mm(head.T, head, out=squares)
            units = squares.diagonal() / self._grid.square()
            if not bool(((units > _MOST) | (units < _LEAST)).any()) or not self._fit(rows):
                break
        # Taking the rounded value off leaves at most half a unit, which float64 holds exactly.
        if self._exact_shift:
            rows.sub_(work.sub_(self._grid * _ROUND))
        else:
            shifted, lost = two_sum(rows, -self._shift)
            rows.copy_(shifted - head)
        rounder = self._grid * (_ROUND * self._fine)
        torch.add(rows, rounder, out=work)
        torch.sub(work, rounder, out=body)
        rest = rows.sub_(body)
        if not self._exact_shift:
            rest.add_(lost)
        if low is not None:
            rest[:, : low.shape[1]].add_(low)
        return head, body, rest

    def cut_weighted(self, high: Tensor, low: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Cut columns of pairs high + low on a grid of their own."""
        grid = _grid(torch.linalg.vector_norm(high, dim=0))
        head = (high + grid * _ROUND) - grid * _ROUND
        left = high - head
        fine = grid * (_ROUND * self._fine)
        body = (left + fine) - fine
        return head, body, (left - body) + low

    def _cut_heads(self, rows: Tensor, head: Tensor, work: Tensor) -> None:
        """Round rows - shift to the grid, leaving rounder + rows in `work` where it can."""
        rounder = self._grid * _ROUND
        if self._exact_shift:
            torch.add(rows, rounder, out=work)
            torch.sub(work, rounder + self._shift, out=head)
        else:
            torch.sub(rows, self._shift, out=work)
            torch.sub(work.add_(rounder), rounder, out=head)

    def _fit(self, rows: Tensor) -> bool:
        """Choose the grid by these rows; say whether it changed."""
        norm = torch.linalg.vector_norm(rows - self._shift, dim=0)
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


def _add_rest(small: Tensor, head: Tensor, body: Tensor, rest: Tensor) -> None:
    """Add the products with the rest: none of float32's rows has one, but for values near 0."""
    left = torch.linalg.vector_norm(rest, ord=1, dim=1).nonzero().flatten()
    if len(left) == 0:
        return
    if len(left) < len(rest) // 2:
        head, body, rest = head[left], body[left], rest[left]
    # (h + b + r)'(h + b + r) less (h + b)'(h + b) is a + a' with a = (h + b + r/2)'r.
    mixed = (head + body).add_(rest, alpha=0.5).T @ rest
    small.add_(mixed).add_(mixed.T)


def _block_rows(values: int, columns: int, rows: int) -> int:
    """How many rows make a block of about so many values: it should stay in the cache."""
    return min(rows, max(512, values // columns))


def _load(rows: Tensor, features: Tensor, target: Tensor, start: int) -> int:
    """Copy a block into the buffer, as float64, before the last column."""
    count = min(len(rows), len(features) - start)
    split = features.shape[1]
    rows[:count, :split].copy_(features[start : start + count])
    rows[:count, split:-1].copy_(target[start : start + count])
    return count


def _add_to(total: Double, product: Tensor) -> None:
    """Add in place what two_sum keeps: the sum to hi, its rounding error to lo."""
    summed, lost = two_sum(total.hi, product)
    total.hi.copy_(summed)
    total.lo.add_(lost)
