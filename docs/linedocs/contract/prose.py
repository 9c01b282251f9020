"""Read the sentences of a page: a number in one is a claim, and carries what must give it."""

import re

from markdown_it.token import Token

from linedocs.contract.example import INCLUDE
from linedocs.contract.page import Guard, Noted, Page

NUMBER = re.compile(r"(?<![A-Za-z0-9_.])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
"""A number is one beside a Chinese character too, which Python takes for a letter."""
ATTRIBUTES = re.compile(r"\{[^}\n]*\}")
RAW_CODE = re.compile(r"<(?:pre|code)\b")


def read(page: Page, tokens: list[Token], line: int) -> None:
    """Read what stands in one paragraph, heading or cell of a table, from `line` on."""
    for at, token in enumerate(tokens):
        after = tokens[at + 1 :]
        guard = after[0].content if after and after[0].content.startswith("<!--=") else ""
        if token.type in ("softbreak", "hardbreak"):
            line += 1
        elif token.type == "text":
            read_text(page, token.content, line, at, guard)
        elif token.type == "code_inline" and guard:
            _guard(page, line, at, token.content, guard)
        elif token.type == "code_inline":
            page.inline_code.append(Noted(line, token.content))
        elif token.type.startswith("math_inline"):
            page.formulas.append(Noted(line, token.content.strip()))
        elif token.type == "image":
            page.images.append((line, token))
            token.meta["captioned"] = "/// caption" in [follows.content for follows in after]
            read(page, token.children or [], line)
        elif token.type == "html_inline" and RAW_CODE.match(token.content):
            page.problem(line, "code in raw HTML would never run: use a fence")
        if token.type == "html_inline" or token.type.startswith("math_inline"):
            line += token.content.count("\n")


def read_text(page: Page, text: str, line: int, column: int = 0, guard: str = "") -> None:
    """Read plain text, with the guard that follows it, if one does."""
    if INCLUDE.match(text):
        page.problem(line, "an include outside a fence: put it in one")
    text = ATTRIBUTES.sub("", text)
    numbers = list(NUMBER.finditer(text))
    if guard and numbers and numbers[-1].end() == len(text):
        _guard(page, line, column, numbers.pop()[0], guard)
    elif guard:
        page.problem(line, "a guard that follows neither a number nor code")
    for number in numbers:
        page.problem(
            line,
            f"{number[0]} is a claim that nothing checks: "
            f"guard it, {number[0]}<!--= expression -->, or say it in words",
        )


def unclaimed_code(page: Page) -> list[str]:
    """Inline code with digits that neither repeats code or output of the page nor has a guard."""
    shown = [page.edition.read(block.shown) for block in page.blocks if block.shown]
    seen = "\n".join(_squeezed(text) for text in [*shown, *(block.code for block in page.blocks)])
    return [
        f"{page.path.as_posix()}:{line}: `{code}` stands in no code and no output of this page: "
        "guard it, or write it without digits"
        for line, code in page.inline_code
        if re.search(r"\d", code)
        and not re.fullmatch(r"[A-Za-z_][\w.]*", code)
        and _squeezed(code) not in seen
    ]


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _guard(page: Page, line: int, column: int, text: str, comment: str) -> None:
    expression = comment.removeprefix("<!--=").removesuffix("-->").strip()
    page.guards.append(Guard(line, column, text, expression))


def read_figures(page: Page) -> None:
    """Hold the images of a page, whose sections are all read now, against what these draw."""
    spaced = page.edition.words["spaced"]
    for line, image in page.images:
        target, alt = str(image.attrs["src"]), re.sub(r"<!--=.*?-->", "", image.content)
        drawn = [b for b in page.blocks if f"{page.stem.name}/{b.section}.svg" == target]
        if not drawn:
            page.problem(
                line,
                f"{target} is not a figure of this page: {page.stem.name}/<section>.svg, drawn by "
                "a section of it",
            )
            continue
        if len(alt.split() if spaced else alt) < (4 if spaced else 8):
            page.problem(line, f"the figure {target} needs alt text: say what to see")
        if not image.meta["captioned"]:
            page.problem(line, f"the figure {target} needs a caption under it")
        drawn[0].figure, drawn[0].alt = page.show(drawn[0], "svg", line), alt
