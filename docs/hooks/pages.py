"""Read a page: what it includes, what it claims, and where it breaks the contract.

The site build and the tests both read pages through `parse`, so they can't disagree.
"""

import hashlib
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import sections
from sections import ContractError, Section

PAGES = Path("docs/en")
EXAMPLES = Path("examples")
OUT = Path("examples/out")

FENCE = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,}|~{3,})\s*(?P<info>.*?)\s*$")
INCLUDE = re.compile(r"""^\s*-{1,}8<-{1,}\s+["']?(?P<target>[^"']*)["']?\s*$""")
NOT_RUN = re.compile(r'python title="Not run: (?P<reason>[^"]+)"')
OUTPUT = re.compile(r'(?P<language>text|diff) title="Output"')
PYTHONIC = re.compile(r"\b(py|py3|python|python3|pycon|ipython|ipython3)\b", re.IGNORECASE)
COMMANDS = ("console",)

INVISIBLE = re.compile(
    r"^[ \t]*<!---? invisible-code-block: python[ \t]*\n(?P<code>.*?)^[ \t]*-->[ \t]*$", re.M | re.S
)
COMMENT = re.compile(r"<!--.*?-->", re.S)
NUMBER = r"[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
GUARD = re.compile(
    r"(?:`(?P<code>[^`\n]+)`|(?P<number>" + NUMBER + r"))<!--=\s*(?P<expression>.*?)\s*-->"
)
FIGURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)(?:\{[^}\n]*\})?")
MATH = re.compile(r"(?<![\\$])(\${1,2})(?!\$)(?P<tex>.+?)(?<![\\$])\1(?!\$)", re.S)
CODE = re.compile(r"(?<!`)`(?P<code>[^`\n]+)`(?!`)")
UNCLAIMED = [
    re.compile(r"\]\([^)]*\)"),  # link targets
    re.compile(r"\{[^}\n]*\}"),  # attribute lists
    re.compile(r"</?[a-zA-Z][^>]*>"),  # HTML tags
    re.compile(r"^[ \t]*\d+\. ", re.M),  # list numbers
]


@dataclass
class Block:
    """Python that the page runs: a section of its example, a session, or an invisible check."""

    line: int
    kind: Literal["section", "session", "check"]
    code: str
    origin: Path
    origin_line: int
    section: str = ""
    shown: Path | None = None
    """The accepted output that stands right under the section."""
    figure: Path | None = None
    """The accepted figure of the section, if the page shows it."""


@dataclass(frozen=True)
class Guard:
    """A number, or a piece of inline code, with the expression that must give it."""

    line: int
    column: int
    text: str
    expression: str


@dataclass(frozen=True)
class Formula:
    """TeX between dollars."""

    line: int
    tex: str


@dataclass
class Page:
    """A page, read."""

    path: Path
    stem: Path
    """Path below the pages' root, without the suffix: names the page, its example, its output."""
    markdown: str = ""
    """What the site renders: includes expanded, checks taken out."""
    blocks: list[Block] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    """Nothing computes a formula, so the TeX of the page is kept as accepted text."""
    inline_code: list[tuple[int, str]] = field(default_factory=list)
    problems: list[ContractError] = field(default_factory=list)
    missing: list[ContractError] = field(default_factory=list)
    """Accepted files that do not exist yet: `--accept` makes them, the build needs them."""
    outputs: set[Path] = field(default_factory=set)
    """Every accepted file that the page shows."""

    @property
    def formulas_file(self) -> Path:
        """Where the accepted TeX of the page stands, a formula a line."""
        return OUT / self.stem / "formulas.tex"

    @property
    def code_file(self) -> Path:
        """Where the accepted digests of the page's code stand, a block a line."""
        return OUT / self.stem / "code.sha256"

    def digests(self) -> list[str]:
        """A line for each block: not all of its code decides what is printed or drawn."""
        return [
            f"{hashlib.sha256(block.code.encode()).hexdigest()}  {block.section or block.kind}"
            for block in self.blocks
        ]


def find(root: Path) -> list[Path]:
    """All pages, relative to `root`."""
    return sorted(p.relative_to(root) for p in (root / PAGES).rglob("*.md"))


def parse(root: Path, path: Path, text: str | None = None) -> Page:
    """Read the page at `path` (relative to `root`); its problems are collected, not raised."""
    text = (root / path).read_text(encoding="utf-8") if text is None else text
    page = Page(path, path.relative_to(PAGES).with_suffix(""))
    example = EXAMPLES / page.stem.with_suffix(".py")
    known: dict[str, Section] = {}
    if (root / example).exists():
        try:
            known = sections.read(root, example)
        except ContractError as error:
            page.problems.append(error)
            page.markdown = text
            return page
    _Reader(root, page, example, known).read(text)
    page.problems.sort(key=lambda problem: problem.line)
    return page


class _Reader:
    """Walks one page once, line by line, and fills in the `Page`."""

    def __init__(self, root: Path, page: Page, example: Path, known: dict[str, Section]) -> None:
        self.root, self.page, self.example, self.known = root, page, example, known
        self.out = OUT / page.stem
        self.order: list[str] = []
        self.last_end = 0
        self.adjacent = False

    def problem(self, line: int, message: str) -> None:
        self.page.problems.append(ContractError(self.page.path, line, message))

    def read(self, text: str) -> None:
        prose, rendered = self._split_fences(text.split("\n"))
        self._read_prose("\n".join(prose))
        if self.page.blocks:
            self.page.outputs.add(self.page.code_file)
        shown = "\n".join(rendered)
        shown = INVISIBLE.sub("", shown)
        self.page.markdown = re.sub(r"<!--=.*?-->", "", shown, flags=re.S)
        self._check_order()

    # Fences ------------------------------------------------------------------------------------

    def _split_fences(self, lines: list[str]) -> tuple[list[str], list[str]]:
        """Prose with the fences blanked out, and the lines to render with includes expanded."""
        prose, rendered = [], []
        index = 0
        while index < len(lines):
            opening = FENCE.match(lines[index])
            if not opening:
                if INCLUDE.match(lines[index]):
                    self.problem(index + 1, "an include outside a fence: put it in one")
                prose.append(lines[index])
                rendered.append(lines[index])
                index += 1
                continue
            end = index + 1
            closing = re.compile(r"^\s*" + re.escape(opening["ticks"]) + r"+\s*$")
            while end < len(lines) and not closing.match(lines[end]):
                end += 1
            if end == len(lines):
                self.problem(index + 1, "a fence is never closed")
                break
            indent = opening["indent"]
            body = [line.removeprefix(indent) for line in lines[index + 1 : end]]
            self.adjacent = not any(line.strip() for line in lines[self.last_end : index])
            info, content = self._read_fence(index + 1, opening["info"], body)
            self.last_end = end + 1
            prose.extend([""] * (end - index + 1))
            rendered.append(f"{indent}{opening['ticks']}{info}")
            rendered.extend(f"{indent}{line}".rstrip() for line in content)
            rendered.append(lines[end])
            index = end + 1
        return prose, rendered

    def _read_fence(self, line: int, info: str, body: list[str]) -> tuple[str, list[str]]:
        """Check one fence; its info string and body as the site renders them."""
        if info == "python":
            return info, self._read_python(line, body)
        if NOT_RUN.fullmatch(info):
            return info, body
        if output := OUTPUT.fullmatch(info):
            content = self._read_output(line, body)
            return f' {{ .{output["language"]} .no-copy .output title="Output" }}', content
        if info in COMMANDS:
            return info, body
        if PYTHONIC.search(info) or any(line.lstrip().startswith(">>>") for line in body):
            self.problem(
                line,
                f"```{info} would never run: write ```python with an include or a >>> session, "
                'or say why not: ```python title="Not run: <reason>"',
            )
        else:
            self.problem(
                line,
                f'```{info} is not proven: use ```python, ```text title="Output" or ```console',
            )
        return info, body

    def _read_python(self, line: int, body: list[str]) -> list[str]:
        filled = [text for text in body if text.strip()]
        if filled and filled[0].startswith(">>>"):
            self.page.blocks.append(
                Block(line, "session", "\n".join(body) + "\n", self.page.path, line + 1)
            )
            return body
        include = INCLUDE.match(filled[0]) if len(filled) == 1 else None
        if not include:
            self.problem(
                line,
                "a Python fence holds one include of a section, or a >>> session, or is titled "
                '"Not run: <reason>"',
            )
            return body
        target, _, name = include["target"].partition(":")
        if Path(target) != self.example:
            self.problem(line + 1, f"{target} is not this page's example: that is {self.example}")
        elif not (self.root / self.example).exists():
            self.problem(line + 1, f"{self.example} does not exist")
        elif name not in self.known:
            self.problem(
                line + 1,
                f"{self.example} has no section {name!r}; it has: {', '.join(self.known)}",
            )
        else:
            section = self.known[name]
            self.order.append(name)
            block = Block(line, "section", section.text, section.path, section.line, name)
            self.page.blocks.append(block)
            return section.text.split("\n")
        return body

    def _read_output(self, line: int, body: list[str]) -> list[str]:
        include = INCLUDE.match(body[0]) if len(body) == 1 else None
        if not include:
            self.problem(line, "an output is an include of examples/out/…, not typed by hand")
            return body
        last = self.page.blocks[-1] if self.page.blocks else None
        if last is None or last.kind != "section" or not self.adjacent or last.shown:
            self.problem(line, "an output stands right under the section that prints it, once")
            return body
        expected = self.out / f"{last.section}.txt"
        if Path(include["target"]) != expected:
            self.problem(line + 1, f"the output of the section above is {expected.as_posix()}")
            return body
        last.shown = expected
        self.page.outputs.add(expected)
        return self._accepted(expected, line + 1)

    def _accepted(self, path: Path, line: int) -> list[str]:
        if (self.root / path).exists():
            return _read(self.root, path).rstrip("\n").split("\n")
        self.page.missing.append(
            ContractError(self.page.path, line, f"{path} does not exist: run pytest --accept")
        )
        return []

    def _check_order(self) -> None:
        """A page runs its example as `python -m` does: each section once, in the file's order."""
        positions = {name: index for index, name in enumerate(self.known)}
        for earlier, later in zip(self.order, self.order[1:], strict=False):
            if positions[later] <= positions[earlier]:
                line = [b.line for b in self.page.blocks if b.section == later][-1]
                self.problem(
                    line,
                    f"section {later!r} stands before {earlier!r} in {self.example}, not after",
                )
        for name in self.known:
            if name not in self.order:
                section = self.known[name]
                self.page.problems.append(
                    ContractError(section.path, section.line - 1, f"no page shows section {name!r}")
                )

    # Prose -------------------------------------------------------------------------------------

    def _read_prose(self, text: str) -> None:
        def line_of(offset: int) -> int:
            return text.count("\n", 0, offset) + 1  # blanking keeps every line in its place

        for match in INVISIBLE.finditer(text):
            line = line_of(match.start())
            code = textwrap.dedent(match["code"])
            self.page.blocks.append(Block(line, "check", code, self.page.path, line + 1))
        text = _blank(INVISIBLE, text)
        for match in GUARD.finditer(text):
            column = match.start() - (text.rfind("\n", 0, match.start()) + 1)
            shown = match["code"] or match["number"]
            self.page.guards.append(
                Guard(line_of(match.start()), column, shown, match["expression"])
            )
        text = _blank(GUARD, text)
        for match in re.finditer(r"<!--=", text):
            self.problem(line_of(match.start()), "a guard that follows neither a number nor code")
        text = _blank(COMMENT, text)
        if re.search(r"<!--", text):
            self.problem(line_of(text.index("<!--")), "a comment is never closed")
        if raw := re.search(r"<pre|<code", text):
            self.problem(line_of(raw.start()), "code in raw HTML would never run: use a fence")
        self._read_figures(text, line_of)
        text = _blank(FIGURE, text, keep="alt")
        for match in CODE.finditer(text):
            self.page.inline_code.append((line_of(match.start()), match["code"]))
        text = _blank(CODE, text)
        for match in MATH.finditer(text):
            self.page.formulas.append(Formula(line_of(match.start()), match["tex"].strip()))
        if self.page.formulas:
            self.page.outputs.add(self.page.formulas_file)
        text = _blank(MATH, text)
        for pattern in UNCLAIMED:
            text = _blank(pattern, text)
        for match in re.finditer(r"(?<![\w.])" + NUMBER, text):
            self.problem(
                line_of(match.start()),
                f"{match[0]} is a claim that nothing checks: "
                f"guard it, {match[0]}<!--= expression -->, or say it in words",
            )
        self.page.blocks.sort(key=lambda block: block.line)

    def _read_figures(self, text: str, line_of: Callable[[int], int]) -> None:
        lines = text.split("\n")
        for match in FIGURE.finditer(text):
            line = line_of(match.start())
            drawn = self._figure_section(match["target"])
            if drawn is None:
                self.problem(
                    line,
                    f"{match['target']} is not a figure of this page: "
                    f"{self.page.stem.name}/<section>.svg, drawn by a section above it",
                )
                continue
            if len(match["alt"].split()) < 4:
                self.problem(line, f"the figure {match['target']} needs alt text: say what to see")
            following = next((x.strip() for x in lines[line:] if x.strip()), "")
            if following != "/// caption":
                self.problem(line, f"the figure {match['target']} needs a caption under it")
            drawn.figure = self.out / f"{drawn.section}.svg"
            self.page.outputs.add(drawn.figure)
            if not (self.root / drawn.figure).exists():
                self.page.missing.append(
                    ContractError(
                        self.page.path, line, f"{drawn.figure} does not exist: run pytest --accept"
                    )
                )

    def _figure_section(self, target: str) -> Block | None:
        folder, _, name = target.rpartition("/")
        if folder != self.page.stem.name or not name.endswith(".svg"):
            return None
        wanted = name.removesuffix(".svg")
        return next((block for block in self.page.blocks if block.section == wanted), None)


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _blank(pattern: re.Pattern[str], text: str, keep: str = "") -> str:
    """Replace each match by spaces, so that offsets and line numbers stay true."""

    def blank(match: re.Match[str]) -> str:
        hidden = re.sub(r"[^\n]", " ", match[0])
        if not keep:
            return hidden
        start, end = match.start(keep) - match.start(), match.end(keep) - match.start()
        return hidden[:start] + match[keep] + hidden[end:]

    return pattern.sub(blank, text)


def unclaimed_code(root: Path, page: Page) -> list[ContractError]:
    """Inline code with digits that neither repeats code or output of the page nor has a guard."""
    seen = "\n".join(
        _squeeze(text)
        for block in page.blocks
        for text in (block.code, _read(root, block.shown) if block.shown else "")
    )
    return [
        ContractError(
            page.path,
            line,
            f"`{code}` stands in no code and no output of this page: guard it, or write it "
            "without digits",
        )
        for line, code in page.inline_code
        if re.search(r"\d", code)
        and not re.fullmatch(r"[A-Za-z_][\w.]*", code)
        and _squeeze(code) not in seen
    ]


def _read(root: Path, path: Path) -> str:
    return (root / path).read_text(encoding="utf-8") if (root / path).exists() else ""


def check_tree(root: Path) -> list[ContractError]:
    """What is wrong with the tree as a whole, orphans and examples without a page included."""
    read = [parse(root, path) for path in find(root)]
    problems = [problem for page in read for problem in page.problems]
    stems = {page.stem for page in read}
    for path in sorted((root / EXAMPLES).rglob("*.py")):
        relative = path.relative_to(root)
        stem = relative.relative_to(EXAMPLES).with_suffix("")
        if path.name not in {"__init__.py", "figures.py"} and stem not in stems:
            problems.append(ContractError(relative, 1, "no page shows this example"))
    left = _unshown(root, read)
    problems.extend(ContractError(path, 1, "an orphan: no page shows it") for path in left)
    return problems


def orphans(root: Path) -> list[Path]:
    """Accepted outputs and figures that no page shows, relative to `root`."""
    return _unshown(root, [parse(root, path) for path in find(root)])


def _unshown(root: Path, read: list[Page]) -> list[Path]:
    shown = {output for page in read for output in page.outputs}
    kept = (path.relative_to(root) for path in (root / OUT).rglob("*") if path.is_file())
    return sorted(path for path in kept if path not in shown and path.suffix != ".ipynb")
