"""Pages of the site opened as a reader would, with notes of whatever goes wrong."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

ROOT = Path(__file__).parents[2]
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

Count = Callable[[str], AbstractContextManager[None]]


def stems() -> list[str]:
    """Every page, by its path in the site without the suffix."""
    pages = ROOT / "docs/en"
    found = [*pages.rglob("*.md"), *(pages / "lab").glob("*.py")]
    return sorted(path.relative_to(pages).with_suffix("").as_posix() for path in found)


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


@pytest.fixture
def visit(chromium: Any, served: str) -> Iterator[Any]:
    """Opens tabs: `visit(width=390, scheme="dark")`; a test fails for what went wrong in any."""
    visits: list[Visit] = []

    def new(home: str = served, **options: Any) -> Visit:
        visits.append(Visit.tab(chromium, home, **options))
        return visits[-1]

    yield new
    for opened in visits:
        opened.page.context.close()
    assert [trouble for opened in visits for trouble in opened.troubles] == []


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Count:
    """Counts a check that was made, for the summary."""

    @contextmanager
    def count(check: str) -> Iterator[None]:
        yield
        request.node.user_properties.append(("checked", check))

    return count
