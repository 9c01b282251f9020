"""Every page, in both schemes, on a phone and on a desk."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import SCHEMES, WIDTHS, Count, Visit, address, stems

AXE = Axe()
SCROLL = """async () => {
  const pause = ms => new Promise(done => setTimeout(done, ms));
  for (let at = 0; at < document.body.scrollHeight; at += innerHeight) {
    scrollTo({top: at, behavior: "instant"});
    await pause(20);
  }
  const loaded = [...document.images].map(image => image.decode().catch(() => {}));
  await Promise.race([Promise.all([...loaded, document.fonts.ready]), pause(5000)]);
  scrollTo({top: 0, behavior: "instant"});
  await pause(50);
}"""
GLYPHS = """() => {
  const held = {};
  for (const face of document.fonts) {
    const ranges = face.unicodeRange.split(",").map(range =>
      range.trim().slice(2).split("-").map(code => parseInt(code, 16)));
    held[face.family.replaceAll('"', "")] = code =>
      ranges.some(([first, last = first]) => first <= code && code <= last);
  }
  const missing = new Set();
  for (const formula of document.querySelectorAll(".katex-html")) {
    const walker = document.createTreeWalker(formula, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const style = getComputedStyle(walker.currentNode.parentElement).fontFamily;
      const family = style.split(",")[0].replaceAll('"', "");
      for (const sign of walker.currentNode.data) {
        const invisible = /[\\s\\u200b]/u.test(sign);
        if (!invisible && !held[family]?.(sign.codePointAt(0))) missing.add(sign + " " + family);
      }
    }
  }
  return [...missing];
}"""
"""Signs of formulas that their font does not hold: see docs/theme/subset.py."""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module", params=[(w, s) for w in WIDTHS for s in SCHEMES], ids=str)
def view(request: pytest.FixtureRequest, chromium: Any, served: str) -> Iterator[Visit]:
    """A tab that stays open from page to page."""
    width, scheme = request.param
    visits = Visit.tab(chromium, served, width, scheme)
    yield visits
    visits.page.context.close()


@pytest.mark.parametrize("stem", [*stems(), "404"])
def test_a_page_is_sound(view: Visit, stem: str, counted: Count) -> None:
    """Nothing fails, comes from elsewhere, scrolls sideways, moves, or shuts a reader out."""
    view.troubles.clear()
    page = view.page
    page.goto(view.home + ("nowhere/at/all" if stem == "404" else address(stem)))
    page.evaluate(SCROLL)
    if stem == "404":
        view.troubles = [t for t in view.troubles if "404" not in t]
    with counted("requests answered, by the site alone, without an error"):
        assert view.troubles == []
    with counted("widths kept"):
        assert page.evaluate(SIDEWAYS) <= 0
    with counted("layouts that stay"):
        shifts = page.evaluate("shifts")
        assert sum(shift["value"] for shift in shifts) <= 0.02, shifts
    with counted("pages whose fonts hold their formulas"):
        assert page.evaluate(GLYPHS) == []
    with counted("axe runs"):
        found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [
            f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ] == []
