"""The figures come as plain scripts, which also wake in a page opened from a file."""

from pathlib import Path
from typing import Any

import pytest
from linedocs.publish import bundle

from tests.support.gallery import ASSETS, NAMES, html


def test_pages_get_what_they_hold() -> None:
    """A page loads the figures it holds, once each, after its text; another loads nothing."""
    assert bundle.wake("<p>No figure.</p>", "../") == "<p>No figure.</p>"
    page = '<line-figure state="w:0"></line-figure><graph-figure></graph-figure><line-figure>'
    woken = bundle.wake(page, "../../")
    assert woken.startswith(page)
    assert woken.count("<script") == 2
    assert '<script defer src="../../assets/figures/line-figure.bundle.js"></script>' in woken


def test_stray_syntax_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import or export that the bundle does not know is refused, never lost."""
    monkeypatch.setattr(bundle, "FOLDER", tmp_path)
    for source in ('import * as all from "./maths.js";\n', "export default 1;\n"):
        (tmp_path / "odd.js").write_text(source, encoding="utf-8")
        with pytest.raises(ValueError, match=r"odd\.js"):
            bundle.bundle("odd")


@pytest.mark.parametrize("name", NAMES)
def test_bundle_wakes_from_a_file(name: str, chromium: Any, tmp_path: Path) -> None:
    """Opened from a file, without a server, the figure is alive."""
    text = html(name).replace('"/assets/', f'"{ASSETS.as_uri()}/').replace("/still.svg", "")
    script = f'<script type="module" src="{ASSETS.as_uri()}/figures/{name}-figure.js"></script>'
    assert script in text
    (tmp_path / "figure.js").write_text(bundle.bundle(f"{name}-figure"), encoding="utf-8")
    text = text.replace(script, '<script defer src="figure.js"></script>')
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    page = chromium.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator(f"{name}-figure .say").text_content()
    page.locator(f"{name}-figure button").first.click()
    page.wait_for_timeout(300)
    assert errors == []
    page.close()
