"""Make a page's notebook to download: its prose, its code, and what the code is proven to print."""

import ast
import doctest
import json
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pages
from pages import Block, Page

Cell = dict[str, Any]

BOX = re.compile(r'^(?P<mark>!!!|\?\?\?\+?) +(?P<kind>[\w-]+)[^"]*(?:"(?P<title>.*)")?\s*$')
ITEM = re.compile(r"^(?:[-*+]|\d+\.) +")
HEADING = re.compile(r"^#{1,6} ")
IMAGE = re.compile(r"^!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")
LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\[\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")
LITERAL = re.compile(r"`+[^`\n]+`+|\$\$.+?\$\$|\$[^$\n]+\$", re.S)
DROPPED = re.compile(
    r"[ \t]*\{:?[ \t]*[#.][^}\n]*\}"  # attribute lists
    r"|<!--.*?-->|</?(?:div|span|figure|p|abbr)\b[^>]*>|:material-[\w-]+:"
    r"|^\*\[[^\]]+\]:.*$",  # abbreviations
    re.M | re.S,
)
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Site:
    """Where the reader found the page; both may be empty, as in a clone."""

    url: str = ""
    repository: str = ""


def publish(root: Path, page: Page, folder: Path, site: Site = Site()) -> str:
    """Write the notebook of `page` into its built folder; the name of the file."""
    return write(notebook(root, page, site), folder / f"{page.stem.name}.ipynb")


def write(made: dict[str, Any], path: Path) -> str:
    """Write a notebook, the same bytes for the same notebook; the name of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(made), encoding="utf-8")
    return path.name


def dumps(made: dict[str, Any]) -> str:
    """A notebook as the text of its file, as Jupyter would lay it out."""
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def notebook(root: Path, page: Page, site: Site = Site()) -> dict[str, Any]:
    """The page as a notebook in the format of nbformat 4.5."""
    title = re.search(r"^# (.+)$", page.markdown, re.M)
    name = _attributes_dropped(title[1]) if title else page.stem.name
    source = page.path.relative_to(pages.PAGES).as_posix()
    writer = _Writer(root, page, lambda target: absolute(source, target, site.url))
    writer.read(re.sub(r"\A---\n.*?\n---\n", "", page.markdown, flags=re.S))
    return assemble([preamble(name, source, site), *writer.cells])


def assemble(cells: list[Cell]) -> dict[str, Any]:
    """Cells as a notebook; their ids count up, so that a rebuild gives the same bytes."""
    numbered = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells, 1)]
    return {"cells": numbered, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}


def preamble(title: str, source: str, site: Site) -> Cell:
    """The first cell: what this is, and what to install."""
    name = title.strip().rstrip(".")
    page = f"[{name}]({absolute(source, '', site.url)})" if site.url else f"“{name}”"
    if site.repository:
        install = f'`pip install "linreg[examples] @ git+{site.repository}"`'
    else:
        install = '`pip install ".[examples]"` in a copy of the project'
    return prose(
        f"*This is the page {page} of Line by Line.*\n"
        "*It needs Python 3.11 or newer, PyTorch, matplotlib, and `linreg`, the site's library.*\n"
        f"*One command installs what is missing:* {install}."
    )


def absolute(source: str, target: str, site_url: str) -> str:
    """The address of a link in the page `source`; empty if it leads nowhere from a notebook."""
    if re.match(r"[a-z]+:", target):
        return target
    if not site_url:
        return ""
    path, hash_, anchor = target.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path)) if path else source
    path, suffix = posixpath.splitext(path)
    if suffix not in (".md", ".ipynb"):
        path += suffix
    else:
        path = re.sub(r"(^|/)index/$", r"\1", f"{path}/")
    return urljoin(site_url.rstrip("/") + "/", path) + hash_ + anchor


def prose(text: str) -> Cell:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def linked(text: str, address: Callable[[str], str]) -> str:
    """Markdown with its links made absolute, or left as text where there is no address."""

    def link(match: re.Match[str]) -> str:
        url = "" if match["image"] else address(match["target"])
        return f"[{match['text']}]({url})" if url else match["text"]

    return LINK.sub(link, text)


def _attributes_dropped(text: str) -> str:
    """Markdown without what only the site understands; code and formulas stay as they are."""
    kept: list[str] = []

    def hide(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\0{len(kept) - 1}\0"

    text = DROPPED.sub("", LITERAL.sub(hide, text))
    return re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], text)


@dataclass
class _Box:
    """An open box: how far its content is indented, and whether it is shown as a quotation."""

    indent: int
    quoted: bool


@dataclass
class _Writer:
    """Walks the rendered Markdown of a page once, line by line, and fills in `cells`."""

    root: Path
    page: Page
    address: Callable[[str], str]
    cells: list[Cell] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    boxes: list[_Box] = field(default_factory=list)
    captions: dict[str, str] = field(default_factory=dict)
    """Captions that stand before the code of their figure, by the section that draws it."""

    def read(self, markdown: str) -> None:
        blocks = iter([block for block in self.page.blocks if block.kind != "check"])
        drawn: set[str] = set()
        lines = markdown.split("\n")
        index = 0
        picture = ""
        while index < len(lines):
            line = lines[index]
            index += 1
            if fence := pages.FENCE.match(line):
                end = index
                while not re.fullmatch(rf"\s*{fence['ticks']}+\s*", lines[end]):
                    end += 1
                body = "\n".join(text.removeprefix(fence["indent"]) for text in lines[index:end])
                index = end + 1
                if fence["info"] == "python":
                    block = next(blocks)
                    self._code(block, body)
                    drawn.add(block.section)
                    if block.section in self.captions:
                        self._close_boxes(len(fence["indent"]))
                        self._say(self.captions.pop(block.section))
                elif "title=" not in fence["info"] or pages.NOT_RUN.fullmatch(fence["info"]):
                    self._shown(fence, body)
            elif line.strip() == "/// caption":
                end = next(n for n in range(index, len(lines)) if lines[n].strip() == "///")
                caption = f"*Figure.* {' '.join(text.strip() for text in lines[index:end])}"
                index = end + 1
                if picture and picture not in drawn:
                    self.captions[picture] = caption
                else:
                    self._say(caption)
            elif image := IMAGE.match(line.strip()):
                picture = Path(image["target"]).stem
            else:
                self._line(line)
        self._close_cell()

    def _line(self, line: str) -> None:
        indent = len(line) - len(line.lstrip())
        if not line.strip():
            self.lines.append(">" if self.boxes and self.boxes[-1].quoted else "")
            return
        self._close_boxes(indent)
        text = line.strip()
        if box := BOX.match(text):
            self.boxes.append(_Box(indent + 4, box["mark"] == "!!!"))
            if box["kind"] != "example":
                title = (box["title"] or box["kind"].capitalize()).replace('\\"', '"')
                quote = self._quote()
                self.lines += ["", f"{quote}**{title}**", quote.strip()]
            return
        rest = indent - (self.boxes[-1].indent if self.boxes else 0)
        if rest > 0 and not any(ITEM.match(before.lstrip("> ")) for before in self.lines):
            rest = 0  # its list item stands in an earlier cell: the indent would make it code
        if HEADING.match(text):
            self._close_cell()
        self.lines.append(self._quote() + " " * max(rest, 0) + text)

    def _say(self, text: str) -> None:
        quote = self._quote()
        self.lines += [quote.strip(), f"{quote}{text}", quote.strip()]

    def _quote(self) -> str:
        return "> " if self.boxes and self.boxes[-1].quoted else ""

    def _close_boxes(self, indent: int) -> None:
        while self.boxes and indent < self.boxes[-1].indent:
            self.boxes.pop()
            self.lines = [*_stripped(self.lines), ""]

    def _close_cell(self) -> None:
        text = _attributes_dropped("\n".join(_stripped(self.lines)))
        text = linked(re.sub(r"\n(?:>?[ \t]*\n){2,}", "\n\n", text), self.address).strip()
        if text:
            self.cells.append(prose(text))
        self.lines = []

    def _shown(self, fence: re.Match[str], body: str) -> None:
        """A fence that is shown and not run."""
        language = fence["info"].split(" ")[0]
        if reason := pages.NOT_RUN.fullmatch(fence["info"]):
            self._say(f"*Not run: {reason['reason']}*")
        self._close_boxes(len(fence["indent"]))
        quote = self._quote()
        fenced = [f"```{language}", *body.split("\n"), "```"]
        self.lines += ["", *(f"{quote}{text}".rstrip() for text in fenced), ""]

    def _code(self, block: Block, body: str) -> None:
        self._close_cell()
        if block.kind == "session":
            self.cells += _session(block.code)
            return
        outputs: list[dict[str, Any]] = []
        if block.shown:
            outputs.append(stream(self._read(block.shown)))
        if block.figure:
            outputs.append(figure(self._read(block.figure), self._alt(block.figure)))
        self.cells.append(code(body.strip("\n"), outputs))

    def _read(self, path: Path) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def _alt(self, figure: Path) -> str:
        shown = re.search(rf"!\[([^\]]*)\]\([^)]*/{re.escape(figure.name)}", self.page.markdown)
        return shown[1] if shown else ""


def _stripped(lines: list[str]) -> list[str]:
    """Lines without the empty ones, quoted or not, at either end."""
    filled = [number for number, line in enumerate(lines) if line.strip("> ")]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _session(text: str) -> list[Cell]:
    """A `>>>` session as cells: one up to each answer."""
    cells, source = [], ""
    for example in doctest.DocTestParser().get_examples(text):
        source += example.source
        if not example.want:
            continue
        if example.exc_msg is not None:
            name, _, value = example.exc_msg.strip().partition(": ")
            error = {
                "output_type": "error",
                "ename": name,
                "evalue": value,
                "traceback": example.want.rstrip("\n").split("\n"),
            }
            cells.append(code(source.rstrip("\n"), [error], tags=["raises-exception"]))
        elif _is_value(example.source):
            result = {
                "output_type": "execute_result",
                "data": {"text/plain": example.want.rstrip("\n")},
                "metadata": {},
                "execution_count": None,
            }
            cells.append(code(source.rstrip("\n"), [result]))
        else:
            cells.append(code(source.rstrip("\n"), [stream(example.want)]))
        source = ""
    return [*cells, code(source.rstrip("\n"), [])] if source else cells


def _is_value(source: str) -> bool:
    """Whether a statement shows its value, as an expression does that is no call of print."""
    statement = ast.parse(source).body[-1]
    if not isinstance(statement, ast.Expr):
        return False
    call = statement.value
    return not (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"
    )


def code(source: str, outputs: list[dict[str, Any]], tags: list[str] | None = None) -> Cell:
    """A code cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": tags} if tags else {},
        "outputs": outputs,
        "source": source,
    }


def stream(text: str) -> dict[str, Any]:
    """The output of a cell that prints."""
    return {"output_type": "stream", "name": "stdout", "text": text}


def figure(svg: str, alt: str) -> dict[str, Any]:
    """The output of a cell that draws; its alt text stands where text stands for a picture."""
    data = {"image/svg+xml": svg, "text/plain": alt}
    return {"output_type": "display_data", "data": data, "metadata": {}}
