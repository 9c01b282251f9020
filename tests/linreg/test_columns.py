"""Columns of 0 and 1 for levels, against pandas."""

import random
import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

from linreg import indicators


@pytest.mark.parametrize(
    "values",
    [
        random.Random(0).choices(["red", "green", "blue"], k=50),
        random.Random(0).choices([True, False], k=50),
        random.Random(0).choices([8, 9, 10, 11], k=50),
    ],
    ids=["text", "truth values", "whole numbers"],
)
@pytest.mark.parametrize(
    "table", [list, tuple, np.array, pd.Series, pd.Categorical, pa.array], ids=lambda t: t.__name__
)
def test_they_are_those_of_pandas(values: list[Any], table: Any) -> None:
    """Any column of kinds gives pandas' columns, without that of the first level."""
    expected = pd.get_dummies(pd.DataFrame({"c": values}), columns=["c"], prefix_sep="=")
    found = indicators(table(values), "c")
    assert found.names == tuple(expected.columns[1:])
    assert tuple(f"c={level}" for level in found.levels) == tuple(expected.columns)
    assert found.columns.tolist() == expected.to_numpy(float)[:, 1:].tolist()
    assert found.columns.dtype == torch.float64


def test_a_tensor_of_truth_values() -> None:
    """A mask becomes one column."""
    found = indicators(torch.tensor([True, False, True]), "old")
    assert (found.names, found.columns.tolist()) == (("old=True",), [[1.0], [0.0], [1.0]])


def test_the_levels_of_training_rows_bind_new_rows() -> None:
    """New rows get the same columns, and a level that was never seen is refused by its place."""
    seen = indicators(["b", "a", "c"], "kind")
    new = indicators(["c", "c"], "kind", seen.levels)
    assert (new.names, new.columns.tolist()) == (seen.names, [[0.0, 1.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match=r"^kind\[1\]: 'd' is none of the levels of 'kind': 'a', "):
        indicators(["a", "d"], "kind", seen.levels)


def test_the_first_of_given_levels_is_left_out() -> None:
    """A coefficient is the difference from the level that the caller names first."""
    assert indicators(["a", "b"], "c", levels=["b", "a"]).columns.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (["a", None], ValueError, "c[1] is missing: leave its row out"),
        (pd.Series(["a", None]), ValueError, "c[1] is missing"),
        (pd.Series([True, None], dtype="boolean"), ValueError, "c[1] is missing"),
        ([1.5, 2.0], TypeError, "c[0] is 1.5, of type float: a level is text"),
        (["a", "a"], ValueError, "column 'c' has the level 'a' alone"),
    ],
)
def test_what_is_refused(values: Any, kind: type[Exception], message: str) -> None:
    """A value that is missing or no kind, and a column that tells no rows apart."""
    with pytest.raises(kind, match=re.escape(message)):
        indicators(values, "c")
