"""Sums of products over many rows, against the same sums in long doubles."""

import numpy as np
import pytest
import torch

from linreg._products import fast_products


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
