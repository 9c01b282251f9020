"""All that leans on private parts of MkDocs, Material and mkdocs-jupyter, which may change.

Each says why it is there, and one that no longer finds its place stops the build.
"""

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from jinja2 import ChoiceLoader, DictLoader, Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs_jupyter.config import settings  # type: ignore[import-untyped]

TEMPLATES = {
    "base.html": {
        # The text is read before the script comes.
        r"<script src=(?=\"\{\{ 'assets/javascripts/bundle\.)": "<script defer src=",
    },
    "partials/nav-item.html": {
        # Nu: the empty string is not an integer.
        r' tabindex="\{\{ tabindex \}\}"': '{% if tabindex %} tabindex="{{ tabindex }}"{% endif %}',
    },
    "partials/search.html": {
        # axe, aria-dialog-name: a dialog has a name.
        r' role="dialog"': """ role="dialog" aria-label="{{ lang.t('search') }}\"""",
    },
}
"""What is wrong in Material's templates, as patterns, and what is right."""
NEVER_ASKED = ("assets/javascripts/lunr/*", "assets/stylesheets/palette.*", "*.map")
"""What Material publishes for other sites, other languages and its own developers."""
WORKER = "assets/javascripts/workers/search.*.min.js"
PUBLISH = Path(__file__).with_name("publish")
NOTEBOOKS = PUBLISH / "templates"
"""How mkdocs-jupyter writes a lab."""


def repair(env: Environment) -> None:
    """Mend the templates, before any page is made of them.

    Raises:
        PluginError: If one no longer holds what is to be mended.
    """
    assert env.loader
    mended = {}
    for name, repairs in TEMPLATES.items():
        text = env.loader.get_source(env, name)[0]
        for wrong, right in repairs.items():
            text, count = re.subn(wrong, right, text)
            if not count:
                raise PluginError(f"{name} no longer holds {wrong}: see {Path(__file__).name}")
        mended[name] = text
    env.loader = ChoiceLoader([DictLoader(mended), env.loader])


def choose_sheets(config: MkDocsConfig) -> None:
    """Take mkdocstrings' sheet from the pages that it is not for: main.html links to it."""
    config.extra_css.remove("assets/_mkdocstrings.css")


def choose_templates() -> None:
    """Let mkdocs-jupyter write notebooks with our templates."""
    assert hasattr(settings, "templates_dir"), "mkdocs-jupyter has its templates elsewhere"
    settings.templates_dir = str(NOTEBOOKS)


def choose_files(files: Files, config: MkDocsConfig) -> None:
    """Leave out what no reader asks for; let our worker bring Material's when one searches.

    Raises:
        PluginError: If Material has no files of these names.
    """
    for name in (*NEVER_ASKED, WORKER):
        found = [file for file in files if fnmatch(file.src_uri, name)]
        if not found:
            raise PluginError(f"no file matches {name}: see {Path(__file__).name}")
        for file in found:
            files.remove(file)
    # The last one is the worker.
    uri, theirs = file.src_uri, str(file.abs_src_path)
    for name, source in (
        (Path(uri).name, PUBLISH / "search.js"),
        ("ask.js", PUBLISH / "ask.js"),
        ("theme.js", theirs),
    ):
        there = Path(uri).with_name(name).as_posix()
        files.append(File.generated(config, there, abs_src_path=str(source)))


def split_index(config: MkDocsConfig) -> None:
    """Part the search index, which each page loads, from its documents, which our worker loads.

    The edition without a server keeps them together: a page opened from a file may not load data.
    """
    if "material/offline" in config.plugins:
        return
    path = Path(config.site_dir) / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    documents, index["docs"] = index["docs"], []
    for name, part in ((path.name, index), ("documents.json", documents)):
        path.with_name(name).write_text(json.dumps(part, separators=(",", ":")), encoding="utf-8")


@dataclass
class Rendered:
    """A page once its Markdown is HTML and its references are resolved."""

    content: str | None
    toc: TableOfContents
    ids: set[str] | None
    links: dict[str, dict[str, str]]
    """Links to anchors: the page they lead to, the anchor, and the link as it was written."""


def rendered(page: Page) -> Rendered:
    """What `page` has become."""
    links = {file.src_uri: at for file, at in (page.links_to_anchors or {}).items()}
    return Rendered(page.content, page.toc, page.present_anchor_ids, links)


def restore(page: Page, kept: Rendered) -> None:
    """Let `page` render to what it became before."""

    def render(config: MkDocsConfig, files: Files) -> None:
        page.content, page.toc, page.present_anchor_ids = kept.content, kept.toc, kept.ids
        page.links_to_anchors = {files.src_uris[uri]: at for uri, at in kept.links.items()}

    page.render = render  # type: ignore[method-assign]
