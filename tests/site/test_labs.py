"""The labs as the site shows them: small, in its own look, linked and checked like any page."""

import json
from pathlib import Path

import nbformat
import pytest

from tests.support.project import ROOT


@pytest.fixture(scope="module")
def labs(site: Path) -> list[Path]:
    found = [site / "en/lab" / path.stem for path in sorted((ROOT / "docs/en/lab").glob("*.md"))]
    assert len(found) >= 3
    return found


def test_a_lab_looks_like_a_page(labs: list[Path]) -> None:
    """A lab is small, in the site's own markup, and loads nothing of Jupyter's."""
    for folder in labs:
        page = (folder / "index.html").read_text(encoding="utf-8")
        article = page.partition("<article")[2].partition("</article>")[0]
        assert len(page.encode()) <= 60_000, folder.name
        for foreign in ("jp-", "highlight-ipynb", "clipboard-copy", "anchor-link", "¶", "$"):
            assert foreign not in article, f"{folder.name}: {foreign}"
        assert "<script" not in article
        assert "<style" not in page
        assert "mathjax" not in page.lower()
        assert "require.js" not in page.lower()
        assert article.count('<div class="highlight"><pre><span></span><code>') >= 5
        assert (
            '<div class="no-copy output highlight"><span class="filename">Output</span>' in article
        )
        assert '<a class="headerlink" href="#two-things-to-try"' in article
        assert 'href="#two-things-to-try"' in page.partition("<article")[0]  # table of contents
        assert article.count("<math ") >= 1
        assert article.count("<figcaption>") == len(list(folder.glob("*.svg"))) >= 2


def test_a_lab_can_be_downloaded(labs: list[Path]) -> None:
    """The notebook beside a lab says what to install, and its links lead back to the site."""
    for folder in labs:
        text = (folder / f"{folder.name}.ipynb").read_text(encoding="utf-8")
        nbformat.validate(nbformat.from_dict(json.loads(text)))
        assert "pip install" in text
        assert "](../" not in text
        page = (folder / "index.html").read_text(encoding="utf-8")
        assert f'<a href="{folder.name}.ipynb" download' in page
