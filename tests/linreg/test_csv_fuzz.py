"""Whatever a CSV file holds, its rows come out, are counted, or are refused: against csv."""

import csv
import gzip
import io
import math
import random
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from linreg import BadRowError, _arrow, _csv, read_csv
from tests.linreg.rows import read_all

WORDS = ["", "plain", "a,b", 'say "hi"', "two\nlines", "9,9\n8,8,8", "é", "# no", "NA", "x\r\ny"]
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@pytest.fixture(params=["pyarrow", "csv module"])
def small_blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 50 characters, so that every kind of row stands at a border; with each engine."""
    monkeypatch.setattr(_csv, "_CHARACTERS", 50)
    if request.param == "csv module":
        monkeypatch.setattr(_arrow, "split", lambda *_: None)


def a_number(rng: random.Random) -> str:
    """A number in one of the ways of writing it."""
    return rng.choice(
        [
            repr(rng.gauss(0, 1)),
            repr(rng.uniform(-1, 1) * 10.0 ** rng.randint(-300, 300)),
            str(rng.randint(-9999, 9999)),
            f" {rng.gauss(0, 1):.3e} ",
            f"+{rng.random():.{rng.randint(1, 25)}f}",
            str(rng.choice([2**53, -(2**53), 2**60, 3 * 2**70])),
            rng.choice(["0", "-0", "007", ".5", "5.", "1E5", "4.9e-324", "1.7976931348623157e308"]),
        ]
    )


def exact(text: str) -> float:
    """The float64 nearest to what a text says, by way of a fraction; nan where it is no number."""
    text = text.strip()
    if not NUMBER.fullmatch(text):
        return float("nan")
    try:
        number = float(Fraction(text))
    except OverflowError:
        return float("nan")
    return float("nan") if text.strip("+-").isdigit() and int(text) != number else number


def check_valid(rng: random.Random, path: Path) -> None:
    """Write a valid file, in any dialect, and compare what is read with what was written."""
    delimiter = rng.choice(",;\t| ")
    decimal = "." if delimiter == "," else rng.choice(".,")
    end = rng.choice(["\n", "\r\n", "\r"])
    names = rng.sample(["x", "y", "text"], 3)
    columns = rng.choice([None, names])
    text = io.StringIO(newline="")
    # Before Python 3.13 a line break of another kind than the file's is not quoted.
    quoting = csv.QUOTE_ALL if end == "\r" else rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    if columns is None:
        writer.writerow(names)
    between = ["", "", "", end, f"%% a comment{end}"] if rng.random() < 0.5 else [""]
    expected, lines = [], []
    for _ in range(rng.randint(1, 12)):
        text.write(rng.choice(between))
        row = {"x": a_number(rng), "y": a_number(rng), "text": rng.choice(WORDS)}
        if rng.random() < 0.2:
            row[rng.choice("xy")] = rng.choice(["", "NA"])
            lines.append(1 + len(re.findall("\r\n|\r|\n", text.getvalue())))
        else:
            expected.append([exact(row["x"]), exact(row["y"])])
        row.update({name: row[name].replace(".", decimal) for name in "xy"})
        writer.writerow([row[name] for name in names])
    whole = text.getvalue()
    if rng.random() < 0.3:
        whole = whole.removesuffix(end)
    encoding = rng.choice(["utf-8", "utf-8-sig", "utf-16", "latin-1"])
    data = whole.encode(encoding)
    path.write_bytes(gzip.compress(data) if rng.random() < 0.3 else data)
    reader = read_csv(
        path,
        "x",
        "y",
        missing="drop",
        columns=columns,
        delimiter=delimiter,
        decimal=decimal,
        comment="%%",
        encoding="latin-1" if encoding == "latin-1" else "utf-8",
    )
    if expected:
        assert read_all(reader).tolist() == expected
    else:
        with pytest.raises(BadRowError, match="no good row"):
            read_all(reader)
    assert (reader.rows, reader.dropped, reader.skipped) == (len(expected), len(lines), 0)
    assert [bad.row for bad in reader.left_out] == lines


@pytest.mark.usefixtures("small_blocks")
def test_a_valid_file_is_read_as_it_is(tmp_path: Path) -> None:
    """In every dialect each row is given out as its nearest numbers, or counted with its line."""
    for seed in range(150):
        check_valid(random.Random(seed), tmp_path / f"rows{seed}")


def damaged(rng: random.Random) -> str:
    """A file of three columns in which some characters are lost, changed or put in."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=rng.choice(["\n", "\r\n"]))
    writer.writerow(["x", "text", "y"])
    for _ in range(rng.randint(2, 10)):
        writer.writerow([a_number(rng), rng.choice(WORDS), a_number(rng)])
    whole = text.getvalue()
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(whole.index("\n") + 1, len(whole))
        put = rng.choice(
            ['"', '""', ",", "\n", "\r", "#", "\0", "_", " ", "x", "٣", "\n\n", "-", ""]
        )
        whole = whole[:place] + put + whole[place + rng.randint(0, 1) :]
    return whole


def records(text: str) -> Iterator[list[str] | None]:
    """The csv module's records of a text but its header, None for a malformed one."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(iter(lines.readline, ""), strict=True)
    next(reader)
    while True:
        try:
            record = next(reader)
        except csv.Error:
            yield None
        except StopIteration:
            return
        else:
            # A blank line is no record; the value that "" says is one.
            if record and (len(record) > 1 or not record[0] or record[0].strip(" \t")):
                yield record


@pytest.mark.usefixtures("small_blocks")
def test_no_row_of_a_damaged_file_is_lost(tmp_path: Path) -> None:
    """Rows given out and rows counted are all the rows there are, or the open quote is named."""
    rng, path, refused = random.Random(0), tmp_path / "rows", 0
    for _ in range(250):
        text = damaged(rng)
        path.write_bytes(text.encode())
        found = list(records(text))
        numbers = [[exact(r[0]), exact(r[2])] for r in found if r is not None and len(r) == 3]
        good = [row for row in numbers if not any(map(math.isnan, row))]
        reader = read_csv(path, "x", "y", on_bad="skip")
        read, error = [], ""
        try:
            read = read_all(reader).tolist()
        except BadRowError as raised:
            error = str(raised)
        if "a quote that opens here goes on" in error:
            refused += 1
            continue
        assert read == good, text
        assert reader.rows + reader.skipped == len(found), text
    assert 5 < refused < 50
