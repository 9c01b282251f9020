"""The kinds of places that the drill corrupts, in pages, examples and outputs."""

import ast
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

from linedocs.contract.edition import Edition

from checks import ROOT

EDITION = Edition(ROOT)

Place = tuple[Path, int, int, str]
"""A file, where in it, up to where, and what to put there."""


@cache
def read(path: Path) -> str:
    """The text of a file."""
    return path.read_text()


def pages() -> list[Path]:
    """The pages of the edition in which the site is written."""
    return [ROOT / page for page in EDITION.pages()]


def examples() -> list[Path]:
    """The examples, one a page."""
    return [ROOT / "examples/index.py", *sorted((ROOT / "examples").glob("*/*.py"))]


def drawings() -> list[Path]:
    """The accepted figures."""
    return sorted((ROOT / "examples/out").rglob("*.svg"))


def another_digit(digit: str, rng: random.Random) -> str:
    """A digit, but not this one."""
    return str((int(digit) + rng.randint(1, 9)) % 10)


def matches(files: list[Path], pattern: str) -> Iterator[tuple[Path, re.Match[str]]]:
    """Where a pattern occurs in some files."""
    for path in files:
        for match in re.finditer(pattern, read(path), re.M):
            yield path, match


def output_digit(rng: random.Random) -> Iterator[Place]:
    """A digit in an accepted output."""
    for path, match in matches(sorted((ROOT / "examples/out").rglob("*.txt")), r"\d"):
        yield path, match.start(), match.end(), another_digit(match[0], rng)


def prose_number(rng: random.Random) -> Iterator[Place]:
    """A digit of a number in a sentence."""
    for path, match in matches(pages(), r"\d(?=[\d.,e+-]*`?<!--=)"):
        yield path, match.start(), match.end(), another_digit(match[0], rng)


def example_code(rng: random.Random) -> Iterator[Place]:
    """A constant or an operator in an example."""
    operators = {"+": "-", "-": "+", "*": "+", "/": "*", "<": ">", ">": "<"}
    for path in examples():
        text = read(path)
        lines = text.splitlines(keepends=True)
        starts = [0, *accumulate(map(len, lines))]

        def at(line: int | None, column: int | None, lines=lines, starts=starts) -> int:
            """Where in the text a place of the syntax tree is, which counts bytes."""
            return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                start = at(node.lineno, node.col_offset)
                yield (
                    path,
                    start,
                    at(node.end_lineno, node.end_col_offset),
                    repr(node.value * 2 + 1),
                )
            elif isinstance(node, ast.BinOp | ast.Compare):
                right = node.right if isinstance(node, ast.BinOp) else node.comparators[0]
                start = at(node.left.end_lineno, node.left.end_col_offset)
                end = at(right.lineno, right.col_offset)
                if match := re.fullmatch(r"(\)*\s*)([-+*/<>])(\s*\(*)", text[start:end]):
                    yield path, start, end, match[1] + operators[match[2]] + match[3]


def section_name(rng: random.Random) -> Iterator[Place]:
    """The name of a section, in the example or where a page includes it."""
    for path, match in matches(examples(), r"\[(?:start|end):([\w-]+)\]"):
        yield path, match.end(1), match.end(1), "x"
    for path, match in matches(pages(), r"\.py:([\w-]+)\""):
        yield path, match.start(1), match.end(1), match[1][:-1]


def include_path(rng: random.Random) -> Iterator[Place]:
    """The path of an include."""
    for path, match in matches(pages(), r"--8<-- \"(examples/[^\":]+)"):
        cut = rng.randrange(match.start(1) + 1, match.end(1))
        yield path, cut, cut + 1, ""


def figure(rng: random.Random) -> Iterator[Place]:
    """A coordinate, a colour or an element of a figure."""
    for path, match in matches(drawings(), r"\bd=\"M (\d+)\."):
        yield path, match.start(1), match.end(1), str(int(match[1]) + 1)
    for path, match in matches(drawings(), r"var\(--(\w+)\)"):
        yield path, match.start(1), match.end(1), "ink" if match[1] != "ink" else "data"
    for path, match in matches(drawings(), r"<use [^>]*/>"):
        yield path, match.start(), match.end(), ""


def alt_text(rng: random.Random) -> Iterator[Place]:
    """The alternative text of a figure, removed."""
    for path, match in matches(pages(), r"^ *!\[([^\]]+)\]\("):
        yield path, match.start(1), match.end(1), ""


def caption(rng: random.Random) -> Iterator[Place]:
    """The caption of a figure, removed."""
    for path, match in matches(pages(), r"^ */// caption\n(?:.*\n)*? *///\n"):
        yield path, match.start(), match.end(), ""


def link(rng: random.Random) -> Iterator[Place]:
    """The file that a link leads to."""
    for path, match in matches(pages(), r"\]\(([\w./-]+)\.md"):
        yield path, match.end(1), match.end(1), "x"


def anchor(rng: random.Random) -> Iterator[Place]:
    """The anchor of a link."""
    for path, match in matches(pages(), r"\.md#([\w-]+)\)"):
        yield path, match.start(1), match.end(1), match[1] + "x"


def formula(rng: random.Random) -> Iterator[Place]:
    """A sign, a digit, a letter or a brace of a formula."""
    for path, match in matches(pages(), r"(?<![\\$`])\$\$?[^$\n`]{3,}?\$\$?"):
        for sign in re.finditer(r"[-+=0-9{}]|\\[a-z]+", match[0]):
            start = match.start() + sign.start()
            swap = {"-": "+", "+": "-", "=": "\\ne ", "{": "", "}": ""}
            new = swap.get(sign[0], sign[0] + "x" if sign[0][0] == "\\" else "8")
            if new != sign[0]:
                yield path, start, start + len(sign[0]), new


def error_text(rng: random.Random) -> Iterator[Place]:
    """A word in the message of an error that a page shows."""
    for path, match in matches(pages(), r"^ *\w*(?:Error|Exception): (.+)"):
        for word in re.finditer(r"[a-zA-Z]+", match[1]):
            place = match.start(1) + word.end()
            yield path, place, place, "s"


KINDS: list[Callable[[random.Random], Iterator[Place]]] = [
    output_digit,
    prose_number,
    example_code,
    section_name,
    include_path,
    figure,
    alt_text,
    caption,
    link,
    anchor,
    formula,
    error_text,
]
