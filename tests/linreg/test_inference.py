"""Every quantity of inference, against statsmodels and scipy."""

import math
import re
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
import torch
from scipy import stats
from torch import Tensor

from linreg import least_squares, polynomial
from linreg._distributions import f_above, t_quantile, t_two_sided


def data(seed: int = 0, n: int = 60, p: int = 3) -> tuple[Tensor, Tensor, Tensor]:
    """Features, target and weights."""
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(n, p, generator=generator, dtype=torch.float64) * 2 + 5
    target = features.sum(1, keepdim=True) + torch.randn(
        n, 1, generator=generator, dtype=torch.float64
    )
    return features, target, torch.rand(n, generator=generator, dtype=torch.float64) + 0.1


def close(ours: Tensor | float, theirs: Any) -> None:
    """Both agree to 9 digits, which is what statsmodels has."""
    np.testing.assert_allclose(np.asarray(ours).squeeze(), theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
def test_what_a_fit_reports(intercept: bool, weighted: bool) -> None:
    """Estimates, errors, tests, intervals and shares explained are those of OLS and WLS."""
    features, target, weight = data()
    design = sm.add_constant(features.numpy()) if intercept else features.numpy()
    theirs = (
        sm.WLS(target.numpy(), design, weights=weight.numpy())
        if weighted
        else sm.OLS(target.numpy(), design)
    ).fit()
    ours = least_squares(
        features, target, sample_weight=weight if weighted else None, intercept=intercept
    )
    close(ours.parameters, theirs.params)
    close(ours.standard_errors, theirs.bse)
    close(ours.t_values, theirs.tvalues)
    close(ours.p_values, theirs.pvalues)
    close(ours.confidence_intervals(), theirs.conf_int())
    close(ours.confidence_intervals(0.9), theirs.conf_int(0.1))
    close(ours.coef_covariance, theirs.cov_params())
    close(ours.r_squared, theirs.rsquared)
    close(ours.adjusted_r_squared, theirs.rsquared_adj)
    close(ours.f_statistic, theirs.fvalue)
    close(ours.f_p_value, theirs.f_pvalue)
    close(ours.sigma, theirs.scale**0.5)
    assert ours.degrees_of_freedom == theirs.df_resid


def test_condition_number() -> None:
    """It is the ratio of the singular values of the features, centred and of equal length."""
    features, target, _ = data()
    centred = features - features.mean(0)
    values = torch.linalg.svdvals(centred / torch.linalg.vector_norm(centred, dim=0))
    close(least_squares(features, target).condition, (values[0] / values[-1]).item())


def test_intervals_of_predictions() -> None:
    """Intervals for the mean and for a new target are those of statsmodels, at new rows too."""
    features, target, _ = data()
    new, _, _ = data(seed=1, n=5)
    theirs = sm.OLS(target.numpy(), sm.add_constant(features.numpy())).fit()
    table = theirs.get_prediction(sm.add_constant(new.numpy())).summary_frame(alpha=0.1)
    ours = least_squares(features, target)
    mean, single = ours.mean_interval(new, 0.9), ours.prediction_interval(new, 0.9)
    close(ours.predict(new), table["mean"])
    close(mean.estimate, table["mean"])
    close(mean.low, table["mean_ci_lower"])
    close(mean.high, table["mean_ci_upper"])
    close(single.low, table["obs_ci_lower"])
    close(single.high, table["obs_ci_upper"])


@pytest.mark.parametrize("intercept", [False, True])
def test_influence(intercept: bool) -> None:
    """Leverage, both studentised residuals and Cook's distance are those of statsmodels."""
    features, target, _ = data()
    design = sm.add_constant(features.numpy()) if intercept else features.numpy()
    theirs = sm.OLS(target.numpy(), design).fit().get_influence()
    ours = least_squares(features, target, intercept=intercept)
    rows = ours.influence(features, target)
    close(ours.residuals(features, target), theirs.resid)
    close(rows.residuals, theirs.resid)
    close(ours.leverage(features), theirs.hat_matrix_diag)
    close(rows.internally_studentised, theirs.resid_studentized_internal)
    close(rows.externally_studentised, theirs.resid_studentized_external)
    close(rows.cooks_distance, theirs.cooks_distance[0])


def test_influence_with_weights() -> None:
    """With weights they are those of the rows times the roots of their weights."""
    features, target, weight = data()
    root = weight.sqrt()[:, None].numpy()
    design = sm.add_constant(features.numpy())
    theirs = sm.OLS(target.numpy() * root, design * root).fit().get_influence()
    ours = least_squares(features, target, sample_weight=weight)
    rows = ours.influence(features, target, weight)
    close(rows.leverage, theirs.hat_matrix_diag)
    close(rows.internally_studentised, theirs.resid_studentized_internal)
    close(rows.externally_studentised, theirs.resid_studentized_external)
    close(rows.cooks_distance, theirs.cooks_distance[0])


def test_several_targets_are_fits_of_their_own() -> None:
    """Each column of the target has the errors of its own fit."""
    features, target, _ = data()
    other = target.square()
    both = least_squares(features, torch.cat([target, other], 1), accuracy="exact")
    for k, one in enumerate((target, other)):
        alone = least_squares(features, one, accuracy="exact")
        close(both.standard_errors[:, k], alone.standard_errors[:, 0])
        close(both.p_values[:, k], alone.p_values[:, 0])
        close(
            both.prediction_interval(features).low[:, k],
            alone.prediction_interval(features).low[:, 0],
        )


def test_polynomials() -> None:
    """A polynomial's errors and leverage are those of statsmodels on its powers."""
    x, target, _ = data(p=1)
    design = np.hstack([x.numpy() ** k for k in range(4)])
    theirs = sm.OLS(target.numpy(), design).fit()
    ours = polynomial(x, target, 3)
    np.testing.assert_allclose(ours.standard_errors[:, 0], theirs.bse, rtol=1e-7)
    np.testing.assert_allclose(ours.p_values[:, 0], theirs.pvalues, rtol=1e-6)
    np.testing.assert_allclose(ours.leverage(x), theirs.get_influence().hat_matrix_diag, rtol=1e-7)
    assert ours.names == ("intercept", "x", "x^2", "x^3")


@pytest.mark.parametrize("df", [1, 2, 3, 10, 31, 100, 999, 1e6])
def test_probabilities_of_t(df: float) -> None:
    """Probabilities and quantiles of t are scipy's, far into the tail and near 0."""
    for t in (0, 1e-3, 0.1, 0.5, 1, 1.5, 2, 3, 5, 10, 40, 1e5):
        np.testing.assert_allclose(t_two_sided(t, df), 2 * stats.t.sf(t, df), rtol=1e-10)
    for level in (0.5, 0.9, 0.95, 0.999):
        np.testing.assert_allclose(
            t_quantile(level, df), stats.t.ppf((1 + level) / 2, df), rtol=1e-10
        )


@pytest.mark.parametrize("df", [1, 2, 3, 10, 31, 100, 999, 1e6])
@pytest.mark.parametrize("used", [1, 2, 10, 100])
def test_probabilities_of_f(df: float, used: float) -> None:
    """Probabilities of F are scipy's, for all sizes of both degrees of freedom."""
    for f in (1e-3, 0.1, 0.9, 1, 1.1, 2, 10):
        np.testing.assert_allclose(f_above(f, used, df), stats.f.sf(f, used, df), rtol=1e-10)


def test_what_has_no_errors() -> None:
    """As many parameters as rows leave no degree of freedom: the errors are nan, not 0."""
    features, target, _ = data(n=4)
    fit = least_squares(features, target)
    assert fit.degrees_of_freedom == 0
    for value in (fit.sigma, fit.standard_errors, fit.p_values, fit.confidence_intervals()):
        assert value.isnan().all()


def test_a_fit_without_degrees_of_freedom_can_be_shown() -> None:
    """A line through two points prints, with nan for what cannot be told."""
    fit = least_squares(torch.tensor([[1.0], [2.0]]), torch.tensor([[1.0], [3.0]]))
    for shown in (repr(fit), fit._repr_html_()):
        assert "2.0000" in shown
        assert "nan" in shown
    assert fit.adjusted_r_squared.isnan().all()


def test_many_targets_show_the_first_ten() -> None:
    """A display of many targets stops after ten and says how many there are besides."""
    features, _, _ = data()
    many = least_squares(features, torch.cat([features, features.square()], 1).repeat(1, 4) + 1e-3)
    assert many.parameters.shape[1] == 24
    for shown in (many.summary(), many._repr_html_()):
        assert "y10: " in shown
        assert "y11: " not in shown
        assert "and 14 more targets" in shown
    assert len(many.table()) == 24 * 4


def test_influence_that_cannot_be_told_is_nan() -> None:
    """A row that alone decides its prediction, or that leaves no degree of freedom, has nan."""
    features = torch.eye(6, 2, dtype=torch.float64)
    features[2:, 0] = torch.arange(4.0)
    target = torch.tensor([1.0, 3.0, 2.0, 5.0, 4.0, 4.5], dtype=torch.float64)[:, None]
    rows = least_squares(features, target).influence(features, target)
    for value in (rows.internally_studentised, rows.externally_studentised, rows.cooks_distance):
        assert value[1].isnan().all()
        assert value[2:].isfinite().all()
    one = least_squares(features[1:5], target[1:5]).influence(features[1:5], target[1:5])
    assert one.degrees_of_freedom == 1
    assert one.externally_studentised.isnan().all()


def test_the_summary_is_a_table() -> None:
    """The text has the estimates of each parameter, the HTML has the same cells."""
    features, target, _ = data()
    fit = least_squares(features, target)
    text, page = fit.summary(), fit._repr_html_()
    assert str(fit) == repr(fit) == text
    assert re.search(r"60 rows, 4 parameters, condition .*, digits to expect 1\d", text)
    for name, row in zip(fit.names, fit.parameters.tolist(), strict=True):
        line = next(line for line in text.splitlines() if line.startswith(name))
        assert f"{row[0]:#.5g}" in line
        assert page.count(f"<th>{name}</th>") == 1
        for cell in line.split()[1:]:
            assert f"<td>{cell}</td>" in page
    assert len({len(line) for line in text.splitlines()[-5:]}) == 1


def test_a_ridge_has_no_errors() -> None:
    """A ridge biases the estimates, so asking for their errors is an error itself."""
    features, target, _ = data()
    from linreg import Moments

    moments = Moments(3)
    moments.update(features, target)
    fit = moments.solve(ridge=2.0)
    assert "ridge 2" in fit.summary()
    with pytest.raises(
        ValueError, match=r"a fit with ridge=2 has no .*: its estimates are biased towards 0"
    ):
        fit.standard_errors  # noqa: B018


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"accuracy": "high"}, "accuracy is 'high': choose 'auto', 'fast' or 'exact'"),
        ({"target": torch.ones(59, 1).double()}, "60 rows do not pair with 59"),
    ],
)
def test_what_least_squares_refuses(arguments: dict[str, Any], message: str) -> None:
    """Wrong input is one error that names the values."""
    features, target, _ = data()
    with pytest.raises(ValueError, match=re.escape(message)):
        least_squares(**({"features": features, "target": target} | arguments))


def test_what_polynomial_refuses() -> None:
    """A polynomial of no column, of two, of no degree, or of values that do not do, says so."""
    x, target, _ = data(p=1)
    with pytest.raises(ValueError, match=r"x has shape \(60,\), .* use x.reshape\(-1, 1\)"):
        polynomial(x[:, 0], target, 2)
    with pytest.raises(ValueError, match=r"x has shape \(9, 1\) and target \(60, 1\)"):
        polynomial(x[:9], target, 2)
    for name, bad in (("x", math.nan), ("x", math.inf), ("target", math.nan)):
        rows = {"x": x.clone(), "target": target.clone()}
        rows[name][7] = bad
        with pytest.raises(ValueError, match=rf"{name}\[7, 0\] is {bad}: remove or repair"):
            polynomial(**rows, degree=2)
    with pytest.raises(ValueError, match=r"x has shape \(60, 2\), but a polynomial"):
        polynomial(torch.cat([x, x], 1), target, 2)
    with pytest.raises(ValueError, match="degree is 0: give a whole number, 1 or more"):
        polynomial(x, target, 0)
    with pytest.raises(ValueError, match="x has 2 different values, too few for degree 2: use"):
        polynomial((x > 5).double(), target, 2)
    with pytest.raises(
        ValueError, match="x has one value, too few for degree 2: a polynomial needs two"
    ):
        polynomial(torch.ones_like(x), target, 2)
    for factor in (1e-200, 1e200):
        with pytest.raises(ValueError, match="whose coefficients float64 cannot hold: rescale it"):
            polynomial(x * factor, target, 2)
    two = (x > 5).double()
    with pytest.raises(ValueError, match="x has one value, too few for degree 1"):
        polynomial(two, target, 1, sample_weight=two)


def test_what_predicting_refuses() -> None:
    """Rows of another number of features, or a level that is no probability, are errors."""
    features, target, _ = data()
    fit = least_squares(features, target)
    with pytest.raises(ValueError, match=r"features has shape \(60, 2\), but the fit is of 3"):
        fit.predict(features[:, :2])
    with pytest.raises(ValueError, match="level is 95: give a number between 0 and 1"):
        fit.confidence_intervals(95)
    with pytest.raises(TypeError, match="of type str: give a number as"):
        fit.confidence_intervals("95")  # type: ignore[arg-type]
