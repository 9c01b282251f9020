"""Pages of moving figures, made by tests, and a browser that opens them."""

import http.server
from typing import Any

from tests.support.project import ROOT

ASSETS = ROOT / "docs" / "theme" / "assets"
STILL = ROOT / "examples" / "out" / "learn" / "line" / "residuals.svg"
NAMES = ("line", "graph", "loop", "broadcast")
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Figures</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/site.css">
<style>
html {{ font-size: 125% }}
body {{ margin: 0; background: var(--paper); color: var(--ink); font: 0.8rem/1.6 "Source Serif 4" }}
main {{ max-width: 36.8rem; margin: auto; padding: 0 0.8rem }}
img {{ width: 100%; height: auto }}
</style>
<body>
<main class="md-typeset"><h1>Figures</h1>{figures}<p id="after">What comes after.</p></main>
{scripts}
"""
FIGURE = """<figure><p><{tag}-figure {attributes}><img class="figure" alt="The still of {tag}."
width="538" height="326" src="/still.svg"></{tag}-figure></p>
<figcaption>Caption</figcaption></figure>"""


def html(*figures: str) -> str:
    """A page with figures such as `line parts="line"`, as the site makes it."""
    pairs = [figure.partition(" ")[::2] for figure in figures]
    tags = dict.fromkeys(tag for tag, _ in pairs)
    return PAGE.format(
        figures="".join(FIGURE.format(tag=tag, attributes=attributes) for tag, attributes in pairs),
        scripts="".join(
            f'<script type="module" src="/assets/figures/{tag}-figure.js"></script>' for tag in tags
        ),
    )


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the theme's assets, one still, and the pages that tests have made."""

    pages: dict[str, str]

    def __init__(self, *args: Any, pages: dict[str, str]) -> None:
        self.pages = pages
        super().__init__(*args, directory=str(ASSETS.parent))

    def do_GET(self) -> None:
        """Answer with a page of a test, the still, or an asset."""
        path = self.path.partition("?")[0]
        if path in self.pages or path == "/still.svg":
            text = self.pages.get(path) or STILL.read_text(encoding="utf-8")
            self.send_response(200)
            kind = "image/svg+xml" if path.endswith(".svg") else "text/html"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())
        else:
            super().do_GET()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class Gallery:
    """Opens pages of figures, and notes what the browser complains about."""

    def __init__(self, browser: Any, address: str, pages: dict[str, str]) -> None:
        self.browser, self.address, self.pages = browser, address, pages
        self.contexts: dict[str, Any] = {}
        self.complaints: list[str] = []

    def open(
        self,
        *figures: str,
        state: str = "",
        dark: bool = False,
        width: int = 1440,
        **context: Any,
    ) -> Any:
        """Open a page with these figures, and wait until they are alive."""
        path = f"/{len(self.pages)}.html"
        self.pages[path] = html(*figures)
        context |= {
            "viewport": {"width": width, "height": 900},
            "color_scheme": "dark" if dark else "light",
        }
        if str(context) not in self.contexts:
            self.contexts[str(context)] = self.browser.new_context(**context)
        page = self.contexts[str(context)].new_page()
        note = self.complaints.append
        page.on("console", lambda m: note(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: note(str(error)))
        page.on("requestfailed", lambda request: note(f"failed {request.url}"))
        page.on(
            "request",
            lambda r: None if r.url.startswith(self.address) else note(f"foreign {r.url}"),
        )
        page.goto(self.address + path + state, wait_until="load")
        return page
