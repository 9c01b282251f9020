"""Run the Python of a page as a reader would, and catch what it prints and draws."""

import contextlib
import doctest
import io
import sys
import traceback
from pathlib import Path
from typing import Any

from linedocs.contract.page import Block

Namespace = dict[str, Any]
TOOLING = Path(__file__).parents[1]
FIGURES = {
    "MPLBACKEND": "module://linedocs.backend",
    "MATPLOTLIBRC": str(TOOLING / "matplotlibrc"),
}
"""The environment in which matplotlib draws for the site."""


class RunError(Exception):
    """Code raised, or a session went otherwise than the page says."""


def code(root: Path, block: Block, namespace: Namespace) -> tuple[str, list[str]]:
    """Run a section or a check; what it printed, without spaces at line ends, and its figures.

    Raises:
        RunError: If it raises, or leaves a figure open; the message has the example's own lines.
    """
    from linedocs import backend  # matplotlib, which the build does without

    stdout, origin = io.StringIO(), root / block.origin
    backend.drawn.clear()
    try:
        source = "\n" * (block.origin_line - 1) + block.code
        compiled = compile(source, origin.as_posix(), "exec")
        with contextlib.redirect_stdout(stdout):
            exec(compiled, namespace)
    except Exception as error:
        frames = [
            f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == origin
        ]
        _left_open()
        stack = "".join(traceback.format_list(frames)).replace(f"{root.as_posix()}/", "")
        raise RunError(f"raised {type(error).__name__}: {error}\n{stack}") from None
    if _left_open():
        raise RunError("makes a figure without showing it: end with plt.show()")
    printed = "".join(line.rstrip() + "\n" for line in stdout.getvalue().splitlines())
    return printed, list(backend.drawn)


def session(page: Path, block: Block, namespace: Namespace) -> None:
    """Run a `>>>` session.

    Raises:
        RunError: If it does not go as the page says.
    """
    test = doctest.DocTestParser().get_doctest(
        block.code, {}, page.as_posix(), page.as_posix(), block.origin_line - 1
    )
    test.globs = namespace
    report = io.StringIO()
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
    runner.run(test, out=report.write, clear_globs=False)
    if report.getvalue():
        raise RunError(f"went otherwise\n{report.getvalue()}")


def _left_open() -> bool:
    if "matplotlib.pyplot" not in sys.modules:
        return False
    import matplotlib.pyplot as plt

    open_figures = bool(plt.get_fignums())
    plt.close("all")
    return open_figures
