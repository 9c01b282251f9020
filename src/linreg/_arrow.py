"""Split a block of CSV with pyarrow, which is fast, where it must agree with the csv module."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from linreg._numbers import EXACT, Notation


def split(
    block: str, first: int, delimiter: str, width: int, places: Sequence[int], notation: Notation
) -> tuple[list[Any], Sequence[int], int] | None:
    """Split a block of whole lines of which `first` is the number of the first.

    The columns at the places as arrays of text, null where it is missing; the line that each row
    starts on; how many lines there are. None where pyarrow is not installed, where a row has not
    `width` values, and where the block holds anything on which pyarrow and the csv module may
    differ.
    """
    try:
        import pyarrow as pa
        from pyarrow import csv
    except ImportError:
        return None
    data = block.encode("utf-8", "surrogateescape")
    counted = _lines(block, data, first, delimiter)
    if counted is None:
        return None
    rows, lines = counted
    names = list(map(str, range(width)))
    types = {names[place]: pa.string() for place in places}
    try:
        table = csv.read_csv(
            pa.py_buffer(data),
            csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            csv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                null_values=list(notation.missing),
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(rows):
        return None
    return [table.column(names[place]).chunk(0) for place in places], rows, lines


def to_numbers(column: Any, notation: Notation) -> Tensor | None:
    """Numbers, shape (n,), nan where a text is null; None where one may have to be refused."""
    import pyarrow as pa
    from pyarrow import compute

    if notation.decimal != ".":
        if compute.any(compute.match_substring(column, ".")).as_py():
            return None
        column = compute.replace_substring(column, notation.decimal, ".")
    try:
        numbers = compute.cast(column, pa.float64())
    except pa.ArrowInvalid:
        return None
    values = torch.from_numpy(numbers.to_numpy(zero_copy_only=False, writable=True))
    plain = int((values.abs() < EXACT).sum()) + column.null_count == len(column)
    return notation.without_missing(values) if plain else None


def _lines(block: str, data: bytes, first: int, delimiter: str) -> tuple[Sequence[int], int] | None:
    """The line that each row starts on and how many lines there are; None where irregular.

    Regular line ends are alike. Regular quotes open after a delimiter or a line's end, close before
    one, and are doubled inside quotes.
    """
    import numpy as np

    if not delimiter.isascii() or ("\r" in block and block.count("\r") != block.count("\r\n")):
        return None
    if block.startswith("\ufeff"):  # pyarrow would leave it out
        return None
    ended = block.endswith("\n")
    lines = int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord("\n"))) + (not ended)
    if '"' not in block:
        return range(first, first + lines), lines
    text = np.frombuffer(b"\n" + data + b"\n", np.uint8)
    quotes = np.flatnonzero(text == ord('"'))
    edges = np.zeros(256, bool)
    edges[list(f'{delimiter}\r\n"'.encode())] = True
    opened, closed = quotes[::2], quotes[1::2]
    if len(closed) < len(opened) or not (edges[text[opened - 1]] & edges[text[closed + 1]]).all():
        return None
    ends = np.flatnonzero(text[1:] == ord("\n")) + 1
    outside = np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0)
    return [first, *(outside[: -1 - ended] + first + 1).tolist()], lines
