"""The format Parquet: its columns, and which of their types are numbers or levels."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from linreg._columns import Levels
from linreg._numbers import EXACT, Notation, Reasons, inexact
from linreg._rows import Bad, Block, find_columns
from linreg.errors import BadRowError

_NOTATION = Notation()


class Parquet:
    """Rows of typed columns; the first is row 1."""

    unit = "row"

    def __init__(self) -> None:
        try:
            import pyarrow
            from pyarrow import compute, parquet
        except ImportError:
            raise ImportError(
                "reading Parquet needs pyarrow: install it with pip install pyarrow"
            ) from None
        self._arrow, self._compute, self._parquet = pyarrow, compute, parquet

    def check(self, path: Path, columns: Sequence[str], levels: Mapping[str, Levels]) -> None:
        """Refuse a file that lacks a column, or has it in a type that is none of numbers."""
        types = self._arrow.types
        with self._open(path) as file:
            schema = file.schema_arrow
        for name, place in zip(columns, find_columns(path, schema.names, columns), strict=True):
            kind = schema.field(place).type
            stored = kind.value_type if types.is_dictionary(kind) else kind
            good = [self._is_text(stored), types.is_boolean(stored), types.is_null(stored)]
            good.append(types.is_integer(stored))
            if name not in levels:
                good += [types.is_floating(stored), types.is_decimal(stored)]
            if not any(good):
                what = "a level" if name in levels else "a number"
                problem = (
                    f"its type is {kind}, and none of its values is {what}: make them so first"
                )
                raise BadRowError(path, None, name, problem)

    def blocks(
        self, path: Path, columns: Sequence[str], levels: Mapping[str, Levels]
    ) -> Iterator[tuple[float, Block]]:
        """The share of the file that is read, and its rows, a batch at a time."""
        with self._open(path) as file:
            total, read = max(file.metadata.num_rows, 1), 0
            for batch in file.iter_batches(columns=list(columns)):
                bad: Bad = {}
                numbers = []
                for name in columns:
                    values, reasons = self._column(batch.column(name), levels.get(name))
                    for row, reason in reasons.items():
                        bad.setdefault(row, (name, reason))
                    numbers.append(values)
                rows = range(read + 1, read + 1 + batch.num_rows)
                read += batch.num_rows
                yield read / total, Block(torch.stack(numbers, 1), rows, bad)

    @contextmanager
    def _open(self, path: Path) -> Iterator[Any]:
        """The file, whose damage is one error."""
        try:
            with self._parquet.ParquetFile(path) as file:
                yield file
        except (self._arrow.ArrowException, OSError, UnicodeDecodeError) as error:
            problem = f"cannot be read as Parquet, so it may be truncated: {error}"
            raise BadRowError(path, None, None, problem) from None

    def _is_text(self, kind: Any) -> bool:
        """Whether a type is one of text."""
        types = self._arrow.types
        kinds = (types.is_string, types.is_large_string, types.is_string_view)
        return any(is_kind(kind) for is_kind in kinds)

    def _column(self, column: Any, known: Levels | None) -> tuple[Tensor, Reasons]:
        """A column as numbers or codes, nan where a value is missing or bad, and why it is bad."""
        types = self._arrow.types
        if types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if known:
            texts = ["" if value is None else str(value) for value in column.to_pylist()]
            return known.read(texts, frozenset({""}))
        if types.is_decimal(column.type) or self._is_text(column.type):
            # As text, for the cast of decimals to float64 is off by a rounding.
            texts = self._compute.cast(column, self._arrow.string()).fill_null("").to_pylist()
            return _NOTATION.read(texts)
        values = self._compute.cast(column, self._arrow.float64(), safe=False)
        numbers = torch.from_numpy(values.to_numpy(zero_copy_only=False, writable=True))
        reasons = {
            row: f"{numbers[row].item()!r} is not a finite number"
            for row in numbers.isinf().nonzero().flatten().tolist()
        }
        if types.is_integer(column.type):
            for row in (numbers.abs() >= EXACT).nonzero().flatten().tolist():
                if reason := inexact(column[row].as_py()):
                    reasons[row] = reason
        numbers[list(reasons)] = float("nan")
        return numbers, reasons
