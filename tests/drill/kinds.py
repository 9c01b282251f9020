"""The kinds of places that the drill corrupts, in pages, examples, outputs and labs."""

import ast
import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

ROOT = Path(__file__).parents[2]

Place = tuple[Path, int, int, str]
"""A file, where in it, up to where, and what to put there."""


@cache
def read(path: Path) -> str:
    return path.read_text()


def pages() -> list[Path]:
    return sorted((ROOT / "docs/en").rglob("*.md"))


def examples() -> list[Path]:
    return [ROOT / "examples/index.py", *sorted((ROOT / "examples").glob("*/*.py"))]


def drawings() -> list[Path]:
    return sorted((ROOT / "examples/out").rglob("*.svg"))


def labs() -> list[Path]:
    return sorted((ROOT / "docs/en/lab").glob("*.py"))


def another_digit(digit: str, rng: random.Random) -> str:
    return str((int(digit) + rng.randint(1, 9)) % 10)


def matches(files: list[Path], pattern: str) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in files:
        for match in re.finditer(pattern, read(path), re.M):
            yield path, match


def output_digit(rng: random.Random) -> Iterator[Place]:
    """A digit in an accepted output."""
    for path, match in matches(sorted((ROOT / "examples/out").rglob("*/*.txt")), r"\d"):
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
    for path, match in matches(pages(), r"\]\(([\w./-]+)\.(?:md|ipynb)"):
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


def notebook_output(rng: random.Random) -> Iterator[Place]:
    """A digit that a lab printed."""
    for path in sorted((ROOT / "examples/out/lab").glob("*.ipynb")):
        text = read(path)
        for cell in json.loads(text)["cells"]:
            for output in cell.get("outputs", []):
                printed = json.dumps("".join(output.get("text", [])), ensure_ascii=False)[1:-1]
                for line in filter(None, printed.split("\\n")):
                    start = text.index(line)
                    for digit in re.finditer(r"\d", line):
                        place = start + digit.start()
                        yield path, place, place + 1, another_digit(digit[0], rng)


def lab_code(rng: random.Random) -> Iterator[Place]:
    """A digit in the code or prose of a lab."""
    for path, match in matches(labs(), r"\d"):
        yield path, match.start(), match.end(), another_digit(match[0], rng)


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
    notebook_output,
    lab_code,
]
