"""An edition knows its language; nothing else in the tooling does."""

import re
from pathlib import Path

import pytest
from linedocs.contract import edition

ROOT = Path(__file__).parents[2]
FOUND = [*(ROOT / "docs/linedocs").rglob("*"), *(ROOT / "checks").rglob("*")]
WIRING = [ROOT / name for name in ("docs/hook.py", "conftest.py", "tests/conftest.py")]
TOOLING = [*sorted(path for path in FOUND if path.suffix in (".py", ".j2")), *WIRING]
PLACE = re.compile(r"""docs/(?:en|zh)\b|["'/](?:en|zh)["'/]""")
SAID = ("output", "not run", "solution", "mistake", "figure", "download", "dark", "heading")


@pytest.mark.parametrize("path", TOOLING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_else_spells_a_language(path: Path) -> None:
    """No folder of a language, and no word for its readers, stands in the tooling."""
    text = path.read_text(encoding="utf-8").replace(f'SOURCE = "{edition.SOURCE}"', "")
    assert not PLACE.findall(text)
    words = edition.Edition(ROOT).words
    assert [words[name] for name in SAID if re.search(rf"[\">]{words[name].strip()}", text)] == []


def test_every_language_has_the_same_words() -> None:
    """What one edition says, each says, with the same things filled in."""
    names, *others = ({**each.words} for each in map(language, edition.WORDS.glob("*.toml")))
    for other in others:
        assert shape(other) == shape(names)


def language(path: Path) -> edition.Edition:
    return edition.Edition(ROOT, path.stem)


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(part) for part in value]
    if isinstance(value, str):
        return {
            name.partition(":")[0].partition(".")[0] for name in re.findall(r"\{(.*?)\}", value)
        }
    return type(value)
