"""The prose and the code of a page, as the cells of a notebook have them."""

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from linedocs.contract import example
from linedocs.contract.page import Block, Page
from linedocs.publish import cells
from linedocs.publish.cells import Cell, session

ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*[#.][^}\n]*\}|:material-[\w-]+:")
SITE_ONLY = re.compile(r"<!--.*?-->|</?(?:div|span|figure|p|abbr|[a-z]+-figure)\b[^>]*>", re.S)
CAPTION = re.compile(r"/// caption\n(?P<text>.*?)\n///", re.S)
SHARED = re.compile(r"^from (?P<module>examples\.[\w.]+) import .+$", re.M)
"""Where a page takes code from another example."""
HEADING = re.compile("#+ ")
Part = str | Cell
"""Prose, as Markdown, or a cell of code."""


class Writer:
    """Walks the tree of a page once: prose as Markdown, between cells of code."""

    def __init__(self, page: Page, address: Callable[[str], str] | None) -> None:
        """Write `page`; without addresses for its links, as a lab that the site shows."""
        self.page, self.words, self.address = page, page.edition.words, address
        self.drawn: dict[str, Cell] = {}
        """The cells so far, by the section that they hold."""
        self.captions: dict[str, str] = {}
        """Captions that stand before the code of their figure, by its section."""

    def cells(self) -> list[Cell]:
        """The page as cells; a heading begins a cell."""
        parts = self._blocks(SyntaxTreeNode(self.page.tokens))
        return [cells.prose(part) if isinstance(part, str) else part for part in parts]

    def _blocks(self, parent: SyntaxTreeNode, between: str = "\n\n") -> list[Part]:
        return _joined([part for node in parent.children for part in self._block(node)], between)

    def _block(self, node: SyntaxTreeNode) -> list[Part]:
        match node.type:
            case "heading":
                return [f"{node.markup} {self._inline(node.children[0])}"]
            case "paragraph":
                return [self._paragraph(node.children[0])]
            case "fence":
                return self._fence(node)
            case "admonition":
                return self._box(node)
            case "bullet_list" | "ordered_list":
                return self._list(node)
            case "blockquote":
                return _quoted(self._blocks(node))
            case "table":
                return ["\n".join(self._rows(node))]
            case "math_block":
                return [f"$${node.content}$$"]
            case "html_block":
                return [SITE_ONLY.sub("", node.content).strip()]
            case "front_matter" | "admonition_title":
                return []
        raise ValueError(f"{self.page.path}: no notebook can hold a {node.type} yet")

    def _paragraph(self, node: SyntaxTreeNode) -> str:
        text = self._inline(node)
        if caption := CAPTION.search(text):
            said = " ".join(caption["text"].split())
            images = [str(each.attrs["src"]) for each in node.children if each.type == "image"]
            picture = Path(images[0]).stem if images else ""
            text = CAPTION.sub(lambda _: self._captioned(said, picture), text)
        return text.strip("\n")

    def _captioned(self, said: str, picture: str) -> str:
        """A caption, if it stands where it is read: else it goes to the cell of its picture."""
        written, cell = f"*{self.words['figure']}* {said}", self.drawn.get(picture)
        if cell and self.address is None:
            cell["metadata"]["caption"] = said
            return ""
        if picture and not cell:
            self.captions[picture] = written
            return ""
        return written

    def _box(self, node: SyntaxTreeNode) -> list[Part]:
        parts = self._blocks(node)
        if node.meta["tag"] != "example":
            title = f"**{self._inline(node.children[0].children[0])}**"
            parts = _joined([title, *parts], "\n\n")
        return _quoted(parts) if node.markup == "!!!" else parts

    def _list(self, node: SyntaxTreeNode) -> list[Part]:
        """A list; in an item, what follows code is no longer a part of it."""
        tight = any(part.hidden for part in node.walk() if part.type == "paragraph")
        between = "\n" if tight else "\n\n"
        parts: list[Part] = []
        for item in node.children:
            mark = f"{item.info}{item.markup} "
            first, *rest = self._blocks(item, between)
            if isinstance(first, str):
                first = mark + textwrap.indent(first, " " * len(mark)).lstrip()
            parts += [first, *rest]
        return _joined(parts, between)

    def _rows(self, table: SyntaxTreeNode) -> list[str]:
        rows = [row for part in table.children for row in part.children]
        written = [[self._inline(cell.children[0]) for cell in row.children] for row in rows]
        aligned = [str(cell.attrs.get("style", "")) for cell in rows[0].children]
        written.insert(1, ["---:" if "right" in style else "---" for style in aligned])
        return [f"| {' | '.join(row)} |" for row in written]

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
            elif token.type != "image":
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

    def _fence(self, node: SyntaxTreeNode) -> list[Part]:
        if block := node.meta.get("block"):
            return self._code(block)
        if "output" in node.meta:
            return []
        reason = node.meta.get("not run")
        why: list[Part] = [f"*{self.words['not run']}{reason}*"] if reason else []
        return [*why, f"```{node.info.split(' ')[0]}\n{node.content}```"]

    def _code(self, block: Block) -> list[Part]:
        if block.kind == "session":
            return [*session(block.code)]
        outputs, read = [], self.page.edition.read
        if block.shown:
            outputs.append(cells.output("stream", name="stdout", text=read(block.shown)))
        if block.figure:
            data = {"image/svg+xml": read(block.figure), "text/plain": block.alt}
            outputs.append(cells.output("display_data", data=data, metadata={}))
        source = SHARED.sub(lambda shared: self._inlined(shared["module"]), block.code)
        cell = cells.code(source, outputs)
        if block.figure and self.address is None:
            figure = f"{self.page.stem.name}/{block.figure.name}"
            cell["metadata"] |= {"alt": block.alt, "figure": figure}
        self.drawn[block.section] = cell
        return [cell, self.captions.pop(block.section, "")]

    def _inlined(self, module: str) -> str:
        """The code of a module of ours, which a reader of the notebook does not have."""
        path = Path(*module.split(".")).with_suffix(".py")
        sections = example.read(self.page.edition.root, path).values()
        return "\n\n\n".join(section.text for section in sections)


def _joined(parts: list[Part], between: str) -> list[Part]:
    """Each run of prose as one part, up to a heading."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else {}
        if isinstance(part, str) and isinstance(last, str) and not HEADING.match(part):
            joined[-1] = f"{last}{between}{part}" if part.strip() else last
        elif part:
            joined.append(part)
    return joined


def _quoted(parts: list[Part]) -> list[Part]:
    """Prose as a quotation; code stands between two."""
    return [
        "> " + part.replace("\n", "\n> ").replace("\n> \n", "\n>\n")
        if isinstance(part, str)
        else part
        for part in parts
    ]
