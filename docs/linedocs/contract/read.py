"""Read a page.

markdown-it parses it once, and knows what is code, a formula, a link or a sentence. The tests, the
site and the notebooks all walk the tokens of that one reading, so they can't disagree.
"""

import re
import textwrap
from itertools import pairwise
from pathlib import Path

import yaml  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from linedocs.contract import asked, example, prose, translation
from linedocs.contract import edition as shared
from linedocs.contract.edition import Edition
from linedocs.contract.example import INCLUDE, ContractError, Section
from linedocs.contract.page import Block, Noted, Page

MARKDOWN = (
    MarkdownIt("commonmark").enable("table").disable(["code", "text_join"])
    .use(front_matter_plugin).use(admon_plugin).use(dollarmath_plugin, double_inline=True)
)  # fmt: skip
PYTHONIC = re.compile(r"\b(py|py3|python|python3|pycon|ipython|ipython3)\b", re.IGNORECASE)
CHECK = re.compile(
    r"^[ \t]*<!---? invisible-code-block: python[ \t]*\n(?P<code>.*?)^[ \t]*-->[ \t]*$", re.M | re.S
)
HIDDEN = re.compile(CHECK.pattern + "|<!--=.*?-->", re.M | re.S)


def page(edition: Edition, path: Path, text: str | None = None) -> Page:
    """Read a page of an edition; its problems are collected, not raised."""
    text = edition.read(path) if text is None else text
    lines = text.rstrip().count("\n") + 1
    read = Page(edition, path, MARKDOWN.parse(text), lines=lines, markdown=text)
    sections: dict[str, Section] = {}
    if (edition.root / shared.example(read.stem)).exists():
        try:
            sections = example.read(edition.root, shared.example(read.stem))
        except ContractError as error:
            read.problems.append(error)
            return read
    _Reader(read, sections).read(text.split("\n"))
    if source := edition.source:
        if (edition.root / source.page(read.stem)).exists():
            translation.hold(read, page(source, source.page(read.stem)))
        else:
            read.problem(1, f"translates no page: there is no {source.page(read.stem)}")
    read.problems.sort(key=lambda problem: problem.line)
    return read


class _Reader:
    """Walks the tokens of a page once, and fills in the `Page`."""

    def __init__(self, page: Page, sections: dict[str, Section]) -> None:
        self.page, self.sections, self.words = page, sections, page.edition.words
        self.under: Block | None = None
        """The section that the last token was, under which its output may stand."""

    def read(self, lines: list[str]) -> None:
        page, shown = self.page, [*lines]
        for token in page.tokens:
            first, end = token.map or (0, 0)
            under, self.under = self.under, None
            if token.type == "fence":
                shown[first:end] = self._fence(token, lines[first:end], under)
            elif token.type == "front_matter":
                page.meta = yaml.safe_load(token.content) or {}
                prose.read_text(page, str(page.meta.get("description", "")), 1)
                shown[first:end] = ["\0"] * (end - first)
            elif token.type == "math_block":
                page.formulas.append(Noted(first + 1, token.content.strip()))
            elif token.type == "admonition_open":
                self._box(token, first + 1)
            elif token.type == "html_block":
                self._html(token, first + 1)
            elif token.type == "inline":
                prose.read(page, token.children or [], first + 1)
        prose.read_figures(page)
        asked.read(page)
        if page.blocks:
            page.outputs.add(page.code_file)
        if page.formulas:
            page.outputs.add(page.formulas_file)
        page.markdown = HIDDEN.sub("", "\n".join(line for line in shown if line != "\0"))
        self._order()

    def _fence(self, token: Token, lines: list[str], under: Block | None) -> list[str]:
        """Check a fence; its lines as the site renders them, as many as there were."""
        line = (token.map or [0])[0] + 1
        info, body = token.info.strip(), token.content.rstrip("\n").split("\n")
        if len(lines) < 2 or not lines[-1].lstrip("> \t").startswith(token.markup):
            self.page.problem(line, "a fence is never closed")
            return lines
        output = self.words["output"]
        not_run = re.fullmatch(rf'python title="{self.words["not run"]}([^"]+)"', info)
        if info == "python":
            body = self._python(token, line, body)
        elif info in (f'text title="{output}"', f'diff title="{output}"'):
            info = f' {{ .{info[:4]} .no-copy .output title="{output}" }}'
            body = self._output(line, body, under)
            token.meta["output"] = True
        elif not_run:
            token.meta["not run"] = not_run[1]
        elif PYTHONIC.search(info) or any(text.lstrip().startswith(">>>") for text in body):
            self.page.problem(
                line,
                f"```{info} would never run: write ```python with an include or a >>> session, "
                f'or say why not: ```python title="{self.words["not run"]}<reason>"',
            )
        elif info != "console":
            self.page.problem(
                line,
                f'```{info} is not proven: use ```python, ```text title="{output}" or ```console',
            )
        indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        written = [f"{indent}{text}".rstrip() for text in (token.markup + info, *body)]
        return ["\n".join(written), *["\0"] * (len(lines) - 2), lines[-1]]

    def _python(self, token: Token, line: int, body: list[str]) -> list[str]:
        name, path = "", shared.example(self.page.stem)
        include = INCLUDE.match(body[0]) if len(body) == 1 else None
        if include:
            target, _, name = include["target"].partition(":")
        if body[0].startswith(">>>"):
            code = "\n".join(body) + "\n"
            block = Block(line, "session", code, self.page.path, line + 1)
        elif not include:
            self.page.problem(
                line,
                "a Python fence holds one include of a section, or a >>> session, or is titled "
                f'"{self.words["not run"]}<reason>"',
            )
            return body
        elif Path(target) != path:
            self.page.problem(line + 1, f"{target} is not this page's example: that is {path}")
            return body
        elif name not in self.sections:
            has = ", ".join(self.sections) or "nothing"
            self.page.problem(line + 1, f"{path} has no section {name!r}; it has: {has}")
            return body
        else:
            at = self.sections[name]
            block = self.under = Block(line, "section", at.text, at.path, at.line, name)
            body = at.text.split("\n")
        self.page.blocks.append(block)
        token.meta["block"] = block
        return body

    def _output(self, line: int, body: list[str], under: Block | None) -> list[str]:
        include = INCLUDE.match(body[0]) if len(body) == 1 else None
        if not include:
            self.page.problem(line, "an output is an include of examples/out/…, not typed by hand")
        elif under is None:
            self.page.problem(line, "an output stands right under the section that prints it, once")
        else:
            under.shown = self.page.show(under, "txt", line)
            if Path(include["target"]) == under.shown:
                return self.page.edition.read(under.shown).rstrip("\n").split("\n")
            self.page.problem(line + 1, f"the output of the section above is {under.shown}")
        return body

    def _box(self, token: Token, line: int) -> None:
        """A solution and a common mistake are titled as all others are."""
        solution, mistake = self.words["solution"], self.words["mistake"]
        if token.meta["tag"] == "success" and token.content != solution:
            self.page.problem(line, f'a solution is titled "{solution}"')
        if token.meta["tag"] == "failure" and not token.content.startswith(mistake):
            self.page.problem(line, f'the title of a common mistake begins with "{mistake}"')

    def _html(self, token: Token, line: int) -> None:
        if check := CHECK.search(token.content):
            code = textwrap.dedent(check["code"])
            self.page.blocks.append(Block(line, "check", code, self.page.path, line + 1))
        elif "<!--" in token.content and "-->" not in token.content:
            self.page.problem(line, "a comment is never closed")
        elif prose.RAW_CODE.search(token.content):
            self.page.problem(line, "code in raw HTML would never run: use a fence")
        else:
            prose.read_text(self.page, re.sub(r"<[^>]*>", "", token.content), line)

    def _order(self) -> None:
        """A page runs its example as `python -m` does: each section once, in the file's order."""
        names = list(self.sections)
        blocks = [block for block in self.page.blocks if block.kind == "section"]
        for earlier, later in pairwise(blocks):
            if names.index(later.section) <= names.index(earlier.section):
                self.page.problem(
                    later.line,
                    f"section {later.section!r} stands before {earlier.section!r} in "
                    f"{later.origin}, not after",
                )
        for name in self.sections.keys() - {block.section for block in blocks}:
            at = self.sections[name]
            message = f"no page shows section {name!r}"
            self.page.problems.append(ContractError(at.path, at.line - 1, message))
