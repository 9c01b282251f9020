"""Solve the normal equations, and say how far off the solution may be."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from linreg._double import Double, power_above

# How far gathered products are off, relative to the norms of their two columns: for exact ones,
# `linreg._exact_products` proves it.
ERROR = {"fast": 2.0**-49, "exact": 2.0**-95}
_ROUNDS = 10


class RankError(ValueError):
    """Some features are combinations of others, so there is no unique best fit."""


class Solution(NamedTuple):
    """What minimises the squared error, and how far off it may be.

    Attributes:
        weight: Shape (p, k).
        weight_error: Expected error of each weight, shape (p, k).
        root: Shape (p, p); root root' is the inverse of the features' products.
        root_error: Expected relative error of a diagonal value of that inverse.
        squared_error: The least sum of squares, shape (k,); 0 where its error is as large.
        squared_error_error: Expected relative error of it, shape (k,).
        condition: Condition number of the features, scaled to equal length.
    """

    weight: Double
    weight_error: Tensor
    root: Double
    root_error: float
    squared_error: Tensor
    squared_error_error: Tensor
    condition: float


def solve_normal(
    products: Double, norm: Tensor, names: tuple[str, ...], accuracy: str, ridge: float
) -> Solution:
    """Solve from the products of features and targets.

    The errors are first-order estimates: |inverse| times the change of the products (Higham,
    "Accuracy and Stability of Numerical Algorithms", 2002, section 7.1), of changes that are
    independent, so that their squares add up.

    Args:
        products: Products of the columns, (p + k, p + k), the features first.
        norm: Norms of the columns that these were gathered from, shape (p + k,).
        names: What to call the p features in an error.
        accuracy: How the products were gathered, a key of `ERROR`.
        ridge: Added to the features' diagonal.

    Raises:
        RankError: If features are dependent, as far as the products can tell; it names them.
    """
    p, error = len(names), ERROR[accuracy]
    gram, target_square = products[:p, :p], products[p:, p:]
    if ridge:
        gram = gram + Double.of(torch.eye(p, dtype=norm.dtype, device=norm.device) * ridge)
    # Powers of two scale without rounding, to a diagonal between 1/4 and 1.
    scale = 1 / power_above(gram.hi.diagonal().clamp(min=0).sqrt())[:, None]
    gram = gram.scaled(scale * scale.T)
    right = products[:p, p:].scaled(scale)
    feature_norm, target_norm = norm[:p, None] * scale, norm[p:]

    exact = accuracy == "exact"
    root = _inverse_root(gram, refine=exact)
    if root is None:
        raise RankError(_dependence(gram, names, accuracy))
    inverse = root.hi @ root.hi.T
    diagonal = inverse.diagonal()[:, None]
    root_error = error * ((inverse.square() @ feature_norm.square()) / diagonal).max().item()
    if not root_error < 0.01:
        raise RankError(_dependence(gram, names, accuracy))

    weight = Double.of(torch.zeros_like(right.hi))
    left = right
    if exact:
        for _ in range(2):
            weight = weight + root @ (root.T @ left)
            left = right - gram @ weight
    else:
        first = root.hi @ (root.hi.T @ right.hi)
        left = right - gram @ Double.of(first)
        step = root.hi @ (root.hi.T @ left.hi)
        weight, left = Double.sum(first, step), Double.of(left.hi - gram.hi @ step)
    # y'y - 2 w'r + w'Gw, in which a small error of w counts by its square only.
    if exact:
        squared_error = (target_square - weight.T @ (right + left)).hi.diagonal()
    else:
        squared_error = target_square.hi.diagonal() - (weight.hi * (right + left).hi).sum(0)
    if ridge:
        squared_error = squared_error - ridge * (weight.hi * scale).square().sum(0)

    size = ((feature_norm * weight.hi).square().sum(0) + target_norm.square()).sqrt()
    weight_error = error * (inverse.square() @ feature_norm.square()).sqrt() * size
    noise = error * size.square()
    squared_error = torch.where(squared_error > 4 * noise, squared_error, 0.0)
    lengths = gram.hi.diagonal().sqrt()
    values = torch.linalg.eigvalsh(gram.hi / torch.outer(lengths, lengths))
    largest, least = float(values[-1]), float(values[0])
    if exact:
        # Of an ill-conditioned matrix rounding leaves no smallest eigenvalue: its inverse has it.
        least = 1 / float(torch.linalg.eigvalsh(inverse * torch.outer(lengths, lengths))[-1])
    condition = math.sqrt(largest / least)
    return Solution(
        weight.scaled(scale),
        weight_error * scale,
        root.scaled(scale),
        root_error,
        squared_error,
        noise / squared_error,
        condition,
    )


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


def times(a: Double, b: Double, exact: bool) -> Double:
    """The product of matrices: in pairs of float64, or of the rounded values only."""
    return a @ b if exact else Double.of(a.hi @ b.hi)


def _dependence(gram: Double, names: tuple[str, ...], accuracy: str) -> str:
    """Name the features that those before them determine, by elimination in order."""
    left = gram
    kept: list[int] = []
    found: list[str] = []
    tolerance = {"fast": 2.0**-36, "exact": 2.0**-80}[accuracy]
    part = gram.hi.diagonal().clone()
    for j in range(len(names)):
        part[j] = left.hi[j, j] / gram.hi[j, j]
        if part[j] > tolerance:
            kept.append(j)
            left = left - left[:, j : j + 1] * left[j : j + 1] / left[j : j + 1, j : j + 1]
            continue
        matrix = gram.hi[kept][:, kept].cpu()
        share = torch.linalg.pinv(matrix) @ gram.hi[kept, j : j + 1].cpu()
        of = [
            names[i] for i, c in zip(kept, share.flatten().tolist(), strict=True) if abs(c) > 1e-5
        ]
        found.append(f"{names[j]} is a combination of {', '.join(of)}")
    if not found:
        found = [f"{names[int(part.argmin())]} is nearly a combination of those before it"]
    remedy = "leave it out" if len(found) == 1 else "leave these out"
    other = "; or use accuracy='exact', which tells apart more" if accuracy == "fast" else ""
    return (
        f"the features are dependent, to the {accuracy} accuracy: {'; '.join(found)}. "
        f"{remedy[0].upper()}{remedy[1:]}, or fit with a ridge{other}"
    )
