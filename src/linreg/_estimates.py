"""What a linear model predicts, and how well it fits."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from linreg._basis import Basis
from linreg._check import check_rows


@dataclass(frozen=True, eq=False, repr=False)
class Estimates:
    """The estimates of a linear model; `LinearFit` adds how sure they are.

    Attributes:
        names: What each parameter is called, q of them.
        parameters: Intercept and coefficients, shape (q, k), in target units per feature unit.
        rows: How many rows of positive weight were fitted, n.
        sample_weight_sum: The sum of their weights.
        condition: Condition number of the features, centred where there is an intercept, scaled to
            equal length: from 1 up.
        expected_digits: How many leading decimal digits are right of the worst parameter and of the
            worst standard error, given the rows as they are, at most 15.9. It comes from proven
            bounds; digits of a parameter smaller than its standard error count against that.
        limited_by: What these are the digits of.
        accuracy: How the rows were gathered: "fast" or "exact".
        ridge: What the sum of squared coefficients costed.
    """

    names: tuple[str, ...]
    parameters: Tensor
    rows: int
    sample_weight_sum: float
    condition: float
    expected_digits: float
    limited_by: str
    accuracy: str
    ridge: float
    _square: Tensor = field()
    _total_square: Tensor = field()
    _target_unit: Tensor = field()
    _factor: Tensor = field()
    _basis: Basis = field()

    @property
    def has_intercept(self) -> bool:
        """Whether the model has a bias."""
        return self._basis.share > 0

    @property
    def coefficients(self) -> Tensor:
        """The features' weights, shape (p, k)."""
        return self.parameters[int(self.has_intercept) :]

    @property
    def intercept(self) -> Tensor:
        """The prediction where all features are 0, shape (k,); zeros in a model without."""
        return self.parameters[0] if self.has_intercept else torch.zeros_like(self.parameters[0])

    @property
    def squared_error(self) -> Tensor:
        """Sum of weighted squared residuals, shape (k,), or the most that it can be."""
        return self._square / self._target_unit.square()

    @property
    def total_square(self) -> Tensor:
        """Sum of weighted squares of the target, around its mean with an intercept, shape (k,)."""
        return self._total_square / self._target_unit.square()

    @property
    def r_squared(self) -> Tensor:
        """Share of the target's squares that the fit explains, shape (k,)."""
        return 1 - self._square / self._total_square

    def predict(self, features: Tensor) -> Tensor:
        """Predict the targets of rows.

        Args:
            features: Shape (n, p), any floating-point dtype.

        Returns:
            Shape (n, k), float64, in target units.

        Raises:
            ValueError: If the number of features differs from the fit's.
        """
        return self._basis.predict(features)

    def residuals(self, features: Tensor, target: Tensor) -> Tensor:
        """Targets less their predictions, shape (n, k).

        Args:
            features: Shape (n, p).
            target: Shape (n, k).
        """
        check_rows(features, target)
        return target.double() - self.predict(features)
