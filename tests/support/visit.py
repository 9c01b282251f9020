"""Pages of the site opened as a reader would, with notes of whatever goes wrong."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlparse

from linedocs.contract.edition import Edition

from tests.support.project import ROOT

Count = Callable[[str], AbstractContextManager[None]]
"""Counts a check, for the summary."""
WIDTHS = (390, 1440)
SCHEMES = ("light", "dark")
WATCH = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) shifts.push({
      value: entry.value,
      what: entry.sources.map(source => source.node?.className || source.node?.nodeName).join(", "),
    });
  }
}).observe({type: "layout-shift", buffered: true});
"""
SCROLL = """async () => {
  const pause = ms => new Promise(done => setTimeout(done, ms));
  for (let at = 0; at < document.body.scrollHeight; at += 2 * innerHeight) {
    scrollTo({top: at, behavior: "instant"});
    await new Promise(requestAnimationFrame);
  }
  const loaded = [...document.images].map(image => image.decode().catch(() => {}));
  const awake = async () => { while (document.querySelector(":not(:defined)")) await pause(20); };
  await Promise.race([Promise.all([...loaded, document.fonts.ready, awake()]), pause(5000)]);
  scrollTo({top: 0, behavior: "instant"});
  await pause(50);
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def stems() -> list[str]:
    """Every page, by its path in the site without the suffix."""
    edition = Edition(ROOT)
    return sorted(edition.stem(page).as_posix() for page in edition.pages())


def address(stem: str) -> str:
    """Where a page lies, below the edition's root."""
    return "" if stem == "index" else f"{stem}/"


class Visit:
    """One tab, and what was wrong in it."""

    def __init__(self, page: Any, home: str) -> None:
        self.page, self.home = page, home
        self.troubles: list[str] = []
        self.allowed = {urlparse(home).netloc}
        page.on("console", lambda m: self.note("console", m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.note("error", str(error)))
        page.on("requestfailed", self._failed)
        page.on("response", lambda r: self.note(str(r.status), r.url) if r.status >= 400 else None)
        page.on("request", self._local)

    @classmethod
    def tab(
        cls, browser: Any, home: str, width: int = 1440, scheme: str = "light", **options: Any
    ) -> "Visit":
        """A new tab, in a context of its own."""
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        context.add_init_script(WATCH)
        return cls(context.new_page(), home)

    def note(self, kind: str, what: str) -> None:
        """Remember a trouble."""
        self.troubles.append(f"{kind}: {what}")

    def _failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # the reader left before it had come
            self.note("failed request", request.url)

    def _local(self, request: Any) -> None:
        url = urlparse(request.url)
        if url.scheme not in ("data", "blob") and url.netloc not in self.allowed:
            self.note("request to another host", request.url)

    def open(self, path: str) -> Any:
        """Go to a page, and wait until its scripts have come."""
        self.page.goto(self.home + path, wait_until="networkidle")
        return self.page
