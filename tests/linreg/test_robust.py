"""Standard errors for unequal noise and for clusters, against statsmodels."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
import torch
from scipy import stats
from torch import Tensor

from linreg import LinearFit, least_squares, polynomial
from tests.support.fractions import digits


def data(seed: int = 0, n: int = 80, p: int = 3) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Features, a target whose noise grows with the first and has a part by group, weights."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    features, groups = draw(n, p) * 2 + 5, torch.arange(n) % 11
    target = features.sum(1) + features[:, 0] * draw(n) + 3 * draw(11)[groups]
    return features, target, draw(n).exp(), groups


def close(ours: Any, theirs: Any, rtol: float = 1e-10) -> None:
    """Both agree to 10 digits."""
    np.testing.assert_allclose(np.asarray(ours), theirs, rtol=rtol, atol=0)


def agree(ours: LinearFit, theirs: Any, new: Tensor, design: Any) -> None:
    """Everything that the errors enter is that of statsmodels."""
    close(ours.standard_errors, theirs.bse)
    close(ours.coef_covariance, theirs.cov_params(), 1e-9)
    close(ours.t_values, theirs.tvalues)
    close(ours.p_values, theirs.pvalues, 1e-9)
    close(ours.confidence_intervals(0.9), theirs.conf_int(0.1), 1e-9)
    close(ours.f_statistic, theirs.fvalue, 1e-9)
    close(ours.f_p_value, theirs.f_pvalue, 1e-9)
    table = theirs.get_prediction(design).summary_frame(alpha=0.05)
    degrees = getattr(theirs, "df_resid_inference", theirs.df_resid)
    # For clusters statsmodels takes the degrees of freedom of the rows here, and those of the
    # clusters everywhere else.
    reach = stats.t.ppf(0.975, degrees) * table["mean_se"]
    close(ours.mean_interval(new).low, table["mean"] - reach, 1e-9)
    close(ours.mean_interval(new).high, table["mean"] + reach, 1e-9)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
def test_unequal_noise(kind: Any, weighted: bool, intercept: bool) -> None:
    """HC0 to HC3 are those of statsmodels with t and F, for OLS and WLS."""
    features, target, weight, _ = data()
    new = data(seed=1, n=5)[0]
    given = weight if weighted else None
    designs = [sm.add_constant(f.numpy()) if intercept else f.numpy() for f in (features, new)]
    model = (
        sm.WLS(target.numpy(), designs[0], weights=weight.numpy())
        if weighted
        else sm.OLS(target.numpy(), designs[0])
    )
    theirs = model.fit(cov_type=kind, use_t=True)
    plain = least_squares(features, target, sample_weight=given, intercept=intercept)
    ours = plain.robust(features, target, given, kind=kind)
    agree(ours, theirs, new, designs[1])
    assert torch.equal(ours.parameters, plain.parameters)
    assert ours.error_kind == kind
    assert f"standard errors {kind}" in ours.summary()
    assert ours.summary() != plain.summary()
    assert ours.table()[0]["standard_error"] == ours.standard_errors[0].item()


@pytest.mark.parametrize("weighted", [False, True])
def test_clusters(weighted: bool) -> None:
    """Errors for clusters, whose names may be numbers or text, are those of statsmodels."""
    features, target, weight, groups = data()
    new = data(seed=1, n=5)[0]
    given = weight if weighted else None
    design = sm.add_constant(features.numpy())
    model = (
        sm.WLS(target.numpy(), design, weights=weight.numpy())
        if weighted
        else sm.OLS(target.numpy(), design)
    )
    theirs = model.fit(cov_type="cluster", cov_kwds={"groups": groups.numpy()}, use_t=True)
    fit = least_squares(features, target, sample_weight=given)
    ours = fit.clustered(features, target, groups, given)
    agree(ours, theirs, new, sm.add_constant(new.numpy()))
    assert "standard errors clustered by 11 groups" in ours.summary()
    named = fit.clustered(features, target, [f"family {g}" for g in groups.tolist()], given)
    assert torch.equal(named.standard_errors, ours.standard_errors)


def test_several_targets_have_errors_of_their_own() -> None:
    """Each column has the errors that it has alone."""
    features, target, _, groups = data()
    both = torch.stack([target, target.square()], 1)
    fit = least_squares(features, both)
    for ours, alone in (
        (fit.robust(features, both), lambda f, y: f.robust(features, y)),
        (fit.clustered(features, both, groups), lambda f, y: f.clustered(features, y, groups)),
    ):
        for k in range(2):
            one = alone(least_squares(features, both[:, k]), both[:, k])
            close(ours.standard_errors[:, k], one.standard_errors, 1e-13)
            close(ours.coef_covariance[k], one.coef_covariance, 1e-12)
            close(ours.f_statistic[k], one.f_statistic, 1e-12)
            close(ours.mean_interval(features).low[:, k], one.mean_interval(features).low, 1e-12)


def test_a_polynomial() -> None:
    """The errors of a polynomial are those of its powers."""
    features, target, _, _ = data()
    x = features[:, :1]
    theirs = sm.OLS(target.numpy(), np.hstack([x.numpy() ** k for k in range(3)]))
    ours = polynomial(x, target, 2).robust(x, target, kind="HC1")
    close(ours.standard_errors, theirs.fit(cov_type="HC1").bse, 1e-9)


@pytest.mark.parametrize("noise", [1.0, 1e-6, 1e-11])
@pytest.mark.parametrize("mean", [0.0, 1e6])
def test_no_fewer_digits_than_it_says(noise: float, mean: float) -> None:
    """Robust errors have the digits that the fit promises, against fractions of the same rows."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        x, e = torch.randn(2, 20, generator=generator, dtype=torch.float64).unbind()
        x, groups = (x + mean)[:, None], torch.arange(20) % 6
        y = 1 + 2 * x[:, 0] + noise * e
        us, ys = ([Fraction(v) for v in t.flatten().tolist()] for t in (x, y))
        middle, level = sum(us) / 20, sum(ys) / 20
        us, ys = [u - middle for u in us], [v - level for v in ys]
        square = sum(u * u for u in us)
        slope = sum(u * v for u, v in zip(us, ys, strict=True)) / square
        # The slope's influence of each row times its residual; that of the intercept follows.
        parts = [u * (v - slope * u) / square for u, v in zip(us, ys, strict=True)]
        means = [
            (v - slope * u) / 20 - middle * part for u, v, part in zip(us, ys, parts, strict=True)
        ]
        fit = least_squares(x, y)
        robust = fit.robust(x, y, kind="HC0")
        exact = [float(sum(v * v for v in each)) ** 0.5 for each in (means, parts)]
        assert digits(robust.standard_errors.tolist(), exact) >= robust.expected_digits - 0.3
        clustered = fit.clustered(x, y, groups)
        summed = [[sum(each[g::6]) for g in range(6)] for each in (means, parts)]
        factor = Fraction(6 * 19, 5 * 18)
        exact = [float(factor * sum(v * v for v in each)) ** 0.5 for each in summed]
        assert digits(clustered.standard_errors.tolist(), exact) >= clustered.expected_digits - 0.3
        assert noise < 1 or robust.expected_digits > 5


def test_rows_of_weight_0_do_not_count() -> None:
    """A row of weight 0 changes nothing, as if it were not there."""
    features, target, weight, groups = data()
    weight[:7] = 0
    fit = least_squares(features, target, sample_weight=weight)
    rest = (features[7:], target[7:], weight[7:])
    alone = least_squares(*rest[:2], sample_weight=rest[2])
    for kind in ("HC1", "HC3"):
        close(
            fit.robust(features, target, weight, kind=kind).standard_errors,
            alone.robust(*rest, kind=kind).standard_errors,
        )
    close(
        fit.clustered(features, target, groups, weight).standard_errors,
        alone.clustered(*rest[:2], groups[7:], rest[2]).standard_errors,
    )


def test_what_is_refused() -> None:
    """Other rows, a ridge, one group, a missing group, or a row of its own are errors."""
    features, target, _, groups = data()
    fit = least_squares(features, target)
    with pytest.raises(ValueError, match="these are 79 rows, but 80 were fitted: give the rows of"):
        fit.robust(features[1:], target[1:])
    with pytest.raises(ValueError, match="kind is 'HC4': choose one of HC0, HC1, HC2, HC3"):
        fit.robust(features, target, kind="HC4")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="groups has one group: the errors need two or more"):
        fit.clustered(features, target, [1] * 80)
    with pytest.raises(ValueError, match="groups has 79 values, but there are 80 rows"):
        fit.clustered(features, target, groups[1:])
    with pytest.raises(ValueError, match=r"groups\[3\] is missing: leave its row out"):
        fit.clustered(features, target, [1, 2, 1, None, *[1] * 76])
    with pytest.raises(ValueError, match="4 rows fitted by 4 parameters have no residuals to tell"):
        least_squares(features[:4], target[:4]).robust(features[:4], target[:4])
    ridged = least_squares(features, target, ridge=1.0)
    with pytest.raises(ValueError, match=r"a fit with ridge=1 has no"):
        ridged.robust(features, target)
    alone = torch.cat([features, (torch.arange(80) == 6).double()[:, None]], 1)
    lonely = least_squares(alone, target)
    with pytest.raises(ValueError, match="row 6 alone decides its own prediction, so HC3 is not"):
        lonely.robust(alone, target)
    assert lonely.robust(alone, target, kind="HC1").standard_errors.isfinite().all()
