"""Solve the normal equations, and say how far off the solution may be at most."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from linreg._accuracy import Accuracy
from linreg._double import Double, power_above
from linreg._promise import Bounded
from linreg._sums import Sums
from linreg.errors import RankError

_ROUNDS = 10


class Solution(NamedTuple):
    """What minimises the squared error, and how far off it may be.

    With t the `slack` and s the `size`, a combination c of the weights is off by at most |c G'| t s
    where G is the inverse of the features' products, and c G c' by the square of |c G'| t.

    Attributes:
        weight: Shape (p, k).
        root: Shape (p, p); root root' is the inverse of the features' products.
        slack: Shape (p,).
        size: Shape (k,).
        square: The least sum of squared errors, shape (k,).
        spread: The relative error of the inverse at most, in the direction where it is largest.
        condition: Condition number of the features, scaled to equal length.
    """

    weight: Double
    root: Double
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
    t = torch.hypot(sums.slack[:p], rounding * lengths) * scale[:, 0]
    s = torch.hypot(sums.slack[p + 1 :], rounding * squares.hi.clamp(min=0).sqrt())

    root = _inverse_root(gram, refine=accuracy.paired)
    if root is None:
        raise RankError(_dependence(gram, names, accuracy, ridge))
    inverse = root.hi @ root.hi.T
    q = float(t @ inverse.abs() @ t)
    if not q < 0.1:
        raise RankError(_dependence(gram, names, accuracy, ridge))

    weight = Double.of(torch.zeros_like(right.hi))
    left = right
    if accuracy.paired:
        for _ in range(2):
            weight = weight + root @ (root.T @ left)
            left = right - gram @ weight
    else:
        first = root.hi @ (root.hi.T @ right.hi)
        left = right - gram @ Double.of(first)
        step = root.hi @ (root.hi.T @ left.hi)
        weight, left = Double.sum(first, step), Double.of(left.hi - gram.hi @ step)
    # y'y - 2 w'r + w'Gw, in which a small error of w counts by its square only.
    total = right + left
    explained = _dot(weight, total) if accuracy.paired else Double.of((weight.hi * total.hi).sum(0))
    squared_error = (squares - explained).hi
    if ridge is not None:
        squared_error = squared_error - (ridge[:, None] * (weight.hi * scale).square()).sum(0)

    # What the solution leaves of the equations counts as an error of r.
    missed = (left.hi.abs() / t[:, None].clamp(min=2.0**-1000)).amax(0)
    size = t @ weight.hi.abs() + s + missed
    return Solution(
        weight.scaled(scale),
        root.scaled(scale),
        t / scale[:, 0] / (1 - q) ** 0.5,
        size / (1 - q) ** 0.5,
        Bounded(squared_error.clamp(min=0), size.square() / (1 - q)),
        q / (1 - q),
        _condition(gram.hi, inverse, accuracy),
    )


def _dot(a: Double, b: Double) -> Double:
    """Sums of products of two columns, for each pair of columns."""
    products = a * b
    total = products[0]
    for i in range(1, len(products.hi)):
        total = total + products[i]
    return total


def _condition(gram: Tensor, inverse: Tensor, accuracy: Accuracy) -> float:
    """Condition number of the features, scaled to equal length."""
    lengths = gram.diagonal().sqrt()
    values = torch.linalg.eigvalsh(gram / torch.outer(lengths, lengths))
    largest, least = float(values[-1]), float(values[0])
    if accuracy.paired:
        # Of an ill-conditioned matrix rounding leaves no smallest eigenvalue: its inverse has it.
        least = 1 / float(torch.linalg.eigvalsh(inverse * torch.outer(lengths, lengths))[-1])
    return math.sqrt(largest / least)


def _inverse_root(gram: Double, *, refine: bool) -> Double | None:
    """W with W W' the inverse, in pairs of float64 if refined; None if there is none to be found.

    Each round factorises what is left, W' gram W, in float64: a matrix too ill-conditioned for that
    is first raised by a little, which still takes away most of its condition (Fukaya, Kannan,
    Nakatsukasa, Yamamoto and Yanagisawa, "Shifted Cholesky QR", SIAM J. Sci. Comput. 42, 2020).
    """
    one = torch.eye(len(gram.hi), dtype=gram.hi.dtype, device=gram.hi.device)
    root, left = Double.of(one), gram
    for _ in range(_ROUNDS):
        off = left.hi - one
        if refine and off.abs().max() < 1e-11:
            # (1 + e)^-1/2 is 1 - e/2 to within e^2.
            return root - root @ Double.of(off / 2 + left.lo / 2)
        factor, failed = torch.linalg.cholesky_ex(left.hi)
        if failed and not refine:
            return None
        if failed:
            raised = 2.0**-49 * len(one) * left.hi.diagonal().max()
            factor, failed = torch.linalg.cholesky_ex(left.hi + raised * one)
            if failed:
                return None
        step = torch.linalg.solve_triangular(factor, one, upper=False).T.contiguous()
        if not refine:
            return Double.of(step)
        root = root @ Double.of(step)
        left = root.T @ (gram @ root)
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
