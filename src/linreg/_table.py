"""Read columns by name from the tables of other libraries: pandas, polars, pyarrow."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from linreg._columns import Levels, level_texts, names, shorten, sorted_levels
from linreg._intake import as_tensor

Categories = str | Iterable[str] | Mapping[str, Sequence[str]]


def is_table(given: object) -> bool:
    """Whether it has columns with names."""
    return hasattr(given, "column_names") or (
        hasattr(given, "columns") and hasattr(given, "to_numpy")
    )


def column_names(given: Any) -> tuple[str, ...]:
    """The names of a table's columns, each once; pandas numbers those that have no name."""
    labels = tuple(given.column_names if hasattr(given, "column_names") else given.columns)
    strange = [label for label in labels if not isinstance(label, str | int)]
    if strange:
        raise TypeError(
            f"a column of the table is called {strange[0]!r}, which is no text: rename it, or give "
            "its values as an array"
        )
    found = tuple(map(str, labels))
    twice = sorted({name for name in found if found.count(name) > 1})
    if twice:
        raise ValueError(f"the table has more than one column {shorten(twice)}: rename all but one")
    return found


def _column(given: Any, name: str) -> Any:
    """A column of a table."""
    if hasattr(given, "column_names"):
        return given.column(name)
    return given[next(label for label in given.columns if str(label) == name)]


@dataclass(frozen=True)
class Columns:
    """The columns that features come from.

    Attributes:
        names: The columns of the table, in order.
        levels: The levels of each column of kinds, the one without a column first.
    """

    names: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Any, categories: Categories) -> "Columns":
        """The columns of a table, of which some are kinds, whose levels are given or found."""
        found, kinds = column_names(table), names("categories", categories)
        strange = [name for name in kinds if name not in found]
        if strange:
            raise ValueError(
                f"categories names {shorten(strange)}: the columns are {shorten(found)}"
            )
        given = categories if isinstance(categories, Mapping) else {}
        levels = {}
        for name in kinds:
            texts = level_texts(_column(table, name), name, missing="")
            levels[name] = tuple(given.get(name) or sorted_levels(t for t in texts if t))
        return cls(found, levels)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """A name for each feature."""
        return tuple(
            new
            for name in self.names
            for new in (self._kind(name).column_names if name in self.levels else (name,))
        )

    def read(self, table: Any) -> Tensor:
        """The features of a table that has these columns, shape (n, p); nan where one is missing.

        Raises:
            ValueError: If the table has other columns, or in another order, or a level is new.
        """
        found = column_names(table)
        if found != self.names:
            lacking = [name for name in self.names if name not in found]
            more = [name for name in found if name not in self.names]
            problem = (
                (f"lacks {shorten(lacking)}" if lacking else "")
                + (" and " if lacking and more else "")
                + (f"has {shorten(more)} besides" if more else "")
            ) or "has them in another order"
            raise ValueError(
                f"the table {problem}: select the columns {list(self.names)}, in this order"
            )
        parts = []
        for name in self.names:
            column = _column(table, name)
            if name in self.levels:
                parts.append(self._expand(name, column))
                continue
            values = as_tensor(name, column)
            if values.ndim != 1:
                raise TypeError(f"column {name!r} holds lists: give each of its values a column")
            parts.append(values[:, None])
        if len({part.dtype for part in parts}) > 1:
            parts = [part.double() for part in parts]
        return torch.cat(parts, 1)

    def _kind(self, name: str) -> Levels:
        """The levels of a column of kinds."""
        return Levels(name, self.levels[name])

    def _expand(self, name: str, column: Any) -> Tensor:
        """Columns of 0 and 1 for a column of kinds."""
        kind = self._kind(name)
        codes, reasons = kind.read(level_texts(column, name, missing=""), frozenset({""}))
        for row, reason in reasons.items():
            raise ValueError(f"{name}[{row}]: {reason}")
        return torch.where(codes.isnan()[:, None], math.nan, kind.expand(codes))
