"""What a page weighs on first load, compressed, with its fonts."""

import re
from typing import Any

import pytest

from tests.browser.conftest import Count, Visit, address, stems

LIMIT = 120_000
MOVING = 40_000
"""What the scripts of a page's moving figures may weigh, which come after the text."""
FIGURE = re.compile(r"/(?:[\w-]+-figure[\w.]*\.js|[\w-]+\.svg)$")
LOADED = """[
  ...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource"),
].map(entry => [entry.name, entry.encodedBodySize])"""


@pytest.mark.parametrize("stem", stems())
def test_a_page_is_light(visit: Any, served: str, stem: str, counted: Count) -> None:
    """A first visit loads at most 120 kB, whatever its figures weigh."""
    opened: Visit = visit(width=390)
    page = opened.page
    page.goto(served + address(stem))
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    loaded = page.evaluate(LOADED)
    figures = {url: size for url, size in loaded if FIGURE.search(url)}
    text = {url: size for url, size in loaded if url not in figures}
    itself = text[served + address(stem)]
    moving = sum(size for url, size in figures.items() if url.endswith(".js"))
    print(
        f"{stem}: {sum(text.values())} bytes, of which the page itself {itself}, "
        f"and {moving} for figures to move"
    )
    with counted("pages weighed"):
        assert sum(text.values()) <= LIMIT, sorted(loaded, key=lambda entry: -entry[1])
        assert moving <= MOVING
    assert sum(text.values()) > 50_000, "the fonts and the script are missing"
