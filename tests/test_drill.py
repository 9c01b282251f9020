"""The drill can fail: what is sound escapes it, and a check that crashes catches nothing."""

from collections import Counter
from pathlib import Path
from queue import SimpleQueue

import pytest

from checks.drill import checks
from checks.drill.__main__ import SEED, make_copy, spoil
from checks.drill.checks import Crash, found_by_build, found_by_pytest
from checks.drill.corruption import EACH, draw, nothing
from checks.drill.kinds import KINDS

REPORTED = "def test_it(): assert ['docs/en/a.md:3: 7 is a claim that nothing checks'] == []"
CRASHES = {
    "the check raises": ("def test_it(): {}['key']", "KeyError: 'key'"),
    "the check cannot be imported": ("import nowhere", "No module named 'nowhere'"),
    "the check does not end": ("import time\ntime.sleep(60)", "did not end within 2 seconds"),
    "there is no check": ("", "no tests ran"),
}
LINKS = "# Page\n\n[Elsewhere](elsewhere.md)\n"


def test_each_corruption_changes_its_file() -> None:
    """No corruption that is drawn leaves its file as it was, and no kind is short of places."""
    drawn = list(draw(SEED))
    assert all(each.spoilt != each.sound for each in drawn)
    assert Counter(each.kind for each in drawn) == {kind.__name__: EACH for kind in KINDS}


def test_a_control_escapes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page of this project with nothing changed goes through every check, and none finds it."""
    copies: SimpleQueue[Path] = SimpleQueue()
    copies.put(make_copy(tmp_path / "copy"))
    assert spoil(copies, nothing("docs/en/reference/glossary.md")) == "escaped"
    assert "control docs/en/reference/glossary.md" in capsys.readouterr().out


def test_a_fault_that_pytest_reports_is_a_catch(tmp_path: Path) -> None:
    """A test that fails and names a file and a line has caught something; one that passes not."""
    test = tmp_path / "test_it.py"
    test.write_text(REPORTED)
    assert found_by_pytest(tmp_path, "test_it.py").startswith(
        "docs/en/a.md:3: 7 is a claim that nothing"
    )
    test.write_text("def test_it(): pass")
    assert found_by_pytest(tmp_path, "test_it.py") == ""


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_of_a_test_is_no_catch(
    crash: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that ends otherwise than with a fault raises, with what it said."""
    source, said = CRASHES[crash]
    (tmp_path / "test_it.py").write_text(source)
    if "end" in crash:
        monkeypatch.setattr(checks, "TIMEOUT", 2)
    with pytest.raises(Crash, match=said):
        found_by_pytest(tmp_path, "test_it.py")


def test_a_crash_of_the_build_is_no_catch(tmp_path: Path) -> None:
    """A broken link is a catch of the strict build, an exception in a hook is not."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text(LINKS)
    (tmp_path / "mkdocs.yml").write_text("site_name: Site\n")
    assert "target is not found" in found_by_build(tmp_path)
    (tmp_path / "docs/elsewhere.md").write_text("# Elsewhere\n")
    assert found_by_build(tmp_path) == ""
    (tmp_path / "hook.py").write_text("def on_files(files, config): return {}['key']\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: Site\nhooks: [hook.py]\n")
    with pytest.raises(Crash, match="KeyError: 'key'"):
        found_by_build(tmp_path)
