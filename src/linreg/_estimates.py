"""What a linear model predicts, and how well it fits."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from linreg._basis import Basis
from linreg._reader import RowReader
from linreg._robust import Robust
from linreg._table import Columns
from linreg._take import check_index, take_features, take_target


@dataclass(frozen=True, eq=False, repr=False)
class Estimates:
    """The estimates of a linear model; `LinearFit` says what they are, and how sure."""

    names: tuple[str, ...]
    target_names: tuple[str, ...]
    parameters: Tensor
    rows: int
    sample_weight_sum: float
    condition: float
    expected_digits: float
    limited_by: str
    accuracy: str
    ridge: float
    left_out: int
    _log_weights: float
    # Squares are in units of the target in which they are far from the ends of float64's range.
    _square: Tensor
    _total_square: Tensor
    _target_unit: Tensor
    _factor: Tensor
    _basis: Basis
    _columns: Columns | None
    _robust: Robust | None = None

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
        """Sum of weighted squared residuals, shape (k,); where rounding hides it, at most this."""
        return self._square / self._target_unit.square()

    @property
    def total_square(self) -> Tensor:
        """Sum of weighted squares of the target, around its mean with an intercept, shape (k,)."""
        return self._total_square / self._target_unit.square()

    @property
    def r_squared(self) -> Tensor:
        """Share of the target's squares that the fit explains, shape (k,)."""
        return 1 - self._square / self._total_square

    @property
    def levels(self) -> dict[str, tuple[str, ...]]:
        """The levels of each column of kinds, the one without a coefficient first."""
        return {} if self._columns is None else dict(self._columns.levels)

    def predict(self, features: Any) -> Tensor:
        """Predict the targets of rows.

        Args:
            features: Shape (n, p): a tensor, an array, a table, or a reader such as that of
                `read_csv`. The last two must have the columns that were fitted, in their order;
                those of kinds become columns of 0 and 1 (give a reader `categories=fit.levels`).

        Returns:
            Shape (n, k), float64, in target units.

        Raises:
            TypeError: If the values are no numbers.
            ValueError: If there are other features than in the fit, or a level that it has not
                seen.
        """
        if isinstance(features, RowReader):
            features._check_columns(self._columns)
            return torch.cat([self._basis.predict(rows.features) for rows in features])
        return self._basis.predict(self._taken(features))

    def residuals(self, features: Any, target: Any) -> Tensor:
        """Targets less their predictions, shape (n, k).

        Args:
            features: Shape (n, p).
            target: Shape (n, k).

        Raises:
            ValueError: If there is not one target for each prediction.
        """
        check_index(features, target=target)
        predicted, (given, _) = self.predict(features), take_target(target)
        if given.numel() != predicted.numel() or len(given) != len(predicted):
            raise ValueError(
                f"target has shape {tuple(given.shape)} and the predictions of these features "
                f"{tuple(predicted.shape)}: give one target for each"
            )
        return given.to(predicted).reshape(predicted.shape) - predicted

    def _taken(self, features: Any) -> Tensor:
        """Rows to predict, shape (n, p), of which nothing is refused but their columns."""
        return take_features(features, self._columns)[0]
