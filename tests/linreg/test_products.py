"""Sums of products over many rows, against the same sums in whole numbers or long doubles."""

import numpy as np
import pytest
import torch
from torch import Tensor

from linreg._products import exact_products, fast_products

UNIT = 2**200
"""All values are whole numbers of its inverse."""


def whole(column: Tensor) -> list[int]:
    """The column, in units."""
    ratios = [value.as_integer_ratio() for value in column.tolist()]
    return [above * (UNIT // below) for above, below in ratios]


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
    """To 2^-95 of their columns' lengths, though rows grow a thousandfold midway.

    With weights and a column of few values, whose rounding does not even out, to 2^-87.
    """
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
    scaled = [[a * b for a, b in zip(column, by, strict=True)] for column in columns]
    lengths = [sum(map(int.__mul__, a, b)) for a, b in zip(columns, scaled, strict=True)]
    for i in range(p + 2):
        for j in (0, i, p, p + 1):
            exact = sum(map(int.__mul__, columns[i], scaled[j]))
            high, low = (
                above * (UNIT**3 // below)
                for above, below in (
                    part[i, j].item().as_integer_ratio() for part in (found.hi, found.lo)
                )
            )
            bits = 87 if weighted and 3 in (i, j) else 95
            assert (high + low - exact) ** 2 * 4**bits <= lengths[i] * lengths[j], (i, j)
