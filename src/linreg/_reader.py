"""Loop over the rows of files as numbers, and leave out or refuse the bad ones by place."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from linreg._columns import Levels, names, shorten
from linreg._labels import Labels
from linreg._rows import Block, Format, Rows
from linreg._table import Categories, Columns
from linreg.errors import BadRowError

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
OnBad = Literal["error", "skip"]
Missing = Literal["error", "drop"]
# How many of the rows left out are remembered with their reasons.
_REMEMBERED = 1000


class RowReader:
    """Chunks of the rows of files; each `for` loop over it reads the files anew.

    Attributes:
        feature_names: A name for each column of the features, in order.
        target_names: A name for each target.
        levels: The levels of each column of kinds; give them as `categories` for other files.
        rows: How many good rows the last loop has given out so far.
        skipped: How many bad rows it has left out.
        dropped: How many rows it has left out because a value is missing.
        left_out: A `BadRowError` for each of the first 1000 rows left out, with its place.

    Examples:
        >>> from importlib.resources import files
        >>> from linreg import read_csv
        >>> path = files("linreg") / "data" / "hubble.csv"
        >>> reader = read_csv(path, "distance_mpc", "velocity_km_s")
        >>> sum(len(rows.target) for rows in reader), reader.skipped, reader.dropped
        (24, 0, 0)
    """

    def __init__(
        self,
        file_format: Format,
        path: Paths,
        features: str | Iterable[str],
        target: str | Iterable[str],
        sample_weight: str | None,
        categories: Categories,
        missing: Missing,
        on_bad: OnBad,
        progress: bool | None,
    ) -> None:
        if missing not in ("error", "drop"):
            raise ValueError(f"missing is {missing!r}: choose 'error' or 'drop'")
        if on_bad not in ("error", "skip"):
            raise ValueError(f"on_bad is {on_bad!r}: choose 'error' or 'skip'")
        self.paths = tuple(map(Path, [path] if isinstance(path, str | os.PathLike) else path))
        if not self.paths:
            raise ValueError("path is an empty list: give one file or several")
        for each in self.paths:
            if not each.is_file():
                raise FileNotFoundError(f"there is no file {each}")
        self._features, self.target_names = names("features", features), names("target", target)
        if not self._features:
            raise ValueError("features is empty: name one column or several")
        self._weights = () if sample_weight is None else names("sample_weight", sample_weight)
        # Each column once, the weights last.
        others = (*self._features, *self.target_names)
        self._columns = (
            *dict.fromkeys(name for name in others if name not in self._weights),
            *self._weights,
        )
        self.missing, self.on_bad = missing, on_bad
        self.progress = sys.stderr.isatty() if progress is None else progress
        self._format = file_format
        given = categories if isinstance(categories, Mapping) else {}
        self._levels = {
            name: Levels(name, given.get(name)) for name in names("categories", categories)
        }
        numbers = (*self.target_names, *self._weights)
        strange = [n for n in self._levels if n not in self._features or n in numbers]
        if strange:
            raise ValueError(f"categories names {shorten(strange)}: name features alone")
        for each in self.paths:
            self._format.check(each, self._columns, self._levels)
        if any(known.is_open for known in self._levels.values()):
            self._levels = self._find_levels()
        self._start()
        self.levels = {name: known.levels for name, known in self._levels.items()}
        self.feature_names = tuple(
            new
            for name in self._features
            for new in (self._levels[name].column_names if name in self._levels else (name,))
        )

    def __iter__(self) -> Iterator[Rows]:
        """Read the files from their start."""
        at = {name: place for place, name in enumerate(self._columns)}
        for numbers in self._good():
            features = [
                self._levels[name].expand(numbers[:, at[name]])
                if name in self._levels
                else numbers[:, at[name], None]
                for name in self._features
            ]
            target = numbers[:, [at[name] for name in self.target_names]]
            yield Rows(torch.cat(features, 1), target, numbers[:, -1] if self._weights else None)

    @property
    def _labels(self) -> Labels:
        """What features and targets are called, for the fit of the rows."""
        return Labels(Columns(self._features, self.levels), self.target_names)

    def _check_columns(self, columns: Columns | None) -> None:
        """The columns are those of a fit, if that has names."""
        ours = Columns(self._features, self.levels)
        if columns is None or columns == ours:
            return
        if columns.names != ours.names:
            raise ValueError(
                f"the reader has the features {shorten(ours.names)}, and the fit "
                f"{shorten(columns.names)}: read these, in this order"
            )
        raise ValueError(
            "the reader has other levels than the fit: read with categories=fit.levels"
        )

    def _start(self) -> None:
        """Forget what the last loop counted."""
        self.rows = self.skipped = self.dropped = 0
        self.left_out: list[BadRowError] = []

    def _find_levels(self) -> dict[str, Levels]:
        """The levels, where they are not given those of the good rows, which are read for it."""
        at = {name: self._columns.index(name) for name in self._levels}
        seen: dict[str, set[float]] = {name: set() for name in self._levels}
        for numbers in self._good():
            for name, place in at.items():
                seen[name].update(numbers[:, place].tolist())
        return {
            name: known.found(seen[name]) if known.is_open else known
            for name, known in self._levels.items()
        }

    def _good(self) -> Iterator[Tensor]:
        """Numbers of the good rows, a column for each that is read."""
        self._start()
        for done, path in enumerate(self.paths):
            for share, block in self._format.blocks(path, self._columns, self._levels):
                numbers = self._sift(path, block)
                self.rows += len(numbers)
                if self.progress:
                    self._show(path, (done + share) / len(self.paths))
                if len(numbers):
                    yield numbers
        if self.progress:
            self._show(self.paths[-1], 1.0)
            print(file=sys.stderr)
        if not self.rows:
            count = self.skipped + self.dropped
            raise BadRowError(self.paths[0], None, None, f"has no good row ({count} are left out)")

    def _sift(self, path: Path, block: Block) -> Tensor:
        """The good rows of a block; the others are refused or counted."""
        numbers, bad = block.numbers, block.bad
        if self._weights:
            for row in (numbers[:, -1] < 0).nonzero().flatten().tolist():
                value = numbers[row, -1].item()
                bad[row] = (self._weights[0], f"{value!r} is negative: a weight is 0 or more")
                numbers[row, -1] = float("nan")
        good = numbers.isfinite()
        whole = good.all(1)
        if bool(whole.all()):
            return numbers
        wrong = (~whole).nonzero().flatten()
        empty = good[wrong].int().argmin(1).tolist()
        for row, column in zip(wrong.tolist(), empty, strict=True):
            place, name = block.rows[row], self._columns[column]
            if row in bad:
                self._leave_out(path, place, *bad[row], missing=False)
            else:
                self._leave_out(path, place, name, "the value is missing", missing=True)
        return numbers[whole]

    def _leave_out(
        self, path: Path, row: int, column: str | None, reason: str, *, missing: bool
    ) -> None:
        """Count a row that is not good, or refuse it."""
        if missing and self.missing == "drop":
            self.dropped += 1
        elif self.on_bad == "skip":
            self.skipped += 1
        else:
            way = "missing='drop'" if missing else "on_bad='skip'"
            reason = f"{reason}; repair it, or leave such rows out with {way}"
            raise BadRowError(path, row, column, reason, self._format.unit)
        if len(self.left_out) < _REMEMBERED:
            self.left_out.append(BadRowError(path, row, column, reason, self._format.unit))

    def _show(self, path: Path, share: float) -> None:
        """Draw the progress on the terminal's current line."""
        left_out = self.skipped + self.dropped
        bar, counted = "#" * round(30 * share), f", {left_out} left out" if left_out else ""
        text = f"\r{path.name} [{bar:30}] {share:4.0%} {self.rows} rows{counted}"
        print(text, end="", file=sys.stderr, flush=True)
