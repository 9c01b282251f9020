"""Take features, target and sample weights as tensors that go together, with their names."""

from typing import Any, Literal, NamedTuple

from torch import Tensor

from linreg._check import check_finite_rows, check_rows, check_sample_weight
from linreg._intake import as_tensor
from linreg._labels import Labels
from linreg._table import Columns, column_names, is_table

Missing = Literal["error", "drop"]


class Taken(NamedTuple):
    """Rows that can be gathered.

    Attributes:
        features: Shape (n, p).
        target: Shape (n, k), dtype and device as the features.
        sample_weight: Shape (n,), or None.
        labels: What they are called.
        dropped: How many rows were left out because a value is missing.
    """

    features: Tensor
    target: Tensor
    sample_weight: Tensor | None
    labels: Labels
    dropped: int


def take_rows(
    features: Any,
    target: Any,
    sample_weight: Any = None,
    *,
    columns: Columns | None = None,
    missing: Missing = "error",
    named: str = "features",
) -> Taken:
    """Take rows from tensors, arrays or tables.

    Args:
        features: Shape (n, p).
        target: Shape (n, k) or (n,).
        sample_weight: Shape (n,) or (n, 1), or None.
        columns: What the columns of the features are called, if it is known.
        missing: What to do with rows that have nan: "error" keeps them for the caller to refuse,
            "drop" leaves them out and counts them.
        named: What the features are called in an error.
    """
    if missing not in ("error", "drop"):
        raise ValueError(f"missing is {missing!r}: choose 'error' or 'drop'")
    check_index(features, named, target=target, sample_weight=sample_weight)
    x, columns = take_features(features, columns, named)
    y, targets = take_target(target)
    if x.dtype != y.dtype:
        # Wider, every value is what it was.
        x, y = x.double(), y.double()
    is_vector = y.ndim == 1
    y = y[:, None] if is_vector else y
    if not (x.ndim == y.ndim == 2 and len(x) == len(y) == 0):
        check_rows(x, y, named)
    labels = Labels(columns, targets, is_vector)
    weight = None if sample_weight is None else as_tensor("sample_weight", sample_weight)
    if missing == "error":
        weight = None if weight is None else check_sample_weight(weight, x)
        return Taken(x, y, weight, labels, 0)
    present = ~(x.isnan().any(1) | y.isnan().any(1))
    if weight is not None:
        check_sample_weight(weight.where(~weight.isnan(), 0.0), x)
        weight = weight.reshape(-1)
        present &= ~weight.isnan()
    dropped = len(x) - int(present.sum())
    if dropped:
        x, y = x[present], y[present]
        weight = None if weight is None else weight[present]
    return Taken(x, y, weight, labels, dropped)


def check_index(features: Any, named: str = "features", **others: Any) -> None:
    """Tables and columns of pandas pair by position, so their rows must have the same labels."""
    ours: Any = getattr(features, "index", None)
    for name, other in others.items():
        theirs: Any = getattr(other, "index", None)
        if hasattr(ours, "equals") and hasattr(theirs, "equals") and not ours.equals(theirs):
            raise ValueError(
                f"{named} and {name} have rows of different labels: give {name}.loc[{named}.index] "
                f"if they should pair by label, or {name}.to_numpy() if by position"
            )


def refuse_overflow(rows: Taken) -> None:
    """Say why sums over these rows are not finite: a value is not, or they are too large."""
    columns = rows.labels.columns
    check_finite_rows(
        rows.features,
        rows.target[:, 0] if rows.labels.is_vector else rows.target,
        columns=columns.feature_names if columns else (),
        remedy="repair its row, or leave such rows out with missing='drop'",
    )
    raise ValueError(
        f"products of values up to {float(rows.features.abs().max()):.3g} and "
        f"{float(rows.target.abs().max()):.3g} overflow float64: rescale the data"
    )


def take_features(
    features: Any, columns: Columns | None, named: str = "features"
) -> tuple[Tensor, Columns | None]:
    """Features as a tensor, and the columns that they come from, as far as known."""
    if not is_table(features):
        return as_tensor(named, features), columns
    columns = columns or Columns(column_names(features))
    return columns.read(features), columns


def take_target(target: Any) -> tuple[Tensor, tuple[str, ...] | None]:
    """The target as a tensor, and its names, if it has any."""
    if is_table(target):
        columns = Columns(column_names(target))
        return columns.read(target), columns.names
    name = None if isinstance(target, Tensor) else getattr(target, "name", None)
    return as_tensor("target", target), (name,) if isinstance(name, str) else None
