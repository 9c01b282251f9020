"""Mend what Material publishes, where it is not valid or not fit for a screen reader.

Each repair says why. The browser tests and `make html` fail when one is missing, so a repair that
a new release of Material no longer needs is found by taking it away.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import tinycss2  # type: ignore[import-untyped]

PAGE = {
    # Nu: the empty string is not an integer.
    ' tabindex=""': "",
    # axe, aria-dialog-name: a dialog has a name.
    'data-md-component="search" role="dialog">': (
        'data-md-component="search" role="dialog" aria-label="Search">'
    ),
    # A first visit has the reader's scheme before Material's script comes: see docs/theme/later.js.
    'palette=__md_get("__palette");': (
        'palette=__md_get("__palette")||{color:{media:"(prefers-color-scheme)"}};'
    ),
}
KEPT = re.compile(r"(<pre\b.*?</pre>|<script\b.*?</script>)", re.S)
"""Where white space has a meaning; elsewhere indentation is a tenth of a page's bytes."""
UNCOLOURED = re.compile(r'<span class="[nopw]">([^<]*)</span>')
"""A name, an operator, a bracket or a space in code: it has the colour of the text."""
FEATURES = (
    "md-annotation",
    "md-banner",
    "md-consent",
    "md-feedback",
    "md-select",
    "md-source",
    "md-status",
    "md-tabs",
    "md-tooltip",
    "md-version",
    "mermaid",
    "tabbed-",
)
"""What Material's script can make or move, and does only where a page asks for it."""
ICON = re.compile(r'(?P<name>--md-[\w-]+):\s*url\((?:"[^"]*"|\'[^\']*\'|[^)]*)\);?')
"""An icon that Material keeps in a property of its own."""
SHEET = re.compile(r'\s*<link rel="stylesheet" href="(?P<url>[^"]*)">')
DARK = re.compile(r"\s*\[data-md-color-scheme=[\"']?slate")
"""A rule of the dark scheme, which holds on screens: printed it would be light on white."""
APART = "_mkdocstrings.css"
"""The sheet that one page needs."""
ONE_SHEET = "assets/style.css"
SOURCE = re.compile(r'\s*<script src="(?P<url>[^"]*)"(?: defer)?></script>')
URL = re.compile(r"""url\(["']?(?!["']|data:|#)""")
LATER = (Path(__file__).parents[1] / "theme" / "later.js").read_text(encoding="utf-8")
SCRIPT = {
    # The script comes when the page is long there: see docs/theme/later.js.
    'h(document,"DOMContentLoaded",{once:!0}).subscribe(()=>e.next(document))': "e.next(document)",
    # axe, landmark-unique: the copy button of a code block is no landmark.
    '"nav",{class:"md-code__nav"}': '"div",{class:"md-code__nav"}',
    # axe, scrollable-region-focusable: the keyboard can scroll a wide table.
    '{class:"md-typeset__scrollwrap"}': '{class:"md-typeset__scrollwrap",tabindex:"0"}',
    # Bytes: the index, the heaviest file of the site, is fetched when search is opened,
    '$(location.protocol!=="file:"),Je("search")': 'Je("search")',
    # or where the words that were searched for are highlighted;
    '{index$:t,location$:r}){return z([t,r.pipe(Q(we()),g(o=>!!o.searchParams.get("h")))])': (
        '{index$:t,location$:r}){let q=r.pipe(Q(we()),g(o=>!!o.searchParams.get("h")));'
        "return z([q.pipe(b(()=>t)),q])"
    ),
    # and so is the worker that reads it.
    "function Mn(e,t=new Worker(e)){": (
        "class Later extends EventTarget{constructor(e){super(),this.url=e}postMessage(m){"
        "this.worker||(this.worker=new Worker(this.url),this.worker.onmessage="
        'e=>this.dispatchEvent(new MessageEvent("message",{data:e.data}))),'
        "this.worker.postMessage(m)}}function Mn(e,t=new Later(e)){"
    ),
}
SEARCH = {
    # lunr keeps two ends of words as one if their digits run together, 1 and 23 like 12 and 3, and
    # then finds words that no page holds, and fails.
    "e=e+s+o.id": 'e=e+s+o.id+","',
}


def page(html: str) -> str:
    """A page with the repairs made."""
    for wrong, right in PAGE.items():
        html = html.replace(wrong, right)
    html = _one_sheet(html)
    parts = KEPT.split(_later(html))
    parts[::2] = [re.sub(r"\s*\n\s*", "\n", part) for part in parts[::2]]
    return "".join(parts)


def _one_sheet(html: str) -> str:
    """Link to the sheet that `styles` makes of all, before any other; it is one request."""
    first = SHEET.search(html)
    if not first:
        return html
    base = first["url"].partition("assets/")[0]
    kept = APART if 'class="doc ' in html else "nothing"
    rest = SHEET.sub(lambda m: m[0] if kept in m["url"] else "", html[first.end() :])
    return f'{html[: first.start()]}\n<link rel="stylesheet" href="{base}{ONE_SHEET}">{rest}'


def _later(html: str) -> str:
    """Let the scripts that end a page come later, in their order."""
    before, config, after = html.partition('<script id="__config"')
    urls = json.dumps([match["url"] for match in SOURCE.finditer(after)])
    loader = f"<script>{LATER.replace('SOURCES', urls)}</script>"
    return before + config + SOURCE.sub("", after).replace("</body>", f"{loader}</body>")


def code(html: str) -> str:
    """Code without the marks that colour nothing, which are most of all."""
    return UNCOLOURED.sub(r"\1", html)


def scripts(site: Path) -> None:
    """Repair Material's scripts in the built site.

    Raises:
        ValueError: If they no longer hold what is to be repaired.
    """
    for pattern, repairs in (("bundle.*.min.js", SCRIPT), ("workers/search.*.min.js", SEARCH)):
        (path,) = site.glob(f"assets/javascripts/{pattern}")
        text = path.read_text(encoding="utf-8")
        for wrong, right in repairs.items():
            if wrong not in text:
                raise ValueError(
                    f"{path.name} no longer holds {wrong}: see docs/linedocs/material.py"
                )
            text = text.replace(wrong, right)
        path.write_text(text, encoding="utf-8")


def styles(site: Path, extra: list[str], done: dict[str, str]) -> None:
    """Make one sheet of all, without what nothing on the site can match in Material's and KaTeX's.

    A selector goes if it names a class, or a value of an attribute, that is written nowhere; an
    icon if no sheet asks for it.

    Args:
        site: The folder of the built site.
        extra: Our sheets, in the order in which they apply.
        done: Sheets by a digest of what they were made from; it grows.
    """
    pages = [path.read_text(encoding="utf-8") for path in site.rglob("*.html")]
    tags = {tag for text in pages for tag in re.findall(r"<\w[^>]*>", text)}
    marks = {word for tag in tags for word in _words(tag)}
    scripts = {w for path in site.rglob("*.js") for w in _words(path.read_text(encoding="utf-8"))}
    scripts = {word for word in scripts if not word.startswith(FEATURES)}
    sheets = [*site.glob("assets/stylesheets/*.css"), site / "assets/katex/katex.css"]
    words = "\n".join([*sorted(marks), "", *sorted(scripts)])
    for path in sheets:
        text = path.read_text(encoding="utf-8")
        digest = hashlib.sha256((text + words).encode()).hexdigest()
        if digest not in done:
            rules = tinycss2.parse_stylesheet(text, skip_comments=True)
            done[digest] = _pruned(rules, marks | scripts, marks)
        path.write_text(done[digest], encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    asked = {name for text in texts for name in re.findall(r"var\(\s*(--[\w-]+)", text)} | scripts

    def icon(found: re.Match[str]) -> str:
        return found[0] if found["name"] in asked else ""

    for path in sheets:
        path.write_text(ICON.sub(icon, path.read_text(encoding="utf-8")), encoding="utf-8")
    _join(site, extra)


def _join(site: Path, extra: list[str]) -> None:
    """Make one sheet of Material's and ours, in the order in which they apply."""
    main, palette = (
        next(site.glob(f"assets/stylesheets/{name}.*.css")) for name in ("main", "palette")
    )
    with (site / ONE_SHEET).open("w", encoding="utf-8") as sheet:
        for path in (main, palette, *(site / name for name in extra if APART not in name)):
            folder = path.parent.relative_to((site / ONE_SHEET).parent).as_posix()
            sheet.write(URL.sub(rf"\g<0>{folder}/", path.read_text(encoding="utf-8")))
            path.unlink()


def _words(text: str) -> list[str]:
    return re.findall(r"[\w-]+", text)


def _pruned(rules: list[Any], known: set[str], marks: set[str]) -> str:
    kept = []
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = _pruned(tinycss2.parse_rule_list(rule.content), known, marks)
            if inner:
                prelude = tinycss2.serialize(rule.prelude)
                kept.append(f"@{rule.lower_at_keyword}{prelude}{{{inner}}}")
        elif rule.type == "qualified-rule":
            selectors = [
                selector
                for selector in _split(tinycss2.serialize(rule.prelude))
                if _matches(selector, known, marks)
            ]
            if selectors:
                made = f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}"
                dark = all(map(DARK.match, selectors))
                kept.append(f"@media screen{{{made}}}" if dark else made)
        else:
            kept.append(rule.serialize())
    return "".join(kept)


def _split(selectors: str) -> list[str]:
    """A list of selectors, split at the commas that stand in no brackets."""
    return re.findall(r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]|[^,(\[])+", selectors)


def _matches(selector: str, known: set[str], marks: set[str]) -> bool:
    plain = re.sub(
        r":(?:not|is|where|has|-webkit-any|-moz-any)\((?:[^()]|\([^()]*\))*\)", "", selector
    )
    direction = re.search(r"\[dir=[\"']?(\w+)", plain)
    if direction and direction[1] not in marks:
        return False
    classes = re.findall(r"\.((?:[\w-]|\\\\.)+)", re.sub(r"\[[^\]]*\]", "", plain))
    values = re.findall(r"\[data-md-color-\w+=[\"']?([\w-]+)", plain)
    return all(name in known for name in classes) and all(value in marks for value in values)
