"""Compute as another correct processor might: what rounding decides moves by a few last units.

IEEE 754 fixes the result of +, -, *, / and the square root, and of nothing else. Sums and products
of matrices depend on the order of summation, `a + alpha * b` on whether it is rounded once or
twice, `exp` and its kind on the library, and normal draws on all of these. Under `noise` such a
result moves, unless it is exact: then it is the same on every processor. A factorisation is
computed of an input that is a unit off, which is what its backward error allows (Higham, "Accuracy
and Stability of Numerical Algorithms", 2002, section 1.5).
"""

import builtins
import functools
import math
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

from linedocs.contract.rounding import floats, in_float64, is_exact, is_short, kind_of, varies

UNITS = 3
"""A result moves by one, two or three units in the last place of what was added up."""

MATHEMATICS = (
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "dist",
    "erf", "erfc", "exp", "exp2", "expm1", "gamma", "hypot", "lgamma", "log", "log10", "log1p",
    "log2", "pow", "sin", "sinh", "tan", "tanh",
)  # fmt: skip
LINEAR_ALGEBRA = (
    "cholesky", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq", "lu_factor", "pinv",
    "pinvh", "qr", "slogdet", "solve", "solve_triangular", "svd", "svdvals",
)  # fmt: skip


@contextmanager
def noise(seed: int) -> Iterator[None]:
    """Move every inexact result of torch, of `math` and of `sum` within the block.

    The factorisations of numpy and scipy are of inputs that are a unit off, as those of torch are.
    The move is a function of the seed, the operation and the result, so that a seed stands for a
    processor: what is computed twice comes out the same twice.
    """
    with ExitStack() as changed:
        for module, names, moving in (
            (math, MATHEMATICS, _moving),
            (builtins, ("sum",), _moving_sum),
            (sys.modules.get("numpy.linalg"), LINEAR_ALGEBRA, _of_another_matrix),
            (sys.modules.get("scipy.linalg"), LINEAR_ALGEBRA, _of_another_matrix),
        ):
            for name in names:
                if function := getattr(module, name, None):
                    changed.enter_context(mock.patch.object(module, name, moving(function, seed)))
        changed.enter_context(_Noise(seed))
        yield


class _Noise(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Moves the results of torch, those of the backward pass included."""

    def __init__(self, seed: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seed = seed

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name, kind = kind_of(func)
        if kind in ("sum", "product") and not floats(args):
            kind = "certain"
        if kind == "factorisation":
            args = tree_map_only(Tensor, functools.partial(self._off, name), args)
        if kind in ("certain", "factorisation") and not varies(name, args, kwargs):
            return func(*args, **kwargs)
        size, exact, inputs = None, None, {k: v for k, v in kwargs.items() if k != "out"}
        if kind in ("sum", "product"):
            # What is added up, by size. An operation in place has its inputs here still.
            size = getattr(torch.ops.aten, name)(*_absolute(args), **_absolute(inputs))
            exact = is_exact(name, size, args, inputs)
        else:
            exact = in_float64(func, args, inputs)
        result = func(*args, **kwargs)
        moved = floats(_written(func, args, kwargs) if func._schema.is_mutable else result)
        precise = floats(exact) or [exact] * len(moved)
        for tensor, known in zip(moved, precise, strict=bool(moved)):
            if size is None and known is not None:
                known = known == tensor.double()
            self._move(name, tensor, args, size, known)
        return result

    def _move(
        self, name: str, result: Tensor, args: Any, size: Tensor | None, exact: Tensor | None
    ) -> None:
        """Move the inexact entries of a result in place."""
        if exact is None or name == "mean":  # which divides too
            exact = is_short(result) if exact is None else exact & is_short(result)
        if size is None:
            size = result.abs()
            if name.startswith(("std", "var")) and args[0].numel():
                size = size + args[0].abs().max()  # what the deviations were taken from
        result.copy_(torch.where(exact, result, result + self._units(name, result) * _unit(size)))

    def _off(self, name: str, matrix: Tensor) -> Tensor:
        """A matrix of which each entry is a unit off."""
        if not matrix.is_floating_point() or matrix.dim() < 2 or matrix.numel() < 2:
            return matrix
        return matrix + self._units(name, matrix).sign() * _unit(matrix.abs())

    def _units(self, name: str, result: Tensor) -> Tensor:
        """By how many units each entry moves, never 0: a hash of its bits and its place."""
        integer = {2: torch.int16, 4: torch.int32, 8: torch.int64}[result.element_size()]
        bits = result.contiguous().view(integer).long()
        place = torch.arange(bits.numel(), device=bits.device).view(bits.shape)
        mixed = bits * 0x2545F4914F6CDD1D + place * 0x9E3779B97F4A7C1 + _salt(self.seed, name)
        mixed = (mixed ^ (mixed >> 29)) * 0x3F58476D1CE4E5B9
        mixed = (mixed ^ (mixed >> 32)) & 0x7FFFFFFF
        return ((mixed % UNITS + 1) * (1 - 2 * (mixed // UNITS % 2))).to(result.dtype)


def _unit(size: Tensor) -> Tensor:
    """One unit in the last place of each size."""
    _, exponent = torch.frexp(size)
    unit = torch.ldexp(torch.full_like(size, torch.finfo(size.dtype).eps), exponent - 1)
    return torch.where(size.isfinite() & (size > 0), unit, 0.0)


def _written(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The arguments that the operation writes to."""
    given = {a.name: v for a, v in zip(func._schema.arguments, args, strict=False)} | kwargs
    written = [a.name for a in func._schema.arguments if a.alias_info and a.alias_info.is_write]
    return [given[name] for name in written if name in given]


def _absolute(tree: Any) -> Any:
    return tree_map_only(Tensor, torch.abs, tree)


def _salt(seed: int, name: str) -> int:
    return zlib.crc32(f"{seed} {name}".encode()) * 0x4F6CDD1D


# Outside torch -----------------------------------------------------------------------------------


def _moving(function: Callable[..., Any], seed: int) -> Callable[..., Any]:
    """A function of `math` whose inexact results move by a unit."""

    @functools.wraps(function)
    def moving(*args: Any) -> Any:
        result = function(*args)
        return _moved(result, result, seed, function.__name__)

    return moving


def _moving_sum(function: Callable[..., Any], seed: int) -> Callable[..., Any]:
    """The built-in `sum`, which rounds in another way since Python 3.12."""

    @functools.wraps(function)
    def moving(items: Any, /, start: Any = 0) -> Any:
        items = list(items)
        result = function(items, start)
        if type(result) is not float or math.fsum([start, *items]) == result:
            return result
        return _moved(result, math.fsum(map(abs, [start, *items])), seed, "sum")

    return moving


def _of_another_matrix(function: Callable[..., Any], seed: int) -> Callable[..., Any]:
    """A factorisation of a matrix of which each entry is a unit off."""

    def off(value: Any) -> Any:
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or value.ndim < 2:
            return value
        draws = np.random.default_rng([seed, zlib.crc32(value.tobytes())])
        return np.nextafter(value, draws.choice([-np.inf, np.inf], value.shape).astype(value.dtype))

    @functools.wraps(function)
    def moving(*args: Any, **kwargs: Any) -> Any:
        return function(*map(off, args), **kwargs)

    return moving


def _moved(value: Any, size: float, seed: int, name: str) -> Any:
    if type(value) is not float or torch.tensor(value, dtype=torch.float32).item() == value:
        return value
    up = zlib.crc32(f"{seed} {name} {value.hex()}".encode()) % 2
    return value + (1 if up else -1) * math.ulp(size)
