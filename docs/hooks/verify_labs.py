"""Run a lab in a notebook's kernel and hold it against the accepted notebook."""

import contextlib
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext  # type: ignore[import-untyped]
import notebooks
import outputs
import pages
import proof
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import output_from_msg
from pages import Block, Guard, Page
from sections import ContractError

LABS = pages.PAGES / "lab"
ACCEPTED = pages.OUT / "lab"
MARKER = re.compile(r"^# %%")
REPOSITORY = Path(__file__).parents[2]
TIMEOUT = 120
"""Seconds that a cell may take."""


@dataclass
class Lab:
    """A lab, read."""

    page: Page
    """Its prose under the rules of a page; lines are those of the script."""
    cells: list[notebooks.Cell]
    """What a reader gets: guards taken out, nothing run yet."""
    lines: list[int]
    """The line of each cell's marker, counted from 1."""

    def guards(self, index: int) -> list[Guard]:
        """The guards that stand in one cell, its alt text and caption included."""
        following = (*self.lines, 10**9)[index + 1]
        return [g for g in self.page.guards if self.lines[index] <= g.line < following]


def find(root: Path) -> list[Path]:
    """All labs, relative to `root`."""
    return sorted(path.relative_to(root) for path in (root / LABS).glob("*.py"))


def orphans(root: Path) -> list[Path]:
    """Accepted notebooks of labs that are no more."""
    kept = {path.stem for path in find(root)}
    accepted = sorted((root / ACCEPTED).glob("*.ipynb"))
    return [path.relative_to(root) for path in accepted if path.stem not in kept]


def accepted(path: Path) -> Path:
    """Where the executed notebook of a lab is kept."""
    return ACCEPTED / f"{path.stem}.ipynb"


def read(root: Path, path: Path) -> Lab:
    """Read the script at `path` (relative to `root`) and check its prose."""
    text = (root / path).read_text(encoding="utf-8")
    script = jupytext.reads(text, fmt="py:percent")
    count = text.count("\n") + 1
    lines = [number for number, line in enumerate(text.split("\n"), 1) if MARKER.match(line)]
    written, blocks, cells = [""] * (count + 1), [], []
    problems: list[ContractError] = []
    if len(lines) != len(script.cells):
        problems.append(ContractError(path, 1, "something stands before the first # %%"))
        lines = [1] * len(script.cells)
    for line, cell in zip(lines, script.cells, strict=True):
        source = cell.source
        if cell.cell_type == "markdown":
            written[line : line + source.count("\n") + 1] = source.split("\n")
            cells.append(notebooks.prose(_unguarded(source)))
            continue
        said = {key: str(cell.metadata[key]) for key in ("alt", "caption") if key in cell.metadata}
        written[line - 1] = " ".join(said.values())
        blocks.append(Block(line, "section", source, path, line + 1))
        if said and (len(said) < 2 or len(said.get("alt", "").split()) < 4):
            problems.append(ContractError(path, line, "a figure needs an alt text and a caption"))
        metadata = {key: _unguarded(value) for key, value in said.items()}
        cells.append({**notebooks.code(source, []), "metadata": metadata})
    page = pages.parse(root, path, "\n".join(written))
    page.blocks.extend(blocks)
    page.problems.extend([*problems, *pages.unclaimed_code(root, page)])
    return Lab(page, cells, lines)


def count(root: Path, path: Path) -> proof.Counts:
    """How much of a lab was run, and how much of what it shows was compared."""
    lab = read(root, path)
    kept = json.loads((root / accepted(path)).read_text(encoding="utf-8"))["cells"]
    kinds = [output["output_type"] for cell in kept for output in cell.get("outputs", ())]
    return {
        "block": len(lab.page.blocks),
        "output": len(kinds) - kinds.count("display_data"),
        "figure": kinds.count("display_data"),
        "number": len(lab.page.guards),
    }


def _unguarded(text: str) -> str:
    return re.sub(r"<!--=.*?-->", "", text, flags=re.S)


class Kernel:
    """A notebook's kernel that draws as the site does; the labs take turns in it."""

    def __init__(self, root: Path) -> None:
        folders = [REPOSITORY, REPOSITORY / "src", REPOSITORY / "docs" / "hooks"]
        environment = {
            **os.environ,
            "MPLBACKEND": "module://examples.figures",
            "MATPLOTLIBRC": str(REPOSITORY / "examples" / "matplotlibrc"),
            "PYTHONPATH": os.pathsep.join(map(str, folders)),
        }
        self._manager, self._client = start_new_kernel(env=environment, cwd=str(root))

    def run(self, source: str) -> list[Any]:
        """Execute a cell; its outputs, as a notebook holds them."""
        shown: list[Any] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                shown.append(output_from_msg(message))  # type: ignore[no-untyped-call]

        self._client.execute_interactive(
            source, allow_stdin=False, timeout=TIMEOUT, output_hook=keep
        )
        return shown

    def close(self) -> None:
        """Stop the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def verify(root: Path, path: Path, kernel: Kernel, *, accept: bool = False) -> tuple[str, str]:
    """Run the lab; what is wrong with it, and what `accept` made of it.

    Args:
        root: The project.
        path: The script, relative to `root`.
        kernel: What to run it in.
        accept: Whether to keep what differs instead of reporting it.

    Returns:
        The faults, a line or more each, empty if there are none; and the accepted file if written.
    """
    lab = read(root, path)
    faults = [str(problem) for problem in lab.page.problems]
    if not faults:
        faults = list(_run(path, lab, kernel))
    if faults:
        return "\n".join(faults), ""
    now = notebooks.assemble(lab.cells)
    kept = root / accepted(path)
    shown = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else None
    fault = _difference(path, lab, shown, now)
    if fault and accept:
        notebooks.write(now, kept)
        return "", accepted(path).as_posix()
    return fault, ""


def replay(root: Path, path: Path, seed: int) -> str:
    """Run the lab in this process under noise; where it departs from the accepted notebook."""
    from noise import noise

    from examples import figures

    lab, namespace = read(root, path), {"__name__": path.stem}
    kept = json.loads((root / accepted(path)).read_text(encoding="utf-8"))["cells"]
    with noise(seed):
        for index, cell in enumerate(kept):
            where = f"{path.as_posix()}:{lab.lines[index]}: under noise (seed {seed}) "
            printed = io.StringIO()
            if cell["cell_type"] == "code":
                figures.drawn.clear()
                with contextlib.redirect_stdout(printed):
                    exec(cell["source"], namespace)
                text = "".join(line.rstrip() + "\n" for line in printed.getvalue().splitlines())
                if text != _printed(cell):
                    return f"{where}the cell prints\n{outputs.diff(_printed(cell), text)}"
                if not outputs.same_figure(_drawn(cell), "".join(figures.drawn)):
                    return f"{where}the cell draws another figure"
            for guard in lab.guards(index):
                value = eval(guard.expression, namespace)
                if not outputs.agrees(guard.text, value):
                    return f"{where}{guard.text} is {value!r}"
    return ""


# Run ---------------------------------------------------------------------------------------------


def _run(path: Path, lab: Lab, kernel: Kernel) -> Iterator[str]:
    """Execute the lab's cells, fill in their outputs, and say what is wrong."""
    kernel.run("get_ipython().run_line_magic('reset', '-f')")
    for index, cell in enumerate(lab.cells):
        if cell["cell_type"] == "code":
            shown = kernel.run(cell["source"])
            if fault := _failure(path, lab.lines[index], shown):
                yield fault
                return
            cell["outputs"] = _outputs(shown, cell["metadata"].get("alt", ""))
            drawn = sum(output["output_type"] == "display_data" for output in cell["outputs"])
            if drawn != ("alt" in cell["metadata"]):
                yield (
                    f"{path.as_posix()}:{lab.lines[index]}: this cell draws {drawn} figures: a cell"
                    ' that draws one, and no other, has alt="..." caption="..." behind its # %%'
                )
        for guard in lab.guards(index):
            says = f"the lab says {guard.text}, but {guard.expression} is "
            agrees = f"__import__('outputs').agrees({guard.text!r}, {guard.expression})"
            check = f"assert {agrees}, {says!r} + repr({guard.expression})"
            for output in kernel.run(check):
                fault = output.get("evalue", "")
                if output.get("ename") != "AssertionError":
                    fault = f"the guard {guard.expression} raised {output.get('ename')}: {fault}"
                yield f"{path.as_posix()}:{guard.line}: {fault}"


def _failure(path: Path, line: int, shown: list[Any]) -> str:
    """Why a cell failed: it raised, it warned, or it showed a value without printing it."""
    for output in shown:
        if output.output_type == "error":
            trace = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback))
            inside = re.findall(r"Cell In\[\d+\], line (\d+)", trace)
            at = line + int(inside[-1]) if inside else line
            return f"{path.as_posix()}:{at}: the cell raised {output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            return f"{path.as_posix()}:{line}: the cell warns:\n{output.text}"
        if output.output_type == "execute_result":
            value = output.data.get("text/plain", "")
            return f"{path.as_posix()}:{line}: the cell ends in a bare value ({value}): print it"
    return ""


def _outputs(shown: list[Any], alt: str) -> list[dict[str, Any]]:
    """What a cell printed, in one piece, and what it drew."""
    printed = "".join(o.text for o in shown if o.output_type == "stream")
    printed = "".join(line.rstrip() + "\n" for line in printed.splitlines())
    drawn = [o.data["image/svg+xml"] for o in shown if o.output_type == "display_data"]
    return [notebooks.stream(printed)] * bool(printed) + [notebooks.figure(d, alt) for d in drawn]


# Compare -----------------------------------------------------------------------------------------


def _difference(path: Path, lab: Lab, shown: dict[str, Any] | None, now: dict[str, Any]) -> str:
    """Where the accepted notebook is not what the script is, or prints, or draws now."""
    kept = accepted(path).as_posix()
    if shown is None:
        return f"{path.as_posix()}:1: {kept} does not exist: run pytest --accept"
    old, new = shown.get("cells", []), now["cells"]
    for line, was, is_ in zip(lab.lines, old, new, strict=False):
        where = f"{path.as_posix()}:{line}"
        if was["source"] != is_["source"] or was["metadata"] != is_["metadata"]:
            changes = outputs.diff(_source(was), _source(is_))
            return f"{where}: not the cell that was accepted ({kept}):\n{changes}"
        if _printed(was) != _printed(is_):
            changes = outputs.diff(_printed(was), _printed(is_))
            return f"{where}: the cell does not print what is shown ({kept}):\n{changes}"
        if not outputs.same_figure(_drawn(was), _drawn(is_)):
            changes = outputs.diff(_drawn(was), _drawn(is_))[:2000]
            return f"{where}: the cell does not draw what is shown ({kept}):\n{changes}"
    if _frame(shown) != _frame(now):
        return f"{path.as_posix()}:1: {kept} is not this script's notebook: run pytest --accept"
    return ""


def _source(cell: notebooks.Cell) -> str:
    said = [f"{key}: {value}" for key, value in cell["metadata"].items()]
    return "\n".join([*said, cell["source"]])


def _printed(cell: notebooks.Cell) -> str:
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def _drawn(cell: notebooks.Cell) -> str:
    shown = [output.get("data", {}) for output in cell.get("outputs", [])]
    return "".join(data.get("image/svg+xml", "") for data in shown)


def _frame(notebook: dict[str, Any]) -> str:
    """All of a notebook but what it prints and draws, which may differ in a last digit."""
    text = json.loads(json.dumps(notebook))
    for cell in text["cells"]:
        for output in cell.get("outputs", []):
            if "text" in output:
                output["text"] = ""
            output.get("data", {}).pop("image/svg+xml", None)
    return notebooks.dumps(text)
