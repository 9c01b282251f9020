"""Build the site once, with torch and the examples out of reach."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = """
import sys
sys.modules.update({"torch": None, "numpy": None, "matplotlib": None, "linreg": None})
from mkdocs.__main__ import cli
cli()
"""


Build = Callable[[Path, Path], subprocess.CompletedProcess[str]]


def run_build(root: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Run `mkdocs build --strict` on the project at `root`; any import of torch would fail it."""
    command = [sys.executable, "-c", BUILD, "build", "--strict", "--site-dir"]
    return subprocess.run(
        [*command, str(site / "en")],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "NBCONVERT_DISABLE_CONFIG_EXPORTERS": "1"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def build() -> Build:
    """The build, as a function of the project's root and the folder to write to."""
    return run_build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site, with `en/` in it."""
    folder = tmp_path_factory.mktemp("site")
    done = run_build(ROOT, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
