"""Search the site for what a reader would type."""

import re
from typing import Any

from linedocs.contract import read
from linedocs.contract.edition import Edition
from linedocs.contract.page import Page
from linedocs.publish import notebook

from tests.support.project import ROOT
from tests.support.visit import Count

EDITION = Edition(ROOT)
CHAPTERS = [path for path in EDITION.pages() if path.parent.name == "learn"]
ERROR = re.compile(r"^\w+Error: .+$", re.M)


def question(chapter: Page) -> str:
    """What a chapter asks."""
    return notebook.title(chapter).replace("`", "")


def mistake(chapter: Page) -> tuple[str, str]:
    """The title of a chapter's common mistake, and the error it shows, if it raises one."""
    (box,) = (token for token in chapter.tokens if token.meta.get("tag") == "failure")
    title = box.content.removeprefix(EDITION.words["mistake"]).replace("`", "")
    first, end = box.map or (0, 0)
    inside = "\n".join(block.code for block in chapter.blocks if first < block.line <= end)
    error = ERROR.search(inside)
    return title, error[0] if error else ""


def ask(page: Any, query: str, chapter: Page, among: int) -> None:
    """Ask for something; wait until the chapter is among the first pages found."""
    field = page.locator(".md-search__input")
    field.fill("")
    page.wait_for_function("!document.querySelector('.md-search-result__item')")
    field.fill(query)
    field.press("End")
    page.wait_for_function(
        """([stem, among]) => [...document.querySelectorAll(".md-search-result__item")]
            .slice(0, among)
            .some(item => item.querySelector("a").href.includes(stem))""",
        arg=[chapter.stem.as_posix(), among],
        timeout=8000,
    )


def find_all(page: Any, counted: Count) -> None:
    """Search for every chapter by its question, and for its mistake by title and error."""
    page.locator(".md-search__input").focus()
    for path in CHAPTERS:
        chapter = read.page(EDITION, path)
        with counted("chapters found by their question"):
            ask(page, question(chapter), chapter, among=1)
        title, error = mistake(chapter)
        with counted("mistakes found by their title"):
            ask(page, title, chapter, among=1)
        if error:
            with counted("mistakes found by their error"):
                ask(page, error, chapter, among=3)
