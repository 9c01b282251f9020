"""Which operations of torch round, and which of their results are exact on every processor."""

import functools
import math
import re
from typing import Any, Literal

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map_only

Kind = Literal["certain", "sum", "product", "rounded", "factorisation"]
SUMS = {"sum", "nansum", "mean", "cumsum", "trace"}
PRODUCTS = {"mm", "bmm", "mv", "dot", "vdot", "addmm", "baddbmm", "addmv"}
# Words in the names of what rounds more than once and is tagged neither pointwise nor reduction.
ROUNDED = (
    "loss", "softmax", "logsumexp", "cumprod", "norm", "dist", "cross", "space", "arange", "rand",
    "uniform", "exponential", "pool", "upsample", "fft", "conv", "addr", "addbmm", "_foreach",
    "_fused", "index_add", "scatter_add", "embedding_bag", "lstm", "gru",
)  # fmt: skip
FACTORISED = re.compile(
    r"_?linalg_(qr|lu|ldl|solve|inv|lstsq|eig|svd|det|slogdet|pinv|matrix_exp|cholesky)|cholesky"
    r"|triangular_solve|lu_|geqrf|ormqr"
)
# Pointwise, and the same on every processor: rounded once by IEEE 754, or not at all.
CERTAIN = {
    "abs", "add", "alias", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "ceil",
    "clamp", "clamp_max", "clamp_min", "clone", "copysign", "detach", "div", "eq", "fill", "floor",
    "floor_divide", "fmax", "fmin", "fmod", "frac", "frexp", "ge", "gt", "hardtanh", "heaviside",
    "isinf", "isnan", "ldexp", "le", "leaky_relu", "logical_and", "logical_not", "logical_or",
    "logical_xor", "lt", "masked_fill", "maximum", "minimum", "mul", "nan_to_num", "ne", "neg",
    "nextafter", "pow", "reciprocal", "relu", "remainder", "round", "rsub", "sgn", "sign",
    "signbit", "sqrt", "square", "sub", "threshold", "threshold_backward", "trunc", "where",
    # Reductions that choose a value, or count; draws of whole numbers, and of which all bits count.
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "count_nonzero", "max", "min",
    "rand", "rand_like", "randint", "randint_like", "randperm",
}  # fmt: skip
_MANY = 2**23
"""Of so many products each is looked at; of more, rows and columns."""


@functools.cache
def kind_of(func: Any) -> tuple[str, Kind]:
    """The operation's name, without its variants, and how its result is rounded."""
    namespace, _, name = func._schema.name.partition("::")
    name = name.rstrip("_")
    if namespace != "aten" or name in CERTAIN:
        return name, "certain"
    if name in SUMS:
        return name, "sum"
    if name in PRODUCTS:
        return name, "product"
    if FACTORISED.match(name):
        return name, "factorisation"
    tagged = {torch.Tag.pointwise, torch.Tag.reduction} & {*func.tags}
    return name, "rounded" if tagged or any(word in name for word in ROUNDED) else "certain"


def varies(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether what is called certain is rounded more than once with these arguments."""
    if name == "pow":
        return not (isinstance(args[1], int | float) and args[1] in (-2, -1, 0, 0.5, 1, 2, 3))
    return name in ("add", "sub", "rsub") and abs(kwargs.get("alpha", 1)) != 1


def is_exact(name: str, size: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    """Where no order of summation can round: all terms are whole numbers of one unit, and few.

    Their sum is exact while their sizes add up to less than 2^53 units (2^24 in float32).
    """
    whole, terms = 2.0 / torch.finfo(size.dtype).eps, 1
    if name in SUMS:
        unit = _lowest(args[0])
        if name == "mean":
            terms = max(args[0].numel() // max(size.numel(), 1), 1)
        if name != "cumsum" and args[0].numel() <= 2 * size.numel():
            whole = math.inf  # a sum of two terms is rounded once
        if unit.numel() == 0:
            return torch.ones_like(size, dtype=torch.bool)
        along, keep = args[1] if args[1:] else None, len(args) > 2 and args[2]
        whole_columns = name in ("sum", "nansum", "mean") and along
        unit = unit.amin(along, keep) if whole_columns else unit.amin()  # type: ignore[arg-type]
        return size * terms <= whole * unit
    *added, left, right = (a for a in args if isinstance(a, Tensor))
    if any(abs(value) != 1 for value in kwargs.values()):
        return torch.zeros_like(size, dtype=torch.bool)
    if left.shape[-1] == 0 or (left.shape[-1] == 1 and not added):
        return torch.ones_like(size, dtype=torch.bool)
    rows, columns = _lowest(left), _lowest(right)
    if right.dim() == 1:
        unit = (rows * columns).amin(-1)
    elif size.numel() * left.shape[-1] <= _MANY:
        unit = (rows.unsqueeze(-1) * columns.unsqueeze(-3)).amin(-2)
    else:
        unit = rows.amin(-1, keepdim=True) * columns.amin(-2, keepdim=True)
    for addend in added:
        unit = torch.minimum(unit, _lowest(addend))
    return size <= whole * unit


def in_float64(func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The same of float64 inputs, to see if the result is exact; None if that cannot be asked."""
    if func._schema.is_mutable or torch.Tag.nondeterministic_seeded in func.tags:
        return None
    inputs = floats([args, kwargs])
    if not inputs and any(argument.name == "dtype" for argument in func._schema.arguments):
        return func(*args, **{**kwargs, "dtype": torch.float64})
    if not all(each.dtype == torch.float32 for each in inputs):
        return None
    return func(*_double(args), **_double(kwargs))


def is_short(value: Tensor) -> Tensor:
    """Whether each value has so few bits that it must be exact: rounding seldom leaves so few."""
    half = torch.float32 if value.dtype == torch.float64 else torch.bfloat16
    return (value.to(half).to(value.dtype) == value) | ~value.isfinite()


def _lowest(value: Tensor) -> Tensor:
    """The largest power of two of which each value is a whole number; infinite for 0."""
    mantissa, exponent = torch.frexp(value.double())
    whole = (mantissa * 2.0**53).long()
    unit = torch.ldexp((whole & -whole).double(), exponent - 53)
    return torch.where(value == 0, math.inf, unit)


def floats(tree: Any) -> list[Tensor]:
    """The floating point tensors of a tree, in its order."""
    leaves = (leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor))
    return [leaf for leaf in leaves if leaf.is_floating_point()]


def _double(tree: Any) -> Any:
    return tree_map_only(Tensor, lambda t: t.double() if t.is_floating_point() else t, tree)
