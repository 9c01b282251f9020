"""Score predictions with one number: the mean squared error."""

from torch import Tensor

from linreg._check import check_pair


def mse(predicted: Tensor, target: Tensor) -> Tensor:
    """Average squared distance between predictions and targets.

    Unlike `torch.nn.functional.mse_loss`, unequal shapes are an error: (n, 1) minus (n,) would
    broadcast to (n, n).

    Args:
        predicted: Model output, shape (n, 1), in the target's units.
        target: True values, same shape, dtype and device as `predicted`.

    Returns:
        A scalar, shape (), in squared target units; differentiable.

    Raises:
        TypeError: If either is not a floating-point tensor, or their dtypes differ.
        ValueError: If the shapes or devices differ, or there are no values to average.

    Examples:
        >>> import torch
        >>> from linreg import mse
        >>> mse(torch.tensor([[1.0], [3.0]]), torch.tensor([[2.0], [5.0]])).item()
        2.5
    """
    check_pair(predicted, target)
    return (predicted - target).square().mean()
