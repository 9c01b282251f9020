"""Search the site for what a reader would type."""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from linedocs.contract import read
from linedocs.contract.edition import Edition
from linedocs.contract.page import Page
from linedocs.publish import notebook

from tests.support.project import ROOT
from tests.support.visit import Count, Visit

EDITION = Edition(ROOT)
CHAPTERS = [path for path in EDITION.pages() if path.parent.name == "learn"]
ERROR = re.compile(r"^\w+Error: .+$", re.M)

KEEP = """
const Kept = Worker;
Worker = class extends Kept {
  constructor(...options) {
    super(...options);
    window.searching = this;
  }
};
"""
"""Keep the site's search worker within reach."""
FIND = """query => new Promise(found => {
  searching.addEventListener("message", function heard({data: {type, data}}) {
    if (type !== 3) return;
    searching.removeEventListener("message", heard);
    found(data.items.map(items => items[0].location));
  });
  searching.postMessage({type: 2, data: query});
})"""


class Query(NamedTuple):
    """What somebody types."""

    kind: str
    """`E`: a message of PyTorch or Python; `S`: what they see, in their own words."""
    text: str
    answers: list[str]
    """The pages that answer, some with the section."""


def queries(name: str) -> list[Query]:
    """A set of queries."""
    path = Path(__file__).with_name("queries") / f"{name}.json"
    return [Query(*each) for each in json.loads(path.read_text(encoding="utf-8"))]


def searcher(visit: Visit) -> Visit:
    """Let `find` reach the search of the pages that a tab opens from now on."""
    visit.page.add_init_script(KEEP)
    return visit


def find(page: Any, query: str) -> list[str]:
    """Where the site's own search leads: the best place of each page, the best page first."""
    return [str(place) for place in page.evaluate(FIND, query)]


def place(page: Any, query: Query) -> int:
    """Which of the pages found is the first that answers; nought if none does."""
    answers = {answer.partition("#")[0] for answer in query.answers}
    found = [location.partition("#")[0] for location in find(page, query.text)]
    return next((at for at, path in enumerate(found, 1) if path in answers), 0)


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
