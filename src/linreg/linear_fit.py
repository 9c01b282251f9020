"""A fitted linear model: its estimates, how sure they are, and what can be done with them."""

import math
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from linreg import _summary
from linreg._basis import Basis
from linreg._check import check_sample_weight
from linreg._inference import Inference, outer
from linreg._intake import as_tensor
from linreg._nested import FTest, f_test
from linreg._powers import Powers
from linreg._robust import Kind, Robust, clustered, heteroskedastic
from linreg._table import Columns
from linreg._take import check_index
from linreg.influence import Influence, by_row


@dataclass(frozen=True, eq=False, repr=False)
class LinearFit(Inference):
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
        condition: Condition number of the features, centred where there is an intercept, scaled to
            equal length: from 1 up.
        expected_digits: How many leading decimal digits are right of the worst parameter and of the
            worst standard error, given the rows as they are, at most 15.9. Proven bounds give it;
            digits of a parameter smaller than its standard error count against that.
        limited_by: What these are the digits of.
        accuracy: How the rows were gathered: "fast" or "exact".
        ridge: What the sum of squared coefficients cost.
        left_out: How many rows were left out because a value is missing or bad.

    Examples:
        >>> import torch
        >>> from linreg import least_squares
        >>> km = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
        >>> fit = least_squares(km, torch.tensor([3.1, 4.9, 7.1, 8.9]))
        >>> fit.rows, fit.degrees_of_freedom
        (4, 2)
        >>> low, high = fit.confidence_intervals()[1].tolist()
        >>> print(f"slope between {low:.2f} and {high:.2f}")
        slope between 1.72 and 2.20
        >>> print(f"R2 {fit.r_squared:.3f}")
        R2 0.998
    """

    def leverage(self, features: Any, sample_weight: Any = None) -> Tensor:
        """How much each row of the fit draws its own prediction, from 0 to 1, shape (n,).

        Of other rows it is the variance of their prediction over that of the noise, without bound.

        Args:
            features: The rows that were fitted, shape (n, p).
            sample_weight: Their weights, if any, shape (n,) or (n, 1).
        """
        self._refuse_ridge("leverage")
        return self._directions(features, sample_weight).square().sum(1)

    def influence(self, features: Any, target: Any, sample_weight: Any = None) -> Influence:
        """How far each row of the fit is off, and how far it draws the fit.

        Args:
            features: The rows that were fitted, shape (n, p).
            target: Their targets, shape (n, k).
            sample_weight: Their weights, if any, shape (n,) or (n, 1).
        """
        check_index(features, sample_weight=sample_weight)
        residuals = self.residuals(features, target)
        fitted = len(residuals)
        if sample_weight is not None:
            weight = _weights(sample_weight, residuals)
            residuals, fitted = by_row(residuals, weight.sqrt()), int(weight.count_nonzero())
        if fitted != self.rows:
            raise ValueError(
                f"these are {fitted} rows, but {self.rows} were fitted: give the rows of the fit"
            )
        return Influence(
            residuals,
            self.leverage(features, sample_weight),
            self.sigma,
            self.degrees_of_freedom,
            len(self.names),
        )

    def robust(
        self, features: Any, target: Any, sample_weight: Any = None, *, kind: Kind = "HC3"
    ) -> "LinearFit":
        """The same estimates with errors that hold where the noise differs from row to row.

        Standard errors, t, p, intervals of parameters and of means, and F are those; t and F keep
        n - q degrees of freedom (statsmodels' default is the normal distribution). `sigma`,
        prediction intervals' noise and R2 stay as they were. HC1 is Stata's default, HC3 the one
        for few rows (Long and Ervin, The American Statistician 54, 2000).

        Args:
            features: The rows that were fitted, shape (n, p).
            target: Their targets, shape (n, k).
            sample_weight: Their weights, if any, shape (n,) or (n, 1).
            kind: "HC0", "HC1", "HC2" or "HC3".

        Raises:
            ValueError: If these are not as many rows as were fitted, there is a ridge, the kind has
                another name, or for HC2 and HC3 a row alone decides its own prediction.
        """
        rows = self.influence(features, target, sample_weight)
        robust = heteroskedastic(rows, self._directions(features, sample_weight), kind)
        return self._with(robust, rows, features, sample_weight)

    def clustered(
        self, features: Any, target: Any, groups: Any, sample_weight: Any = None
    ) -> "LinearFit":
        """The same estimates with errors that hold where rows of a group share their noise.

        As `robust`, but t and F have one degree of freedom fewer than there are groups.

        Args:
            features: The rows that were fitted, shape (n, p).
            target: Their targets, shape (n, k).
            groups: The group of each row: n numbers or texts.
            sample_weight: Their weights, if any, shape (n,) or (n, 1).

        Raises:
            ValueError: If these are not as many rows as were fitted, there is a ridge, or there is
                one group only.
        """
        rows = self.influence(features, target, sample_weight)
        check_index(features, groups=groups)
        robust = clustered(rows, self._directions(features, sample_weight), groups)
        return self._with(robust, rows, features, sample_weight)

    def f_test(self, smaller: "LinearFit") -> FTest:
        """Whether the features that a smaller fit lacks explain more than noise would.

        Source: Draper and Smith, section 6.1.

        Args:
            smaller: A fit of the same rows to some of the features, such as from `Moments.select`.

        Raises:
            ValueError: If the smaller fit is of other rows or features, or either has a ridge.
        """
        return f_test(self, smaller)

    def to_linear(self) -> nn.Linear:
        """The fit as a PyTorch layer of p inputs and k outputs, in float64.

        For a polynomial its inputs are the powers of x.
        """
        p, k = len(self.coefficients), len(self.target_names)
        weight = self.coefficients.reshape(p, k).T
        # Made without values, so that no random numbers are drawn.
        layer = nn.Linear(p, k, self.has_intercept, device="meta", dtype=weight.dtype)
        layer.weight = nn.Parameter(weight.clone())
        if self.has_intercept:
            layer.bias = nn.Parameter(self.intercept.reshape(k).clone())
        return layer

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

    def _with(
        self, robust: Robust, rows: Influence, features: Any, sample_weight: Any
    ) -> "LinearFit":
        """The fit with other errors, whose digits are no more than those of the residuals.

        A residual is off by what rounds in it, and by what the parameters are off.
        """
        sizes = self._basis.sizes(self._taken(features))
        if sample_weight is not None:
            sizes = by_row(sizes, _weights(sample_weight, sizes).sqrt())
        off = 10.0**-self.expected_digits
        rounding = (len(self.names) + 4) * 2.0**-52
        missed = (off + rounding) * (2 * sizes + rows.residuals.abs()).amax(0) + off * self.sigma
        fit = replace(self, _robust=robust)
        lengths = torch.linalg.vector_norm(self._factor, dim=1)
        share = robust.growth * outer(lengths, missed) / fit.standard_errors
        worst = float(share.max()) + off / robust.leeway
        digits = max(0.0, -math.log10(worst)) if 0 < worst < math.inf else 0.0
        if digits >= self.expected_digits:
            return fit
        return replace(fit, expected_digits=digits, limited_by="residuals, which rounding reaches")

    def _directions(self, features: Any, sample_weight: Any) -> Tensor:
        """Rows times the roots of their weights, in directions in which they are orthonormal."""
        directions = self._basis.directions(self._taken(features))
        if sample_weight is None:
            return directions
        return by_row(directions, _weights(sample_weight, directions).sqrt())


def _weights(sample_weight: Any, rows: Tensor) -> Tensor:
    """Sample weights of the rows, shape (n,), float64."""
    return check_sample_weight(as_tensor("sample_weight", sample_weight), rows).double()


# What a fit is made of: torch.load takes nothing else from a file without being told to.
torch.serialization.add_safe_globals([LinearFit, Basis, Powers, Columns, Robust])
