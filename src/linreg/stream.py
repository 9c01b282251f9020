"""Read rows from files larger than memory, a chunk at a time, and refuse the bad ones by place."""

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

OnBad = Literal["error", "skip"]


class BadRowError(ValueError):
    """A row of a file cannot be read as numbers."""


class Rows(NamedTuple):
    """A chunk of rows, in the order that `Moments.update` takes.

    Attributes:
        features: Shape (n, p), float64.
        target: Shape (n, k), float64.
        weight: Shape (n,), float64, or None.
    """

    features: Tensor
    target: Tensor
    weight: Tensor | None


class RowReader:
    """Chunks of the rows of a file; each `for` loop over it reads the file anew.

    Attributes:
        rows: How many good rows the last loop has given out so far.
        skipped: How many bad rows it has left out.
    """

    def __init__(
        self,
        path: str | Path,
        features: Sequence[str],
        target: str | Sequence[str],
        weight: str | None,
        on_bad: OnBad,
        progress: bool | None,
    ) -> None:
        if on_bad not in ("error", "skip"):
            raise ValueError(f"on_bad is {on_bad!r}: choose 'error' or 'skip'")
        _pyarrow()
        self.path = Path(path)
        if not self.path.is_file():
            raise FileNotFoundError(f"there is no file {self.path}")
        self.feature_names = tuple(features)
        self.target_names = (target,) if isinstance(target, str) else tuple(target)
        self.weight_name = weight
        self.on_bad = on_bad
        self.progress = sys.stderr.isatty() if progress is None else progress
        self.rows = self.skipped = 0

    def __iter__(self) -> Iterator[Rows]:
        """Read the file from its start."""
        self.rows = self.skipped = 0
        p, k = len(self.feature_names), len(self.target_names)
        for share, table in self._tables():
            self.rows += len(table)
            if self.progress:
                self._show(share)
            if len(table):
                weight = table[:, p + k] if self.weight_name else None
                yield Rows(table[:, :p], table[:, p : p + k], weight)
        if self.progress:
            self._show(1.0)
            print(file=sys.stderr)
        if not self.rows:
            raise BadRowError(f"{self.path} has no good row ({self.skipped} were skipped)")

    def _columns(self) -> list[str]:
        """All columns that are read, in order."""
        weight = [self.weight_name] if self.weight_name else []
        return [*self.feature_names, *self.target_names, *weight]

    def _tables(self) -> Iterator[tuple[float, Tensor]]:
        """Share of the file read, and rows with the columns in order; for each format its own."""
        raise NotImplementedError

    def _check_columns(self, found: Sequence[str]) -> None:
        """Every column that is asked for is there."""
        missing = [name for name in self._columns() if name not in found]
        if missing:
            raise ValueError(
                f"{self.path} has no column {', '.join(map(repr, missing))}: its columns are "
                f"{', '.join(map(repr, found))}"
            )

    def _numbers(self, batch: Any, first: int) -> Tensor:
        """A batch as float64 without its bad rows; `first` is the file's number of its first."""
        pa, pc = _pyarrow(), _pyarrow("compute")
        columns, bad = [], torch.zeros(batch.num_rows, dtype=torch.bool)
        for name in self._columns():
            given = batch.column(name)
            values = given
            if pa.types.is_string(given.type):
                try:
                    values = pc.cast(pc.utf8_trim_whitespace(given), pa.float64())
                except pa.ArrowInvalid:
                    values = pa.array([_number(text) for text in given.to_pylist()], pa.float64())
            else:
                values = pc.cast(given, pa.float64())
            numbers = torch.from_numpy(
                pc.fill_null(values, float("nan")).to_numpy(zero_copy_only=False).copy()
            )
            wrong = ~numbers.isfinite()
            if self.on_bad == "error" and bool(wrong.any()):
                place = int(wrong.nonzero()[0])
                self._refuse(first + place, name, given[place].as_py())
            bad |= wrong
            columns.append(numbers)
        self.skipped += int(bad.sum())
        return torch.stack(columns, dim=1)[~bad]

    def _refuse(self, row: int, column: str, value: object) -> None:
        """Say where the bad value is."""
        what = "is empty" if value in (None, "") else f"{value!r} is not a finite number"
        raise BadRowError(
            f"{self.path}, row {row}, column {column!r}: {what}; repair it, or leave such rows "
            "out with on_bad='skip'"
        )

    def _show(self, share: float) -> None:
        """Draw the progress on the terminal's current line."""
        bar = "#" * round(30 * share)
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        text = f"\r{self.path.name} [{bar:30}] {share:4.0%} {self.rows} rows{skipped}"
        print(text, end="", file=sys.stderr, flush=True)


class _CsvReader(RowReader):
    """Rows of text: the header is row 1."""

    def _tables(self) -> Iterator[tuple[float, Tensor]]:
        """Read blocks of text, then turn text to numbers."""
        pa, csv = _pyarrow(), _pyarrow("csv")

        def wrong_count(row: Any) -> str:
            if self.on_bad == "error":
                place = "" if row.number is None else f", row {row.number}"
                refused.append(
                    f"{self.path}{place}: {row.actual_columns} columns instead of "
                    f"{row.expected_columns} in {row.text!r}; repair it (is the file truncated?), "
                    "or leave such rows out with on_bad='skip'"
                )
                return "error"
            self.skipped += 1
            return "skip"

        refused: list[str] = []
        try:
            size = self.path.stat().st_size
            with pa.input_stream(str(self.path), compression="detect") as source:
                names = csv.open_csv(
                    source,
                    read_options=csv.ReadOptions(use_threads=False),
                    parse_options=csv.ParseOptions(invalid_row_handler=lambda row: "skip"),
                ).schema.names
            self._check_columns(names)
            with pa.input_stream(str(self.path), compression="detect") as source:
                reader = csv.open_csv(
                    source,
                    read_options=csv.ReadOptions(use_threads=False, block_size=2**22),
                    parse_options=csv.ParseOptions(invalid_row_handler=wrong_count),
                    convert_options=csv.ConvertOptions(
                        column_types=dict.fromkeys(names, pa.string()),
                        include_columns=list(dict.fromkeys(self._columns())),
                        strings_can_be_null=False,
                    ),
                )
                first, read = 2, 0
                for batch in reader:
                    read += batch.nbytes
                    table = self._numbers(batch, first)
                    first += batch.num_rows
                    yield min(1.0, read / max(size, 1)), table
        except pa.ArrowInvalid as error:
            raise BadRowError(refused[0] if refused else f"{self.path}: {error}") from None
        except (OSError, EOFError) as error:
            raise BadRowError(
                f"{self.path} cannot be read to its end, so it may be truncated: {error}"
            ) from None


class _ParquetReader(RowReader):
    """Rows of a table of columns: the first is row 1."""

    def _tables(self) -> Iterator[tuple[float, Tensor]]:
        """Read batches of the columns that are asked for."""
        pa, parquet = _pyarrow(), _pyarrow("parquet")

        try:
            with parquet.ParquetFile(self.path) as file:
                self._check_columns(file.schema_arrow.names)
                total, first = max(file.metadata.num_rows, 1), 1
                for batch in file.iter_batches(columns=list(dict.fromkeys(self._columns()))):
                    table = self._numbers(batch, first)
                    first += batch.num_rows
                    yield (first - 1) / total, table
        except (pa.ArrowException, OSError) as error:
            raise BadRowError(
                f"{self.path} cannot be read as Parquet, so it may be truncated: {error}"
            ) from None


def read_csv(
    path: str | Path,
    features: Sequence[str],
    target: str | Sequence[str],
    *,
    weight: str | None = None,
    on_bad: OnBad = "error",
    progress: bool | None = None,
) -> RowReader:
    """Read a CSV file, compressed or not, in chunks to loop over.

    Give each chunk to `Moments.update(*rows)`. The file's first row names its columns.

    Args:
        path: The file.
        features: The columns to predict from.
        target: The column to predict, or several.
        weight: The column of weights, if any.
        on_bad: What to do with a row that has a value that is no finite number, or too few or too
            many values: "error" says where it is, "skip" leaves it out and counts it.
        progress: Whether to draw a bar on stderr; None draws one on a terminal.

    Returns:
        What to loop over; it counts `rows` and `skipped`.

    Raises:
        BadRowError: While reading, with file, row and column; the header is row 1.
        FileNotFoundError: If there is no such file.
        ImportError: If pyarrow is not installed.
        ValueError: If a column is not in the file; the message lists those that are.
    """
    return _CsvReader(path, features, target, weight, on_bad, progress)


def read_parquet(
    path: str | Path,
    features: Sequence[str],
    target: str | Sequence[str],
    *,
    weight: str | None = None,
    on_bad: OnBad = "error",
    progress: bool | None = None,
) -> RowReader:
    """Read a Parquet file in chunks to loop over; give each to `Moments.update(*rows)`.

    Args:
        path: The file.
        features: The columns to predict from.
        target: The column to predict, or several.
        weight: The column of weights, if any.
        on_bad: As `read_csv`.
        progress: As `read_csv`.

    Returns:
        What to loop over; it counts `rows` and `skipped`.

    Raises:
        BadRowError: While reading, with file, row and column, counting rows from 1.
        FileNotFoundError: If there is no such file.
        ImportError: If pyarrow is not installed.
        ValueError: If a column is not in the file; the message lists those that are.
    """
    return _ParquetReader(path, features, target, weight, on_bad, progress)


def _number(text: str) -> float:
    """The number that a text says, or nan."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _pyarrow(part: str = "") -> Any:
    """The package pyarrow or a module of it, which only reading files needs."""
    try:
        return importlib.import_module(f"pyarrow.{part}" if part else "pyarrow")
    except ImportError:
        raise ImportError(
            "reading files needs pyarrow: install it with pip install 'linreg[files]'"
        ) from None
