"""The lists that pages keep of one another are complete, in every edition."""

import re
from pathlib import Path

import pytest
from linedocs.contract import edition, read
from linedocs.contract.edition import Edition
from linedocs.publish import notebook

import linreg

ROOT = Path(__file__).parents[2]
EDITIONS = pytest.mark.parametrize("each", edition.editions(ROOT), ids=lambda each: each.language)


def text(each: Edition, stem: str) -> str:
    return each.read(each.page(Path(stem)))


@EDITIONS
def test_the_home_page_asks_every_question(each: Edition) -> None:
    """Its numbered list has each chapter, by the question at the top of it."""
    listed = re.findall(r"^\d+\. \[(.+)\]\((learn/\w+)\.md\)$", text(each, "index"), re.M)
    chapters = {path for path in each.pages() if path.parent == each.folder / "learn"}
    assert {each.page(Path(stem)) for _, stem in listed} == chapters
    for question, stem in listed:
        assert notebook.title(read.page(each, each.page(Path(stem)))) == question


@EDITIONS
def test_the_glossary_leans_on_what_stands_above(each: Edition) -> None:
    """Its index has every term; a term is explained in up to three sentences, by those above it."""
    glossary = text(each, "reference/glossary")
    index = re.findall(r"\[([^]]+)\]\(#([\w-]+)\)", glossary[: glossary.index("\n## ")])
    entries = re.findall(r"^### (.+) \{ #([\w-]+) \}$\n\n(.+(?:\n.+)*)", glossary, re.M)
    assert len(entries) > 40
    assert sorted(index) == sorted((term, anchor) for term, anchor, _ in entries)
    if each.words["spaced"]:
        assert index == sorted(index)
    above: set[str] = set()
    for term, anchor, body in entries:
        assert above.issuperset(re.findall(r"\]\(#([\w-]+)\)", body)), term
        above.add(anchor)
        *sentences, taught = body.splitlines()
        assert re.fullmatch(r"[^\[]+\[[^]]+\]\(\.\./learn/\w+\.md(#[\w-]+)?\)[^\[]*", taught), term
        assert 1 <= len(sentences) <= 3, term


@EDITIONS
def test_the_reference_has_every_public_name(each: Edition) -> None:
    """What `linreg` exports is described, and nothing else."""
    documented = re.findall(r"^::: linreg\.(\w+)$", text(each, "reference/api"), re.M)
    assert sorted(documented) == sorted(set(linreg.__all__) - {"__version__"})
