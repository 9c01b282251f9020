"""Rows in the basis that a fit was solved in: what predicts, and what tells how surely."""

from dataclasses import dataclass

import torch
from torch import Tensor

from linreg._powers import Powers


@dataclass(frozen=True, eq=False)
class Basis:
    """Features around their means, and what was found for them.

    Attributes:
        powers: What makes features of the one column of a polynomial, or None.
        mean: Means of the p features, shape (p,); zeros without an intercept.
        weight: Their weights, shape (p, k), or (p,) for a target that was a vector.
        level: The prediction at the means, shape (k,) or ().
        root: Shape (p, p); root root' is the inverse of the features' products.
        share: One over the root of the sum of the sample weights; 0 without an intercept.
    """

    powers: Powers | None
    mean: Tensor
    weight: Tensor
    level: Tensor
    root: Tensor
    share: float

    def predict(self, features: Tensor) -> Tensor:
        """Predictions, shape (n, k) or (n,)."""
        return self.level + self._around(features) @ self.weight

    def sizes(self, features: Tensor) -> Tensor:
        """The sizes of what predictions are sums of, shape (n, k) or (n,)."""
        return self.level.abs() + self._around(features).abs() @ self.weight.abs()

    def directions(self, features: Tensor) -> Tensor:
        """Rows in directions in which the fitted rows are orthonormal, shape (n, q).

        The sum of squares of a row is its leverage.
        """
        turned = self._around(features) @ self.root
        if not self.share:
            return turned
        return torch.cat([torch.full_like(turned[:, :1], self.share), turned], 1)

    def _around(self, features: Tensor) -> Tensor:
        """Rows less their means, shape (n, p)."""
        expected = len(self.mean) if self.powers is None else 1
        if features.ndim != 2 or features.shape[1] != expected:
            raise ValueError(
                f"features has shape {tuple(features.shape)}, but the fit is of {expected} "
                f"features: give shape (n, {expected})"
            )
        rows = features.to(self.mean)
        return (rows if self.powers is None else self.powers.of(rows).hi) - self.mean
