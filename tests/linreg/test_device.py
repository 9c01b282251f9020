"""Which device `pick_device` picks, on this machine and on machines made up for the test."""

import re

import pytest
import torch

from linreg import pick_device


@pytest.fixture(autouse=True)
def _no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have the variable set."""
    monkeypatch.delenv("LINREG_DEVICE", raising=False)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which torch reports two CUDA devices."""
    monkeypatch.setattr(
        torch.accelerator, "current_accelerator", lambda check_available: torch.device("cuda")
    )
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which torch reports no accelerator."""
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available: None)


def test_the_picked_device_holds_tensors() -> None:
    """A tensor can be created on the device that is picked here."""
    assert torch.ones(2, device=pick_device()).sum().item() == 2


@pytest.mark.usefixtures("no_gpu")
def test_without_an_accelerator_it_is_the_cpu() -> None:
    """Where torch reports no accelerator, the CPU is picked."""
    assert pick_device() == torch.device("cpu")


@pytest.mark.usefixtures("two_gpus")
def test_an_accelerator_is_preferred() -> None:
    """Where torch reports an accelerator, it is picked."""
    assert pick_device() == torch.device("cuda")


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:0", "cuda:1"])
def test_the_variable_overrides(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """`LINREG_DEVICE` picks any device of the machine, the CPU included."""
    monkeypatch.setenv("LINREG_DEVICE", name)
    assert pick_device() == torch.device(name)


@pytest.mark.usefixtures("two_gpus")
def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """`LINREG_DEVICE=` in a shell turns the override off."""
    monkeypatch.setenv("LINREG_DEVICE", "")
    assert pick_device() == torch.device("cuda")


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize("name", ["cuda:2", "CUDA", "mps", "gpu", "meta"])
def test_a_wrong_name_lists_what_is_here(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A name that is no device of this machine is an error that lists those that are."""
    monkeypatch.setenv("LINREG_DEVICE", name)
    message = (
        f"LINREG_DEVICE='{name}' is not a device of this machine; available: cpu, cuda, cuda:0, "
        "cuda:1"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pick_device()


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_that_is_not_here_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for a GPU on a machine without one says so instead of falling back in silence."""
    monkeypatch.setenv("LINREG_DEVICE", "cuda")
    message = "LINREG_DEVICE='cuda' is not a device of this machine; available: cpu"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pick_device()
