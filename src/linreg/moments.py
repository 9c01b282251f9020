"""Gather, in one pass, all that a linear model with squared loss can learn from its rows."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, overload

import torch
from torch import Tensor

from linreg._check import (
    check_finite_rows,
    check_lr,
    check_ridge,
    check_rows,
    check_start,
    check_steps,
    check_weight,
)
from linreg._double import Double, two_prod
from linreg._exact_products import exact_products, round_shift
from linreg._normal import RankError, solve_normal
from linreg._products import fast_products
from linreg.descent import Descent
from linreg.inference import Fit, fit_from_solution
from linreg.loop import DivergenceError

Accuracy = Literal["fast", "exact"]

# The trajectory is written in pieces of this many steps.
_PIECE = 2048


class Moments:
    """Weighted count, means and products of features and targets: O(p^2) memory, one pass.

    Rows come by `update`, in chunks of any size, or by `merge` from another part of the data. Then,
    without the rows, `solve` fits them, `descend` trains on them and `without` takes a fold away.

    Args:
        n_features: How many features, p.
        n_targets: How many targets, k.
        accuracy: "fast" rounds the products of each part of the rows to float64, and keeps what
            adding up the parts would round off; "exact" keeps about 28 digits, at several times the
            cost (`linreg._exact_products` names the method, its source and a proof).
        device: Where the rows will be, and where what is gathered is kept, in float64.

    Attributes:
        rows: How many rows of positive weight were gathered.

    Raises:
        ValueError: If a number is below 1 or the accuracy has another name.
    """

    def __init__(
        self,
        n_features: int,
        n_targets: int = 1,
        *,
        accuracy: Accuracy = "fast",
        device: torch.device | str = "cpu",
    ) -> None:
        for name, value in (("n_features", n_features), ("n_targets", n_targets)):
            if value < 1:
                raise ValueError(f"{name} is {value}: give a whole number, 1 or more")
        if accuracy not in ("fast", "exact"):
            raise ValueError(f"accuracy is {accuracy!r}: choose 'fast' or 'exact'")
        self.n_features, self.n_targets = n_features, n_targets
        self.accuracy: Accuracy = accuracy
        self.rows = 0
        size = n_features + n_targets
        self._shift = torch.zeros(size, dtype=torch.float64, device=device)
        # Products of (features, targets, 1), the first two less the shift.
        self._products = Double.of(self._shift.new_zeros(size + 1, size + 1))
        # Sums of the squares that went into them, which tell how far off they may be.
        self._squares = self._shift.new_zeros(size)

    def __repr__(self) -> str:
        """Their kind and how many rows they hold."""
        return (
            f"Moments({self.n_features}, {self.n_targets}, accuracy={self.accuracy!r}): "
            f"{self.rows} rows"
        )

    @property
    def total_weight(self) -> float:
        """The sum of the weights; the number of rows where none were given."""
        return float(self._products.hi[-1, -1])

    @property
    def mean(self) -> Tensor:
        """Weighted means of the features, then of the targets, shape (p + k,), float64."""
        return self._means().hi

    @property
    def covariance(self) -> Tensor:
        """Weighted mean products around the means, shape (p + k, p + k), float64."""
        return self._centred().hi / self.total_weight

    def update(self, features: Tensor, target: Tensor, weight: Tensor | None = None) -> None:
        """Gather more rows; what is gathered is numbers, through which no gradient flows.

        Args:
            features: Shape (n, p), float32 or float64.
            target: Shape (n, k), dtype and device as `features`.
            weight: How much each row's squared error counts, shape (n,) or (n, 1), 0 or more; None
                counts each once.

        Raises:
            TypeError: If a dtype is not floating-point, or they differ.
            ValueError: If shapes or devices do not match, a value is not finite or a weight is
                negative; nothing is then gathered.
        """
        self._update(features, target, weight, None)

    @torch.no_grad()
    def _update(
        self, features: Tensor, target: Tensor, weight: Tensor | None, low: Tensor | None
    ) -> None:
        """Gather rows whose features may have digits beyond float64."""
        check_rows(features, target)
        expected = {"features": self.n_features, "target": self.n_targets}
        for name, tensor in (("features", features), ("target", target)):
            if tensor.shape[1] != expected[name]:
                raise ValueError(
                    f"{name} has shape {tuple(tensor.shape)}, but these moments are of "
                    f"{self.n_features} features and {self.n_targets} targets"
                )
        if features.device != self._shift.device:
            raise ValueError(
                f"features is on {features.device} and these moments are on {self._shift.device}: "
                "make them with Moments(..., device=features.device)"
            )
        count = len(features)
        if weight is not None:
            weight = check_weight(weight, features).double().reshape(-1, 1)
            count = int(weight.count_nonzero())
        shift = self._shift if self.rows else self._first_shift(features, target)
        if self.accuracy == "exact":
            products = exact_products(features, target, shift, weight, low)
        else:
            products = fast_products(features, target, shift, weight)
        # A value that is not finite leaves its mark on its column's sum.
        if not bool(products.hi.isfinite().all()):
            check_finite_rows(features, target)
            raise ValueError(
                f"products of values up to {float(features.abs().max()):.3g} and "
                f"{float(target.abs().max()):.3g} overflow float64: rescale the data"
            )
        self._shift = shift
        self._products = self._products + products
        self._squares = self._squares + products.hi.diagonal()[:-1]
        self.rows += count

    def merge(self, other: "Moments") -> "Moments":
        """Moments of both parts of the data; neither part is changed.

        Args:
            other: Moments of other rows, of the same numbers of features and targets.

        Raises:
            ValueError: If the shapes, accuracies or devices differ; the message names both.
        """
        self._check_like(other, "merge")
        if not self.rows:
            return other._copy()
        merged = self._copy()
        if other.rows:
            theirs, moved = other._moved_to(self._shift)
            merged._products = self._products + theirs
            merged._squares = self._squares + moved
            merged.rows += other.rows
        return merged

    def without(self, fold: "Moments") -> "Moments":
        """Moments of the rows that are not in a fold: what k-fold cross-validation fits.

        Subtracting keeps the rounding of what it takes away: `solve` counts that among the digits
        to expect, and refuses where none are left.

        Args:
            fold: Moments of some of these rows, gathered apart and merged into these.

        Raises:
            ValueError: If the shapes, accuracies or devices differ, or the fold has more rows, more
                weight or more spread than the whole.
        """
        self._check_like(fold, "take away")
        rest = self._copy()
        if not fold.rows:
            return rest
        theirs, moved = fold._moved_to(self._shift)
        rest.rows = self.rows - fold.rows
        rest._products = self._products - theirs
        rest._squares = self._squares + moved
        diagonal = rest._products.hi.diagonal()
        slack = 2.0**-45 * self._products.hi.diagonal()
        if rest.rows < 0 or bool((diagonal < -slack).any()):
            raise ValueError(
                f"the fold ({fold.rows} rows, weight {fold.total_weight:.6g}) is not part of these "
                f"moments ({self.rows} rows, weight {self.total_weight:.6g}): merge it first"
            )
        return rest

    def state_dict(self) -> dict[str, Any]:
        """Everything gathered so far, as tensors and numbers that `torch.save` can write."""
        return {
            "accuracy": self.accuracy,
            "rows": self.rows,
            "shift": self._shift.clone(),
            "products": self._products.hi.clone(),
            "products_low": self._products.lo.clone(),
            "squares": self._squares.clone(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Replace what was gathered by what `state_dict` returned.

        Args:
            state: From moments of the same numbers of features and targets, and the same accuracy.

        Raises:
            ValueError: If an entry is missing, or of another shape or accuracy.
        """
        missing = sorted(self.state_dict().keys() - state.keys())
        if missing:
            raise ValueError(f"the state lacks {', '.join(missing)}: was it saved by Moments?")
        shape, ours = tuple(state["products"].shape), tuple(self._products.hi.shape)
        if shape != ours or state["accuracy"] != self.accuracy:
            raise ValueError(
                f"the state is of products {shape}, {state['accuracy']!r}, and these moments are "
                f"of products {ours}, {self.accuracy!r}: make moments like those that were saved"
            )
        shift, squares, high, low = (
            state[name].to(self._shift, copy=True)
            for name in ("shift", "squares", "products", "products_low")
        )
        self.rows, self._shift, self._squares = int(state["rows"]), shift, squares
        self._products = Double(high, low)

    @overload
    def solve(self, ridge: float | None = None, *, intercept: bool = True) -> Fit: ...

    @overload
    def solve(self, ridge: Sequence[float], *, intercept: bool = True) -> list[Fit]: ...

    def solve(
        self, ridge: float | Sequence[float] | None = None, *, intercept: bool = True
    ) -> Fit | list[Fit]:
        """Fit the rows: the weights and biases of least squared error.

        Args:
            ridge: What the sum of the squared weights costs, in units of the sum of squared
                errors; the intercept is free. A sequence gives one fit for each.
            intercept: Whether the model has a bias.

        Returns:
            The fit, or a list of fits for a sequence of ridges.

        Raises:
            RankError: If features are constant or combinations of others; it names them.
            ValueError: If there are fewer rows than coefficients, the total weight is 0, or a ridge
                is negative or not finite.
        """
        if isinstance(ridge, Sequence):
            return [self.solve(value, intercept=intercept) for value in ridge]
        cost = 0.0 if ridge is None else check_ridge(ridge)
        names = tuple(f"x{i + 1}" for i in range(self.n_features))
        return self._solve(names, cost, intercept)

    def _solve(
        self,
        names: tuple[str, ...],
        ridge: float,
        intercept: bool,
        transform: Double | None = None,
        basis: Callable[[Tensor], Tensor] | None = None,
    ) -> Fit:
        """Fit the rows, calling the features by name."""
        needed = self.n_features + intercept
        if self.rows == 0 or not self.total_weight > 0:
            raise ValueError(
                f"the total weight of {self.rows} rows is {self.total_weight:g}: gather rows of "
                "positive weight first"
            )
        if not ridge and self.rows < needed:
            raise ValueError(
                f"{self.rows} rows cannot tell {needed} coefficients apart: gather at least "
                f"{needed}, or fit with a ridge"
            )
        if intercept:
            products, norm = self._centred(), self._squares.sqrt()
        else:
            raw = self._moved_to(self._shift.new_zeros(self._shift.shape))
            products, norm = raw[0][:-1, :-1], raw[1].sqrt()
        p = self.n_features
        means = self._means()
        _refuse_constant(products.hi.diagonal()[:p], means.hi[:p], self.total_weight, names)
        solution = solve_normal(products, norm, names, self.accuracy, ridge)
        return fit_from_solution(
            solution,
            mean=means if intercept else None,
            total_square=products.hi.diagonal()[p:].clone(),
            names=names,
            rows=self.rows,
            total_weight=self.total_weight,
            accuracy=self.accuracy,
            ridge=ridge,
            transform=transform,
            basis=basis,
        )

    def max_learning_rate(self) -> float:
        """The learning rate from which gradient descent no longer converges.

        It is 2 / c, where c is the largest curvature of the mean squared error in weights and bias
        (Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 4.3.1).

        Raises:
            ValueError: If no rows of positive weight were gathered.
        """
        hessian, _ = self._quadratic()
        return self.n_targets / float(torch.linalg.eigvalsh(hessian)[-1])

    def descend(self, lr: float, steps: int, start: tuple[Tensor, Tensor] | None = None) -> Descent:
        """Full-batch gradient descent on the rows gathered, at O(p^2) a step whatever their number.

        The trajectory is that of `fit` with `torch.nn.Linear` in float64, up to rounding: the
        gradient of the mean squared error needs the rows' products only.

        Args:
            lr: Learning rate, above 0.
            steps: How many steps to take, 0 or more.
            start: Weight (p, k) and bias (k,) to start from; None starts from zeros.

        Returns:
            Weight and bias after the last step, and the losses before, between and after the steps.

        Raises:
            DivergenceError: If the loss stops being finite; the message names the largest rate.
            ValueError: If `lr`, `steps` or `start` do not fit, or there are no rows.
        """
        check_lr(lr)
        check_steps(steps)
        hessian, pull = self._quadratic()
        p, k = self.n_features, self.n_targets
        weight, bias = check_start(start, p, k, hessian)
        state = torch.cat([weight, bias.reshape(1, -1)])

        # With ones below the state a step is one matrix; its square takes two steps, then four, ...
        rate = 2 * lr / k
        size = p + 1 + k
        power = torch.eye(size, dtype=torch.float64, device=hessian.device)
        power[: p + 1, : p + 1] -= rate * hessian
        power[: p + 1, p + 1 :] = rate * pull
        powers = [power]
        while 2 ** len(powers) < min(_PIECE, steps + 1):
            powers.append(powers[-1] @ powers[-1])

        state = torch.cat([weight, bias.reshape(1, k), power.new_ones(k).diag()])
        losses: list[float] = []
        while True:
            path = state
            for power in powers:
                path = torch.cat([path, power @ path], dim=1)
            path = path[:, : k * (steps + 1 - len(losses))]
            losses += self._losses(path.reshape(size, -1, k)[: p + 1]).tolist()
            if not all(map(math.isfinite, losses[-_PIECE:])):
                lost = next(i for i, loss in enumerate(losses) if not math.isfinite(loss))
                raise DivergenceError(
                    f"the loss is {losses[lost]} after step {lost} of {steps} with lr={lr}: the "
                    f"steps overshoot; stay below lr={self.max_learning_rate():.2g}"
                )
            state = path[:, -k:]
            if len(losses) > steps:
                return Descent(state[:p].clone(), state[p].clone(), losses)
            state = powers[0] @ state

    def _losses(self, path: Tensor) -> Tensor:
        """The mean squared errors of weights and biases (p + 1, t, k), shape (t,)."""
        p = self.n_features
        mean, covariance = self.mean, self.covariance
        weight, bias = path[:p], path[p]
        # Around the means, so that data far from zero does not drown the loss in rounding.
        curved = covariance[:p, :p] @ weight.reshape(p, -1)
        around = (weight * (curved.reshape(weight.shape) - 2 * covariance[:p, None, p:])).sum(0)
        offset = mean[p:] - torch.einsum("p,ptk->tk", mean[:p], weight) - bias
        return (around + covariance.diagonal()[p:] + offset.square()).mean(1)

    def _quadratic(self) -> tuple[Tensor, Tensor]:
        """H (p + 1, p + 1) and g (p + 1, k): the mean of z z' and of z y', z = (features, 1)."""
        if not self.total_weight > 0:
            raise ValueError("the total weight is 0: gather rows of positive weight first")
        p, mean = self.n_features, torch.cat([self.mean, self._shift.new_ones(1)])
        raw = torch.outer(mean, mean)
        raw[:-1, :-1] += self.covariance
        features = [*range(p), len(raw) - 1]
        return raw[features][:, features], raw[features][:, p:-1]

    def _means(self) -> Double:
        """Weighted means, shape (p + k,)."""
        sums = self._products[-1]
        if self.accuracy == "fast":
            return Double.of(self._shift + sums.hi[:-1] / sums.hi[-1])
        return Double.of(self._shift) + sums[:-1] / sums[-1:]

    def _centred(self) -> Double:
        """Products around the means, shape (p + k, p + k)."""
        sums = self._products[-1]
        if self.accuracy == "exact":
            share = sums[:-1] / sums[-1:]
            return self._products[:-1, :-1] - share[:, None] * sums[None, :-1]
        # With s = W a + r, s s' / W is a s' + r a' to within r^2: a may be rounded.
        total, near = sums.hi[:-1], sums.hi[:-1] / sums.hi[-1]
        high, low = two_prod(near, sums.hi[-1])
        rest = (total - high) - low + sums.lo[:-1] - near * sums.lo[-1]
        moved, lost = two_prod(near[:, None], total)
        lost = lost + torch.outer(near, sums.lo[:-1]) + torch.outer(rest, near)
        return self._products[:-1, :-1] - Double.sum(moved, lost)

    def _moved_to(self, shift: Tensor) -> tuple[Double, Tensor]:
        """The products around another shift, and the squares that went into them."""
        zero = shift.new_zeros(1)
        by = Double.sum(torch.cat([self._shift, zero]), torch.cat([-shift, zero]))
        sums = self._products[-1]
        # (z + d)(z + d)' = zz' + half + half' with half = d (z + d/2)'.
        half = by[:, None] * (sums + (by * sums[-1:]).scaled(shift.new_tensor(0.5)))[None, :]
        products = self._products + half + half.T
        return products, self._squares + products.hi.diagonal()[:-1]

    def _first_shift(self, features: Tensor, target: Tensor) -> Tensor:
        """A shift for all rows: about the means of the first, and a column's value if constant.

        A mean within two standard deviations of zero is left: taking it off would save two bits.
        """
        rows = torch.cat([features[:4096], target[:4096]], dim=1).double()
        shift, spread = rows.mean(0), rows.std(0, correction=0)
        if self.accuracy == "exact":
            shift = round_shift(shift, spread)
        shift = torch.where(shift.abs() > 2 * spread, shift, 0.0)
        return torch.where((rows == rows[0]).all(0), rows[0], shift)

    def _copy(self) -> "Moments":
        """Moments that can change without changing these."""
        copied = Moments(
            self.n_features, self.n_targets, accuracy=self.accuracy, device=self._shift.device
        )
        copied.load_state_dict(self.state_dict())
        return copied

    def _check_like(self, other: "Moments", verb: str) -> None:
        """The other moments are of the same kind."""
        for name in ("n_features", "n_targets", "accuracy"):
            ours, theirs = getattr(self, name), getattr(other, name)
            if ours != theirs:
                raise ValueError(
                    f"cannot {verb} moments of {name}={theirs!r}: these are of {name}={ours!r}"
                )
        if self._shift.device != other._shift.device:
            raise ValueError(
                f"cannot {verb} moments on {other._shift.device}: these are on {self._shift.device}"
            )


def _refuse_constant(square: Tensor, mean: Tensor, weight: float, names: tuple[str, ...]) -> None:
    """No feature is constant to the last digit, which would leave its weight undetermined."""
    # Values one unit in the last place apart have more spread than this.
    constant = square <= weight * (2.0**-55 * mean).square()
    if bool(constant.any()):
        found = ", ".join(
            f"{names[i]} (always {mean[i].item():g})" for i in constant.nonzero().flatten().tolist()
        )
        raise RankError(
            f"no weight can be told for constant features: {found}. Leave them out; the intercept "
            "does what they can"
        )
