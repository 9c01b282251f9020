"""A matplotlib backend that keeps each figure that `plt.show()` is given, as an SVG for the site.

At a terminal the examples use your own backend, and `plt.show()` opens a window. The tests set
`MPLBACKEND=module://linedocs.backend`, and find what was drawn in `drawn`.
"""

import io
import re
import sys
from pathlib import Path

from matplotlib import font_manager
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

font_manager.fontManager.addfont(Path(__file__).with_name("source-serif.ttf"))

drawn: list[str] = []
"""The SVGs of the figures shown so far, oldest first."""

STYLES = Path(__file__).parents[1] / "theme" / "assets" / "site.css"
COLOUR = re.compile(
    r"^  --(?P<name>\w+): light-dark\((?P<light>#\w{6}), (?P<dark>#\w{6})\);$", re.M
)
PALETTE = {
    colour["name"]: (colour["light"], colour["dark"])
    for colour in COLOUR.finditer(STYLES.read_text(encoding="utf-8"))
}
"""The colours of the site, on light paper and on dark."""
MEANINGS = {
    "#1f77b4": "data",
    "#ff7f0e": "prediction",
    "#2ca02c": "gradient",
    "#d62728": "loss",
    "#9467bd": "parameter",
    "#24292f": "ink",
    "#6e7781": "muted",
    "#d8dee4": "rule",
}
"""What each colour of an example is on every page: matplotlib's C0 to C4, and matplotlibrc's."""


class FigureManager(FigureManagerBase):
    """Keeps figures instead of opening windows."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Render every open figure into `drawn`, and close it."""
        for manager in Gcf.get_all_fig_managers():
            drawn.append(svg(manager.canvas.figure))
            _show_in_notebook(drawn[-1])
        Gcf.destroy_all()


class FigureCanvas(FigureCanvasSVG):
    """An SVG canvas whose figures end in `drawn`."""

    manager_class = FigureManager


def svg(figure: Figure) -> str:
    """Render `figure` as one SVG for both colour schemes: the same bytes run after run."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata={"Date": None}, transparent=True)
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r"(?<!scale\()-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", text)
    for written, name in MEANINGS.items():
        text = text.replace(written, f"var(--{name})")
    return text.replace("<defs>", f"{_style()}\n <defs>", 1)


def _show_in_notebook(text: str) -> None:
    """Put the figure under its cell, where the labs run in a notebook's kernel."""
    if "IPython" in sys.modules:
        from IPython import display, get_ipython

        if get_ipython() is not None:
            display.display(  # type: ignore[no-untyped-call]
                {"image/svg+xml": text}, raw=True
            )


def _style() -> str:
    light, dark = (
        ";".join(f"--{name}:{PALETTE[name][scheme]}" for name in MEANINGS.values())
        for scheme in (0, 1)
    )
    return f"<style>svg{{{light}}}@media (prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
