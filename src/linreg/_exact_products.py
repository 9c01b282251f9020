"""Sum the products of all pairs of columns, cut into pieces whose products float64 does not round."""

import torch
from torch import Tensor

from linreg._double import Double, leading_half, power_above, two_prod, two_sum_
from linreg._products import symmetric_product

_FINE = 2.0**21
_ROWS, _MOST, _LEAST = 2**13, 2.0**53, 2.0**35
# Values in a block, which stays in the cache; rows in a part of it, which one thread multiplies.
_BLOCK, _PART, _STRIP = 2**17, 2**11, 48


def exact_products(
    features: Tensor,
    target: Tensor,
    shift: Tensor,
    weight: Tensor | None,
    low: Tensor | None = None,
) -> Double:
    """Sum w z z' over rows z = (features, target, 1) - (shift, 0).

    Args:
        features: Shape (n, p), float32 or float64.
        target: Shape (n, k), as `features`.
        shift: Shape (p + k,), float64.
        weight: Shape (n, 1), float64, above 0, or None for ones.
        low: Digits of the features beyond float64, shape as `features`.

    Returns:
        Shape (p + k + 1, p + k + 1).
    """
    n, size = len(features), len(shift) + 1
    most = min(_ROWS, max(2**9, _BLOCK // size))
    block = -(-n // -(-n // most))
    cutter = _Cutter(torch.cat([shift, shift.new_zeros(1)]), block)
    for start in range(0, n, block):
        part = slice(start, start + block)
        cutter.add(
            features[part],
            target[part],
            None if weight is None else weight[part],
            None if low is None else low[part],
        )
    return cutter.total()


class _Cutter:
    """Cuts blocks of rows, and keeps the products of their pieces."""

    def __init__(self, shift: Tensor, block: int) -> None:
        size = len(shift)
        parts = -(-block // _PART)
        block += -block % parts
        self._shift, self._shifted, self._ones = shift, bool(shift.any()), torch.ones_like(shift)
        self._buffers = shift.new_empty(5, block, size)
        self._pieces = shift.new_empty(block, 3 * size)  # head, body and tail, side by side
        # (head, body)'(head, body), lower triangle; tail'(head, body, tail); head'rest
        self._sums = shift.new_zeros(parts, 8 * size**2)
        self._totals = shift.new_zeros(3, 8 * size**2)
        self._spare = torch.empty_like(self._totals[:2])
        self._grid = power_above(shift.abs()) * 2.0**-53
        self._count, self._squares = 0, torch.zeros_like(shift)

    def _split(self, sums: Tensor) -> tuple[Tensor, ...]:
        size = len(self._shift)
        main, tails, rests = sums.split([4 * size**2, 3 * size**2, size**2], dim=-1)
        return (
            main.unflatten(-1, (2 * size, 2 * size)),
            tails.unflatten(-1, (size, 3 * size)),
            rests.unflatten(-1, (size, size)),
        )

    def add(
        self, features: Tensor, target: Tensor, weight: Tensor | None, low: Tensor | None
    ) -> None:
        """Add the products of a block of rows."""
        count, split = features.shape
        size = len(self._shift)
        z, work, rest, *spare = self._buffers
        pieces = self._pieces
        z[:count, :split] = features
        z[:count, split:-1] = target
        z[:count, -1] = 1.0
        z[count:] = self._shift
        shift = self._shift
        shifted = self._shifted
        pairs = weight is not None or low is not None
        if pairs:
            rest.copy_(-shift)
            two_sum_(z, rest, spare)
            if low is not None:
                rest[:count, :split] += low
                two_sum_(z, rest, spare)
            if weight is not None:
                _times_root(*(b[:count] for b in (z, rest, work, *spare)), weight)
            shifted = False
        source = torch.sub(z, shift, out=work) if shifted else z
        self._fit(torch.mul(source, source, out=work).sum(0), count)
        head, body = pieces[:, :size], pieces[:, size : 2 * size]
        _cut(z, 1 / self._grid, head)
        if pairs:
            rest.mul_(1 / self._grid)
        elif shifted:
            whole = shift / self._grid
            less = whole.round()
            head.sub_(less)
            pairs = bool((whole != less).any())
            if pairs:
                rest.copy_(less - whole)
        if pairs:
            two_sum_(z, rest, spare)
        _cut(z, _FINE, body)
        main, tails, rests = self._split(self._sums)
        self._multiply(pieces[:, : 2 * size], pieces[:, : 2 * size], main, lower=True)
        if not pairs:
            left = torch.mv(torch.abs(z, out=work), self._ones)
            known = int(left.count_nonzero())
            if not known:
                return
            if 2 * known <= count:
                rows = left.nonzero().flatten()
                z, work, pieces = z[rows], work[:known], pieces[rows]
        tail = pieces[:, 2 * size :]
        _cut(z, _FINE, tail)
        self._multiply(tail, pieces, tails)
        if pairs:
            z.add_(rest, alpha=_FINE**2)
        else:
            left = torch.mv(torch.abs(z, out=work), self._ones)
            known = int(left.count_nonzero())
            if not known:
                return
            if 2 * known <= len(z):
                rows = left.nonzero().flatten()
                z, work, pieces = z[rows], work[:known], pieces[rows]
        head, body, tail = (pieces[:, i * size : (i + 1) * size] for i in range(3))
        torch.add(head, body, alpha=1 / _FINE, out=work)
        work.add_(tail, alpha=_FINE**-2)
        self._multiply(work, z, rests)

    def _multiply(self, left: Tensor, right: Tensor, out: Tensor, lower: bool = False) -> None:
        parts = len(out) if len(left) == len(self._pieces) else 1
        left, right = (piece.unflatten(0, (parts, -1)) for piece in (left, right))
        for j in range(0, right.shape[2], _STRIP):
            i, k = j * lower, j + _STRIP
            out[:parts, i:, j:k].baddbmm_(left[:, :, i:].mT, right[:, :, j:k])

    def _fit(self, squares: Tensor, count: int) -> None:
        units = squares / self._grid.square()
        small = (units < _LEAST * count) & (units > 0)
        if self._count + count > _ROWS or bool(((self._squares + units > _MOST) | small).any()):
            self._flush()
            grid = power_above((squares * (_ROWS / count)).sqrt() * 2.0**-26)
            self._grid = torch.where(squares == 0, self._grid, grid)
            units = squares / self._grid.square()
        self._count += count
        self._squares = self._squares + units

    def _flush(self) -> None:
        sums = self._sums.sum(0)
        grid = torch.cat([self._grid, self._grid / _FINE, self._grid / _FINE**2])
        size = len(self._grid)
        main, tails, rests = self._split(sums)
        main *= torch.outer(grid[: 2 * size], grid[: 2 * size])
        tails *= torch.outer(grid[2 * size :], grid)
        rests *= torch.outer(grid[:size], grid[2 * size :])
        high, middle, low = self._totals
        two_sum_(high, sums, self._spare)
        two_sum_(middle, sums, self._spare)
        low += sums
        self._sums.zero_()
        self._count, self._squares = 0, torch.zeros_like(self._grid)

    def total(self) -> Double:
        self._flush()
        size = len(self._grid)
        high, middle, low = self._totals
        summed = Double.sum(high, middle + low)
        main, tails, rests = (
            Double(*parts) for parts in zip(self._split(summed.hi), self._split(summed.lo))
        )
        part = rests
        for j in (1, 0):
            part = part + tails[:, j * size : (j + 1) * size]
        part = part + main[size:, :size]
        part = part + part.T
        for square in (tails[:, 2 * size :], main[size:, size:], main[:size, :size]):
            part = part + Double(
                square.hi.tril() + square.hi.tril(-1).T, square.lo.tril() + square.lo.tril(-1).T
            )
        return part


def _cut(z: Tensor, scale: Tensor | float, piece: Tensor) -> None:
    """Move the whole part of z, scaled, to a piece, less some."""
    z.mul_(scale)
    torch.round(z, out=piece)
    z.sub_(piece)


def _times_root(
    z: Tensor, rest: Tensor, work: Tensor, product: Tensor, high: Tensor, weight: Tensor
) -> None:
    """Multiply pairs z + rest by the root of weights, in place."""
    root = weight.sqrt()
    square, lost = two_prod(root, root)
    root_rest = ((weight - square) - lost) / (2 * root)
    torch.mul(z, root, out=product)
    rest.mul_(root).addcmul_(z, root_rest)
    root_high = leading_half(root, torch.empty_like(root))
    root_low = root - root_high
    leading_half(z, high)
    z.sub_(high)
    # Dekker's product, in place: tensors of this size are slow to allocate.
    torch.mul(high, root_high, out=work).sub_(product)
    work.addcmul_(high, root_low).addcmul_(z, root_high).addcmul_(z, root_low)
    rest.add_(work)
    z.copy_(product)
