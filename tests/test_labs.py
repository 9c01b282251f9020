"""The labs say, print and draw what was accepted; `-k hubble` runs one."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import verify_labs

ROOT = Path(__file__).parents[1]
KEPT = verify_labs.ACCEPTED / "small.ipynb"
SMALL = """\
# %% [markdown]
# # Is one and one two?
#
# Count them.

# %%
total = 1 + 1
print(total)

# %% [markdown]
# There are 2<!--= total --> of them, in $n = 2$ places.

# %% alt="A line that goes up." caption="Up, by 2<!--= total -->."
import matplotlib.pyplot as plt

plt.subplots()[1].plot([1, total])
plt.show()
"""
BROKEN = {
    "raises": ("1 + 1", "1 + one", "small.py:7: the cell raised NameError: name 'one' is"),
    "code changed": ("1 + 1", "1 + 1.0", "small.py:6: not the cell that was accepted"),
    "figure's code changed": ("plot([1", "plot([0", "py:13: not the cell that was accepted"),
    "prose changed": ("Count them", "Count", "small.py:1: not the cell that was accepted"),
    "wrong number": (
        "2<!--= total -->",
        "3<!--= total -->",
        "py:11: the lab says 3, but total is 2",
    ),
    "wrong guard": ("<!--= total", "<!--= totl", "py:11: the guard totl raised NameError"),
    "caption number": ("by 2", "by 4", "small.py:13: the lab says 4, but total is 2"),
    "bare number": ("Count them", "Count 2", "small.py:4: 2 is a claim that nothing checks"),
    "formula changed": ("n = 2", "n = 3", "small.py:10: not the cell that was accepted"),
    "no alt text": ('alt="A line that goes up." ', "", "py:13: a figure needs an alt text"),
    "no caption": (' alt="A line that goes up." caption="Up, by 2<!--= total -->."', "", "draws 1"),
    "no figure": ("plt.show()", "plt.close()", "small.py:13: this cell draws 0 figures"),
    "warns": ("print(total)", "import warnings; warnings.warn('no')", "small.py:6: the cell warns"),
    "bare value": ("print(total)", "total", "small.py:6: the cell ends in a bare value (2)"),
    "a cell less": (
        "# %% [markdown]\n# There",
        "# There",
        "small.py:6: not the cell that was accepted",
    ),
}
SPOILT = {
    "output": ('"2\\n"', '"3\\n"', "does not print what is shown"),
    "figure": ("<svg ", "<svg id='1' ", "does not draw what is shown"),
    "code": ("1 + 1", "1 + 2", "not the cell that was accepted"),
    "alt": ("goes up", "goes down", "not the cell that was accepted"),
    "output's kind": ("stdout", "stderr", "is not this script's notebook"),
}
Verify = Callable[..., str]


@pytest.fixture(scope="module")
def kernel() -> Iterator[verify_labs.Kernel]:
    started = verify_labs.Kernel(ROOT)
    yield started
    started.close()


@pytest.mark.parametrize("path", verify_labs.find(ROOT), ids=lambda path: path.stem)
def test_lab(path: Path, kernel: verify_labs.Kernel, request: pytest.FixtureRequest) -> None:
    """The notebook that the site shows is what the script says, prints and draws."""
    verifier = request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py")).verifier
    fault, written = verify_labs.verify(ROOT, path, kernel, accept=verifier.accept)
    if written:
        verifier.changed.append(f"accepted {written}")
    verifier.ran[path] = verify_labs.count(ROOT, path)
    verifier.unproven[path] = bool(fault)
    if fault:
        pytest.fail(fault, pytrace=False)


@pytest.mark.parametrize("path", verify_labs.find(ROOT), ids=lambda path: path.stem)
def test_lab_under_noise(path: Path, request: pytest.FixtureRequest) -> None:
    """The notebook shows no digit that another processor would round otherwise."""
    for seed in range(1, request.config.getoption("--seeds") + 1):
        assert verify_labs.replay(ROOT, path, seed) == ""


def test_no_orphans(request: pytest.FixtureRequest) -> None:
    """Every accepted notebook belongs to a lab."""
    verifier = request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py")).verifier
    for path in verify_labs.orphans(ROOT):
        if not verifier.accept:
            pytest.fail(f"{path}:1: an orphan: no lab makes it", pytrace=False)
        (ROOT / path).unlink()
        verifier.changed.append(f"deleted  {path}")


@pytest.fixture(scope="module")
def small(
    kernel: verify_labs.Kernel, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Verify]:
    """A small sound lab, accepted; and how to verify another script against it."""
    root = tmp_path_factory.mktemp("small")
    path = verify_labs.LABS / "small.py"
    (root / path).parent.mkdir(parents=True)

    def verify(script: str = SMALL, *, accept: bool = False) -> str:
        (root / path).write_text(script, encoding="utf-8")
        return verify_labs.verify(root, path, kernel, accept=accept)[0]

    assert "does not exist: run pytest --accept" in verify()
    assert verify(accept=True) == ""
    assert verify() == ""
    return root, verify


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_lab_is_caught(broken: str, small: tuple[Path, Verify]) -> None:
    """Each way to break a lab fails, naming the script and the line."""
    old, new, message = BROKEN[broken]
    assert old in SMALL
    fault = small[1](SMALL.replace(old, new, 1))
    assert message in fault
    assert fault.startswith("docs/en/lab/small.py:")


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_notebook_is_caught(spoilt: str, small: tuple[Path, Verify]) -> None:
    """What was accepted cannot be changed behind the script's back."""
    root, verify = small
    old, new, message = SPOILT[spoilt]
    sound = (root / KEPT).read_text(encoding="utf-8")
    assert old in sound
    (root / KEPT).write_text(sound.replace(old, new, 1), encoding="utf-8")
    fault = verify()
    (root / KEPT).write_text(sound, encoding="utf-8")
    assert message in fault


def test_what_is_accepted_has_no_guards(small: tuple[Path, Verify]) -> None:
    """A reader gets the numbers, not their checks, and the same bytes every time."""
    root, verify = small
    before = (root / KEPT).read_bytes()
    assert b"<!--=" not in before
    (root / KEPT).unlink()
    assert verify(accept=True) == ""
    assert (root / KEPT).read_bytes() == before
    assert json.loads(before)["cells"][3]["metadata"]["caption"] == "Up, by 2."


def test_an_orphan_is_found(small: tuple[Path, Verify]) -> None:
    """A notebook whose script is gone does not stay."""
    root, _ = small
    (root / KEPT).with_name("gone.ipynb").write_text("{}", encoding="utf-8")
    assert verify_labs.orphans(root) == [verify_labs.ACCEPTED / "gone.ipynb"]
