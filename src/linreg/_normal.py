"""Solve the normal equations, and say how far off the solution may be at most."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from linreg._accuracy import Accuracy
from linreg._double import Double, power_above
from linreg._promise import Bounded
from linreg._summing import dot, matmul
from linreg._sums import Sums
from linreg.errors import RankError

_ROUNDS = 10


class _Solved(NamedTuple):
    """The inverse's root, the solution, what it explains of the targets' squares, what it left."""

    root: Double
    root_error: float
    weight: Double
    explained: Double
    left: Tensor


class Solution(NamedTuple):
    """What minimises the squared error, and how far off it may be.

    With t the `slack` and s the `size`, a combination c of the weights is off by at most |c G'| t s
    where G is the inverse of the features' products, and c G c' by the square of |c G'| t.

    Attributes:
        weight: Shape (p, k).
        root: Shape (p, p); root root' is the inverse of the features' products.
        root_error: How far that inverse is off besides, relative.
        slack: Shape (p,).
        size: Shape (k,).
        square: The least sum of squared errors, shape (k,).
        spread: The relative error of the inverse at most, in the direction where it is largest.
        condition: Condition number of the features, scaled to equal length.
    """

    weight: Double
    root: Double
    root_error: float
    slack: Tensor
    size: Tensor
    square: Bounded
    spread: float
    condition: float


def solve_normal(sums: Sums, names: tuple[str, ...], ridge: Tensor | None) -> Solution:
    """Solve from the products of features and targets.

    The products A of the features and r with the targets may be off by as much as t t' and t s', t
    and s being the slack of features and targets. Cholesky's factor has an error of the same form
    (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, theorem 10.3), so it goes into
    the slack. With G the inverse and q = t'|G| t below 1, Neumann's series bounds the inverse of
    the true A: for each row c, c G c' is within (|c G| t)^2 / (1 - q), the weights c w are within
    |c G| t (t'|w| + s) / (1 - q), and the least square is within (t'|w| + s)^2 / (1 - q).

    Args:
        sums: Around the means, or around 0 without an intercept.
        names: What to call the p features in an error.
        ridge: Added to the features' diagonal, shape (p,).

    Raises:
        RankError: If features are dependent, as far as the products can tell; it names them.
    """
    p, accuracy = len(names), sums.accuracy
    gram, squares = sums.products[:p, :p], sums.squares
    if ridge is not None:
        gram = gram + Double.of(ridge.diag())
    # Powers of two scale without rounding, to a diagonal between 1/4 and 1.
    lengths = gram.hi.diagonal().clamp(min=0).sqrt()
    scale = 1 / power_above(lengths)[:, None]
    gram = gram.scaled(scale).scaled(scale.T)
    right = sums.products[:p, p + 1 :].scaled(scale)
    rounding = (8 * (p + 2) * accuracy.rounding) ** 0.5
    # A feature that is always 0 is alone in its equation, whose weight is 0 whatever rounds.
    held = torch.where(sums.square[:p] > 0, lengths, 0.0)
    t = torch.hypot(sums.slack[:p], rounding * held) * scale[:, 0]
    s = torch.hypot(sums.slack[p + 1 :], rounding * squares.hi.clamp(min=0).sqrt())

    solved = (_solved_in_pairs if accuracy.paired else _solved)(gram, right)
    if solved is None:
        raise RankError(_dependence(gram, names, accuracy, ridge))
    root, root_error, weight, explained, left = solved
    inverse = root.hi @ root.hi.T
    q = float(t @ inverse.abs() @ t)
    if not q < 0.1:
        raise RankError(_dependence(gram, names, accuracy, ridge))
    squared_error = (squares - explained).hi
    if ridge is not None:
        squared_error = squared_error - (ridge[:, None] * (weight.hi * scale).square()).sum(0)
    # What the solution leaves of the equations counts as an error of r.
    missed = (left.abs() / t[:, None].clamp(min=2.0**-1000)).amax(0)
    size = t @ weight.hi.abs() + s + missed
    return Solution(
        weight.scaled(scale),
        root.scaled(scale),
        root_error,
        t / scale[:, 0] / (1 - q) ** 0.5,
        size / (1 - q) ** 0.5,
        Bounded(squared_error.clamp(min=0), size.square() / (1 - q)),
        q / (1 - q),
        _condition(gram.hi, inverse, accuracy),
    )


def _solved(gram: Double, right: Double) -> _Solved | None:
    """Solve in float64, but for what the first solution left, which a second takes away."""
    factor, failed = torch.linalg.cholesky_ex(gram.hi)
    if failed:
        return None
    one = torch.eye(len(gram.hi), dtype=gram.hi.dtype, device=gram.hi.device)
    root = torch.linalg.solve_triangular(factor, one, upper=False).T.contiguous()
    first = torch.cholesky_solve(right.hi, factor)
    left = (right - matmul(gram, Double.of(first))).hi
    step = torch.cholesky_solve(left, factor)
    left = left - gram.hi @ step
    weight = Double.sum(first, step)
    # y'y less this is y'y - 2 w'r + w'Aw, in which an error of w counts by its square only.
    explained = (weight.hi * (right.hi + left)).sum(0)
    return _Solved(Double.of(root), 0.0, weight, Double.of(explained), left)


def _solved_in_pairs(gram: Double, right: Double) -> _Solved | None:
    """Solve in pairs of float64."""
    found = _inverse_root(gram)
    if found is None:
        return None
    root, root_error = found
    weight, left = Double.of(torch.zeros_like(right.hi)), right
    for _ in range(2):
        weight = weight + matmul(root, matmul(root.T, left))
        left = right - matmul(gram, weight)
    return _Solved(root, root_error, weight, dot(weight, right + left), left.hi)


def _condition(gram: Tensor, inverse: Tensor, accuracy: Accuracy) -> float:
    """Condition number of the features, scaled to equal length."""
    lengths = gram.diagonal().sqrt()
    values = torch.linalg.eigvalsh(gram / torch.outer(lengths, lengths))
    largest, least = float(values[-1]), float(values[0])
    if accuracy.paired:
        # Of an ill-conditioned matrix rounding leaves no smallest eigenvalue: its inverse has it.
        least = 1 / float(torch.linalg.eigvalsh(inverse * torch.outer(lengths, lengths))[-1])
    return math.sqrt(largest / least)


def _inverse_root(gram: Double) -> tuple[Double, float] | None:
    """W with W W' the inverse, in pairs of float64, and its relative error; None if none is found.

    Each round factorises what is left, W' gram W, in float64: a matrix too ill-conditioned for that
    is first raised by a little, which still takes away most of its condition (Fukaya, Kannan,
    Nakatsukasa, Yamamoto and Yanagisawa, "Shifted Cholesky QR", SIAM J. Sci. Comput. 42, 2020).
    """
    one = torch.eye(len(gram.hi), dtype=gram.hi.dtype, device=gram.hi.device)
    root, left, last = Double.of(one), gram, math.inf
    for _ in range(_ROUNDS):
        off = left.hi - one
        size = float(torch.linalg.vector_norm(off))
        # (1 + e)^-1/2 is 1 - e/2 to within e^2; where it shrinks no more, e is of rounding.
        if size < 2.0**-40 or last / 2 < size < 2.0**-10:
            return root - matmul(root, Double.of(off / 2 + left.lo / 2)), size**2
        last = size
        factor, failed = torch.linalg.cholesky_ex(left.hi)
        if failed:
            raised = 2.0**-49 * len(one) * left.hi.diagonal().max()
            factor, failed = torch.linalg.cholesky_ex(left.hi + raised * one)
            if failed:
                return None
        step = torch.linalg.solve_triangular(factor, one, upper=False).T.contiguous()
        root = matmul(root, Double.of(step))
        left = matmul(root.T, matmul(gram, root))
    return None


def _dependence(
    gram: Double, names: tuple[str, ...], accuracy: Accuracy, ridge: Tensor | None
) -> str:
    """Name the features that those before them determine, by elimination in order."""
    left = gram
    kept: list[int] = []
    found: list[str] = []
    part = gram.hi.diagonal().clone()
    for j in range(len(names)):
        part[j] = left.hi[j, j] / gram.hi[j, j]
        if part[j] > accuracy.dependent:
            kept.append(j)
            left = left - left[:, j : j + 1] * left[j : j + 1] / left[j : j + 1, j : j + 1]
            continue
        matrix = gram.hi[kept][:, kept].cpu()
        share = torch.linalg.pinv(matrix) @ gram.hi[kept, j : j + 1].cpu()
        of = [
            names[i] for i, c in zip(kept, share.flatten().tolist(), strict=True) if abs(c) > 1e-5
        ]
        found.append(f"{names[j]} is a combination of {', '.join(of) or 'no others: it is 0'}")
    if not found:
        least = int(part.argmin())
        others = " and those before it" if least else ""
        found = [f"{names[least]} can hardly be told from a constant{others}"]
    remedy = "Leave it out" if len(found) == 1 else "Leave these out"
    return (
        f"the features are dependent, to the {accuracy.name} accuracy: {'; '.join(found)}. "
        f"{remedy}, or fit with a {'ridge' if ridge is None else 'larger ridge'}{accuracy.advice}"
    )
