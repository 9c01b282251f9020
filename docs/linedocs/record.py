"""Record which pages passed their tests: the tests write it down, and the build shows it.

A record names what it holds for. Once the page, its example, an output or the library has changed,
it is no longer shown, until the tests have run again.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from linedocs.contract import edition as shared
from linedocs.contract.page import Page

FILE = Path(".cache/record.json")
LIBRARY = Path("src/linreg")


def write(root: Path, passed: Iterable[Path], failed: Iterable[Path], torch: str) -> None:
    """Add the pages that passed on this version of torch, and drop those that failed."""
    kept = json.loads((root / FILE).read_text("utf-8")) if (root / FILE).exists() else {}
    for page in failed:
        kept.pop(page.as_posix(), None)
    fingerprint = Fingerprints(root)
    for page in passed:
        run = [fingerprint(page), torch.partition("+")[0], date.today().isoformat()]
        kept[page.as_posix()] = run
    (root / FILE).parent.mkdir(exist_ok=True)
    (root / FILE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def sentence(page: Page, fingerprint: "Fingerprints") -> str:
    """What was run of a page and compared, with which torch, on which day; empty if unknown."""
    root, words = page.edition.root, page.edition.words
    kept = json.loads((root / FILE).read_text("utf-8")) if (root / FILE).exists() else {}
    of, torch, day = kept.get(page.path.as_posix(), ("", "", ""))
    blocks = [block for block in page.blocks if block.kind != "check"]
    if not blocks or not of or of != fingerprint(page.path):
        return ""
    outputs = sum(block.shown is not None or block.kind == "session" for block in blocks)
    figures = sum(block.figure is not None for block in blocks)
    counts = zip(words["shown"], (outputs, figures, len(page.guards)), strict=True)
    *first, last = [_counted(forms, count) for forms, count in counts if count] or [
        words["nothing"]
    ]
    shown = words["and"].join([words["comma"].join(first), last] if first else [last])
    return str(words["proven"]).format(
        block=_counted(words["block"], len(blocks)),
        torch=torch,
        day=words["day"].format(day=date.fromisoformat(day)),
        shown=shown,
    )


def _counted(forms: list[str], count: int) -> str:
    return forms[count != 1].format(count)


class Fingerprints:
    """A digest for each page of everything that its tests depend on, while nothing changes."""

    def __init__(self, root: Path) -> None:
        common = _files(root, LIBRARY, "**/*") + _files(root, shared.EXAMPLES, "*.py")
        self._root, self._common = root, _digest(root, common)
        self._of: dict[Path, str] = {}

    def __call__(self, page: Path) -> str:
        """The digest of one page."""
        if page not in self._of:
            edition = shared.of(self._root, page)
            stem, source = edition.stem(page), edition.source or edition
            own = [page, source.page(stem), shared.example(stem)]
            own += _files(self._root, shared.OUT / stem, "**/*")
            self._of[page] = _digest(self._root, own) + self._common
        return self._of[page]


def _files(root: Path, folder: Path, pattern: str) -> list[Path]:
    inside = (path.relative_to(root) for path in (root / folder).glob(pattern))
    return sorted(path for path in inside if "__pycache__" not in path.parts)


def _digest(root: Path, paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if (root / path).is_file():
            digest.update(f"{path.as_posix()}\n".encode() + (root / path).read_bytes())
    return digest.hexdigest()
