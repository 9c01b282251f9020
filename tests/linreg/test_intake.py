"""What is taken as rows, against the same numbers as float64 tensors."""

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse

from linreg import Moments, least_squares, polynomial
from linreg._intake import as_tensor


class Foreign:
    """What another library's array looks like: `__dlpack__` alone."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def __dlpack__(self, **options: Any) -> Any:
        """The values."""
        return self._values.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        """Where they are."""
        return self._values.__dlpack_device__()


TABLE = np.array([[3, 1], [-1, 2], [4, 5], [1, 0], [5, 9], [9, 2]], dtype=np.int64)
READ_ONLY = TABLE.astype("float64")
READ_ONLY.flags.writeable = False
TAKEN = {
    "float64": TABLE.astype("float64"),
    "float32": TABLE.astype("float32"),
    "float16": TABLE.astype("float16"),
    "int64": TABLE,
    "int8": TABLE.astype("int8"),
    "uint64": np.abs(TABLE).astype("uint64"),
    "big-endian": TABLE.astype(">f8"),
    "by column": np.asfortranarray(TABLE.astype("float64")),
    "backwards": TABLE[::-1, ::-1],
    "read-only": READ_ONLY,
    "objects": TABLE.astype(object),
    "decimals": np.array([[Decimal(int(v)) for v in row] for row in TABLE]),
    "masked": np.ma.array(TABLE, mask=False),
    "dlpack": Foreign(TABLE.astype("float64")),
    "int tensor": torch.from_numpy(TABLE),
    "bfloat16 tensor": torch.from_numpy(TABLE).bfloat16(),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_arrays_of_all_kinds(kind: str) -> None:
    """The values arrive as they are."""
    given = TAKEN[kind]
    expected = given if kind in ("uint64", "backwards") else TABLE
    np.testing.assert_array_equal(as_tensor("x", given).double().numpy(), expected)


def test_truth_values_are_0_and_1() -> None:
    """Arrays and tensors of truth values are numbers of 0 and 1."""
    for given in (TABLE > 2, torch.from_numpy(TABLE > 2)):
        np.testing.assert_array_equal(as_tensor("x", given), (TABLE > 2).astype(float))


def test_a_fit_of_arrays_is_that_of_tensors() -> None:
    """Fits, predictions and intervals of numpy arrays are those of tensors of the same values."""
    target, weight = np.array([1, 2, 5, 3, 8, 4]), np.array([1.0, 2, 1, 1, 3, 1])
    tensors = [torch.tensor(a, dtype=torch.float64) for a in (TABLE, target, weight)]
    ours = least_squares(TABLE, target, sample_weight=weight)
    theirs = least_squares(tensors[0], tensors[1], sample_weight=tensors[2])
    assert torch.equal(ours.parameters, theirs.parameters)
    assert torch.equal(ours.predict(TABLE), theirs.predict(tensors[0]))
    assert torch.equal(ours.leverage(TABLE, weight), theirs.leverage(tensors[0], tensors[2]))
    assert torch.equal(ours.mean_interval(TABLE).low, theirs.mean_interval(tensors[0]).low)
    rows = ours.influence(TABLE, target, weight)
    assert torch.equal(rows.cooks_distance, theirs.influence(*tensors).cooks_distance)
    moments = Moments(2)
    moments.update(TABLE, target, weight)
    assert torch.equal(moments.solve().parameters, theirs.parameters)
    line = polynomial(TABLE[:, :1], target, 1)
    assert torch.equal(line.parameters, polynomial(tensors[0][:, :1], tensors[1], 1).parameters)


def test_dtypes_may_differ() -> None:
    """Of two dtypes the wider is taken, in which every value is what it was."""
    target = torch.tensor([1.0, 2, 5, 3, 8, 4], dtype=torch.float32)
    found = least_squares(torch.from_numpy(TABLE), target)
    assert torch.equal(found.parameters, least_squares(TABLE, target.double()).parameters)


def test_whole_numbers_beyond_float64_are_refused() -> None:
    """2^53 + 1 has no float64; 2^53 and 2^60 have."""
    good = torch.tensor([[2**53], [2**60], [-(2**62)]])
    assert as_tensor("x", good)[:, 0].tolist() == [2.0**53, 2.0**60, -(2.0**62)]
    for bad in (
        torch.tensor([[1], [2**53 + 1]]),
        np.array([[1], [2**53 + 1]]),
        np.array([[1], [2**64 - 1]], dtype="uint64"),
    ):
        with pytest.raises(ValueError, match=r"x\[1, 0\]: \d+ is a whole number beyond 2\^53"):
            as_tensor("x", bad)
    with pytest.raises(
        ValueError, match=r"x\[1\]: 9007199254740993 is a whole number beyond 2\^53"
    ):
        as_tensor("x", np.array([[None], [2**53 + 1]]))


REFUSED: list[tuple[Any, str]] = [
    ([[1.0]], "x is a list: make it a tensor with torch.tensor(x, dtype=torch.float64)"),
    (torch.eye(2).to_sparse(), "x is sparse (torch.sparse_coo): make it dense with x.to_dense()"),
    (sparse.csr_array(np.eye(2)), "x is a csr_array: make it dense with x.toarray()"),
    (torch.ones(1, dtype=torch.complex64), "x is torch.complex64: convert it with x.double()"),
    (torch.ones(1).to(torch.float8_e5m2), "x is torch.float8_e5m2: convert it with x.double()"),
    (np.array(["a"]), "x holds text: name its column in categories=, or leave it out"),
    (np.array(["a"], dtype=object), "x[0] is 'a', which is text: name its column in categories=, "),
    (np.array([[1.0, {}]]), "x[0] is {}, of type dict: give numbers"),
    (np.array(["2020-01-01"], dtype="M8[D]"), "x holds dates or times: count the days or seconds"),
    (np.ones(1, dtype="longdouble"), "x is float128: convert it with x.astype('float64')"),
    (np.ones(1) * 1j, "x holds complex numbers: give their real and imaginary parts as two"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_what_holds_no_numbers(given: Any, message: str) -> None:
    """What is no array of numbers is an error that says what to do."""
    with pytest.raises(TypeError, match="^" + re.escape(message)):
        as_tensor("x", given)


def test_missing_values() -> None:
    """They are refused by place, or left out and counted, in any of the columns."""
    features, target = TABLE.astype("float64"), np.array([1, 2, 5, 3, 8, 4.0])
    weight = np.ones(6)
    features[0, 1] = target[2] = weight[3] = np.nan
    whole = [1, 4, 5]
    with pytest.raises(ValueError, match=r"features\[0, 1\] is nan: repair its row, or leave such"):
        least_squares(features, target)
    with pytest.raises(ValueError, match=r"target\[2\] is nan: repair its row, or leave such rows"):
        least_squares(TABLE, target)
    with pytest.raises(ValueError, match=r"sample_weight\[3\] is nan"):
        least_squares(TABLE, TABLE[:, 0], sample_weight=weight)
    fit = least_squares(features, target, sample_weight=weight, missing="drop")
    assert fit.left_out == 3
    assert "3 rows (3 left out), 3 parameters" in fit.summary()
    assert torch.equal(fit.parameters, least_squares(features[whole], target[whole]).parameters)
    masked = np.ma.array(TABLE, mask=np.isnan(features))
    moments = Moments(2)
    moments.update(masked, target, missing="drop")
    moments.update(features[whole], target[whole])
    assert (moments.rows, moments.left_out) == (7, 2)
    curve = polynomial(features[:, 1:], target, 1, missing="drop")
    assert curve.left_out == 2
    assert torch.equal(
        curve.parameters, polynomial(features[1:, 1:], target[1:], 1, missing="drop").parameters
    )
    with pytest.raises(ValueError, match="missing is 'skip': choose 'error' or 'drop'"):
        least_squares(features, target, missing="skip")  # type: ignore[call-overload]


def test_no_rows_are_no_rows() -> None:
    """A chunk without rows changes nothing; its columns are checked all the same."""
    moments = Moments(2)
    moments.update(TABLE, TABLE[:, 0])
    moments.update(TABLE[:0], TABLE[:0, 0])
    assert moments.rows == 6
    with pytest.raises(ValueError, match=r"features has shape \(0, 1\), but these moments are"):
        moments.update(TABLE[:0, :1], TABLE[:0, 0])


def test_infinite_values_are_not_missing() -> None:
    """Leaving missing values out does not leave out infinite ones."""
    features = TABLE.astype("float64")
    features[1, 0] = np.inf
    with pytest.raises(ValueError, match=r"features\[1, 0\] is inf"):
        least_squares(features, TABLE[:, 0], missing="drop")
    with pytest.raises(ValueError, match=r"sample_weight\[1\] is inf"):
        least_squares(TABLE, TABLE[:, 0], sample_weight=features[:, 0], missing="drop")
