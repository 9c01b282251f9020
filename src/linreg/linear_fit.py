"""Tell what a fit found and how sure it is: estimates, their errors, tests and intervals."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from linreg import _summary
from linreg._check import check_level, check_sample_weight
from linreg._distributions import f_above, t_quantile, t_two_sided
from linreg._estimates import Estimates
from linreg._intake import as_tensor
from linreg.influence import Influence, by_row


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


@dataclass(frozen=True, eq=False, repr=False)
class LinearFit(Estimates):
    """A linear model fitted by least squares; all tensors are float64.

    Rows of a tensor of shape (q, ...) belong to `names`: the intercept, if any, and then the
    features. There are k targets, each with errors of its own. Formulas are those of Draper and
    Smith, "Applied Regression Analysis", 1998, but where another source is named.

    A target of shape (n,) gives back tensors without the axis of targets: (q,) for (q, k), () for
    (k,).

    Attributes:
        names: What each parameter is called, q of them.
        target_names: What each target is called, k of them.
        parameters: Intercept and coefficients, shape (q, k), in target units per feature unit.
        rows: How many rows of positive weight were fitted, n.
        sample_weight_sum: The sum of their weights.
        squared_error: Sum of weighted squared residuals, shape (k,).
        total_square: Sum of weighted squares of the target, around its mean where there is an
            intercept, shape (k,).
        condition: Condition number of the features, centred where there is an intercept, scaled to
            equal length: from 1 up.
        expected_digits: How many leading decimal digits of the worst parameter and of the worst
            standard error should be right, given the rows as they are, at most 15.9.
        accuracy: How the rows were gathered: "fast" or "exact".
        ridge: What the sum of squared coefficients cost.
        left_out: How many rows were left out because a value is missing or bad.
    """

    @property
    def degrees_of_freedom(self) -> int:
        """How many rows there are beyond the parameters, n - q."""
        self._refuse_ridge("degrees of freedom")
        return self.rows - len(self.names)

    @property
    def sigma(self) -> Tensor:
        """Standard deviation of the residuals, shape (k,); nan without degrees of freedom."""
        return self._per_degree(self.squared_error).sqrt()

    @property
    def coef_covariance(self) -> Tensor:
        """Covariances of the parameters for each target, shape (k, q, q)."""
        return _outer(self.sigma.square(), self._factor @ self._factor.T)

    @property
    def standard_errors(self) -> Tensor:
        """Standard errors of the parameters, shape (q, k)."""
        length: Tensor = torch.linalg.vector_norm(self._factor, dim=1)
        return _outer(length, self.sigma)

    @property
    def t_values(self) -> Tensor:
        """Parameters over their standard errors, shape (q, k)."""
        return self.parameters / self.standard_errors

    @property
    def p_values(self) -> Tensor:
        """Probability of a t at least so far from 0 if the parameter were 0, shape (q, k)."""
        free, t = self.degrees_of_freedom, self.t_values
        return t.new_tensor([t_two_sided(each, free) for each in t.flatten().tolist()]).view_as(t)

    def confidence_intervals(self, level: float = 0.95) -> Tensor:
        """Bounds that hold the true parameters with this probability, shape (q, k, 2).

        Args:
            level: Between 0 and 1.

        Raises:
            ValueError: If the level is not, or the fit has a ridge.
        """
        reach = self._reach(level) * self.standard_errors
        return torch.stack([self.parameters - reach, self.parameters + reach], dim=-1)

    @property
    def adjusted_r_squared(self) -> Tensor:
        """The share explained, charged for the number of parameters, shape (k,)."""
        free = self.rows - self.has_intercept
        return 1 - self._per_degree(self.squared_error) / (self.total_square / free)

    @property
    def f_statistic(self) -> Tensor:
        """Explained over unexplained mean square, shape (k,)."""
        explained = (self.total_square - self.squared_error) / len(self.coefficients)
        return explained / self._per_degree(self.squared_error)

    @property
    def f_p_value(self) -> Tensor:
        """Probability of an F at least so large if every coefficient were 0, shape (k,)."""
        free, used, f = self.degrees_of_freedom, len(self.coefficients), self.f_statistic
        return f.new_tensor([f_above(each, used, free) for each in f.flatten().tolist()]).view_as(f)

    def mean_interval(self, features: Any, level: float = 0.95) -> Interval:
        """Bounds that hold the *mean* target of rows like these with this probability.

        Args:
            features: Shape (n, p).
            level: Between 0 and 1.
        """
        return self._interval(features, level, 0.0)

    def prediction_interval(self, features: Any, level: float = 0.95) -> Interval:
        """Bounds that hold one *new target* of sample weight 1 at each row with this probability.

        Args:
            features: Shape (n, p).
            level: Between 0 and 1.
        """
        return self._interval(features, level, 1.0)

    def leverage(self, features: Any, sample_weight: Any = None) -> Tensor:
        """How much each row of the fit draws its own prediction, from 0 to 1, shape (n,).

        Args:
            features: The rows that were fitted, shape (n, p).
            sample_weight: Their weights, if any, shape (n,) or (n, 1).
        """
        self._refuse_ridge("leverage")
        pull = self._basis.directions(self._taken(features)).square().sum(1)
        return pull if sample_weight is None else pull * _weights(sample_weight, pull)

    def influence(self, features: Any, target: Any, sample_weight: Any = None) -> Influence:
        """How far each row of the fit is off, and how far it draws the fit.

        Args:
            features: The rows that were fitted, shape (n, p).
            target: Their targets, shape (n, k).
            sample_weight: Their weights, if any, shape (n,) or (n, 1).
        """
        residuals = self.residuals(features, target)
        if sample_weight is not None:
            residuals = by_row(residuals, _weights(sample_weight, residuals).sqrt())
        return Influence(
            residuals,
            self.leverage(features, sample_weight),
            self.sigma,
            self.degrees_of_freedom,
            len(self.names),
        )

    def table(self, level: float = 0.95) -> list[dict[str, Any]]:
        """The summary as data: one dictionary for each parameter of each target.

        Its keys are `target`, `name`, `estimate` and, without a ridge,
        `standard_error`, `t`, `p`, `low` and `high`.

        Args:
            level: Of the confidence intervals, between 0 and 1.
        """
        return _summary.table(self, level)

    def summary(self, level: float = 0.95) -> str:
        """The fit as a table of text, one for each of the first ten targets.

        Args:
            level: Of the confidence intervals, between 0 and 1.
        """
        return _summary.text(self, level)

    def __repr__(self) -> str:
        """The summary, which is what a terminal shows."""
        return self.summary()

    def _repr_html_(self) -> str:
        """The fit as a table of HTML, which is what a notebook shows."""
        return _summary.page(self)

    def _per_degree(self, square: Tensor) -> Tensor:
        """A sum of squares over the degrees of freedom; nan where there are none."""
        free = self.degrees_of_freedom
        return square / free if free > 0 else square * math.nan

    def _reach(self, level: float) -> float:
        """How many standard errors a bound is from its estimate."""
        check_level(level)
        return t_quantile(level, self.degrees_of_freedom)

    def _interval(self, features: Any, level: float, noise: float) -> Interval:
        """An interval around the mean, or around one target with noise of its own."""
        spread = self._basis.directions(self._taken(features)).square().sum(1) + noise
        reach = self._reach(level) * _outer(spread.sqrt(), self.sigma)
        estimate = self.predict(features)
        return Interval(estimate, estimate - reach, estimate + reach)

    def _refuse_ridge(self, what: str) -> None:
        """A ridge makes estimates biased: the textbook's errors are not theirs."""
        if self.ridge:
            raise ValueError(
                f"a fit with ridge={self.ridge:g} has no {what}: its estimates are biased towards "
                "0; fit without a ridge"
            )


def _outer(left: Tensor, right: Tensor) -> Tensor:
    """All products of a value of one with a value of the other, of shape left + right."""
    return left.reshape(*left.shape, *[1] * right.ndim) * right


def _weights(sample_weight: Any, rows: Tensor) -> Tensor:
    """Sample weights of the rows, shape (n,), float64."""
    return check_sample_weight(as_tensor("sample_weight", sample_weight), rows).double()
