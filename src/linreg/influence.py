"""Tell which rows are far off, and which hold the fit."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Influence:
    """How far each row of a fit is off, and how far it draws the fit.

    A row of leverage 1 is fitted whatever its target is: what would be divided by 0 is then nan.

    Attributes:
        residuals: Targets less predictions, times the roots of the sample weights, shape (n, k).
        leverage: How much each row draws its own prediction, from 0 to 1, shape (n,).
        sigma: Standard deviation of the residuals, shape (k,).
        degrees_of_freedom: How many rows there are beyond the parameters.
        n_parameters: How many parameters were fitted, q.

    Examples:
        >>> import torch
        >>> from linreg import least_squares
        >>> km = torch.tensor([[1.0], [2.0], [3.0], [9.0]])
        >>> euros = torch.tensor([3.0, 5.0, 7.0, 9.0])
        >>> rows = least_squares(km, euros).influence(km, euros)
        >>> int(rows.leverage.argmax()), int(rows.cooks_distance.argmax())
        (3, 3)
    """

    residuals: Tensor
    leverage: Tensor
    sigma: Tensor
    degrees_of_freedom: int
    n_parameters: int

    @property
    def internally_studentised(self) -> Tensor:
        """Residuals over their standard deviations, all rows having a say in sigma, (n, k)."""
        return by_row(self.residuals / self.sigma, 1 / self._free.sqrt())

    @property
    def externally_studentised(self) -> Tensor:
        """Residuals over their standard deviations in a fit without the row, shape (n, k).

        They are nan where a fit without the row has no degree of freedom left.
        """
        inner, free = self.internally_studentised, self.degrees_of_freedom
        if free < 2:
            return torch.full_like(inner, torch.nan)
        return inner * ((free - 1) / (free - inner.square())).sqrt()

    @property
    def cooks_distance(self) -> Tensor:
        """How far leaving out each row moves all predictions, in units of sigma, shape (n, k).

        Source: Cook, "Detection of influential observation in linear regression", Technometrics
        19, 1977.
        """
        pull = self.leverage / (self._free * self.n_parameters)
        return by_row(self.internally_studentised.square(), pull)

    @property
    def _free(self) -> Tensor:
        """The share of each row's prediction that other rows decide, shape (n,); nan for none."""
        free = 1 - self.leverage
        return torch.where(free > 2.0**-40, free, torch.nan)


def by_row(values: Tensor, factor: Tensor) -> Tensor:
    """Values, shape (n, ...), times a factor for each row, shape (n,)."""
    return values * factor.reshape(-1, *[1] * (values.ndim - 1))
