"""The foot of a page says what was proven of it, and says nothing that no longer holds."""

import re
from pathlib import Path

import pytest
from linedocs import record
from linedocs.contract import read
from linedocs.contract.edition import Edition

from tests.support.project import ROOT, build

LINE = Path("docs/en/learn/line.md")
LOSS = Path("docs/en/learn/loss.md")


@pytest.fixture
def proven(copy: Path) -> Path:
    """A copy of the project, with a record of two of its pages."""
    record.write(copy, [LINE, LOSS], [], "2.13.0+cpu")
    return copy


def said(project: Path, page: Path = LINE) -> str:
    return record.sentence(read.page(Edition(project), page), record.Fingerprints(project))


def test_a_record_is_one_sentence(proven: Path) -> None:
    """It counts what ran and what came out as shown, names torch and the day."""
    text = (ROOT / LINE).read_text(encoding="utf-8")
    blocks, outputs = text.count("```python\n"), text.count("```text title") + text.count("\n>>>")
    numbers = len(re.findall(r"\d<!--=|`<!--=", text))
    pattern = (
        rf"Proven: {blocks} blocks of code ran on torch 2\.13\.0 on \d+ \w+ \d{{4}}, "
        rf"and {outputs} outputs,? (and )?{text.count('![')} figures?( and {numbers} numbers)? "
        r"came out as shown\."
    )
    assert re.fullmatch(pattern, said(proven)), said(proven)


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
def test_a_record_ends_with_what_it_was_for(proven: Path, changed: Path) -> None:
    """A page whose text, example, output or library has changed is no longer proven."""
    with (proven / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert said(proven) == ""


def test_a_page_that_failed_is_not_proven(proven: Path) -> None:
    """A run drops the record of what failed, and keeps that of what did not run."""
    record.write(proven, [], [LINE], "2.13.0")
    assert said(proven) == ""
    assert said(proven, LOSS)


def test_the_build_shows_a_record_where_there_is_one(proven: Path) -> None:
    """A proven page ends with its record; one that has changed since, or never ran, does not."""
    with (proven / LOSS).open("a", encoding="utf-8") as file:
        file.write("\n")
    build(proven, proven / "site")
    built = (proven / "site/en/learn").glob("*/index.html")
    shown = [p.parent.name for p in built if '<p class="proof">Proven: ' in p.read_text("utf-8")]
    assert shown == ["line"]
