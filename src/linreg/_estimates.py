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
    sample_weight_sum: float
    squared_error: Tensor
    total_square: Tensor
    condition: float
    expected_digits: float
    accuracy: str
    ridge: float
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
    def r_squared(self) -> Tensor:
        """Share of the target's squares that the fit explains, shape (k,)."""
        return 1 - self.squared_error / self.total_square

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
