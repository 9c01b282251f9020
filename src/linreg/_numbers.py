"""Read numbers from text, and say why a text that is none is refused."""

import math
import re
from array import array
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

# From here on float64 skips whole numbers.
EXACT = 2.0**53
# Words that stand for a value that is missing, beside an empty one.
MISSING = ("NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL")
# What is wrong with values of a column, by row.
Reasons = dict[int, str]

_KINDS = (
    (
        r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([t ].*)?|\d{1,2}:\d\d(:\d\d.*)?",
        "is a date or a time, not a number: count the days or seconds from one that you choose",
    ),
    (r"[\[({].*[\])}]", "is a list, not a number: give each of its values a column of its own"),
    (r"[+-]?\d+,\d+", "is not a number; if its comma is that of decimals, give decimal=','"),
    (r"true|false|t|f|yes|no", "is a truth value, not a number: name its column in categories"),
    (r"#.*", "is not a number; if its line is a comment, give comment='#'"),
    (r".*[\udc80-\udcff].*", "has bytes of another encoding: give encoding='latin-1', or its own"),
)


class Notation:
    """How a file writes numbers, and the values that are missing."""

    def __init__(self, decimal: str = ".", missing: Iterable[str] = MISSING) -> None:
        self.decimal = decimal
        self.missing = frozenset({"", *missing})
        numbers = (self.number(word) for word in self.missing)
        self._codes = [number for number in numbers if math.isfinite(number)]

    def read(self, texts: Sequence[str]) -> tuple[Tensor, Reasons]:
        """Numbers, shape (n,), nan where a text is missing or none, and why it is none."""
        joined = "".join(texts)
        if joined.isascii() and "_" not in joined and self.decimal == ".":
            try:
                numbers = as_tensor(array("d", map(float, texts)))
            except ValueError:
                pass
            else:
                if bool((numbers.abs() < EXACT).all()):
                    return self.without_missing(numbers), {}
        values, reasons = array("d"), {}
        for row, text in enumerate(texts):
            number = self.number(text)
            if not abs(number) < EXACT:
                if text.strip() in self.missing:
                    number = math.nan
                elif (reason := _why_not(text, number)) is not None:
                    number, reasons[row] = math.nan, reason
            values.append(number)
        return self.without_missing(as_tensor(values)), reasons

    def without_missing(self, numbers: Tensor) -> Tensor:
        """The numbers with nan for those that are words for a missing value, such as -999."""
        for code in self._codes:
            numbers = numbers.where(numbers != code, math.nan)
        return numbers

    def number(self, text: str) -> float:
        """The number that a text says, or nan."""
        if not text.strip().isascii() or "_" in text:
            return math.nan
        if self.decimal != ".":
            text = "" if "." in text else text.replace(self.decimal, ".")
        try:
            return float(text)
        except ValueError:
            return math.nan


def inexact(value: int) -> str | None:
    """Why float64 cannot hold a whole number, or None where it can."""
    if int(float(value)) == value:
        return None
    return (
        f"{value} is a whole number beyond 2^53 that float64 cannot hold: subtract one "
        "whole number from all of its column first"
    )


def as_tensor(values: "array[float]") -> Tensor:
    """A tensor on the CPU over the values, without a copy."""
    if not values:
        return torch.empty(0, dtype=torch.float64, device="cpu")
    return torch.frombuffer(values, dtype=torch.float64)


def quote(text: str, most: int = 60) -> str:
    """A text for a message, not more than its start."""
    return repr(text) if len(text) <= most else f"{text[:most]!r}..."


def _why_not(text: str, number: float) -> str | None:
    """Why a text is refused, or None where it is not."""
    word = text.strip()
    if math.isfinite(number):
        return inexact(int(word)) if word.lstrip("+-").isdigit() else None
    if math.isinf(number):
        return f"{quote(text)} is not a finite number"
    for pattern, problem in _KINDS:
        if re.fullmatch(pattern, word, re.IGNORECASE | re.DOTALL | re.ASCII):
            return f"{quote(text)} {problem}"
    return f"{quote(text)} is not a number"
