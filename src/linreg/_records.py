"""Split text into rows by the csv module's rules, and say on which lines they start."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TextIO

from linreg import _arrow
from linreg._numbers import Notation, quote
from linreg._rows import Bad
from linreg.errors import BadRowError

Record = list[str] | csv.Error
# How many characters a value may have before a quote that does not close fills the memory. The csv
# module has one limit for the whole process, so it is put back after each record.
_LONGEST = 2**24
_ONE_AT_A_TIME = Lock()


class Texts(NamedTuple):
    """The rows of a block of text.

    Attributes:
        columns: Their values in each column asked for: a list, or pyarrow's array.
        rows: The line that each row starts on.
        bad: The rows that have not a value for each column of the file.
    """

    columns: list[Any]
    rows: Sequence[int]
    bad: Bad


class Records:
    """The rows of a stream of text, block by block.

    Attributes:
        line: How many lines have been read.
    """

    def __init__(self, path: Path, stream: TextIO, delimiter: str, comment: str | None) -> None:
        self.path, self.stream, self.delimiter, self.comment = path, stream, delimiter, comment
        self.line = 0

    def texts(self, block: str, width: int, places: Sequence[int], notation: Notation) -> Texts:
        """The rows of a block of whole lines, in a file of `width` columns."""
        if self.comment is None or self.comment not in block:
            first = self.line + 1
            regular = _arrow.split(block, first, self.delimiter, width, places, notation)
            if regular:
                columns, rows, lines = regular
                self.line += lines
                return Texts(columns, rows, {})
        kept: list[list[str]] = []
        starts: list[int] = []
        bad: Bad = {}
        for line, record in self.split(block):
            if isinstance(record, csv.Error) or len(record) != width:
                problem = self._malformed(record, width)
                if self.line > line:
                    raise open_quote(self.path, line, None, problem)
                bad[len(kept)] = (None, problem)
                record = [""] * width
            kept.append(record)
            starts.append(line)
        return Texts([[record[place] for record in kept] for place in places], starts, bad)

    def split(self, block: str) -> Iterator[tuple[int, Record]]:
        """Lines and records of a block of whole lines; blank lines and comments are none.

        Where a quote is open at the block's end, the lines that follow it in the stream are read
        too. A record that breaks the rules is the csv module's error.
        """
        lines = io.StringIO(block, newline="")
        white = " \t\r\n".replace(self.delimiter, "")
        for line in iter(lines.readline, ""):
            self.line += 1
            if not line.strip(white) or (self.comment and line.startswith(self.comment)):
                continue
            if '"' in line:
                yield self.line, self._quoted(line, lines)
            else:
                yield self.line, line.rstrip("\r\n").split(self.delimiter)

    def _quoted(self, line: str, lines: TextIO) -> Record:
        """The record that starts with a line and goes on while a quote is open."""

        def feed() -> Iterator[str]:
            yield line
            while more := lines.readline() or self.stream.readline():
                self.line += 1
                yield more

        with _ONE_AT_A_TIME:
            limit = csv.field_size_limit(_LONGEST)
            try:
                return next(csv.reader(feed(), delimiter=self.delimiter, strict=True))
            except csv.Error as error:
                return error
            finally:
                csv.field_size_limit(limit)

    def _malformed(self, record: Record, width: int) -> str:
        """What is wrong with a row that has not a value for each column."""
        if isinstance(record, csv.Error):
            return f"its quotes are malformed ({record})"
        hint = " (is the file truncated?)" if len(record) < width else ""
        if record[0].startswith("#") and self.comment is None:
            hint = " (if it is a comment, give comment='#')"
        text = quote(self.delimiter.join(record))
        return f"{len(record)} values instead of {width} in {text}{hint}"


def open_quote(path: Path, line: int, column: str | None, problem: str) -> BadRowError:
    """Rows inside an open quote cannot be counted, so they cannot be left out either."""
    return BadRowError(
        path,
        line,
        column,
        f"{problem}; a quote that opens here goes on over lines: close it. on_bad='skip' does not "
        "leave it out, since nobody knows how many rows are inside it",
    )
