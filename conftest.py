"""Wire the pages to pytest: `pytest PAGE.md` runs one page, `--accept` takes its outputs."""

import importlib.metadata
import os
import sys
from pathlib import Path

import pytest
from sybil import Sybil

ROOT = Path(__file__).parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]
# Processes that share the tests share the cores: else their threads wait for one another.
SHARE = (os.cpu_count() or 1) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
os.environ.setdefault("OMP_NUM_THREADS", str(max(1, SHARE)))

from linedocs import record  # noqa: E402
from linedocs.contract import edition, run  # noqa: E402
from linedocs.contract.verify import Verifier  # noqa: E402

os.environ |= run.FIGURES
verifier = Verifier(ROOT)
passed: set[Path] = set()
failed: set[Path] = set()
pytest_collect_file = Sybil(
    parsers=[verifier], path=str(ROOT / edition.DOCS), pattern="*.md"
).pytest()


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


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note the pages that passed; of processes that share the tests, the first hears of all."""
    page = Path(report.nodeid.partition("::")[0])
    if page.suffix == ".md":
        (failed if report.failed else passed).add(page)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if verifier.accept:
        verifier.finish()
    elif not hasattr(config, "workerinput"):
        whole = not (config.option.keyword or any("::" in given for given in config.args))
        proven = passed if whole and exitstatus == pytest.ExitCode.OK else set()
        record.write(ROOT, proven, failed, importlib.metadata.version("torch"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for change in verifier.changed:
        terminalreporter.write_line(change)
