"""The cells of a notebook, and what a session becomes among them."""

import ast
import doctest
from typing import Any

import nbformat

KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

v4: Any = nbformat.v4  # which has no types
Cell = dict[str, Any]


def notebook(cells: list[Cell]) -> Cell:
    """Cells as a notebook; their ids count up, so that a rebuild gives the same bytes."""
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    made: Cell = v4.new_notebook(cells=cells, metadata=KERNEL)
    return made


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
            output, metadata = v4.new_output("error", **trace), {"tags": ["raises-exception"]}
        elif _is_value(step.source):
            output = v4.new_output("execute_result", {"text/plain": said})
        else:
            output = v4.new_output("stream", text=step.want)
        cells.append(v4.new_code_cell(source.rstrip("\n"), outputs=[output], metadata=metadata))
        source = ""
    return [*cells, v4.new_code_cell(source.rstrip("\n"))] if source else cells


def _is_value(source: str) -> bool:
    """Whether a statement shows its value, as an expression does that is no call of print."""
    statement = ast.parse(source).body[-1]
    if not isinstance(statement, ast.Expr):
        return False
    call = statement.value
    return not (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"
    )
