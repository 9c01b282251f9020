"""From sums over rows to a model: solve, and put the solution into the terms of the features."""

import math

import torch
from torch import Tensor

from linreg._accuracy import Accuracy
from linreg._basis import Basis
from linreg._double import Double
from linreg._labels import Labels
from linreg._normal import Solution, solve_normal
from linreg._powers import Powers
from linreg._sums import Sums
from linreg._tally import Tally
from linreg.errors import RankError
from linreg.linear_fit import LinearFit


def fit_sums(
    sums: Sums,
    tally: Tally,
    labels: Labels,
    *,
    n_targets: int,
    ridge: float,
    intercept: bool,
    powers: Powers | None,
) -> LinearFit:
    """Fit the rows that were summed up.

    Args:
        sums: Over the rows' p features and k targets.
        tally: What was counted of them.
        labels: What features and targets are called.
        n_targets: How many targets there are, k.
        ridge: What the sum of the squared weights costs.
        intercept: Whether the model has a bias.
        powers: What made the features of one column, if it is a polynomial.

    Raises:
        RankError: If features are constant or combinations of others; it names them.
        ValueError: If there are too few rows, or the sum of their weights is 0.
    """
    p = sums.shift.numel() - n_targets
    names = powers.names if powers else labels.feature_names(p)
    rows, needed = tally.rows, p + intercept
    if rows == 0 or not sums.total > 0:
        raise ValueError(
            f"the sample weights of {rows} rows sum to {sums.total:g}: gather rows of positive "
            "weight first"
        )
    if not ridge and rows < needed:
        raise ValueError(
            f"{rows} rows cannot tell {needed} coefficients apart: gather at least {needed}, or "
            "fit with a ridge"
        )
    if intercept:
        products, norm = sums.centred(), sums.squares.sqrt()
    else:
        raw = sums.around(torch.zeros_like(sums.shift))
        products, norm = raw.products[:-1, :-1], raw.squares.sqrt()
    means = sums.means()
    _refuse_constant(products.hi.diagonal()[:p], means.hi[:p], sums.total, names)
    solution = solve_normal(products, norm, names, sums.accuracy, ridge)
    parameters, factor, error = solution.weight, solution.root, solution.weight_error
    centre, level, share = torch.zeros_like(means.hi[:p]), torch.zeros_like(means.hi[p:]), 0.0
    if intercept:
        centre, level, share = means.hi[:p], means.hi[p:], 1 / math.sqrt(sums.total)
        parameters, factor, error = _with_intercept(solution, means, share, sums.accuracy)
        names = ("intercept", *names)
    if powers is not None:
        back = powers.to_powers_of_x(centre)
        parameters, factor = back @ parameters, back @ factor
        error = back.hi.abs() @ error
    digits = _digits(solution, parameters.hi, error, sums.accuracy)

    def shaped(tensor: Tensor) -> Tensor:
        return tensor[..., 0].clone() if labels.is_vector else tensor.clone()

    return LinearFit(
        names=names,
        target_names=labels.target_names(n_targets),
        parameters=shaped(parameters.hi),
        rows=rows,
        sample_weight_sum=sums.total,
        squared_error=shaped(solution.squared_error),
        total_square=shaped(products.hi.diagonal()[p:]),
        condition=solution.condition,
        expected_digits=digits,
        accuracy=sums.accuracy.name,
        ridge=ridge,
        _factor=factor.hi,
        left_out=tally.left_out,
        _log_weights=tally.log_weights,
        _basis=Basis(
            powers, centre, shaped(solution.weight.hi), shaped(level), solution.root.hi, share
        ),
        _columns=labels.columns,
    )


def _with_intercept(
    solution: Solution, means: Double, share: float, accuracy: Accuracy
) -> tuple[Double, Double, Tensor]:
    """Parameters, their factor and their errors, with the intercept as the first."""
    weight, root, p = solution.weight, solution.root, len(solution.root.hi)
    centre, level = means[:p], means[p:]
    bias = level[None] - accuracy.matmul(centre[None], weight)
    lean = -accuracy.matmul(centre[None], root)
    corner, below = root.hi.new_tensor([[share]]), root.hi.new_zeros(p, 1)
    parameters = Double(torch.cat([bias.hi, weight.hi]), torch.cat([bias.lo, weight.lo]))
    factor = Double(
        torch.cat([torch.cat([corner, lean.hi], 1), torch.cat([below, root.hi], 1)]),
        torch.cat([torch.cat([corner * 0, lean.lo], 1), torch.cat([below, root.lo], 1)]),
    )
    error = solution.weight_error
    rounding = accuracy.error * (level.hi.abs() + centre.hi.abs() @ weight.hi.abs())
    first = centre.hi.abs() @ error + rounding
    return parameters, factor, torch.cat([first[None], error])


def _digits(solution: Solution, parameters: Tensor, error: Tensor, accuracy: Accuracy) -> float:
    """How many digits of the worst parameter and of the worst standard error should be right."""
    deviation_error = solution.root_error
    known = solution.squared_error > 0
    if bool(known.any()):
        deviation_error += solution.squared_error_error[known].max().item()
    elif not accuracy.paired:
        deviation_error += 1.0
    # A parameter of 0 has no digits: below the smallest that could matter, what counts is that.
    scale = parameters.abs().clamp(min=2.0**-1000)
    worst = max((error / scale).max().item(), deviation_error / 2, 2.0**-53)
    return max(0.0, -math.log10(worst)) if math.isfinite(worst) else 0.0


def _refuse_constant(square: Tensor, mean: Tensor, weight: float, names: tuple[str, ...]) -> None:
    """No feature is constant to the last digit, which would leave its weight undetermined."""
    # Values one unit in the last place apart have more spread than this.
    constant = square <= weight * (2.0**-55 * mean).square()
    if bool(constant.any()):
        found = ", ".join(
            f"{names[i]} (always {mean[i].item():g})" for i in constant.nonzero().flatten().tolist()
        )
        raise RankError(
            f"no weight can be told for constant features: {found}. Leave them out; the intercept "
            "does what they can"
        )
