"""Build the site once, with torch and the examples out of reach; open it in one browser."""

import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.project import build, copy_project
from tests.support.serve import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, to build from and not to change."""
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on loopback, which the site is built for."""
    with Server(tmp_path_factory.mktemp("site")) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def site(project: Path, server: Server) -> Path:
    """The folder of the built site, with its edition in it, published at the server's address."""
    done = build(project, server.folder, SITE_URL=server.address)
    assert done.returncode == 0, done.stdout + done.stderr
    return server.folder


@pytest.fixture(scope="session")
def served(server: Server, site: Path) -> str:
    """The address of the built edition."""
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
    """Say what was checked in the browser, how far figures are from torch, what search finds."""
    reports = terminalreporter.stats.get("passed", [])
    noted = [each for report in reports for each in report.user_properties]
    tally = Counter(what for kind, what in noted if kind == "checked")
    if tally:
        checks = ", ".join(f"{count} {what}" for what, count in tally.items())
        terminalreporter.write_line(f"in the browser: {tally.total()} checks ({checks})")
    for kind, what in noted:
        if kind.startswith(("parity", "search")):
            terminalreporter.write_line(f"{kind}: {what}")
