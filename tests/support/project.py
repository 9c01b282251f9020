"""A copy of what the build reads, and the build: nothing is written into the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from linedocs.contract.edition import SOURCE
from linedocs.contract.run import FIGURES

ROOT = Path(__file__).parents[2]
FOLDERS = ("checks", "docs", "examples", "src")
PARTS = (*FOLDERS, "mkdocs.yml", "mkdocs.offline.yml", "requirements.lock")
BUILD = """
import sys
sys.modules.update({"torch": None, "numpy": None, "matplotlib": None, "linreg": None})
from mkdocs.__main__ import cli
cli()
"""
QUIET = {"NO_MKDOCS_2_WARNING": "1", "NBCONVERT_DISABLE_CONFIG_EXPORTERS": "1"}

Done = subprocess.CompletedProcess[str]


def copy_project(target: Path, source: Path = ROOT, *more: str) -> Path:
    """Copy the project without its tests, and what else is named."""
    for part in (*PARTS, *more):
        take = shutil.copytree if (source / part).is_dir() else shutil.copy
        take(source / part, target / part)
    return target


def build(
    project: Path, site: Path, config: str = "mkdocs.yml", language: str = SOURCE, **more: str
) -> Done:
    """Run `mkdocs build --strict` on a copy; any import of torch would fail it.

    Args:
        project: The copy.
        site: The folder to write to; the edition goes into a folder of its language.
        config: The configuration, in the copy.
        language: That of the edition which the configuration builds.
        more: What to add to the environment.
    """
    command = [sys.executable, "-c", BUILD, "build", "--strict", "--config-file", config]
    return subprocess.run(
        [*command, "--site-dir", str(site / language)],
        cwd=project,
        env={**os.environ, **QUIET, **more},
        capture_output=True,
        text=True,
    )


def drawing(project: Path = ROOT) -> dict[str, str]:
    """The environment of a process that runs examples and draws as the site does."""
    folders = (project, project / "src", project / "docs")
    return {**os.environ, **FIGURES, "PYTHONPATH": os.pathsep.join(map(str, folders))}
