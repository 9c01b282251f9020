"""The format of text with a delimiter: its header, its rows, and those that are malformed."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from linreg._arrow import to_numbers
from linreg._columns import Levels, names
from linreg._files import open_text
from linreg._numbers import Notation, Reasons
from linreg._records import Records, open_quote
from linreg._rows import Block, find_columns
from linreg.errors import BadRowError

_CHARACTERS = 2**22


class Csv:
    """How a CSV file is written."""

    unit = "line"

    def __init__(
        self,
        delimiter: str,
        decimal: str,
        comment: str | None,
        columns: Sequence[str] | None,
        encoding: str,
        missing_values: Iterable[str],
    ) -> None:
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise ValueError(f"delimiter is {delimiter!r}: give one character, such as ';'")
        if decimal not in (".", ",") or decimal == delimiter:
            raise ValueError(
                f"decimal is {decimal!r} and delimiter {delimiter!r}: decimal is '.' or ',', and "
                "not the delimiter"
            )
        if comment == "":
            raise ValueError("comment is '': give what a comment starts with, such as '#'")
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError(f"encoding is {encoding!r}: Python knows no such encoding") from None
        self.delimiter, self.comment, self.encoding = delimiter, comment, encoding
        self.columns = None if columns is None else names("columns", columns)
        self.notation = Notation(decimal, names("missing_values", missing_values))

    def check(self, path: Path, columns: Sequence[str], levels: Mapping[str, Levels]) -> None:
        """Refuse a file whose header has not the columns, each once."""
        with open_text(path, self.encoding) as (stream, _):
            self._header(path, Records(path, stream, self.delimiter, self.comment), columns)

    def blocks(
        self, path: Path, columns: Sequence[str], levels: Mapping[str, Levels]
    ) -> Iterator[tuple[float, Block]]:
        """The share of the file that is read, and its rows, about four million characters each."""
        with open_text(path, self.encoding) as (stream, share):
            records = Records(path, stream, self.delimiter, self.comment)
            width, places = self._header(path, records, columns)
            while block := stream.read(_CHARACTERS):
                texts = records.texts(block + stream.readline(), width, places, self.notation)
                bad, numbers = texts.bad, []
                for name, given in zip(columns, texts.columns, strict=True):
                    values, reasons = self._read(given, levels.get(name))
                    for row, reason in reasons.items():
                        if "\n" in (text := str(given[row])) or "\r" in text:
                            raise open_quote(path, texts.rows[row], name, reason)
                        bad.setdefault(row, (name, reason))
                    numbers.append(values)
                yield share(), Block(torch.stack(numbers, 1), texts.rows, bad)

    def _read(self, texts: Any, known: Levels | None) -> tuple[Tensor, Reasons]:
        """A column as numbers or codes, nan where it is missing or bad, and why it is bad."""
        if not isinstance(texts, list):
            if known is None and (numbers := to_numbers(texts, self.notation)) is not None:
                return numbers, {}
            texts = texts.fill_null("").to_pylist()
        return known.read(texts, self.notation.missing) if known else self.notation.read(texts)

    def _header(
        self, path: Path, records: Records, columns: Sequence[str]
    ) -> tuple[int, list[int]]:
        """How many columns the file has, and where those asked for are."""
        found: Sequence[str] | None = self.columns
        while found is None:
            line = records.stream.readline()
            if not line:
                raise BadRowError(path, None, None, "is empty: it has no header")
            # A comment before the header, unless it names the columns.
            if self.comment is None and line.startswith("#") and not self._names(line, columns):
                records.line += 1
                continue
            for start, record in records.split(line):
                if isinstance(record, csv.Error):
                    raise BadRowError(path, start, None, f"the header is malformed ({record})")
                found = record
        return len(found), find_columns(path, found, columns, self._hint(found, columns))

    def _hint(self, found: Sequence[str], columns: Sequence[str]) -> str:
        """Why columns may be lacking in the header that was found."""
        text = self.delimiter.join(found)
        if "\0" in text:
            return "; is it in UTF-16? give encoding='utf-16-le'"
        if any("\udc80" <= character <= "\udcff" for character in text):
            return f"; it is not in {self.encoding}: give encoding='latin-1', or its own"
        for delimiter in ";\t|, ".replace(self.delimiter, ""):
            if self._names(text, columns, delimiter):
                return f"; give delimiter={delimiter!r}"
        if self.columns is None and not all(map(math.isnan, map(self.notation.number, found))):
            return "; if it has no header, name all of its columns in columns="
        return ""

    def _names(self, line: str, columns: Sequence[str], delimiter: str | None = None) -> bool:
        """Whether a line holds all of the names."""
        parts = line.strip().split(delimiter or self.delimiter)
        return set(columns) <= {part.strip('"') for part in parts}
