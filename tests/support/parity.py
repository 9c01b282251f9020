"""What torch says the figures must compute: settings drawn from a seed, run in float64.

`pytest tests/figures --accept` writes what these functions return; the browser replays it.
"""

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from linreg import make_line

SETTINGS = 60
DATA = make_line()
X, Y = DATA.features.double(), DATA.target.double()
Setting = dict[str, Any]


def rides() -> str:
    """The hundred rides as a module: the shortest decimals that give the same float32s."""
    columns = [
        [_shortest(value) for value in part.flatten()] for part in (DATA.features, DATA.target)
    ]
    x, y = (", ".join(column) for column in columns)
    return (
        "/** The hundred rides of `linreg.make_line()`; written by tests/support/parity.py. */\n\n"
        "export const rides = {\n"
        f"  x: [{x}].map(Math.fround),\n"
        f"  y: [{y}].map(Math.fround),\n"
        "};\n"
    )


def _shortest(value: Tensor) -> str:
    return next(
        text
        for digits in range(1, 18)
        if torch.tensor(float(text := f"{value.item():.{digits}g}"), dtype=value.dtype) == value
    )


def _bound() -> float:
    table = torch.cat([X, torch.ones_like(X)], dim=1)
    return float(2 / torch.linalg.eigvalsh(2 / len(X) * table.T @ table).max())


def _rate(draw: random.Random, *, above: bool) -> float:
    """A learning rate above the bound, where descent flies apart, or below it."""
    return round(draw.uniform(0.47, 0.6) if above else draw.uniform(0.005, 0.46), 3)


def line() -> list[Setting]:
    """Loss, slopes, descent and landscape, for any line; in a third some rides are moved."""
    draw = random.Random(1)
    settings = []
    for number in range(SETTINGS):
        setting: Setting = {
            "w": round(draw.uniform(-4, 8), 2),
            "b": round(draw.uniform(-4, 8), 2),
            "lr": round(
                draw.uniform(0.47, 0.6) if number % 3 == 0 else draw.uniform(0.005, 0.46), 3
            ),
            "n": draw.choice([0, 1, 2, 10, 33, 100, 300]),
            "moved": {},
        }
        if number % 3 == 1:
            chosen = draw.sample(range(len(X)), 3)
            setting["moved"] = {f"y{i}": round(draw.uniform(0, 6.5), 2) for i in chosen}
        y = Y.clone()
        for name, price in setting["moved"].items():
            y[int(name[1:])] = price

        W = torch.tensor([[setting["w"]]], dtype=torch.float64, requires_grad=True)
        b = torch.tensor([setting["b"]], dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([W, b], lr=setting["lr"])
        marks = {0, 1, 2, 5, 10, 20, 50, 100, setting["n"]}
        places = {}
        for count in range(setting["n"] + 1):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(X @ W + b, y)
            loss.backward()
            if count == 0:
                slopes = [W.grad.item(), b.grad.item()]
            if count in marks:
                places[count] = [W.item(), b.item(), loss.item()]
            optimizer.step()

        table = torch.cat([X, torch.ones_like(X)], dim=1)
        solution = torch.linalg.lstsq(table, y).solution
        hessian = torch.autograd.functional.hessian(
            lambda p, table=table, y=y: torch.nn.functional.mse_loss(table @ p, y), solution
        )
        settings.append(
            setting
            | {
                "slopes": slopes,
                "places": places,
                "lowest": solution.flatten().tolist(),
                "least": torch.nn.functional.mse_loss(table @ solution, y).item(),
                "bends": torch.linalg.eigvalsh(hessian.reshape(2, 2)).flip(0).tolist(),
                "bound": _bound(),
                "diverges": bool(setting["lr"] > _bound()),
            }
        )
    return settings


def graph() -> list[Setting]:
    """Every value and gradient of the two graphs, over three passes that add up."""
    draw = random.Random(2)
    settings = []
    for number in range(SETTINGS):
        kind = ("line", "chain")[number % 2]
        names = ("w", "b") if kind == "line" else ("a",)
        grads: dict[str, Tensor | None] = dict.fromkeys(names)
        passes = []
        for _ in range(3):
            data = {name: round(draw.uniform(-9, 9), 1) for name in (*names, "x", "y")}
            leaves = {
                name: torch.tensor(data[name], dtype=torch.float64, requires_grad=True)
                for name in names
            }
            for name, leaf in leaves.items():
                leaf.grad = grads[name]
            if kind == "line":
                p = leaves["w"] * data["x"]
                y_hat = p + leaves["b"]
                e = y_hat - data["y"]
                nodes = {"p": p, "y_hat": y_hat, "e": e, "loss": e**2}
            else:
                b = leaves["a"] * 2.0
                c = b - 5.0
                nodes = {"b": b, "c": c, "d": c**2}
            for node in nodes.values():
                node.retain_grad()
            list(nodes.values())[-1].backward()
            grads = {name: leaf.grad for name, leaf in leaves.items()}
            passes.append(
                {
                    "inputs": data,
                    "values": {name: node.item() for name, node in nodes.items()},
                    "recorded": {name: type(node.grad_fn).__name__ for name, node in nodes.items()},
                    "gradients": {name: node.grad.item() for name, node in nodes.items()},
                    "leaves": {name: leaf.grad.item() for name, leaf in leaves.items()},
                }
            )
        settings.append({"graph": kind, "passes": passes})
    return settings


def loop() -> list[Setting]:
    """Where the loop stands after so many passes and lines, with a line of it left out or not."""
    draw = random.Random(3)
    settings = []
    for number in range(SETTINGS):
        program = ("manual", "optimizer")[number % 2]
        setting: Setting = {
            "program": program,
            "lr": round(
                draw.uniform(0.47, 0.6) if number % 4 == 0 else draw.uniform(0.005, 0.46), 3
            ),
            "zero": int(number % 3 != 0),
            "nograd": int(program == "optimizer" or number % 5 != 0),
            "passes": draw.choice([0, 1, 2, 5, 20, 60]),
            "lines": draw.randint(0, 8 if program == "manual" else 6),
        }
        settings.append(setting | {"after": _run(**setting)})
    return settings


def _run(
    program: str, lr: float, zero: int, nograd: int, passes: int, lines: int
) -> dict[str, float | str | None]:
    W = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([W, b], lr=lr)
    tensors: dict[str, Tensor] = {}

    def predict() -> None:
        tensors["y_hat"] = X @ W + b

    def score() -> None:
        tensors["loss"] = torch.mean((tensors["y_hat"] - Y) ** 2)

    def clear() -> None:
        if zero and program == "manual":
            W.grad = b.grad = None
        elif zero:
            optimizer.zero_grad()

    def move(parameter: Tensor) -> None:
        with torch.set_grad_enabled(not nograd):
            parameter -= lr * parameter.grad

    by_program: dict[str, list[Callable[[], object]]] = {
        "manual": [
            lambda: None,
            predict,
            score,
            clear,
            lambda: tensors["loss"].backward(),
            lambda: None,
            lambda: move(W),
            lambda: move(b),
        ],
        "optimizer": [
            lambda: None,
            predict,
            score,
            clear,
            lambda: tensors["loss"].backward(),
            optimizer.step,
        ],
    }
    error = None
    try:
        for count in [len(by_program[program])] * passes + [lines]:
            for run in by_program[program][:count]:
                run()
    except RuntimeError as raised:
        error = str(raised)
    return {
        "w": W.item(),
        "b": b.item(),
        "loss": tensors["loss"].item() if "loss" in tensors else None,
        "slope_w": None if W.grad is None else W.grad.item(),
        "slope_b": None if b.grad is None else b.grad.item(),
        "error": error,
    }


def broadcast() -> list[Setting]:
    """The shape, the elements and the mean square of a − b, or torch's refusal."""
    draw = random.Random(4)
    lines = {"eye": (1.5, 1.5), "first": (0.0, 0.0), "true": (2.0, 1.0)}
    shapes: list[tuple[list[int], list[int]]] = [
        ([100, 1], [100]),
        ([100, 1], [100, 1]),
        ([6, 1], [6]),
        ([3], [4]),
        ([], [5]),
        ([2, 3], [3, 2]),
    ]
    while len(shapes) < SETTINGS:
        a, b = ([draw.choice([1, 1, 2, 3, 4, 6]) for _ in range(draw.randint(0, 3))] for _ in "ab")
        shapes.append((a, b))
    settings = []
    for number, (a, b) in enumerate(shapes):
        name = list(lines)[number % 3]
        w, bias = lines[name]
        setting: Setting = {"a": a, "b": b, "line": name}
        predicted, paid = (w * X + bias).flatten(), Y.flatten()
        repeats = 3  # more elements than rides begin again with the first ride
        first = predicted.repeat(repeats)[: torch.Size(a).numel()].reshape(a)
        second = paid.repeat(repeats)[: torch.Size(b).numel()].reshape(b)
        try:
            result = first - second
        except RuntimeError as error:
            settings.append(setting | {"error": str(error)})
            continue
        picked = [draw.randrange(result.numel()) for _ in range(5)]
        settings.append(
            setting
            | {
                "shape": list(result.shape),
                "loss": (result**2).mean().item(),
                "values": {i: result.flatten()[i].item() for i in picked},
            }
        )
    return settings


FIXTURES: dict[str, Callable[[], list[Setting]]] = {
    "line": line,
    "graph": graph,
    "loop": loop,
    "broadcast": broadcast,
}
