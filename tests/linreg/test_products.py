"""Sums of products over many rows, against the same sums in whole numbers or long doubles."""

import itertools
from collections.abc import Callable, Iterable

import numpy as np
import pytest
import torch
from torch import Tensor

from linreg._double import Double
from linreg._products import exact_products, fast_products

UNIT = 2**200
"""All values are whole numbers of its inverse."""


def whole(column: Tensor) -> list[int]:
    """The column, in units."""
    ratios = [value.as_integer_ratio() for value in column.tolist()]
    return [above * (UNIT // below) for above, below in ratios]


def assert_right(
    found: Double, columns: list[list[int]], weights: list[int], pairs: Iterable[tuple[int, int]]
) -> None:
    """Sums of weighted products are right to 2^-95 of the columns' lengths, in whole numbers."""
    scaled = [[a * b for a, b in zip(column, weights, strict=True)] for column in columns]
    lengths = [sum(map(int.__mul__, a, b)) for a, b in zip(columns, scaled, strict=True)]
    for i, j in pairs:
        exact = sum(map(int.__mul__, columns[i], scaled[j]))
        high, low = (
            above * (UNIT**3 // below)
            for above, below in (
                part[i, j].item().as_integer_ratio() for part in (found.hi, found.lo)
            )
        )
        assert (high + low - exact) ** 2 * 4**95 <= lengths[i] * lengths[j], (i, j)


@pytest.mark.parametrize(("n", "p"), [(1, 2), (10_007, 3), (3_001, 130)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("shifted", "weighted"), [(False, False), (True, False), (True, True)])
def test_fast_products(n: int, p: int, dtype: torch.dtype, shifted: bool, weighted: bool) -> None:
    """To 2^-45 of their columns' lengths, however the rows and columns divide."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(p, n, generator=generator, dtype=dtype).T  # stored by column
    target = torch.randn(n, 2, generator=generator, dtype=dtype)
    shift = torch.randn(p + 2, generator=generator, dtype=torch.float64) * shifted
    weight = torch.rand(n, 1, generator=generator, dtype=torch.float64) if weighted else None

    found = fast_products(features, target, shift, weight)
    rows = np.concatenate([features, target], axis=1).astype(np.longdouble)
    rows = np.concatenate([rows - shift.numpy(), np.ones((n, 1))], axis=1)
    by = np.ones((n, 1)) if weight is None else weight.numpy()
    exact = rows.T @ (rows * by)
    lengths = np.sqrt(np.outer(exact.diagonal(), exact.diagonal()))
    assert (abs(found.hi.numpy() - exact) <= 2.0**-45 * lengths).all()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_exact_products_over_many_rows(dtype: torch.dtype, weighted: bool) -> None:
    """To 2^-95 of their columns' lengths, though rows grow a thousandfold midway."""
    generator = torch.Generator().manual_seed(0)
    n, p = 20_000, 17
    features = torch.randn(n, p, generator=generator, dtype=dtype)
    features[9_000:] *= 1000
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
    assert_right(found, columns, by, [(i, j) for i in range(p + 2) for j in (0, i, p, p + 1)])


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
    assert_right(found, columns, whole(weight[:, 0]), itertools.product(range(5), range(5)))
