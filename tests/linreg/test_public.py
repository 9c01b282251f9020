"""The library as a whole: what it exports and what importing it costs."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import linreg

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", [name for name in linreg.__all__ if name != "__version__"])
def test_every_public_name_says_what_it_is(name: str) -> None:
    """Everything in `__all__` exists and its docstring opens with one sentence."""
    first_line = (getattr(linreg, name).__doc__ or "").splitlines()[0]
    assert first_line.endswith(".")


def test_the_reference_names_its_headings() -> None:
    """Each heading of the reference ends with the name that it documents, the commonest first."""
    text = (ROOT / "docs/en/reference/api.md").read_text(encoding="utf-8")
    named = re.findall(r"^## .*`(\w+)` \{ #", text, re.M)
    assert named == re.findall(r"^::: linreg\.(\w+)$", text, re.M)
    assert named[0] == "least_squares"


def test_the_version_is_that_of_the_package() -> None:
    """`linreg.__version__` is the version that pyproject.toml publishes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert linreg.__version__ == project["version"]


def test_import_needs_torch_alone() -> None:
    """Importing linreg after torch loads the standard library and linreg itself, nothing else."""
    program = (
        "import sys, torch; before = set(sys.modules); import linreg; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert run.stdout.strip() == "['linreg']"
