"""Bring the moving figures to the pages that hold one: one plain script for each, after the text.

The figures are written as ES modules. A browser refuses modules in a page opened from a file, so
each figure is published together with the modules it imports, as one script that needs no loader.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "theme" / "assets" / "figures"
NAMES = ("line-figure", "graph-figure", "loop-figure", "broadcast-figure")
TAG = re.compile(rf"<(?P<name>{'|'.join(NAMES)})\b")
IMPORT = re.compile(r'^import (?P<names>\{[^}]*\}) from "\./(?P<module>[\w-]+)\.js";\n', re.M)
EXPORT = re.compile(r"^export (?=(?:const|function|class) (?P<name>\w+))", re.M)


def on_page(html: str) -> list[str]:
    """The figures that a page holds, as the stems of their modules."""
    return list(dict.fromkeys(match["name"] for match in TAG.finditer(html)))


def wake(html: str, base: str) -> str:
    """Add the scripts of its figures to a page; `base` leads from the page to the site's root."""
    scripts = (
        f'<script defer src="{base}assets/figures/{name}.bundle.js"></script>'
        for name in on_page(html)
    )
    return "\n".join([html, *scripts])


def bundle(name: str) -> str:
    """One figure and the modules it imports, as a script: each module a function of its own.

    It wakes with the other scripts of the page: see docs/theme/later.js.
    """
    written: dict[str, str] = {}
    _write(name, written)
    return "Promise.resolve(window.later).then(() => {\n" + "\n".join(written.values()) + "});\n"


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
