"""Let search find a common mistake by its title, and an error by its message.

Search weighs titles most and knows headings alone as titles, so both become entries of their own.
"""

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path

MISTAKE = re.compile(
    r'<div class="admonition failure">\s*<p class="admonition-title">(?P<title>.*?)</p>'
    r"(?P<text>.*?</p>)?",
    re.S,
)
CODE = re.compile(r'<div class="highlight"><pre>.*?</pre></div>', re.S)
ERROR = re.compile(r"^(?P<error>\w+(?:Error|Exception|Warning): .+)", re.M)

PRE = re.compile(r"<pre>.*?</pre>", re.S)
SPAN = re.compile(r"</?span[^>]*>")

BOOST = 4
"""A mistake's title weighs more than an error's, whose many words match a little of all."""

Entry = dict[str, str]


def marked(content: str, url: str) -> tuple[str, list[Entry]]:
    """A page's HTML with an id on each mistake and shown error, and an entry for each."""
    entries: list[Entry] = []

    def mark(found: re.Match[str], kind: str, title: str, text: str) -> str:
        count = sum(f"#{kind}" in entry["location"] for entry in entries)
        name = f"{kind}-{count + 1}" if count else kind
        entries.append({"location": f"{url}#{name}", "title": title, "text": text})
        return found[0].replace("<div ", f'<div id="{name}" ', 1)

    def mistake(found: re.Match[str]) -> str:
        return mark(found, "mistake", _text(found["title"]), _text(found["text"] or ""))

    def error(found: re.Match[str]) -> str:
        text = _text(found[0])
        said = ERROR.search(text) if "Traceback" in text else None
        return mark(found, "error", said["error"], "") if said else found[0]

    return CODE.sub(error, MISTAKE.sub(mistake, content)), entries


def plain(content: str) -> str:
    """A page's HTML with its code uncoloured: the same words, in a quarter of the tags."""
    return PRE.sub(lambda pre: SPAN.sub("", pre[0]), content)


def publish(site: Path, entries: Iterable[Entry]) -> None:
    """Add entries to the index that search has written."""
    path = site / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    for entry in entries:
        boost = BOOST if "#mistake" in entry["location"] else 1
        index["docs"].append({**{k: html.escape(v) for k, v in entry.items()}, "boost": boost})
    path.write_text(json.dumps(index, separators=(",", ":")), encoding="utf-8")


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()
