"""The README and CONTRIBUTING tell the truth about the commands and the code they show."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
