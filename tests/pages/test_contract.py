"""The contract of a page: each way to break it is caught, by file and line."""

import re
from pathlib import Path

import pytest
from linedocs.contract import tree as trees

from tests.support.tree import EXAMPLE, PAGE, Tree

FIGURE = """
# --8<-- [start:draw]
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(2, 1))
axes.plot([0, total], [0, 1])
plt.show()
# --8<-- [end:draw]
"""

SHOWN_FIGURE = """
```python
--8<-- "examples/learn/sum.py:draw"
```

![A blue line that rises to the right.](sum/draw.svg)
/// caption
A line.
///
"""


def test_a_page_that_keeps_the_contract_passes(tree: Tree) -> None:
    """A sound page has no fault, and the tree around it has none."""
    assert tree.faults() == []
    assert trees.check(tree.root) == []


BREAKS = [
    # Rule 1: a page holds no Python of its own.
    ("page", '--8<-- "examples/learn/sum.py:quiet"', "half = total / 2", "md:13", "one include"),
    ("page", "```python\n>>>", "```py\n>>>", "md:17", "```py would never run"),
    ("page", "```python\n>>>", "```pycon\n>>>", "md:17", "```pycon would never run"),
    ("page", "```python\n>>>", "``` { .python }\n>>>", "md:17", "would never run"),
    ("page", "```python\n>>>", '```python title="sum.py"\n>>>', "md:17", "would never run"),
    ("page", "```python\n>>>", '```python title="Not run: "\n>>>', "md:17", "would never run"),
    ("page", "```python\n>>>", "```text\n>>>", "md:17", "would never run"),
    ("page", "Half of", "<pre>half</pre> Half of", "md:25", "raw HTML would never run"),
    ("page", "Half of", '--8<-- "examples/learn/sum.py:add"\nHalf of', "md:25", "outside a fence"),
    ("page", "```python\n>>>", "```yaml\n>>> 1", "md:17", "would never run"),
    ("page", "Half of", "```yaml\nhalf: 2\n```\nHalf of", "md:25", "is not proven"),
    ("page", "zero\n```\n\nHalf", "zero\n\nHalf", "md:17", "never closed"),
    # Rule 2: what prints is shown; what is shown is printed; nothing is left over.
    ("example", "half = total / 2", "half = total / 2\nprint(half)", "md:13", "does not show it"),
    ("example", 'print(f"total {total:.2f}")', "pass", "md:3", "prints nothing"),
    ("page", '```python\n--8<-- "examples/learn/sum.py:quiet"\n```\n', "", "py:8", "no page shows"),
    ("page", "sum/add.txt", "sum/other.txt", "md:8", "the output of the section above is"),
    ("page", "```\n\n```text", "```\n\nIt prints:\n\n```text", "md:9", "right under the section"),
    ("page", '--8<-- "examples/out/learn/sum/add.txt"', "total 3.75", "md:7", "not typed by hand"),
    ("page", "learn/sum.py:add", "learn/other.py:add", "md:4", "is not this page's example"),
    ("page", "learn/sum.py:add", "learn/sum.py:ad", "md:4", "no section 'ad'"),
    # Rule 3: a number in prose is a claim.
    ("page", "3.75<!--= total -->", "3.57<!--= total -->", "md:11", "says 3.57, but total is 3.75"),
    ("page", "3.75<!--= total -->", "3.75", "md:11", "a claim that nothing checks"),
    ("page", "3.75<!--= total -->", "3.75<!--= totl -->", "md:11", "raised NameError"),
    ("page", "3.75<!--= total -->", "it<!--= total -->", "md:11", "neither a number nor code"),
    ("page", "`total 3.75` is", "`total 3.85` is", "md:11", "stands in no code"),
    ("page", "assert half < total", "assert half > total", "md:26", "raised AssertionError"),
    ("page", "$a + b$", "$a - b$", "md:25", "is not the formula that was accepted"),
    # Rule 4: a failure names the page's line and the example's.
    ("example", "1.5 + 2.25", "1.5 - 2.25", "md:3", "(examples/learn/sum.py:4) does not print"),
    ("example", "1.5 + 2.25", "1.5 + two", "md:3", 'examples/learn/sum.py", line 4'),
    # Rule 7: errors are real.
    ("page", "float division by zero", "division of zero", "md:17", "float division by zero"),
    ("page", ">>> half / 0", ">>> half / 1", "md:17", "Expected:"),
    # Code is accepted, too: not all of it decides what is printed.
    ("example", "total / 2", "total / 2.0", "md:13", "is not the code that was accepted"),
    ("example", "total / 2", "total / 2  # a third", "md:13", "sum.py:9) is not the code"),
    ("page", "half < total", "half < 9 * total", "md:26", "check (docs/en/learn/sum.md:27) is not"),
    ("page", PAGE[PAGE.index("<!---") :], "", "md:1", "a code that was accepted is gone"),
    # Rule 8: markers are sound.
    ("example", "# --8<-- [end:add]\n", "", "py:7", "'quiet' starts inside 'add'"),
    ("example", "# --8<-- [end:quiet]\n", "", "py:8", "'quiet' is never closed"),
    ("example", "[start:quiet]", "[start:add]", "py:8", "'add' is repeated"),
    ("example", "# --8<-- [start:add]\n", "", "py:5", "stray end"),
    ("example", "[end:quiet]", "[end:quit]", "py:10", "stray end"),
    ("example", "[start:quiet]", "[strat:quiet]", "py:8", "not a section marker"),
    ("example", "[start:quiet]", "[start:Quiet]", "py:8", "not lower-case"),
    ("example", "half = total / 2\n", "", "py:9", "is empty"),
    (
        "example",
        "# --8<-- [start:add]",
        "seen = 0\n# --8<-- [start:add]",
        "py:3",
        "no page shows it",
    ),
    ("example", "half = total / 2", "half = (total", "py:9", "not Python"),
]


ASKED = """---
short: Sum
asked:
  total: [what does it cost]
---

"""
WRONG = [
    ("total:", "totl:", 4, "nothing answers at 'totl'; the page has: total"),
    ("total:", "mistake:", 4, "nothing answers at 'mistake'; the page has: total"),
    ("[what does it cost]", "what does it cost", 4, "is a list of texts"),
    ("[what does it cost]", "[no]", 4, "is a list of texts"),
    ("[what does it cost]", "[does it cost 4]", 4, "4 is a claim that nothing checks"),
]


def test_what_readers_ask_keeps_the_contract(tree: Tree) -> None:
    """Words that search alone knows stand at a heading of the page, or at its common mistake."""
    box = '!!! failure "Common mistake: a sum"\n    Add up.\n'
    asked = ASKED.replace("asked:\n", "asked:\n  mistake: [sum is wrong]\n")
    tree.write(asked + PAGE.replace("Half of $a", f"{box}\nHalf of $a"), EXAMPLE)
    assert tree.faults() == []


@pytest.mark.parametrize(("sound", "broken", "line", "message"), WRONG)
def test_what_readers_ask_out_of_place_is_caught(
    tree: Tree, sound: str, broken: str, line: int, message: str
) -> None:
    """A place that the page lacks, a text that is none and a bare number are faults."""
    tree.write(ASKED.replace(sound, broken) + PAGE, EXAMPLE)
    assert any(f"md:{line}: " in fault and message in fault for fault in tree.faults())


@pytest.mark.parametrize(
    ("where", "sound", "broken", "place", "message"), BREAKS, ids=[str(b[2:5:2]) for b in BREAKS]
)
def test_a_break_is_caught(
    tree: Tree, where: str, sound: str, broken: str, place: str, message: str
) -> None:
    """Each way to break a page is one fault that names file and line."""
    page, example = PAGE, EXAMPLE
    if where == "page":
        page = page.replace(sound, broken, 1)
    else:
        example = example.replace(sound, broken, 1)
    assert (page, example) != (PAGE, EXAMPLE)
    tree.write(page, example)
    faults = tree.faults()
    assert any(f"sum.{place}: " in fault and message in fault for fault in faults), faults


def test_sections_keep_the_order_of_the_file(tree: Tree) -> None:
    """A page that shows sections in another order would not run what `python -m` runs."""
    swapped = PAGE.replace("sum.py:add", "sum.py:X").replace("sum.py:quiet", "sum.py:add")
    tree.write(swapped.replace("sum.py:X", "sum.py:quiet"), EXAMPLE)
    assert any("stands before 'quiet'" in fault for fault in tree.faults())


def test_a_figure_is_compared(tree: Tree) -> None:
    """A figure that looks otherwise fails; a hundredth of a point or another hash passes."""
    tree.write(PAGE + SHOWN_FIGURE, EXAMPLE + FIGURE)
    assert tree.accept() == [
        "accepted examples/out/learn/sum/draw.svg",
        "accepted examples/out/learn/sum/code.sha256",
    ]
    assert tree.faults() == []
    svg = (tree.out / "draw.svg").read_text()
    start = svg.index(' d="M ') + len(' d="M ')
    first = svg[start : svg.index(" ", start)]
    (clip,) = re.findall(r'<clipPath id="(p[0-9a-f]{10})"', svg)
    for shift, caught in ((0.01, False), (1.0, True)):
        moved = svg[:start] + str(float(first) + shift) + svg[start + len(first) :]
        (tree.out / "draw.svg").write_text(moved.replace(clip, "p0123456789"))
        assert any("does not draw what the page shows" in f for f in tree.faults()) is caught
    for a, b in (("var(--data)", "var(--loss)"), (f"url(#{clip})", "url(#p0123456789)")):
        (tree.out / "draw.svg").write_text(svg.replace(a, b, 1))
        assert any("does not draw what the page shows" in fault for fault in tree.faults())


FIGURE_BREAKS = [
    ("page", "![A blue line that rises to the right.]", "![]", "needs alt text"),
    ("page", "/// caption\nA line.\n///\n", "", "needs a caption"),
    ("page", "](sum/draw.svg)", "](sum/drew.svg)", "is not a figure of this page"),
    ("page", "](sum/draw.svg)", "](https://example.org/draw.svg)", "is not a figure of this page"),
    ("example", "plt.show()", "", "without showing it"),
    ("example", "plt.show()", "plt.show()\nplt.subplots()\nplt.show()", "draws 2 figures"),
    (
        "page",
        "![A blue line that rises to the right.](sum/draw.svg)\n/// caption\nA line.\n///\n",
        "",
        "draws a figure that the page does not show",
    ),
]


@pytest.mark.parametrize(("where", "sound", "broken", "message"), FIGURE_BREAKS)
def test_a_broken_figure_is_caught(
    tree: Tree, where: str, sound: str, broken: str, message: str
) -> None:
    """A figure has alt text and a caption, is shown, and is drawn by a section above it."""
    page, example = PAGE + SHOWN_FIGURE, EXAMPLE + FIGURE
    tree.write(page, example)
    tree.accept()
    if where == "page":
        page = page.replace(sound, broken)
    else:
        example = example.replace(sound, broken)
    tree.write(page, example)
    assert any(message in fault and "sum.md:" in fault for fault in tree.faults()), tree.faults()


def test_accept_takes_changes_and_deletes_orphans(tree: Tree) -> None:
    """`--accept` rewrites what changed, deletes what no page shows, and lists both."""
    (tree.out / "old.txt").write_text("gone\n")
    tree.write(PAGE.replace("3.75", "4.25"), EXAMPLE.replace("1.5 +", "2.0 +").replace("1.88", ""))
    tree.page.write_text(tree.page.read_text().replace("1.88", "2.12"))
    assert tree.accept() == [
        "accepted examples/out/learn/sum/add.txt",
        "accepted examples/out/learn/sum/code.sha256",
        "deleted  examples/out/learn/sum/old.txt",
    ]
    assert (tree.out / "add.txt").read_text() == "total 4.25\n"
    assert tree.faults() == []


def test_nothing_is_written_without_accept(tree: Tree) -> None:
    """A checking run leaves every file as it was, even when it fails."""
    tree.write(PAGE, EXAMPLE.replace("1.5 +", "2.0 +"))
    before = {path: path.read_bytes() for path in tree.root.rglob("*") if path.is_file()}
    assert tree.faults()
    assert {p: p.read_bytes() for p in tree.root.rglob("*") if p.is_file()} == before


def test_orphans_and_lonely_examples_are_caught(tree: Tree) -> None:
    """An output that no page shows, and an example without a page, are faults of the tree."""
    (tree.out / "old.txt").write_text("left over\n")
    (tree.root / "examples/learn/lonely.py").write_text('"""Alone."""\n')
    found = [str(problem) for problem in trees.check(tree.root)]
    assert "examples/learn/lonely.py:1: no page shows this example" in found
    assert "examples/out/learn/sum/old.txt:1: an orphan: no page shows it" in found


def test_a_missing_output_is_named(tree: Tree) -> None:
    """An output that was never accepted names the command that accepts it."""
    (tree.out / "add.txt").unlink()
    assert any("add.txt does not exist: run pytest --accept" in fault for fault in tree.faults())


def test_the_tree_of_this_project_is_sound() -> None:
    """No page, example or output of this project breaks the contract or is left over."""
    root = Path(__file__).parents[2]
    assert [str(problem) for problem in trees.check(root)] == []
