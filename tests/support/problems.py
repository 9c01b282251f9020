"""Seeded problems of the kinds on which a promise of digits is hard to keep."""

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

import linreg
from linreg import LinearFit, Moments
from linreg._accuracy import Name

D = torch.float64


class Problem(NamedTuple):
    """Rows, and how they are fitted: all at once, or by moments that part them or take rows away.

    The rows from `kept` on are gathered and taken away again.
    """

    features: Tensor
    target: Tensor
    weight: Tensor | None = None
    intercept: bool = True
    ridge: float = 0.0
    parts: int = 1
    kept: int | None = None

    @property
    def counted(self) -> "Problem":
        """The rows that count in the end."""
        rows = slice(self.kept)
        weight = None if self.weight is None else self.weight[rows]
        return self._replace(features=self.features[rows], target=self.target[rows], weight=weight)

    def fit(self, accuracy: str) -> LinearFit:
        """The library's fit; "auto" of moments is "fast"."""
        x, y, w = self.features, self.target, self.weight
        if self.parts == 1 and not self.ridge and self.kept is None:
            return linreg.least_squares(
                x,
                y,
                sample_weight=w,
                intercept=self.intercept,
                accuracy=accuracy,  # type: ignore[arg-type]
            )
        kind: Name = "exact" if accuracy == "exact" else "fast"

        def gathered(start: int, stop: int) -> Moments:
            moments = Moments(x.shape[1], y.shape[1], accuracy=kind)
            rows = slice(start, stop)
            moments.update(x[rows], y[rows], None if w is None else w[rows])
            return moments

        kept = len(x) if self.kept is None else self.kept
        edges = [round(i * kept / self.parts) for i in range(self.parts + 1)]
        moments = gathered(0, edges[1])
        for start, stop in itertools.pairwise(edges[1:]):
            moments = moments.merge(gathered(start, stop))
        if kept < len(x):
            fold = gathered(kept, len(x))
            moments = moments.merge(fold).without(fold)
        return moments.solve(self.ridge or None, intercept=self.intercept)


def draw(g: torch.Generator, low: float, high: float) -> float:
    """A number between two."""
    return low + (high - low) * torch.rand((), generator=g, dtype=D).item()


def sizes(g: torch.Generator, targets: int = 1) -> tuple[Tensor, Tensor]:
    """Gaussian features, and noise for the targets."""
    n, p = int(draw(g, 20, 60)), int(draw(g, 1, 4.99))
    return torch.randn(n, p, generator=g, dtype=D), torch.randn(n, targets, generator=g, dtype=D)


def plane(g: torch.Generator, x: Tensor, noise: Tensor, level: float = 1.0) -> Tensor:
    """A target around a plane; one feature in three has no effect."""
    weight = torch.randn(x.shape[1], noise.shape[1], generator=g, dtype=D)
    weight *= torch.rand(weight.shape, generator=g, dtype=D) > 1 / 3
    return x @ weight + level + noise


def centred(g: torch.Generator) -> Problem:
    """Symmetric designs, odd targets, and means that are 0 or nearly so."""
    x, e = sizes(g)
    n = len(x)
    if draw(g, 0, 1) < 0.3:
        x = torch.linspace(-1, 1, n, dtype=D)[:, None] ** torch.arange(1, x.shape[1] + 1)
    elif draw(g, 0, 1) < 0.4:
        x = torch.cat([x.sign(), -x.sign()])[torch.randperm(2 * n, generator=g)]
        x = x[:, :1]
        e = torch.randn(2 * n, 1, generator=g, dtype=D)
    y = torch.sin(3 * x.sum(1, keepdim=True)) + draw(g, 0, 1) * e
    near = 10 ** draw(g, -18, 0)
    return Problem(x - x.mean(0) + near, y - y.mean(0) + near * draw(g, -1, 1))


def standardised(g: torch.Generator) -> Problem:
    """Columns of mean 0 and variance 1, the target too, as far as float64 can."""
    x, e = sizes(g)
    y = plane(g, x, e)
    return Problem((x - x.mean(0)) / x.std(0), (y - y.mean(0)) / y.std(0))


def far(g: torch.Generator) -> Problem:
    """Means up to 2^50 spreads away."""
    x, e = sizes(g)
    y = plane(g, x, e)
    away = torch.tensor([2.0 ** draw(g, -2, 50) for _ in range(x.shape[1])], dtype=D)
    if draw(g, 0, 1) < 0.3:
        x = (100 * x).round()
    return Problem(x + away, y + (0.0 if draw(g, 0, 1) < 0.5 else 2.0 ** draw(g, -2, 50)))


def several(g: torch.Generator) -> Problem:
    """Three targets, the noise of each its own, down to less than float64 holds."""
    x, e = sizes(g, 3)
    noise = torch.tensor([10 ** draw(g, -18, 1) for _ in range(3)], dtype=D)
    return Problem(x, plane(g, x, e * noise), intercept=draw(g, 0, 1) < 0.8)


def weighted(g: torch.Generator) -> Problem:
    """Weights from 1e-8 to 1e8, some 0."""
    x, e = sizes(g)
    w = 10 ** (16 * torch.rand(len(x), generator=g, dtype=D) - 8)
    w[torch.rand(len(x), generator=g) < 0.1] = 0
    return Problem(x, plane(g, x, e * 10 ** draw(g, -12, 0)), w, intercept=draw(g, 0, 1) < 0.8)


def interpolated(g: torch.Generator) -> Problem:
    """As many rows as parameters, or a target that lies on the plane or nearly so."""
    x, e = sizes(g)
    kind = int(draw(g, 0, 4))
    if kind == 0:
        rows = x.shape[1] + 1
        return Problem(x[:rows], e[:rows])
    if kind == 1:
        x = (10 * x).round()
        w = (10 * torch.randn(x.shape[1], 1, generator=g, dtype=D)).round()
        return Problem(x, x @ w + 3)
    if kind == 2:
        return Problem((10 * x).round(), plane(g, (10 * x).round(), 0 * e) * 0.1)
    return Problem(x, plane(g, x, e * 10 ** draw(g, -20, -6)))


def collinear(g: torch.Generator) -> Problem:
    """A scaled condition number up to 1e12."""
    x, e = sizes(g)
    if x.shape[1] == 1:
        x = torch.randn(len(x), 2, generator=g, dtype=D)
    near = 10 ** draw(g, -12, 0)
    x[:, -1:] = x[:, :-1].sum(1, keepdim=True) + near * x[:, -1:]
    return Problem(x, plane(g, x, e * 10 ** draw(g, -8, 0)))


def scaled(g: torch.Generator) -> Problem:
    """Units from 1e-150 to 1e150, each column its own."""
    x, e = sizes(g)
    y = plane(g, x, e)
    units = torch.tensor([10 ** draw(g, -150, 150) for _ in range(x.shape[1])], dtype=D)
    return Problem(x * units, y * 10 ** draw(g, -150, 150))


def repeated(g: torch.Generator) -> Problem:
    """Few values, which round the same way again and again."""
    x, e = sizes(g)
    values = torch.rand(2, generator=g, dtype=D) + draw(g, 0, 3)
    x = values[(x > 0).long()]
    x[0], x[1] = values[0], values[1]
    for j in range(x.shape[1]):
        x[j + 2] = values[1]
        x[j + 2, j] = values[0]
    return Problem(x, plane(g, x, e))


def merged(g: torch.Generator) -> Problem:
    """Parts whose means differ, gathered apart."""
    x, e = sizes(g)
    order = torch.linspace(0, draw(g, 0, 1e6), len(x), dtype=D)[:, None] * draw(g, 0, 1)
    x = x + order.floor()
    return Problem(x, plane(g, x, e), parts=int(draw(g, 2, 5)), intercept=draw(g, 0, 1) < 0.8)


def folded(g: torch.Generator) -> Problem:
    """Rows gathered and taken away again, which may be far larger than those that stay."""
    x, e = sizes(g)
    more, size = int(draw(g, 1, 20)), 10 ** draw(g, -2, 7)
    other = size * torch.randn(more, x.shape[1], generator=g, dtype=D)
    y = plane(g, x, e)
    others = size * torch.randn(more, 1, generator=g, dtype=D)
    return Problem(torch.cat([x, other]), torch.cat([y, others]), kept=len(x))


def ridged(g: torch.Generator) -> Problem:
    """A ridge, also where it alone makes the problem solvable."""
    x, e = sizes(g)
    kind = draw(g, 0, 1)
    y = plane(g, x, e)
    if kind < 0.2:
        x = torch.cat([x, x[:, :1]], 1)
    elif kind < 0.4:
        x = torch.cat([x, torch.full_like(e, draw(g, -3, 3))], 1)
    elif kind < 0.5:
        x, y = x[:2], y[:2]
    return Problem(x, y, ridge=10 ** draw(g, -8, 4), intercept=draw(g, 0, 1) < 0.8)


KINDS: dict[str, Callable[[torch.Generator], Problem]] = {
    kind.__name__: kind
    for kind in (
        centred, standardised, far, several, weighted, interpolated, collinear, scaled, repeated,
        merged, folded, ridged,
    )
}  # fmt: skip


def problems(kind: str, count: int, start: int = 0) -> Iterator[Problem]:
    """Problems of a kind, by number."""
    for i in range(start, start + count):
        seed = 1_000_000 * list(KINDS).index(kind) + i
        yield KINDS[kind](torch.Generator().manual_seed(seed))
