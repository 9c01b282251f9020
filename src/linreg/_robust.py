"""Standard errors that hold where the noise is unequal, or rows of a group share theirs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from linreg.influence import Influence, by_row

Kind = Literal["HC0", "HC1", "HC2", "HC3"]


@dataclass(frozen=True, eq=False)
class Robust:
    """What stands in for sigma where sigma is not one number.

    Attributes:
        kind: What the errors are called.
        root: Root times its transpose is the covariance of the sums of directions times residuals,
            which for equal noise is sigma^2 times one; shape (k, q, m), or (q, m) for a vector.
        degrees_of_freedom: Those of t and F.
        growth: How many times as far off as a residual a standard error may be, in units of the
            length of its direction.
        leeway: The least share of a row's prediction that other rows decide, where it counts.
    """

    kind: str
    root: Tensor
    degrees_of_freedom: int
    growth: float
    leeway: float


def heteroskedastic(rows: Influence, directions: Tensor, kind: Kind) -> Robust:
    """The covariance where each row has a variance of its own.

    Sources: White, "A heteroskedasticity-consistent covariance matrix estimator and a direct test
    for heteroskedasticity", Econometrica 48, 1980 (HC0); MacKinnon and White, "Some
    heteroskedasticity-consistent covariance matrix estimators with improved finite sample
    properties", Journal of Econometrics 29, 1985 (HC1 to HC3).

    Args:
        rows: Residuals and leverages, both times what their weights ask for.
        directions: The rows in directions in which they are orthonormal, shape (n, q).
        kind: Which of them.
    """
    if kind not in get_args(Kind):
        raise ValueError(f"kind is {kind!r}: choose one of {', '.join(get_args(Kind))}")
    n, free = _fitted(rows), 1 - rows.leverage
    if kind in ("HC2", "HC3") and bool((free < 2.0**-40).any()):
        row = int(free.argmin())
        raise ValueError(
            f"row {row} alone decides its own prediction, so {kind} is not known: leave it out, or "
            "choose HC1"
        )
    power = {"HC2": 0.5, "HC3": 1.0}.get(kind, 0.0)
    residuals = by_row(rows.residuals, free**-power)
    factor = (n / rows.degrees_of_freedom) ** 0.5 if kind == "HC1" else 1.0
    leeway = float(free.min()) if power else 1.0
    root = _root(residuals * factor, directions)
    return Robust(kind, root, rows.degrees_of_freedom, factor * leeway**-power, leeway)


def clustered(rows: Influence, directions: Tensor, groups: Any) -> Robust:
    """The covariance where rows of a group share their noise, as families do.

    Source: Cameron and Miller, "A practitioner's guide to cluster-robust inference", Journal of
    Human Resources 50, 2015, with the factor G / (G - 1) (n - 1) / (n - q) of equation 12.

    Args:
        rows: As in `heteroskedastic`.
        directions: As in `heteroskedastic`.
        groups: The group of each row: n numbers or texts.
    """
    codes, count = _codes(groups, len(directions))
    if count < 2:
        raise ValueError("groups has one group: the errors need two or more, better forty")
    n = _fitted(rows)
    factor = (count / (count - 1) * (n - 1) / rows.degrees_of_freedom) ** 0.5
    root = _root(rows.residuals * factor, directions, codes.to(directions.device), count)
    growth = factor * float(codes.bincount().max()) ** 0.5
    return Robust(f"clustered by {count} groups", root, count - 1, growth, 1.0)


def _fitted(rows: Influence) -> int:
    """How many rows were fitted, which must be more than there are parameters."""
    n = rows.degrees_of_freedom + rows.n_parameters
    if rows.degrees_of_freedom < 1:
        raise ValueError(
            f"{n} rows fitted by {rows.n_parameters} parameters have no residuals to tell errors "
            "from: give more rows"
        )
    return n


def _root(
    residuals: Tensor, directions: Tensor, codes: Tensor | None = None, count: int = 0
) -> Tensor:
    """R' of a QR of the directions times residuals, summed by group where there are groups."""
    columns = residuals.reshape(len(residuals), -1)
    roots = []
    for column in columns.T:
        scores = directions * column[:, None]
        if codes is not None:
            scores = scores.new_zeros(count, scores.shape[1]).index_add_(0, codes, scores)
        roots.append(torch.linalg.qr(scores, mode="r").R.T)
    return torch.stack(roots).reshape(*residuals.shape[1:], *roots[0].shape)


def _codes(groups: Any, n: int) -> tuple[Tensor, int]:
    """Numbers 0, 1, ... for the groups of n rows, and how many groups there are."""
    for method in ("tolist", "to_pylist"):
        groups = getattr(groups, method, lambda given=groups: given)()
    labels = list(groups) if isinstance(groups, Iterable) else [groups]
    if len(labels) != n:
        raise ValueError(f"groups has {len(labels)} values, but there are {n} rows: give each one")
    for row, label in enumerate(labels):
        if str(label) in ("None", "nan", "<NA>", "NaT"):
            raise ValueError(f"groups[{row}] is missing: leave its row out, or give it a group")
    known = {label: code for code, label in enumerate(dict.fromkeys(labels))}
    return torch.tensor([known[label] for label in labels], device="cpu"), len(known)
