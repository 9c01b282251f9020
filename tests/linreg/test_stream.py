"""What the readers of both formats share: chunks, counts, errors with their place."""

import csv
import gzip
import re
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch
from pyarrow import parquet

from linreg import BadRowError, Moments, load_dataset, read_csv, read_parquet
from tests.linreg.rows import read_all


def numbers(n: int = 3000) -> torch.Tensor:
    """A table of two features, a target and a weight."""
    table = torch.randn(n, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    table[:, 3].abs_()
    return table


def write(path: Path, table: torch.Tensor, lines: dict[int, str] | None = None) -> Path:
    """Write a CSV with the csv module, some of its rows replaced (the header is row 1)."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["a", "b", "y", "w"], *table.tolist()])
    text = path.read_text().splitlines()
    for row, line in (lines or {}).items():
        text[row - 1] = line
    path.write_text("\n".join(text) + "\n")
    return path


def test_csv(tmp_path: Path) -> None:
    """What was written is what is read, bit for bit, columns in the order asked for."""
    table = numbers()
    path = write(tmp_path / "rows.csv", table)
    reader = read_csv(path, ["b", "a"], "y", sample_weight="w")
    assert torch.equal(read_all(reader), table[:, [1, 0, 2, 3]])
    assert (reader.rows, reader.skipped) == (3000, 0)
    assert torch.equal(read_all(read_csv(path, ["a"], ["y", "b"])), table[:, [0, 2, 1]])


def test_compressed_csv(tmp_path: Path) -> None:
    """A file that ends in .gz is unpacked while it is read."""
    plain = write(tmp_path / "rows.csv", numbers())
    packed = tmp_path / "rows.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert torch.equal(read_all(read_csv(packed, ["a", "b"], "y")), numbers()[:, :3])


def test_a_fit_from_a_file(tmp_path: Path) -> None:
    """Moments of a file's chunks give the fit of torch.linalg.lstsq on the whole."""
    table = numbers()
    moments = Moments(2)
    for rows in read_csv(write(tmp_path / "rows.csv", table), ["a", "b"], "y"):
        moments.update(*rows)
    design = torch.cat([torch.ones(3000, 1, dtype=torch.float64), table[:, :2]], 1)
    exact = torch.linalg.lstsq(design, table[:, 2:3]).solution
    torch.testing.assert_close(moments.solve().parameters, exact, rtol=1e-11, atol=1e-13)


BAD = [
    ({7: "1,oops,3,4"}, "line 7, column 'b': 'oops' is not a number; repair it"),
    ({2500: "1,,3,4"}, "line 2500, column 'b': the value is missing; repair it"),
    ({9: "1,2,inf,4"}, "line 9, column 'y': 'inf' is not a finite number; repair it"),
    ({12: "1,2,3"}, "line 12: 3 values instead of 4 in '1,2,3' (is the file truncated?); repair"),
    ({12: "1,2,3,4,5"}, "line 12: 5 values instead of 4 in '1,2,3,4,5'; repair it"),
    ({12: '1,2,3,4"'}, "line 12, column 'w': '4\"' is not a number; repair it"),
    ({12: "1,2,3,-4"}, "line 12, column 'w': -4.0 is negative: a weight is 0 or more; repair it"),
]


@pytest.mark.parametrize(("lines", "message"), BAD)
def test_a_bad_row_is_an_error(tmp_path: Path, lines: dict[int, str], message: str) -> None:
    """The error names file, line and column; asked to skip, the reader says what it left out."""
    path = write(tmp_path / "rows.csv", numbers(), lines)
    with pytest.raises(BadRowError, match=re.escape(f"{path}, {message}")):
        read_all(read_csv(path, ["a", "b"], "y", sample_weight="w"))
    reader = read_csv(path, ["a", "b"], "y", sample_weight="w", on_bad="skip")
    row = next(iter(lines))
    assert torch.equal(read_all(reader), numbers()[torch.arange(3000) != row - 2])
    assert (reader.rows, reader.skipped, reader.dropped) == (2999, 1, 0)
    assert [(bad.path, bad.row) for bad in reader.left_out] == [(path, row)]
    assert message.startswith(str(reader.left_out[0]).removeprefix(f"{path}, "))


def test_missing_values_are_dropped_alone(tmp_path: Path) -> None:
    """Rows with a missing value are counted apart from bad ones, which stay errors."""
    path = write(tmp_path / "rows.csv", numbers(9), {3: "NA,2,3,4", 5: "1,,3,4", 6: ",,,"})
    reader = read_csv(path, ["a", "b"], "y", missing="drop")
    assert torch.equal(read_all(reader), numbers(9)[[0, 2, 5, 6, 7, 8], :3])
    assert (reader.rows, reader.skipped, reader.dropped) == (6, 0, 3)
    assert [(bad.row, bad.column) for bad in reader.left_out] == [(3, "a"), (5, "b"), (6, "a")]
    write(path, numbers(9), {3: "NA,2,3,4", 5: "1,x,3,4"})
    with pytest.raises(BadRowError, match="line 5, column 'b': 'x' is not a number"):
        read_all(read_csv(path, ["a", "b"], "y", missing="drop"))


def test_several_files(tmp_path: Path) -> None:
    """Files are read one after the other, columns found by name in each; errors name the file."""
    first = write(tmp_path / "1.csv", numbers(50))
    second = tmp_path / "2.csv"
    turned = numbers(50)[:, [2, 1, 0]]
    second.write_text("\n".join(["y,b,a", *(",".join(map(repr, r)) for r in turned.tolist())]))
    reader = read_csv([first, str(second)], ["a", "b"], "y")
    assert torch.equal(read_all(reader), numbers(50)[:, :3].repeat(2, 1))
    second.write_text("y,b,a\n1,2,oops\n")
    with pytest.raises(BadRowError, match=re.escape(f"{second}, line 2, column 'a'")):
        read_all(read_csv([first, second], ["a", "b"], "y"))
    second.write_text("y,b\n1,2\n")
    with pytest.raises(ValueError, match=re.escape(f"{second} has no column 'a'")):
        read_csv([first, second], ["a", "b"], "y")


def test_a_name_alone_is_one_column(tmp_path: Path) -> None:
    """A feature may be named by a string, as a target may, and letters are not its columns."""
    path = write(tmp_path / "rows.csv", numbers(9))
    assert torch.equal(read_all(read_csv(path, "a", "y")), numbers(9)[:, [0, 2]])
    with pytest.raises(ValueError, match="has no column 'ab': its columns are 'a', 'b', 'y', 'w'"):
        read_csv(path, "ab", "y")
    assert read_all(read_csv(path, ["a", "b"], ())).shape == (9, 2)


def test_the_shipped_files_are_read_by_their_own_reader() -> None:
    """Comment lines before the header are no rows: the files give what load_dataset gives."""
    for name in ("galton", "hubble"):
        data = load_dataset(name)
        path = str(files("linreg") / "data" / f"{name}.csv")
        found = read_all(read_csv(path, data.feature_names, data.target_name))
        assert torch.equal(found.float(), torch.cat([data.features, data.target], 1))


def test_rows_are_on_the_cpu_whatever_the_default_device(tmp_path: Path) -> None:
    """A default device does not move what is read."""
    path = write(tmp_path / "rows.csv", numbers(9), {4: "1,x,1,1"})
    with torch.device("meta"):
        rows = next(iter(read_csv(path, "b", "y", categories="b")))
    assert rows.features.device == torch.device("cpu")


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_a_truncated_file(tmp_path: Path, kind: str) -> None:
    """A file cut off in its middle is an error that says so, not a fit of half the rows."""
    path = tmp_path / f"rows.{kind}"
    plain = write(tmp_path / "whole.csv", numbers())
    if kind == "parquet":
        table = numbers()
        names = dict(zip("abyw", table.T.numpy(), strict=True))
        parquet.write_table(pa.table(names), path)
    else:
        data = plain.read_bytes()
        path.write_bytes(gzip.compress(data) if kind == "csv.gz" else data)
    whole = path.read_bytes()
    cut = len(whole) // 2
    if kind == "csv":
        # In the middle of a row, after its first column.
        cut = whole.index(b"\n", cut) + 8
    path.write_bytes(whole[:cut])
    read = read_parquet if kind == "parquet" else read_csv
    with pytest.raises(BadRowError, match="truncated"):
        read_all(read(path, ["a", "b"], "y"))


def test_progress_is_for_terminals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is drawn where stderr is no terminal; asked for, the bar ends full."""
    path = write(tmp_path / "rows.csv", numbers())
    read_all(read_csv(path, ["a"], "y"))
    assert capsys.readouterr().err == ""
    read_all(read_csv(path, ["a"], "y", progress=True))
    assert capsys.readouterr().err.endswith(f"rows.csv [{'#' * 30}] 100% 3000 rows\n")


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda p: read_csv(p, ["a"], "z"), ValueError, "has no column 'z': its columns are 'a'"),
        (lambda p: read_csv(p, ["a"], "y", on_bad="x"), ValueError, "on_bad is 'x'"),
        (lambda p: read_csv(p, ["a"], "y", missing="x"), ValueError, "missing is 'x'"),
        (lambda p: read_csv(p, [], "y"), ValueError, "features is empty"),
        (lambda p: read_csv([], "a", "y"), ValueError, "path is an empty list"),
        (lambda p: read_csv(p, [3], "y"), TypeError, "features holds 3, of type int: give text"),
        (lambda p: read_csv(p, "a", "y", categories="y"), ValueError, "categories names 'y'"),
        (lambda p: read_csv(str(p) + "x", ["a"], "y"), FileNotFoundError, "there is no file"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, call: Callable[[Path], Any], kind: type[Exception], message: str
) -> None:
    """A column or file that is not there is one error, told before a row is read."""
    path = write(tmp_path / "rows.csv", numbers(5))
    with pytest.raises(kind, match=message):
        call(path)


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow a CSV is read all the same, and Parquet says what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = write(tmp_path / "rows.csv", numbers(5))
    assert torch.equal(read_all(read_csv(path, ["a"], "y")), numbers(5)[:, [0, 2]])
    with pytest.raises(ImportError, match=r"pip install pyarrow$"):
        read_parquet(path, ["a"], "y")
