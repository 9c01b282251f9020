"""What a page weighs on first load, compressed, with its fonts."""

from typing import Any

import pytest

from tests.browser.conftest import Visit, address, counted, stems

LIMIT = 120_000
LOADED = """[
  ...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource"),
].map(entry => [entry.name, entry.encodedBodySize])"""


@pytest.mark.parametrize("stem", stems())
def test_a_page_is_light(visit: Any, served: str, stem: str) -> None:
    """A first visit loads at most 120 kB, whatever its figures weigh."""
    opened: Visit = visit(width=390)
    page = opened.page
    page.goto(served + address(stem))
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    loaded = page.evaluate(LOADED)
    figures = f"{served}{address(stem)}"
    weight = sum(
        size for url, size in loaded if not url.endswith(".svg") and "/assets/figures/" not in url
    )
    print(f"{stem}: {weight} bytes, of which the page itself {dict(loaded)[figures]}")
    with counted("pages weighed"):
        assert weight <= LIMIT, "\n".join(
            f"{s} {u}" for u, s in sorted(loaded, key=lambda e: -e[1])
        )
    assert weight > 50_000, "the fonts and the script are missing"
