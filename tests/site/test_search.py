"""What search is given to find, beside headings: mistakes, errors, warnings, what readers ask."""

import json
from pathlib import Path

import pytest
from linedocs.contract import read
from linedocs.contract.edition import Edition
from linedocs.publish import search
from mkdocs.exceptions import PluginError

from tests.support.project import ROOT

MISTAKE = """<div class="admonition failure">
<p class="admonition-title">Common mistake: <code>a &lt; b</code></p>
<p>Why.</p>
</div>"""
SHOWN = {
    "a traceback": (
        '<div class="highlight"><pre><code>&gt;&gt;&gt; f()\nTraceback (most recent call last):\n'
        "  ...\nValueError: <span>no</span>\n</code></pre></div>",
        ["ValueError: no"],
    ),
    "errors that were printed": (
        '<div class="no-copy output highlight"><span class="filename">Output</span><pre><code>'
        "leaf: False\nTypeError: a and b\nUserWarning: c\n</code></pre></div>",
        ["TypeError: a and b", "UserWarning: c"],
    ),
    "a warning in lines": (
        '<div class="no-copy output highlight"><pre><code>UserWarning\nUsing a\nsize.\n'
        "</code></pre></div>",
        ["UserWarning: Using a size."],
    ),
    "code about errors": (
        '<div class="highlight"><pre><code>ValueError: no\n</code></pre></div>',
        [],
    ),
}


@pytest.mark.parametrize(("shown", "titles"), SHOWN.values(), ids=SHOWN)
def test_each_error_shown_is_an_entry(shown: str, titles: list[str]) -> None:
    """An error or warning that a page shows has its message for a title, and a place of its own."""
    content, entries = search.marked(shown, "learn/sum/")
    assert [entry["title"] for entry in entries] == titles
    for entry in entries:
        assert content.count(f'id="{entry["location"].partition("#")[2]}"') == 1


def test_a_mistake_is_an_entry() -> None:
    """A common mistake has its title, the sentence under it, and a place that no heading has."""
    content, entries = search.marked(f'<h2 id="mistake">A mistake</h2>{MISTAKE}', "learn/sum/")
    (entry,) = entries
    assert entry["title"] == "Common mistake: a < b"
    assert entry["location"] == "learn/sum/#mistake-2"
    assert '<div id="mistake-2" class="admonition failure">' in content


def test_what_readers_ask_stands_at_its_place(site: Path) -> None:
    """Each phrase of a page's front matter is in the index, at the heading that it stands by."""
    path = site / "en/search/documents.json"
    documents = {each["location"]: each for each in json.loads(path.read_text(encoding="utf-8"))}
    english = Edition(ROOT)
    pages = [read.page(english, each) for each in english.pages()]
    asked = [search.asked(page, f"{page.stem.as_posix()}/") for page in pages]
    assert len([place for each in asked for place in each]) > 80
    for places in asked:
        for location, phrases in places.items():
            assert documents[location]["tags"] == phrases


def test_code_that_draws_is_no_answer(site: Path) -> None:
    """The index has the code that computes, and not the code of a figure."""
    path = site / "en/search/documents.json"
    documents = json.loads(path.read_text(encoding="utf-8"))
    text = "".join(each["text"] for each in documents if each["location"].startswith("learn/"))
    assert "optimizer.zero_grad()" in text
    assert "plt.subplots" not in text
    assert "data-search-exclude" not in (site / "en/learn/line/index.html").read_text("utf-8")


def test_a_place_without_an_entry_stops_the_build(tmp_path: Path) -> None:
    """Readers who are led nowhere are an error, which names the place."""
    index = tmp_path / "search" / "search_index.json"
    index.parent.mkdir()
    index.write_text('{"docs": []}', encoding="utf-8")
    with pytest.raises(PluginError, match="learn/sum/#lost"):
        search.publish(tmp_path, [], {"learn/sum/#lost": ["where am I"]})
