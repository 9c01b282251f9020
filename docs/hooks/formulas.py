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
            options = {"displayMode": display, "throwOnError": True, "strict": "error"}
            try:
                self._done[key] = self._engine.call("katex.renderToString", tex, options)
            except JSEvalException as error:
                message = str(error).split("\n")[0]
                raise FormulaError(f"formula {tex!r}: {message}") from None
        return self._done[key]

    def close(self) -> None:
        """Stop the JavaScript engine's threads."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None
