"""Columns of 0 and 1 for the levels of a column of kinds, such as colours."""

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from linreg._numbers import Reasons, as_tensor

# More levels than this are names of rows, not kinds: a column for each would fill the memory.
_MOST_LEVELS = 1000


class Indicators(NamedTuple):
    """Columns of 0 and 1 that stand for a column of kinds.

    Attributes:
        columns: Shape (n, levels - 1), float64: 1 where the row has the column's level.
        names: One name for each column, such as `cut=Good`.
        levels: All levels as text; the first has no column, and its rows are all 0.

    Examples:
        >>> from linreg import indicators
        >>> indicators([True, False, True], "cash").levels
        ('False', 'True')
    """

    columns: Tensor
    names: tuple[str, ...]
    levels: tuple[str, ...]


def indicators(values: Iterable[Any], name: str, levels: Sequence[str] | None = None) -> Indicators:
    """Turn a column of text, truth values or whole numbers into columns of 0 and 1.

    The first level is left out, because with an intercept its column would be the sum of the
    others: a coefficient is the difference from the first level.

    Args:
        values: n values: a list, an array, or a column of a table.
        name: The name of the column, from which those of the new columns are made.
        levels: The levels, the one to leave out first; give those of the training rows for the
            rows to predict. None takes those that occur, sorted.

    Returns:
        The columns, their names, and the levels.

    Raises:
        TypeError: If a value is no text, truth value or whole number.
        ValueError: If a value is missing, or is none of the levels; the message names its row.
            If there are fewer than two levels.

    Examples:
        >>> from linreg import indicators
        >>> train = indicators(["good", "best", "good"], "cut")
        >>> train.names, train.columns.flatten().tolist()
        (('cut=good',), [1.0, 0.0, 1.0])
        >>> indicators(["best", "good"], "cut", train.levels).columns.flatten().tolist()
        [0.0, 1.0]
    """
    texts = level_texts(values, name)
    known = Levels(name, sorted_levels(texts) if levels is None else levels)
    codes, reasons = known.read(texts)
    for row, reason in reasons.items():
        raise ValueError(f"{name}[{row}]: {reason}")
    return Indicators(known.expand(codes), known.column_names, known.levels)


class Levels:
    """The levels of a column and their codes 0, 1, ...; without levels, new ones are added.

    `others` are texts that are known but occur in no good row, so that no column stands for them.
    """

    def __init__(
        self, name: str, levels: Iterable[str] | None = None, others: Iterable[str] = ()
    ) -> None:
        self.name = name
        self.levels = names(f"the levels of {name!r}", levels or ())
        self.is_open = levels is None
        self._codes = {text: float(code) for code, text in enumerate((*self.levels, *others))}
        if len(set(self.levels)) < len(self.levels):
            raise ValueError(f"the levels of {name!r} repeat themselves: {shorten(self.levels)}")
        if not self.is_open and len(self.levels) < 2:
            raise ValueError(
                f"column {name!r} has the level {shorten(self.levels)} alone, which tells no rows "
                "apart: leave it out of the features"
            )

    def found(self, codes: Iterable[float]) -> "Levels":
        """The levels that have these codes, sorted, and closed to new ones."""
        texts = list(self._codes)
        levels = sorted_levels(texts[int(code)] for code in codes)
        return Levels(self.name, levels, self._codes.keys() - set(levels))

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns of `expand`."""
        return tuple(f"{self.name}={level}" for level in self.levels[1:])

    def read(
        self, texts: Sequence[str], missing: frozenset[str] = frozenset()
    ) -> tuple[Tensor, Reasons]:
        """Codes, shape (n,), nan where a text is missing or no level, and why it is refused."""
        if self.is_open:
            for text in sorted(set(texts) - missing - self._codes.keys()):
                self._codes[text] = float(len(self._codes))
            if len(self._codes) > _MOST_LEVELS:
                raise ValueError(
                    f"column {self.name!r} has more than {_MOST_LEVELS} levels: it names rows "
                    "rather than kinds; leave it out, or give its levels"
                )
        known = {text: code for text, code in self._codes.items() if text not in missing}
        codes = array("d", [known.get(text, math.nan) for text in texts])
        return as_tensor(codes), {
            row: self._why_not(texts[row])
            for row, code in enumerate(codes)
            if math.isnan(code) and texts[row] not in missing
        }

    def expand(self, codes: Tensor) -> Tensor:
        """Columns of 0 and 1, shape (n, levels - 1), from codes, shape (n,)."""
        others = torch.arange(1, len(self.levels), device=codes.device)
        return (codes[:, None] == others).double()

    def _why_not(self, text: str) -> str:
        """Why a text is refused."""
        return f"{text!r} is none of the levels of {self.name!r}: {shorten(self.levels)}"


def sorted_levels(texts: Iterable[str]) -> list[str]:
    """The texts that occur, in order: that of numbers where all are whole numbers."""
    levels = set(texts)
    numbers = all(text.isascii() and text.isdigit() for text in levels)
    return sorted(levels, key=(lambda text: (int(text), text)) if numbers else None)


def names(what: str, given: str | Iterable[str]) -> tuple[str, ...]:
    """One name or several."""
    several = (given,) if isinstance(given, str) else tuple(given)
    for name in several:
        if not isinstance(name, str):
            raise TypeError(f"{what} holds {name!r}, of type {type(name).__name__}: give text")
    return several


def shorten(given: Sequence[str], most: int = 20) -> str:
    """Names for a message, not more than a few."""
    more = f" and {len(given) - most} more" if len(given) > most else ""
    return ", ".join(map(repr, given[:most])) + more


def level_texts(values: Any, name: str, missing: str | None = None) -> list[str]:
    """Levels as texts, with a text for those that are missing if one is given."""
    for method in ("tolist", "to_pylist"):
        values = getattr(values, method, lambda given=values: given)()
    return [_text(value, name, row, missing) for row, value in enumerate(values)]


def _text(value: Any, name: str, row: int, missing: str | None) -> str:
    """A level as text."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, str | bool | int):
        return str(value)
    if str(value) in ("None", "nan", "<NA>", "NaT"):
        if missing is not None:
            return missing
        raise ValueError(f"{name}[{row}] is missing: leave its row out, or give it a level")
    raise TypeError(
        f"{name}[{row}] is {value!r}, of type {type(value).__name__}: a level is text, a truth "
        "value or a whole number"
    )
