"""What the reader and the formats of files agree on: rows, blocks of them, and their errors."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from torch import Tensor

from linreg._columns import Levels, shorten

# By index of a row in its block, the column (None for the row as a whole) and what is wrong.
Bad = dict[int, tuple[str | None, str]]


class Rows(NamedTuple):
    """A chunk of rows, in the order that `Moments.update` takes.

    Attributes:
        features: Shape (n, p), float64.
        target: Shape (n, k), float64.
        sample_weight: Shape (n,), float64, or None.

    Examples:
        >>> from importlib.resources import files
        >>> from linreg import Moments, read_csv
        >>> path = files("linreg") / "data" / "hubble.csv"
        >>> rows = next(iter(read_csv(path, "distance_mpc", "velocity_km_s")))
        >>> rows.features.shape, rows.target.shape, rows.sample_weight
        (torch.Size([24, 1]), torch.Size([24, 1]), None)
    """

    features: Tensor
    target: Tensor
    sample_weight: Tensor | None


class Block(NamedTuple):
    """A piece of a file: every row of it, good or bad.

    Attributes:
        numbers: Shape (n, c): a number, or a level's code, for each column asked for; nan where a
            value is missing or bad.
        rows: The n places of the rows.
        bad: The bad rows; a row that has nan and is not among them has a missing value.
    """

    numbers: Tensor
    rows: Sequence[int]
    bad: Bad


class Format(Protocol):
    """A format of files; `unit` says what its rows are counted in."""

    unit: str

    def check(self, path: Path, columns: Sequence[str], levels: Mapping[str, Levels]) -> None:
        """Refuse a file that has not the columns."""

    def blocks(
        self, path: Path, columns: Sequence[str], levels: Mapping[str, Levels]
    ) -> Iterator[tuple[float, Block]]:
        """The share of the file that is read, and its rows, piece by piece."""


def find_columns(
    path: Path, found: Sequence[str], columns: Sequence[str], hint: str = ""
) -> list[int]:
    """The place of each column in a file that has it once."""
    lacking = [name for name in columns if name not in found]
    if lacking:
        raise ValueError(
            f"{path} has no column {shorten(lacking)}: its columns are {shorten(found)}{hint}"
        )
    twice = [name for name in columns if found.count(name) > 1]
    if twice:
        raise ValueError(f"{path} has more than one column {shorten(twice)}: rename all but one")
    return [found.index(name) for name in columns]
