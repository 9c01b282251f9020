"""A corruption: one file of the project with one thing wrong in it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from linedocs.contract import edition

from .kinds import EDITION, KINDS, ROOT, read

EACH = 7
"""How many corruptions of each kind."""


@dataclass(frozen=True)
class Corruption:
    """One file with one thing wrong in it."""

    kind: str
    path: Path
    """The file, relative to the root."""
    sound: str
    """What the file holds."""
    start: int
    """Where the corruption begins, and `end` where it ends."""
    end: int
    new: str
    """What stands there after it."""
    page: str
    """The page that has to notice."""

    @property
    def spoilt(self) -> str:
        """What the file holds after the corruption."""
        return self.sound[: self.start] + self.new + self.sound[self.end :]

    def __str__(self) -> str:
        """The place, and what stands around it before and after."""
        line = self.sound.count("\n", 0, self.start) + 1
        before = self.sound[: self.start].rpartition("\n")[2][-30:]
        after = self.sound[self.end :].partition("\n")[0][:30]
        was = before + self.sound[self.start : self.end] + after
        return f"{self.kind} {self.path}:{line}: {was!r} became {before + self.new + after!r}"


def page_of(path: Path) -> str:
    """The page that shows what is in the file at `path`, relative to the root."""
    if path.suffix == ".md":
        return path.as_posix()
    if path.is_relative_to(edition.OUT):
        return EDITION.page(path.relative_to(edition.OUT).parent).as_posix()
    return EDITION.page(path.relative_to(edition.EXAMPLES)).as_posix()


def draw(seed: int) -> Iterator[Corruption]:
    """The corruptions of a seed, a few of each kind; each changes its file."""
    rng = random.Random(seed)
    for kind in KINDS:
        places = [place for place in kind(rng) if changes(*place)]
        for path, start, end, new in rng.sample(places, min(EACH, len(places))):
            relative = path.relative_to(ROOT)
            page = page_of(relative)
            yield Corruption(kind.__name__, relative, read(path), start, end, new, page)


def changes(path: Path, start: int, end: int, new: str) -> bool:
    """Whether the file is another one after the corruption."""
    return read(path)[start:end] != new


def nothing(page: str) -> Corruption:
    """The control: a page with nothing changed, in which no check may find a fault."""
    return Corruption("control", Path(page), read(ROOT / page), 0, 0, "", page)
