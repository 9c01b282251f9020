"""Tables with names: what the names do, and what is refused."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import statsmodels.formula.api as smf
import torch

from linreg import Moments, indicators, least_squares, polynomial, read_csv

AGE = [23, 31, 44, 52, 38, 27, 61, 35]
CUT = ["good", "poor", "good", "best", "poor", "best", "good", "poor"]
PAY = [1.5, 2.0, 3.25, 4.0, 2.5, 2.25, 5.0, 2.0]
FRAME = pd.DataFrame({"age": AGE, "height": [1.7, 1.8, 1.6, 1.9, 1.5, 1.7, 1.8, 1.6]})
KINDS = pd.DataFrame({"age": AGE, "cut": CUT})


class Polars:
    """A stand-in with what polars' DataFrame has: names, columns by name, and an array of all."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame, self.columns = frame, list(frame.columns)

    def __getitem__(self, name: str) -> Any:
        """A column."""
        return self._frame[name].to_numpy()

    def to_numpy(self) -> np.ndarray:
        return self._frame.to_numpy()


TABLES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda frame: frame,
    "pandas, nullable": lambda frame: frame.convert_dtypes(),
    "pandas, arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "polars": Polars,
    "arrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "arrow, batch": lambda frame: pa.RecordBatch.from_pandas(frame, preserve_index=False),
}
ALL = pytest.mark.parametrize("kind", TABLES)


@ALL
def test_names_of_a_table(kind: str) -> None:
    """The columns of a table name the parameters, and the values are those of its array."""
    table = TABLES[kind](FRAME)
    fit = least_squares(table, PAY_SERIES)
    plain = least_squares(FRAME.to_numpy(), np.array(PAY))
    assert fit.names == ("intercept", "age", "height")
    assert fit.target_names == ("pay",)
    assert torch.equal(fit.parameters, plain.parameters)
    assert torch.equal(fit.predict(table), plain.predict(FRAME.to_numpy()))
    assert torch.equal(fit.predict(FRAME.to_numpy()), plain.predict(FRAME.to_numpy()))
    assert re.search(r"^height ", fit.summary(), re.MULTILINE)
    assert fit.summary().startswith("pay: 8 rows, 3 parameters")


PAY_SERIES = pd.Series(PAY, name="pay")


@ALL
def test_kinds_of_a_table(kind: str) -> None:
    """Text becomes columns of 0 and 1, as in a formula of statsmodels; so it does to predict."""
    table = TABLES[kind](KINDS)
    fit = least_squares(table, PAY_SERIES, categories="cut")
    theirs = smf.ols("pay ~ age + C(cut)", KINDS.assign(pay=PAY)).fit()
    assert fit.names == ("intercept", "age", "cut=good", "cut=poor")
    order = ["Intercept", "age", "C(cut)[T.good]", "C(cut)[T.poor]"]
    np.testing.assert_allclose(fit.parameters, theirs.params[order], rtol=1e-11)
    new = pd.DataFrame({"age": [40, 50], "cut": ["poor", "best"]})
    np.testing.assert_allclose(fit.predict(TABLES[kind](new)), theirs.predict(new), rtol=1e-12)
    by_hand = np.column_stack([AGE, indicators(CUT, "cut").columns])
    assert torch.equal(fit.parameters, least_squares(by_hand, np.array(PAY)).parameters)
    unseen = pd.DataFrame({"age": [40, 50], "cut": ["poor", "fair"]})
    with pytest.raises(ValueError, match=r"cut\[1\]: 'fair' is none of the levels of 'cut'"):
        fit.predict(TABLES[kind](unseen))


@pytest.mark.parametrize("kind", ["pandas, nullable", "pandas, arrow", "arrow"])
def test_missing_values_of_a_table(kind: str) -> None:
    """None in a column of numbers or of kinds is missing: refused by name, or left out."""
    frame = KINDS.assign(age=pd.array([23, None, *AGE[2:]], dtype="Int64"))
    frame["cut"] = frame["cut"].where(frame.index != 3, None)
    table = TABLES[kind](frame)
    with pytest.raises(ValueError, match=r"features\[1, 0\] \(age\) is nan.*: repair its row, or"):
        least_squares(table, PAY_SERIES, categories="cut")
    fit = least_squares(table, PAY_SERIES, categories="cut", missing="drop")
    assert (fit.rows, fit.left_out) == (6, 2)
    whole = KINDS.drop(index=[1, 3])
    plain = least_squares(
        whole, PAY_SERIES.drop([1, 3]), categories={"cut": ("best", "good", "poor")}
    )
    assert torch.equal(fit.parameters, plain.parameters)


def test_what_predict_refuses() -> None:
    """Columns that lack, that are more, or that come in another order are refused by name."""
    fit = least_squares(FRAME, PAY_SERIES)
    way_out = re.escape(": select the columns ['age', 'height'], in this order")
    for table, problem in (
        (FRAME[["height", "age"]], "has them in another order"),
        (FRAME[["age"]], "lacks 'height'"),
        (FRAME.assign(pay=PAY), "has 'pay' besides"),
        (FRAME.rename(columns={"age": "Age"}), "lacks 'age' and has 'Age' besides"),
    ):
        with pytest.raises(ValueError, match=f"^the table {problem}{way_out}$"):
            fit.predict(table)


def test_names_by_hand() -> None:
    """`names` names the features of an array; each must have one of its own."""
    array = FRAME.to_numpy()
    fit = least_squares(array, np.array(PAY), names=["age", "height"])
    assert fit.names == ("intercept", "age", "height")
    assert fit.predict(FRAME).shape == (8,)
    moments = Moments(2, names=("age", "height"))
    moments.update(array, np.array(PAY))
    assert moments.solve().names == fit.names
    with pytest.raises(ValueError, match=r"names has 1 names \('age'\): give one of its own for"):
        least_squares(array, np.array(PAY), names=["age"])
    with pytest.raises(ValueError, match="names has 2 names"):
        Moments(2, names=["age", "age"])
    with pytest.raises(TypeError, match="names are for features without names"):
        least_squares(FRAME, PAY_SERIES, names=["a", "b"])


def test_moments_of_tables() -> None:
    """Moments keep the names of the first chunk, refuse others, and save them."""
    moments = Moments(2)
    moments.update(FRAME[:4], PAY_SERIES[:4])
    moments.update(FRAME[4:], PAY_SERIES[4:])
    saved = Moments.from_state_dict(moments.state_dict())
    for each in (moments, saved, saved.merge(moments), saved.merge(moments).without(moments)):
        assert each.solve().names == ("intercept", "age", "height")
        assert each.solve().target_names == ("pay",)
    with pytest.raises(ValueError, match="the table has them in another order"):
        moments.update(FRAME[["height", "age"]], PAY_SERIES)
    other = Moments(2, names=["a", "b"])
    with pytest.raises(ValueError, match="the columns are 'a', 'b', and those of the rows before"):
        moments.merge(other)


def test_rows_pair_by_position_only_if_their_labels_agree() -> None:
    """Columns of pandas in another order of rows are refused, instead of paired as they come."""
    mixed = PAY_SERIES.iloc[::-1]
    with pytest.raises(ValueError, match="features and target have rows of different labels"):
        least_squares(FRAME, mixed)
    with pytest.raises(
        ValueError, match="features and sample_weight have rows of different labels"
    ):
        least_squares(FRAME, PAY_SERIES, sample_weight=mixed)
    fit = least_squares(FRAME, PAY_SERIES)
    for other, call in (
        ("target", lambda: fit.residuals(FRAME, mixed)),
        ("sample_weight", lambda: fit.influence(FRAME, PAY_SERIES, mixed)),
        ("groups", lambda: fit.clustered(FRAME, PAY_SERIES, mixed)),
    ):
        with pytest.raises(ValueError, match=f"features and {other} have rows of different labels"):
            call()
    ours = least_squares(FRAME, mixed.loc[FRAME.index])
    assert torch.equal(ours.parameters, least_squares(FRAME, PAY_SERIES).parameters)
    assert least_squares(FRAME, mixed.to_numpy()).rows == 8


def test_a_table_without_names() -> None:
    """The numbers that pandas gives columns without names are their names."""
    fit = least_squares(pd.DataFrame(FRAME.to_numpy()), PAY_SERIES)
    assert fit.names == ("intercept", "0", "1")
    assert torch.equal(fit.parameters, least_squares(FRAME.to_numpy(), PAY_SERIES).parameters)


def test_several_targets_have_names() -> None:
    """A table of targets names them in the summary and in the table of the fit."""
    targets = pd.DataFrame({"pay": PAY, "tax": [v * v for v in PAY]})
    fit = least_squares(FRAME, targets)
    assert fit.target_names == ("pay", "tax")
    assert "\n\ntax: 8 rows" in fit.summary()
    assert {row["target"] for row in fit.table()} == {"pay", "tax"}


def test_a_polynomial_of_a_column() -> None:
    """The column's name is that of its powers, and predicting takes the column."""
    fit = polynomial(FRAME[["age"]], PAY_SERIES, 2)
    assert fit.names == ("intercept", "age", "age^2")
    theirs = np.polynomial.Polynomial.fit(AGE, PAY, 2)(np.array(AGE))
    np.testing.assert_allclose(fit.predict(FRAME[["age"]]), theirs, rtol=1e-12)


def test_names_from_a_file(tmp_path: Path) -> None:
    """Moments of a reader have its names and levels, and count what it left out."""
    path = tmp_path / "rows.csv"
    frame = KINDS.assign(pay=PAY)
    frame.loc[2, "age"] = np.nan
    frame.to_csv(path, index=False)
    reader = read_csv(path, ["age", "cut"], "pay", categories="cut", missing="drop")
    fit = Moments.gather(reader).solve()
    whole = frame.drop(index=2)
    plain = least_squares(whole[["age", "cut"]], whole["pay"], categories="cut")
    assert fit.names == plain.names == ("intercept", "age", "cut=good", "cut=poor")
    assert fit.target_names == ("pay",)
    assert fit.left_out == 1
    np.testing.assert_allclose(fit.parameters[:, 0], plain.parameters, rtol=1e-12)
    assert fit.predict(KINDS).shape == (8, 1)
    with pytest.raises(ValueError, match=r"cut\[0\]: 'fair' is none of the levels"):
        fit.predict(KINDS.assign(cut="fair"))
    new = read_csv(path, ["age", "cut"], (), categories=fit.levels, missing="drop")
    assert torch.equal(fit.predict(new), fit.predict(whole[["age", "cut"]]))
    two = KINDS[KINDS["cut"] != "best"]
    two.to_csv(path, index=False)
    assert fit.predict(read_csv(path, ["age", "cut"], (), categories=fit.levels)).shape == (6, 1)
    with pytest.raises(ValueError, match="has other levels than the fit: read with categories=fit"):
        fit.predict(read_csv(path, ["age", "cut"], (), categories="cut"))
    with pytest.raises(ValueError, match="the reader has the features 'cut', 'age', and the fit"):
        fit.predict(read_csv(path, ["cut", "age"], (), categories=fit.levels))


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: least_squares(KINDS, PAY_SERIES),
        TypeError,
        "cut[0] is 'good', which is text: name its column in categories=, or leave it out",
    ),
    (
        lambda: least_squares(KINDS, PAY_SERIES, categories="colour"),
        ValueError,
        "categories names 'colour': the columns are 'age', 'cut'",
    ),
    (
        lambda: least_squares(FRAME.to_numpy(), PAY_SERIES, categories="age"),
        TypeError,
        "categories are columns of a table, and features is none: use indicators",
    ),
    (
        lambda: least_squares(pd.concat([FRAME, FRAME], axis=1), PAY_SERIES),
        ValueError,
        "the table has more than one column 'age', 'height': rename all but one",
    ),
    (
        lambda: least_squares(pd.DataFrame({("a", 1): AGE}), PAY_SERIES),
        TypeError,
        "a column of the table is called ('a', 1), which is no text: rename it, or give its values "
        "as an array",
    ),
    (
        lambda: least_squares(FRAME.assign(age=pd.Timestamp("2020-01-01")), PAY_SERIES),
        TypeError,
        "age holds dates or times: count the days or seconds from one that you choose",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED)
def test_what_is_refused(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    """What no fit can use is an error that names the column and what to do."""
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        call()
