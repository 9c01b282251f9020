"""Corrupt a copy of the project, one thing at a time: every corruption must be caught.

The checks that `make test` runs for a place are run on the copy: pytest for a page, then the strict
build. First nothing is corrupted: each page that is drawn goes the same way with nothing changed,
and must come out sound.
"""

import os
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from .checks import Crash, caught_by
from .corruption import Corruption, draw, nothing
from .kinds import ROOT

COPIED = ("checks", "docs", "examples", "src", "tests")
COPIED_FILES = ("conftest.py", "pyproject.toml", "mkdocs.yml")
SEED = 20261122


def make_copy(folder: Path) -> Path:
    """A copy of what the checks read."""
    ignored = shutil.ignore_patterns("__pycache__")
    for part in COPIED:
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    for part in COPIED_FILES:
        shutil.copy(ROOT / part, folder / part)
    return folder


def spoil(copies: "SimpleQueue[Path]", corruption: Corruption) -> str:
    """Put one corruption into a copy, see which check notices it, and take it back."""
    copy = copies.get()
    (copy / corruption.path).write_text(corruption.spoilt)
    try:
        by, fault = caught_by(copy, corruption.page)
    except Crash as crash:
        by, fault = "crashed", str(crash)
    (copy / corruption.path).write_text(corruption.sound)
    copies.put(copy)
    print(f"{by or 'escaped':8} {corruption}\n{'':8} {fault}", flush=True)
    return by or "escaped"


def main() -> int:
    """Run the drill; the exit status is 1 if anything escapes."""
    corruptions = list(draw(SEED))
    controls = [nothing(page) for page in sorted({each.page for each in corruptions})]
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            copies.put(make_copy(Path(folder) / str(number)))
        sound = Counter(pool.map(lambda each: spoil(copies, each), controls))
        print(f"\n{sound['escaped']} of {len(controls)} controls escaped; all must\n")
        if sound["escaped"] < len(controls):
            return 1
        found = Counter(pool.map(lambda each: spoil(copies, each), corruptions))
    by = ", ".join(f"{found[check]} by the {check}" for check in ("pages", "build"))
    missed = found["escaped"] + found["crashed"]
    print(f"\n{len(corruptions) - missed} of {len(corruptions)} corruptions caught: {by}")
    print(
        f"{found['escaped']} escaped; {found['crashed']} made a check crash, which catches nothing"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
