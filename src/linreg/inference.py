"""Tell what a fit found and how sure it is: estimates, their errors, tests and intervals."""

import html
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from linreg._check import check_level, check_rows, check_weight
from linreg._distributions import f_above, t_quantile, t_two_sided
from linreg._double import Double
from linreg._normal import ERROR, Solution, times


class Interval(NamedTuple):
    """An estimate between two bounds.

    Attributes:
        estimate: What is predicted, shape (n, k), in target units.
        low: Lower bound, shape (n, k).
        high: Upper bound, shape (n, k).
    """

    estimate: Tensor
    low: Tensor
    high: Tensor


@dataclass(frozen=True)
class _View:
    """What predicts: rows in the basis that was solved in, around its means."""

    basis: Callable[[Tensor], Tensor] | None
    n_features: int
    mean: Tensor
    weight: Tensor
    level: Tensor
    root: Tensor


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """A linear model fitted by least squares; all tensors are float64.

    Rows of a tensor of shape (q, ...) belong to `names`: the intercept, if any, and then the
    features. There are k targets, each with errors of its own. Formulas are those of Draper and
    Smith, "Applied Regression Analysis", 1998, but where another source is named.

    Attributes:
        names: What each parameter is called, q of them.
        parameters: Intercept and coefficients, shape (q, k), in target units per feature unit.
        rows: How many rows of positive weight were fitted, n.
        total_weight: The sum of their weights.
        squared_error: Sum of weighted squared residuals, shape (k,).
        total_square: Sum of weighted squares of the target, around its mean where there is an
            intercept, shape (k,).
        condition: Condition number of the features, centred where there is an intercept, scaled to
            equal length: from 1 up.
        expected_digits: How many leading decimal digits of the worst parameter and of the worst
            standard error should be right, given the rows as they are, at most 15.9.
        accuracy: How the rows were gathered: "fast" or "exact".
        ridge: What the sum of squared coefficients costed.
    """

    names: tuple[str, ...]
    parameters: Tensor
    rows: int
    total_weight: float
    squared_error: Tensor
    total_square: Tensor
    condition: float
    expected_digits: float
    accuracy: str
    ridge: float
    _factor: Tensor = field()
    _view: _View = field()

    @property
    def has_intercept(self) -> bool:
        """Whether the model has a bias."""
        return self.names[0] == "intercept"

    @property
    def coefficients(self) -> Tensor:
        """The features' weights, shape (p, k)."""
        return self.parameters[int(self.has_intercept) :]

    @property
    def intercept(self) -> Tensor:
        """The prediction where all features are 0, shape (k,); zeros in a model without."""
        return self.parameters[0] if self.has_intercept else torch.zeros_like(self.parameters[0])

    @property
    def rank(self) -> int:
        """How many parameters were told apart: all of them, or there would be no fit."""
        return len(self.names)

    @property
    def degrees_of_freedom(self) -> int:
        """How many rows there are beyond the parameters, n - q."""
        return self.rows - len(self.names)

    @property
    def sigma(self) -> Tensor:
        """Standard deviation of the residuals, shape (k,); nan without degrees of freedom."""
        self._refuse_ridge("the residuals' standard deviation")
        free = self.degrees_of_freedom
        mean: Tensor = self.squared_error / free if free > 0 else self.squared_error * math.nan
        return mean.sqrt()

    @property
    def covariance(self) -> Tensor:
        """Covariances of the parameters for each target, shape (k, q, q)."""
        return self.sigma.square()[:, None, None] * (self._factor @ self._factor.T)

    @property
    def standard_errors(self) -> Tensor:
        """Standard errors of the parameters, shape (q, k)."""
        length: Tensor = torch.linalg.vector_norm(self._factor, dim=1)
        return length[:, None] * self.sigma

    @property
    def t_values(self) -> Tensor:
        """Parameters over their standard errors, shape (q, k)."""
        return self.parameters / self.standard_errors

    @property
    def p_values(self) -> Tensor:
        """Probability of a t at least so far from 0 if the parameter were 0, shape (q, k)."""
        free = self.degrees_of_freedom
        values = [[t_two_sided(t, free) for t in row] for row in self.t_values.tolist()]
        return torch.tensor(values, dtype=torch.float64, device=self.parameters.device)

    def confidence_intervals(self, level: float = 0.95) -> Tensor:
        """Bounds that hold the true parameters with this probability, shape (q, k, 2).

        Args:
            level: Between 0 and 1.

        Raises:
            ValueError: If the level is not, or the fit has a ridge.
        """
        check_level(level)
        reach = t_quantile(level, self.degrees_of_freedom) * self.standard_errors
        return torch.stack([self.parameters - reach, self.parameters + reach], dim=-1)

    @property
    def r_squared(self) -> Tensor:
        """Share of the target's squares that the fit explains, shape (k,)."""
        return 1 - self.squared_error / self.total_square

    @property
    def adjusted_r_squared(self) -> Tensor:
        """The share explained, charged for the number of parameters, shape (k,)."""
        free = self.rows - self.has_intercept
        return 1 - (1 - self.r_squared) * (free / self.degrees_of_freedom)

    @property
    def f_statistic(self) -> Tensor:
        """Explained over unexplained mean square, shape (k,)."""
        explained = (self.total_square - self.squared_error) / len(self.coefficients)
        return explained / self.sigma.square()

    @property
    def f_p_value(self) -> Tensor:
        """Probability of an F at least so large if every coefficient were 0, shape (k,)."""
        free, used = self.degrees_of_freedom, len(self.coefficients)
        values = [f_above(f, used, free) for f in self.f_statistic.tolist()]
        return torch.tensor(values, dtype=torch.float64, device=self.parameters.device)

    def predict(self, features: Tensor) -> Tensor:
        """Predict the targets of rows.

        Args:
            features: Shape (n, p), any floating-point dtype.

        Returns:
            Shape (n, k), float64, in target units.

        Raises:
            ValueError: If the number of features differs from the fit's.
        """
        return self._view.level + self._around(features) @ self._view.weight

    def mean_interval(self, features: Tensor, level: float = 0.95) -> Interval:
        """Bounds that hold the *mean* target of rows like these with this probability.

        Args:
            features: Shape (n, p).
            level: Between 0 and 1.
        """
        return self._interval(features, level, 0.0)

    def prediction_interval(self, features: Tensor, level: float = 0.95) -> Interval:
        """Bounds that hold one *new target* of weight 1 at each row with this probability.

        Args:
            features: Shape (n, p).
            level: Between 0 and 1.
        """
        return self._interval(features, level, 1.0)

    def residuals(self, features: Tensor, target: Tensor) -> Tensor:
        """Targets less their predictions, shape (n, k).

        Args:
            features: Shape (n, p).
            target: Shape (n, k).
        """
        check_rows(features, target)
        return target.double() - self.predict(features)

    def leverage(self, features: Tensor, weight: Tensor | None = None) -> Tensor:
        """How much each row of the fit draws its own prediction, from 0 to 1, shape (n,).

        Args:
            features: The rows that were fitted, shape (n, p).
            weight: Their weights, if any, shape (n,) or (n, 1).
        """
        self._refuse_ridge("leverage")
        spread = self._spread(features)
        return spread if weight is None else spread * check_weight(weight, features).double()

    def internally_studentised(
        self, features: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> Tensor:
        """Residuals over their standard deviations, each row having a say in sigma, shape (n, k).

        Args:
            features: The rows that were fitted, shape (n, p).
            target: Their targets, shape (n, k).
            weight: Their weights, if any, shape (n,) or (n, 1).
        """
        residual = self.residuals(features, target)
        if weight is not None:
            residual = residual * check_weight(weight, features).double().sqrt()[:, None]
        return residual / (self.sigma * (1 - self.leverage(features, weight)).sqrt()[:, None])

    def externally_studentised(
        self, features: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> Tensor:
        """Residuals over their standard deviations in a fit without the row, shape (n, k).

        Args:
            features: The rows that were fitted, shape (n, p).
            target: Their targets, shape (n, k).
            weight: Their weights, if any, shape (n,) or (n, 1).
        """
        inner = self.internally_studentised(features, target, weight)
        free = self.degrees_of_freedom
        return inner * ((free - 1) / (free - inner.square())).sqrt()

    def cooks_distance(
        self, features: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> Tensor:
        """How far leaving out each row moves all predictions, in units of sigma, shape (n, k).

        Source: Cook, "Detection of influential observation in linear regression", Technometrics
        19, 1977.

        Args:
            features: The rows that were fitted, shape (n, p).
            target: Their targets, shape (n, k).
            weight: Their weights, if any, shape (n,) or (n, 1).
        """
        pull = self.leverage(features, weight)[:, None]
        inner = self.internally_studentised(features, target, weight)
        return inner.square() * pull / ((1 - pull) * len(self.names))

    def summary(self, level: float = 0.95) -> str:
        """The fit as a table of text, one for each target.

        Args:
            level: Of the confidence intervals, between 0 and 1.
        """
        check_level(level)
        width = max(9, *map(len, self.names))
        tables = []
        for k in range(self.parameters.shape[1]):
            head, body = self._table(k, level)
            lines = [f"{'':{width}}" + "".join(f"{name:>14}" for name in head)]
            lines += [
                f"{name:{width}}" + "".join(f"{value:>14}" for value in row)
                for name, row in zip(self.names, body, strict=True)
            ]
            tables.append("\n".join([*self._lines(k), "", *lines]))
        return "\n\n".join(tables)

    def __repr__(self) -> str:
        """The summary, which is what a terminal shows."""
        return self.summary()

    def _repr_html_(self) -> str:
        """The fit as a table of HTML, which is what a notebook shows."""
        parts = []
        for k in range(self.parameters.shape[1]):
            head, body = self._table(k, 0.95)
            top = "".join(f"<th>{html.escape(name)}</th>" for name in ("", *head))
            rows = "".join(
                f"<tr><th>{html.escape(name)}</th>"
                + "".join(f"<td>{value}</td>" for value in row)
                + "</tr>"
                for name, row in zip(self.names, body, strict=True)
            )
            text = "<br>".join(html.escape(line) for line in self._lines(k))
            parts.append(
                f"<p>{text}</p><table><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>"
            )
        return "".join(parts)

    def _lines(self, k: int) -> list[str]:
        """What the table of a target has above it."""
        parameters = f"{self.rows} rows, {len(self.names)} parameters"
        if self.parameters.shape[1] > 1:
            parameters = f"target {k + 1}: {parameters}"
        digits = f"digits to expect {math.floor(self.expected_digits)} ({self.accuracy} accuracy)"
        lines = [f"{parameters}, condition {self.condition:.3g}, {digits}"]
        if self.ridge:
            return [*lines, f"ridge {self.ridge:g}, R2 {self.r_squared[k].item():.6g}"]
        return [
            *lines,
            f"R2 {self.r_squared[k].item():.6g}, adjusted {self.adjusted_r_squared[k].item():.6g}, "
            f"sigma {self.sigma[k].item():.6g} with {self.degrees_of_freedom} degrees of freedom",
            f"F {self.f_statistic[k].item():.6g}, p {self.f_p_value[k].item():.3g}",
        ]

    def _table(self, k: int, level: float) -> tuple[list[str], list[list[str]]]:
        """Heads and cells of a target's table."""
        columns = {"estimate": self.parameters[:, k]}
        if not self.ridge:
            bounds = self.confidence_intervals(level)[:, k]
            columns |= {
                "std error": self.standard_errors[:, k],
                "t": self.t_values[:, k],
                "p": self.p_values[:, k],
                f"{100 * level:g}% low": bounds[:, 0],
                f"{100 * level:g}% high": bounds[:, 1],
            }
        digits = {"t": "#.4g", "p": ".3g"}
        cells = [
            [format(value, digits.get(name, "#.5g")) for value in column.tolist()]
            for name, column in columns.items()
        ]
        return list(columns), [list(row) for row in zip(*cells, strict=True)]

    def _around(self, features: Tensor) -> Tensor:
        """Rows in the basis that was solved in, less their means, shape (n, p)."""
        view = self._view
        if features.ndim != 2 or features.shape[1] != view.n_features:
            raise ValueError(
                f"features has shape {tuple(features.shape)}, but the fit is of {view.n_features} "
                f"features: give shape (n, {view.n_features})"
            )
        rows = features.to(view.mean)
        return (rows if view.basis is None else view.basis(rows)) - view.mean

    def _spread(self, features: Tensor) -> Tensor:
        """Variance of each row's prediction over that of the residuals, shape (n,)."""
        spread = (self._around(features) @ self._view.root).square().sum(1)
        return spread + 1 / self.total_weight if self.has_intercept else spread

    def _interval(self, features: Tensor, level: float, noise: float) -> Interval:
        """An interval around the mean, or around one target with noise of its own."""
        check_level(level)
        deviation = (self._spread(features) + noise).sqrt()[:, None] * self.sigma
        reach = t_quantile(level, self.degrees_of_freedom) * deviation
        estimate = self.predict(features)
        return Interval(estimate, estimate - reach, estimate + reach)

    def _refuse_ridge(self, what: str) -> None:
        """A ridge makes estimates biased: the textbook's errors are not theirs."""
        if self.ridge:
            raise ValueError(
                f"a fit with ridge={self.ridge:g} has no {what}: its estimates are biased towards "
                "0; fit without a ridge"
            )


def fit_from_solution(
    solution: Solution,
    *,
    mean: Double | None,
    total_square: Tensor,
    names: tuple[str, ...],
    rows: int,
    total_weight: float,
    accuracy: str,
    ridge: float,
    transform: Double | None = None,
    basis: Callable[[Tensor], Tensor] | None = None,
) -> Fit:
    """Put a solution of the normal equations into the terms of its model.

    Args:
        solution: Of p features and k targets.
        mean: Means of features and targets, shape (p + k,), or None without an intercept.
        total_square: Squares of the target, around its mean with an intercept, shape (k,).
        names: What the features are called.
        rows: How many rows were gathered.
        total_weight: The sum of their weights.
        accuracy: How they were gathered.
        ridge: That of the solution.
        transform: What takes the parameters that were solved for to those of the model, (q, q).
        basis: What takes rows (n, any) to the features that were solved for.
    """
    weight, root, error = solution.weight, solution.root, solution.weight_error
    p = len(names)
    deviation_error = solution.root_error
    if mean is None:
        parameters, factor = weight, root
        centre, level = root.hi.new_zeros(p), root.hi.new_zeros(weight.hi.shape[1])
    else:
        centre, level = mean.hi[:p], mean.hi[p:]
        exact = accuracy == "exact"
        bias = mean[None, p:] - times(mean[None, :p], weight, exact)
        lean = -times(mean[None, :p], root, exact)
        corner = root.hi.new_tensor([[1 / math.sqrt(total_weight)]])
        parameters = Double(torch.cat([bias.hi, weight.hi]), torch.cat([bias.lo, weight.lo]))
        below = root.hi.new_zeros(p, 1)
        factor = Double(
            torch.cat([torch.cat([corner, lean.hi], 1), torch.cat([below, root.hi], 1)]),
            torch.cat([torch.cat([corner * 0, lean.lo], 1), torch.cat([below, root.lo], 1)]),
        )
        rounding = ERROR[accuracy] * (level.abs() + centre.abs() @ weight.hi.abs())
        error = torch.cat([(centre.abs() @ error + rounding)[None], error])
        names = ("intercept", *names)
    if transform is not None:
        parameters, factor = transform @ parameters, transform @ factor
        error = transform.hi.abs() @ error
    known = solution.squared_error > 0
    if bool(known.any()):
        deviation_error += solution.squared_error_error[known].max().item()
    elif accuracy == "fast":
        deviation_error += 1.0
    # A parameter of 0 has no digits: below the smallest that could matter, what counts is that.
    scale = parameters.hi.abs().clamp(min=2.0**-1000)
    worst = max((error / scale).max().item(), deviation_error / 2, 2.0**-53)
    view = _View(
        basis,
        p if basis is None else 1,
        centre,
        weight.hi,
        level,
        root.hi,
    )
    return Fit(
        names=names,
        parameters=parameters.hi,
        rows=rows,
        total_weight=total_weight,
        squared_error=solution.squared_error,
        total_square=total_square,
        condition=solution.condition,
        expected_digits=max(0.0, -math.log10(worst)) if math.isfinite(worst) else 0.0,
        accuracy=accuracy,
        ridge=ridge,
        _factor=factor.hi,
        _view=view,
    )
