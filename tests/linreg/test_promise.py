"""What a fit promises of its digits, held against whole-number arithmetic."""

import math

import pytest
import torch

from linreg import DivergenceError, Moments, RankError, gradient_descent, least_squares, polynomial
from tests.support.exactly import right_digits, solve
from tests.support.problems import KINDS, D, problems


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_digit_is_promised_in_vain(kind: str) -> None:
    """At least as many digits are right as a fit expects, of problems of every kind."""
    for i, problem in enumerate(problems(kind, 12)):
        rows = problem.counted
        truth = solve(
            rows.features, rows.target, rows.weight, intercept=rows.intercept, ridge=rows.ridge
        )
        promised = {}
        for accuracy in ("fast", "exact", "auto"):
            try:
                fit = problem.fit(accuracy)
            except RankError:
                assert (kind, accuracy) in {("collinear", "fast"), ("folded", "fast")}, (kind, i)
                continue
            promised[accuracy] = fit.expected_digits
            assert fit.expected_digits <= right_digits(fit, truth) + 0.3, (kind, i, accuracy)
        # What can be promised from the rows is never given away.
        least = 0.0 if problem.parts > 1 or problem.ridge else promised.get("fast", 0.0)
        assert promised["auto"] >= least - 1e-9, (kind, i)


def test_exact_sums_of_far_means() -> None:
    """2^50 spreads from zero, exact sums keep 15 digits, and "auto" is no worse than "fast"."""
    generator = torch.Generator().manual_seed(9)
    steps = torch.randn(200, 1, generator=generator, dtype=D).mul(100).round()
    y = torch.randn(200, 1, generator=generator, dtype=D)
    for x in (1e15 + steps, 1.7e18 + 1024 * steps, 1 + 2.0**-52 * steps.abs()):
        truth = solve(x, y)
        assert right_digits(least_squares(x, y, accuracy="exact"), truth) > 15
        assert least_squares(x, y).expected_digits > 11


@pytest.mark.parametrize("size", [1e-300, 1e-165, 1e-160, 1e160, 1e300])
def test_units_change_nothing(size: float) -> None:
    """Targets and features of any size have the p-values of the same numbers of ordinary size."""
    x, y = (
        torch.arange(1.0, 6, dtype=D)[:, None],
        torch.tensor([[1.0], [3], [2], [5], [4]], dtype=D),
    )
    p = least_squares(x, y).p_values
    assert torch.allclose(least_squares(x, y * size).p_values, p, rtol=1e-12)
    assert torch.allclose(least_squares(x * size, y).p_values, p, rtol=1e-12)
    moments = Moments(1)
    for rows in (slice(0, 2), slice(2, 5)):
        moments.update(x[rows] * size, y[rows])
    assert torch.allclose(moments.solve().p_values, p, rtol=1e-12)


def test_units_that_grow() -> None:
    """Chunks may be many orders larger than those before, and smaller."""
    x = torch.tensor([[1e-200], [2e-200], [1.0], [3.0], [1e200], [4e200]], dtype=D)
    y = torch.tensor([[1.0], [2], [3], [4], [5], [7]], dtype=D)
    moments = Moments(1)
    for start in (0, 2, 4, 0):
        moments.update(x[start : start + 2], y[start : start + 2])
    every = torch.cat([x, x[:2]]), torch.cat([y, y[:2]])
    assert right_digits(moments.solve(), solve(*every)) > 12


def test_what_is_met_exactly_has_no_error() -> None:
    """A plane that meets every target is found as it is, with errors of 0 and all digits."""
    x = torch.arange(20, dtype=D)[:, None]
    for fit in (least_squares(x, 2 * x), polynomial(x, 5 * x * x, 2), polynomial(x, x**3 - 4, 4)):
        assert fit.expected_digits > 15.9
        assert fit.standard_errors.max() == 0
    assert polynomial(x, x**3 - 4, 4).parameters.flatten().tolist() == [-4, 0, 0, 1, 0]


def test_residuals_lost_in_rounding() -> None:
    """Where moments cannot tell residuals from rounding, no digit is promised, and it says why."""
    x = torch.rand(50, 1, generator=torch.Generator().manual_seed(0), dtype=D)
    moments = Moments(1)
    moments.update(x, 1 + 2 * x)
    fit = moments.solve()
    assert fit.expected_digits == 0
    assert fit.limited_by == "the standard errors, whose residuals are lost in rounding"
    assert (
        "digits to expect 0 given the rows (fast accuracy), because of the standard "
        in fit.summary()
    )
    # What is shown is the most that they can be.
    assert fit.standard_errors.min() > 0


def test_useless_features_are_fitted_fast() -> None:
    """A feature without effect does not send ordinary data back to the rows."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(20_000, 10, generator=generator, dtype=D)
    y = x[:, :9].sum(1) + torch.randn(20_000, generator=generator, dtype=D)
    assert least_squares(x, y).accuracy == "fast"


@pytest.mark.parametrize("mean", [0.0, 24.0, 100.0, 1e6])
def test_the_rate_advised_works(mean: float) -> None:
    """Where descent diverges, the rate that the error names does not."""
    x = mean + torch.rand(20, 1, generator=torch.Generator().manual_seed(24), dtype=D)
    moments = Moments(1)
    moments.update(x, 1 + 2 * x)
    for descend in (
        lambda lr, steps: gradient_descent(x, 1 + 2 * x, lr=lr, steps=steps),
        moments.descend,
    ):
        with pytest.raises(DivergenceError) as caught:
            descend(lr=5.0, steps=3000)
        advised = float(str(caught.value).rpartition("try lr=")[2])
        losses = descend(lr=advised, steps=3000).losses
        assert losses[-1] < losses[0]


def test_losses_are_never_negative() -> None:
    """A walk that ends on the line has losses of 0 or rounding above it."""
    x = torch.linspace(0, 1, 20, dtype=D)[:, None]
    moments = Moments(1)
    moments.update(x, 1 + 2 * x)
    assert min(moments.descend(0.5, 3000).losses) >= 0


def test_a_ridge_takes_constant_features() -> None:
    """With a ridge the weight of a feature that is always the same is 0."""
    x = torch.randn(30, 2, generator=torch.Generator().manual_seed(0), dtype=D)
    same = torch.cat([x, torch.full((30, 1), 0.1, dtype=D)], 1)
    found, without = least_squares(same, x[:, 0], ridge=1.0), least_squares(x, x[:, 0], ridge=1.0)
    assert found.coefficients[2] == 0
    assert torch.allclose(found.coefficients[:2], without.coefficients, rtol=1e-12)
    assert math.isclose(found.expected_digits, without.expected_digits, abs_tol=0.1)
