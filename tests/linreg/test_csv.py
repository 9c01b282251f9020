"""CSV as people write it: every kind is read as it is, or refused with its true reason."""

import bz2
import csv
import gzip
import lzma
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from linreg import BadRowError, _arrow, _records, read_csv
from tests.linreg.rows import read_all

TWO = [[1.0, 2.0], [3.0, 4.0]]


@pytest.fixture(params=["pyarrow", "csv module"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With pyarrow where it can be used, and without."""
    if request.param == "csv module":
        monkeypatch.setattr(_arrow, "split", lambda *_: None)


GOOD: dict[str, tuple[str | bytes, dict[str, Any]]] = {
    "byte order mark": (b"\xef\xbb\xbfx,y\n1,2\n3,4\n", {}),
    "utf-16": ("x,y\n1,2\n3,4\n".encode("utf-16"), {}),
    "utf-16 without a mark": ("x,y\n1,2\n3,4\n".encode("utf-16-le"), {"encoding": "utf-16-le"}),
    "latin-1 in another column": (b"x,gr\xf6\xdfe,y\n1,\xe9,2\n3,\xe9,4\n", {}),
    "latin-1 with its name": (b"x,y,\xe9\n1,2,\xe9\n3,4,\xe9\n", {"encoding": "latin-1"}),
    "CRLF": ("x,y\r\n1,2\r\n3,4\r\n", {}),
    "CR": ("x,y\r1,2\r3,4\r", {}),
    "mixed line ends": ("x,y\r\n1,2\n3,4\r", {}),
    "no last line end": ("x,y\n1,2\n3,4", {}),
    "blank lines": ("\n\nx,y\n\n1,2\n  \n3,4\n\n\n", {}),
    "quotes": ('"x","y","t"\n"1","2","a, ""b"""\n3,"4",c\n', {}),
    "a quote inside a text": ("x,y,height\n1,2,5'6\"\n3,4,6'0\"\n", {}),
    "line breaks in quotes": ('x,t,y\n1,"a\n9,9,9\n\n",2\n3,"b\r\n",4\n', {}),
    "a comment sign in quotes": ('x,t,y\n1,"a\n# b",2\n3,#c,4\n', {"comment": "#"}),
    "semicolons": ("x;y\n1;2\n3;4\n", {"delimiter": ";"}),
    "tabs": ("x\ty\n1\t2\n3\t4\n", {"delimiter": "\t"}),
    "decimal commas": ('x;y\n"1,0";2\n3;4,\n', {"delimiter": ";", "decimal": ","}),
    "spaces around": ("x,y\n 1 ,\t2\n3, 4\n", {}),
    "signs and exponents": ("x,y\n+1,.2e1\n30e-1,04.\n", {}),
    "comments at the top": ('# by "me\n# x\nx,y\n1,2\n3,4\n', {}),
    "comments anywhere": ("% a\nx,y\n% b\n1,2\n% c,d\n3,4\n% e", {"comment": "%"}),
    "a header that starts with #": ("#,x,y\n1,1,2\n2,3,4\n", {"features": "x"}),
    "no header": ("1,2\n3,4\n", {"columns": ["x", "y"]}),
    "a name twice that nobody asks for": ("a,x,a,y\n0,1,0,2\n0,3,0,4\n", {}),
    "an unnamed column": (",x,y,\n1,1,2,\n2,3,4,\n", {}),
    "missing words": ("x,y\n1,2\n?,2\n3,4\n-999.0,1\n", {"missing_values": ["?", "-999"]}),
    "usual missing words": ("x,y\n1,2\nNA,1\nnan,1\n,1\n1, N/A\n3,4\n", {}),
}


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.usefixtures("engine")
def test_a_kind_of_file_is_read(kind: str, tmp_path: Path) -> None:
    """Two rows are given out, whatever is around them."""
    text, options = GOOD[kind]
    path = tmp_path / "rows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    options = {"features": "x", "target": "y", "missing": "drop", **options}
    assert read_all(read_csv(path, **options)).tolist() == TWO


BAD: dict[str, tuple[str | bytes, str]] = {
    "an open quote": ('x,y,n\n1,2,"open\n2,4,c\n', ", line 2: its quotes are malformed"),
    "text after a quote": ('x,y,n\n1,2,"a"b\n', ", line 2: its quotes are malformed"),
    "a name twice": ("x,x,y\n1,10,2\n", " has more than one column 'x'"),
    "underscores": ("x,y\n1,2\n2_0,4\n", ", line 3, column 'x': '2_0' is not a number"),
    "other digits": ("x,y\n1,٤\n", ", line 2, column 'y': '٤' is not a number"),
    "hex": ("x,y\n1,0x10\n", "'0x10' is not a number"),
    "percent": ("x,y\n1,5%\n", "'5%' is not a number"),
    "currency": ("x,y\n1,$5\n", "'$5' is not a number"),
    "thousands": ('x,y\n1,"1,000"\n', "'1,000' is not a number; if its comma is that of decimals"),
    "infinity": ("x,y\n1,-Infinity\n", "'-Infinity' is not a finite number"),
    "overflow": ("x,y\n1,1e999\n", "'1e999' is not a finite number"),
    "a date": ("x,y\n1,2024-01-31\n", "'2024-01-31' is a date or a time, not a number: count"),
    "a time": ("x,y\n1,2024-01-31T12:00\n", "'2024-01-31T12:00' is a date or a time"),
    "a list": ('x,y\n1,"[1, 2]"\n', "'[1, 2]' is a list, not a number"),
    "a truth value": ("x,y\n1,TRUE\n", "'TRUE' is a truth value, not a number: name its column"),
    "a whole number beyond 2^53": ("x,y\n1,9007199254740993\n", "9007199254740993 is a whole"),
    "NUL": ("x,y\n1,2\0\n", "'2\\x00' is not a number"),
    "latin-1": (b"x,y\n1,\xe9\n", "has bytes of another encoding: give encoding='latin-1'"),
    "latin-1 in the header": (b"\xe9,y\n1,2\n", "; it is not in utf-8: give encoding='latin-1'"),
    "utf-16 without a mark": ("x,y\n1,2\n".encode("utf-16-le"), "give encoding='utf-16-le'"),
    "half a utf-16 letter": ("x,y\n1,2\n".encode("utf-16")[:-1], "is not text in utf-16"),
    "a comment": ("x,y\n1,2\n#3,4\n", "'#3' is not a number; if its line is a comment, give"),
    "a comment without values": ("x,y\n# hi\n", "(if it is a comment, give comment='#')"),
    "semicolons": ("x;y\n1;2\n", " has no column 'x', 'y': its columns are 'x;y'; give delimiter"),
    "no header": ("1,2\n3,4\n", "; if it has no header, name all of its columns in columns="),
    "an empty file": ("", " is empty: it has no header"),
    "a header alone": ("x,y\n", " has no good row"),
    "one name too few": ("x,y\n1,2,3\n", ", line 2: 3 values instead of 2 in '1,2,3'"),
    "a zip archive": (b"PK\x03\x04....", " is a zip archive or a workbook"),
    "Parquet": (b"PAR1....", " is a Parquet file: read it with read_parquet"),
    "cut gzip": (gzip.compress(b"x,y\n1,2\n")[:-9], "so it may be truncated"),
    "damaged gzip": (gzip.compress(b"x,y\n1,2\n")[:-8] + bytes(8), "so it may be truncated"),
    "after blank lines": ("x,y\n\n\n1,2\n\n1,a\n", ", line 6, column 'y'"),
    "after lines in quotes": ('x,y,n\n1,2,"a\nb"\n1,a,\n', ", line 4, column 'y'"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.usefixtures("engine")
def test_a_kind_of_file_is_refused(kind: str, tmp_path: Path) -> None:
    """The error names the file, the place where there is one, and the true reason."""
    text, message = BAD[kind]
    path = tmp_path / "rows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=re.escape(message)) as raised:
        read_all(read_csv(path, "x", "y"))
    assert str(raised.value).startswith(str(path))


@pytest.mark.parametrize(
    "rows",
    [
        '1,2,"open\n2,4,c\n3,5,d\n',
        '1,2,"open\n2,4,c\n3,5,"d\n4,6,e\n',
        '1,"2\n2,4\n3,5",c\n4,6,e\n',
        '1,"2\n2,4,c\n3,5"\n4,6,e\n',
    ],
)
@pytest.mark.usefixtures("engine")
def test_rows_in_an_open_quote_are_not_skipped(rows: str, tmp_path: Path) -> None:
    """How many rows a quote holds that was never meant to open is not known, so it is refused."""
    path = tmp_path / "rows.csv"
    path.write_text(f"x,y,n\n{rows}")
    with pytest.raises(BadRowError, match=r", line 2.*; a quote that opens here goes on over"):
        read_all(read_csv(path, "x", "y", on_bad="skip"))


@pytest.mark.usefixtures("engine")
def test_an_open_quote_in_a_long_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quote that never closes is refused before the rest of the file fills the memory."""
    monkeypatch.setattr(_records, "_LONGEST", 1000)
    path = tmp_path / "rows.csv"
    path.write_text("x,y,n\n" + "1,2,a\n" * 2000 + '1,2,"a\n' + "1,2,a\n" * 6000)
    with pytest.raises(BadRowError, match=r", line 2002: .*field limit.*a quote that opens here"):
        read_all(read_csv(path, "x", "y", on_bad="skip"))
    assert csv.field_size_limit() == 131072


@pytest.mark.usefixtures("engine")
def test_line_breaks_in_quotes_at_the_border_of_a_block(tmp_path: Path) -> None:
    """A quoted text across the 4 MiB at which blocks end is one row, and no row is made of it."""
    path = tmp_path / "rows.csv"
    start = f'x,y,n\n1,2,"{" " * (2**22 - 3000)}"\n'
    long = "9,9,9\n" * 100_000
    path.write_text(f'{start}3,4,"{long}"\n5,6,c\n')
    assert read_all(read_csv(path, "x", "y")).tolist() == [[1, 2], [3, 4], [5, 6]]
    path.write_text(f'{start}3,4,"{long}"\n5,a,c\n')
    with pytest.raises(BadRowError, match="line 100004, column 'y': 'a' is not a number"):
        read_all(read_csv(path, "x", "y"))


@pytest.mark.usefixtures("engine")
def test_a_decimal_point_where_commas_are_decimal(tmp_path: Path) -> None:
    """It separates thousands there, so a number with it is not guessed at."""
    path = tmp_path / "rows.csv"
    path.write_text("x;y\n1,5;2\n1.500;2\n")
    with pytest.raises(BadRowError, match=r"line 3, column 'x': '1\.500' is not a number"):
        read_all(read_csv(path, "x", "y", delimiter=";", decimal=","))


@pytest.mark.usefixtures("engine")
def test_a_line_of_delimiters_is_a_row(tmp_path: Path) -> None:
    """All its values are missing, even where the delimiter is white."""
    path = tmp_path / "rows.csv"
    path.write_text("x\ty\n1\t2\n\t\n  \n3\t4\n")
    reader = read_csv(path, "x", "y", delimiter="\t", missing="drop")
    assert read_all(reader).tolist() == TWO
    assert [bad.row for bad in reader.left_out] == [3]


@pytest.mark.parametrize("end", ["", "\n"])
def test_regular_files_are_split_by_pyarrow(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quotes, line breaks in them, missing and bad values do not make it slow."""
    path = tmp_path / "rows.csv"
    path.write_text('x,t,y\n1,"a,\nb ""c""",2\n,d,1\n"x","",1\n3,"\n\n",4' + end)
    reader = read_csv(path, "x", "y", on_bad="skip")
    monkeypatch.setattr(_records, "_ONE_AT_A_TIME", None)
    assert read_all(reader).tolist() == TWO
    assert [bad.row for bad in reader.left_out] == [4, 5]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_is_told_by_its_first_bytes(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """Files packed with gzip, bzip2 and xz are read, whatever they are called."""
    path = tmp_path / "rows.GZ"
    path.write_bytes(pack(b"x,y\n1,2\n3,4\n"))
    assert read_all(read_csv(path, "x", "y")).tolist() == TWO


@pytest.mark.usefixtures("engine")
def test_columns_of_kinds(tmp_path: Path) -> None:
    """Levels become columns as pandas makes them; those of training rows bind other files."""
    table = pd.DataFrame(
        {"c": ["b", "a", "c", "b"], "x": [1.0, 2.0, 4.0, 3.0], "d": [10, 9, 9, 10]}
    )
    path = tmp_path / "rows.csv"
    table.to_csv(path, index=False)
    reader = read_csv(path, ["c", "x", "d"], "x", categories=["c", "d"])
    expected = pd.get_dummies(table, columns=["c", "d"], prefix_sep="=", drop_first=True)
    expected = expected[["c=b", "c=c", "x", "d=10"]]
    assert reader.feature_names == tuple(expected.columns)
    rows = next(iter(reader))
    assert rows.features.tolist() == expected.to_numpy(float).tolist()

    other = tmp_path / "other.csv"
    other.write_text("x,c,d\n5,c,9\n")
    again = read_csv(other, ["c", "x", "d"], (), categories=reader.levels)
    assert next(iter(again)).features.tolist() == [[0.0, 1.0, 5.0, 0.0]]
    other.write_text("x,c,d\n5,c,9\n6,e,9\n")
    with pytest.raises(BadRowError, match="line 3, column 'c': 'e' is none of the levels of 'c': "):
        list(read_csv(other, ["c", "x", "d"], (), categories=reader.levels))


@pytest.mark.usefixtures("engine")
def test_levels_are_those_of_the_good_rows(tmp_path: Path) -> None:
    """A level that occurs only in rows left out would be a column of zeros: it has none."""
    path = tmp_path / "rows.csv"
    path.write_text("x,y,c\n1,2,red\n3,4,blue\n4,5,red\n5,6,NA\n6,,green\n")
    reader = read_csv(path, ["x", "c"], "y", categories="c", missing="drop")
    assert reader.levels == {"c": ("blue", "red")}
    assert read_all(reader).tolist() == [[1, 1, 2], [3, 0, 4], [4, 1, 5]]
    assert reader.dropped == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": ";;"}, "delimiter is ';;': give one character"),
        ({"delimiter": '"'}, "delimiter is '\"': give one character"),
        ({"decimal": ","}, "decimal is ',' and delimiter ','"),
        ({"comment": ""}, "comment is '': give what a comment starts with"),
        ({"encoding": "utf-9"}, "encoding is 'utf-9': Python knows no such encoding"),
        ({"categories": {"x": ["1"]}}, "column 'x' has the level '1' alone"),
        ({"categories": {"x": ["1", "1"]}}, "the levels of 'x' repeat themselves"),
    ],
)
def test_options_that_cannot_be_meant(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """They are refused when the reader is made."""
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n1,2\n")
    with pytest.raises(ValueError, match=re.escape(message)):
        read_csv(path, "x", "y", **options)


def test_names_of_rows_are_no_levels(tmp_path: Path) -> None:
    """A column that differs in every row is refused before its columns fill the memory."""
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n" + "".join(f"id{i},1\n" for i in range(1001)))
    with pytest.raises(ValueError, match="column 'x' has more than 1000 levels"):
        read_csv(path, "x", "y", categories="x")


def test_a_clean_file_is_read_as_pandas_reads_it(tmp_path: Path) -> None:
    """On a file without traps every value is that of pandas, bit for bit."""
    table = torch.randn(4000, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    names = ["a", "b", "c", "y", "w"]
    frame = pd.DataFrame(table.exp().numpy(), columns=names)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    expected = pd.read_csv(tmp_path / "rows.csv", dtype=str).map(float)
    found = read_all(read_csv(tmp_path / "rows.csv", names[:3], "y", sample_weight="w"))
    assert found.tolist() == expected.to_numpy().tolist()
