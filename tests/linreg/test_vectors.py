"""A target of shape (n,) gives back what one of shape (n, 1) gives, without the axis of targets."""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
import torch
from torch import Tensor

from linreg import LinearFit, Moments, fit, gradient_descent, least_squares, mse, polynomial, step


def rows(n: int = 30, p: int = 2) -> tuple[Tensor, Tensor]:
    """Features (n, p) and a target (n,)."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(n, p, generator=generator, dtype=torch.float64) + 2
    noise = torch.randn(n, generator=generator, dtype=torch.float64)
    return features, features.sum(1) + noise


FITS: dict[str, Callable[[Tensor, Tensor], LinearFit]] = {
    "least_squares": least_squares,
    "no intercept": lambda x, y: least_squares(x, y, intercept=False),
    "exact": lambda x, y: least_squares(x, y, accuracy="exact"),
    "polynomial": lambda x, y: polynomial(x[:, :1], y, 3),
}


@pytest.mark.parametrize("kind", FITS)
def test_a_fit_of_a_vector(kind: str) -> None:
    """Every tensor of the fit, and of what it tells of rows, lacks the axis of one target."""
    features, target = rows()
    ours, theirs = FITS[kind](features, target), FITS[kind](features, target[:, None])
    features = features[:, :1] if kind == "polynomial" else features
    q = len(ours.names)
    for name, shape in {
        "parameters": (q,),
        "intercept": (),
        "coefficients": (q - ours.has_intercept,),
        "standard_errors": (q,),
        "t_values": (q,),
        "p_values": (q,),
        "coef_covariance": (q, q),
        "sigma": (),
        "r_squared": (),
        "adjusted_r_squared": (),
        "f_statistic": (),
        "f_p_value": (),
        "squared_error": (),
        "total_square": (),
    }.items():
        mine = getattr(ours, name)
        assert mine.shape == shape, name
        assert torch.equal(mine.flatten(), getattr(theirs, name).flatten()), name
    assert ours.confidence_intervals().shape == (q, 2)
    assert torch.equal(ours.predict(features), theirs.predict(features)[:, 0])
    assert torch.equal(
        ours.residuals(features, target), theirs.residuals(features, target[:, None])[:, 0]
    )
    for method in ("mean_interval", "prediction_interval"):
        pairs = zip(getattr(ours, method)(features), getattr(theirs, method)(features), strict=True)
        assert all(torch.equal(mine, other[:, 0]) for mine, other in pairs)
    mine, other = ours.influence(features, target), theirs.influence(features, target[:, None])
    for name in ("internally_studentised", "externally_studentised", "cooks_distance"):
        assert torch.equal(getattr(mine, name), getattr(other, name)[:, 0])
    assert ours.summary() == theirs.summary()
    assert ours._repr_html_() == theirs._repr_html_()
    assert ours.table() == theirs.table()
    assert len(fields(ours)) == len(fields(theirs))


def test_moments_of_vectors() -> None:
    """Moments of vectors solve to vectors, after merging, saving and taking a fold away too."""
    features, target = rows()
    parts = []
    for part in (slice(0, 10), slice(10, 30)):
        moments = Moments(2)
        moments.update(features[part], target[part])
        parts.append(moments)
    merged = parts[0].merge(parts[1])
    saved = Moments.from_state_dict(merged.state_dict())
    for moments in (merged, saved, merged.without(parts[0]), Moments(2).merge(parts[0])):
        assert moments.solve().parameters.shape == (3,)
    found = merged.descend(0.1, 5, (torch.ones(2), torch.tensor(1.0)))
    assert found.weight.shape == (2,)
    assert found.bias.shape == ()
    column = Moments(2)
    column.update(features, target[:, None])
    other = column.descend(0.1, 5, (torch.ones(2, 1), torch.ones(1)))
    torch.testing.assert_close(found.weight, other.weight[:, 0])
    torch.testing.assert_close(found.losses, other.losses)


def test_moments_do_not_mix_shapes() -> None:
    """Rows whose target has another shape than before are refused, and so are such moments."""
    features, target = rows()
    moments = Moments(2)
    moments.update(features, target)
    message = re.escape("the target has shape (n, k), and that of the rows before had (n,): give")
    with pytest.raises(ValueError, match=message):
        moments.update(features, target[:, None])
    other = Moments(2)
    other.update(features, target[:, None])
    with pytest.raises(ValueError, match=message):
        moments.merge(other)


@pytest.mark.parametrize(
    "train",
    [
        lambda x, y: step(torch.nn.Linear(2, 1).double(), x, y, lr=0.1),
        lambda x, y: fit(torch.nn.Linear(2, 1).double(), x, y, lr=0.1, steps=1),
        lambda x, y: gradient_descent(x, y, lr=0.1, steps=1),
    ],
)
def test_the_training_loop_refuses_a_vector(train: Callable[[Tensor, Tensor], Any]) -> None:
    """Where (n, 1) less (n,) would be (n, n), a vector is an error that says so."""
    with pytest.raises(ValueError, match=r"and their difference would be \(30, 30\): use"):
        train(*rows())
    with pytest.raises(ValueError, match=r"would broadcast to \(30, 30\)"):
        mse(torch.ones(30, 1).double(), rows()[1])


def test_residuals_pair_with_predictions() -> None:
    """Targets of another number than the predictions are refused, never broadcast."""
    features, target = rows()
    fit = least_squares(features, target[:, None])
    assert fit.residuals(features, target).shape == (30, 1)
    for bad in (target[:, None].expand(30, 3), target[:29]):
        with pytest.raises(ValueError, match=r"give one target for each"):
            fit.residuals(features, bad)
