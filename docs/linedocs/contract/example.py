"""Read the named sections of an example, strictly."""

import ast
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

MARKER = re.compile(r"^(?P<indent>\s*)#\s*--8<--\s*\[(?P<edge>start|end):(?P<name>[^\]]*)\]\s*$")
INCLUDE = re.compile(r"""^\s*-{1,}8<-{1,}\s+["']?(?P<target>[^"']*)["']?\s*$""")
NAME = re.compile(r"[a-z][a-z0-9-]*")


class ContractError(Exception):
    """A page or an example breaks the contract; the message starts with file and line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path.as_posix()}:{line}: {message}")
        self.line = line


@dataclass(frozen=True)
class Section:
    """A named run of an example's lines."""

    path: Path
    name: str
    line: int
    """Line of the first line of code, counted from 1."""
    text: str
    """The code, dedented, without the markers."""

    def source(self) -> str:
        """The code, padded so that Python reports the example's own line numbers."""
        return "\n" * (self.line - 1) + self.text


def read(root: Path, path: Path) -> dict[str, Section]:
    """All sections of `path` (relative to `root`) in the order in which they stand.

    Every statement but the module's docstring belongs to exactly one section, so that the pages
    show, and run, all of the code that `python -m` runs.

    Raises:
        ContractError: If a marker is unclosed, nested, repeated, stray or misspelt, or if a
            statement stands outside the sections.
    """
    lines = (root / path).read_text(encoding="utf-8").split("\n")
    found: dict[str, Section] = {}
    open_name, open_line = "", 0

    def fault(line: int, message: str) -> ContractError:
        return ContractError(path, line, message)

    for number, line in enumerate(lines, 1):
        if "--8<--" not in line:
            continue
        match = MARKER.match(line)
        if not match:
            raise fault(number, f"not a section marker: {line.strip()}")
        edge, name = match["edge"], match["name"]
        if not NAME.fullmatch(name):
            raise fault(number, f"section name {name!r} is not lower-case-with-dashes")
        if edge == "start":
            if open_name:
                raise fault(
                    number, f"section {name!r} starts inside {open_name!r} (line {open_line})"
                )
            if name in found:
                raise fault(number, f"section {name!r} is repeated (line {found[name].line - 1})")
            open_name, open_line = name, number
        else:
            if name != open_name:
                raise fault(number, f"section {name!r} ends here but was not open (stray end)")
            text = textwrap.dedent("\n".join(lines[open_line : number - 1])).strip("\n")
            if not text.strip():
                raise fault(number, f"section {name!r} is empty")
            first = next(n for n in range(open_line, number) if lines[n].strip()) + 1
            found[name] = Section(path, name, first, text)
            open_name = ""
    if open_name:
        raise fault(open_line, f"section {open_name!r} is never closed")
    _refuse_code_outside(path, "\n".join(lines), found)
    return found


def _refuse_code_outside(path: Path, text: str, sections: dict[str, Section]) -> None:
    try:
        body = ast.parse(text, filename=path.as_posix()).body
    except SyntaxError as error:
        raise ContractError(path, error.lineno or 1, f"not Python: {error.msg}") from None
    spans = [(s.line, s.line + s.text.count("\n")) for s in sections.values()]
    for index, node in enumerate(body):
        docstring = (
            index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        )
        inside = any(a <= node.lineno and (node.end_lineno or 0) <= b for a, b in spans)
        if not (docstring or inside):
            raise ContractError(path, node.lineno, "code outside the sections: no page shows it")
