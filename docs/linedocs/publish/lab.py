"""Publish the labs: pages that mkdocs-jupyter renders as notebooks, in the look of the others.

A lab is a page like any other, written as a notebook before mkdocs-jupyter looks for one.
"""

import html
import logging
import posixpath
import re
from pathlib import Path

from markdown.extensions.toc import nest_toc_tokens  # type: ignore[import-untyped]
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as Built
from mkdocs.structure.toc import get_toc
from mkdocs.utils import get_relative_url

from linedocs.contract.page import Page
from linedocs.publish import notebook

log = logging.getLogger("mkdocs.plugins.linedocs")
FOLDER = "lab"
NOTEBOOKS = Path(".cache/notebooks")

CODE = re.compile(
    r'<div class="highlight-ipynb[^"]*">\s*<pre><span></span>(?P<code>.*?)\n?</pre></div>\s*'
    r'<div class="clipboard-copy-txt"[^>]*>.*?</div>\s*',
    re.S,
)
HEADING = re.compile(
    r'<h(?P<level>[1-6]) id="[^"]*">(?P<title>.*?)\s*\{ ?#(?P<id>[\w-]+) ?\}'
    r'<a class="anchor-link" href="[^"]*">¶</a></h(?P=level)>'
)
LITERAL = re.compile(r"(<pre\b.*?</pre>|<code\b.*?</code>|<[^>]+>)", re.S)
MATH = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.S)


def is_lab(page: Page) -> bool:
    """Whether a page is shown as a notebook."""
    return page.stem.parts[0] == FOLDER


def write(page: Page) -> Path:
    """Write the notebook that mkdocs-jupyter shows in place of the page; where it stands."""
    path = page.edition.root / NOTEBOOKS / page.edition.language / f"{page.stem}.ipynb"
    notebook.write(notebook.lab(page), path)
    return path


def content(body: str, page: Built, config: MkDocsConfig, files: Files) -> str:
    """What mkdocs-jupyter rendered, as the site's other pages are written."""
    body = body.partition("<style>")[0]
    body = CODE.sub(
        r'<div class="highlight"><pre><span></span><code>\g<code>\n</code></pre></div>', body
    )
    permalink, headings = config.mdx_configs["toc"]["permalink_title"], []

    def heading(match: re.Match[str]) -> str:
        level, title, anchor = int(match["level"]), match["title"], match["id"]
        headings.append({"level": level, "id": anchor, "name": re.sub("<[^>]+>", "", title)})
        link = f'<a class="headerlink" href="#{anchor}" title="{permalink}">&para;</a>'
        return f'<h{level} id="{anchor}">{title}{link}</h{level}>'

    body = HEADING.sub(heading, body)
    page.toc = get_toc(nest_toc_tokens(headings))
    parts = LITERAL.split(body)
    parts[::2] = [MATH.sub(_marked, part) for part in parts[::2]]
    return _linked("".join(parts), page, files)


def _marked(formula: re.Match[str]) -> str:
    """A formula as arithmatex marks it, for the typesetter."""
    if formula["display"]:
        return f'<div class="arithmatex">\\[{formula["display"]}\\]</div>'
    return f'<span class="arithmatex">\\({formula["inline"]}\\)</span>'


def _linked(body: str, page: Built, files: Files) -> str:
    """Resolve and check links as MkDocs does for Markdown: a broken one fails the strict build."""
    page.links_to_anchors = {}
    page.present_anchor_ids = set(re.findall(r'\bid="([^"]+)"', body))

    def link(match: re.Match[str]) -> str:
        written = html.unescape(match["url"])
        path, hash_, anchor = written.partition("#")
        if re.match("[a-z]+:", path):
            return match[0]
        uri = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), path))
        file = files.get_file_from_path(uri) if path else page.file
        if file is None:
            log.warning("%s links to %s, and there is no %s", page.file.src_uri, written, uri)
            return match[0]
        if anchor and page.links_to_anchors is not None:
            page.links_to_anchors.setdefault(file, {})[anchor] = written
        url = get_relative_url(file.url, page.file.url) if path else ""
        return f'{match["before"]}="{html.escape(url + hash_ + anchor)}"'

    return re.sub(r'(?P<before><(?:a|img)\b[^>]*? (?:href|src))="(?P<url>[^"]*)"', link, body)
