"""Read what readers ask: a page's front matter says it in their words, by the place that answers.

    asked:
      rates: [loss is nan, loss goes up]
      mistake: [loss does not change]

A place is the anchor of a heading, or the common mistake of the page. Search alone shows the words.
"""

from linedocs.contract import prose
from linedocs.contract.page import Page

MISTAKE = "mistake"


def read(page: Page) -> None:
    """Hold what is asked against what the page has."""
    places = [heading.text for heading in page.headings if heading.text]
    if any(token.meta.get("tag") == "failure" for token in page.tokens):
        places.append(MISTAKE)
    for place, phrases in page.meta.get("asked", {}).items():
        line = _line(page, place)
        if place not in places:
            page.problem(line, f"nothing answers at {place!r}; the page has: {', '.join(places)}")
        if not isinstance(phrases, list) or not all(isinstance(each, str) for each in phrases):
            page.problem(line, f"what is asked at {place!r} is a list of texts")
        prose.read_text(page, str(phrases), line)


def _line(page: Page, place: str) -> int:
    lines = page.markdown.split("\n")
    return next((n for n, text in enumerate(lines, 1) if text.strip().startswith(place)), 1)
