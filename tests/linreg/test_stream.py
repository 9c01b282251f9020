"""Rows from files, against the csv module and pyarrow's own tables."""

import csv
import gzip
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch
from pyarrow import parquet

from linreg import BadRowError, Moments, RowReader, read_csv, read_parquet


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


def read_all(reader: RowReader) -> torch.Tensor:
    """All chunks in one table."""
    chunks = list(reader)
    parts = [
        torch.cat([c.features, c.target, *([] if c.weight is None else [c.weight[:, None]])], 1)
        for c in chunks
    ]
    return torch.cat(parts)


def test_csv(tmp_path: Path) -> None:
    """What was written is what is read, bit for bit, columns in the order asked for."""
    table = numbers()
    path = write(tmp_path / "rows.csv", table)
    reader = read_csv(path, ["b", "a"], "y", weight="w")
    assert torch.equal(read_all(reader), table[:, [1, 0, 2, 3]])
    assert (reader.rows, reader.skipped) == (3000, 0)
    assert torch.equal(read_all(read_csv(path, ["a"], ["y", "b"])), table[:, [0, 2, 1]])


def test_compressed_csv(tmp_path: Path) -> None:
    """A file that ends in .gz is unpacked while it is read."""
    plain = write(tmp_path / "rows.csv", numbers())
    packed = tmp_path / "rows.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert torch.equal(read_all(read_csv(packed, ["a", "b"], "y")), numbers()[:, :3])


def test_parquet(tmp_path: Path) -> None:
    """Parquet's float32 and whole numbers are read as float64."""
    table = numbers()
    columns = {"a": table[:, 0].float().numpy(), "y": range(3000)}
    parquet.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=700)
    found = read_all(read_parquet(tmp_path / "rows.parquet", ["a"], "y"))
    expected = torch.stack([table[:, 0].float().double(), torch.arange(3000).double()], 1)
    assert torch.equal(found, expected)


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
    ({7: "1,oops,3,4"}, "row 7, column 'b': 'oops' is not a finite number; repair it"),
    ({2500: "1,,3,4"}, "row 2500, column 'b': is empty; repair it"),
    ({9: "1,2,inf,4"}, "row 9, column 'y': 'inf' is not a finite number; repair it"),
    ({12: "1,2,3"}, "row 12: 3 columns instead of 4 in '1,2,3'; repair it"),
    ({12: "1,2,3,4,5"}, "row 12: 5 columns instead of 4 in '1,2,3,4,5'; repair it"),
]


@pytest.mark.parametrize(("lines", "message"), BAD)
def test_a_bad_row_is_an_error(tmp_path: Path, lines: dict[int, str], message: str) -> None:
    """The error names file, row and column; asked to skip, the reader counts it and goes on."""
    path = write(tmp_path / "rows.csv", numbers(), lines)
    with pytest.raises(BadRowError, match=re.escape(f"{path}, {message}")):
        read_all(read_csv(path, ["a", "b"], "y"))
    reader = read_csv(path, ["a", "b"], "y", on_bad="skip")
    row = next(iter(lines)) - 2
    kept = torch.arange(3000) != row
    assert torch.equal(read_all(reader), numbers()[kept, :3])
    assert (reader.rows, reader.skipped) == (2999, 1)


def test_a_bad_value_in_parquet(tmp_path: Path) -> None:
    """An empty value in a Parquet file is named by row and column too."""
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table({"a": [1.0, None, 3.0], "y": [1.0, 2.0, 3.0]}), path)
    with pytest.raises(BadRowError, match="row 2, column 'a': is empty"):
        read_all(read_parquet(path, ["a"], "y"))
    assert len(read_all(read_parquet(path, ["a"], "y", on_bad="skip"))) == 2


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
        (lambda p: read_csv(str(p) + "x", ["a"], "y"), FileNotFoundError, "there is no file"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, call: Callable[[Path], Any], kind: type[Exception], message: str
) -> None:
    """A column or file that is not there is one error."""
    path = write(tmp_path / "rows.csv", numbers(5))
    with pytest.raises(kind, match=message):
        list(call(path))


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow the error says what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=re.escape("pip install 'linreg[files]'")):
        read_csv(write(tmp_path / "rows.csv", numbers(5)), ["a"], "y")
