"""Refuse bad input early, with one error that names the values and says what to do."""

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor, nn

# All but `check_finite` look at shapes, dtypes and devices only, never at values: reading a value
# makes the program wait for the device, which is too dear for what runs at every step.


def check_pair(predicted: Tensor, target: Tensor) -> None:
    """Predictions and targets can be compared value by value."""
    _check_alike("predicted", predicted, "target", target)
    ours, theirs = tuple(predicted.shape), tuple(target.shape)
    if ours != theirs:
        try:
            spread = torch.broadcast_shapes(ours, theirs)  # type: ignore[no-untyped-call]
            problem = f"their difference would broadcast to {tuple(spread)}"
        except RuntimeError:
            problem = "they have no difference"
        if predicted.numel() != target.numel():
            remedy = "give one prediction for each target"
        elif target.ndim < predicted.ndim:
            remedy = f"use target.reshape{ours}"
        else:
            remedy = f"use predicted.reshape{theirs}"
        raise ValueError(f"predicted has shape {ours} and target {theirs}: {problem}; {remedy}")
    if predicted.numel() == 0:
        raise ValueError(f"predicted and target are empty, shape {theirs}: nothing to average")


def check_rows(
    features: Tensor, target: Tensor, named: str = "features", *, empty: bool = False
) -> None:
    """Features are (n, p) and targets (n, k), alike in dtype and device; n may be 0 if `empty`."""
    _check_alike(named, features, "target", target)
    for name, tensor in ((named, features), ("target", target)):
        shape = tuple(tensor.shape)
        if tensor.ndim == 1:
            n = len(tensor)
            why = (
                f"predictions have shape ({n}, 1), and their difference would be ({n}, {n})"
                if name == "target"
                else "needs one row for each example"
            )
            raise ValueError(f"{name} has shape {shape}, but {why}: use {name}.reshape(-1, 1)")
        if tensor.ndim != 2:
            raise ValueError(f"{name} has shape {shape}, but needs two dimensions: rows, columns")
        if tensor.numel() == 0 and not (empty and tensor.shape[1]):
            raise ValueError(f"{name} is empty, shape {shape}: there is nothing to learn from")
    if len(features) != len(target):
        raise ValueError(
            f"{named} has shape {tuple(features.shape)} and target {tuple(target.shape)}: "
            f"{len(features)} rows do not pair with {len(target)}; give one target for each row"
        )


def check_model(model: nn.Module, features: Tensor) -> None:
    """The model has something to train, of the features' dtype and on their device."""
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError(
            f"{type(model).__name__} has no trainable parameter, so there is nothing to fit: "
            "free one with parameter.requires_grad_(True)"
        )
    for name, parameter in model.named_parameters():
        _check_same("features", features, f"the model's {name}", parameter)


def check_finite(name: str, tensor: Tensor, remedy: str, columns: Sequence[str] = ()) -> None:
    """No value is nan or infinite; reads the values, so it is for once and not for each step."""
    # A sum is quick, and not finite if a value is not; where it overflows, the values decide.
    if bool(tensor.sum().isfinite()):
        return
    bad = ~tensor.isfinite()
    count = int(bad.sum())
    if count:
        first = bad.nonzero()[0].tolist()
        column = f" ({columns[first[1]]})" if columns else ""
        others = f" (and {count - 1} more values are not finite)" if count > 1 else ""
        raise ValueError(
            f"{name}{first}{column} is {tensor[tuple(first)].item()}{others}: {remedy}"
        )


def check_finite_rows(
    features: Tensor,
    target: Tensor,
    *,
    named: str = "features",
    columns: Sequence[str] = (),
    remedy: str = "remove or repair its row",
) -> None:
    """No value of the rows is nan or infinite."""
    check_finite(named, features, remedy, columns)
    check_finite("target", target, remedy)


def check_lr(lr: float) -> None:
    """The learning rate is a positive, finite number."""
    if isinstance(lr, bool) or not isinstance(lr, Real):
        raise TypeError(f"lr is {lr!r}, of type {type(lr).__name__}: give a number such as 0.1")
    if not (math.isfinite(lr) and lr > 0):
        raise ValueError(f"lr is {lr}: give a finite number above 0, such as 0.1")


def check_count(name: str, value: int, least: int = 1) -> None:
    """It is a whole number, `least` or more."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        kind = type(value).__name__
        raise TypeError(f"{name} is {value!r}, of type {kind}: give a whole number such as 100")
    if value < least:
        raise ValueError(f"{name} is {value}: give a whole number, {least} or more")


def check_float64(device: torch.device | str) -> None:
    """The device has float64."""
    if torch.device(device).type == "mps":
        raise ValueError(
            f"the device is {device}, which has no float64: move the rows to the CPU with .cpu()"
        )


def check_steps(steps: int) -> None:
    """The number of steps is a whole number, 0 or more."""
    check_count("steps", steps, least=0)


def check_sample_weight(sample_weight: Tensor, features: Tensor) -> Tensor:
    """Weights are one for each row, finite and 0 or more; returned with shape (n,)."""
    _check_tensor("sample_weight", sample_weight)
    if sample_weight.device != features.device:
        raise ValueError(
            f"sample_weight is on {sample_weight.device} and features is on {features.device}: "
            "move both to one device with .to(device)"
        )
    shape, rows = tuple(sample_weight.shape), len(features)
    if shape not in ((rows,), (rows, 1)):
        raise ValueError(
            f"sample_weight has shape {shape}, but features has {rows} rows: give one weight for "
            f"each, shape ({rows},)"
        )
    weight = sample_weight.reshape(-1)
    check_finite("sample_weight", weight, "remove or repair its row")
    if bool((weight < 0).any()):
        first = int((weight < 0).nonzero()[0])
        raise ValueError(
            f"sample_weight[{first}] is {weight[first].item()}: a weight is 0 or more; leave rows "
            "out with 0"
        )
    return weight


def read_ridge(ridge: Any) -> float | list[float]:
    """A ridge, or a list of several: finite numbers, 0 or more; None is 0."""
    if hasattr(ridge, "tolist"):
        ridge = ridge.tolist()
    if isinstance(ridge, Iterable) and not isinstance(ridge, str | bytes):
        return [_check_ridge(each) for each in ridge]
    return 0.0 if ridge is None else _check_ridge(ridge)


def _check_ridge(ridge: Any) -> float:
    """A ridge is a finite number, 0 or more."""
    if isinstance(ridge, bool) or not isinstance(ridge, Real):
        kind = type(ridge).__name__
        raise TypeError(
            f"ridge is {ridge!r}, of type {kind}: give a number such as 1.0, or several"
        )
    value = float(ridge)
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"ridge is {value}: give a finite number, 0 or more")
    return value


def check_level(level: float) -> None:
    """A level of confidence is between 0 and 1."""
    if isinstance(level, bool) or not isinstance(level, Real):
        raise TypeError(
            f"level is {level!r}, of type {type(level).__name__}: give a number as 0.95"
        )
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: give a number between 0 and 1, such as 0.95")


def check_start(
    start: tuple[Tensor, Tensor] | None, features: int, targets: int, like: Tensor
) -> tuple[Tensor, Tensor]:
    """A start is weight (p, k) and bias (k,); zeros where none is given, of the dtype of `like`."""
    if start is None:
        return like.new_zeros(features, targets), like.new_zeros(targets)
    if len(start) != 2:
        raise ValueError(f"start has {len(start)} parts: give weight and bias, (weight, bias)")
    for name, tensor, shape in zip(
        ("weight", "bias"), start, ((features, targets), (targets,)), strict=True
    ):
        _check_tensor(f"the start's {name}", tensor)
        if tuple(tensor.shape) != shape:
            raise ValueError(
                f"the start's {name} has shape {tuple(tensor.shape)}, but {features} features and "
                f"{targets} targets need {shape}"
            )
        check_finite(f"the start's {name}", tensor, "start from finite numbers")
    return start[0].detach().to(like, copy=True), start[1].detach().to(like, copy=True)


def _check_alike(first_name: str, first: Tensor, second_name: str, second: Tensor) -> None:
    """Both are floating-point tensors, of one dtype and on one device."""
    for name, tensor in ((first_name, first), (second_name, second)):
        _check_tensor(name, tensor)
    _check_same(first_name, first, second_name, second)


def _check_tensor(name: str, tensor: Tensor) -> None:
    """It is a floating-point tensor."""
    if not isinstance(tensor, Tensor):
        kind = type(tensor).__name__
        raise TypeError(f"{name} is a {kind}: make it a tensor with torch.as_tensor({name})")
    if not tensor.is_floating_point():
        # In float32 whole numbers beyond 2^24 would be rounded.
        way = "double" if tensor.dtype in (torch.int32, torch.int64) else "float"
        raise TypeError(f"{name} is {tensor.dtype}: convert it with {name}.{way}()")


def _check_same(first_name: str, first: Tensor, second_name: str, second: Tensor) -> None:
    """Both have one dtype and are on one device."""
    if first.dtype != second.dtype:
        raise TypeError(
            f"{first_name} is {first.dtype} and {second_name} is {second.dtype}: "
            f"convert one with .to({first.dtype}) or .to({second.dtype})"
        )
    if first.device != second.device:
        raise ValueError(
            f"{first_name} is on {first.device} and {second_name} is on {second.device}: "
            "move both to one device with .to(device)"
        )
