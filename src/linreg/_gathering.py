"""Gather rows into sums, put parts together and take them apart, save and load."""

from collections.abc import Mapping
from typing import Any, Self

import torch
from torch import Tensor

from linreg._accuracy import Name, accuracy_named
from linreg._check import check_finite_rows, check_rows, check_sample_weight
from linreg._sums import Sums, unit_for


class Gathering:
    """What has been gathered of rows; `Moments` adds what can be learned from it.

    Attributes:
        n_features: How many features, p.
        n_targets: How many targets, k.
        rows: How many rows of positive weight were gathered.
    """

    def __init__(
        self,
        n_features: int,
        n_targets: int = 1,
        *,
        accuracy: Name = "fast",
        device: torch.device | str = "cpu",
    ) -> None:
        for name, value in (("n_features", n_features), ("n_targets", n_targets)):
            if value < 1:
                raise ValueError(f"{name} is {value}: give a whole number, 1 or more")
        self.n_features, self.n_targets = n_features, n_targets
        self.rows = 0
        self._sums = Sums.none(n_features, n_targets, accuracy_named(accuracy), device)

    def __repr__(self) -> str:
        """Their kind and how many rows they hold."""
        kind = f"{self.n_features}, {self.n_targets}, accuracy={self.accuracy!r}"
        return f"{type(self).__name__}({kind}): {self.rows} rows"

    @property
    def accuracy(self) -> Name:
        """How rows are gathered: "fast" or "exact"."""
        return self._sums.accuracy.name

    @property
    def sample_weight_sum(self) -> float:
        """The sum of the rows' weights; the number of rows where none were given."""
        return self._sums.total

    @property
    def mean(self) -> Tensor:
        """Weighted means of the features, then of the targets, shape (p + k,), float64."""
        return self._sums.means().hi / self._sums.unit

    @property
    def variance(self) -> Tensor:
        """Weighted mean squares around the means, shape (p + k,), float64."""
        p, square = self.n_features, self._sums.centred().square
        return torch.cat([square[:p], square[p + 1 :]]) / self._sums.unit**2 / self._sums.total

    @property
    def covariance(self) -> Tensor:
        """Weighted mean products of the features with features and targets, around the means.

        Shape (p, p + k), float64.
        """
        p, unit = self.n_features, self._sums.unit
        products = self._sums.centred().products.hi[:p]
        kept = torch.cat([products[:, :p], products[:, p + 1 :]], 1)
        return kept / unit / unit[:p, None] / self._sums.total

    def update(self, features: Tensor, target: Tensor, sample_weight: Tensor | None = None) -> None:
        """Gather more rows; what is gathered is numbers, through which no gradient flows.

        Args:
            features: Shape (n, p), float32 or float64.
            target: Shape (n, k), dtype and device as `features`.
            sample_weight: How much each row's squared error counts, shape (n,) or (n, 1), 0 or
                more; None counts each once.

        Raises:
            TypeError: If a dtype is not floating-point, or they differ.
            ValueError: If shapes or devices do not match, a value is not finite or a weight is
                negative; nothing is then gathered.
        """
        self._update(features, target, sample_weight, None)

    @torch.no_grad()
    def _update(
        self, features: Tensor, target: Tensor, sample_weight: Tensor | None, low: Tensor | None
    ) -> None:
        """Gather rows whose features may have digits beyond float64."""
        check_rows(features, target, empty=True)
        expected = {"features": self.n_features, "target": self.n_targets}
        for name, tensor in (("features", features), ("target", target)):
            if tensor.shape[1] != expected[name]:
                raise ValueError(
                    f"{name} has shape {tuple(tensor.shape)}, but these moments are of "
                    f"{self.n_features} features and {self.n_targets} targets"
                )
        device = self._sums.shift.device
        if features.device != device:
            raise ValueError(
                f"features is on {features.device} and these moments are on {device}: "
                "make them with Moments(..., device=features.device)"
            )
        count = len(features)
        if not count:
            return
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, features).double().reshape(-1, 1)
            count = int(sample_weight.count_nonzero())
        more = self._summed(features, target, sample_weight, low)
        together = self._sums + more if self.rows else more
        if not together.is_finite:
            check_finite_rows(features, target)
            raise ValueError(
                f"products of values up to {float(features.abs().max()):.3g} and "
                f"{float(target.abs().max()):.3g} overflow float64: rescale the data"
            )
        self._sums = together
        self.rows += count

    def _summed(
        self, features: Tensor, target: Tensor, weight: Tensor | None, low: Tensor | None
    ) -> Sums:
        """Sums over these rows, in units in which their squares are within float64's range."""
        ours = self._sums
        shift = ours.shift if self.rows else None
        more = Sums.of(ours.accuracy, ours.unit, shift, features, target, weight, low)
        if more.is_in_range or not more.total > 0:
            return more
        check_finite_rows(features, target)
        if not 2.0**-300 < more.total < 2.0**300:
            raise ValueError(
                f"the sample weights sum to {more.total:.3g}, which leaves no room in float64 for "
                "products with them: rescale the weights"
            )
        unit = unit_for(features, target)
        if self.rows:
            unit = torch.minimum(unit, ours.unit)
        if torch.equal(unit, ours.unit):
            return more
        if shift is not None:
            shift = shift * unit / ours.unit
        return Sums.of(ours.accuracy, unit, shift, features, target, weight, low)

    def merge(self, other: Self) -> Self:
        """Moments of both parts of the data; neither part is changed.

        Args:
            other: Moments of other rows, of the same numbers of features and targets.

        Raises:
            ValueError: If the shapes, accuracies or devices differ; the message names both.
        """
        self._check_like(other, "merge")
        if not (self.rows and other.rows):
            more = self if self.rows else other
            return self._of(more.rows, more._sums)
        merged = self._of(self.rows + other.rows, self._sums + other._sums)
        if not merged._sums.is_finite:
            raise ValueError("the sums of both parts overflow float64: rescale the data")
        return merged

    def without(self, fold: Self) -> Self:
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
        if not fold.rows:
            return self._of(self.rows, self._sums)
        rest = self._of(self.rows - fold.rows, self._sums - fold._sums)
        if rest.rows < 0 or bool((rest._sums.square < -rest._sums.slack.square()).any()):
            raise ValueError(
                f"the fold ({fold.rows} rows, weight {fold.sample_weight_sum:.6g}) is not part of "
                f"these moments ({self.rows} rows, weight {self.sample_weight_sum:.6g}): merge it "
                "first"
            )
        return rest

    def state_dict(self) -> dict[str, Any]:
        """Everything gathered so far, as tensors and numbers that `torch.save` can write."""
        return {
            "accuracy": self.accuracy,
            "rows": self.rows,
            **{name: value.clone() for name, value in self._sums.tensors().items()},
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
        shape, ours = tuple(state["products"].shape), tuple(self._sums.products.hi.shape)
        if shape != ours or state["accuracy"] != self.accuracy:
            raise ValueError(
                f"the state is of products {shape}, {state['accuracy']!r}, and these moments are "
                f"of products {ours}, {self.accuracy!r}: make moments like those that were saved"
            )
        tensors = {
            name: state[name].to(ours, copy=True) for name, ours in self._sums.tensors().items()
        }
        for name, ours in self._sums.tensors().items():
            if tensors[name].shape != ours.shape:
                raise ValueError(
                    f"the state's {name} has shape {tuple(tensors[name].shape)} instead of "
                    f"{tuple(ours.shape)}: was it changed after it was saved?"
                )
        if not int(state["rows"]) >= 0:
            raise ValueError(f"the state has {state['rows']} rows: was it changed after saving?")
        self.rows = int(state["rows"])
        self._sums = Sums.of_tensors(self._sums.accuracy, tensors)

    def _of(self, rows: int, sums: Sums) -> Self:
        """Moments like these of other rows."""
        new = type(self)(
            self.n_features, self.n_targets, accuracy=self.accuracy, device=sums.shift.device
        )
        new.rows, new._sums = rows, sums
        return new

    def _check_like(self, other: Self, verb: str) -> None:
        """The other moments are of the same kind."""
        for name in ("n_features", "n_targets", "accuracy"):
            ours, theirs = getattr(self, name), getattr(other, name)
            if ours != theirs:
                raise ValueError(
                    f"cannot {verb} moments of {name}={theirs!r}: these are of {name}={ours!r}"
                )
        ours, theirs = self._sums.shift.device, other._sums.shift.device
        if ours != theirs:
            raise ValueError(f"cannot {verb} moments on {theirs}: these are on {ours}")
