"""Load the two real datasets that ship with the library: no download, no account."""

import csv
from importlib.resources import files
from typing import NamedTuple

import torch
from torch import Tensor

# For each name: the columns to predict from, and the column to predict. Others are labels.
_COLUMNS = {
    "galton": (("midparent_height_in",), "child_height_in"),
    "hubble": (("distance_mpc",), "velocity_km_s"),
}


class Dataset(NamedTuple):
    """Rows that were measured, and where they come from.

    Attributes:
        features: Shape (n, p), float32.
        target: Shape (n, 1), float32.
        feature_names: One name for each column of `features`, ending in its unit.
        target_name: The name of the target, ending in its unit.
        source: The publication that the rows come from.

    Examples:
        >>> from linreg import load_dataset
        >>> galton = load_dataset("galton")
        >>> galton.target_name, galton.source[:16]
        ('child_height_in', 'Galton, F. (1886')
    """

    features: Tensor
    target: Tensor
    feature_names: tuple[str, ...]
    target_name: str
    source: str


def load_dataset(name: str) -> Dataset:
    """Load a dataset that ships with the library.

    - `galton`: heights of 928 adult children and of their parents, in inches (1886).
    - `hubble`: distance in megaparsecs and velocity in km/s of 24 nebulae (1929).

    Args:
        name: Which one.

    Returns:
        The rows on the CPU, in float32 because that is what `torch.nn.Linear` expects; the values
        have at most four digits, and float32 keeps seven.

    Raises:
        ValueError: If there is no dataset of that name; the message lists those that are.

    Examples:
        >>> from linreg import load_dataset
        >>> hubble = load_dataset("hubble")
        >>> hubble.features.shape, hubble.feature_names
        (torch.Size([24, 1]), ('distance_mpc',))
    """
    if name not in _COLUMNS:
        raise ValueError(f"no dataset is named {name!r}; available: {', '.join(_COLUMNS)}")
    feature_names, target_name = _COLUMNS[name]

    lines = (files("linreg") / "data" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    source = lines[0].removeprefix("# source: ")
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))

    def columns(*names: str) -> Tensor:
        values = [[float(row[name]) for name in names] for row in rows]
        return torch.tensor(values, dtype=torch.float32, device="cpu")

    return Dataset(
        columns(*feature_names), columns(target_name), feature_names, target_name, source
    )
