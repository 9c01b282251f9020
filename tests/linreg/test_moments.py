"""What is gathered in one pass, against the same computed from the rows."""

import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from linreg import DivergenceError, Moments, RankError, fit

ROOT = Path(__file__).parents[2]


def rows(
    n: int = 500, p: int = 3, k: int = 1, seed: int = 0, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Rows around a plane, features of unlike means and spreads."""
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(n, p, generator=generator, dtype=torch.float64)
    features = features * torch.arange(1, p + 1) + torch.arange(p) * 10
    target = features @ torch.randn(p, k, generator=generator, dtype=torch.float64) + 5
    target += torch.randn(n, k, generator=generator, dtype=torch.float64)
    return features.to(dtype), target.to(dtype)


def gather(accuracy: Any, *chunks: tuple[Tensor, ...]) -> Moments:
    """Moments of chunks of rows."""
    moments = Moments(chunks[0][0].shape[1], chunks[0][1].shape[1], accuracy=accuracy)
    for chunk in chunks:
        moments.update(*chunk)
    return moments


BOTH = pytest.mark.parametrize("accuracy", ["fast", "exact"])


@BOTH
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("chunk", [1, 7, 500])
def test_means_and_covariances(accuracy: str, dtype: torch.dtype, chunk: int) -> None:
    """Means and covariances are those of numpy, whatever the size of the chunks."""
    features, target = rows(dtype=dtype)
    moments = gather(accuracy, *zip(features.split(chunk), target.split(chunk), strict=True))
    table = torch.cat([features, target], 1).double().numpy()
    assert moments.rows == moments.sample_weight_sum == 500
    np.testing.assert_allclose(moments.mean, table.mean(0), rtol=1e-13)
    covariance = np.cov(table.T, bias=True)
    np.testing.assert_allclose(moments.covariance, covariance[:3], rtol=1e-12)
    np.testing.assert_allclose(moments.variance, covariance.diagonal(), rtol=1e-12)


@BOTH
def test_weights(accuracy: str) -> None:
    """Weighted means and covariances are those of numpy; rows of weight 0 are not counted."""
    features, target = rows()
    weight = torch.rand(500, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    weight[:20] = 0
    moments = gather(accuracy, (features, target, weight))
    table = torch.cat([features, target], 1).numpy()
    assert moments.rows == 480
    np.testing.assert_allclose(moments.mean, np.average(table, 0, weight), rtol=1e-13)
    covariance = np.cov(table.T, bias=True, aweights=weight)
    np.testing.assert_allclose(moments.covariance, covariance[:3], rtol=1e-12)
    np.testing.assert_allclose(moments.variance, covariance.diagonal(), rtol=1e-12)


@BOTH
@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("intercept", [True, False])
def test_solving(accuracy: str, k: int, intercept: bool) -> None:
    """The fit is that of torch.linalg.lstsq, for one target and for several."""
    features, target = rows(k=k)
    found = gather(accuracy, (features, target)).solve(intercept=intercept)
    design = torch.cat([torch.ones(500, 1, dtype=torch.float64), features], 1)
    exact = torch.linalg.lstsq(design if intercept else features, target).solution
    torch.testing.assert_close(found.parameters, exact, rtol=1e-11, atol=1e-12)


@BOTH
def test_merging(accuracy: str) -> None:
    """Parts that were gathered apart are, merged, what one pass over all gathers."""
    features, target = rows()
    parts = [(features[a:b], target[a:b]) for a, b in ((0, 3), (3, 200), (200, 500))]
    one, two, three = (gather(accuracy, part) for part in parts)
    whole = gather(accuracy, (features, target)).solve()
    for merged in (
        one.merge(two).merge(three),
        one.merge(two.merge(three)),
        three.merge(one.merge(two)),
    ):
        assert merged.rows == 500
        torch.testing.assert_close(merged.solve().parameters, whole.parameters, rtol=1e-12, atol=0)
    assert one.rows == 3
    empty = Moments(3, accuracy=accuracy)  # type: ignore[arg-type]
    assert empty.merge(one).rows == one.merge(empty).rows == 3


@BOTH
def test_a_chunk_of_which_no_row_counts(accuracy: str) -> None:
    """It changes nothing: neither one without rows, nor one whose rows all have weight 0."""
    features, target = rows()
    none = (features[:0], target[:0]), (features, -target, torch.zeros(500, dtype=torch.float64))
    moments = gather(accuracy, none[0], none[1], (features, target), none[1], none[0])
    alone = gather(accuracy, (features, target))
    assert moments.rows == alone.rows == 500
    assert torch.equal(moments.solve().parameters, alone.solve().parameters)


@BOTH
def test_cross_validation_from_one_pass(accuracy: str) -> None:
    """Taking away a fold leaves the fit of the rows outside it."""
    features, target = rows()
    folds = [
        gather(accuracy, chunk)
        for chunk in zip(features.split(100), target.split(100), strict=True)
    ]
    whole = folds[0].merge(folds[1]).merge(folds[2]).merge(folds[3]).merge(folds[4])
    for i, fold in enumerate(folds):
        outside = torch.ones(500, dtype=torch.bool)
        outside[100 * i : 100 * (i + 1)] = False
        found = whole.without(fold).solve()
        design = torch.cat([torch.ones(400, 1, dtype=torch.float64), features[outside]], 1)
        exact = torch.linalg.lstsq(design, target[outside]).solution
        assert found.rows == 400
        torch.testing.assert_close(found.parameters, exact, rtol=1e-10, atol=1e-10)


def test_a_fold_that_takes_all_digits_is_refused() -> None:
    """Where the fold is 1e9 times the rest, what is left has no digits, and `solve` says so."""
    features, target = rows(100)
    small, large = gather("fast", (features, target)), gather("fast", (features * 1e9, target))
    with pytest.raises(RankError, match="dependent, to the fast accuracy"):
        small.merge(large).without(large).solve()


@pytest.mark.parametrize("ridge", [0.1, 10.0, 1e4])
def test_ridge(ridge: float) -> None:
    """Ridges give what least squares gives with rows of sqrt(ridge) added, the intercept free."""
    features, target = rows()
    moments = gather("fast", (features, target))
    found = moments.solve(ridge=ridge)
    middle, level = features.mean(0), target.mean(0)
    more = ridge**0.5 * torch.eye(3, dtype=torch.float64)
    below = torch.zeros(3, 1, dtype=torch.float64)
    exact = torch.linalg.lstsq(
        torch.cat([features - middle, more]),
        torch.cat([target - level, below]),
    ).solution
    torch.testing.assert_close(found.coefficients, exact, rtol=1e-11, atol=0)
    torch.testing.assert_close(found.intercept, level - middle @ exact, rtol=1e-11, atol=0)
    squared = (target - found.predict(features)).square().sum(0)
    torch.testing.assert_close(found.squared_error, squared, rtol=1e-10, atol=0)
    path = moments.solve(ridge=[0.0, ridge])
    assert torch.equal(path[1].parameters, found.parameters)
    assert torch.equal(path[0].parameters, moments.solve().parameters)


def test_ridge_needs_fewer_rows() -> None:
    """With a ridge, two rows are enough for three features: numpy's answer to the same problem."""
    features, target = rows(2)
    centred, level = features - features.mean(0), target - target.mean(0)
    # A ridge of 1 is a row more for each feature, that asks for a coefficient of 0.
    design, wanted = np.vstack([centred, np.eye(3)]), np.vstack([level, np.zeros((3, 1))])
    exact = np.linalg.lstsq(design, wanted)[0]
    found = gather("fast", (features, target)).solve(ridge=1.0).coefficients
    np.testing.assert_allclose(found, exact, rtol=1e-9)


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize(
    ("piece", "steps"),
    [(2048, 0), (2048, 1), (16, 15), (16, 16), (16, 17), (16, 40), (2048, 2500)],
)
def test_descending_is_the_loop(
    k: int, piece: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the rows, every loss and the end are those of `fit` on the rows, to 1e-10."""
    monkeypatch.setattr("linreg._quadratic._PIECE", piece)
    features, target = rows(k=k)
    features = (features - features.mean(0)) / features.std(0) + 0.5
    model = nn.Linear(3, k).double()
    start = (model.weight.detach().T.clone(), model.bias.detach().clone())
    losses = fit(model, features, target, lr=0.1, steps=steps)
    found = gather("fast", (features, target)).descend(0.1, steps, start)
    assert len(found.losses) == steps + 1
    np.testing.assert_allclose(found.losses, losses, rtol=1e-10)
    torch.testing.assert_close(found.weight, model.weight.detach().T, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(found.bias, model.bias.detach(), rtol=1e-10, atol=1e-10)


def test_the_largest_learning_rate() -> None:
    """It is 2 over the largest curvature: a bit less never raises the loss, a bit more does."""
    features, target = rows()
    moments = gather("fast", (features, target))
    limit = moments.divergence_rate()
    design = np.hstack([features, np.ones((len(features), 1))])
    assert limit == pytest.approx(
        len(features) / np.linalg.eigvalsh(design.T @ design)[-1], rel=1e-9
    )
    down = moments.descend(0.99 * limit, 3000).losses
    # On the way to the least loss each step takes some off; there, rounding is all that moves.
    assert all(after <= before * (1 + 1e-9) for before, after in itertools.pairwise(down))
    assert moments.descend(1.01 * limit, 3000).losses[-1] > 1e6 * down[0]
    with pytest.raises(DivergenceError, match=r"the steps overshoot; try lr=0.00"):
        moments.descend(100 * limit, 3000)


def test_saving_and_loading(tmp_path: Path) -> None:
    """Moments saved with torch.save and loaded go on as if nothing had happened."""
    features, target = rows()
    moments = gather("exact", (features[:100], target[:100]))
    torch.save(moments.state_dict(), tmp_path / "moments.pt")
    again = Moments(3, accuracy="exact")
    again.load_state_dict(torch.load(tmp_path / "moments.pt"))
    for m in (moments, again):
        m.update(features[100:], target[100:])
    assert torch.equal(moments.solve().parameters, again.solve().parameters)
    assert again.rows == 500


def test_memory_does_not_grow_with_rows() -> None:
    """Twenty times the rows, in chunks, take no more memory at the peak."""
    program = (
        "import resource, torch, linreg\n"
        "moments = linreg.Moments(4)\n"
        "torch.set_num_threads(1)\n"
        "x, y = torch.randn(100_000, 4), torch.randn(100_000, 1)\n"
        "peaks = []\n"
        "for chunks in (10, 190):\n"
        "    for _ in range(chunks): moments.update(x, y)\n"
        "    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        "print(moments.rows, peaks[1] - peaks[0])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    count, grown = map(int, run.stdout.split())
    assert count == 20_000_000
    assert grown < 1024, "kilobytes"


def dependent() -> Moments:
    """Moments in which x4 is x1 less x3."""
    features, target = rows()
    return gather("exact", (torch.cat([features, features[:, :1] - features[:, 2:]], 1), target))


def constant() -> Moments:
    """Moments in which x2 is always 0.1."""
    features, target = rows(p=2)
    features[:, 1] = 0.1
    return gather("fast", (features, target))


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: gather("fast", (torch.tensor([[1.0], [float("inf")]]), torch.ones(2, 1))),
        ValueError,
        "features[1, 0] is inf: repair its row, or leave such rows out with missing='drop'",
    ),
    (
        lambda: gather("exact", (torch.ones(2, 1), torch.tensor([[1.0], [float("nan")]]))),
        ValueError,
        "target[1, 0] is nan: repair its row, or leave such rows out with missing='drop'",
    ),
    (
        lambda: gather("fast", (torch.ones(2, 1), torch.ones(2, 1), torch.tensor([1.0, -2.0]))),
        ValueError,
        "sample_weight[1] is -2.0: a weight is 0 or more; leave rows out with 0",
    ),
    (
        lambda: gather("fast", (torch.ones(2, 1), torch.ones(2, 1), torch.ones(3))),
        ValueError,
        "sample_weight has shape (3,), but features has 2 rows: give one weight for each, shape "
        "(2,)",
    ),
    (
        lambda: gather("fast", (torch.ones(2, 1), torch.ones(2, 1), torch.zeros(2))).solve(),
        ValueError,
        "the sample weights of 0 rows sum to 0: gather rows of positive weight first",
    ),
    (
        lambda: gather("fast", rows(3)).solve(),
        ValueError,
        "3 rows cannot tell 4 coefficients apart: gather at least 4, or fit with a ridge",
    ),
    (
        lambda: constant().solve(),
        RankError,
        "no weight can be told for constant features: x2 (always 0.1). Leave them out; the "
        "intercept does what they can",
    ),
    (
        lambda: dependent().solve(),
        RankError,
        "the features are dependent, to the exact accuracy: x4 is a combination of x1, x3. Leave "
        "it out, or fit with a ridge",
    ),
    (
        lambda: Moments(2).merge(Moments(3)),
        ValueError,
        "cannot merge moments of n_features=3: these are of n_features=2",
    ),
    (
        lambda: Moments(2).merge(Moments(2, accuracy="exact")),
        ValueError,
        "cannot merge moments of accuracy='exact': these are of accuracy='fast'",
    ),
    (
        lambda: gather("fast", rows(10)).without(gather("fast", rows(20))),
        ValueError,
        "the fold (20 rows, weight 20) is not part of these moments (10 rows, weight 10): merge it "
        "first",
    ),
    (
        lambda: Moments(2).update(*rows(10)),
        ValueError,
        "features has shape (10, 3), but these moments are of 2 features and 1 targets",
    ),
    (
        lambda: gather(
            "fast",
            (torch.ones(2, 1), torch.ones(2, 1), torch.full((2,), 1e-320, dtype=torch.float64)),
        ),
        ValueError,
        "the sample weights sum to 2e-320, which leaves float64 no room for products with them: "
        "rescale the weights",
    ),
    (
        lambda: gather("fast", rows(10)).solve(ridge=-1.0),
        ValueError,
        "ridge is -1.0: give a finite number, 0 or more",
    ),
    (
        lambda: Moments(1.5),  # type: ignore[arg-type]
        TypeError,
        "n_features is 1.5, of type float: give a whole number such as 100",
    ),
    (
        lambda: Moments(1, device="mps"),
        ValueError,
        "the device is mps, which has no float64: move the rows to the CPU with .cpu()",
    ),
    (lambda: Moments(0), ValueError, "n_features is 0: give a whole number, 1 or more"),
    (
        lambda: Moments(1, accuracy="best"),  # type: ignore[arg-type]
        ValueError,
        "accuracy is 'best': choose 'fast' or 'exact'",
    ),
    (
        lambda: Moments(1).descend(0.1, 5),
        ValueError,
        "the sum of the sample weights is 0: gather rows of positive weight first",
    ),
    (
        lambda: gather("fast", rows(10)).descend(0.1, 5, (torch.zeros(2, 1), torch.zeros(1))),
        ValueError,
        "the start's weight has shape (2, 1), but 3 features and 1 targets need (3, 1)",
    ),
    (
        lambda: Moments(1).load_state_dict({"rows": 1}),
        ValueError,
        "the state lacks accuracy, left_out, levels, log_weights, n_features, n_targets, names, "
        "products, products_low, shift, slack, squares, squares_low, target_is_vector, "
        "target_names, unit: was it saved by Moments?",
    ),
    (
        lambda: Moments(1).load_state_dict(Moments(2).state_dict()),
        ValueError,
        "the state has n_features=2, and these moments n_features=1: use Moments.from_state_dict",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED)
def test_what_is_refused(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    """Each wrong input is one error that names the values and a remedy."""
    with pytest.raises(kind, match=f"^{re.escape(message)}" + "$"):
        call()


def test_what_was_refused_was_not_gathered() -> None:
    """A chunk with a bad value changes nothing: mended, it can be gathered."""
    features, target = rows()
    moments = gather("fast", (features[:50], target[:50]))
    bad = features[50:].clone()
    bad[7, 1] = float("nan")
    with pytest.raises(ValueError, match=r"features\[7, 1\] is nan"):
        moments.update(bad, target[50:])
    moments.update(features[50:], target[50:])
    torch.testing.assert_close(
        moments.solve().parameters,
        gather("fast", (features, target)).solve().parameters,
        rtol=1e-12,
        atol=0,
    )
