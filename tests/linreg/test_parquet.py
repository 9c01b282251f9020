"""Parquet, against pyarrow's own tables, decimals and exact fractions."""

import datetime
import decimal
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch
from pyarrow import parquet

from linreg import BadRowError, read_parquet
from tests.linreg.rows import read_all


def write(path: Path, **columns: Any) -> Path:
    """Write columns, with a target of 0, 1, ..."""
    rows = len(next(iter(columns.values())))
    parquet.write_table(pa.table({**columns, "y": range(rows)}), path, row_group_size=700)
    return path


@pytest.mark.parametrize(
    "kind", ["int8", "uint16", "int32", "int64", "uint64", "float16", "float32", "float64", "bool"]
)
def test_numbers_of_every_width(kind: str, tmp_path: Path) -> None:
    """Each is read as the float64 that is equal to it."""
    values = np.random.default_rng(0).integers(0, 100, 2000).astype(kind)
    found = read_all(read_parquet(write(tmp_path / "rows", x=pa.array(values)), "x", "y"))
    assert found.tolist() == [[float(value), float(row)] for row, value in enumerate(values)]


@pytest.mark.parametrize(
    "kind", [pa.decimal128(38, 18), pa.decimal128(20, 2), pa.decimal256(60, 9)]
)
def test_decimals_are_rounded_once(kind: pa.DataType, tmp_path: Path) -> None:
    """A decimal is read as the float64 nearest to it, found by way of a fraction."""
    rng = random.Random(0)
    texts = [
        f"{rng.randint(-(10 ** rng.randint(1, 17)), 10**17)}e-{kind.scale}" for _ in range(500)
    ]
    with decimal.localcontext(prec=60):
        column = pa.array([decimal.Decimal(text) for text in texts], kind)
    found = read_all(read_parquet(write(tmp_path / "rows", x=column), "x", "y"))
    assert found[:, 0].tolist() == [float(Fraction(text)) for text in texts]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())]
)
def test_text_that_says_numbers(kind: pa.DataType, tmp_path: Path) -> None:
    """It is read as a CSV's is; what is none is named by row and column."""
    path = write(tmp_path / "rows", x=pa.array(["1.5", "-2", " 3 "], kind))
    assert read_all(read_parquet(path, "x", "y"))[:, 0].tolist() == [1.5, -2.0, 3.0]
    path = write(tmp_path / "rows", x=pa.array(["1.5", "red", "3"], kind))
    with pytest.raises(BadRowError, match="row 2, column 'x': 'red' is not a number; repair it"):
        read_all(read_parquet(path, "x", "y"))


def test_a_column_of_kinds(tmp_path: Path) -> None:
    """Text, truth values and whole numbers become columns of levels."""
    text = pa.array(["b", "a", None, "b"]).dictionary_encode()
    path = write(tmp_path / "rows", c=text, flag=[True, False, True, True], size=[10, 9, 9, 9])
    features = ["c", "flag", "size"]
    reader = read_parquet(path, features, "y", categories=features, missing="drop")
    assert reader.feature_names == ("c=b", "flag=True", "size=10")
    assert read_all(reader).tolist() == [[1, 1, 1, 0], [0, 0, 0, 1], [1, 1, 0, 3]]
    write(tmp_path / "new", c=["c"], flag=[True], size=[9])
    with pytest.raises(BadRowError, match="row 1, column 'c': 'c' is none of the levels of 'c'"):
        read_all(read_parquet(tmp_path / "new", features, "y", categories=reader.levels))


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([1.0, None, 3.0], "row 2, column 'x': the value is missing; repair it"),
        ([1.0, float("nan"), 3.0], "row 2, column 'x': the value is missing; repair it"),
        ([1.0, float("inf"), 3.0], "row 2, column 'x': inf is not a finite number; repair it"),
        ([1, 2**53 + 1, 3], "row 2, column 'x': 9007199254740993 is a whole number beyond 2^53"),
        ([1, 2**63 - 1, 3], "row 2, column 'x': 9223372036854775807 is a whole number beyond"),
    ],
)
def test_a_bad_value(column: list[Any], message: str, tmp_path: Path) -> None:
    """A value that is no float64 is named by row and column, or its row left out."""
    path = write(tmp_path / "rows", x=column)
    with pytest.raises(BadRowError, match=message.replace("^", r"\^")):
        read_all(read_parquet(path, "x", "y"))
    reader = read_parquet(path, "x", "y", on_bad="skip")
    assert read_all(reader).tolist() == [[1, 0], [3, 2]]
    assert (reader.skipped, reader.left_out[0].row) == (1, 2)


def test_whole_numbers_that_float64_holds(tmp_path: Path) -> None:
    """Beyond 2^53 some whole numbers are exact; they are taken."""
    exact = [2**53, -(2**53), 2**62, 1_700_000_000_000_000_000, -(2**63)]
    path = write(tmp_path / "rows", x=pa.array(exact, pa.int64()))
    assert [int(value) for value in read_all(read_parquet(path, "x", "y"))[:, 0]] == exact


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([datetime.date(2024, 1, 31)], "date32"),
        ([datetime.datetime(2024, 1, 31)], "timestamp"),
        ([datetime.timedelta(1)], "duration"),
        ([[1, 2]], "list"),
        ([{"a": 1}], "struct"),
        ([b"1"], "binary"),
    ],
)
def test_a_type_that_is_no_number(column: list[Any], kind: str, tmp_path: Path) -> None:
    """Dates, lists and the like are refused by column and type, before a row is read."""
    path = write(tmp_path / "rows", x=column)
    with pytest.raises(BadRowError, match=f"^{path}, column 'x': its type is {kind}.* is a number"):
        read_parquet(path, "x", "y", on_bad="skip")
    assert read_all(read_parquet(path, "y", "y")).tolist() == [[0, 0]]


def test_a_name_twice(tmp_path: Path) -> None:
    """A name that stands for two columns is refused where it is asked for."""
    columns = [pa.array([1.0]), pa.array([2.0]), pa.array([3.0]), pa.array([4.0])]
    path = tmp_path / "rows"
    parquet.write_table(pa.table(columns, names=["x", "x", "x.1", "y"]), path)
    with pytest.raises(ValueError, match="has more than one column 'x'"):
        read_parquet(path, "x", "y")
    assert read_all(read_parquet(path, "x.1", "y")).tolist() == [[3, 4]]


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    """It is refused with what pyarrow says of it."""
    path = tmp_path / "rows"
    path.write_text("x,y\n1,2\n")
    with pytest.raises(BadRowError, match=f"^{path} cannot be read as Parquet"):
        read_parquet(path, "x", "y")


def test_several_files(tmp_path: Path) -> None:
    """Files are read one after the other; rows are counted in each."""
    first, second = write(tmp_path / "1", x=[1.0, 2.0]), write(tmp_path / "2", x=[3.0, None])
    reader = read_parquet([first, second], "x", "y", missing="drop")
    assert torch.equal(read_all(reader)[:, 0], torch.tensor([1.0, 2.0, 3.0]).double())
    assert [(bad.path, bad.row) for bad in reader.left_out] == [(second, 2)]
