"""How sure the estimates of a linear model are: errors, tests and intervals."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from linreg._check import check_level
from linreg._distributions import f_above, t_quantile, t_two_sided
from linreg._double import power_above
from linreg._estimates import Estimates
from linreg._summing import pairwise_sum


class Interval(NamedTuple):
    """An estimate between two bounds.

    Attributes:
        estimate: What is predicted, shape (n, k), in target units.
        low: Lower bound, shape (n, k).
        high: Upper bound, shape (n, k).

    Examples:
        >>> import torch
        >>> from linreg import least_squares
        >>> km = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
        >>> fit = least_squares(km, torch.tensor([3.1, 4.9, 7.1, 8.9]))
        >>> price = fit.prediction_interval(torch.tensor([[2.5]]))
        >>> print(f"{price.estimate.item():.2f}, {price.low.item():.2f} to {price.high.item():.2f}")
        6.00, 5.39 to 6.61
    """

    estimate: Tensor
    low: Tensor
    high: Tensor


@dataclass(frozen=True, eq=False, repr=False)
class Inference(Estimates):
    """The estimates and how sure they are; `LinearFit` adds what can be done with them."""

    @property
    def degrees_of_freedom(self) -> int:
        """How many rows there are beyond the parameters, n - q."""
        self._refuse_ridge("degrees of freedom")
        return self.rows - len(self.names)

    @property
    def sigma(self) -> Tensor:
        """Standard deviation of the residuals, shape (k,); nan without degrees of freedom."""
        return self._per_degree(self._square).sqrt() / self._target_unit

    @property
    def error_kind(self) -> str:
        """What the standard errors assume: equal noise, or less, as HC3 or clustered ones do."""
        return "equal noise" if self._robust is None else self._robust.kind

    @property
    def coef_covariance(self) -> Tensor:
        """Covariances of the parameters for each target, shape (k, q, q)."""
        if self._robust is None:
            return outer(self.sigma.square(), self._factor @ self._factor.T)
        turned = self._factor @ self._robust.root
        return turned @ turned.mT

    @property
    def standard_errors(self) -> Tensor:
        """Standard errors of the parameters, shape (q, k)."""
        return self._deviations(self._factor)

    @property
    def t_values(self) -> Tensor:
        """Parameters over their standard errors, shape (q, k)."""
        return self.parameters / self.standard_errors

    @property
    def p_values(self) -> Tensor:
        """Probability of a t at least so far from 0 if the parameter were 0, shape (q, k)."""
        free, t = self._free, self.t_values
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
        return 1 - self._per_degree(self._square) / (self._total_square / free)

    @property
    def f_statistic(self) -> Tensor:
        """Explained over unexplained mean square, shape (k,).

        Where the noise is not taken to be equal it is Wald's: b' V^-1 b / p with the coefficients b
        and their covariance V.
        """
        p = len(self.coefficients)
        if self._robust is None:
            explained = (self._total_square - self._square) / p
            return explained / self._per_degree(self._square)
        covariance = self.coef_covariance[..., -p:, -p:]
        b = self.coefficients.mT if self.coefficients.ndim == 2 else self.coefficients
        scale = covariance.diagonal(dim1=-2, dim2=-1).sqrt()
        scaled = covariance / scale[..., None] / scale[..., None, :]
        solved: Tensor = torch.linalg.solve(scaled, (b / scale)[..., None])[..., 0]
        return (solved * b / scale).sum(-1) / p

    @property
    def f_p_value(self) -> Tensor:
        """Probability of an F at least so large if every coefficient were 0, shape (k,)."""
        used, f = len(self.coefficients), self.f_statistic
        values = [f_above(each, used, self._free) for each in f.flatten().tolist()]
        return f.new_tensor(values).view_as(f)

    @property
    def log_likelihood(self) -> Tensor:
        """Logarithm of the likelihood, where noise is Gaussian and sigma the likeliest, (k,).

        The sample weights are one over the variances of the noise, but for a common factor.
        """
        self._refuse_ridge("likelihood")
        n = self.rows
        deviance = n * ((2 * math.pi * self._square / n).log() - 2 * self._target_unit.log() + 1)
        return (self._log_weights - deviance) / 2

    @property
    def aic(self) -> Tensor:
        """Akaike's criterion, 2 q - 2 log(likelihood), shape (k,); the less the better.

        As in statsmodels the q parameters are counted and sigma is not; R counts it too, which adds
        2 to each and changes no comparison.
        """
        return 2 * len(self.names) - 2 * self.log_likelihood

    @property
    def bic(self) -> Tensor:
        """Schwarz's criterion, log(n) q - 2 log(likelihood), counted as `aic`, shape (k,)."""
        return math.log(self.rows) * len(self.names) - 2 * self.log_likelihood

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

    def _per_degree(self, square: Tensor) -> Tensor:
        """A sum of squares over the degrees of freedom; nan where there are none."""
        free = self.degrees_of_freedom
        return square / free if free > 0 else square * math.nan

    @property
    def _free(self) -> int:
        """Degrees of freedom of t and F."""
        return self.degrees_of_freedom if self._robust is None else self._robust.degrees_of_freedom

    def _reach(self, level: float) -> float:
        """How many standard errors a bound is from its estimate."""
        check_level(level)
        return t_quantile(level, self._free)

    def _deviations(self, directions: Tensor) -> Tensor:
        """Standard deviations of sums of directions (m, q) that the fit is uncertain in, (m, k)."""
        if self._robust is None:
            return outer(lengths(directions), self.sigma)
        self._refuse_ridge("standard errors")
        long: Tensor = torch.linalg.vector_norm(directions @ self._robust.root, dim=-1)
        return long.mT if long.ndim == 2 else long

    def _interval(self, features: Any, level: float, noise: float) -> Interval:
        """An interval around the mean, or around one target with noise of its own."""
        deviation = self._deviations(self._basis.directions(self._taken(features)))
        reach = self._reach(level) * (deviation.square() + noise * self.sigma.square()).sqrt()
        estimate = self.predict(features)
        return Interval(estimate, estimate - reach, estimate + reach)

    def _refuse_ridge(self, what: str) -> None:
        """A ridge makes estimates biased: the textbook's errors are not theirs."""
        if self.ridge:
            raise ValueError(
                f"a fit with ridge={self.ridge:g} has no {what}: its estimates are biased towards "
                "0; fit without a ridge"
            )


def lengths(rows: Tensor) -> Tensor:
    """Euclidean lengths of rows, however small or large."""
    unit = power_above(rows.abs().amax(1, keepdim=True))
    return pairwise_sum((rows / unit).square().T).sqrt() * unit[:, 0]


def outer(left: Tensor, right: Tensor) -> Tensor:
    """All products of a value of one with a value of the other, of shape left + right."""
    return left.reshape(*left.shape, *[1] * right.ndim) * right
