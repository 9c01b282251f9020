"""Products summed with next to no rounding, against the same sums in whole numbers."""

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from linreg._accuracy import EXACT
from linreg._double import Double
from linreg._exact_products import exact_products

UNIT = 2**200
"""All values are whole numbers of its inverse."""


def whole(column: Tensor) -> list[int]:
    """The column, in units."""
    ratios = [value.as_integer_ratio() for value in column.tolist()]
    return [above * (UNIT // below) for above, below in ratios]


def error(
    found: Double, columns: list[list[int]], weights: list[int], pairs: Iterable[tuple[int, int]]
) -> float:
    """The largest error of sums of weighted products, relative to the columns' lengths."""
    scaled = [[a * b for a, b in zip(column, weights, strict=True)] for column in columns]
    lengths = [sum(map(int.__mul__, a, b)) for a, b in zip(columns, scaled, strict=True)]
    worst = 0.0
    for i, j in pairs:
        exact = sum(map(int.__mul__, columns[i], scaled[j]))
        high, low = (
            above * (UNIT**3 // below)
            for above, below in (
                part[i, j].item().as_integer_ratio() for part in (found.hi, found.lo)
            )
        )
        off = high + low - exact
        worst = max(worst, abs(off) / math.isqrt(max(1, lengths[i] * lengths[j])))
    return worst


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("n", "p", "growth"), [(20_000, 17, 1000), (8_000, 40, 3)])
def test_exact_products_over_many_rows(
    n: int, p: int, growth: float, dtype: torch.dtype, weighted: bool
) -> None:
    """To 2^-95 of their columns' lengths, though rows grow midway."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(n, p, generator=generator, dtype=dtype)
    features[n // 2 - 1_000 :] *= growth
    features[:, 1] += 4096
    features[:, 2] = 0.1
    features[:, 3] = torch.randint(2, (n,), generator=generator) / 3
    target = torch.randn(n, 1, generator=generator, dtype=dtype)
    weight = torch.rand(n, 1, generator=generator, dtype=torch.float64) if weighted else None
    shift = torch.zeros(p + 1, dtype=torch.float64)
    shift[1], shift[2] = 4096, features[0, 2]

    found = exact_products(features, target, shift, weight)
    columns = [whole(column) for column in torch.cat([features, target, torch.ones(n, 1)], 1).T]
    for i, less in enumerate(whole(shift)):
        columns[i] = [value - less for value in columns[i]]
    by = [UNIT] * n if weight is None else whole(weight[:, 0])
    assert error(
        found, columns, by, [(i, j) for i in range(p + 2) for j in (0, i, p, p + 1)]
    ) <= EXACT.error(1, 1)


UNEVEN: dict[str, Callable[[Tensor], Tensor]] = {
    "few values": lambda x: 0.1 + (x[:, 3:4] > 0).double() * 0.7,
    "one row outweighs all": lambda x: torch.cat(
        [torch.full((1, 1), 1e8), torch.ones(len(x) - 1, 1)]
    ),
    "inverse squares": lambda x: 1 / x[:, :1].double().square(),
    "masked": lambda x: (x[:, :1].abs() < 1e10).double(),
}


@pytest.mark.parametrize("order", ["as drawn", "sorted", "reversed", "alternating"])
@pytest.mark.parametrize("kind", UNEVEN)
def test_uneven_weights(kind: str, order: str) -> None:
    """Weights of any size and rows of weight 0 that hold 1e20, in any order, cost no digit."""
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(5_000, 4, generator=generator, dtype=torch.float64)
    features[:, 3] = torch.randint(2, (5_000,), generator=generator) / 3
    if kind == "masked":
        features[::5, :2] = 1e20
    if order != "as drawn":
        features = features[features[:, 0].sort(descending=order == "reversed").indices]
    if order == "alternating":
        features[::2, 0] *= -1
    target = features[:, :1] / 3
    weight = UNEVEN[kind](features).double()
    found = exact_products(features, target, torch.zeros(5, dtype=torch.float64), weight)

    columns = [whole(column) for column in torch.cat([features, target], 1).T]
    assert error(
        found, columns, whole(weight[:, 0]), itertools.product(range(5), range(5))
    ) <= EXACT.error(1, 1)


ORDERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "forward": lambda terms: terms,
    "backward": lambda terms: terms[::-1],
    "ascending": lambda terms: np.sort(terms, axis=0),
    "largest first": lambda terms: np.take_along_axis(terms, np.argsort(-abs(terms), axis=0), 0),
}


class Sequential(TorchDispatchMode):
    """Products of matrices and sums whose terms are added one by one, in a given order."""

    def __init__(self, order: Callable[[np.ndarray], np.ndarray]) -> None:
        super().__init__()
        self._order, self.sums = order, 0

    def __torch_dispatch__(  # noqa: D105
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = func.overloadpacket.__name__
        if name == "baddbmm_":
            out, left, right = args
            terms = (
                left.numpy().transpose(2, 0, 1)[..., None]
                * right.numpy().swapaxes(0, 1)[:, :, None]
            )
            out.copy_(torch.from_numpy(self._add(np.concatenate([out.numpy()[None], terms]))))
            return out
        if name == "sum" and args[0].dtype == torch.float64:
            return torch.from_numpy(self._add(args[0].movedim(args[1], [0]).numpy()))
        assert name not in {"mm", "bmm", "addmm", "addmm_", "baddbmm", "dot", "cumsum"}
        return func(*args, **(kwargs or {}))

    def _add(self, terms: np.ndarray) -> np.ndarray:
        self.sums += 1
        # `accumulate` adds one by one: each sum is one of those that it returns.
        return np.add.accumulate(self._order(terms), axis=0)[-1]


KINDS: dict[str, Callable[[Tensor], Tensor]] = {
    "constant": lambda x: (1 / x[:1]).expand_as(x),
    "few values": lambda x: torch.where(x > 0, 1.0, 1 / 3) * (1 + x.abs().round() / 7),
    "alternating": lambda x: (0.7 + x / 1000) * (1 - 2 * (torch.arange(len(x)) % 2))[:, None],
    "growing": lambda x: x * torch.logspace(0, 3, len(x), dtype=x.dtype)[:, None],
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("weighted", [False, True])
def test_no_order_of_summation_breaks_the_bound(
    weighted: bool,
    dtype: torch.dtype,
    kind: str,
    order: str,
) -> None:
    """Not even one that adds thousands of terms one by one, in the worst order for each sum."""
    generator = torch.Generator().manual_seed(2)
    rows = KINDS[kind](torch.randn(9_000, 4, generator=generator, dtype=torch.float64)).to(dtype)
    weight = None
    if weighted:
        weight = torch.tensor([0.1, 0.3, 1e-6, 7e5], dtype=torch.float64)
        weight = weight[torch.randint(4, (9_000,), generator=generator)][:, None]
    with Sequential(ORDERS[order]) as mode:
        found = exact_products(
            rows[:, :3], rows[:, 3:], torch.zeros(4, dtype=torch.float64), weight
        )
    assert mode.sums > 10

    columns = [whole(column) for column in rows.T]
    by = [UNIT] * len(rows) if weight is None else whole(weight[:, 0])
    worst = error(found, columns, by, itertools.combinations_with_replacement(range(4), 2))
    print(f"off by 2^{math.log2(worst or 2.0**-200):.1f} of the lengths")  # pytest -rP shows it
    assert worst <= EXACT.error(1, 1)
