"""Fit rows by least squares, and say how many digits of the answer are right."""

import math
from collections.abc import Callable, Iterable
from typing import Any, Literal, overload

from linreg._accuracy import Name
from linreg._check import check_count, check_finite_rows, read_ridge
from linreg._double import Double
from linreg._labels import Labels, columns_named
from linreg._powers import Powers
from linreg._residuals import residuals_of
from linreg._table import Categories, Columns, is_table
from linreg._take import Missing, Taken, take_rows
from linreg.errors import RankError
from linreg.linear_fit import LinearFit
from linreg.moments import Moments

# Fewer digits than these send "auto" back to the rows: of a table of one value, and of any table,
# as many as a summary shows. Ten times the values cost ten times as much, and are worth one less.
_ENOUGH, _LEAST = 12.0, 5.0
# Powers are made in pieces of this many rows.
_PIECE = 2**15


@overload
def least_squares(
    features: Any,
    target: Any,
    *,
    sample_weight: Any = None,
    intercept: bool = True,
    ridge: float | None = None,
    names: Iterable[str] | None = None,
    categories: Categories = (),
    missing: Missing = "error",
    accuracy: Literal["auto", "fast", "exact"] = "auto",
) -> LinearFit: ...


@overload
def least_squares(
    features: Any,
    target: Any,
    *,
    sample_weight: Any = None,
    intercept: bool = True,
    ridge: Iterable[float],
    names: Iterable[str] | None = None,
    categories: Categories = (),
    missing: Missing = "error",
    accuracy: Literal["auto", "fast", "exact"] = "auto",
) -> list[LinearFit]: ...


def least_squares(
    features: Any,
    target: Any,
    *,
    sample_weight: Any = None,
    intercept: bool = True,
    ridge: float | Iterable[float] | None = None,
    names: Iterable[str] | None = None,
    categories: Categories = (),
    missing: Missing = "error",
    accuracy: Literal["auto", "fast", "exact"] = "auto",
) -> LinearFit | list[LinearFit]:
    """Fit a linear model: the weights and bias of least (weighted) squared error.

    All may be tensors, arrays, or what has `__array__` or `__dlpack__`; features and target may be
    tables of pandas, polars or pyarrow, whose columns have names. Whole numbers are taken as
    float64, which must hold them.

    Args:
        features: Shape (n, p).
        target: Shape (n, k), or (n,), which gives vectors back.
        sample_weight: How much each row's squared error counts, shape (n,) or (n, 1), 0 or
            more; None counts each once. It says how precise a row is: a row of weight 2 is one row
            of half the variance, not two rows. Rows of weight 0 do not count, but their values
            must be finite.
        intercept: Whether the model has a bias.
        ridge: What the sum of the squared coefficients costs, in units of the sum of squared
            errors; the intercept is free. Several give a list of fits.
        names: A name for each feature, for features that are no table.
        categories: The columns of a table that are kinds, such as colours: each becomes columns of
            0 and 1, one for each level but the first, as `indicators` makes them. A dictionary
            gives their levels.
        missing: What to do with rows that have nan: "error" refuses them, "drop" leaves them out,
            and the fit counts them.
        accuracy: "fast" or "exact" as in `Moments`; "auto" starts fast, and goes back to the rows
            with "exact" where fewer digits are certain than 12, less one for each tenfold of
            values, or than 5; it returns the fit that promises more.

    Returns:
        The fit; its `expected_digits` holds for the worst parameter and the worst standard error.

    Raises:
        RankError: If features are constant or combinations of others; it names them.
        TypeError: If values are no numbers.
        ValueError: If shapes or devices do not match, a value is not finite, a weight or a ridge is
            negative, the weights' sum is 0, or there are fewer rows than parameters.

    Examples:
        >>> import torch
        >>> from linreg import least_squares
        >>> km = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
        >>> euros = torch.tensor([3.1, 4.9, 7.1, 8.9])
        >>> fit = least_squares(km, euros, names=["km"])
        >>> [f"{name} {value:.2f}" for name, value in zip(fit.names, fit.parameters)]
        ['intercept 1.10', 'km 1.96']
    """
    if accuracy not in ("auto", "fast", "exact"):
        raise ValueError(f"accuracy is {accuracy!r}: choose 'auto', 'fast' or 'exact'")
    if not is_table(features) and categories != ():
        raise TypeError("categories are columns of a table, and features is none: use indicators")
    if is_table(features) and names is not None:
        raise TypeError("names are for features without names: rename the table's columns instead")
    columns = Columns.of(features, categories) if is_table(features) else None
    rows = take_rows(features, target, sample_weight, columns=columns, missing=missing)
    if names is not None:
        named = Labels(columns_named(names, rows.features.shape[1]))
        rows = rows._replace(labels=rows.labels.joined(named))
    costs = read_ridge(ridge)

    def fit(accuracy: Name) -> list[LinearFit]:
        moments = _moments_for(rows, rows.features.shape[1], accuracy)
        moments._gather(rows)
        squared = None if accuracy == "fast" else residuals_of(rows, Double.of)
        every = costs if isinstance(costs, list) else [costs]
        return [moments._solve(cost, intercept, residuals=squared) for cost in every]

    enough = max(_LEAST, _ENOUGH - math.log10(max(1, rows.features.numel())))
    found = _best(fit, enough) if accuracy == "auto" else fit(accuracy)
    return found if isinstance(costs, list) else found[0]


def _best(fit: Callable[[Name], list[LinearFit]], enough: float) -> list[LinearFit]:
    """Fast fits if they promise enough digits, or for each the fit that promises more."""
    try:
        fast = fit("fast")
    except RankError:
        return fit("exact")
    if all(each.expected_digits >= enough for each in fast):
        return fast
    try:
        exact = fit("exact")
    except RankError:
        return fast
    return [
        max(pair, key=lambda each: each.expected_digits) for pair in zip(exact, fast, strict=True)
    ]


def polynomial(
    x: Any, target: Any, degree: int, *, sample_weight: Any = None, missing: Missing = "error"
) -> LinearFit:
    """Fit a polynomial with powers carried beyond float64, so that rounding them costs no digit.

    It solves for powers of x moved and scaled to between -1 and 1, which are much less alike than
    those of x, and takes the result back to powers of x in exact fractions.

    Args:
        x: Shape (n, 1): a tensor, an array or a table, as in `least_squares`.
        target: Shape (n, k), or (n,), which gives vectors back.
        degree: The highest power, 1 or more.
        sample_weight: How much each row's squared error counts, shape (n,) or (n, 1).
        missing: What to do with rows that have nan, as in `least_squares`.

    Returns:
        The fit; its parameters are those of 1, x, x^2, ..., and `predict` takes x.

    Raises:
        RankError: If x has no more than `degree` different values.
        TypeError: As `least_squares`.
        ValueError: As `least_squares`, or if x has more than one column or the degree is below 1.

    Examples:
        >>> import torch
        >>> from linreg import polynomial
        >>> seconds = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
        >>> metres = torch.tensor([0.0, 5.0, 20.0, 45.0])
        >>> fall = polynomial(seconds, metres, degree=2)
        >>> print(f"{fall.predict(torch.tensor([[4.0]])).item():.3f}")
        80.000
    """
    rows = take_rows(x, target, sample_weight, missing=missing, named="x")
    x, weight = rows.features, rows.sample_weight
    check_finite_rows(x, rows.target, named="x")
    if x.shape[1] != 1:
        raise ValueError(f"x has shape {tuple(x.shape)}, but a polynomial is of one column, (n, 1)")
    check_count("degree", degree)
    counted = x if weight is None else x[weight > 0]
    values = len(counted.unique())
    if values <= degree:
        raise RankError(_too_few(values, degree))
    name = rows.labels.feature_names(1)[0] if rows.labels.columns else "x"
    powers = Powers.over(counted.min().item(), counted.max().item(), degree, name)
    moments = _moments_for(rows, degree, "exact")
    for start in range(0, len(x), _PIECE):
        part = slice(start, start + _PIECE)
        features = powers.of(x[part].double())
        piece = rows._replace(
            features=features.hi,
            target=rows.target[part].double(),
            sample_weight=None if weight is None else weight[part],
            dropped=rows.dropped if start == 0 else 0,
        )
        moments._gather(piece, features.lo)
    try:
        return moments._solve(0.0, True, powers, residuals_of(rows, powers.of))
    except RankError:
        raise RankError(
            f"the {values} values of x tell powers up to {degree} too little apart: use a lower "
            "degree"
        ) from None


def _moments_for(rows: Taken, p: int, accuracy: Name) -> Moments:
    """Moments of as many targets as the rows have, on their device."""
    return Moments(p, rows.target.shape[1], accuracy=accuracy, device=rows.features.device)


def _too_few(values: int, degree: int) -> str:
    """What to say of an x that has too few values."""
    if values < 2:
        return f"x has one value, too few for degree {degree}: a polynomial needs two or more"
    return (
        f"x has {values} different values, too few for degree {degree}: use degree {values - 1} or "
        "less"
    )
