"""Bring the moving figures to the pages that hold one: one plain script for each.

The figures are written as ES modules. A browser refuses modules in a page opened from a file, so
each figure is published together with the modules it imports, as one script that needs no loader.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

FOLDER = Path(__file__).parents[2] / "theme" / "assets" / "figures"
NAMES = ("line-figure", "graph-figure", "loop-figure", "broadcast-figure")
TAG = re.compile(rf"<(?P<name>{'|'.join(NAMES)})\b")
IMPORT = re.compile(r'^import (?P<names>\{[^}]*\}) from "\./(?P<module>[\w-]+)\.js";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:const|function|class) (?P<name>\w+))", re.M)


def publish(files: Files, config: MkDocsConfig) -> None:
    """Put the scripts in the place of the modules that they are made from."""
    for module in FOLDER.glob("*.js"):
        files.remove(files.src_uris[f"assets/figures/{module.name}"])
    for name in NAMES:
        files.append(File.generated(config, f"assets/figures/{name}.js", content=bundle(name)))


def wake(html: str, base: str) -> str:
    """Add to a page what brings the scripts of its figures; `base` leads to the site's root.

    A figure before the first section is in the first window: its script comes at once. Any other's
    comes when the figure comes near: see docs/theme/assets/near.js.
    """
    names = dict.fromkeys(match["name"] for match in TAG.finditer(html))
    first = [name for name in names if f"<{name}" in html.partition("<h2")[0]]
    scripts = [f"figures/{name}" for name in first] + ["near"] * (len(first) < len(names))
    tags = (f'<script defer src="{base}assets/{script}.js"></script>' for script in scripts)
    return "\n".join([html, *tags])


def bundle(name: str) -> str:
    """One figure and the modules it imports, as a script: each module a function of its own."""
    written: dict[str, str] = {}
    _write(name, written)
    return "(() => {\n" + "\n".join(written.values()) + "})();\n"


def _write(name: str, written: dict[str, str]) -> None:
    source = (FOLDER / f"{name}.js").read_text(encoding="utf-8")
    for match in IMPORT.finditer(source):
        if match["module"] not in written:
            _write(match["module"], written)
    source = IMPORT.sub(lambda m: f"const {m['names']} = {_name(m['module'])};\n", source)
    exported = ", ".join(match["name"] for match in EXPORT.finditer(source))
    source = EXPORT.sub("", source)
    if left := re.search(r"^(?:import|export)\b.*", source, re.M):
        raise ValueError(f"{name}.js: {left[0]!r} is not an import or export that can be bundled")
    written[name] = f"const {_name(name)} = (() => {{\n{source}return {{ {exported} }};\n}})();\n"


def _name(module: str) -> str:
    return "$" + module.replace("-", "_")
