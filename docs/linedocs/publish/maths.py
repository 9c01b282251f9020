"""Typeset formulas with KaTeX at build time: HTML and MathML, no script in the reader's browser."""

import html
import re
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from py_mini_racer import JSEvalException, MiniRacer

KATEX = Path(__file__).with_name("katex.min.js")
WRITTEN = re.compile(
    r'<(?P<tag>span|div) class="arithmatex"[^>]*>(?:\\\(|\\\[)(?P<tex>.*?)(?:\\\)|\\\])</(?P=tag)>',
    re.S,
)
TOKEN = re.compile(r"<(?P<end>/?)m(?:[ion]|text)\b[^>]*>")
APPLIED = re.compile(r"(<mi\b[^>]*>[^<]*</mi>)<mo>\u2061</mo>")

SYMBOL = re.compile(
    r"(?P<skip>\\(?:text|mathrm|texttt|mathsf)\s*\{[^}]*\})"
    r"|(?P<prediction>\\hat\s*\{?[yY]\}?)"
    r"|(?P<gradient>\\partial|\\nabla)"
    r"|(?P<data>(?:\\bar\s*)?[xXy])|(?P<parameter>(?:\\(?:bar|hat)\s*)?[wWb])|(?P<loss>[LEe])"
    r"|(?P<command>\\(?:[a-zA-Z]+|.))"
)
"""The symbols that mean the same on every page; each has the colour of its meaning."""
OTHER_MEANINGS = re.compile(r"(?<![\\a-zA-Z])[acdAB](?![a-zA-Z])")
"""Where these letters stand, the alphabet is used for something else."""
MEANINGS = ("data", "prediction", "gradient", "parameter", "loss")
"""The colours, as the style sheet names them."""


def _coloured(symbol: re.Match[str]) -> str:
    meaning = symbol.lastgroup
    return f"\\textcolor{{{meaning}}}{{{symbol[0]}}}" if meaning in MEANINGS else symbol[0]


class FormulaError(Exception):
    """KaTeX refuses a formula; the message quotes both."""


class Typesetter:
    """One KaTeX for the whole build; close it, or the process never ends."""

    def __init__(self) -> None:
        self._done: dict[tuple[str, bool], str] = {}
        self._engine: Future[MiniRacer] | None = None

    def begin(self, done: dict[tuple[str, bool], str]) -> None:
        """Go on from the formulas in `done`, which grows; if there are none, start the engine."""
        self._done = done
        if not done:
            self._start()

    def _start(self) -> "Future[MiniRacer]":
        """The engine, which starts in half a second, beside what the build does meanwhile."""
        if self._engine is None:
            pool = ThreadPoolExecutor(1)
            self._engine = pool.submit(_katex)
            pool.shutdown(wait=False)
        return self._engine

    def page(self, content: str) -> str:
        """Replace every formula that arithmatex marked in `content`.

        Raises:
            FormulaError: If KaTeX can't read a formula.
        """
        return WRITTEN.sub(
            lambda m: self.formula(html.unescape(m["tex"]).strip(), display=m["tag"] == "div"),
            content,
        )

    def formula(self, tex: str, *, display: bool) -> str:
        """One formula as HTML with MathML beside it for screen readers."""
        key = (tex, display)
        if key not in self._done:
            written = tex if OTHER_MEANINGS.search(tex) else SYMBOL.sub(_coloured, tex)
            options = {"displayMode": display, "throwOnError": True, "strict": "error"}
            try:
                made = self._start().result().call("katex.renderToString", written, options)
            except JSEvalException as error:
                message = str(error).split("\n")[0]
                raise FormulaError(f"formula {tex!r}: {message}") from None
            made = re.sub(r' mathcolor="\w+"', "", made)
            made = re.sub(rf"color:({'|'.join(MEANINGS)});", r"color:var(--\1);", made)
            made = made.replace(html.escape(written, False), html.escape(tex, False))
            self._done[key] = valid(made)
        return self._done[key]

    def close(self) -> None:
        """Stop the JavaScript engine's threads."""
        if self._engine is not None:
            self._engine.result().close()
            self._engine = None


def _katex() -> MiniRacer:
    engine = MiniRacer()
    engine.eval(KATEX.read_text(encoding="utf-8"))
    return engine


def valid(rendered: str) -> str:
    """KaTeX's output with valid MathML, and a wide formula that the keyboard can scroll.

    A function's name and the invisible sign of its application become one term, because a
    subscript takes two; a token that holds elements becomes a row, because it may hold text only.
    """
    rendered = APPLIED.sub("<mrow>\\1<mo>\u2061</mo></mrow>", rendered)
    rendered = rendered.replace('class="katex-display"', 'class="katex-display" tabindex="0"')
    before, start, rest = rendered.partition("<math")
    mathml, end, after = rest.partition("</math>")
    rows: list[bool] = []

    def renamed(match: re.Match[str]) -> str:
        if match["end"]:
            return "</mrow>" if rows.pop() else match[0]
        rows.append(bool(re.match(r"<[^/]", mathml[match.end() : match.end() + 2])))
        return "<mrow>" if rows[-1] else match[0]

    return before + start + TOKEN.sub(renamed, mathml) + end + after
