"""Every page as a notebook: valid, complete, and it runs."""

import doctest
from pathlib import Path
from typing import Any

import nbformat
import pytest
from linedocs.contract import compare, tree
from linedocs.contract.edition import Edition
from linedocs.publish import notebook as notebooks
from linedocs.publish import writer
from nbclient import NotebookClient

from tests.support.project import ROOT, drawing

SITE = notebooks.Site("https://example.org/en/", "https://example.org/repository")
LEFT_OUT = (
    "--8<--", "{ #", "{ .", "!!!", "???", "///", "<!--", "-figure>", "](../", ".md)", ".svg)",
)  # fmt: skip
"""What only the site understands."""
PAGES = {
    page.stem.as_posix(): page
    for page in tree.edition(Edition(ROOT))
    if any(block.kind != "check" for block in page.blocks)
}


def made(stem: str, site: notebooks.Site = SITE) -> dict[str, Any]:
    return notebooks.download(PAGES[stem], site)


def cells(notebook: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("stem", PAGES)
def test_a_notebook_is_the_page(stem: str) -> None:
    """It is valid, and has the page's code, outputs and figures, in order, and its prose."""
    notebook = made(stem)
    nbformat.validate(nbformat.from_dict(notebook))
    code = "\n".join(cell["source"] for cell in cells(notebook, "code"))
    shown = [output for cell in cells(notebook, "code") for output in cell["outputs"]]
    assert not writer.SHARED.search(code), "a reader of the notebook has no examples"
    position = 0
    for block in PAGES[stem].blocks:
        if block.kind == "section":
            own = writer.SHARED.sub("", block.code).strip("\n")
            position = code.index(own, position) + 1
            assert not block.shown or (ROOT / block.shown).read_text() in [
                output.get("text") for output in shown
            ]
            assert not block.figure or (ROOT / block.figure).read_text() in [
                output.get("data", {}).get("image/svg+xml") for output in shown
            ]
    prose = "\n".join(cell["source"] for cell in cells(notebook, "markdown"))
    for formula in PAGES[stem].formulas:
        assert formula.text in prose
    for left in LEFT_OUT:
        assert left not in prose, left


@pytest.mark.parametrize("stem", PAGES)
def test_the_built_page_offers_it(stem: str, site: Path) -> None:
    """The page has a button that downloads the file, which lies beside it."""
    folder = site / "en" / ("" if stem == "index" else stem)
    name = f"{Path(stem).name}.ipynb"
    assert f'<a href="{name}" download title="Download this page as a notebook"' in (
        folder / "index.html"
    ).read_text(encoding="utf-8")
    nbformat.validate(nbformat.read(folder / name, as_version=4))


LONGEST = max(PAGES, key=lambda stem: len(PAGES[stem].blocks))


@pytest.mark.parametrize("stem", [LONGEST, "learn/backward", "lab/hubble"])
def test_a_downloaded_notebook_runs(stem: str, site: Path) -> None:
    """Run by Jupyter, a page's notebook and a lab's print and draw what they came with."""
    path = site / "en" / stem / f"{Path(stem).name}.ipynb"
    expected, notebook = (nbformat.read(path, as_version=4) for _ in range(2))
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute(env=drawing())
    for before, after in zip(cells(expected, "code"), cells(notebook, "code"), strict=True):
        where = f"{stem}: {before['source']}"
        assert same(text(before), text(after)), (
            f"{where}\n{compare.diff(text(before), text(after))}"
        )
        assert compare.same_figure(drawn(before), drawn(after)), where


def same(shown: str, printed: str) -> bool:
    checker = doctest.OutputChecker()
    return checker.check_output(shown + "\n", printed + "\n", doctest.ELLIPSIS)


def text(cell: dict[str, Any]) -> str:
    """What a cell said, by whatever way, without the space that nobody sees at a line's end."""
    said = ""
    for output in cell["outputs"]:
        said += output.get("text", "")
        if output["output_type"] == "execute_result":
            said += output["data"]["text/plain"] + "\n"
        if output["output_type"] == "error":
            said += f"{output['ename']}: {output['evalue']}\n"
    return "\n".join(line.rstrip() for line in said.rstrip("\n").split("\n"))


def drawn(cell: dict[str, Any]) -> str:
    return "".join(output.get("data", {}).get("image/svg+xml", "") for output in cell["outputs"])


def test_the_same_page_gives_the_same_bytes() -> None:
    """A rebuild changes nothing, so a published notebook changes only with its page."""
    assert nbformat.writes(made("learn/line")) == nbformat.writes(made("learn/line"))


def test_it_says_what_to_install() -> None:
    """The first cell names the page and one command, for wherever the site is."""
    first = made("learn/line")["cells"][0]["source"]
    assert "(https://example.org/en/learn/line/)" in first
    assert 'pip install "linreg[examples] @ git+https://example.org/repository"' in first
    assert 'pip install ".[examples]"' in made("learn/line", notebooks.Site())["cells"][0]["source"]


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("tensors.md", "https://example.org/en/learn/tensors/"),
        ("../reference/glossary.md#leaf", "https://example.org/en/reference/glossary/#leaf"),
        ("../lab/hubble.md", "https://example.org/en/lab/hubble/"),
        ("../index.md", "https://example.org/en/"),
        ("#residual", "https://example.org/en/learn/line/#residual"),
        ("https://pytorch.org/", "https://pytorch.org/"),
    ],
)
def test_links_lead_to_the_site(target: str, url: str) -> None:
    """A link works from wherever the notebook was saved; without an address it is left as text."""
    page = PAGES["learn/line"]
    assert notebooks.address(page, target, SITE.url) == url
    assert notebooks.address(page, target, "") == (target if target.startswith("https:") else "")
