"""One palette: the style sheet has it, figures are drawn in it, and all of it can be read."""

import re
from pathlib import Path

import material
import pytest
from linedocs.backend import COLOUR, MEANINGS, PALETTE

from tests.support.project import ROOT

GROUNDS = ("paper", "wash")
DECORATION = "rule"
SHEET = ROOT / "docs/theme/assets/site.css"
UNUSED = {
    "--md-code-hl-color--light",  # a marked line of code
    "--md-shadow-z1",  # a field of a form
    "--md-typeset-kbd-accent-color",  # a key
    "--md-typeset-kbd-border-color",
    "--md-typeset-kbd-color",
}
"""Colours of what no page has."""
HEX = re.compile(r"#[0-9a-f]{6}\b")


def luminance(colour: str) -> float:
    """How light a colour is, as WCAG 2.2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", sorted({*PALETTE} - {*GROUNDS, DECORATION}))
def test_a_colour_can_be_read(name: str, scheme: int) -> None:
    """Text in it has the contrast that WCAG asks for, 4.5, on paper and behind code."""
    for ground in GROUNDS:
        pair = luminance(PALETTE[name][scheme]), luminance(PALETTE[ground][scheme])
        assert (max(pair) + 0.05) / (min(pair) + 0.05) >= 4.5, ground


def test_figures_are_drawn_in_the_palette() -> None:
    """An accepted figure holds the shades of the style sheet, and no colour beside them."""
    figures = sorted((ROOT / "examples/out").rglob("*.svg"))
    assert len(figures) > 30
    for figure in figures:
        text = figure.read_text(encoding="utf-8")
        style = text[text.index("<style>") : text.index("</style>")]
        light, dark = (dict(re.findall(r"--(\w+):(#\w+)", part)) for part in style.split("@media"))
        assert {name: (light[name], dark[name]) for name in light}.items() <= PALETTE.items(), (
            figure
        )
        assert not HEX.search(text.replace(style, "")), figure
        assert set(re.findall(r"var\(--(\w+)\)", text)) <= light.keys(), figure


def test_what_draws_names_only_colours_with_a_meaning() -> None:
    """A colour of matplotlibrc or of an example is one that figures translate."""
    sources = [ROOT / "docs/linedocs/matplotlibrc", *sorted((ROOT / "examples").rglob("*.py"))]
    used = set()
    for source in sources:
        text = source.read_text(encoding="utf-8")
        used |= {f"#{colour}" for colour in re.findall(r"(?:color: |#)([0-9a-f]{6})\b", text)}
    assert len(used) >= 3
    assert used <= MEANINGS.keys()


def test_the_sheet_names_each_colour_once() -> None:
    """A second line for a name would change the page and not the figures."""
    text = SHEET.read_text(encoding="utf-8")
    assert len(COLOUR.findall(text)) == len(PALETTE) == 10
    assert all(len(re.findall(rf"--{name}:", text)) == 1 for name in PALETTE if name != "paper")


def test_the_sheet_has_every_colour_that_the_theme_has_for_the_dark() -> None:
    """Material's own dark scheme is left out: what it says of a page, the style sheet says."""
    dark = re.findall(r"\[data-md-color-scheme=slate\][^{]*\{([^}]*)\}", sheet("palette"))
    named = set(re.findall(r"(--md-[\w-]+):", "".join(dark)))
    ours = set(re.findall(r"(--md-[\w-]+):", SHEET.read_text(encoding="utf-8")))
    used = set(re.findall(r"var\((--md-[\w-]+)[),]", sheet("main")))
    assert len(named) > 20
    left = {name for name in named - ours if not re.search(rf"{name}: ?var\(", sheet("main"))}
    assert left & used == UNUSED


def sheet(name: str) -> str:
    """A style sheet of Material's."""
    (path,) = (Path(material.__file__).parent / "templates/assets/stylesheets").glob(
        f"{name}.*.css"
    )
    return path.read_text(encoding="utf-8")
