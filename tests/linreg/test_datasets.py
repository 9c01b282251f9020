"""The two datasets that ship with the library, against their published numbers."""

import re
import statistics
from importlib.resources import files

import pytest
import torch

from linreg import load_dataset

NAMES = ["galton", "hubble"]


def columns(name: str) -> tuple[list[float], list[float]]:
    """The one feature and the target as Python numbers, the float32 rounding undone."""
    data = load_dataset(name)
    feature, target = data.features.flatten().tolist(), data.target.flatten().tolist()
    return [round(value, 4) for value in feature], [round(value, 4) for value in target]


def test_hubble_is_the_table_of_1929() -> None:
    """24 nebulae, 454.16 km/s per Mpc with intercept -40.78, and 423.9 through the origin."""
    distance, velocity = columns("hubble")
    slope, intercept = statistics.linear_regression(distance, velocity)
    through_origin, _ = statistics.linear_regression(distance, velocity, proportional=True)
    assert len(distance) == 24
    assert (round(slope, 2), round(intercept, 2)) == (454.16, -40.78)
    assert round(through_origin, 1) == 423.9


def test_hubble_has_the_five_nebulae_that_approach() -> None:
    """The negative velocities are those that Hubble lists for NGC 6822, 598, 221, 224 and 3031."""
    distance, velocity = columns("hubble")
    approaching = [(d, v) for d, v in zip(distance, velocity, strict=True) if v < 0]
    assert approaching == [
        (0.214, -130),
        (0.263, -70),
        (0.275, -185),
        (0.275, -220),
        (0.9, -30),
    ]


def test_galton_is_the_table_of_1886() -> None:
    """928 pairs with means 68.3082 and 68.0885 inches, and the famous slope of 0.6463."""
    midparent, child = columns("galton")
    slope, _ = statistics.linear_regression(midparent, child)
    assert len(child) == 928
    assert round(statistics.mean(midparent), 4) == 68.3082
    assert round(statistics.mean(child), 4) == 68.0885
    assert round(slope, 4) == 0.6463


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_are_ready_for_a_linear_layer(name: str) -> None:
    """Whatever torch's defaults, rows are finite float32 on the CPU, (n, p) and (n, 1)."""
    with torch.device("meta"):
        data = load_dataset(name)
    assert data.features.shape == (len(data.target), len(data.feature_names))
    assert data.target.shape == (len(data.features), 1)
    for tensor in (data.features, data.target):
        assert (tensor.dtype, tensor.device) == (torch.float32, torch.device("cpu"))
        assert tensor.isfinite().all()


@pytest.mark.parametrize(
    ("name", "feature_names", "target_name", "source"),
    [
        ("galton", ("midparent_height_in",), "child_height_in", "Galton, F. (1886). "),
        ("hubble", ("distance_mpc",), "velocity_km_s", "Hubble, E. (1929). "),
    ],
)
def test_the_rows_say_what_they_are(
    name: str, feature_names: tuple[str, ...], target_name: str, source: str
) -> None:
    """Names carry their units, and the source is a publication."""
    data = load_dataset(name)
    assert (data.feature_names, data.target_name) == (feature_names, target_name)
    assert data.source.startswith(source)


def test_every_shipped_file_can_be_loaded() -> None:
    """There is no file in the data folder that no name loads."""
    shipped = sorted(file.name for file in (files("linreg") / "data").iterdir())
    assert shipped == [f"{name}.csv" for name in NAMES]


def test_an_unknown_name_lists_those_that_exist() -> None:
    """A name that is not shipped is an error that lists the names that are."""
    message = "no dataset is named 'iris'; available: galton, hubble"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_dataset("iris")
