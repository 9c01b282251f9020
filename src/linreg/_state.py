"""What moments are saved as: tensors, numbers and text."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from linreg._accuracy import accuracy_named
from linreg._check import check_count
from linreg._labels import Labels
from linreg._sums import Sums
from linreg._table import Columns
from linreg._tally import Tally

_KIND = ("n_features", "n_targets", "accuracy")
_TENSORS = ("unit", "shift", "products", "products_low", "squares", "squares_low", "slack")
_OTHERS = ("rows", "left_out", "log_weights", "names", "levels", "target_names", "target_is_vector")


def write_state(tally: Tally, labels: Labels, sums: Sums) -> dict[str, Any]:
    """What was gathered, as `torch.save` can write it."""
    columns = labels.columns
    return {
        **asdict(tally),
        "accuracy": sums.accuracy.name,
        "names": columns and columns.names,
        "levels": columns and dict(columns.levels),
        "target_names": labels.targets,
        "target_is_vector": labels.is_vector,
        **{name: tensor.clone() for name, tensor in sums.tensors().items()},
    }


def check_entries(state: Mapping[str, Any]) -> None:
    """The state has every entry."""
    missing = sorted({*_KIND, *_TENSORS, *_OTHERS} - state.keys())
    if missing:
        raise ValueError(f"the state lacks {', '.join(missing)}: was it saved by Moments?")


def read_state(state: Mapping[str, Any], ours: Mapping[str, Any]) -> tuple[Tally, Labels, Sums]:
    """Counts, labels and sums of a state of the kind of ours.

    Raises:
        ValueError: If an entry is missing, or of another kind or shape.
    """
    check_entries(state)
    for name in _KIND:
        if state[name] != ours[name]:
            raise ValueError(
                f"the state has {name}={state[name]!r}, and these moments {name}={ours[name]!r}: "
                "use Moments.from_state_dict"
            )
    tensors = {}
    for name in _TENSORS:
        shape, needed = tuple(state[name].shape), tuple(ours[name].shape)
        if shape != needed:
            raise ValueError(
                f"the state's {name} has shape {shape} instead of {needed}: it is damaged"
            )
        tensors[name] = state[name].to(ours[name], copy=True)
    check_count("the state's rows", state["rows"], least=0)
    columns = state["names"] and Columns(tuple(state["names"]), dict(state["levels"]))
    labels = Labels(columns, state["target_names"], state["target_is_vector"])
    sums = Sums.of_tensors(accuracy_named(state["accuracy"]), tensors)
    return Tally(*(state[each.name] for each in fields(Tally))), labels, sums
