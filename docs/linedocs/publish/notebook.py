"""Write a page as a notebook: its prose, its code, and what the code is proven to print."""

import posixpath
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import nbformat

from linedocs.contract.page import Page
from linedocs.publish import cells
from linedocs.publish.cells import Cell
from linedocs.publish.writer import ATTRIBUTES, Writer


class Site(NamedTuple):
    """Where the reader found the page; both may be empty, as in a clone."""

    url: str = ""
    repository: str = ""


def download(page: Page, site: Site) -> Cell:
    """The notebook that a reader takes away: its links lead back to the site."""

    def link(target: str) -> str:
        return address(page, target, site.url)

    return cells.notebook([_preamble(page, site), *Writer(page, link).cells()])


def lab(page: Page) -> Cell:
    """The notebook that mkdocs-jupyter renders: its links, anchors and captions are the page's."""
    made = cells.notebook(Writer(page, None).cells())
    made["metadata"]["output"] = page.edition.words["output"]
    return made


def write(notebook: Cell, path: Path) -> None:
    """Write a notebook, the same bytes for the same notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = nbformat.v4.writes(notebook)  # type: ignore[no-untyped-call]
    path.write_text(f"{text}\n", encoding="utf-8")


def title(page: Page) -> str:
    """The first heading, as Markdown."""
    for before, token in zip(page.tokens, page.tokens[1:], strict=False):
        if before.tag == "h1":
            return ATTRIBUTES.sub("", re.sub(r"<!--.*?-->", "", token.content)).strip()
    return page.stem.name


def address(page: Page, target: str, site_url: str) -> str:
    """The address of a link in a page; empty if it leads nowhere from a notebook."""
    if re.match(r"[a-z]+:", target):
        return target
    if not site_url:
        return ""
    path, hash_, anchor = target.partition("#")
    path = posixpath.normpath(posixpath.join(page.stem.parent.as_posix(), path or page.path.name))
    path = re.sub(r"(^|/)index/$", r"\1", re.sub(r"\.md$", "/", path))
    return urljoin(site_url.rstrip("/") + "/", path) + hash_ + anchor


def _preamble(page: Page, site: Site) -> Cell:
    """The first cell: what this is, and what to install."""
    words, name = page.edition.words, title(page).rstrip(".。")
    where = f"[{name}]({address(page, '', site.url)})" if site.url else f"“{name}”"
    install = words["clone"].format(install='`pip install ".[examples]"`')
    if site.repository:
        install = f'`pip install "linreg[examples] @ git+{site.repository}"`'
    text = words["notebook"].format(page=where, install=install).strip()
    return cells.prose(text)
