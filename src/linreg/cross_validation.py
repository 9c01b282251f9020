"""Choose a ridge by cross-validation on moments, without the rows."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor

from linreg._check import read_ridge
from linreg.linear_fit import LinearFit
from linreg.moments import Moments


class CrossValidation(NamedTuple):
    """How well each ridge predicts rows that it was not fitted to.

    Attributes:
        ridges: Those that were tried, r of them.
        errors: Mean squared error on each fold of the fit to all others, shape (r, folds, k), or
            (r, folds) for a vector.
        mean: Over all rows, each predicted by the fit that has not seen it, shape (r, k) or (r,).
        best: The ridge of the least mean error, averaged over the targets.
        fit: The fit of all rows with that ridge.

    Examples:
        >>> from linreg import Moments, cross_validate, make_line
        >>> rides = make_line()
        >>> folds = [Moments(1), Moments(1)]
        >>> for i, fold in enumerate(folds):
        ...     fold.update(rides.features[i::2], rides.target[i::2])
        >>> found = cross_validate(folds, ridges=[0.0, 1000.0])
        >>> found.best, found.fit.rows
        (0.0, 100)
    """

    ridges: list[float]
    errors: Tensor
    mean: Tensor
    best: float
    fit: LinearFit


def cross_validate(
    folds: Iterable[Moments], ridges: float | Iterable[float], *, intercept: bool = True
) -> CrossValidation:
    """Try ridges by k-fold cross-validation, from moments of the folds alone.

    The rows are gathered once, by dealing them out to the folds at random; each fold is then
    predicted by the fit of the others. Nothing is subtracted: the others are merged.

    Args:
        folds: Moments of the folds, two or more, none of them empty.
        ridges: What the sum of squared coefficients may cost, one or several.
        intercept: Whether the model has a bias.

    Raises:
        RankError: If the features of all folds but one are dependent, and a ridge is 0.
        ValueError: If there are fewer than two folds, or one is empty.

    Examples:
        >>> import torch
        >>> from linreg import Moments, cross_validate, make_regression
        >>> data = make_regression(200, weight=[2.0, 0.0, 0.0], bias=1.0, noise=0.5, seed=0)
        >>> folds = [Moments(3) for _ in range(5)]
        >>> for i, fold in enumerate(folds):
        ...     fold.update(data.features[i::5], data.target[i::5])
        >>> found = cross_validate(folds, ridges=[0.1, 1.0, 100.0])
        >>> found.errors.shape
        torch.Size([3, 5, 1])
        >>> found.best < 100
        True
    """
    parts, costs = list(folds), read_ridge(ridges)
    costs = costs if isinstance(costs, list) else [costs]
    if len(parts) < 2 or not all(part.rows for part in parts) or not costs:
        raise ValueError(
            f"the {len(parts)} folds have {[part.rows for part in parts]} rows, for {len(costs)} "
            "ridges: give two folds or more, none of them empty, and a ridge"
        )
    errors = torch.stack(
        [
            torch.stack([part.score(fit) for fit in rest.solve(costs, intercept=intercept)])
            for part, rest in zip(parts, _others(parts), strict=True)
        ],
        dim=1,
    )
    weight = errors.new_tensor([part.sample_weight_sum for part in parts])
    mean = torch.tensordot(errors, weight / weight.sum(), dims=([1], [0]))
    best = costs[int(mean.reshape(len(costs), -1).mean(1).argmin())]
    whole = parts[0].merge(_others(parts)[0])
    return CrossValidation(costs, errors, mean, best, whole.solve(best, intercept=intercept))


def _others(parts: Sequence[Moments]) -> list[Moments]:
    """For each part the moments of all others, merged from both sides."""
    before = list(accumulate(parts[:-1], Moments.merge))
    after = list(accumulate(reversed(parts[1:]), Moments.merge))[::-1]
    inner = [left.merge(right) for left, right in zip(before, after[1:], strict=False)]
    return [after[0], *inner, before[-1]]
