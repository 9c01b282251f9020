"""What readers do: search, follow links, copy, download, change the scheme, use keys only."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import pytest
from linedocs.contract import read
from linedocs.publish import bundle
from PIL import Image

from tests.support.search import EDITION, ask, find_all, question
from tests.support.visit import SCHEMES, Count, Visit, address

Visits = Callable[..., Visit]
ALIVE = "name => Boolean(document.querySelector(name).shadowRoot)"
LOSS = read.page(EDITION, EDITION.page(Path("learn/loss")))
MOVING = [
    EDITION.stem(page).as_posix()
    for page in EDITION.pages()
    if bundle.TAG.search(EDITION.read(page))
]
"""The pages with a moving figure."""
HOLES = """async names => {
  const holes = [], pause = ms => new Promise(done => setTimeout(done, ms));
  for (const figure of document.querySelectorAll(names)) {
    const place = figure.getBoundingClientRect().top + scrollY;
    for (let at = Math.max(0, place - 2000); at < place; at += 200) {
      scrollTo({top: at, behavior: "instant"});
      await pause(100);
      const {top} = figure.getBoundingClientRect();
      if (top < innerHeight && !figure.shadowRoot) holes.push([figure.localName, at]);
    }
  }
  return holes;
}"""
"""Scroll to each figure, two screens a second, and note where one in the window is asleep."""


def test_search_finds_questions_and_mistakes(visit: Visits, counted: Count) -> None:
    """Search finds each chapter by its question, each common mistake by its title and its error."""
    find_all(visit().open(""), counted)


def test_search_comes_when_it_is_asked(visit: Visits) -> None:
    """The documents that search reads, and what reads them, are fetched at the first letter."""
    opened = visit()
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page = opened.open("learn/loss/")
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.matches('.md-search__input')")
    page.wait_for_load_state("networkidle")
    assert not {"documents.json", "theme.js"} & set(asked)
    ask(page, question(LOSS), LOSS, among=1)
    assert {"documents.json", "theme.js"} <= set(asked)


def nothing(route: Any) -> None:
    """Answer a request for a script with an empty one."""
    route.fulfill(content_type="text/javascript", body="")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_first_paint_has_the_scheme(visit: Visits, scheme: str) -> None:
    """A page has the reader's scheme before the theme's script comes, and keeps a chosen one."""
    ground = "getComputedStyle(document.body).backgroundColor"
    opened = visit(scheme=scheme)
    page = opened.page
    page.route("**/bundle.*", nothing)
    page.goto(opened.home + "learn/loss/", wait_until="networkidle")
    assert not page.evaluate("'document$' in window")
    first = page.evaluate(ground)
    assert ("255" in first) == (scheme == "light")
    page.unroute("**/bundle.*")
    page = opened.open("learn/loss/")
    assert page.evaluate("'document$' in window")
    assert page.evaluate(ground) == first
    page.locator("#scheme").click()
    page.wait_for_function(f"{ground} !== '{first}'")
    page.route("**/bundle.*", nothing)
    page.goto(opened.home + "learn/line/", wait_until="networkidle")
    assert not page.evaluate("'document$' in window")
    assert page.evaluate(ground) != first


def test_a_figure_in_the_first_window_is_alive_at_once(visit: Visits) -> None:
    """On the home page nobody needs to act: the line can be held, and nothing has moved."""
    for width in (390, 1440):
        page = visit(width=width).open("")
        page.wait_for_function(ALIVE, arg="line-figure")
        assert sum(shift["value"] for shift in page.evaluate("shifts")) < 0.001


@pytest.mark.parametrize("stem", MOVING)
def test_a_reader_who_scrolls_meets_no_hole(visit: Visits, stem: str) -> None:
    """Nothing is pressed, pointed at or waited for: each figure is alive before it is seen."""
    page = visit(width=390).open(address(stem))
    assert page.evaluate(HOLES, ", ".join(bundle.NAMES)) == []
    alive = "names => [...document.querySelectorAll(names)].every(figure => figure.shadowRoot)"
    assert page.evaluate(alive, ", ".join(bundle.NAMES))


def test_a_figure_under_a_link_is_alive(visit: Visits) -> None:
    """Who comes to a figure by a link to its section, and does nothing, finds it alive."""
    page = visit().open("learn/loss/#bowl")
    page.wait_for_function(ALIVE, arg="line-figure", timeout=2000)


def test_a_figure_wakes_as_it_comes_near(visit: Visits) -> None:
    """Its script is fetched when it is scrolled towards, and then nothing on the page moves."""
    page = visit().open("learn/loss/")
    assert not page.evaluate(ALIVE, "line-figure")
    page.evaluate("document.querySelector('#bowl').scrollIntoView()")
    page.wait_for_function(ALIVE, arg="line-figure")
    assert not page.evaluate(ALIVE, "broadcast-figure")
    assert sum(shift["value"] for shift in page.evaluate("shifts")) < 0.001


def test_a_figure_wakes_for_the_keyboard(visit: Visits) -> None:
    """At the first press of Tab every figure of the page is fetched: it may be the next stop."""
    page = visit().open("learn/loss/")
    page.keyboard.press("Tab")
    for name in ("line-figure", "broadcast-figure"):
        page.wait_for_function(ALIVE, arg=name)


def test_a_reader_who_comes_back_goes_on(visit: Visits) -> None:
    """The home page leads to the section that was read last, in the words of the page."""
    opened = visit()
    page = opened.open("learn/loss/")
    page.evaluate("document.querySelector('#bowl').scrollIntoView()")
    page.wait_for_function("JSON.parse(localStorage['line-by-line'] ?? '{}').at === 'bowl'")
    start = opened.open("").locator("a.start")
    assert start.text_content() == f"Go on reading: {question(LOSS)}"
    assert start.evaluate("link => link.href").endswith("/learn/loss/#bowl")


def test_a_result_leads_to_its_page(visit: Visits) -> None:
    """The keyboard alone gets from a search to the chapter."""
    page = visit().open("")
    page.keyboard.press("/")
    ask(page, question(LOSS), LOSS, among=1)
    page.wait_for_timeout(500)  # the last letters may still be searched for
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/loss/**")


def test_following_links_keeps_formulas_alive(visit: Visits) -> None:
    """From page to page without a reload, formulas stay set, and back and forward work."""
    page = visit().open("learn/line/")
    page.evaluate("window.kept = true")
    formulas = page.locator(".katex-html").count()
    assert formulas > 0
    page.locator(".md-footer__link--next").click()
    page.wait_for_url("**/learn/tensors/")
    page.wait_for_function("document.title.includes(document.querySelector('h1').firstChild.data)")
    assert page.evaluate("window.kept"), "the page was loaded afresh"
    page.go_back()
    page.wait_for_url("**/learn/line/")
    page.wait_for_function("document.title.includes(document.querySelector('h1').firstChild.data)")
    page.wait_for_function(f"document.querySelectorAll('.katex-html').length === {formulas}")
    page.wait_for_function("document.querySelector('.katex-html').offsetWidth > 0")
    assert page.evaluate("document.fonts.check('16px KaTeX_Main')")
    page.go_forward()
    page.wait_for_url("**/learn/tensors/")
    page.wait_for_function("document.title.includes(document.querySelector('h1').firstChild.data)")
    assert page.evaluate("window.kept"), "the page was loaded afresh"


def test_copying_code_never_copies_output(visit: Visits, counted: Count) -> None:
    """Each block of code has a button that copies it to the letter; an output has none."""
    opened = visit()
    page = opened.open("learn/loss/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert page.locator(".output").count() >= 5
    assert page.locator(".output .md-code__button").count() == 0
    blocks = page.locator(".highlight:not(.output)")
    for block in [blocks.nth(index) for index in range(blocks.count())]:
        if not block.is_visible():
            continue
        code = block.locator("code").first.evaluate("code => code.textContent")
        block.locator(".md-code__button[data-md-type=copy]").click()
        with counted("blocks copied"):
            page.wait_for_function(
                "async code => (await navigator.clipboard.readText()).trim() === code.trim()",
                arg=code,
            )


@pytest.mark.parametrize("stem", ["learn/line", "lab/hubble"])
def test_a_notebook_downloads(visit: Visits, stem: str) -> None:
    """The button gives a valid notebook, of the page's name."""
    page = visit().open(address(stem))
    with page.expect_download() as waiting:
        page.locator("a[download]").first.click()
    assert waiting.value.suggested_filename == f"{stem.rpartition('/')[2]}.ipynb"
    text = waiting.value.path().read_text(encoding="utf-8")
    nbformat.validate(nbformat.from_dict(json.loads(text)))


def ink(locator: Any) -> bool:
    """Whether a figure is drawn in light ink on dark paper."""
    picture = Image.open(BytesIO(locator.screenshot())).convert("L")
    tones = picture.histogram()
    paper = max(range(256), key=tones.__getitem__)
    drawn = sum(tones[paper + 40 :]) - sum(tones[: max(paper - 40, 0)])
    return drawn > 0


def test_figures_follow_the_scheme(visit: Visits) -> None:
    """The switch turns page and figures dark; the choice stays on the next page."""
    opened = visit()
    page = opened.open("learn/line/")
    figure = page.locator("img.figure").first
    figure.scroll_into_view_if_needed()
    assert not ink(figure)
    switch = page.get_by_role("button", name=EDITION.words["dark"])
    assert switch.get_attribute("aria-pressed") == "false"
    switch.focus()
    page.keyboard.press("Space")
    assert switch.get_attribute("aria-pressed") == "true"
    page.wait_for_timeout(300)
    assert ink(figure)
    opened.open("learn/loss/")
    assert switch.get_attribute("aria-pressed") == "true"
    switch.click()
    assert switch.get_attribute("aria-pressed") == "false"
    figure.scroll_into_view_if_needed()
    assert not ink(figure)


def test_the_dark_scheme_is_printed_light(visit: Visits) -> None:
    """On paper all text is dark and no button is left, also for who reads light on dark."""
    page = visit(scheme="dark").open("learn/loss/")
    text = """[...document.querySelectorAll("article :is(h1, h2, p, li, pre, span)")]
      .filter(at => at.checkVisibility())
      .map(at => {
        const [r, g, b] = getComputedStyle(at).color.match(/[\\d.]+/g).map(Number);
        return 0.3 * r + 0.59 * g + 0.11 * b;
      })"""
    page.wait_for_function(f"Math.min(...{text}) > 90")
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_function(f"Math.max(...{text}) < 140")
    assert not ink(page.locator("img.figure").first)
    assert page.locator("button:visible").count() == 0


def test_a_chapter_needs_no_mouse(visit: Visits) -> None:
    """Tab reaches navigation, code, solutions and the next page; Enter works them."""
    page = visit().open("learn/loss/")
    focused = "document.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.matches('.md-skip')")
    reached = []
    for _ in range(400):
        page.keyboard.press("Tab")
        kind = page.evaluate(
            f"""() => {{
              const at = {focused}, box = at.getBoundingClientRect();
              if (at.matches("summary") && !at.parentElement.open) return "closed " + at.innerText;
              if (at.matches(".md-footer__link--next")) return "next";
              if (at.closest(".md-nav--primary")) return "navigation";
              if (at.matches(".md-code__button")) return "copy";
              if (at.matches("a[download]")) return "notebook";
              if (at.matches(".md-typeset a")) return "link";
              return at.tagName;
            }}"""
        )
        reached.append(kind)
        if kind.startswith("closed"):
            page.keyboard.press("Enter")
            assert page.evaluate(f"{focused}.parentElement.open")
        if kind == "next":
            break
    assert {"navigation", "copy", "notebook", "link", "next"} <= set(reached)
    solution = f"closed {EDITION.words['solution']}"
    solutions = EDITION.read(EDITION.page(Path("learn/loss"))).count('??? success "')
    assert sum(kind.startswith(solution) for kind in reached) == solutions > 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/backward/")
