"""What one build knows of its pages: what the last one kept of them, and what the next shall."""

import hashlib
import logging
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import CountHandler

from linedocs import material, record
from linedocs.contract.page import Page as Read
from linedocs.publish.cache import Cache, builder
from linedocs.publish.search import Asked, Entry

WARNED = CountHandler(level=logging.WARNING)
logging.getLogger(MkDocsConfig.__module__.partition(".")[0]).addHandler(WARNED)


class Build:
    """The memory of one build; pages are named by their source."""

    def __init__(
        self, root: Path, config: MkDocsConfig, files: Files, reads: dict[str, Read]
    ) -> None:
        """Begin with what the last build of this configuration kept."""
        self.reads = reads
        name = Path(config.config_file_path).with_suffix(".pickle").name
        self.cache = Cache(root / ".cache" / name, builder(root))
        self.formulas: dict[tuple[str, bool], str] = self.cache.get("formulas", "") or {}
        self.entries: dict[str, list[Entry]] = {}
        """What search finds on a page, beside its headings."""
        self.asked: Asked = {}
        self.restored: set[str] = set()
        self._uris = "\n".join(sorted(file.src_uri for file in files))
        self.fingerprint = record.Fingerprints(root)
        self._warned = WARNED.get_counts()

    def restore(self, page: Page) -> None:
        """Let a page that was kept as it is now render from that."""
        uri = page.file.src_uri
        if kept := self.cache.get(uri, self._digest(page)):
            rendered, self.entries[uri] = kept
            material.restore(page, rendered)
            self.restored.add(uri)

    def keep(self, page: Page) -> None:
        """Keep what a page has become."""
        uri = page.file.src_uri
        kept = material.rendered(page), self.entries[uri]
        self.cache.put(uri, self._digest(page), kept)

    def end(self) -> None:
        """Write what was kept, unless the build warned: the next one shall warn again."""
        if WARNED.get_counts() == self._warned:
            self.cache.put("formulas", "", self.formulas)
            self.cache.write()

    def _digest(self, page: Page) -> str:
        """A digest of what a page is made from, and of all that it may link to."""
        made_from = self.fingerprint(self.reads[page.file.src_uri].path)
        return hashlib.sha256((made_from + self._uris).encode()).hexdigest()
