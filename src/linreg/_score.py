"""How well a linear model predicts rows of which only the moments are left."""

import torch
from torch import Tensor

from linreg._basis import Basis
from linreg._double import Double
from linreg._sums import Sums


def mean_squared_error(sums: Sums, basis: Basis) -> Tensor:
    """The weighted mean of squared residuals, shape (k,) or (), never below 0.

    With u = y - w'x it is the variance of u, which the products around the means give, plus the
    square of the mean residual. Sums are carried in pairs of float64, because they cancel.
    """
    p = len(basis.mean)
    weight, level = basis.weight.reshape(p, -1), basis.level.reshape(-1)
    taken = Double.of(torch.cat([-weight, torch.eye(len(level)).to(weight)]))
    squares = (taken * (sums.centred() @ taken)).hi.sum(0)
    means = sums.means()
    moved = (means[:p] - Double.of(basis.mean))[None] @ Double.of(weight)
    offset = means[p:] - Double.of(level) - moved[0]
    error = squares.clamp(min=0) / sums.total + offset.hi.square()
    return error.reshape(basis.level.shape)
