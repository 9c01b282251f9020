"""Corrupt a copy of the project, one thing at a time: every corruption must be caught.

Each of the kinds below spoils one place, drawn with a fixed seed, and the checks that `make test`
runs for that place are run on the copy: pytest for pages and labs, the strict build for the rest.
A corruption that passes them all has escaped, and the drill fails.
"""

import ast
import contextlib
import importlib
import json
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("benchmarks", "docs", "examples", "src", "tests")
COPIED = (*FOLDERS, "conftest.py", "pyproject.toml", "mkdocs.yml")
EACH = 7
"""How many corruptions of each kind."""

os.environ["MPLBACKEND"] = "module://examples.figures"
os.environ["MATPLOTLIBRC"] = str(ROOT / "examples" / "matplotlibrc")
os.environ["NO_MKDOCS_2_WARNING"] = "1"


@dataclass(frozen=True)
class Corruption:
    """One file with one thing wrong in it."""

    kind: str
    path: Path
    """The file, relative to the root."""
    text: str
    """What the file holds after the corruption."""
    page: str
    """The page or lab that has to notice."""

    def describe(self) -> str:
        """The first line that differs."""
        old = (ROOT / self.path).read_text().split("\n")
        new = self.text.split("\n")
        line = next(
            (i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0
        )
        was, now = (lines[line].strip()[:60] if line < len(lines) else "" for lines in (old, new))
        return f"{self.kind:14} {self.path}:{line + 1}: {was!r} became {now!r}"


Place = tuple[Path, int, int, str]
"""A file, where in it, up to where, and what to put there."""


def pages() -> list[Path]:
    return sorted((ROOT / "docs/en").rglob("*.md"))


def page_of(path: Path) -> str:
    """The page whose example or output `path` is."""
    parts = path.relative_to(ROOT / "examples").with_suffix("").parts
    parts = parts[1:-1] if parts[0] == "out" else parts
    return "docs/en/" + "/".join(parts) + ".md"


def another_digit(digit: str, rng: random.Random) -> str:
    return str((int(digit) + rng.randint(1, 9)) % 10)


def matches(
    files: list[Path], pattern: str, group: int | str = 0
) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in files:
        for match in re.finditer(pattern, path.read_text(), re.M):
            yield path, match


def output_digit(rng: random.Random) -> Iterator[Place]:
    """A digit in an accepted output."""
    for path, match in matches(sorted((ROOT / "examples/out").rglob("*.txt")), r"\d"):
        yield path, match.start(), match.end(), another_digit(match[0], rng)


def prose_number(rng: random.Random) -> Iterator[Place]:
    """A digit of a number in a sentence."""
    for path, match in matches(pages(), r"(\d)[\d.,]*`?<!--="):
        yield path, match.start(1), match.end(1), another_digit(match[1], rng)


def example_code(rng: random.Random) -> Iterator[Place]:
    """A constant or an operator in an example."""
    operators = {"+": "-", "-": "+", "*": "+", "/": "*", "<": ">", ">": "<"}
    for path in sorted((ROOT / "examples").glob("*/*.py")):
        text = path.read_text()
        offsets = [0]
        for line in text.split("\n"):
            offsets.append(offsets[-1] + len(line.encode()) + 1)
        if len(text) != len(text.encode()):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                start = offsets[node.lineno - 1] + node.col_offset
                end = offsets[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
                yield path, start, end, repr(node.value * 2 + 1)
            elif isinstance(node, ast.BinOp | ast.Compare):
                right = node.right if isinstance(node, ast.BinOp) else node.comparators[0]
                left = node.left
                start = offsets[(left.end_lineno or 0) - 1] + (left.end_col_offset or 0)
                end = offsets[right.lineno - 1] + right.col_offset
                if match := re.fullmatch(r"(\)*\s*)([-+*/<>])(\s*\(*)", text[start:end]):
                    yield path, start, end, match[1] + operators[match[2]] + match[3]


def section_name(rng: random.Random) -> Iterator[Place]:
    """The name of a section, in the example or where a page includes it."""
    for path, match in matches(sorted((ROOT / "examples").glob("*/*.py")), r"\[start:([\w-]+)\]"):
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
    for path, match in matches(
        sorted((ROOT / "examples/out").rglob("*/*.svg")), r"\bd=\"M (\d+)\."
    ):
        yield path, match.start(1), match.end(1), str(int(match[1]) + 1)
    for path, match in matches(sorted((ROOT / "examples/out").rglob("*/*.svg")), r"var\(--(\w+)\)"):
        yield path, match.start(1), match.end(1), "ink" if match[1] != "ink" else "data"
    for path, match in matches(sorted((ROOT / "examples/out").rglob("*/*.svg")), r"<use [^>]*/>"):
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
    """The message of an error that a page shows."""
    for path, match in matches(pages(), r"^ *\w*(?:Error|Exception): \w+ (\w+)"):
        yield path, match.end(1), match.end(1), "s"


def notebook_output(rng: random.Random) -> Iterator[Place]:
    """A digit that a lab printed."""
    for path in sorted((ROOT / "examples/out/lab").glob("*.ipynb")):
        text = path.read_text()
        for cell in json.loads(text)["cells"]:
            for output in cell.get("outputs", []):
                printed = json.dumps("".join(output.get("text", [])), ensure_ascii=False)[1:-1]
                for line in filter(None, printed.split("\\n")):
                    start = text.index(line)
                    for digit in re.finditer(r"\d", line):
                        place = start + digit.start()
                        yield path, place, place + 1, another_digit(digit[0], rng)


def lab_code(rng: random.Random) -> Iterator[Place]:
    """A number in the code or prose of a lab."""
    for path, match in matches(sorted((ROOT / "docs/en/lab").glob("*.py")), r"^(?!# %%).*?(\d)"):
        yield path, match.start(1), match.end(1), another_digit(match[1], rng)


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


def draw(seed: int) -> Iterator[Corruption]:
    """The corruptions of a seed, a few of each kind."""
    rng = random.Random(seed)
    for kind in KINDS:
        places = list(kind(rng))
        for path, start, end, new in rng.sample(places, min(EACH, len(places))):
            text = path.read_text()
            relative = path.relative_to(ROOT)
            if "lab" in relative.parts:
                page = f"docs/en/lab/{path.stem}.py"
            else:
                page = str(relative) if path.suffix == ".md" else page_of(path)
            yield Corruption(kind.__name__, relative, text[:start] + new + text[end:], page)


def caught_by(copy: Path, corruption: Corruption) -> str:
    """Which check notices the corruption: `pages`, `labs`, `build`, or nothing, an empty string."""
    if corruption.page.endswith(".py"):
        stem = Path(corruption.page).stem
        return "labs" if fails(copy, lambda: run_pytest("tests/test_labs.py", "-k", stem)) else ""
    tree = "tests/pages/test_contract.py::test_the_tree_of_this_project_is_sound"
    if fails(copy, lambda: run_pytest(corruption.page, tree)):
        return "pages"
    return "build" if fails(copy, run_build) else ""


def run_pytest(*arguments: str) -> int:
    import pytest

    return int(pytest.main([*arguments, "-q", "-x", "-p", "no:cacheprovider"]))


def run_build() -> int:
    from mkdocs.__main__ import cli

    try:
        cli(["build", "--strict", "--site-dir", "site/en"], standalone_mode=False)
    except BaseException:
        return 1
    return 0


def fails(copy: Path, check: Callable[[], int]) -> bool:
    """Run a check on the copy, in a process of its own that has torch loaded already."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            os.chdir(copy)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            code = check()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


copy = Path()
"""The copy that this process spoils."""


def make_copy(folder: str) -> None:
    """Give the process a copy of its own."""
    global copy
    copy = Path(folder) / str(os.getpid())
    copy.mkdir()
    for part in COPIED:
        take = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        take(ROOT / part, copy / part)
    sys.path.insert(0, str(copy))


def spoil(corruption: Corruption) -> str:
    """Apply one corruption, see which check notices it, and take it back."""
    spoilt = copy / corruption.path
    sound = spoilt.read_text()
    spoilt.write_text(corruption.text)
    by = caught_by(copy, corruption)
    spoilt.write_text(sound)
    print(f"{by or 'ESCAPED':8} {corruption.describe()}", flush=True)
    return by


def main() -> int:
    """Run the drill; the exit status is 1 if anything escapes."""
    # Imported once here, so that each check starts at once; the project's own code is not.
    for heavy in ("matplotlib", "mkdocs.commands.build", "pytest", "sybil", "torch"):
        importlib.import_module(heavy)
    corruptions = list(draw(seed=20261122))
    with tempfile.TemporaryDirectory() as folder:
        make_copy(folder)
        if fails(copy, lambda: run_pytest("docs/en", "tests/test_labs.py")):
            sys.exit("the pages fail before anything is corrupted: run make test")
        if fails(copy, run_build):
            sys.exit("the build fails before anything is corrupted: run make build")
        processes = multiprocessing.get_context("fork")
        with processes.Pool(os.cpu_count(), make_copy, [folder]) as pool:
            caught = Counter(pool.imap_unordered(spoil, corruptions))
    escaped = caught.pop("", 0)
    by_check = ", ".join(f"{count} by the {by}" for by, count in sorted(caught.items()))
    print(f"\n{caught.total()} of {len(corruptions)} corruptions caught: {by_check}")
    return 1 if escaped else 0


if __name__ == "__main__":
    sys.exit(main())
