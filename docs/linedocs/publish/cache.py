"""Keep what a build rendered for the next one, which renders only what has changed since.

With nothing kept, two processes share the rendering.
"""

import hashlib
import logging
import multiprocessing
import os
import pickle
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mkdocs.commands.build import _populate_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils import CountHandler

from linedocs import record
from linedocs.publish.search import Entry

FILE = Path(".cache/rendered.pickle")
BUILDERS = ("mkdocs*.yml", "requirements.lock", "docs/hook.py", "docs/linedocs/**/*.*")
"""A change in one of these changes what any page may become."""


@dataclass
class Rendered:
    """A page once its Markdown is HTML and its references are resolved."""

    digest: str
    content: str
    toc: TableOfContents
    title: str | None
    ids: set[str] | None
    links: dict[str, dict[str, str]]
    """Links to anchors: the page they lead to, the anchor, and the link as it was written."""
    entries: list[Entry]
    sections: list[Entry] | None
    """What search found under its headings."""


_build: "tuple[Kept, MkDocsConfig, Files]"


class Kept:
    """What earlier builds made: pages by configuration and source, formulas, style sheets."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages: dict[tuple[str, str], Rendered] = {}
        self.formulas: dict[tuple[str, bool], str] = {}
        self.sheets: dict[str, str] = {}
        self.entries: dict[str, list[Entry]] = {}
        """What search finds on each page of this build, beside its headings."""
        self.sections: dict[str, list[Entry]] = {}
        """What search finds under its headings."""
        self.sources: dict[str, Path] = {}
        """What each page of this build is written in, relative to the root."""
        self.warned = CountHandler(level=logging.WARNING)
        self._awaited: dict[str, Future[Rendered | None]] = {}
        self._digests: dict[str, str] = {}

    def open(self, config: MkDocsConfig, files: Files) -> None:
        """Read what was kept; nothing, if what renders it has changed."""
        digest = hashlib.sha256()
        for path in sorted(path for pattern in BUILDERS for path in self.root.glob(pattern)):
            digest.update(f"{path.name}\n".encode() + path.read_bytes())
        self._builder, self._config = digest.hexdigest(), Path(config.config_file_path).name
        self._uris = "\n".join(sorted(file.src_uri for file in files))
        self.pages, self.formulas, self.sheets = {}, {}, {}
        self.entries, self.sections = {}, {}
        logging.getLogger("mkdocs").addHandler(self.warned)
        if (self.root / FILE).exists():
            builder, *kept = pickle.loads((self.root / FILE).read_bytes())
            if builder == self._builder:
                self.pages, self.formulas, self.sheets = kept

    def share(self, config: MkDocsConfig, files: Files) -> None:
        """With nothing kept, let a second process render half of the pages.

        The reference, the heaviest, is left to the first, and the labs, rendered last, are not.
        """
        forks = "fork" in multiprocessing.get_all_start_methods()
        if self.pages or not forks or threading.active_count() > 1:
            return
        pages = [file.src_uri for file in files.documentation_pages() if file.page]
        half = [uri for uri in pages[len(pages) // 2 :] if uri != "reference/api.md"]
        context = multiprocessing.get_context("fork")
        pool = ProcessPoolExecutor(1, context, _begin, (self, config, files))
        self._awaited = {uri: pool.submit(_render, uri) for uri in half}
        pool.shutdown(wait=False)

    def find(self, page: Page) -> None:
        """Let `page`, if it was kept as it is now, render from that."""
        uri = page.file.src_uri
        if (awaited := self._awaited.pop(uri, None)) and (made := awaited.result()):
            self.pages[self._config, uri] = made
        kept, digest = self.pages.get((self._config, uri)), self._digest(page)
        self._digests[uri] = digest
        if kept is None or kept.digest != digest:
            return

        def render(config: MkDocsConfig, files: Files) -> None:
            page.content, page.toc = kept.content, kept.toc
            page._title_from_render, page.present_anchor_ids = kept.title, kept.ids
            page.links_to_anchors = {files.src_uris[uri]: at for uri, at in kept.links.items()}

        page.render = render  # type: ignore[method-assign]
        self.entries[uri] = kept.entries
        if kept.sections:
            self.sections[uri] = kept.sections

    def take(self, page: Page) -> Rendered:
        """Keep what `page` has become."""
        made = self.pages[self._config, page.file.src_uri] = Rendered(
            self._digests[page.file.src_uri],
            page.content or "",
            page.toc,
            page._title_from_render,
            page.present_anchor_ids,
            {file.src_uri: at for file, at in (page.links_to_anchors or {}).items()},
            self.entries[page.file.src_uri],
            self.sections.get(page.file.src_uri),
        )
        return made

    def search(self, page: Page, index: list[Entry]) -> None:
        """Give search what it read on `page` before, or keep what it has read now."""
        uri = page.file.src_uri
        if uri in self.sections:
            index += self.sections[uri]
        else:
            made = [entry for entry in index if entry["location"].partition("#")[0] == page.url]
            self.pages[self._config, uri].sections = made

    def close(self) -> None:
        """Write what was kept, unless the build warned: the next one shall warn again."""
        logging.getLogger("mkdocs").removeHandler(self.warned)
        if not self.warned.get_counts():
            (self.root / FILE).parent.mkdir(exist_ok=True)
            made = (self._builder, self.pages, self.formulas, self.sheets)
            written = self.root / FILE.with_suffix(f".{os.getpid()}")
            written.write_bytes(pickle.dumps(made))
            written.replace(self.root / FILE)  # at once: another build may be reading

    def _digest(self, page: Page) -> str:
        """A digest of what a page is made from, and of all that it may link to."""
        made_from = record.fingerprint(self.root, self.sources[page.file.src_uri])
        return hashlib.sha256((made_from + self._uris).encode()).hexdigest()


# In the second process, which says nothing: the first renders what it is not sent, and speaks.


def _begin(kept: Kept, config: MkDocsConfig, files: Files) -> None:
    global _build
    _build = kept, config, files
    kept._awaited = {}
    logging.getLogger("mkdocs").handlers = [kept.warned]
    logging.getLogger("mkdocs").propagate = False


def _render(uri: str) -> Rendered | None:
    kept, config, files = _build
    file = files.src_uris[uri]
    assert file.page
    try:
        _populate_page(file.page, config, files)
    except Exception:
        return None
    env = config.theme.get_env()
    config.plugins["autorefs"].on_env(env, config=config, files=Files([file]))
    return None if kept.warned.get_counts() else kept.take(file.page)
