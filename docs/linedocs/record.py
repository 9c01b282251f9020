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
    for page in passed:
        run = [fingerprint(root, page), torch.partition("+")[0], date.today().isoformat()]
        kept[page.as_posix()] = run
    (root / FILE).parent.mkdir(exist_ok=True)
    (root / FILE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def sentence(page: Page) -> str:
    """What was run of a page and compared, with which torch, on which day; empty if unknown."""
    root, words = page.edition.root, page.edition.words
    kept = json.loads((root / FILE).read_text("utf-8")) if (root / FILE).exists() else {}
    of, torch, day = kept.get(page.path.as_posix(), ("", "", ""))
    blocks = [block for block in page.blocks if block.kind != "check"]
    if not blocks or not of or of != fingerprint(root, page.path):
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


def fingerprint(root: Path, page: Path) -> str:
    """A digest of everything that the tests of a page depend on."""
    edition = shared.of(root, page)
    stem, source = edition.stem(page), edition.source or edition
    folders = (shared.OUT / stem, LIBRARY, shared.EXAMPLES)
    found = [page, source.page(stem), shared.example(stem)]
    for folder, pattern in zip(folders, ("**/*", "**/*", "*.py"), strict=True):
        inside = (path.relative_to(root) for path in (root / folder).glob(pattern))
        found += sorted(path for path in inside if "__pycache__" not in path.parts)
    digest = hashlib.sha256()
    for path in found:
        if (root / path).is_file():
            digest.update(f"{path.as_posix()}\n".encode() + (root / path).read_bytes())
    return digest.hexdigest()
