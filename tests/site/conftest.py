"""A copy of what the build reads, to break."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("docs", "examples", "src", "mkdocs.yml", "mkdocs.offline.yml", "requirements.lock")
KEPT = Path(".cache/rendered.pickle")


@pytest.fixture
def copy(tmp_path: Path, site: Path) -> Path:
    """The project without its tests, and with what building `site` has kept."""
    (tmp_path / KEPT).parent.mkdir()
    for part in (*PARTS, KEPT):
        take = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        take(ROOT / part, tmp_path / part)
    return tmp_path
