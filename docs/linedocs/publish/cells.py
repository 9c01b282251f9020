"""The cells of a notebook, and what a session becomes among them.

nbformat checks each piece that it makes, which costs a build a second; the tests check the whole.
"""

import ast
import doctest
from typing import Any

import nbformat

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

Cell = dict[str, Any]


def prose(text: str) -> Cell:
    """A cell of Markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(source: str, outputs: list[Cell], **metadata: Any) -> Cell:
    """A cell of code, and what it printed or drew."""
    made = {"cell_type": "code", "metadata": metadata, "source": source, "outputs": outputs}
    return {**made, "execution_count": None}


def output(kind: str, **content: Any) -> Cell:
    """What a cell printed, drew, answered or raised."""
    return {"output_type": kind, **content}


def notebook(cells: list[Cell]) -> Cell:
    """Cells as a notebook; their ids count up, so that a rebuild gives the same bytes."""
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    made = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict(made)  # type: ignore[no-any-return, no-untyped-call]


def session(text: str) -> list[Cell]:
    """A `>>>` session as cells: one up to each answer."""
    cells, source = [], ""
    for step in doctest.DocTestParser().get_examples(text):
        source += step.source
        if not step.want:
            continue
        said, metadata = step.want.rstrip("\n"), {}
        if step.exc_msg is not None:
            name, _, value = step.exc_msg.strip().partition(": ")
            trace = {"ename": name, "evalue": value, "traceback": said.split("\n")}
            answer, metadata = output("error", **trace), {"tags": ["raises-exception"]}
        elif _is_value(step.source):
            data = {"data": {"text/plain": said}, "metadata": {}, "execution_count": None}
            answer = output("execute_result", **data)
        else:
            answer = output("stream", name="stdout", text=step.want)
        cells.append(code(source.rstrip("\n"), [answer], **metadata))
        source = ""
    return [*cells, code(source.rstrip("\n"), [])] if source else cells


def _is_value(source: str) -> bool:
    """Whether a statement shows its value, as an expression does that is no call of print."""
    statement = ast.parse(source).body[-1]
    if not isinstance(statement, ast.Expr):
        return False
    call = statement.value
    return not (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"
    )
