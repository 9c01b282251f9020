"""A small project: one page, its example, its accepted outputs."""

from pathlib import Path

from linedocs.contract.verify import Verifier
from sybil import Sybil
from sybil.example import SybilFailure

EXAMPLE = '''"""A small example."""

# --8<-- [start:add]
total = 1.5 + 2.25
print(f"total {total:.2f}")
# --8<-- [end:add]

# --8<-- [start:quiet]
half = total / 2
# --8<-- [end:quiet]
'''

PAGE = """# How much is it? { #total }

```python
--8<-- "examples/learn/sum.py:add"
```

```text title="Output"
--8<-- "examples/out/learn/sum/add.txt"
```

The total is 3.75<!--= total -->, and `total 3.75` is printed.

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

Half of $a + b$ is less.
<!--- invisible-code-block: python
assert half < total
-->
"""


class Tree:
    """Where the small project stands."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.page = root / "docs/en/learn/sum.md"
        self.example = root / "examples/learn/sum.py"
        self.out = root / "examples/out/learn/sum"
        self.write(PAGE, EXAMPLE)

    def write(self, page: str, example: str) -> None:
        """Lay down the page and its example."""
        for path, text in ((self.page, page), (self.example, example)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def accept(self) -> list[str]:
        """Take the outputs, as `pytest --accept` does; what changed."""
        verifier = Verifier(self.root, accept=True)
        assert self.faults(verifier) == []
        verifier.finish()
        return verifier.changed

    def faults(self, verifier: Verifier | None = None, page: Path | None = None) -> list[str]:
        """Everything that pytest would report for the page."""
        found = []
        document = Sybil([verifier or Verifier(self.root)]).parse(page or self.page)
        for example in document.examples():
            try:
                example.evaluate()
            except SybilFailure as failure:
                found.append(str(failure).split("\n", 1)[1])
        return found
