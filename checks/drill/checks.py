"""Ask the checks of `make test` for a fault; a check that crashes has found none."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

TREE = "tests/pages/test_contract.py::test_the_tree_of_this_project_is_sound"
FAULT = re.compile(r"[\w./-]+\.(?:md|py):\d+: [^\n]*")
"""A fault as the contract words it: the file, the line, and what is wrong there."""
LOGGED = re.compile(r"^(?:WARNING|ERROR) +-  ([^\n]*)", re.M)
ABORTED = "Aborted with "
"""How MkDocs ends when it has said all that is wrong; a crash ends in a traceback."""
TIMEOUT = 600
"""Seconds that a check may take."""


class Crash(Exception):
    """A check ended and said nothing of the project: whatever it was, it was not a catch."""


def caught_by(copy: Path, page: str) -> tuple[str, str]:
    """Which check of `make test` finds a fault in the copy, and which fault; empty if none."""
    if fault := found_by_pytest(copy, page, TREE):
        return "pages", fault
    fault = found_by_build(copy)
    return ("build" if fault else ""), fault


def found_by_pytest(copy: Path, *tests: str) -> str:
    """The first fault that pytest reports in the copy; empty if every test passes."""
    report = copy / "report.xml"
    status, said = run(
        copy, "pytest", *tests, "-x", "-p", "no:cacheprovider", f"--junitxml={report}"
    )
    if status == 0:
        return ""
    failure = ElementTree.parse(report).find(".//failure") if status == 1 else None
    fault = FAULT.search(failure.get("message", "")) if failure is not None else None
    if not fault:
        raise Crash(f"pytest ended with {status}:\n{said[-2000:]}")
    return fault[0]


def found_by_build(copy: Path) -> str:
    """The first fault for which the strict build aborts in the copy; empty if it does not."""
    status, said = run(copy, "mkdocs", "build", "--strict")
    if status == 0:
        return ""
    fault = LOGGED.search(said)
    if not fault or ABORTED not in said:
        raise Crash(f"mkdocs ended with {status}:\n{said[-2000:]}")
    return fault[1]


def run(copy: Path, module: str, *arguments: str) -> tuple[int, str]:
    """Run a module in the copy, in a process of its own; its exit status and what it printed."""
    quiet = {"NO_MKDOCS_2_WARNING": "1", "NBCONVERT_DISABLE_CONFIG_EXPORTERS": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=copy,
        env={**os.environ, **quiet, "PYTHONPATH": str(copy / "src"), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise Crash(f"{module} did not end within {TIMEOUT} seconds") from None
    return process.returncode, said
