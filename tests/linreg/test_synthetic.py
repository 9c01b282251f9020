"""Rows drawn around a known line."""

import re
from typing import Any

import pytest
import torch

from linreg import make_line, make_regression


@pytest.mark.parametrize(
    ("n", "weight", "bias", "noise", "seed"),
    [(100, 2.0, 1.0, 0.3, 0), (37, -3.3, 0.1, 0.77, 5), (1, 0.7, 0.0, 0.0, 1)],
)
def test_make_line_is_three_lines_of_torch(
    n: int, weight: float, bias: float, noise: float, seed: int
) -> None:
    """The tutorial's data is, bit for bit, what the reader writes by hand."""
    g = torch.Generator().manual_seed(seed)
    X = 2 * torch.rand(n, 1, generator=g)
    y = weight * X + bias + noise * torch.randn(n, 1, generator=g)

    data = make_line(n, weight=weight, bias=bias, noise=noise, seed=seed)
    assert torch.equal(data.features, X)
    assert torch.equal(data.target, y)


def test_make_line_by_default() -> None:
    """Without arguments: 100 rows in float32 around 2 x + 1, drawn with noise 0.3 and seed 0."""
    data = make_line()
    again = make_regression(100, 2.0, 1.0, noise=0.3, seed=0)
    assert [tuple(t.shape) for t in data] == [(100, 1), (100, 1), (1, 1), ()]
    assert {t.dtype for t in data} == {torch.float32}
    assert (data.weight.item(), data.bias.item()) == (2.0, 1.0)
    assert all(torch.equal(a, b) for a, b in zip(data, again, strict=True))


def test_without_noise_every_row_is_on_the_line() -> None:
    """With noise 0 the exact solver finds the truth again, slope by slope."""
    data = make_regression(50, [1.5, -2.0, 0.25], 4.0, noise=0.0, seed=3, dtype=torch.float64)
    design = torch.cat([data.features, torch.ones(50, 1, dtype=torch.float64)], dim=1)
    solution = torch.linalg.lstsq(design, data.target).solution
    torch.testing.assert_close(solution[:3], data.weight)
    torch.testing.assert_close(solution[3, 0], data.bias)


def test_the_noise_is_gaussian_with_the_deviation_asked_for() -> None:
    """Of 100,000 misses, 68.27 % are within one deviation and 95.45 % within two, as in theory."""
    data = make_regression(100_000, 2.0, 1.0, noise=0.5, seed=4)
    misses = (data.target - data.features @ data.weight - data.bias).abs()
    # Four standard errors of a share p of 100,000: 4 sqrt(p (1 - p) / 100,000) < 0.006.
    assert (misses < 0.5).float().mean().item() == pytest.approx(0.6827, abs=0.006)
    assert (misses < 1.0).float().mean().item() == pytest.approx(0.9545, abs=0.006)


def test_features_fill_the_range() -> None:
    """Features are spread from low to high: a tenth of them in each tenth of the range."""
    features = make_regression(100_000, 1.0, 0.0, noise=0.0, low=-3.0, high=7.0, seed=5).features
    counts = torch.histc(features, bins=10, min=-3.0, max=7.0)
    assert counts.sum() == 100_000
    # Four standard errors of a count: 4 sqrt(100,000 * 0.1 * 0.9) = 380.
    assert (counts - 10_000).abs().max() < 380


def test_the_seed_decides_the_rows() -> None:
    """The same seed gives the same rows, another seed gives others."""
    assert torch.equal(make_line(seed=1).target, make_line(seed=1).target)
    assert not torch.equal(make_line(seed=1).target, make_line(seed=2).target)


def test_the_global_seed_is_neither_read_nor_changed() -> None:
    """Drawing data leaves torch's global random state as it was, and does not depend on it."""
    state = torch.get_rng_state()
    first = make_line().target
    assert torch.equal(torch.get_rng_state(), state)
    torch.rand(1)
    assert torch.equal(make_line().target, first)
    torch.set_rng_state(state)


def test_the_default_device_does_not_matter() -> None:
    """Rows are drawn on the CPU even where the default device is another one."""
    expected = make_line().target
    with torch.device("meta"):
        data = make_line()
    assert {t.device for t in data} == {torch.device("cpu")}
    assert torch.equal(data.target, expected)


def test_the_truth_is_a_copy() -> None:
    """Changing the tensor that was given as weight does not change the recorded truth."""
    weight = torch.tensor([1.0, 2.0])
    data = make_regression(5, weight, 0.0, noise=0.0, seed=0)
    weight.zero_()
    assert data.weight.tolist() == [[1.0], [2.0]]


@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        ({"n": 0}, ValueError, "n is 0: give a whole number, 1 or more"),
        ({"n": 2.0}, TypeError, "n is 2.0, of type float: give a whole number such as 100"),
        (
            {"seed": None},
            TypeError,
            "seed is None, of type NoneType: give a whole number such as 100",
        ),
        ({"seed": 2**70}, ValueError, f"seed is {2**70}: give a whole number below 2^64"),
        ({"weight": []}, ValueError, "weight is empty: give one slope for each feature"),
        (
            {"weight": float("nan")},
            ValueError,
            "weight nan and bias 1.0 must be finite in torch.float32",
        ),
        (
            {"bias": float("inf")},
            ValueError,
            "weight 2.0 and bias inf must be finite in torch.float32",
        ),
        (
            {"noise": -0.1},
            ValueError,
            "noise is -0.1: a standard deviation is a finite number, 0 or more",
        ),
        (
            {"low": 2.0},
            ValueError,
            "low is 2.0 and high is 2.0: low must be below high, both finite",
        ),
        (
            {"dtype": torch.int64},
            TypeError,
            "dtype is torch.int64: a line needs a floating-point type such as torch.float32",
        ),
    ],
)
def test_errors_say_what_to_do(
    changed: dict[str, Any], kind: type[Exception], message: str
) -> None:
    """Each argument that makes no data is one error that names it and a remedy."""
    arguments: dict[str, Any] = {"n": 10, "weight": 2.0, "bias": 1.0, "noise": 0.3, "seed": 0}
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        make_regression(**(arguments | changed))
