"""Sum the products of all pairs of columns over the rows, rounding next to nothing."""

import torch
from torch import Tensor

from linreg._double import Double, leading_half, power_above, two_prod, two_sum_

# After Ozaki, Ogita, Oishi and Rump, "Error-free transformations of matrix multiplication by using
# fast routines of matrix multiplication", Numerical Algorithms 59, 2012. Each row z, times the root
# of its weight, is cut into whole numbers: z = g (head + body / F + (tail + rest) / F^2), F = 2^21,
# with a power of two g for each column and panel of at most m = 2^13 rows. The source bounds pieces
# by the largest value; bounding the sum of their squares wins bits: those of z sum to at most
# 2^53 g^2 and |body|, |tail| <= 2^20, so by Cauchy and Schwarz, in any order of summation,
#   head'head <= 2^53,   head'body, head'tail <= 2^26.5 m^0.5 2^20 = 2^53,   body'body <= m 2^40:
# none of these rounds. In units of g^2 / F^2, the other products are a + a' with
#   a = head'rest + (body / F + late / (2 F^2))'late,   late = tail + rest,   |rest| <= 1/2.
# A block's mean square is at least 2^35 g^2, so the terms of a, without signs, sum to less than
# (2^-18.5 + 2^-16) / F^2 of the columns' lengths. Each goes through at most 2 m additions of
# relative error 2^-53: a rounds by 2^-96.7, a + a' by 2^-95.7. The pair for z times a root is off
# by 2^-103 of z, and three floats add up 2^28 panels to 2^-104. In all it is less than 2^-95.
_FINE = 2.0**21
_PANEL, _MOST, _LEAST = 2**13, 2.0**53 - 2.0**40, 2.0**35
# Values in a block, which stays in the cache; rows in a part of it, which one thread multiplies.
_BLOCK, _PART = 2**17, 2**11


def exact_products(
    features: Tensor,
    target: Tensor,
    shift: Tensor,
    weight: Tensor | None,
    low: Tensor | None = None,
) -> Double:
    """Sum w z z' over rows z = (features, target, 1) - (shift, 0), in pairs of float64.

    In whatever order the sums run, they are off by less than 2^-95 of the columns' lengths.

    Args:
        features: Shape (n, p), float32 or float64.
        target: Shape (n, k), as `features`.
        shift: Shape (p + k,), float64.
        weight: Shape (n, 1), float64, or None for ones; rows of weight 0 do not count.
        low: Digits of the features beyond float64, shape as `features`.

    Returns:
        Shape (p + k + 1, p + k + 1).
    """
    if weight is not None and not bool(weight.all()):
        kept = weight[:, 0].nonzero().flatten()
        features, target, weight = features[kept], target[kept], weight[kept]
        low = None if low is None else low[kept]
    n, size = max(1, len(features)), len(shift) + 1
    most = min(_PANEL, max(2**9, _BLOCK // size))
    block = -(-n // -(-n // most))
    cutter = _Cutter(torch.cat([shift, shift.new_zeros(1)]), block)
    for start in range(0, len(features), block):
        part = slice(start, start + block)
        by = None if weight is None else weight[part]
        cutter.add(features[part], target[part], by, None if low is None else low[part])
    return cutter.total()


def round_shift(mean: Tensor, spread: Tensor) -> Tensor:
    """A shift near each mean of so few bits that taking it off a head is quick.

    Args:
        mean: Shape (q,), float64.
        spread: Standard deviations, shape (q,); where 0, the shift is 0.
    """
    unit = power_above(spread) / 4
    shift = (mean / unit).round() * unit
    # Far fewer spreads than 2^40 from zero, or taking it off would need more than 53 bits.
    return torch.where((spread > 0) & (mean.abs() < 2.0**40 * spread), shift, 0.0)


class _Cutter:
    """Cuts blocks of rows into pieces, and adds up the products of these."""

    def __init__(self, shift: Tensor, block: int) -> None:
        size = len(shift)
        parts = max(1, -(-block // _PART))
        self._shift, self._shifted, self._ones = shift, bool(shift.any()), torch.ones_like(shift)
        # Rows, and their pieces: the last block is filled up with rows that are 0.
        self._buffers = shift.new_empty(8, block + -block % parts, size)
        # Of head'head, body'head, body'body, tail'head and what rounds; each part has its own.
        self._sums = shift.new_zeros(5, parts, size, size)
        self._units = _FINE ** -shift.new_tensor([0, 1, 2, 2, 2])[:, None, None]
        self._totals = shift.new_zeros(3, 5, size, size)
        self._spare = torch.empty_like(self._totals[:2]).unbind()
        self._grid = torch.ones_like(shift)
        self._count, self._squares = 0, torch.zeros_like(shift)

    def add(
        self, features: Tensor, target: Tensor, weight: Tensor | None, low: Tensor | None
    ) -> None:
        """Add the products of a block of rows."""
        count, split = features.shape
        z, work, head, body, tail, rest, *spare = self._buffers
        z[:count, :split] = features
        z[:count, split:-1] = target
        z[:count, -1] = 1.0
        z[count:] = self._shift
        pairs = weight is not None or low is not None
        if pairs:
            two_sum_(z, rest.copy_(-self._shift), spare)
        if low is not None:
            rest[:count, :split] += low
            two_sum_(z, rest, spare)
        if weight is not None:
            _times_root(weight, *(part[:count] for part in (z, rest, work, *spare)))
        shifted = self._shifted and not pairs
        source = torch.sub(z, self._shift, out=work) if shifted else z
        self._fit(torch.mul(source, source, out=work).sum(0), count)
        whole = self._shift / self._grid
        if shifted and not torch.equal(whole, whole.round()):
            two_sum_(z, rest.copy_(-self._shift), spare)
            pairs, shifted = True, False

        _cut(z, 1 / self._grid, head)
        if shifted:
            head.sub_(whole)
        if pairs:
            two_sum_(z, rest.mul_(1 / self._grid), spare)
        _cut(z, _FINE, body)
        first, second, third, fourth, rounded = self._sums
        _add_symmetric(first, head)
        _add(second, body, head)
        _add_symmetric(third, body)
        if not pairs:
            z, head, body = self._left(z, work, head, body)
            work, tail = work[: len(z)], tail[: len(z)]
        if not len(z):
            return
        _cut(z, _FINE, tail)
        _add(fourth, tail, head)
        if pairs:
            z.add_(rest, alpha=_FINE**2)
        # Few rows have a rest: float32's none, but for values near 0.
        left, heads = (z, head) if pairs else self._left(z, work, head)
        _add(rounded, heads, left)
        late = tail.add_(z)
        torch.mul(body, 1 / _FINE, out=work).add_(late, alpha=_FINE**-2 / 2)
        _add(rounded, work, late)

    def _left(self, z: Tensor, work: Tensor, *pieces: Tensor) -> tuple[Tensor, ...]:
        """The rows of which something is left, if they are less than half."""
        rows = torch.mv(torch.abs(z, out=work), self._ones).nonzero().flatten()
        if 2 * len(rows) > len(z):
            return z, *pieces
        return z[rows], *(piece[rows] for piece in pieces)

    def _fit(self, squares: Tensor, count: int) -> None:
        """Start a panel, on a grid of its own, if the rows do not fit the present one."""
        units = squares / self._grid.square()
        fits = (self._squares + units <= _MOST) & (units >= _LEAST * count)
        if self._count + count > _PANEL or not bool((fits | (squares == 0)).all()):
            self._flush()
            grid = power_above((squares * (_PANEL / count)).sqrt() * 2.0**-26)
            self._grid = torch.where(squares == 0, self._grid, grid)
            units = squares / self._grid.square()
        self._count += count
        self._squares = self._squares + units

    def _flush(self) -> None:
        """Add the panel's sums to the totals."""
        sums = self._sums.sum(1).mul_(torch.outer(self._grid, self._grid) * self._units)
        high, middle, low = self._totals
        two_sum_(high, sums, self._spare)
        two_sum_(middle, sums, self._spare)
        low += sums
        self._sums.zero_()
        self._count, self._squares = 0, torch.zeros_like(self._grid)

    def total(self) -> Double:
        """The sums over all rows that were added."""
        self._flush()
        high, middle, low = self._totals
        sums = Double.sum(high, middle) + Double.of(low)
        first, second, third, fourth, rounded = (sums[i] for i in range(5))
        mixed = rounded + fourth + second
        return mixed + mixed.T + _mirrored(third) + _mirrored(first)


def _cut(z: Tensor, scale: Tensor | float, piece: Tensor) -> None:
    """Move the whole part of z, scaled, to a piece."""
    torch.round(z.mul_(scale), out=piece)
    z.sub_(piece)


def _times_root(
    weight: Tensor, z: Tensor, rest: Tensor, work: Tensor, product: Tensor, high: Tensor
) -> None:
    """Multiply pairs z + rest by the roots of weights, in place: big tensors are slow to make."""
    root = weight.sqrt()
    square, lost = two_prod(root, root)
    root_rest = ((weight - square) - lost) / (2 * root)
    torch.mul(z, root, out=product)
    rest.mul_(root).addcmul_(z, root_rest)
    root_high = leading_half(root, torch.empty_like(root))
    root_low = root - root_high
    z.sub_(leading_half(z, high))
    torch.mul(high, root_high, out=work).sub_(product)  # Dekker's product
    work.addcmul_(high, root_low).addcmul_(z, root_high).addcmul_(z, root_low)
    rest.add_(work)
    z.copy_(product)


def _add(out: Tensor, left: Tensor, right: Tensor) -> None:
    """Add left' right to out, (parts, q, q), by parts if the rows divide evenly."""
    parts = len(out) if len(left) % len(out) == 0 else 1
    left, right = (piece.view(parts, -1, piece.shape[1]) for piece in (left, right))
    out[:parts].baddbmm_(left.mT, right)


def _add_symmetric(out: Tensor, piece: Tensor) -> None:
    """Add the lower triangle of piece' piece, in strips of columns that are whole registers."""
    width = piece.shape[1]
    strip = 24 if width <= 48 else 48
    for i in range(0, width, strip):
        _add(out[:, i:, i : i + strip], piece[:, i:], piece[:, i : i + strip])


def _mirrored(lower: Double) -> Double:
    """The symmetric matrix of this lower triangle."""
    return Double(*(part.tril() + part.tril(-1).T for part in (lower.hi, lower.lo)))
