"""Write a page as a notebook: its prose, its code, and what the code is proven to print."""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

import nbformat
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from linedocs.contract import example
from linedocs.contract.page import Block, Page
from linedocs.publish import cells
from linedocs.publish.cells import Cell, session, v4

ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*[#.][^}\n]*\}|:material-[\w-]+:")
SITE_ONLY = re.compile(r"<!--.*?-->|</?(?:div|span|figure|p|abbr|[a-z]+-figure)\b[^>]*>", re.S)
CAPTION = re.compile(r"/// caption\n(?P<text>.*?)\n///", re.S)
SHARED = re.compile(r"^from (?P<module>examples\.[\w.]+) import .+$", re.M)
"""Where a page takes code from another example."""
Link = Callable[[str], str]


class Site(NamedTuple):
    """Where the reader found the page; both may be empty, as in a clone."""

    url: str = ""
    repository: str = ""


def download(page: Page, site: Site) -> Cell:
    """The notebook that a reader takes away: its links lead back to the site."""

    def link(target: str) -> str:
        return address(page, target, site.url)

    return cells.notebook([_preamble(page, site), *_Writer(page, link).cells])


def lab(page: Page) -> Cell:
    """The notebook that mkdocs-jupyter renders: its links, anchors and captions are the page's."""
    made = cells.notebook(_Writer(page, None).cells)
    made["metadata"]["output"] = page.edition.words["output"]
    return made


def write(notebook: Cell, path: Path) -> None:
    """Write a notebook, the same bytes for the same notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def title(page: Page) -> str:
    """The first heading, as Markdown."""
    for before, token in zip(page.tokens, page.tokens[1:], strict=False):
        if before.tag == "h1":
            return ATTRIBUTES.sub("", re.sub(r"<!--.*?-->", "", token.content)).strip()
    return page.stem.name


def address(page: Page, target: str, site_url: str) -> str:
    """The address of a link in a page; empty if it leads nowhere from a notebook."""
    if re.match(r"[a-z]+:", target):
        return target
    if not site_url:
        return ""
    path, hash_, anchor = target.partition("#")
    path = posixpath.normpath(posixpath.join(page.stem.parent.as_posix(), path or page.path.name))
    path = re.sub(r"(^|/)index/$", r"\1", re.sub(r"\.md$", "/", path))
    return urljoin(site_url.rstrip("/") + "/", path) + hash_ + anchor


def _preamble(page: Page, site: Site) -> Cell:
    """The first cell: what this is, and what to install."""
    words, name = page.edition.words, title(page).rstrip(".。")
    where = f"[{name}]({address(page, '', site.url)})" if site.url else f"“{name}”"
    install = words["clone"].format(install='`pip install ".[examples]"`')
    if site.repository:
        install = f'`pip install "linreg[examples] @ git+{site.repository}"`'
    text = words["notebook"].format(page=where, install=install).strip()
    made: Cell = v4.new_markdown_cell(text)
    return made


class _Writer:
    """Walks the tree of a page once, and fills in `cells`."""

    def __init__(self, page: Page, address: Link | None) -> None:
        """Write `page`; without addresses for its links, as a lab that the site shows."""
        self.page, self.words, self.address = page, page.edition.words, address
        self.cells: list[Cell] = []
        self.lines: list[str] = []
        self.indent: list[str] = []
        """What each line begins with: of a quoted box and of items of lists."""
        self.mark, self.last, self.picture, self.tight = "", "", "", False
        self.drawn: dict[str, Cell] = {}
        """The cells so far, by the section that they hold."""
        self.captions: dict[str, str] = {}
        """Captions that stand before the code of their figure, by its section."""
        self._blocks(SyntaxTreeNode(page.tokens))
        self._close()

    def _blocks(self, parent: SyntaxTreeNode) -> None:
        for node in parent.children:
            if node.type == "heading":
                self._close()
                self._say(f"{node.markup} {self._inline(node.children[0])}")
            elif node.type == "paragraph":
                self._paragraph(node)
            elif node.type == "fence":
                self._fence(node)
            elif node.type == "admonition":
                self._box(node)
            elif node.type in ("bullet_list", "ordered_list"):
                for number, item in enumerate(node.children):
                    self.mark, self.tight = f"{item.info}{item.markup} ", number > 0
                    self._indented(item, " " * len(self.mark))
            elif node.type == "blockquote":
                self._indented(node, "> ")
            elif node.type == "table":
                self._say("\n".join(self._rows(node)))
            elif node.type == "math_block":
                self._say(f"$${node.content}$$")
            elif node.type == "html_block":
                self._say(SITE_ONLY.sub("", node.content).strip())
            elif node.type not in ("front_matter", "admonition_title"):
                raise ValueError(f"{self.page.path}: no notebook can hold a {node.type} yet")

    def _indented(self, node: SyntaxTreeNode, indent: str) -> None:
        self.indent.append(indent)
        self._blocks(node)
        self.indent.pop()

    def _say(self, text: str, *, tight: bool = False) -> None:
        """Add lines to the cell of prose, after an empty one."""
        if not text.strip():
            return
        indent = "".join(self.indent)
        first = "".join(self.indent[:-1]) + self.mark if self.mark else indent
        if self.lines and not tight:
            within = min(self.last, indent, key=len)
            both = self.last.startswith(within) and indent.startswith(within)
            self.lines.append(within.rstrip() if both else "")
        head, *rest = text.split("\n")
        self.lines += [first + head, *((indent + line).rstrip() for line in rest)]
        self.mark, self.last = "", indent

    def _close(self) -> None:
        """End the cell of prose. What follows in an item of a list is no longer a part of it."""
        if self.lines:
            self.cells.append(v4.new_markdown_cell("\n".join(self.lines)))
        self.lines, self.last = [], ""
        self.indent = [part if part.strip() else "" for part in self.indent]

    def _paragraph(self, node: SyntaxTreeNode) -> None:
        text = self._inline(node.children[0])
        caption = CAPTION.search(text)
        if caption:
            said = f"*{self.words['figure']}* {' '.join(caption['text'].split())}"
            if self.address is None:
                self.drawn[self.picture]["metadata"]["caption"] = said.partition("* ")[2]
                said = ""
            elif self.picture not in self.drawn:
                self.captions[self.picture], said = said, ""
            text = CAPTION.sub(lambda _: said, text)
        self._say(text.strip("\n"), tight=node.hidden and self.tight)

    def _box(self, node: SyntaxTreeNode) -> None:
        indent, self.last = "> " if node.markup == "!!!" else "", ""
        self.indent.append(indent)
        if node.meta["tag"] != "example":
            self._say(f"**{self._inline(node.children[0].children[0])}**")
        self._blocks(node)
        self.indent.pop()

    def _rows(self, table: SyntaxTreeNode) -> list[str]:
        rows = [row for part in table.children for row in part.children]
        cells = [[self._inline(cell.children[0]) for cell in row.children] for row in rows]
        aligned = [str(cell.attrs.get("style", "")) for cell in rows[0].children]
        cells.insert(1, ["---:" if "right" in style else "---" for style in aligned])
        return [f"| {' | '.join(row)} |" for row in cells]

    def _inline(self, node: SyntaxTreeNode) -> str:
        """What stands in one paragraph, as Markdown for Jupyter."""
        assert node.token
        written, targets = "", []
        for token in node.token.children or []:
            if token.type == "link_open":
                target = str(token.attrs["href"])
                targets.append(self.address(target) if self.address else target)
                written += "[" if targets[-1] else ""
            elif token.type == "link_close":
                target = targets.pop()
                written += f"]({target})" if target else ""
            elif token.type == "image":
                self.picture = Path(str(token.attrs["src"])).stem
            else:
                written += self._token(token)
        return written

    def _token(self, token: Token) -> str:
        if token.type in ("softbreak", "hardbreak"):
            return "\n" if token.type == "softbreak" else "  \n"
        if token.type == "code_inline":
            return f"{token.markup}{token.content}{token.markup}"
        if token.type.startswith("math_inline"):
            return f"{token.markup}{token.content}{token.markup}"
        if token.type == "html_inline":
            return SITE_ONLY.sub("", token.content)
        if token.type == "text":
            return ATTRIBUTES.sub("", token.content) if self.address else token.content
        return token.markup  # of emphasis, and of an escaped sign

    # Code --------------------------------------------------------------------------------------

    def _fence(self, node: SyntaxTreeNode) -> None:
        if block := node.meta.get("block"):
            self._close()
            self._code(block)
        elif "output" not in node.meta:
            if reason := node.meta.get("not run"):
                self._say(f"*{self.words['not run']}{reason}*")
            self._say(f"```{node.info.split(' ')[0]}\n{node.content}```")

    def _code(self, block: Block) -> None:
        if block.kind == "session":
            self.cells += session(block.code)
            return
        outputs, read = [], self.page.edition.read
        if block.shown:
            outputs.append(v4.new_output("stream", text=read(block.shown)))
        if block.figure:
            data = {"image/svg+xml": read(block.figure), "text/plain": block.alt}
            outputs.append(v4.new_output("display_data", data))
        source = SHARED.sub(lambda shared: self._inlined(shared["module"]), block.code)
        cell = v4.new_code_cell(source, outputs=outputs)
        if block.figure and self.address is None:
            cell["metadata"] |= {
                "alt": block.alt,
                "figure": f"{self.page.stem.name}/{block.figure.name}",
            }
        self.cells.append(cell)
        self.drawn[block.section] = cell
        self._say(self.captions.pop(block.section, ""))

    def _inlined(self, module: str) -> str:
        """The code of a module of ours, which a reader of the notebook does not have."""
        path = Path(*module.split(".")).with_suffix(".py")
        sections = example.read(self.page.edition.root, path).values()
        return "\n\n\n".join(section.text for section in sections)
