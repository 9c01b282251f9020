"""Every page, in both schemes, on a phone and on a desk."""

from collections.abc import Callable, Iterator
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

Visits = Callable[..., Visit]
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
  document.querySelector("#scheme").click();
  const turns = at => at.transitionProperty?.includes("color") && at.playState === "running";
  do await new Promise(requestAnimationFrame); while (document.getAnimations().some(turns));
}"""
"""Turn a light page dark, or a dark one light, as a reader does; wait until its colours have."""
LIMIT = 150_000
"""What a first visit may load, in bytes."""
LOADED = """["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
  .map(entry => [entry.encodedBodySize, entry.name])"""


@pytest.fixture(scope="module", params=zip(WIDTHS, SCHEMES, strict=True), ids=str)
def view(request: pytest.FixtureRequest, chromium: Any, served: str) -> Iterator[Visit]:
    """A tab that stays open from page to page, on a system with one scheme or the other."""
    width, scheme = request.param
    opened = Visit.tab(chromium, served, width, scheme)
    yield opened
    opened.page.context.close()


@pytest.mark.parametrize("stem", stems())
def test_a_first_visit_is_light(visit: Visits, stem: str, counted: Count) -> None:
    """All that comes on 4G until the reader scrolls, fonts and pictures too, weighs 150 kB."""
    opened = visit()
    network = {"latency": 1, "downloadThroughput": 1e8, "uploadThroughput": 1e8}
    opened.page.context.new_cdp_session(opened.page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "connectionType": "cellular4g", **network},
    )
    with counted("first visits weighed"):
        loaded = opened.open(address(stem)).evaluate(LOADED)
        assert 40_000 < sum(size for size, _ in loaded) <= LIMIT, sorted(loaded, reverse=True)


@pytest.mark.parametrize("stem", [*stems(), "404"])
def test_a_page_is_sound(view: Visit, stem: str, counted: Count) -> None:
    """Nothing fails, comes from elsewhere, moves, or shuts a reader out."""
    view.troubles.clear()
    page = view.page
    page.goto(view.home + ("nowhere/at/all" if stem == "404" else address(stem)))
    page.evaluate(SCROLL)
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
