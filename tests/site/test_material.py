"""What the build mends in Material is there to be mended, or the build stops."""

import re
from pathlib import Path

import material
import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader
from linedocs import material as repairs
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

TEMPLATES = FileSystemLoader(Path(material.__file__).parent / "templates")
PLACES = [(name, wrong) for name, mended in repairs.TEMPLATES.items() for wrong in mended]
NAMES = [*repairs.NEVER_ASKED, repairs.WORKER]


@pytest.mark.parametrize(("name", "wrong"), PLACES)
def test_a_template_without_the_place_stops_the_build(name: str, wrong: str) -> None:
    """Material as installed is mended; were one place written otherwise, the error names it."""
    repairs.repair(Environment(loader=TEMPLATES))
    text = (Path(TEMPLATES.searchpath[0]) / name).read_text(encoding="utf-8")
    changed = DictLoader({name: re.sub(wrong, "", text)})
    with pytest.raises(PluginError, match=re.escape(f"{name} no longer holds {wrong}")):
        repairs.repair(Environment(loader=ChoiceLoader([changed, TEMPLATES])))


@pytest.mark.parametrize("missing", NAMES)
def test_a_file_that_is_gone_stops_the_build(missing: str, tmp_path: Path) -> None:
    """What is left out, or brought late, is a file of Material; without it the error names it."""
    names = (name.replace("*", "any") for name in NAMES if name != missing)
    files = Files([File(name, str(tmp_path), str(tmp_path), True) for name in names])
    with pytest.raises(PluginError, match=re.escape(f"no file matches {missing}")):
        repairs.choose_files(files, MkDocsConfig())
