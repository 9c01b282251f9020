"""From sums over rows to a model: solve, and put the solution into the terms of the features."""

import math

import torch
from torch import Tensor

from linreg._basis import Basis
from linreg._double import Double
from linreg._inference import lengths
from linreg._labels import Labels
from linreg._normal import Solution, solve_normal
from linreg._powers import Powers
from linreg._promise import Bounded, promise
from linreg._residuals import Plane, Residuals
from linreg._summing import dot
from linreg._sums import Sums
from linreg._tally import Tally
from linreg.errors import RankError
from linreg.linear_fit import LinearFit

# Squared errors that the sums tell less exactly than this are found from the rows, if there.
_CLOSE = 2.0**-40


def fit_sums(
    sums: Sums,
    tally: Tally,
    labels: Labels,
    *,
    ridge: float,
    intercept: bool,
    powers: Powers | None = None,
    residuals: Residuals | None = None,
) -> LinearFit:
    """Fit the rows that were summed up.

    Args:
        sums: Over the rows' p features and k targets.
        tally: What was counted of them.
        labels: What features and targets are called.
        ridge: What the sum of the squared weights costs.
        intercept: Whether the model has a bias.
        powers: What made the features of one column, if it is a polynomial.
        residuals: What finds squared errors that are too small for the sums to tell, if it can.

    Raises:
        RankError: If features are constant or combinations of others; it names them.
        ValueError: If there are too few rows, or the sum of their weights is 0.
    """
    p = sums.p
    names = powers.names if powers else labels.feature_names(p)
    rows, needed = tally.rows, p + intercept
    if rows == 0 or not sums.total > 0:
        left_out = f" ({tally.left_out} left out)" if tally.left_out else ""
        raise ValueError(
            f"the sample weights of {rows} rows{left_out} sum to {sums.total:g}: gather rows of "
            "positive weight first"
        )
    if not ridge and rows < needed:
        raise ValueError(
            f"{rows} rows cannot tell {needed} coefficients apart: gather at least {needed}, or "
            "fit with a ridge"
        )
    unit, target_unit, means = sums.unit[:p, None], sums.unit[p:], sums.means()
    moved = sums.centred() if intercept else sums.around(torch.zeros_like(sums.shift))
    if not ridge:
        _refuse_constant(moved.square[:p], means.hi[:p], sums.total, names)
    solution = solve_normal(moved, names, ridge * unit[:, 0].square() if ridge else None)
    plane = Plane.around(means if intercept else means.scaled(unit.new_zeros(1)), solution.weight)
    root, parameters, factor = solution.root, plane.weight, solution.root
    rounded, by, share = torch.zeros_like(parameters.hi), unit, 0.0
    if intercept:
        share = 1 / math.sqrt(sums.total)
        parameters = _stacked(plane.bias[None], parameters)
        factor = _with_intercept(factor, plane.centre, share)
        # The bias is a difference of pairs.
        rounded = torch.cat([(p + 4) * 2.0**-100 * plane.size()[None], rounded])
        names, by = ("intercept", *names), torch.cat([unit.new_ones(1, 1), unit])
    square = solution.square
    guess, missed = parameters.hi, torch.ones_like(solution.size, dtype=torch.bool)
    if residuals is not None and not ridge and bool((square.value * _CLOSE <= square.off).any()):
        # A plane that meets every target without an error is the answer, with no error either.
        off = _reach(factor, solution, moved)[:, None] * solution.size + rounded
        guess = torch.where(guess.abs() <= off, 0.0, guess)
        close, missed = residuals(plane, guess, sums.unit)
        # A minimum is flat: errors of the weights count by their squares.
        flat = 2 * (solution.spread + float(moved.slack[p]) ** 2 / sums.total)
        square = Bounded(close.value, (close.off + flat * square.off) * missed)
    if powers is not None:
        back = powers.to_powers_of_x(plane.centre.hi)
        rounded = back.hi.abs() @ (rounded + 2.0**-98 * parameters.hi.abs())
        parameters, factor = back @ parameters, back @ factor
        guess = guess if bool(missed.all()) else powers.exactly_in_x(guess)
    found, reach = torch.where(missed, parameters.hi, guess), _reach(factor, solution, moved)
    digits, limit = promise(
        names,
        Bounded(found, torch.where(missed, reach[:, None] * solution.size + rounded, 0.0)),
        Bounded(lengths(factor.hi), reach),
        square,
        0 if ridge else rows - len(names),
    )
    # What cannot be told from 0 is shown as the most that it can be.
    shown = torch.where(square.value > 2 * square.off, square.value, square.value + square.off)

    def shaped(tensor: Tensor) -> Tensor:
        return tensor[..., 0].clone() if labels.is_vector else tensor.clone()

    return LinearFit(
        names=names,
        target_names=labels.target_names(len(target_unit)),
        parameters=shaped(found * by / target_unit),
        rows=rows,
        sample_weight_sum=sums.total,
        condition=solution.condition,
        expected_digits=digits,
        limited_by=limit,
        accuracy=sums.accuracy.name,
        ridge=ridge,
        left_out=tally.left_out,
        _log_weights=tally.log_weights,
        _square=shaped(shown),
        _total_square=shaped(moved.squares.hi),
        _target_unit=shaped(target_unit),
        _factor=factor.hi * by,
        _basis=Basis(
            powers,
            plane.centre.hi / unit[:, 0],
            shaped(plane.weight.hi * unit / target_unit),
            shaped(plane.level.hi / target_unit),
            root.hi * unit,
            share,
        ),
        _columns=labels.columns,
    )


def _reach(factor: Double, solution: Solution, sums: Sums) -> Tensor:
    """How far parameters are at most from errors of the products, for a size of 1, shape (q,)."""
    p, root = sums.p, solution.root.hi
    weights = factor.hi[:, -p:]
    reach: Tensor = (weights @ root.T).abs() @ solution.slack
    reach = reach + factor.hi[:, :-p].abs().sum(1) * (float(sums.slack[p]) / math.sqrt(sums.total))
    # The factor is rounded, and may be off as a whole; a column without slack stays exact.
    touched = weights.abs() @ root.abs().T @ solution.slack
    whole: Tensor = lengths(factor.hi) * (solution.root_error**0.5 * (touched > 0))
    return reach + p * 2.0**-52 * touched + whole


def _with_intercept(root: Double, centre: Double, share: float) -> Double:
    """The factor of the parameters' covariances, with the intercept as the first."""
    lean = -dot(centre[:, None], root)[None]
    corner, below = root.hi.new_tensor([[share]]), root.hi.new_zeros(len(root.hi), 1)
    left = Double.of(torch.cat([corner, below]))
    right = _stacked(lean, root)
    return Double(torch.cat([left.hi, right.hi], 1), torch.cat([left.lo, right.lo], 1))


def _stacked(above: Double, below: Double) -> Double:
    """One on top of the other."""
    return Double(torch.cat([above.hi, below.hi]), torch.cat([above.lo, below.lo]))


def _refuse_constant(square: Tensor, mean: Tensor, weight: float, names: tuple[str, ...]) -> None:
    """No feature is constant to the last digit, which would leave its weight undetermined."""
    # Values one unit in the last place apart have more spread than this.
    constant = square <= weight * (2.0**-55 * mean).square()
    if bool(constant.any()):
        found = ", ".join(
            f"{names[i]} (always {mean[i].item():g})" for i in constant.nonzero().flatten().tolist()
        )
        way_out = "; the intercept does what they can" if bool(mean.any()) else ""
        raise RankError(
            f"no weight can be told for constant features: {found}. Leave them out{way_out}"
        )
