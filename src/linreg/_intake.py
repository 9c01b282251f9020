"""Take numbers from the tensors, arrays and columns of other libraries, and change none of them."""

import math
from typing import Any

import torch
import torch.utils.dlpack
from torch import Tensor

from linreg._numbers import EXACT, inexact

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
# Kinds of numpy's dtypes that hold no number.
_NO_NUMBERS = {
    "M": "dates or times: count the days or seconds from one that you choose",
    "m": "durations: divide them by a unit, such as one day",
    "U": "text: name its column in categories=, or leave it out",
    "S": "bytes: give numbers",
    "T": "text: name its column in categories=, or leave it out",
    "c": "complex numbers: give their real and imaginary parts as two columns",
    "V": "records: give each of their fields a column of its own",
}


def as_tensor(name: str, given: Any) -> Tensor:
    """A floating-point tensor of the values of a tensor or an array, each as it was.

    Whole numbers and truth values become float64; None and the like become nan.

    Args:
        name: What the values are called in an error.
        given: A tensor, or what has `__array__` or `__dlpack__`.

    Raises:
        TypeError: If it holds no numbers.
        ValueError: If it holds a number that float64 cannot hold.
    """
    if isinstance(given, Tensor):
        tensor = given
    elif hasattr(given, "__dlpack__") and not hasattr(given, "__array_interface__"):
        tensor = torch.utils.dlpack.from_dlpack(given)
    elif hasattr(given, "__array__"):
        if hasattr(given, "filled"):  # numpy's masked arrays
            given = given.astype("float64").filled(math.nan)
        tensor = _from_array(name, given.__array__())
    else:
        kind = type(given).__name__
        remedy = (
            f"make it dense with {name}.toarray()"
            if hasattr(given, "toarray")
            else f"make it a tensor with torch.tensor({name}, dtype=torch.float64)"
        )
        raise TypeError(f"{name} is a {kind}: {remedy}")
    if tensor.layout != torch.strided:
        raise TypeError(f"{name} is sparse ({tensor.layout}): make it dense with {name}.to_dense()")
    if tensor.dtype in _FLOATS:
        return tensor
    if tensor.is_complex() or tensor.is_floating_point():
        raise TypeError(f"{name} is {tensor.dtype}: convert it with {name}.double()")
    return _whole(name, tensor)


def _whole(name: str, tensor: Tensor) -> Tensor:
    """Whole numbers as float64."""
    values = tensor.double()
    for place in (values.abs() >= EXACT).nonzero().tolist():
        reason = inexact(int(tensor[tuple(place)].item()))
        if reason:
            raise ValueError(f"{name}{place}: {reason}")
    return values


def _from_array(name: str, array: Any) -> Tensor:
    """A tensor of the values of a numpy array."""
    kind = array.dtype.kind
    if kind == "O":
        return _from_objects(name, array)
    if kind in _NO_NUMBERS:
        raise TypeError(f"{name} holds {_NO_NUMBERS[kind]}")
    if kind == "f" and array.dtype.itemsize > 8:
        raise TypeError(f"{name} is {array.dtype}: convert it with {name}.astype('float64')")
    if not (array.dtype.isnative and array.flags.writeable and array.flags.c_contiguous):
        array = array.astype(array.dtype.newbyteorder("="), order="C")
    return torch.from_numpy(array)


def _from_objects(name: str, array: Any) -> Tensor:
    """A float64 tensor of Python's numbers; None and the like become nan."""
    values = []
    for place, value in enumerate(array.flatten().tolist()):
        if value is None or str(value) in ("nan", "<NA>", "NaT"):
            value = math.nan
        row = place // math.prod(array.shape[1:])
        if isinstance(value, str):
            raise TypeError(
                f"{name}[{row}] is {value!r}, which is text: name its column in categories=, or "
                "leave it out"
            )
        if isinstance(value, int) and (reason := inexact(value)):
            raise ValueError(f"{name}[{row}]: {reason}")
        try:
            values.append(float(value))
        except (TypeError, ValueError):
            kind = type(value).__name__
            raise TypeError(f"{name}[{row}] is {value!r}, of type {kind}: give numbers") from None
    return torch.tensor(values, dtype=torch.float64, device="cpu").reshape(array.shape)
