"""What columns and targets are called, and whether a target is a vector."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from linreg._columns import names, shorten
from linreg._table import Columns


@dataclass(frozen=True)
class Labels:
    """What is known of features and targets beside their values; None where nothing is.

    Attributes:
        columns: The columns that the features come from.
        targets: A name for each target.
        is_vector: Whether the target has shape (n,), so that what is found has no axis of targets.
    """

    columns: Columns | None = None
    targets: tuple[str, ...] | None = None
    is_vector: bool | None = None

    def joined(self, other: "Labels") -> "Labels":
        """What either knows.

        Raises:
            ValueError: If they contradict each other.
        """
        known = {}
        for each in fields(self):
            ours, theirs = getattr(self, each.name), getattr(other, each.name)
            if None not in (ours, theirs) and ours != theirs:
                raise ValueError(_contradiction(each.name, ours, theirs))
            known[each.name] = theirs if ours is None else ours
        return Labels(**known)

    def select(self, given: str | Iterable[str], count: int) -> tuple["Labels", list[int]]:
        """Labels of some of the features, and the places of these among the `count` there are."""
        all_names, kinds = self.feature_names(count), (self.columns and self.columns.levels) or {}
        chosen: list[str] = []
        for name in names("features", given):
            expanded = Columns((name,), kinds).feature_names if name in kinds else (name,)
            chosen += expanded
        lacking = [name for name in chosen if name not in all_names]
        if lacking or not chosen or len(set(chosen)) < len(chosen):
            problem = f"names {shorten(lacking)}" if lacking else f"has {len(chosen)} names"
            raise ValueError(
                f"features {problem}: name one or several of {shorten(all_names)}, each once"
            )
        whole = [name for name in names("features", given) if name in kinds]
        columns = Columns(names("features", given), {name: kinds[name] for name in whole})
        places = [all_names.index(name) for name in chosen]
        return Labels(columns, self.targets, self.is_vector), places

    def feature_names(self, count: int) -> tuple[str, ...]:
        """A name for each of the features: x1, x2, ... where nobody gave one."""
        if self.columns is not None:
            return self.columns.feature_names
        return tuple(f"x{i + 1}" for i in range(count))

    def target_names(self, count: int) -> tuple[str, ...]:
        """A name for each of the targets: y, or y1, y2, ... where nobody gave one."""
        if self.targets is not None:
            return self.targets
        return ("y",) if count == 1 else tuple(f"y{k + 1}" for k in range(count))


def columns_named(given: str | Iterable[str] | None, count: int) -> Columns | None:
    """The columns of features that were named by hand."""
    if given is None:
        return None
    found = names("names", given)
    if len(found) != count or len(set(found)) < count:
        raise ValueError(
            f"names has {len(found)} names ({shorten(found)}): give one of its own for each of "
            f"the {count} features"
        )
    return Columns(found)


def _contradiction(what: str, ours: Any, theirs: Any) -> str:
    """What to say of rows that do not go together."""
    if what == "is_vector":
        shapes = {True: "(n,)", False: "(n, k)"}
        return (
            f"the target has shape {shapes[theirs]}, and that of the rows before had {shapes[ours]}"
            ": give all in one shape"
        )
    if what == "columns":
        ours, theirs = ours.feature_names, theirs.feature_names
    return f"the {what} are {shorten(theirs)}, and those of the rows before {shorten(ours)}"
