"""The built site: complete, self-contained, and linked without a gap."""

import inspect
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

import linreg
from tests.support.project import ROOT, build


class Tags(HTMLParser):
    """Collects ids, and the addresses that a page links to or loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.ids.update(filter(None, (found.get("id"), found.get("name"))))
        if tag in {"a", "area"} and found.get("href"):
            self.links.append(found["href"])
        elif found.get("rel") not in {"canonical", "prev", "next"}:
            self.loads.extend(filter(None, (found.get("src"), found.get("href"))))
        if tag == "img":
            self.images.append(found)


@pytest.fixture(scope="session")
def tags(site: Path) -> dict[Path, Tags]:
    return {path: Tags(path.read_text()) for path in sorted(site.rglob("*.html"))}


def test_the_root_leads_to_the_english_edition(site: Path) -> None:
    """`site/` redirects to `site/en/`, so that a second language can stand beside it."""
    assert 'url=en/"' in (site / "index.html").read_text()
    assert (site / "en/index.html").exists()


def test_every_page_is_built(site: Path) -> None:
    """Each Markdown page has its place in the site."""
    for page in (ROOT / "docs/en").rglob("*.md"):
        stem = page.relative_to(ROOT / "docs/en").with_suffix("")
        built = stem.parent if stem.name == "index" else stem
        assert (site / "en" / built / "index.html").exists(), page


@pytest.mark.parametrize("name", [name for name in linreg.__all__ if name != "__version__"])
def test_the_reference_describes_what_is_imported(site: Path, name: str) -> None:
    """Under each public name stand the arguments that Python finds on it, and no other name."""
    public = getattr(linreg, name)
    page = (site / "en/reference/api/index.html").read_text(encoding="utf-8")
    described = page.partition(f'id="linreg.{name}"')[2].partition("<h2")[0]
    if not inspect.isclass(public):
        code = unescape(re.sub(r"<[^>]*>", "", described.partition("<code>")[2]))
        signature = code.partition("->")[0]
        assert re.findall(r"(\w+): ", signature) == list(inspect.signature(public).parameters)
    members = re.findall(rf'id="linreg\.{name}\.(\w+)"', described)
    assert all(hasattr(public, member) for member in members), members


def test_links_and_anchors_lead_somewhere(site: Path, tags: dict[Path, Tags]) -> None:
    """Every relative link of every page ends at a file of the site, and at an id in it."""
    checked = 0
    for page, found in tags.items():
        if page.name == "404.html":
            continue  # its links are absolute, because it is served at any address
        for link in [*found.links, *found.loads]:
            address = urlparse(link)
            if address.scheme or address.netloc:
                continue
            target = page.parent / unquote(address.path) if address.path else page
            target = target / "index.html" if target.is_dir() else target
            assert target.exists(), f"{page.relative_to(site)} links to {link}"
            if address.fragment and target.suffix == ".html":
                ids = tags[target.resolve()].ids
                assert unquote(address.fragment) in ids, f"{page.relative_to(site)}: {link}"
            checked += 1
    assert checked > 500


def test_nothing_is_loaded_from_another_host(site: Path, tags: dict[Path, Tags]) -> None:
    """No page, style sheet or figure loads anything from elsewhere."""
    for page, found in tags.items():
        for address in found.loads:
            assert not urlparse(address).netloc, f"{page.relative_to(site)} loads {address}"
    for sheet in [*site.rglob("*.css"), *site.rglob("*.svg")]:
        for address in re.findall(r"(?:url\(|@import )[\"']?([^\"')]+)", sheet.read_text()):
            assert not urlparse(address).netloc, f"{sheet.relative_to(site)} loads {address}"


def test_formulas_need_no_script(site: Path) -> None:
    """Formulas are HTML and MathML in the page; nothing of KaTeX's script is published."""
    page = (site / "en/learn/loss/index.html").read_text()
    assert "<math xmlns" in page
    assert 'class="katex-html"' in page
    assert "arithmatex" not in page
    assert not [path for path in site.rglob("*.js") if "katex" in path.name.lower()]
    for html in site.rglob("*.html"):
        assert not re.search(r"<script[^>]*(?:katex|mathjax)", html.read_text(), re.IGNORECASE)


def test_figures_have_size_and_alternative_text(site: Path, tags: dict[Path, Tags]) -> None:
    """Every image says what to see, and reserves its space before it loads."""
    figures = [i for found in tags.values() for i in found.images if i.get("class") == "figure"]
    assert len(figures) >= 12
    for image in figures:
        assert image["alt"], image
        assert image["width"], image
        assert image["height"], image


def test_checks_are_not_published(site: Path) -> None:
    """Guards and invisible checks stay in the source."""
    for html in site.rglob("*.html"):
        text = html.read_text()
        assert "<!--=" not in text
        assert "invisible-code-block" not in text
        assert "--8&lt;--" not in text


PAGE = Path("docs/en/learn/line.md")
LAB = Path("docs/en/lab/first-line.md")
FORMULAS = [
    (PAGE, r"$$ \hat y = w\,x + b $$", r"$$ \hat y = w\,x + \frc{b} $$", r"\frc"),
    (LAB, r"(y - \hat y)^2", r"(y - \hatt y)^2", r"\hatt"),
]
INCLUDES = [
    (PAGE, "line.py:rides", "line.py:ride", "no section 'ride'"),
    (PAGE, "learn/line/error.txt", "learn/line/eror.txt", "learn/line/error.txt"),
    (LAB, "first-line.py:step", "first-line.py:stop", "no section 'stop'"),
]
WRONG_LINKS = [
    (PAGE, "[tensors](tensors.md)", "[tensors](tensor.md)", "'tensor.md'"),
    (PAGE, "glossary.md#feature", "glossary.md#featur", "#featur'"),
    (LAB, "../learn/loop.md", "../learn/lop.md", "learn/lop.md"),
    (LAB, "glossary.md#target", "glossary.md#targt", "#targt'"),
]


def spoil(file: Path, sound: str, broken: str) -> str:
    """Break one thing in a file; how the build calls that file."""
    text = file.read_text(encoding="utf-8")
    assert sound in text
    file.write_text(text.replace(sound, broken, 1), encoding="utf-8")
    return f"{file.parent.name}/{file.name}"


@pytest.mark.parametrize(("file", "sound", "broken", "message"), FORMULAS)
def test_a_broken_formula_does_not_build(
    copy: Path, file: Path, sound: str, broken: str, message: str
) -> None:
    """A bad formula stops the build, which names the page or the lab."""
    name = spoil(copy / file, sound, broken)
    done = build(copy, copy / "site")
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
    assert name in done.stdout + done.stderr


def test_a_broken_include_does_not_build(copy: Path) -> None:
    """Each include that leads nowhere is named, with its page and line."""
    told = [(spoil(copy / file, *change), message) for file, *change, message in INCLUDES]
    done = build(copy, copy / "site")
    assert done.returncode != 0
    lines = (done.stdout + done.stderr).split("\n")
    for name, message in told:
        assert [line for line in lines if f"{name}:" in line and message in line], (name, message)


def test_a_wrong_link_does_not_build(copy: Path) -> None:
    """Each bad link and anchor, and each page out of reach, is named with its page."""
    (copy / "docs/en/learn/lost.md").write_text("# Where am I? { #lost }\n")
    told = [("learn/lost.md", 'not included in the "nav"')]
    for file, sound, broken, message in WRONG_LINKS:
        told.append((spoil(copy / file, sound, broken), message))
    done = build(copy, copy / "site")
    assert done.returncode != 0
    lines = (done.stdout + done.stderr).split("WARNING")
    for name, message in told:
        assert [line for line in lines if name in line and message in line], (name, message)
