"""What `step` and `fit` refuse, and the words in which they do."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from linreg import fit, step


def arguments() -> dict[str, Any]:
    """Input in which nothing is wrong."""
    return {
        "model": nn.Linear(2, 1),
        "features": torch.ones(3, 2),
        "target": torch.ones(3, 1),
        "lr": 0.1,
    }


def frozen() -> nn.Module:
    """A model with nothing to train."""
    return nn.Linear(2, 1).requires_grad_(False)


def with_nan() -> nn.Module:
    """A model that an earlier training has ruined."""
    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight[0, 1] = float("nan")
    return model


REFUSED_BY_BOTH = [
    (
        {"target": torch.ones(3)},
        ValueError,
        "target has shape (3,), but predictions have shape (3, 1), and their difference would be "
        "(3, 3): use target.reshape(-1, 1)",
    ),
    (
        {"features": torch.ones(3)},
        ValueError,
        "features has shape (3,), but needs one row for each example: use features.reshape(-1, 1)",
    ),
    (
        {"features": torch.ones(3, 2, 1)},
        ValueError,
        "features has shape (3, 2, 1), but needs two dimensions: rows, columns",
    ),
    (
        {"target": torch.tensor(1.0)},
        ValueError,
        "target has shape (), but needs two dimensions: rows, columns",
    ),
    (
        {"target": torch.ones(4, 1)},
        ValueError,
        "features has shape (3, 2) and target (4, 1): 3 rows do not pair with 4; give one target "
        "for each row",
    ),
    (
        {"features": torch.ones(0, 2), "target": torch.ones(0, 1)},
        ValueError,
        "features is empty, shape (0, 2): there is nothing to learn from",
    ),
    (
        {"target": torch.ones(3, 2)},
        ValueError,
        "predicted has shape (3, 1) and target (3, 2): their difference would broadcast to (3, 2); "
        "give one prediction for each target",
    ),
    (
        {"model": nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))},
        ValueError,
        "predicted has shape (3,) and target (3, 1): their difference would broadcast to (3, 3); "
        "use predicted.reshape(3, 1)",
    ),
    (
        {"features": np.ones((3, 2))},
        TypeError,
        "features is a ndarray: make it a tensor with torch.as_tensor(features)",
    ),
    (
        {"features": torch.ones(3, 2, dtype=torch.int64)},
        TypeError,
        "features is torch.int64: convert it with features.double()",
    ),
    (
        {"target": torch.ones(3, 1, dtype=torch.bool)},
        TypeError,
        "target is torch.bool: convert it with target.float()",
    ),
    (
        {"target": torch.ones(3, 1, dtype=torch.float64)},
        TypeError,
        "features is torch.float32 and target is torch.float64: convert one with "
        ".to(torch.float32) or .to(torch.float64)",
    ),
    (
        {"model": nn.Linear(2, 1).double()},
        TypeError,
        "features is torch.float32 and the model's weight is torch.float64: convert one with "
        ".to(torch.float32) or .to(torch.float64)",
    ),
    (
        {"target": torch.ones(3, 1, device="meta")},
        ValueError,
        "features is on cpu and target is on meta: move both to one device with .to(device)",
    ),
    (
        {"model": nn.Linear(2, 1, device="meta")},
        ValueError,
        "features is on cpu and the model's weight is on meta: move both to one device with "
        ".to(device)",
    ),
    (
        {"model": frozen()},
        ValueError,
        "Linear has no trainable parameter, so there is nothing to fit: free one with "
        "parameter.requires_grad_(True)",
    ),
    ({"lr": 0.0}, ValueError, "lr is 0.0: give a finite number above 0, such as 0.1"),
    ({"lr": -0.1}, ValueError, "lr is -0.1: give a finite number above 0, such as 0.1"),
    (
        {"lr": float("inf")},
        ValueError,
        "lr is inf: give a finite number above 0, such as 0.1",
    ),
    (
        {"lr": float("nan")},
        ValueError,
        "lr is nan: give a finite number above 0, such as 0.1",
    ),
    ({"lr": "0.1"}, TypeError, "lr is '0.1', of type str: give a number such as 0.1"),
    ({"lr": True}, TypeError, "lr is True, of type bool: give a number such as 0.1"),
]

REFUSED_BY_FIT = [
    (
        {"features": torch.tensor([[1.0, 2.0], [3.0, float("nan")], [float("inf"), 6.0]])},
        ValueError,
        "features[1, 1] is nan (and 1 more values are not finite): remove or repair its row",
    ),
    (
        {"target": torch.tensor([[1.0], [2.0], [-float("inf")]])},
        ValueError,
        "target[2, 0] is -inf: remove or repair its row",
    ),
    (
        {"model": with_nan()},
        ValueError,
        "the model's weight[0, 1] is nan: start from a fresh model",
    ),
    ({"steps": -1}, ValueError, "steps is -1: give a whole number, 0 or more"),
    (
        {"steps": 2.0},
        TypeError,
        "steps is 2.0, of type float: give a whole number such as 100",
    ),
    (
        {"steps": True},
        TypeError,
        "steps is True, of type bool: give a whole number such as 100",
    ),
]


@pytest.mark.parametrize("call", [step, fit])
@pytest.mark.parametrize(("changed", "kind", "message"), REFUSED_BY_BOTH)
def test_step_and_fit_say_what_to_do(
    call: Callable[..., Any], changed: dict[str, Any], kind: type[Exception], message: str
) -> None:
    """Each wrong input is one error that names the values and a remedy, in both functions."""
    steps = {"steps": 1} if call is fit else {}
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        call(**(arguments() | steps | changed))


@pytest.mark.parametrize(("changed", "kind", "message"), REFUSED_BY_FIT)
def test_fit_says_what_to_do(changed: dict[str, Any], kind: type[Exception], message: str) -> None:
    """`fit` also reads every value, once, and names the place of the first bad one."""
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        fit(**(arguments() | {"steps": 1} | changed))


def test_a_refused_fit_changes_nothing() -> None:
    """Input is refused before the first step: the model keeps its parameters."""
    given = arguments()
    before = given["model"].weight.detach().clone()
    with pytest.raises(ValueError, match="target"):
        fit(**(given | {"target": torch.full((3, 1), float("nan"))}), steps=5)
    assert torch.equal(given["model"].weight, before)


def test_step_does_not_wait_for_values() -> None:
    """A step works on tensors without values, so its checks never make a program wait."""
    given = arguments()
    given = {name: v.to("meta") if name != "lr" else v for name, v in given.items()}
    assert step(**given).device.type == "meta"


def test_a_step_on_nan_gives_a_nan_loss() -> None:
    """What `step` does not search for it does not hide either."""
    assert step(**(arguments() | {"target": torch.full((3, 1), float("nan"))})).isnan()


@pytest.mark.parametrize("lr", [np.float64(0.1), np.float32(0.1), 1])
@pytest.mark.parametrize("steps", [np.int64(2), 2])
def test_numbers_of_numpy_are_numbers(lr: Any, steps: Any) -> None:
    """A learning rate or a count computed with numpy is accepted like Python's own."""
    assert len(fit(**(arguments() | {"lr": lr, "steps": steps}))) == 3
