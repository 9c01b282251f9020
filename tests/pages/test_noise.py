"""Noise moves what rounding decides, and nothing else; pages that show such a digit fail."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from linedocs.contract.noise import noise
from linedocs.contract.verify import Verifier
from torch import Tensor

from tests.support.tree import Tree

GENERATOR = torch.Generator().manual_seed(0)
ROWS = torch.randn(50, 3, generator=GENERATOR)
WIDE = torch.randn(40, 4, generator=GENERATOR, dtype=torch.float64)
WHOLE = torch.arange(12.0).reshape(4, 3)

INEXACT: dict[str, Callable[[], Tensor]] = {
    "sum": lambda: ROWS.sum(),
    "sum of columns": lambda: WIDE.sum(0),
    "mean": lambda: ROWS.mean(),
    "product": lambda: ROWS.T @ ROWS,
    "product in place": lambda: torch.zeros(3, 3).addmm_(ROWS.T, ROWS),
    "product into": lambda: torch.mm(ROWS.T, ROWS, out=torch.empty(3, 3)),
    "einsum": lambda: torch.einsum("ij,ik->jk", WIDE, WIDE),
    "layer": lambda: torch.nn.functional.linear(ROWS, ROWS[:2], torch.ones(2) / 3),
    "loss": lambda: torch.nn.functional.mse_loss(ROWS, torch.zeros_like(ROWS)),
    "spread": lambda: ROWS.std(),
    "length": lambda: torch.linalg.vector_norm(WIDE),
    "exp": lambda: torch.exp(ROWS),
    "logarithm": lambda: torch.log(WIDE.abs()),
    "power": lambda: ROWS.abs() ** 1.7,
    "softmax": lambda: torch.softmax(ROWS, 0),
    "running sum": lambda: ROWS.cumsum(0),
    "scaled addition": lambda: torch.add(WIDE, WIDE.flip(0), alpha=0.1),
    "normal draws": lambda: torch.randn(20, generator=torch.Generator().manual_seed(1)),
    "equal steps": lambda: torch.linspace(0, 1, 11),
    "least squares": lambda: torch.linalg.lstsq(WIDE, WIDE[:, :1] ** 2).solution,
    "eigenvalues": lambda: torch.linalg.eigvalsh(WIDE.T @ WIDE),
    "numpy's singular values": lambda: torch.tensor(np.linalg.svd(WIDE.numpy())[1]),
    "mathematics": lambda: torch.tensor(math.log(3.0), dtype=torch.float64),
    "Python's sum": lambda: torch.tensor(sum([0.1] * 10), dtype=torch.float64),
}
EXACT: dict[str, Callable[[], Tensor]] = {
    "whole sum": lambda: WHOLE.sum(),
    "whole product": lambda: WHOLE.T @ WHOLE,
    "quarters": lambda: (WHOLE / 4).mean(0),
    "differences": lambda: ROWS - ROWS.flip(0),
    "one product each": lambda: ROWS[:, :1] @ ROWS[:1, :1],
    "two terms": lambda: ROWS[:, :2].sum(1),
    "square": lambda: ROWS**2,
    "root": lambda: WIDE.abs().sqrt(),
    "exp of 0": lambda: torch.exp(torch.zeros(3)),
    "largest": lambda: ROWS.max(),
    "whole steps": lambda: torch.arange(0.0, 2000.0),
    "count": lambda: (ROWS > 0).sum(),
    "uniform draws": lambda: torch.rand(20, generator=torch.Generator().manual_seed(1)),
    "integers of wide range": lambda: torch.tensor([2.0**40, 3.0, -(2.0**40)]).double().sum(),
    "nothing added to what is there": lambda: torch.addmm(
        ROWS[:2, :2], ROWS[:0].T[:2], ROWS[:0, :2]
    ),
    "mathematics": lambda: torch.tensor(math.log10(1000.0)),
    "Python's sum": lambda: torch.tensor(sum([0.25] * 10)),
}


@pytest.mark.parametrize("name", INEXACT)
def test_what_rounding_decides_moves(name: str) -> None:
    """An inexact result moves under every seed, by a few units of what was added up."""
    plain = INEXACT[name]()
    for seed in range(1, 6):
        with noise(seed):
            moved = INEXACT[name]()
        assert not torch.equal(moved, plain)
        size = plain.abs().max() * torch.finfo(plain.dtype).eps
        assert (moved - plain).abs().max() <= 60 * size


@pytest.mark.parametrize("name", EXACT)
def test_what_is_exact_stays(name: str) -> None:
    """A result that every processor must give is left alone."""
    plain = EXACT[name]()
    for seed in range(1, 6):
        with noise(seed):
            assert torch.equal(EXACT[name](), plain)


def test_a_sum_that_cancels_moves_by_its_terms() -> None:
    """What is left of large terms is off by units of the terms, not of what is left."""
    terms = torch.tensor([1000.1, -1000.2, 0.3, -0.2])
    with noise(1):
        assert abs(terms.sum().item()) >= 0.9 * 2000 * torch.finfo(torch.float32).eps / 2


def test_the_backward_pass_moves_too() -> None:
    """A gradient is a sum as well."""
    weight = torch.ones(3, 1, requires_grad=True)
    gradients = []
    for seed in (0, 1, 2):
        weight.grad = None
        loss = (ROWS @ weight).square().sum()
        if seed:
            with noise(seed):
                loss.backward()
        else:
            loss.backward()
        gradients.append(weight.grad)
    assert not torch.equal(gradients[0], gradients[1])
    assert not torch.equal(gradients[1], gradients[2])
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-5, atol=1e-5)


def test_a_seed_is_a_processor() -> None:
    """The same computation gives the same numbers twice, and outside nothing has changed."""
    with noise(3):
        first, again = ROWS.T @ ROWS, ROWS.T @ ROWS
    assert torch.equal(first, again)
    assert math.log.__module__ == "math"
    assert sum.__module__ == "builtins"


EXAMPLE = '''"""Ten tenths."""

# --8<-- [start:add]
import torch

total = torch.full((10,), 0.1).sum().item()
print(f"{total:.DIGITSf}")
# --8<-- [end:add]

# --8<-- [start:sure]
print("about one")
# --8<-- [end:sure]
'''
PAGE = """# Ten tenths { #tenths }

```python
--8<-- "examples/learn/sum.py:add"
```

```text title="Output"
--8<-- "examples/out/learn/sum/add.txt"
```

```python
--8<-- "examples/learn/sum.py:sure"
```

```text title="Output"
--8<-- "examples/out/learn/sum/sure.txt"
```
"""


def run(root: Path, digits: int, page: str = PAGE, *, accept: bool = False) -> list[str]:
    """The faults of a page that prints so many digits of an inexact sum."""
    tree = Tree(root)
    tree.write(page, EXAMPLE.replace("DIGITS", str(digits)))
    return tree.faults(Verifier(root, accept=accept))


def test_a_digit_that_rounding_decides_is_not_accepted(tmp_path: Path) -> None:
    """`--accept` names the digit and its place, writes nothing of it, and takes the rest."""
    (fault,) = run(tmp_path, 8, accept=True)
    assert fault.startswith("docs/en/learn/sum.md:3: section 'add' (examples/learn/sum.py:4)")
    assert "does not print" in fault
    assert "under noise (seed 1)" in fault
    out = tmp_path / "examples/out/learn/sum"
    assert [path.name for path in out.glob("*.txt")] == ["sure.txt"]
    assert run(tmp_path, 4, accept=True) == [] == run(tmp_path, 4)
    assert (out / "add.txt").read_text() == "1.0000\n"


def test_a_digit_that_rounding_decides_does_not_pass(tmp_path: Path) -> None:
    """A page that shows one fails on the machine that printed it, in prose too."""
    run(tmp_path, 4, accept=True)
    total = f"{torch.full((10,), 0.1).sum().item():.8f}"
    (fault,) = run(tmp_path, 4, PAGE + f"\nThat is {total}<!--= total -->.\n")
    assert f"sum.md:19: the page says {total}, but total is" in fault
    (tmp_path / "examples/out/learn/sum/add.txt").write_text(total + "\n")
    under_noise, code = run(tmp_path, 8)
    assert "sum.md:3: section 'add'" in under_noise
    assert "This is under noise (seed 1)" in under_noise
    assert "is not the code that was accepted" in code
