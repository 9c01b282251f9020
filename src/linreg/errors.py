"""The errors of the library that are more than a wrong argument."""

from pathlib import Path


class DivergenceError(ArithmeticError):
    """The loss stopped being finite: the steps grew instead of shrinking.

    Examples:
        >>> from linreg import DivergenceError, gradient_descent, make_line
        >>> rides = make_line()
        >>> try:
        ...     gradient_descent(rides.features, rides.target, lr=10.0, steps=1000)
        ... except DivergenceError as error:
        ...     print("the steps overshoot" in str(error))
        True
    """


class RankError(ValueError):
    """Some features are combinations of others, so there is no unique best fit.

    Examples:
        >>> import torch
        >>> from linreg import RankError, least_squares
        >>> x = torch.tensor([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [5.0, 10.0]])
        >>> try:
        ...     least_squares(x, torch.tensor([1.0, 2.0, 2.0, 3.0]))
        ... except RankError as error:
        ...     print("x2 is a combination of x1" in str(error))
        True
    """


class BadRowError(ValueError):
    r"""A row of a file cannot be read as numbers, or a file cannot be read to its end.

    Attributes:
        path: The file.
        row: The line on which the row starts, from 1; in Parquet the row, from 1; None for a file.
        column: The column of the bad value, or None where it is the whole row.
        reason: What is wrong.

    Examples:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from linreg import BadRowError, Moments, read_csv
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "rides.csv"
        ...     _ = path.write_text("km,euros\n1,3\n2,five\n")
        ...     try:
        ...         Moments.gather(read_csv(path, "km", "euros"))
        ...     except BadRowError as error:
        ...         print(error.row, error.column, error.path.name)
        3 euros rides.csv
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
