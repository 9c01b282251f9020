"""The figures come as plain scripts, which also wake in a page opened from a file."""

import re
from pathlib import Path
from typing import Any

import pytest
from linedocs.publish import bundle

from tests.support.gallery import ASSETS, NAMES, html


def scripts(html: str) -> list[str]:
    """What `wake` adds to a page."""
    woken = bundle.wake(html, "../")
    assert woken.startswith(html)
    return re.findall(r'<script defer src="\.\./assets/(.+?)\.js"></script>', woken)


def test_pages_get_what_they_hold() -> None:
    """A figure before the first section is loaded at once, once; another when it comes near."""
    line, graph = "<line-figure></line-figure>", '<graph-figure state="w:0"></graph-figure>'
    assert scripts("<p>No figure.</p><h2>Nor here.</h2>") == []
    assert scripts(f"{line}<p>And again:</p>{line}<h2>Then</h2>") == ["figures/line-figure"]
    assert scripts(f"<h2>First</h2>{line}{graph}{line}") == ["near"]
    assert scripts(f"{line}<h2>Then</h2>{graph}{line}") == ["figures/line-figure", "near"]


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
