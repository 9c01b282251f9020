"""Descend the gradient of a linear model without a graph, reading each row once a step."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from linreg._check import check_finite_rows, check_lr, check_rows, check_start, check_steps
from linreg._divergence import refuse_divergence

# Values of a block of columns: what a prediction has just read, its gradient finds in the cache.
_BLOCK = 2**19
# Rows that a block of many columns has at least: of fewer, starting the work takes longer.
_ROWS = 2**15
# Reading a loss makes the program wait for the device, so this many are read at a time.
_READ_EVERY = 100


class Descent(NamedTuple):
    """Where gradient descent went.

    Attributes:
        weight: The slopes after the last step, shape (p, k).
        bias: The intercepts after the last step, shape (k,).
        losses: The mean squared errors, steps + 1 of them: number i is the loss after i steps.

    Examples:
        >>> import torch
        >>> from linreg import Descent, Moments
        >>> moments = Moments(n_features=1)
        >>> moments.update(torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [3.0]]))
        >>> walk = moments.descend(lr=0.5, steps=200)
        >>> isinstance(walk, Descent), walk.losses[0]
        (True, 5.0)
        >>> print(f"{walk.weight.item():.3f} {walk.bias.item():.3f}")
        2.000 1.000
    """

    weight: Tensor
    bias: Tensor
    losses: list[float]


@torch.no_grad()
def gradient_descent(
    features: Tensor,
    target: Tensor,
    *,
    lr: float,
    steps: int,
    start: tuple[Tensor, Tensor] | None = None,
) -> Descent:
    """Train a linear model by full-batch gradient descent on the mean squared error of all rows.

    It takes the steps of `fit` with `torch.nn.Linear`, several times faster, because the gradient
    of this model is known: 2 / (n k) z'(z w - y). `Moments.descend` takes them without the rows.

    Args:
        features: Shape (n, p). They are copied once, by columns.
        target: Shape (n, k), dtype and device as `features`.
        lr: Learning rate, above 0.
        steps: How many steps to take, 0 or more.
        start: Weight (p, k) and bias (k,) to start from; None starts from zeros.

    Returns:
        Weight and bias after the last step, of the features' dtype, and all losses.

    Raises:
        DivergenceError: If the loss stops being finite; the message names a rate to stay below.
        TypeError: If a dtype is not floating-point or they differ, or `lr` or `steps` is no number.
        ValueError: If shapes or devices do not match, a value is not finite, `lr` is not positive
            or `steps` is negative.

    Examples:
        >>> from linreg import gradient_descent, make_line
        >>> rides = make_line()
        >>> walk = gradient_descent(rides.features, rides.target, lr=0.1, steps=500)
        >>> print(f"{walk.weight.item():.1f}, {len(walk.losses)} losses")
        1.9, 501 losses
    """
    check_lr(lr)
    check_steps(steps)
    check_rows(features, target)
    check_finite_rows(features, target)
    n, p, k = len(features), features.shape[1], target.shape[1]
    weight, bias = check_start(start, p, k, features)

    blocks = _by_column(features, target)
    state = torch.cat([weight.T, bias.reshape(k, 1)], dim=1)
    if k == 1:  # vectors are quicker, and may start with a one, by which minus the target counts
        state = torch.cat([state.new_ones(1), state[0]])
    errors = state.new_zeros(_READ_EVERY)
    losses: list[float] = []
    rate = -2 * lr / (n * k)

    for taken in range(steps + 1):
        gradient, now = torch.zeros_like(state), taken % _READ_EVERY
        errors[now] = 0
        for minus, columns, residual in blocks:
            if k == 1:
                torch.mv(minus.T, state, out=residual)
                gradient.addmv_(columns, residual)
            else:
                torch.addmm(minus, state, columns, out=residual)
                gradient.addmm_(residual, columns.T)
                errors[now] += residual.square().sum()
        if k == 1:
            errors[now] = gradient[-1]
        if taken < steps:
            moving, slope = (state[1:], gradient[:-1]) if k == 1 else (state, gradient)
            moving.add_(slope, alpha=rate)
        if taken % _READ_EVERY == _READ_EVERY - 1 or taken == steps:
            read = errors[: taken % _READ_EVERY + 1].double() / (n * k)
            losses += read.tolist()
            if not all(map(math.isfinite, losses[-len(read) :])):
                refuse_divergence(losses, lr, steps, lambda: _limit(features, k))
    state = state[1:].reshape(1, -1) if k == 1 else state
    return Descent(state[:, :p].T.contiguous(), state[:, p].clone(), losses)


def _by_column(features: Tensor, target: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Blocks of rows stored by column: minus the target, features and ones, and room for residuals.

    For one target the first has features and ones too, and the second the residuals, whose product
    with themselves is then the loss. They share their values, so that what has been read is in the
    cache. Every block has the same number of rows: zeros fill the last, and change nothing.
    """
    (n, p), k = features.shape, target.shape[1]
    size = min(n, max(_ROWS, _BLOCK // (p + 1)))
    stored = features.new_zeros(-(-n // size), p + 1 + 2 * k, size)
    for i, block in enumerate(stored):
        part = slice(i * size, (i + 1) * size)
        count = len(features[part])
        torch.neg(target[part].T, out=block[:k, :count])
        block[k : k + p, :count] = features[part].T
        block[k + p, :count] = 1
    if k == 1:
        return [(block[:-1], block[1:], block[-1]) for block in stored]
    return [(block[:k], block[k:-k], block[-k:]) for block in stored]


def _limit(features: Tensor, k: int) -> float:
    """A learning rate from which descent may diverge: k over the trace of the mean of z z'.

    It is 0 where the dtype has no number so small.
    """
    # The trace bounds the sharpest curvature.
    limit = k / (float(features.double().square().sum(1).mean()) + 1)
    return limit if limit > torch.finfo(features.dtype).tiny else 0.0
