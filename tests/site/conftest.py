"""A copy of what the build reads, to break."""

from pathlib import Path

import pytest

from tests.support.project import copy_project


@pytest.fixture
def copy(tmp_path: Path, project: Path, site: Path) -> Path:
    """The project, with what building `site` has kept."""
    return copy_project(tmp_path, project, ".cache")
