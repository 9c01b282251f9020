"""Pick the device once, so that the same script runs on a laptop and on a server."""

import os

import torch


def pick_device() -> torch.device:
    """Take the accelerator that torch reports, else the CPU.

    The environment variable `LINREG_DEVICE` overrides the choice: `cpu`, `cuda`, `cuda:1`, `mps`.

    Returns:
        The device to create tensors on, or to move data and model to with `.to(device)`.

    Raises:
        ValueError: If `LINREG_DEVICE` names a device that is not here; the message lists those
            that are.

    Examples:
        >>> import torch
        >>> from linreg import pick_device
        >>> torch.zeros(3, device=pick_device()).shape
        torch.Size([3])
    """
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    available = ["cpu"]
    if accelerator is not None:
        count = torch.accelerator.device_count()
        available += [accelerator.type, *(f"{accelerator.type}:{i}" for i in range(count))]

    # Empty counts as unset: `LINREG_DEVICE= make test` is how a shell turns a variable off.
    wanted = os.environ.get("LINREG_DEVICE")
    if not wanted:
        return accelerator or torch.device("cpu")
    if wanted not in available:
        raise ValueError(
            f"LINREG_DEVICE={wanted!r} is not a device of this machine; "
            f"available: {', '.join(available)}"
        )
    return torch.device(wanted)
