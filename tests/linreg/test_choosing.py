"""Choosing features and ridges from moments, against statsmodels and scikit-learn on the rows."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import torch
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import mean_squared_error
from torch import Tensor

from linreg import Moments, cross_validate, least_squares, polynomial

ACCURACY = pytest.mark.parametrize("accuracy", ["fast", "exact"])


def rows(n: int = 120, p: int = 4, k: int = 1, mean: float = 3.0) -> tuple[Tensor, Tensor]:
    """Features of which the last does nothing, and targets."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(n, p, generator=generator, dtype=torch.float64)
    target = features[:, :-1].sum(1, keepdim=True) * torch.arange(1, k + 1) + mean
    noise = torch.randn(n, k, generator=generator, dtype=torch.float64)
    return features + mean, target + noise


def weights(n: int = 120) -> Tensor:
    """Positive weights."""
    return torch.rand(n, generator=torch.Generator().manual_seed(1), dtype=torch.float64) + 0.2


def gathered(accuracy: Any, features: Tensor, target: Tensor, *weight: Tensor) -> Moments:
    """Moments of rows."""
    moments = Moments(features.shape[1], target.shape[1], accuracy=accuracy)
    moments.update(features, target, *weight)
    return moments


@ACCURACY
@pytest.mark.parametrize("mean", [0.0, 3.0, 1e6])
def test_scoring_without_rows(accuracy: str, mean: float) -> None:
    """The score of a fit is scikit-learn's mean squared error on the rows that were gathered."""
    features, target = rows(k=2, mean=mean)
    weight = weights()
    test = gathered(accuracy, features[80:], target[80:], weight[80:])
    for ridge in (0.0, 5.0):
        for intercept in (True, False):
            fit = gathered(accuracy, features[:80], target[:80]).solve(ridge, intercept=intercept)
            theirs = mean_squared_error(
                target[80:],
                fit.predict(features[80:]),
                sample_weight=weight[80:],
                multioutput="raw_values",
            )
            np.testing.assert_allclose(test.score(fit), theirs, rtol=1e-8)


def test_a_score_is_never_negative() -> None:
    """Where the fit meets every row, the score is 0 or rounding above it, never below."""
    x = torch.linspace(0, 1, 20, dtype=torch.float64)[:, None]
    moments = gathered("fast", x, 1 + 2 * x)
    assert 0 <= moments.score(least_squares(x, 1 + 2 * x)).item() < 1e-13


@ACCURACY
@pytest.mark.parametrize("intercept", [True, False])
def test_cross_validation(accuracy: str, intercept: bool) -> None:
    """Errors of ridges on folds are those of scikit-learn, fitted and scored on the rows."""
    features, target = rows(k=2)
    fold = torch.arange(120) % 5
    folds = [gathered(accuracy, features[fold == i], target[fold == i]) for i in range(5)]
    ridges = np.logspace(-2, 3, 6)
    found = cross_validate(folds, ridges, intercept=intercept)
    for r, ridge in enumerate(ridges):
        for i in range(5):
            model = Ridge(alpha=ridge, fit_intercept=intercept)
            model.fit(features[fold != i], target[fold != i])
            theirs = mean_squared_error(
                target[fold == i], model.predict(features[fold == i]), multioutput="raw_values"
            )
            np.testing.assert_allclose(found.errors[r, i], theirs, rtol=1e-9)
    np.testing.assert_allclose(found.mean, found.errors.mean(1), rtol=1e-12)
    assert found.best == ridges[int(found.errors.mean((1, 2)).argmin())]
    whole = Ridge(alpha=found.best, fit_intercept=intercept).fit(features, target)
    np.testing.assert_allclose(found.fit.coefficients.T, whole.coef_, rtol=1e-9)
    assert found.fit.rows == 120


def test_cross_validation_of_unequal_folds() -> None:
    """The mean error weighs each row once; vectors have no axis of targets; two folds will do."""
    features, target = rows()
    folds = []
    for part in (slice(0, 30), slice(30, 120)):
        moments = Moments(4)
        moments.update(features[part], target[part, 0])
        folds.append(moments)
    found = cross_validate(folds, [0.0, 1.0])
    assert found.errors.shape == (2, 2)
    one = LinearRegression().fit(features[30:], target[30:]).predict(features[:30])
    other = LinearRegression().fit(features[:30], target[:30]).predict(features[30:])
    missed = target.numpy() - np.concatenate([one, other])
    np.testing.assert_allclose(found.mean[0], (missed**2).mean(), rtol=1e-10)
    single = cross_validate(folds, 1.0)
    assert single.ridges == [1.0]
    assert single.mean[0] == found.mean[1]


@ACCURACY
def test_selecting_features(accuracy: str) -> None:
    """Moments of some features, in any order, fit as the rows of those features do."""
    features, target = rows(k=2)
    weight = weights()
    moments = gathered(accuracy, features, target, weight)
    ours = moments.select(["x3", "x1"]).solve()
    theirs = sm.WLS(
        target.numpy()[:, 0], sm.add_constant(features[:, [2, 0]].numpy()), weight.numpy()
    )
    assert ours.names == ("intercept", "x3", "x1")
    np.testing.assert_allclose(ours.parameters[:, 0], theirs.fit().params, rtol=1e-10)
    np.testing.assert_allclose(ours.standard_errors[:, 0], theirs.fit().bse, rtol=1e-10)


def test_selecting_kinds() -> None:
    """A column of kinds is selected whole, and predicting still takes the table."""
    frame = pd.DataFrame({"age": [3, 1, 4, 1, 5, 9.0], "cut": list("abcabc"), "h": range(6)})
    target = pd.Series([1.0, 2, 5, 3, 8, 4])
    fit = least_squares(frame[["cut", "age"]], target, categories="cut")
    labels = least_squares(frame, target, categories="cut")._columns
    moments = Moments(4)
    moments._labels = moments._labels.joined(type(moments._labels)(labels))
    moments.update(frame, target)
    chosen = moments.select(["cut", "age"]).solve()
    assert chosen.names == fit.names
    torch.testing.assert_close(
        chosen.predict(frame[["cut", "age"]]), fit.predict(frame.iloc[:, 1::-1])
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_nested_fits(weighted: bool) -> None:
    """The F test of nested fits is that of statsmodels."""
    features, target = rows()
    weight = weights() if weighted else torch.ones(120).double()
    moments = gathered("fast", features, target, *([weight] if weighted else []))
    large, small = moments.solve(), moments.select(["x1", "x4"]).solve()
    theirs = [
        sm.WLS(target.numpy()[:, 0], sm.add_constant(features[:, i].numpy()), weight.numpy()).fit()
        for i in ([0, 1, 2, 3], [0, 3])
    ]
    f, p, used = theirs[0].compare_f_test(theirs[1])
    found = large.f_test(small)
    np.testing.assert_allclose(found.f, [f], rtol=1e-9)
    np.testing.assert_allclose(found.p, [p], rtol=1e-8)
    assert (found.features, found.degrees_of_freedom) == (used, 115)
    constant = large.f_test(moments.select("x1").solve())
    assert constant.features == 3


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
def test_criteria(weighted: bool, intercept: bool) -> None:
    """Log-likelihood, AIC and BIC are those of statsmodels, of merged moments too."""
    features, target = rows()
    weight = weights()
    design = sm.add_constant(features.numpy()) if intercept else features.numpy()
    model = sm.WLS(target.numpy()[:, 0], design, weight.numpy() if weighted else 1.0).fit()
    parts = [(features[a:b], target[a:b], weight[a:b]) for a, b in ((0, 50), (50, 120))]
    one, two = (gathered("fast", *(part if weighted else part[:2])) for part in parts)
    for fit in (
        least_squares(
            features, target, sample_weight=weight if weighted else None, intercept=intercept
        ),
        one.merge(two).solve(intercept=intercept),
        one.merge(two).merge(one).without(one).solve(intercept=intercept),
        Moments.from_state_dict(one.merge(two).state_dict()).solve(intercept=intercept),
    ):
        np.testing.assert_allclose(fit.log_likelihood, [model.llf], rtol=1e-11)
        np.testing.assert_allclose(fit.aic, [model.aic], rtol=1e-11)
        np.testing.assert_allclose(fit.bic, [model.bic], rtol=1e-11)


def test_ridges_of_all_kinds() -> None:
    """One ridge gives a fit; a list, a tuple, a tensor, an array or a generator gives a list."""
    features, target = rows()
    one = least_squares(features, target, ridge=2.0)
    theirs = Ridge(alpha=2.0).fit(features, target[:, 0])
    np.testing.assert_allclose(one.coefficients[:, 0], theirs.coef_, rtol=1e-10)
    moments = gathered("fast", features, target)
    for ridges in ([2.0, 0], (2, 0), torch.tensor([2.0, 0]), np.array([2.0, 0]), iter([2.0, 0.0])):
        assert [fit.ridge for fit in moments.solve(ridges)] == [2.0, 0.0]
    for ridge in (2, np.float64(2), np.float32(2), torch.tensor(2.0), np.array(2.0)):
        assert moments.solve(ridge).ridge == 2.0
        assert least_squares(features, target, ridge=ridge).ridge == 2.0
    path = least_squares(features, target, ridge=(r for r in (0.0, 2.0)))
    assert torch.equal(path[1].parameters, one.parameters)
    assert least_squares(features, target, ridge=[0.0], accuracy="exact")[0].accuracy == "exact"


def other(**changes: Any) -> Any:
    """A fit that differs in one way."""
    features, target = rows(**changes)
    return least_squares(features, target)


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: gathered("fast", *rows()).solve("12"),  # type: ignore[call-overload]
        TypeError,
        "ridge is '12', of type str: give a number such as 1.0, or several",
    ),
    (
        lambda: gathered("fast", *rows()).solve([1.0, -1.0]),
        ValueError,
        "ridge is -1.0: give a finite number, 0 or more",
    ),
    (
        lambda: gathered("fast", *rows()).score(other(p=3)),
        ValueError,
        "the fit is of 'x1', 'x2', 'x3' and 1 targets, and these moments are of 'x1', 'x2', 'x3', "
        "'x4' and 1: they must be the same",
    ),
    (
        lambda: gathered("fast", rows()[0][:, :2], rows()[1]).score(
            polynomial(rows()[0][:, :1], rows()[1], 2)
        ),
        ValueError,
        "the fit is of 'x', 'x^2' and 1 targets, and these moments are of 'x1', 'x2' and 1: they "
        "must be the same",
    ),
    (
        lambda: Moments(3).score(other(p=3)),
        ValueError,
        "the sum of the sample weights is 0: gather rows of positive weight first",
    ),
    (
        lambda: gathered("fast", *rows()).select(["x1", "age"]),
        ValueError,
        "features names 'age': name one or several of 'x1', 'x2', 'x3', 'x4', each once",
    ),
    (
        lambda: gathered("fast", *rows()).select(["x1", "x1"]),
        ValueError,
        "features has 2 names: name one or several of 'x1', 'x2', 'x3', 'x4', each once",
    ),
    (
        lambda: other().f_test(other(n=60)),
        ValueError,
        "the smaller fit has rows 60, and this one 120: fit both to the same rows, such as with "
        "Moments.select",
    ),
    (
        lambda: other(p=3).f_test(other()),
        ValueError,
        "the smaller fit has 'x4' besides: its parameters must be some of this one's",
    ),
    (
        lambda: other().robust(*rows()).f_test(other()),
        ValueError,
        "the F test takes the noise to be equal, and the errors of this fit are HC3: compare the "
        "fits as they were before",
    ),
    (
        lambda: other().f_test(other()),
        ValueError,
        "the smaller fit has the same parameters: its parameters must be some of this one's",
    ),
    (
        lambda: other().f_test(other(p=3)),
        ValueError,
        "the smaller fit is of other targets: fit both to the same rows",
    ),
    (
        lambda: cross_validate([gathered("fast", *rows())], 1.0),
        ValueError,
        "the 1 folds have [120] rows, for 1 ridges: give two folds or more, none of them empty, "
        "and a ridge",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED)
def test_what_is_refused(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    """What does not go together is an error that names both sides."""
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        call()
