"""Fits and moments go to files, to other processes and to PyTorch, and come back as they were."""

import copy
import io
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import torch

from linreg import LinearFit, Moments, least_squares, polynomial

X = torch.tensor([[1.0, 2], [3, 1], [2, 2], [5, 0], [4, 7]], dtype=torch.float64)
Y = torch.tensor([1.0, 2, 4, 3, 9], dtype=torch.float64)
FRAME = pd.DataFrame({"a": X[:, 0].numpy(), "kind": list("uvuvv")})


def through_torch(fit: LinearFit) -> LinearFit:
    """A fit saved and loaded with torch's defaults."""
    file = io.BytesIO()
    torch.save(fit, file)
    file.seek(0)
    loaded: LinearFit = torch.load(file)
    return loaded


FITS: dict[str, Callable[[], LinearFit]] = {
    "vector": lambda: least_squares(X, Y),
    "column": lambda: least_squares(X, Y[:, None], intercept=False),
    "ridge": lambda: least_squares(X, Y, ridge=1.0),
    "table": lambda: least_squares(FRAME, Y, categories="kind"),
    "polynomial": lambda: polynomial(X[:, :1], Y, 2),
    "robust": lambda: least_squares(X, Y).robust(X, Y),
}


@pytest.mark.parametrize("kind", FITS)
@pytest.mark.parametrize(
    "through", [lambda fit: pickle.loads(pickle.dumps(fit)), through_torch, copy.deepcopy]
)
def test_a_fit_comes_back(kind: str, through: Callable[[LinearFit], LinearFit]) -> None:
    """A fit that was pickled, saved by torch or copied tells and predicts the same."""
    fit = FITS[kind]()
    back = through(fit)
    rows: Any = {"polynomial": X[:, :1], "table": FRAME}.get(kind, X)
    assert back.summary() == fit.summary()
    assert torch.equal(back.predict(rows), fit.predict(rows))
    if kind != "ridge":
        assert torch.equal(back.mean_interval(rows).low, fit.mean_interval(rows).low)


def test_moments_come_back() -> None:
    """Moments made from a saved state are like those that were saved, whatever their kind."""
    for accuracy in ("fast", "exact"):
        moments = Moments(2, 1, accuracy=accuracy, names=["a", "b"])  # type: ignore[arg-type]
        moments.update(X, Y.clone().index_fill_(0, torch.tensor([1]), torch.nan), missing="drop")
        file = io.BytesIO()
        torch.save(moments.state_dict(), file)
        file.seek(0)
        back = Moments.from_state_dict(torch.load(file))
        assert (back.rows, back.left_out, back.accuracy) == (4, 1, accuracy)
        assert back.solve().summary() == moments.solve().summary()
        back.update(X, Y)
        assert moments.rows == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_features": 1}, "the state's unit has shape (3,) instead of (2,): it is damaged"),
        ({"rows": -4}, "the state's rows is -4: give a whole number, 0 or more"),
        ({"shift": torch.zeros(1)}, "the state's shift has shape (1,) instead of (3,): it is"),
        ({"accuracy": "best"}, "accuracy is 'best': choose 'fast' or 'exact'"),
    ],
)
def test_damaged_states(change: dict[str, Any], message: str) -> None:
    """A state that was changed is refused, by what is wrong with it."""
    moments = Moments(2)
    moments.update(X, Y)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Moments.from_state_dict(moments.state_dict() | change)
    with pytest.raises(ValueError, match="the state has n_features=2, and these moments n_feat"):
        Moments(1, 2).load_state_dict(moments.state_dict())


def test_a_layer_of_torch() -> None:
    """`to_linear` gives a layer that predicts the same and can be trained on; no seed is drawn."""
    before = torch.get_rng_state()
    for target in (Y, torch.stack([Y, -Y], 1)):
        for intercept in (True, False):
            fit = least_squares(X, target, intercept=intercept)
            layer = fit.to_linear()
            predicted = layer(X).detach().reshape(target.shape)
            torch.testing.assert_close(predicted, fit.predict(X), rtol=1e-13, atol=1e-13)
            assert all(parameter.requires_grad for parameter in layer.parameters())
            assert (layer.bias is not None) == intercept
    assert torch.equal(before, torch.get_rng_state())


def test_a_table_is_the_summary_as_data() -> None:
    """One dictionary for each parameter holds the numbers of the fit; a ridge has estimates."""
    fit = least_squares(FRAME, pd.Series(Y.numpy(), name="pay"), categories="kind")
    table = pd.DataFrame(fit.table(0.9))
    assert table["name"].tolist() == ["intercept", "a", "kind=v"]
    assert set(table["target"]) == {"pay"}
    assert table["estimate"].tolist() == fit.parameters.tolist()
    assert table["standard_error"].tolist() == fit.standard_errors.tolist()
    assert table["t"].tolist() == fit.t_values.tolist()
    assert table["p"].tolist() == fit.p_values.tolist()
    assert table[["low", "high"]].to_numpy().tolist() == fit.confidence_intervals(0.9).tolist()
    ridged = least_squares(X, Y, ridge=1.0).table()
    assert set(ridged[0]) == {"target", "name", "estimate"}
    assert replace(fit, left_out=3).summary().startswith("pay: 5 rows (3 left out), 3 parameters")
