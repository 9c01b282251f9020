"""An edition: the pages of one language, its words, and what it shares with the others."""

import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

DOCS, EXAMPLES, OUT = Path("docs"), Path("examples"), Path("examples/out")
WORDS = Path(__file__).with_name("words")
SOURCE = "en"
"""The language that pages are written in first; the other editions translate it."""


@dataclass(frozen=True)
class Edition:
    """The pages of one language below `root`; all other paths are relative to that."""

    root: Path
    language: str = SOURCE

    @cached_property
    def words(self) -> dict[str, Any]:
        """What the tooling says to readers of this edition."""
        return tomllib.loads((WORDS / f"{self.language}.toml").read_text(encoding="utf-8"))

    @property
    def folder(self) -> Path:
        """Where its pages stand."""
        return DOCS / self.language

    @property
    def source(self) -> "Edition | None":
        """The edition that this one translates, if it does."""
        return None if self.language == SOURCE else Edition(self.root)

    def pages(self) -> list[Path]:
        """All its pages."""
        found = (self.root / self.folder).rglob("*.md")
        return sorted(path.relative_to(self.root) for path in found)

    def page(self, stem: Path) -> Path:
        """The page of a stem."""
        return self.folder / stem.with_suffix(".md")

    def stem(self, page: Path) -> Path:
        """What names a page, its example and its outputs, in every language."""
        return page.relative_to(self.folder).with_suffix("")

    def read(self, path: Path) -> str:
        """A text of the project; empty if there is none."""
        found = self.root / path
        return found.read_text(encoding="utf-8") if found.exists() else ""


def example(stem: Path) -> Path:
    """The example of a page."""
    return EXAMPLES / stem.with_suffix(".py")


def accepted(stem: Path, name: str) -> Path:
    """Where a page's formulas, and what its sections print and draw, are kept."""
    return OUT / stem / name


def of(root: Path, page: Path) -> Edition:
    """The edition of a page."""
    return Edition(root, page.relative_to(DOCS).parts[0])


def editions(root: Path) -> list[Edition]:
    """The editions that have pages, by language."""
    found = (Edition(root, path.stem) for path in sorted(WORDS.glob("*.toml")))
    return [edition for edition in found if (root / edition.folder).is_dir()]
