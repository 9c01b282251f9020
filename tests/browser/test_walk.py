"""Every page, in both schemes, on a phone and on a desk."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.support.visit import (
    SCHEMES,
    SCROLL,
    SIDEWAYS,
    WIDTHS,
    Count,
    Visit,
    address,
    stems,
)  # fmt: skip

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
SAMPLE = """() => {
  const seen = new Set(), grounds = new Map([[document.documentElement, ""]]);
  const ground = element => {
    if (!grounds.has(element)) {
      const {backgroundColor, backgroundImage, opacity} = getComputedStyle(element);
      const own = [backgroundColor, backgroundImage, opacity].join(" ");
      const nothing = own === "rgba(0, 0, 0, 0) none 1";
      grounds.set(element, ground(element.parentElement) + (nothing ? "" : own + "/"));
    }
    return grounds.get(element);
  };
  for (const element of document.body.querySelectorAll("*")) {
    const text = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!text || !element.checkVisibility()) continue;
    const {color, fontSize, fontWeight} = getComputedStyle(element);
    const look = [ground(element), color, fontSize, fontWeight].join(", ");
    if (!seen.has(look)) element.dataset.sample = "";
    seen.add(look);
  }
}"""
"""Choose a text of each colour, size and ground, whose contrast is measured.

Half of a page are spans that colour code and set formulas, and most look like another.
"""
STRIP = """() => {
  const twins = "pre span:not([data-sample]), .katex-html span:not([data-sample])";
  for (const twin of document.querySelectorAll(twins)) twin.replaceWith(...twin.childNodes);
  axe.configure({rules: [{id: "color-contrast", selector: "[data-sample]"}]});
}"""
AXE = "async () => (await axe.run({resultTypes: ['violations']})).violations"
"""Every rule of axe."""
SWITCH = """async () => {
  document.querySelector("label[for^=__palette]:not([hidden])").click();
  const turns = at => at.transitionProperty?.includes("color") && at.playState === "running";
  do await new Promise(requestAnimationFrame); while (document.getAnimations().some(turns));
}"""
"""Turn a light page dark, or a dark one light, as a reader does; wait until its colours have."""
LIMIT = 120_000
"""What a first visit may load, in bytes, with its fonts and without its figures."""
MOVING = 40_000
"""What the scripts of a page's moving figures may weigh, which come after the text."""
FIGURE = re.compile(r"/(?:[\w-]+-figure[\w.]*\.js|[\w-]+\.svg)$")
LOADED = """async () => {
  await document.fonts.ready;
  const entries = ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind));
  const formulas = document.querySelector(".katex");
  return entries
    .filter(entry => formulas || !entry.name.includes("KaTeX"))
    .map(entry => [entry.name, entry.encodedBodySize]);
}"""
"""What a page loads; a tab lists fonts of earlier pages too."""


@pytest.fixture(scope="module", params=zip(WIDTHS, SCHEMES, strict=True), ids=str)
def view(request: pytest.FixtureRequest, chromium: Any, served: str) -> Iterator[Visit]:
    """A tab that stays open from page to page, on a system with one scheme or the other."""
    width, scheme = request.param
    opened = Visit.tab(chromium, served, width, scheme)
    yield opened
    opened.page.context.close()


@pytest.mark.parametrize("stem", [*stems(), "404"])
def test_a_page_is_sound(view: Visit, stem: str, counted: Count) -> None:
    """Nothing fails, comes from elsewhere, weighs much, moves, or shuts a reader out."""
    view.troubles.clear()
    page = view.page
    page.goto(view.home + ("nowhere/at/all" if stem == "404" else address(stem)))
    loaded = page.evaluate(LOADED)
    page.evaluate(SCROLL)
    with counted("weights"):
        figures = {url: size for url, size in loaded if FIGURE.search(url)}
        text = {url: size for url, size in loaded if url not in figures}
        assert 50_000 < sum(text.values()) <= LIMIT, sorted(text.items(), key=lambda each: -each[1])
        assert sum(size for url, size in figures.items() if url.endswith(".js")) <= MOVING
    with counted("pages whose fonts hold their formulas"):
        assert page.evaluate(GLYPHS) == []
    page.evaluate(SAMPLE)
    page.evaluate(SWITCH)
    page.evaluate(SAMPLE)
    page.evaluate(AXE_SCRIPT)
    page.evaluate(STRIP)
    for _ in SCHEMES:
        with counted("axe runs"):
            assert [
                f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:200]}"
                for rule in page.evaluate(AXE)
                for node in rule["nodes"]
            ] == []
        with counted("widths kept"):
            assert page.evaluate(SIDEWAYS) <= 0
        page.evaluate(SWITCH)
    with counted("layouts that stay"):
        shifts = page.evaluate("shifts")
        assert sum(shift["value"] for shift in shifts) <= 0.02, shifts
    with counted("requests answered, by the site alone, without an error"):
        if stem == "404":
            view.troubles = [t for t in view.troubles if "404" not in t]
        assert view.troubles == []
