"""A translation says what its source says: the same code, numbers and checks, in other words."""

import pytest
from linedocs.contract import tree as trees
from linedocs.contract.verify import Verifier

from tests.support.tree import EXAMPLE, PAGE, Tree

TRANSLATED = """# 一共是多少？ { #total }

```python
--8<-- "examples/learn/sum.py:add"
```

```text title="输出"
--8<-- "examples/out/learn/sum/add.txt"
```

打印出`total 3.75`，总和是3.75<!--= total -->。

```python
--8<-- "examples/learn/sum.py:quiet"
```

```python
>>> round(half, 2)
1.88
>>> half / 0
Traceback (most recent call last):
ZeroDivisionError: float division by zero
```

$a + b$ 的一半更少。
"""
DRAW = """
# --8<-- [start:draw]
import matplotlib.pyplot as plt

plt.subplots()[1].plot([0, total])
plt.show()
# --8<-- [end:draw]
"""
DRAWN = """
```python
--8<-- "examples/learn/sum.py:draw"
```

![%s](sum/draw.svg)
/// caption
%s
///
"""


def faults(tree: Tree, text: str, *, accept: bool = False) -> list[str]:
    page = tree.root / "docs/zh/learn/sum.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
    return tree.faults(Verifier(tree.root, accept=accept), page)


def test_a_translation_is_run_like_its_source(tree: Tree) -> None:
    """It has no fault of its own, and neither has the project, whose outputs both pages show."""
    assert faults(tree, TRANSLATED) == []
    assert trees.check(tree.root) == []


def test_the_checks_of_the_source_are_run(tree: Tree) -> None:
    """An invisible check of the source holds for the translation, which has none."""
    tree.page.write_text(PAGE.replace("assert half < total", "assert half > total"), "utf-8")
    (fault, *_) = faults(tree, TRANSLATED)
    assert fault.startswith("docs/zh/learn/sum.md:")
    assert "raised AssertionError" in fault
    assert 'docs/en/learn/sum.md", line 27' in fault


def test_an_accepting_run_leaves_the_formulas_of_the_source(tree: Tree) -> None:
    """A formula may stand elsewhere in a sentence; what is accepted is the source's order."""
    tree.write(PAGE.replace("$a + b$", "$a$ and $b$"), EXAMPLE)
    assert tree.accept() == ["accepted examples/out/learn/sum/formulas.tex"]
    assert faults(tree, TRANSLATED.replace("$a + b$", "$b$ 和 $a$"), accept=True) == []
    assert tree.faults() == []


BREAKS = [
    ("3.75<!--= total -->", "3.75", 11, "3.75 is a claim that nothing checks"),
    ("3.75<!--= total -->", "3.76<!--= total -->", 11, "the page says 3.76, but total is 3.75"),
    ("更少。", "更少，是0.9999。", 25, "0.9999 is a claim that nothing checks"),
    ("更少。", "更少，第3章。", 25, "3 is a claim that nothing checks"),
    ("，总和是3.75<!--= total -->", "", 3, "'total' is not said as often"),
    ("<!--= total -->", "<!--= 2 * half -->", 3, "'2 * half' is not said as often"),
    ("{ #total }", "{ #sum }", 1, "heading #sum stands where docs/en/learn/sum.md:1 has"),
    (">>> half / 0", ">>> half / 0.0", 17, "has session >>> round(half, 2)"),
    ("```python\n>>>", "```text\n>>>", 17, "```text would never run"),
    ("$a + b$", "$a - b$", 17, "$a - b$ is not said as often"),
    ('title="输出"', 'title="Output"', 7, '```text title="输出"'),
    ("更少。\n", '更少。\n\n??? success "Solution"\n    一半。\n', 27, 'titled "解答"'),
    ("更少。\n", '更少。\n\n!!! failure "错误"\n    一半。\n', 27, 'begins with "常见错误：'),
    (
        "更少。\n",
        "更少。\n\n<!--- invisible-code-block: python\nassert total\n-->\n",
        27,
        "a check stands in docs/en/learn/sum.md alone",
    ),
]


@pytest.mark.parametrize(("sound", "broken", "line", "message"), BREAKS)
def test_a_translation_out_of_step_is_caught(
    tree: Tree, sound: str, broken: str, line: int, message: str
) -> None:
    """Each way to leave the source is a fault that names the translation's line."""
    assert sound in TRANSLATED
    found = faults(tree, TRANSLATED.replace(sound, broken, 1))
    where = f"docs/zh/learn/sum.md:{line}: "
    assert any(fault.startswith(where) and message in fault for fault in found), found


def test_a_translation_answers_where_its_source_does(tree: Tree) -> None:
    """What readers ask is theirs to say; where the page answers is the source's."""
    head = "---\nasked:\n  total: [{}]\n---\n\n"
    tree.write(head.format("what does it cost") + PAGE, EXAMPLE)
    assert faults(tree, head.format("多少钱") + TRANSLATED) == []
    assert any("what is asked at #total is not said" in fault for fault in faults(tree, TRANSLATED))


@pytest.mark.parametrize(("alt", "enough"), [("一条向右上升的蓝线", True), ("蓝线", False)])
def test_alternative_text_is_measured_in_characters(tree: Tree, alt: str, enough: bool) -> None:
    """Where no spaces part the words, eight characters say what to see, and two do not."""
    english = DRAWN % ("A blue line that rises to the right.", "A line.")
    tree.write(PAGE + english, EXAMPLE + DRAW)
    tree.accept()
    found = faults(tree, TRANSLATED + DRAWN % (alt, "一条线。"))
    assert bool(found) is not enough
    assert all("needs alt text" in fault for fault in found)


def test_a_page_that_translates_nothing_is_caught(tree: Tree) -> None:
    """A translation needs a source."""
    tree.page.unlink()
    assert any("translates no page" in fault for fault in faults(tree, TRANSLATED))
