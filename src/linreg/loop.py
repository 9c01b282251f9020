"""Train any module as the tutorial does: predict, score, differentiate, move a little downhill."""

import copy
import math

import torch
from torch import Tensor, nn

from linreg._check import (
    check_finite,
    check_finite_rows,
    check_lr,
    check_model,
    check_rows,
    check_steps,
)
from linreg._curvature import sharpest_curvature
from linreg._divergence import refuse_divergence
from linreg.loss import mse

# Reading a loss makes the program wait for the device, so `fit` reads this many at a time.
_READ_EVERY = 100


def step(model: nn.Module, features: Tensor, target: Tensor, *, lr: float) -> Tensor:
    """Move a model's parameters one gradient-descent step down the mean squared error of all rows.

    Gradients of earlier steps are cleared first; those of this step stay in `parameter.grad`.
    Parameters with `requires_grad=False` are left alone. Values are not searched for nan, which
    would make every step wait for the device: nan in the data gives a nan loss. `fit` does search.

    Args:
        model: Maps features to predictions of the target's shape.
        features: Shape (n, p), of the parameters' dtype and on their device.
        target: Shape (n, 1), or (n, k) for a model with k outputs; dtype and device as `features`.
        lr: Learning rate, above 0: each parameter moves by lr times its gradient.

    Returns:
        The loss before the step, shape (), in squared target units, detached from the graph.

    Raises:
        TypeError: If a dtype is not floating-point, or differs between features, target and model.
        ValueError: If shapes or devices do not match, there are no rows, `lr` is not positive and
            finite, or the model has no trainable parameter.

    Examples:
        >>> import torch
        >>> from linreg import make_line, step
        >>> rides, model = make_line(), torch.nn.Linear(1, 1)
        >>> losses = [step(model, rides.features, rides.target, lr=0.1).item() for _ in range(50)]
        >>> losses[-1] < losses[0]
        True
    """
    check_lr(lr)
    check_rows(features, target)
    check_model(model, features)
    return _descend(model, features, target, lr)


def fit(
    model: nn.Module, features: Tensor, target: Tensor, *, lr: float, steps: int
) -> list[float]:
    """Train a model in place by gradient descent on the mean squared error of all rows.

    Args:
        model: Maps features to predictions of the target's shape.
        features: Shape (n, p), of the parameters' dtype and on their device.
        target: Shape (n, 1), or (n, k) for a model with k outputs; dtype and device as `features`.
        lr: Learning rate, above 0: each parameter moves by lr times its gradient.
        steps: How many steps to take, 0 or more.

    Returns:
        The losses, steps + 1 of them, in squared target units. Number k is the loss after k steps:
        the first is that of the model as it came, the last that of the model as it is now.

    Raises:
        DivergenceError: If the loss stops being finite. The model is put back as it came, and the
            message names a learning rate to try.
        TypeError: As `step`, or if `steps` is not a whole number.
        ValueError: As `step`, or if a value of the data or the model is nan or infinite, or `steps`
            is negative.

    Examples:
        >>> import torch
        >>> from linreg import fit, make_line
        >>> rides, model = make_line(), torch.nn.Linear(1, 1)
        >>> losses = fit(model, rides.features, rides.target, lr=0.1, steps=500)
        >>> len(losses), losses[-1] < losses[0]
        (501, True)
        >>> print(f"{model.weight.item():.1f}")
        1.9
    """
    check_lr(lr)
    check_steps(steps)
    check_rows(features, target)
    check_model(model, features)
    check_finite_rows(features, target)
    for name, parameter in model.named_parameters():
        check_finite(f"the model's {name}", parameter, "start from a fresh model")

    start = copy.deepcopy(model.state_dict())
    losses: list[float] = []
    unread: list[Tensor] = []
    for taken in range(steps + 1):
        if taken < steps:
            unread.append(_descend(model, features, target, lr))
        else:
            unread.append(_loss(model, features, target))
        if len(unread) == _READ_EVERY or taken == steps:
            read = torch.stack(unread).tolist()
            losses += read
            unread.clear()
            if not all(map(math.isfinite, read)):
                # Steps taken since the loss was lost do no harm: the model goes back to its start.
                model.load_state_dict(start)
                model.zero_grad()
                refuse_divergence(
                    losses,
                    lr,
                    steps,
                    lambda: _limit(model, features, target),
                    " (the model is back as it came)",
                )
    return losses


def _descend(model: nn.Module, features: Tensor, target: Tensor, lr: float) -> Tensor:
    """The step itself, on input that was checked."""
    model.zero_grad()
    with torch.enable_grad():
        loss = mse(model(features), target)
    loss.backward()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for parameter in model.parameters():
            # Frozen and unused parameters have no gradient.
            if parameter.grad is not None:
                parameter.sub_(lr * parameter.grad)
    return loss.detach()


@torch.no_grad()
def _loss(model: nn.Module, features: Tensor, target: Tensor) -> Tensor:
    """The loss of the model as it is, which changes no buffer such as a running mean."""
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    loss = mse(model(features), target)
    for name, buffer in model.named_buffers():
        buffer.copy_(buffers[name])
    return loss


def _limit(model: nn.Module, features: Tensor, target: Tensor) -> float:
    """The learning rate from which descent diverges where the model is.

    A linear model bends the same everywhere, so its limit holds for the whole way down.
    """
    # On a copy, because a forward pass may change buffers such as running means.
    model = copy.deepcopy(model)
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    curvature = sharpest_curvature(mse(model(features), target), trainable)
    return 2 / curvature if curvature > 0 and math.isfinite(curvature) else math.nan
