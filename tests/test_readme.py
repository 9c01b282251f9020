"""The README and CONTRIBUTING tell the truth about the commands and the code they show."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.support.project import ROOT, drawing

TEXTS = {name: (ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md")}


def test_the_code_of_the_readme_runs() -> None:
    """What the README shows of the library runs as it stands, and the loss falls."""
    blocks = re.findall(r"```python\n(.*?)```", TEXTS["README.md"], re.S)
    assert blocks
    for block in blocks:
        namespace: dict[str, object] = {}
        exec(block, namespace)
        losses = namespace["losses"]
        assert isinstance(losses, list)
        assert losses[-1] < losses[0]


@pytest.mark.parametrize("name", TEXTS)
def test_every_make_target_named_exists(name: str) -> None:
    """`make X` in the project's texts is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXTS[name], re.M))
    assert named
    assert named <= targets


def oldest_python(packages: Iterable[str]) -> str:
    """The oldest Python that all of these installed packages accept."""
    asked = (importlib.metadata.metadata(name)["Requires-Python"] or "" for name in packages)
    bounds = [bound for each in asked for bound in SpecifierSet(each) if bound.operator == ">="]
    return str(max(Version(bound.version) for bound in bounds))


def test_the_python_named_is_the_oldest_that_the_pins_accept() -> None:
    """README, CONTRIBUTING and Makefile name the Python for which pip installs the lock."""
    lock = (ROOT / "requirements.lock").read_text().splitlines()
    named = re.findall(r"Python (\d[\d.]*\d) or newer", "".join(TEXTS.values()))
    named += re.findall(r"^OLDEST_PYTHON := (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert named == [oldest_python(pin.partition("==")[0] for pin in lock)] * 3


def test_the_library_asks_for_no_more_than_torch_and_numpy() -> None:
    """`requires-python` is what the library's own dependencies accept, not what the site needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needs = [re.match(r"\w+", each)[0] for each in project["dependencies"]]
    assert project["requires-python"] == f">={oldest_python(needs)}"


@pytest.mark.parametrize(
    ("found", "refused"), [("3.9.2", True), ("3.11.4", True), ("3.11.5", False)]
)
def test_make_refuses_an_older_python(tmp_path: Path, found: str, refused: bool) -> None:
    """Before pip runs, `make` names the Python found, the one needed, and how to name another."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    pretended = f"import sys; sys.version_info = (*{tuple(map(int, found.split('.')))}, 'final', 0)"
    python = tmp_path / "python3.x"
    python.write_text(
        f"""#!{sys.executable}
{pretended}
assert sys.argv[1] == "-c", "the environment would be made now"
exec(sys.argv[2])
"""
    )
    python.chmod(0o755)
    command = ["make", ".venv/ready", f"PYTHON={python}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode
    assert ("the environment would be made now" in done.stderr) is not refused
    message = f"{python} is Python {found}, and requirements.lock needs 3.11.5 or newer"
    assert (f"{message}: install one and name it, as in make PYTHON=" in done.stderr) is refused


def test_every_variable_of_make_named_exists() -> None:
    """A variable that the README sets for `make` is one that the Makefile lets be set."""
    named = set(re.findall(r"make [a-z-]+ ([A-Z_]+)=", TEXTS["README.md"]))
    assert named == {"PYTHON", "TORCH_INDEX"}
    assert named <= set(re.findall(r"^(\w+) \?=", (ROOT / "Makefile").read_text(), re.M))


def test_every_file_named_exists() -> None:
    """Paths and links of the project's texts lead to files of the project."""
    for text in TEXTS.values():
        for path in re.findall(r"\]\(([\w./-]+)\)|`((?:docs|examples|src|tests)/[\w./-]*)`", text):
            target = "".join(path)
            if "NAME" not in target:
                assert (ROOT / target).exists(), target


def test_the_tree_shown_is_the_project() -> None:
    """The README's tree has every folder of the project and of docs/, but no other."""
    tree = re.search(r"```text\n(docs/.*?)```", TEXTS["README.md"], re.S)
    assert tree
    shown = {line.split()[0] for line in tree[1].splitlines()}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [Path(name).parts for name in listed.stdout.splitlines()]
    top = {f"{parts[0]}/" for parts in files if len(parts) > 1 and not parts[0].startswith(".")}
    docs = {f"{parts[0]}/{parts[1]}/" for parts in files if parts[0] == "docs" and len(parts) > 2}
    assert {f"{name.partition('/')[0]}/" for name in shown} == top
    assert {name for name in shown if name.startswith("docs/") and name.endswith("/")} == docs


def test_help_lists_every_target() -> None:
    """`make help` says in one line what each target does."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    for target in targets:
        assert re.search(rf"^make {target} +\w", done.stdout, re.M), target


def test_an_example_runs_as_a_module() -> None:
    """`python -m examples.learn.loop` prints what its page shows, in the page's order."""
    page = (ROOT / "docs/en/learn/loop.md").read_text()
    shown = re.findall(r'--8<-- "(examples/out/[^"]+\.txt)"', page)
    command = [sys.executable, "-m", "examples.learn.loop"]
    done = subprocess.run(
        command, cwd=ROOT, env=drawing(), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == "".join((ROOT / path).read_text() for path in shown).split()
