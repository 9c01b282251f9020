"""Wire the pages to pytest: `pytest PAGE.md` runs one page, `--accept` takes its outputs."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from sybil import Sybil

ROOT = Path(__file__).parent
os.environ["MPLBACKEND"] = "module://examples.figures"
os.environ["MATPLOTLIBRC"] = str(ROOT / "examples" / "matplotlibrc")
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "hooks")]
# Processes that share the tests share the cores: else their threads wait for one another.
SHARE = (os.cpu_count() or 1) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
os.environ.setdefault("OMP_NUM_THREADS", str(max(1, SHARE)))

from verify import Verifier  # noqa: E402

verifier = Verifier(ROOT)
pytest_collect_file = Sybil(parsers=[verifier], path=str(ROOT / "docs/en"), pattern="*.md").pytest()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="take changed outputs and figures, delete orphans"
    )
    parser.addoption(
        "--seeds", type=int, default=1, help="run each page again under so many seeds of noise"
    )


def pytest_configure(config: pytest.Config) -> None:
    verifier.accept = config.getoption("--accept")
    verifier.seeds = config.getoption("--seeds")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if verifier.accept:
        verifier.finish()
    elif hasattr(session.config, "workeroutput"):
        session.config.workeroutput["pages"] = verifier.report()
    else:
        verifier.prove()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the report of one of the processes that share the tests."""
    verifier.hear(node.workeroutput.get("pages", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for change in verifier.changed:
        terminalreporter.write_line(change)
