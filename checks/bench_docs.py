"""What verifying every page costs, against the floor: running the same examples once.

The floor is one process that executes the example files one after another, imports and drawing
included. The verification is pytest on the pages: the same code, every comparison, every check.
Both run in turn, so that a machine that slows down slows down both.
"""

import statistics
import subprocess
import sys
import time

from linedocs.contract.edition import Edition, example

from checks import ROOT
from tests.support.project import drawing

ROUNDS = 5
FLOOR = """
import contextlib, io, pathlib, sys
for path in sys.argv[1:]:
    code = compile(pathlib.Path(path).read_text(), path, "exec")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, {"__name__": "example"})
"""


def seconds(*arguments: str) -> float:
    """Wall time of one fresh interpreter, in seconds; its output is shown if it fails."""
    command = [sys.executable, *arguments]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=drawing(), capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - start


def main() -> None:
    """Measure both in turn, and print medians and the ratio."""
    edition = Edition(ROOT)
    pages = edition.pages()
    examples = [str(example(edition.stem(page))) for page in pages]
    examples = [path for path in examples if (ROOT / path).exists()]
    runs = [
        (seconds("-c", FLOOR, *examples), seconds("-m", "pytest", "-q", str(edition.folder)))
        for _ in range(ROUNDS)
    ]
    floor, verify = (statistics.median(column) for column in zip(*runs, strict=True))
    ratio = statistics.median(verify / floor for floor, verify in runs)
    print(f"examples, one after another  {floor:6.2f} s   ({len(examples)} files)")
    print(f"verification                 {verify:6.2f} s   ({len(pages)} pages)")
    print(f"ratio                        {ratio:6.2f}     (median of {ROUNDS} pairs; at most 1.25)")


if __name__ == "__main__":
    main()
