"""What the tests have proven of each page: they write it down, and the build shows it.

A proof names what it holds for. Once the page, its example, an output or the library has changed,
it is no longer shown, until the tests have run again.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pages

FILE = Path(".cache/proof.json")
LIBRARY = Path("src/linreg")

Counts = dict[str, int]


def count(page: pages.Page) -> Counts:
    """How much of a page was run, and how much of what it shows was compared."""
    code = [block for block in page.blocks if block.kind != "check"]
    return {
        "block": len(code),
        "output": sum(block.shown is not None or block.kind == "session" for block in code),
        "figure": sum(block.figure is not None for block in code),
        "number": len(page.guards),
    }


def write(root: Path, ran: Iterable[Path], proven: dict[Path, Counts], torch: str) -> None:
    """Keep the proof of the pages that passed, and drop that of those that ran and did not.

    Args:
        root: The project.
        ran: Pages, relative to `root`, of which anything ran.
        proven: Those of them of which everything passed.
        torch: The version of torch that they ran on.
    """
    kept = _read(root)
    for page in ran:
        kept.pop(page.as_posix(), None)
    for page, counts in proven.items():
        kept[page.as_posix()] = {
            "holds for": fingerprint(root, page),
            "counts": counts,
            "torch": torch.partition("+")[0],
            "day": date.today().isoformat(),
        }
    (root / FILE).parent.mkdir(exist_ok=True)
    (root / FILE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def sentence(root: Path, page: Path) -> str:
    """What was proven of the page at `page` (relative to `root`); empty if nothing holds."""
    proof = _read(root).get(page.as_posix())
    if not proof or not proof["counts"]["block"] or proof["holds for"] != fingerprint(root, page):
        return ""
    blocks, *shown = (
        f"{number} {name}{'s' * (number != 1)}" for name, number in proof["counts"].items()
    )
    shown = [said for said in shown if not said.startswith("0 ")]
    *first, last = shown or ["nothing"]
    listed = f"{', '.join(first)} and {last}" if first else last
    day = date.fromisoformat(proof["day"])
    return (
        f"Proven: {blocks} of code ran on torch {proof['torch']} on {day.day} {day:%B %Y}, "
        f"and {listed} came out as shown."
    )


def fingerprint(root: Path, page: Path) -> str:
    """A digest of everything that the proof of a page depends on."""
    stem = page.relative_to(pages.PAGES).with_suffix("")
    found = [page, pages.EXAMPLES / stem.with_suffix(".py"), pages.OUT / stem.with_suffix(".ipynb")]
    for folder in (pages.OUT / stem, LIBRARY):
        inside = (path for path in (root / folder).rglob("*") if "__pycache__" not in path.parts)
        found += sorted(path.relative_to(root) for path in inside)
    digest = hashlib.sha256()
    for path in found:
        if (root / path).is_file():
            digest.update(f"{path.as_posix()}\n".encode() + (root / path).read_bytes())
    return digest.hexdigest()


def _read(root: Path) -> dict[str, Any]:
    path = root / FILE
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return kept
