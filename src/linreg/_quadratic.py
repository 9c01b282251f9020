"""The mean squared error of a linear model as what it is: a quadratic of weight and bias."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from linreg._divergence import refuse_divergence
from linreg.descent import Descent

# The trajectory is written in pieces of this many steps.
_PIECE = 2048


@dataclass(frozen=True, eq=False)
class Quadratic:
    """The loss, by what it needs of the rows.

    Attributes:
        mean: Means of the p features, then of the k targets, shape (p + k,).
        covariance: Mean products of the features with all around the means, shape (p, p + k).
        variance: Mean squares around the means, shape (p + k,).
    """

    mean: Tensor
    covariance: Tensor
    variance: Tensor

    @property
    def n_features(self) -> int:
        """How many features, p."""
        return len(self.covariance)

    @property
    def n_targets(self) -> int:
        """How many targets, k."""
        return len(self.mean) - self.n_features

    def divergence_rate(self) -> float:
        """The learning rate at which descent begins to diverge: 2 over the sharpest curvature."""
        hessian, _ = self._slopes()
        return self.n_targets / float(torch.linalg.eigvalsh(hessian)[-1])

    def descend(self, lr: float, steps: int, weight: Tensor, bias: Tensor) -> Descent:
        """Take steps down the gradient from weight (p, k) and bias (k,)."""
        p, k = self.n_features, self.n_targets
        hessian, pull = self._slopes()
        # With ones below the state a step is one matrix; its square takes two steps, then four, ...
        rate = 2 * lr / k
        size = p + 1 + k
        power = torch.eye(size, dtype=torch.float64, device=hessian.device)
        power[: p + 1, : p + 1] -= rate * hessian
        power[: p + 1, p + 1 :] = rate * pull
        powers = [power]
        while 2 ** len(powers) < min(_PIECE, steps + 1):
            powers.append(powers[-1] @ powers[-1])

        state = torch.cat([weight, bias.reshape(1, k), power.new_ones(k).diag()])
        losses: list[float] = []
        while True:
            path = state
            for power in powers:
                path = torch.cat([path, power @ path], dim=1)
            path = path[:, : k * (steps + 1 - len(losses))]
            losses += self._losses(path.reshape(size, -1, k)[: p + 1]).tolist()
            if not all(map(math.isfinite, losses[-_PIECE:])):
                refuse_divergence(losses, lr, steps, self.divergence_rate)
            state = path[:, -k:]
            if len(losses) > steps:
                return Descent(state[:p].clone(), state[p].clone(), losses)
            state = powers[0] @ state

    def _losses(self, path: Tensor) -> Tensor:
        """The mean squared errors of weights and biases (p + 1, t, k), shape (t,)."""
        p, mean, covariance = self.n_features, self.mean, self.covariance
        weight, bias = path[:p], path[p]
        # Around the means, so that data far from zero does not drown the loss in rounding.
        curved = covariance[:p, :p] @ weight.reshape(p, -1)
        around = (weight * (curved.reshape(weight.shape) - 2 * covariance[:p, None, p:])).sum(0)
        offset = mean[p:] - torch.einsum("p,ptk->tk", mean[:p], weight) - bias
        return (around + self.variance[p:] + offset.square()).mean(1).clamp(min=0)

    def _slopes(self) -> tuple[Tensor, Tensor]:
        """H (p + 1, p + 1) and g (p + 1, k): the mean of z z' and of z y', z = (features, 1)."""
        p, mean = self.n_features, torch.cat([self.mean, self.mean.new_ones(1)])
        raw = torch.outer(mean, mean)
        raw[:p, :-1] += self.covariance
        features = [*range(p), len(raw) - 1]
        return raw[features][:, features], raw[features][:, p:-1]
