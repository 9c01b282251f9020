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

PALETTE = {
    # Written by matplotlibrc: (name, light scheme, dark scheme).
    "#24292f": ("ink", "#24292f", "#e6e8eb"),
    "#6e7781": ("muted", "#656d76", "#9aa4ae"),
    "#d8dee4": ("grid", "#e3e7eb", "#353b43"),
    "#1f77b4": ("data", "#1868a8", "#6cb6ff"),
    "#ff7f0e": ("prediction", "#b85200", "#ffa657"),
    "#2ca02c": ("gradient", "#1a7f37", "#57d364"),
    "#d62728": ("loss", "#c4232a", "#ff7b72"),
    "#9467bd": ("parameter", "#7d4bc0", "#cda6ff"),
}
"""The colours of matplotlib's own cycle, C0 to C4, each with one meaning on every page."""


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
    for written, (name, _, _) in PALETTE.items():
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
    light = ";".join(f"--{name}:{value}" for name, value, _ in PALETTE.values())
    dark = ";".join(f"--{name}:{value}" for name, _, value in PALETTE.values())
    return f"<style>svg{{{light}}}@media (prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
