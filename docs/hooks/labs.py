"""Publish the labs: notebooks that mkdocs-jupyter renders, in the look of the other pages.

A lab is a `py:percent` script beside the pages. The tests run it (see verify_labs.py) and keep the
executed notebook under examples/out; the build reads that notebook, and runs nothing.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

import notebooks
import pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page, _RelativePathTreeprocessor
from mkdocs_jupyter.config import settings  # type: ignore[import-untyped]

LABS = pages.PAGES / "lab"
ACCEPTED = pages.OUT / "lab"
TEMPLATES = Path(__file__).with_name("templates")

CODE = re.compile(
    r'<div class="highlight-ipynb[^"]*">\s*<pre><span></span>(?P<code>.*?)\n?</pre></div>\s*'
    r'<div class="clipboard-copy-txt"[^>]*>.*?</div>\s*',
    re.S,
)
PERMALINK = re.compile(r'<a class="anchor-link" href="(?P<href>[^"]*)">¶</a>')
LITERAL = re.compile(r"(<pre\b.*?</pre>|<code\b.*?</code>|<[^>]+>)", re.S)
MATH = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.S)


def add_files(root: Path, files: Files, config: MkDocsConfig) -> None:
    """Put the accepted notebooks, and the figures they hold, among the files of the site.

    Raises:
        FileNotFoundError: If a lab was never accepted.
    """
    settings.templates_dir = str(TEMPLATES)
    for script in sorted((root / LABS).glob("*.py")):
        path = root / ACCEPTED / f"{script.stem}.ipynb"
        if not path.exists():
            raise FileNotFoundError(f"{path.relative_to(root)} does not exist: run pytest --accept")
        uri, folder = f"lab/{path.name}", str(root / pages.OUT)
        files.append(File(uri, folder, config.site_dir, config.use_directory_urls))
        for number, svg in enumerate(figures(json.loads(path.read_text(encoding="utf-8"))), 1):
            uri = f"lab/{script.stem}/figure-{number}.svg"
            files.append(File.generated(config, uri, content=svg))


def source(root: Path, page: Page) -> Path:
    """What a page is written in, relative to the project: of a lab, its script."""
    path = Path(page.file.abs_src_path or "")
    return LABS / f"{path.stem}.py" if path.suffix == ".ipynb" else path.relative_to(root)


def figures(notebook: dict[str, Any]) -> list[str]:
    """The SVGs of a notebook, in order."""
    return [
        output["data"]["image/svg+xml"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if output["output_type"] == "display_data"
    ]


def publish(page: Page, site: notebooks.Site) -> None:
    """Write the notebook to download beside the page, its links made to work from anywhere."""
    source = page.file.src_uri
    read = json.loads(Path(page.file.abs_src_path or "").read_text(encoding="utf-8"))
    title, description = heading(read)
    for cell in read["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = notebooks.linked(
                cell["source"], lambda target: notebooks.absolute(source, target, site.url)
            )
    made = notebooks.assemble([notebooks.preamble(title, source, site), *read["cells"]])
    folder = Path(page.file.abs_dest_path).parent
    page.meta["notebook"] = notebooks.write(made, folder / f"{Path(source).stem}.ipynb")
    page.meta.update(title=title, description=description)


def heading(notebook: dict[str, Any]) -> tuple[str, str]:
    """The title of a lab, and its first paragraph."""
    title, first, *_ = notebook["cells"][0]["source"].split("\n\n")
    return title.removeprefix("# "), first.replace("\n", " ")


def content(body: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """What mkdocs-jupyter rendered, as the site's other pages are written."""
    body = body.partition("<style>")[0]
    body = CODE.sub(
        r'<div class="highlight"><pre><span></span><code>\g<code>\n</code></pre></div>', body
    )
    body = PERMALINK.sub(
        r'<a class="headerlink" href="\g<href>" title="Link to this heading">&para;</a>', body
    )
    shown = figures(json.loads(Path(page.file.abs_src_path or "").read_text(encoding="utf-8")))
    folder = "" if config.use_directory_urls else f"{Path(page.file.src_uri).stem}/"
    for number, svg in enumerate(shown, 1):
        width, height = size(svg)
        name = f"figure-{number}.svg"
        body = body.replace(
            f'src="{name}"', f'width="{width}" height="{height}" src="{folder}{name}"'
        )
    parts = LITERAL.split(body)
    parts[::2] = [MATH.sub(_marked, part) for part in parts[::2]]
    return _linked("".join(parts), page, config, files)


def size(svg: str) -> tuple[int, int]:
    """Width and height of a figure, in its own units."""
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg[:2000])
    assert box, "a figure without a viewBox"
    return round(float(box[1])), round(float(box[2]))


def _marked(formula: re.Match[str]) -> str:
    """A formula as arithmatex marks it, for the typesetter."""
    if formula["display"]:
        return f'<div class="arithmatex">\\[{formula["display"]}\\]</div>'
    return f'<span class="arithmatex">\\({formula["inline"]}\\)</span>'


def _linked(body: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Resolve and check links as MkDocs does for Markdown: a broken one fails the strict build."""
    resolver = _RelativePathTreeprocessor(page.file, files, config)

    def link(match: re.Match[str]) -> str:
        url = resolver.path_to_url(html.unescape(match["url"]))
        return f'<a{match["before"]}href="{html.escape(url)}"'

    body = re.sub(r'<a(?P<before>[^>]*? )href="(?P<url>[^"]*)"', link, body)
    page.links_to_anchors = resolver.links_to_anchors
    page.present_anchor_ids = set(re.findall(r'\bid="([^"]+)"', body))
    return body
