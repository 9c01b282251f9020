"""The foot of a page says what was proven of it, and says nothing that no longer holds."""

import re
from collections.abc import Callable
from pathlib import Path

import pages
import proof
import pytest

ROOT = Path(__file__).parents[2]
Build = Callable[..., object]
LINE = Path("docs/en/learn/line.md")
LOSS = Path("docs/en/learn/loss.md")
COUNTS = {"block": 9, "output": 7, "figure": 1, "number": 0}


@pytest.fixture
def proven(copy: Path) -> Path:
    """A copy of the project, with a proof of two of its pages."""
    proof.write(copy, [LINE, LOSS], {LINE: COUNTS, LOSS: COUNTS}, "2.13.0+cpu")
    return copy


def test_a_proof_is_said_in_one_sentence(proven: Path) -> None:
    """It counts what ran and what came out as shown, names torch and the day."""
    said = proof.sentence(proven, LINE)
    pattern = (
        r"Proven: 9 blocks of code ran on torch 2\.13\.0 on \d+ \w+ \d{4}, "
        r"and 7 outputs and 1 figure came out as shown\."
    )
    assert re.fullmatch(pattern, said), said


@pytest.mark.parametrize(
    "changed",
    [
        LINE,
        Path("examples/learn/line.py"),
        Path("examples/out/learn/line/rides.txt"),
        Path("src/linreg/loss.py"),
    ],
    ids=str,
)
def test_a_proof_ends_with_what_it_was_for(proven: Path, changed: Path) -> None:
    """A page whose text, example, output or library has changed is no longer proven."""
    with (proven / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert proof.sentence(proven, LINE) == ""


def test_a_page_that_failed_is_not_proven(proven: Path) -> None:
    """A run keeps the proof of what passed or did not run, and drops that of what failed."""
    proof.write(proven, [LINE], {}, "2.13.0")
    assert proof.sentence(proven, LINE) == ""
    assert proof.sentence(proven, LOSS)


def test_the_counts_are_those_of_the_page() -> None:
    """Code that ran, outputs under it, its figures, and the numbers in sentences, are counted."""
    text = (ROOT / LINE).read_text(encoding="utf-8")
    counts = proof.count(pages.parse(ROOT, LINE))
    assert counts["block"] == text.count("```python\n")
    assert counts["figure"] == text.count("![")
    assert counts["number"] == len(re.findall(r"\d<!--=|`<!--=", text))


def test_the_build_shows_a_proof_where_there_is_one(proven: Path, build: Build) -> None:
    """A proven page ends with its proof; one that has changed since, or never ran, does not."""
    with (proven / LOSS).open("a", encoding="utf-8") as file:
        file.write("\n")
    build(proven, proven / "site")
    shown = {
        page.parent.name: '<p class="proof">Proven: ' in page.read_text(encoding="utf-8")
        for page in (proven / "site/en/learn").glob("*/index.html")
    }
    assert len(shown) == 12
    assert [name for name, there in shown.items() if there] == ["line"]
