"""Sums of products over many rows, against the same sums in long doubles."""

import numpy as np
import pytest
import torch

from linreg._fast_products import fast_error, fast_products


@pytest.mark.parametrize(("n", "p"), [(1, 2), (10_007, 3), (3_001, 130)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("shifted", "weighted"), [(False, False), (True, False), (True, True)])
def test_fast_products(n: int, p: int, dtype: torch.dtype, shifted: bool, weighted: bool) -> None:
    """As near as it says, in lengths of the columns, however the rows and columns divide."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(p, n, generator=generator, dtype=dtype).T  # stored by column
    target = torch.randn(n, 2, generator=generator, dtype=dtype)
    shift = torch.randn(p + 2, generator=generator, dtype=torch.float64) * shifted
    weight = torch.rand(n, 1, generator=generator, dtype=torch.float64) if weighted else None

    products, squares = fast_products(features, target, shift, weight)
    moved = np.concatenate([features, target], axis=1).astype(np.longdouble) - shift.numpy()
    rows = np.concatenate([moved[:, :p], np.ones((n, 1)), moved[:, p:]], axis=1)
    by = np.ones((n, 1)) if weight is None else weight.numpy()
    exact = rows.T @ (rows * by)
    lengths = np.sqrt(exact.diagonal())
    error = fast_error(n, p + 3)
    missed = abs(products.hi.numpy() - exact[: p + 1])
    assert (missed <= error * np.outer(lengths[: p + 1], lengths)).all()
    missed = abs(squares.hi.numpy() - exact.diagonal()[p + 1 :])
    assert (missed <= error * lengths[p + 1 :] ** 2).all()
