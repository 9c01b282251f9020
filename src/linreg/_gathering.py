"""Gather rows into sums, put parts together and take them apart, save and load."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

import torch
from torch import Tensor

from linreg._accuracy import Name, accuracy_named
from linreg._check import check_count, check_float64
from linreg._labels import Labels, columns_named
from linreg._state import check_entries, read_state, write_state
from linreg._sums import Sums
from linreg._take import Missing, Taken, refuse_overflow, take_rows
from linreg._tally import Tally
from linreg._units import summed


class Gathering:
    """What has been gathered of rows; `Moments` adds what can be learned from it.

    Attributes:
        n_features: How many features, p.
        n_targets: How many targets, k.
    """

    def __init__(
        self,
        n_features: int,
        n_targets: int = 1,
        *,
        accuracy: Name = "fast",
        device: torch.device | str = "cpu",
        names: Iterable[str] | None = None,
    ) -> None:
        check_count("n_features", n_features)
        check_count("n_targets", n_targets)
        self.n_features, self.n_targets = n_features, n_targets
        check_float64(device)
        self._tally = Tally()
        self._labels = Labels(columns_named(names, n_features))
        self._sums = Sums.none(n_features, n_targets, accuracy_named(accuracy), device)

    def __repr__(self) -> str:
        """Their kind and how many rows they hold."""
        kind = f"{self.n_features}, {self.n_targets}, accuracy={self.accuracy!r}"
        return f"{type(self).__name__}({kind}): {self.rows} rows"

    @property
    def rows(self) -> int:
        """How many rows of positive weight were gathered."""
        return self._tally.rows

    @property
    def left_out(self) -> int:
        """How many rows were left out because a value is missing or bad."""
        return self._tally.left_out

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
        """Weighted mean products of features with features and targets, around the means.

        Shape (p, p + k), float64.
        """
        p, unit = self.n_features, self._sums.unit
        products = self._sums.centred().products.hi[:p]
        kept = torch.cat([products[:, :p], products[:, p + 1 :]], 1)
        return kept / unit / unit[:p, None] / self._sums.total

    def update(
        self,
        features: Any,
        target: Any,
        sample_weight: Any = None,
        *,
        missing: Missing = "error",
    ) -> None:
        """Gather more rows; what is gathered is numbers, through which no gradient flows.

        As in `least_squares`, all may be tensors or arrays, and features and target tables.

        Args:
            features: Shape (n, p), where n may be 0.
            target: Shape (n, k), or (n,) where k is 1.
            sample_weight: How much each row's squared error counts, shape (n,) or (n, 1), 0 or
                more; None counts each once.
            missing: What to do with rows that have nan: "error" refuses them, "drop" leaves them
                out and counts them in `left_out`.

        Raises:
            TypeError: If values are no numbers.
            ValueError: If shapes or devices do not match, a value is not finite, a weight is
                negative, or columns are called otherwise than before; nothing is then gathered.
        """
        columns = self._labels.columns
        self._gather(take_rows(features, target, sample_weight, columns=columns, missing=missing))

    @torch.no_grad()
    def _gather(self, rows: Taken, low: Tensor | None = None) -> None:
        """Gather rows, whose features may have digits beyond float64 in `low`."""
        features, target, sample_weight, labels, dropped = rows
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
        labels = self._labels.joined(labels)
        count, logs = len(features), 0.0
        if count:
            if sample_weight is not None:
                sample_weight = sample_weight.double().reshape(-1, 1)
                count = int(sample_weight.count_nonzero())
                logs = float(sample_weight[sample_weight > 0].log().sum())
            more = summed(self._sums, features, target, sample_weight, low)
            together = self._sums + more if self.rows else more
            if not together.is_finite:
                refuse_overflow(rows._replace(labels=labels))
            self._sums = together
        self._labels = labels
        self._tally += Tally(count, dropped, logs)

    def merge(self, other: Self) -> Self:
        """Moments of both parts of the data; neither part is changed.

        Args:
            other: Moments of other rows, of the same numbers of features and targets.

        Raises:
            ValueError: If the shapes, accuracies or devices differ; the message names both.
        """
        self._check_like(other, "merge")
        if self.rows and other.rows:
            sums = self._sums + other._sums
            if not sums.is_finite:
                raise ValueError("the sums of both parts overflow float64: rescale the data")
        else:
            sums = (self if self.rows else other)._sums
        return self._of(self._tally + other._tally, sums, self._labels.joined(other._labels))

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
            return self._of(self._tally, self._sums, self._labels)
        rest = self._of(self._tally - fold._tally, self._sums - fold._sums, self._labels)
        if rest.rows < 0 or bool((rest._sums.square < -rest._sums.slack.square()).any()):
            raise ValueError(
                f"the fold ({fold.rows} rows, weight {fold.sample_weight_sum:.6g}) is not part of "
                f"these moments ({self.rows} rows, weight {self.sample_weight_sum:.6g}): merge it "
                "first"
            )
        return rest

    def state_dict(self) -> dict[str, Any]:
        """Everything gathered so far, as tensors, numbers and text that `torch.save` can write."""
        sizes = {"n_features": self.n_features, "n_targets": self.n_targets}
        return sizes | write_state(self._tally, self._labels, self._sums)

    @classmethod
    def from_state_dict(
        cls, state: Mapping[str, Any], device: torch.device | str | None = None
    ) -> Self:
        """Moments like those whose `state_dict` this was.

        Args:
            state: What `state_dict` returned.
            device: Where to keep them; None keeps them where the state is.

        Raises:
            ValueError: If an entry is missing, or of another shape than it should have.
        """
        check_entries(state)
        moments = cls(
            state["n_features"],
            state["n_targets"],
            accuracy=state["accuracy"],
            device=state["shift"].device if device is None else device,
        )
        moments.load_state_dict(state)
        return moments

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Replace what was gathered by what `state_dict` returned.

        Args:
            state: From moments of the same numbers of features and targets, and the same accuracy.

        Raises:
            ValueError: If an entry is missing, or of another kind or shape.
        """
        self._tally, self._labels, self._sums = read_state(state, self.state_dict())

    def _of(self, tally: Tally, sums: Sums, labels: Labels) -> Self:
        """Moments like these of other rows or other features."""
        new = type(self)(sums.p, self.n_targets, accuracy=self.accuracy, device=sums.shift.device)
        new._tally, new._sums, new._labels = tally, sums, labels
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
