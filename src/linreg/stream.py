"""Read rows from files larger than memory, a chunk at a time."""

from collections.abc import Iterable, Sequence

from linreg._csv import Csv
from linreg._numbers import MISSING
from linreg._parquet import Parquet
from linreg._reader import Missing, OnBad, Paths, RowReader
from linreg._table import Categories


def read_csv(
    path: Paths,
    features: str | Iterable[str],
    target: str | Iterable[str],
    *,
    sample_weight: str | None = None,
    categories: Categories = (),
    missing: Missing = "error",
    on_bad: OnBad = "error",
    columns: Sequence[str] | None = None,
    delimiter: str = ",",
    decimal: str = ".",
    comment: str | None = None,
    missing_values: Iterable[str] = MISSING,
    encoding: str = "utf-8",
    progress: bool | None = None,
) -> RowReader:
    """Read CSV files in chunks to loop over; give each to `Moments.update(*rows)`.

    Every row of a file is given out, left out and counted, or refused; none is lost, made up or
    changed. Values are the nearest float64, and whole numbers that float64 cannot hold are bad.
    A quoted value may hold delimiters and line breaks; a quote in it is doubled. Blank lines are
    no rows. With pyarrow installed, regular files are read many times as fast.

    Args:
        path: The file, or several that are read one after the other. They may be packed with gzip,
            bzip2 or xz.
        features: The columns to predict from, by name.
        target: The column to predict, or several; () for none.
        sample_weight: The column of the rows' weights, if any; a weight is 0 or more.
        categories: Those features that are kinds, such as colours: each becomes columns of 0 and
            1, one for each level but the first, as `indicators` makes them. The levels are found
            by reading the rows once, now; or give a dictionary of them, such as `levels` of the
            reader of the training rows, and any other level is bad.
        missing: What to do with a row that has a missing value in these columns: "error" says
            where it is, "drop" leaves it out and counts it.
        on_bad: What to do with a row that has a missing value, a value that is no finite number,
            or too few or too many values: "error" says where it is, "skip" leaves it out and
            counts it.
        columns: The names of all columns of a file that has no header.
        delimiter: The character between values.
        decimal: The character before decimals, "." or ",".
        comment: What a line starts with that is no row, such as "#". By default only lines before
            the header that start with # are none.
        missing_values: Words that stand for a missing value, beside an empty one.
        encoding: The encoding of the text; a byte order mark in the file overrides it.
        progress: Whether to draw a bar on stderr; None draws one on a terminal.

    Returns:
        What to loop over; it counts `rows`, `skipped` and `dropped`.

    Raises:
        BadRowError: While reading, with file, line and column; also where a file is packed or
            damaged so that it cannot be read to its end.
        FileNotFoundError: If there is no such file.
        ValueError: If a column is not in a file, or twice; the message lists those that are.

    Examples:
        >>> from importlib.resources import files
        >>> from linreg import Moments, read_csv
        >>> path = files("linreg") / "data" / "galton.csv"
        >>> reader = read_csv(path, "midparent_height_in", "child_height_in")
        >>> fit = Moments.gather(reader).solve()
        >>> fit.rows, fit.names
        (928, ('intercept', 'midparent_height_in'))
    """
    file_format = Csv(delimiter, decimal, comment, columns, encoding, missing_values)
    return RowReader(
        file_format, path, features, target, sample_weight, categories, missing, on_bad, progress
    )


def read_parquet(
    path: Paths,
    features: str | Iterable[str],
    target: str | Iterable[str],
    *,
    sample_weight: str | None = None,
    categories: Categories = (),
    missing: Missing = "error",
    on_bad: OnBad = "error",
    progress: bool | None = None,
) -> RowReader:
    """Read Parquet files in chunks to loop over; give each to `Moments.update(*rows)`.

    Numbers of any width, truth values (0 and 1), decimals and text that says numbers are read as
    the nearest float64; whole numbers that float64 cannot hold are bad. Null and nan are missing.

    Args:
        path: The file, or several that are read one after the other.
        features: The columns to predict from, by name.
        target: The column to predict, or several; () for none.
        sample_weight: As `read_csv`.
        categories: As `read_csv`; text, truth values or whole numbers.
        missing: As `read_csv`.
        on_bad: As `read_csv`.
        progress: As `read_csv`.

    Returns:
        What to loop over; it counts `rows`, `skipped` and `dropped`.

    Raises:
        BadRowError: While reading, with file, row (from 1) and column; also where a column holds
            dates, lists or anything else that is no number.
        FileNotFoundError: If there is no such file.
        ImportError: If pyarrow is not installed.
        ValueError: If a column is not in a file, or twice; the message lists those that are.

    Examples:
        >>> import tempfile
        >>> from pathlib import Path
        >>> import pyarrow
        >>> from pyarrow import parquet
        >>> from linreg import Moments, read_parquet
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "rides.parquet"
        ...     parquet.write_table(pyarrow.table({"km": [1, 2, 3], "euros": [3, 5, 7]}), path)
        ...     Moments.gather(read_parquet(path, "km", "euros")).rows
        3
    """
    return RowReader(
        Parquet(), path, features, target, sample_weight, categories, missing, on_bad, progress
    )
