"""How many digits a fit has, against solutions in exact fractions and certified problems."""

from fractions import Fraction

import pytest
import statsmodels.api as sm
import torch
from torch import Tensor

from linreg import Moments, RankError, least_squares, polynomial
from linreg._accuracy import Name
from tests.support.fractions import digits, solve


def problem(
    condition: float,
    seed: int,
    rows: int = 40,
    columns: int = 4,
    dtype: torch.dtype = torch.float64,
) -> tuple[Tensor, Tensor]:
    """Features that nearly depend on each other, as far as the condition number says."""
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(rows, 4, generator=generator, dtype=torch.float64)
    features[:, -1] = features[:, 0] - features[:, 1] + 2 / condition * features[:, -1]
    target = features.sum(1, keepdim=True) + torch.randn(
        rows, 1, generator=generator, dtype=torch.float64
    )
    return (features + 3).to(dtype), target.to(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("condition", [1e1, 1e3, 1e6])
def test_exact_has_15_digits(condition: float, dtype: torch.dtype) -> None:
    """With a scaled condition number up to 1e6, 15 digits are those of the fractions."""
    for seed in range(5):
        features, target = problem(condition, seed, dtype=dtype)
        fit = least_squares(features, target, accuracy="exact")
        parameters, errors, error = solve(features, target)
        assert digits(fit.parameters.flatten().tolist(), parameters) >= 15
        assert digits(fit.standard_errors.flatten().tolist(), errors) >= 14.6
        assert digits(fit.squared_error.tolist(), [error]) >= 15


@pytest.mark.parametrize("intercept", [True, False])
def test_exact_with_weights(intercept: bool) -> None:
    """So it is with weights, with an intercept and without."""
    for seed in range(5):
        features, target = problem(1e5, seed)
        weight = torch.rand(len(target), generator=torch.Generator().manual_seed(seed)).double()
        fit = least_squares(
            features, target, sample_weight=weight, intercept=intercept, accuracy="exact"
        )
        parameters, errors, _ = solve(features, target, weight, intercept=intercept)
        assert digits(fit.parameters.flatten().tolist(), parameters) >= 15
        assert digits(fit.standard_errors.flatten().tolist(), errors) >= 14.6


@pytest.mark.parametrize("accuracy", ["auto", "fast", "exact"])
def test_no_fewer_digits_than_it_says(accuracy: str) -> None:
    """Whatever the condition number, the digits to expect are there, and then some."""
    for seed in range(4):
        for condition in [10.0**e for e in range(0, 15, 2)]:
            features, target = problem(condition, seed, rows=24)
            try:
                fit = least_squares(features, target, accuracy=accuracy)  # type: ignore[arg-type]
            except RankError:
                continue
            parameters, errors, _ = solve(features, target)
            found = min(
                digits(fit.parameters.flatten().tolist(), parameters),
                digits(fit.standard_errors.flatten().tolist(), errors),
            )
            # Half a digit is what writing the last bit may cost.
            assert found >= fit.expected_digits - 0.5, (condition, seed)
            if accuracy == "auto" and condition <= 1e6:
                assert fit.expected_digits >= 12


@pytest.mark.parametrize("offset", [0.0, 1e4, 1e8])
def test_fast_has_digits_far_from_zero(offset: float) -> None:
    """Features far from zero cost no digits beyond those that storing them costs."""
    features, target = problem(10, 0, rows=200)
    features = features + offset
    parameters, _, _ = solve(features, target)
    fit = least_squares(features, target, accuracy="fast")
    assert digits(fit.coefficients.flatten().tolist(), parameters[1:]) >= 11.5


def test_fast_has_8_digits() -> None:
    """The fast accuracy has 8 digits and more where the scaled condition number is 4e3."""
    for seed in range(3):
        features, noise = problem(2.8e3, seed, rows=3000)
        target = features.sum(1, keepdim=True) + 1e-3 * (noise - features.sum(1, keepdim=True))
        parameters, _, _ = solve(features, target)
        fit = least_squares(features, target, accuracy="fast")
        assert fit.condition > 3e3
        assert digits(fit.coefficients.flatten().tolist(), parameters[1:]) >= 8.5


@pytest.mark.parametrize("accuracy", ["fast", "exact"])
@pytest.mark.parametrize("mean", [0.0, 100.0])
def test_rows_may_come_from_a_network(accuracy: Name, mean: float) -> None:
    """Features that require a gradient are fitted as the numbers they are."""
    features, noise = problem(3.0, 0)
    features, target = features + mean, features.sum(1, keepdim=True) + noise
    found = least_squares(features.clone().requires_grad_(), target, accuracy=accuracy)
    assert not found.coefficients.requires_grad
    assert torch.equal(
        found.coefficients, least_squares(features, target, accuracy=accuracy).coefficients
    )


@pytest.mark.parametrize("power", [-100, -200, -400, 100, 400])
def test_features_in_units_far_apart(power: int) -> None:
    """Features up to 2^400 apart in size keep 15 digits, and so does the intercept."""
    features, target = problem(10, 0)
    features = features[:, :2] * torch.tensor([1.0, 2.0**power], dtype=torch.float64)
    parameters, errors, _ = solve(features, target)
    fit = least_squares(features, target, accuracy="exact")
    assert digits(fit.parameters.flatten().tolist(), parameters) >= 15
    assert digits(fit.standard_errors.flatten().tolist(), errors) >= 14.6


def test_values_of_all_sizes() -> None:
    """Blocks whose values differ in size, and values below the others' last bit, keep 15 digits."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(1600, 2, generator=generator, dtype=torch.float64)
    features *= torch.logspace(-8, 3, 1600, dtype=torch.float64)[:, None]
    features[:700, 1] = 0
    target = features.sum(1, keepdim=True) + torch.randn(
        1600, 1, generator=generator, dtype=torch.float64
    )
    moments = Moments(2, accuracy="exact")
    for part in range(0, 1600, 400):
        moments.update(features[part : part + 400], target[part : part + 400])
    parameters, errors, _ = solve(features, target)
    fit = moments.solve()
    assert digits(fit.parameters.flatten().tolist(), parameters) >= 15
    assert digits(fit.standard_errors.flatten().tolist(), errors) >= 14.6


def wampler(ratio: int) -> tuple[Tensor, Tensor]:
    """Wampler's problems: the sum of (x / ratio)^k for x = 0 ... 20 and k = 0 ... 5."""
    exact = [sum(Fraction(x, ratio) ** k for k in range(6)) for x in range(21)]
    y = torch.tensor([[float(value)] for value in exact], dtype=torch.float64)
    return torch.arange(21, dtype=torch.float64)[:, None], y


def test_wampler_1() -> None:
    """Wampler 1 certifies six ones with no error at all."""
    fit = polynomial(*wampler(1), degree=5)
    assert digits(fit.parameters.flatten().tolist(), [1.0] * 6) >= 15
    assert fit.standard_errors.flatten().tolist() == [0.0] * 6
    assert fit.r_squared.tolist() == [1.0]


def test_wampler_2() -> None:
    """Wampler 2 certifies 1, 0.1, ..., 0.00001."""
    fit = polynomial(*wampler(10), degree=5)
    assert digits(fit.parameters.flatten().tolist(), [10.0**-k for k in range(6)]) >= 12.9
    assert fit.standard_errors.max() < 1e-13


def test_polynomials_have_the_digits_of_their_data() -> None:
    """On x that is far from zero, powers rounded nowhere give 15 digits at degree 10."""
    generator = torch.Generator().manual_seed(3)
    x = -9 + 6 * torch.rand(60, 1, generator=generator, dtype=torch.float64)
    y = torch.sin(x) + 0.01 * torch.randn(60, 1, generator=generator, dtype=torch.float64)
    fit = polynomial(x, y, degree=10)

    powers = [[Fraction(v) ** k for k in range(1, 11)] for v in x.flatten().tolist()]
    parameters, errors, _ = solve(powers, y)
    assert digits(fit.parameters.flatten().tolist(), parameters) >= 15
    assert digits(fit.standard_errors.flatten().tolist(), errors) >= 14.6
    inside = fit.predict(x[:5])
    by_hand = [
        float(parameters[0] + sum(a * b for a, b in zip(parameters[1:], row, strict=True)))
        for row in powers[:5]
    ]
    assert torch.allclose(inside.flatten(), torch.tensor(by_hand, dtype=torch.float64), rtol=1e-10)


@pytest.mark.parametrize(
    ("xs", "slope", "error", "sigma"),
    [
        (range(60, 71), 2.07438016528926, 0.0165289256198347, 3.56753034006338),
        (range(4, 7), 0.727272727272727, 0.0420827318078432, 0.369274472937998),
    ],
)
def test_no_intercept(xs: range, slope: float, error: float, sigma: float) -> None:
    """NoInt 1 and 2: NIST's certified line through the origin."""
    y = range(130, 141) if len(xs) == 11 else (3, 4, 4)
    fit = least_squares(
        torch.tensor([[float(v)] for v in xs], dtype=torch.float64),
        torch.tensor([[float(v)] for v in y], dtype=torch.float64),
        intercept=False,
    )
    found = [fit.coefficients.item(), fit.standard_errors.item(), fit.sigma.item()]
    assert digits(found, [slope, error, sigma]) >= 14


def test_longley() -> None:
    """Longley: the coefficients that NIST certifies to 15 digits."""
    data = sm.datasets.longley.load().data
    target = torch.tensor(data.iloc[:, 0].to_numpy(dtype=float))[:, None]
    features = torch.tensor(data.iloc[:, 1:].to_numpy(dtype=float))
    fit = least_squares(features, target)
    certified = [
        -3482258.63459582,
        15.0618722713733,
        -0.0358191792925910,
        -2.02022980381683,
        -1.03322686717359,
        -0.0511041056535807,
        1829.15146461355,
    ]
    assert digits(fit.parameters.flatten().tolist(), certified) >= 14
    assert digits(fit.sigma.tolist(), [304.854073561965]) >= 14
