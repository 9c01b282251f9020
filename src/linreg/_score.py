"""How well a linear model predicts rows of which only the moments are left."""

from torch import Tensor

from linreg._basis import Basis
from linreg._double import Double
from linreg._summing import dot, matmul
from linreg._sums import Sums


def mean_squared_error(sums: Sums, basis: Basis) -> Tensor:
    """The weighted mean of squared residuals, shape (k,) or (), never below 0.

    With u = y - w'x it is the variance of u, which the products around the means give, plus the
    square of the mean residual. Sums are carried in pairs of float64, because they cancel.
    """
    p = len(basis.mean)
    unit, target_unit = sums.unit[:p], sums.unit[p:]
    weight = basis.weight.reshape(p, -1) * target_unit / unit[:, None]
    level = basis.level.reshape(-1) * target_unit
    centred, means = sums.centred(), sums.means()
    taken = Double.of(weight)
    # y'y - 2 w'r + w'Aw
    cross = centred.products[:p, p + 1 :]
    left = matmul(centred.products[:p, :p], taken) - cross - cross
    squares = (centred.squares + dot(taken, left)).hi
    moved = dot((means[:p] - Double.of(basis.mean * unit))[:, None], taken)
    offset = means[p:] - Double.of(level) - moved
    error = squares.clamp(min=0) / sums.total + offset.hi.square()
    return (error / target_unit.square()).reshape(basis.level.shape)
