"""Build the site once, with torch and the examples out of reach; open it in one browser."""

import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.serve import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
BUILD = """
import sys
sys.modules.update({"torch": None, "numpy": None, "matplotlib": None, "linreg": None})
from mkdocs.__main__ import cli
cli()
"""
QUIET = {"NO_MKDOCS_2_WARNING": "1", "NBCONVERT_DISABLE_CONFIG_EXPORTERS": "1"}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]

Build = Callable[..., subprocess.CompletedProcess[str]]


def run_build(
    root: Path, site: Path, config: str = "mkdocs.yml", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `mkdocs build --strict` on the project at `root`; any import of torch would fail it."""
    command = [sys.executable, "-c", BUILD, "build", "--strict", "--config-file", config]
    return subprocess.run(
        [*command, "--site-dir", str(site / "en")],
        cwd=root,
        env={**os.environ, **QUIET, **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def build() -> Build:
    """The build, as a function of the project's root and the folder to write to."""
    return run_build


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on loopback, which the site is built for."""
    with Server(tmp_path_factory.mktemp("site")) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def site(server: Server) -> Path:
    """The folder of the built site, with `en/` in it, published at the server's address."""
    done = run_build(ROOT, server.folder, SITE_URL=server.address)
    assert done.returncode == 0, done.stdout + done.stderr
    return server.folder


@pytest.fixture(scope="session")
def served(server: Server, site: Path) -> str:
    """The address of the built site's English edition."""
    return server.address


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One Chromium; without one the tests are skipped, unless REQUIRE_BROWSER is set."""
    path = os.environ.get("CHROME_PATH")
    names = (path, "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    executable = next((path for name in names if name and (path := shutil.which(name))), None)
    if not executable:
        missing = "no browser: install chromium-headless-shell, or set CHROME_PATH"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was checked in the browser, and how far the figures are from torch."""
    reports = terminalreporter.stats.get("passed", [])
    noted = [each for report in reports for each in report.user_properties]
    tally = Counter(what for kind, what in noted if kind == "checked")
    if tally:
        checks = ", ".join(f"{count} {what}" for what, count in tally.items())
        terminalreporter.write_line(f"in the browser: {tally.total()} checks ({checks})")
    for kind, what in noted:
        if kind.startswith("parity"):
            terminalreporter.write_line(f"{kind}: {what}")
