"""The errors of the library that are more than a wrong argument."""

from pathlib import Path


class DivergenceError(ArithmeticError):
    """The loss stopped being finite: the steps grew instead of shrinking."""


class RankError(ValueError):
    """Some features are combinations of others, so there is no unique best fit."""


class BadRowError(ValueError):
    """A row of a file cannot be read as numbers, or a file cannot be read to its end.

    Attributes:
        path: The file.
        row: The line on which the row starts, from 1; in Parquet the row, from 1; None for a file.
        column: The column of the bad value, or None where it is the whole row.
        reason: What is wrong.
    """

    def __init__(
        self, path: Path, row: int | None, column: str | None, reason: str, unit: str = "line"
    ) -> None:
        super().__init__(path, row, column, reason, unit)
        self.path, self.row, self.column, self.reason, self._unit = path, row, column, reason, unit

    def __str__(self) -> str:
        """The place and what is wrong there."""
        place = f", {self._unit} {self.row}" if self.row is not None else ""
        column = f", column {self.column!r}" if self.column is not None else ""
        return f"{self.path}{place}{column}{':' if place or column else ''} {self.reason}"
