"""A page, read: what it includes, what it claims, and where it breaks the contract."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from markdown_it.token import Token

from linedocs.contract import edition as shared
from linedocs.contract.edition import Edition
from linedocs.contract.example import ContractError

ANCHOR = re.compile(r"\{[^}]*#([\w-]+)[^}]*\}\s*$")


@dataclass
class Block:
    """Python that the page runs: a section of its example, a session, or an invisible check."""

    line: int
    kind: Literal["section", "session", "check"]
    code: str
    origin: Path
    origin_line: int
    section: str = ""
    shown: Path | None = None
    """The accepted output that stands right under the section."""
    figure: Path | None = None
    """The accepted figure of the section, if the page shows it."""
    alt: str = ""
    """What there is to see in that figure."""


class Guard(NamedTuple):
    """A number, or a piece of inline code, with the expression that must give it."""

    line: int
    column: int
    text: str
    expression: str


class Noted(NamedTuple):
    """A formula, a piece of inline code, or an anchor, and its line."""

    line: int
    text: str


@dataclass
class Page:
    """A page, read; paths are relative to the project."""

    edition: Edition
    path: Path
    tokens: list[Token]
    """The page as markdown-it reads it; a fence that runs has its `Block` in `meta`."""
    meta: dict[str, Any] = field(default_factory=dict)
    """The front matter."""
    lines: int = 1
    """How long the page is."""
    markdown: str = ""
    """What the site renders: includes expanded, checks taken out."""
    blocks: list[Block] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    formulas: list[Noted] = field(default_factory=list)
    """Nothing computes a formula, so the TeX of the page is kept as accepted text."""
    inline_code: list[Noted] = field(default_factory=list)
    images: list[tuple[int, Token]] = field(default_factory=list)
    problems: list[ContractError] = field(default_factory=list)
    missing: list[ContractError] = field(default_factory=list)
    """Accepted files that do not exist yet: `--accept` makes them, the build needs them."""
    outputs: set[Path] = field(default_factory=set)
    """Every accepted file that the page shows."""

    @property
    def stem(self) -> Path:
        """What names the page, its example and its outputs."""
        return self.edition.stem(self.path)

    @property
    def headings(self) -> list[Noted]:
        """The anchor of each heading; empty if it has none."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        found = ((t.map, inside.content) for t, inside in pairs if t.type == "heading_open")
        anchors = ((lines, ANCHOR.search(text)) for lines, text in found if lines)
        return [Noted(lines[0] + 1, match[1] if match else "") for lines, match in anchors]

    @property
    def formulas_file(self) -> Path:
        """Where the accepted TeX of the page stands, a formula a line."""
        return shared.accepted(self.stem, "formulas.tex")

    @property
    def code_file(self) -> Path:
        """Where the accepted digests of the page's code stand, a block a line."""
        return shared.accepted(self.stem, "code.sha256")

    def digests(self) -> list[str]:
        """A line for each block: not all of its code decides what is printed or drawn."""
        return [
            f"{hashlib.sha256(block.code.encode()).hexdigest()}  {block.section or block.kind}"
            for block in self.blocks
        ]

    def problem(self, line: int, message: str) -> None:
        """Note where the page breaks the contract."""
        self.problems.append(ContractError(self.path, line, message))

    def show(self, block: Block, suffix: str, line: int) -> Path:
        """Note that the page shows what a section printed or drew; where that is kept."""
        path = shared.accepted(self.stem, f"{block.section}.{suffix}")
        self.outputs.add(path)
        if not (self.edition.root / path).exists():
            message = f"{path} does not exist: run pytest --accept"
            self.missing.append(ContractError(self.path, line, message))
        return path
