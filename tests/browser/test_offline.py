"""The edition to keep: opened from a folder, without a server."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.project import build
from tests.support.search import CHAPTERS, find_all
from tests.support.visit import SCROLL, SIDEWAYS, Count, Visit, stems


@pytest.fixture(scope="module")
def home(project: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the edition's folder."""
    folder = tmp_path_factory.mktemp("offline")
    done = build(project, folder, "mkdocs.offline.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    return f"{folder.as_uri()}/en/"


def test_a_folder_is_enough(chromium: Any, home: str, counted: Count) -> None:
    """Every page opens from its file, whole, without an error and without the network."""
    visit = Visit.tab(chromium, home, 390)
    for stem in stems():
        visit.page.goto(f"{home}{stem}.html")
        visit.page.evaluate(SCROLL)
        with counted("files opened without a server"):
            assert visit.troubles == [], stem
            assert visit.page.evaluate(SIDEWAYS) <= 0, stem
            visit.page.wait_for_function(
                "[...document.images].filter(image => image.checkVisibility())"
                ".every(image => image.complete && image.naturalWidth > 0)"
            )
            assert visit.page.evaluate(
                "['16px \"Source Serif 4\"', '16px \"JetBrains Mono\"']"
                ".every(font => document.fonts.check(font))"
            ), stem
    visit.page.context.close()


def test_search_needs_no_server(visit: Any, home: str, counted: Count) -> None:
    """Search finds each chapter by its question, each mistake by its title and its error."""
    find_all(visit(home).open("index.html"), counted)


def test_links_need_no_server(visit: Any, home: str) -> None:
    """The first file leads to the home page, and each chapter to the next."""
    page = visit(home).page
    page.goto((Path(home.removeprefix("file://")).parent / "index.html").as_uri())
    page.wait_for_url("**/en/index.html")
    page.goto(f"{home}learn/line.html")
    for _ in range(len(CHAPTERS) - 1):
        page.locator(".md-footer__link--next").click()
        page.wait_for_load_state()
    assert page.url.endswith("/learn/next.html")
