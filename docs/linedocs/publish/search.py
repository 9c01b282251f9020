"""Let search find a common mistake by its title, an error by its message, a page by its readers.

Search knows headings alone as titles, so a mistake and an error become entries of their own. What
readers say who don't know a page's words stands in its front matter, by the heading that answers.
"""

import html
import json
import re
from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path

from mkdocs.exceptions import PluginError

from linedocs.contract.page import Page

MISTAKE = re.compile(
    r'<div class="admonition failure">\s*<p class="admonition-title">(?P<title>.*?)</p>'
    r"(?P<text>.*?</p>)?",
    re.S,
)
CODE = re.compile(
    r'<div class="(?:no-copy output )?highlight">(?:(?!<pre>).)*<pre>(?P<code>.*?)</pre></div>',
    re.S,
)
ID = re.compile(r'\bid="([^"]+)"')
SHOWS = re.compile(r"no-copy output|Traceback")
ERROR = re.compile(
    r"^(?:\w+\.)*(?P<kind>\w+(?:Error|Exception|Warning))"
    r"(?:: (?P<line>.+)|\n(?P<block>(?:.+\n?)+))",
    re.M,
)
"""An error as Python prints it, or a warning printed as its name and then its words."""

PRE = re.compile(r"<pre>.*?</pre>", re.S)
SPAN = re.compile(r"</?span[^>]*>")

Entry = dict[str, str]
Asked = dict[str, list[str]]
"""What readers call what a place of the site answers."""


def marked(content: str, url: str) -> tuple[str, list[Entry]]:
    """A page's HTML with an id on each mistake and shown error, and an entry for each."""
    entries: list[Entry] = []
    taken = set(ID.findall(content))

    def place(kind: str, title: str, text: str = "") -> str:
        names = chain([kind], (f"{kind}-{number}" for number in count(2)))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        entries.append({"location": f"{url}#{name}", "title": title, "text": text})
        return name

    def mistake(found: re.Match[str]) -> str:
        name = place("mistake", _text(found["title"]), _text(found["text"] or ""))
        return found[0].replace("<div ", f'<div id="{name}" ', 1)

    def errors(found: re.Match[str]) -> str:
        said = ERROR.finditer(_text(found["code"])) if SHOWS.search(found[0]) else ()
        titles = (f"{each['kind']}: {each['line'] or each['block']}".split() for each in said)
        marks = "".join(f'<a id="{place("error", " ".join(title))}"></a>' for title in titles)
        return found[0].replace("<pre>", f"{marks}<pre>", 1)

    return CODE.sub(errors, MISTAKE.sub(mistake, content)), entries


def asked(page: Page, url: str) -> Asked:
    """Where on the site readers find what they ask; the first heading is the page itself."""
    first = page.headings[0].text if page.headings else ""
    return {
        url if place == first else f"{url}#{place}": phrases
        for place, phrases in page.meta.get("asked", {}).items()
    }


def plain(content: str) -> str:
    """A page's HTML as search reads it: no code that draws, and the rest of the code uncoloured."""
    content = content.replace('<details class="example">', '<details data-search-exclude="">')
    return PRE.sub(lambda pre: SPAN.sub("", pre[0]), content)


def publish(site: Path, entries: Iterable[Entry], asked: Asked) -> None:
    """Add entries to the index that search has written, and what readers ask to where it is said.

    Raises:
        PluginError: If they ask where there is nothing to find.
    """
    path = site / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    index["docs"] += [
        {name: html.escape(value, quote=False) for name, value in entry.items()}
        for entry in entries
    ]
    places = {entry["location"]: entry for entry in index["docs"]}
    for location, phrases in asked.items():
        if location not in places:
            raise PluginError(f"readers ask at {location}, where search finds nothing")
        places[location]["tags"] = phrases
    path.write_text(json.dumps(index, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()
