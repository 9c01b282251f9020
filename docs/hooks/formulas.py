"""Typeset formulas with KaTeX at build time: HTML and MathML, no script in the reader's browser."""

import html
import re
from pathlib import Path

from py_mini_racer import JSEvalException, MiniRacer

KATEX = Path(__file__).with_name("katex.min.js")
WRITTEN = re.compile(
    r'<(?P<tag>span|div) class="arithmatex"[^>]*>(?:\\\(|\\\[)(?P<tex>.*?)(?:\\\)|\\\])</(?P=tag)>',
    re.S,
)

SYMBOL = re.compile(
    r"(?P<skip>\\(?:text|mathrm|texttt|mathsf)\s*\{[^}]*\})"
    r"|(?P<prediction>\\hat\s*\{?[yY]\}?)"
    r"|(?P<gradient>\\partial|\\nabla)"
    r"|(?P<command>\\(?:[a-zA-Z]+|.))"
    r"|(?P<data>[xXy])|(?P<parameter>[wWb])|(?P<loss>[LEe])"
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
        self._engine: MiniRacer | None = None
        self._done: dict[tuple[str, bool], str] = {}

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
            if self._engine is None:
                self._engine = MiniRacer()
                self._engine.eval(KATEX.read_text(encoding="utf-8"))
            written = tex if OTHER_MEANINGS.search(tex) else SYMBOL.sub(_coloured, tex)
            options = {"displayMode": display, "throwOnError": True, "strict": "error"}
            try:
                made = self._engine.call("katex.renderToString", written, options)
            except JSEvalException as error:
                message = str(error).split("\n")[0]
                raise FormulaError(f"formula {tex!r}: {message}") from None
            made = re.sub(r' mathcolor="\w+"', "", made)
            made = re.sub(rf"color:({'|'.join(MEANINGS)});", r"color:var(--\1);", made)
            self._done[key] = made.replace(html.escape(written, False), html.escape(tex, False))
        return self._done[key]

    def close(self) -> None:
        """Stop the JavaScript engine's threads."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None
