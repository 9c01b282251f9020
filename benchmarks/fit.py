"""Measure `linreg` beside what people would pick: `make bench`.

Every line of a table pairs the library with its peers in one interleaved run, so that whatever else
the machine does slows all of them; a ratio is the median of the ratios of each round.
The table goes to the terminal, and with the machine's name to benchmarks/fit.json.
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg
import statsmodels.api as sm
import torch
from sklearn.linear_model import LinearRegression
from torch import Tensor

import linreg

ROOT = Path(__file__).parents[1]
Call = Callable[[], object]


def interleave(calls: dict[str, Call], rounds: int) -> dict[str, list[float]]:
    """Seconds of each call in each round, the first (which warms up) left out."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return {name: values[1:] for name, values in seconds.items()}


def paired(
    title: str, calls: dict[str, Call], ours: str, against: str, bar: float, rounds: int
) -> dict[str, Any]:
    """A line of the table: medians of all, and the median ratio of one peer to ours."""
    seconds = interleave(calls, rounds)
    ratio = statistics.median(
        theirs / mine for theirs, mine in zip(seconds[against], seconds[ours], strict=True)
    )
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"\n{title}: {ratio:.3g} x {against} (bar {bar:g} x)")
    for name, median in medians.items():
        print(f"    {name:42} {1e3 * median:12.4g} ms")
    return {
        "title": title,
        "ours": ours,
        "against": against,
        "ratio": ratio,
        "bar": bar,
        "median_s": medians,
        "rounds": rounds,
    }


def rows(n: int, p: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Gaussian features and a target around a plane."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(n, p, generator=generator, dtype=dtype) + 1
    weight = torch.randn(p, 1, generator=generator, dtype=dtype)
    noise = torch.randn(n, 1, generator=generator, dtype=dtype)
    return features, features @ weight + 1 + noise


def fits(
    n: int, p: int, dtype: torch.dtype, accuracy: Any, bar: float, rounds: int, wide: bool
) -> dict[str, Any]:
    """A fit beside those of other packages."""
    features, target = rows(n, p, dtype)
    x, y = features.numpy(), target.numpy()
    ours = f"linreg {accuracy}"
    calls: dict[str, Call] = {
        ours: lambda: linreg.least_squares(features, target, accuracy=accuracy),
        "scikit-learn": lambda: LinearRegression().fit(x, y),
    }
    if wide:
        # copy_X=False changes the rows it is given, so they are its own.
        own_x, own_y = x.copy(), y.copy()
        design = np.column_stack([np.ones(n, x.dtype), x])
        calls |= {
            "scikit-learn copy_X=False": lambda: LinearRegression(copy_X=False).fit(own_x, own_y),
            "numpy lstsq": lambda: np.linalg.lstsq(design, y),
            "numpy normal equations": lambda: np.linalg.solve(design.T @ design, design.T @ y),
            "scipy lstsq gelsy": lambda: scipy.linalg.lstsq(
                design, y, lapack_driver="gelsy", check_finite=False
            ),
            "statsmodels pinv": lambda: sm.OLS(y, design).fit(),
            "statsmodels qr": lambda: sm.OLS(y, design).fit(method="qr"),
            "torch lstsq": lambda: torch.linalg.lstsq(torch.from_numpy(design), target),
        }
    kind = str(dtype).removeprefix("torch.")
    return paired(f"{accuracy} fit ({n:.0e}, {p}) {kind}", calls, ours, "scikit-learn", bar, rounds)


def textbook(features: Tensor, target: Tensor, steps: int) -> Call:
    """The loop that every tutorial shows."""
    weight = torch.zeros(features.shape[1], 1, dtype=features.dtype, requires_grad=True)
    bias = torch.zeros(1, dtype=features.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([weight, bias], lr=1e-4)

    def run() -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            loss = ((features @ weight + bias - target) ** 2).mean()
            loss.backward()
            optimizer.step()

    return run


def loops(n: int, p: int, bar: float, steps: int, rounds: int) -> dict[str, Any]:
    """A step of `gradient_descent` beside one of the textbook; storing by column is left out."""
    features, target = rows(n, p, torch.float32)

    def ours(steps: int) -> float:
        start = time.perf_counter()
        linreg.gradient_descent(features, target, lr=1e-4, steps=steps)
        return time.perf_counter() - start

    theirs = textbook(features, target, steps)
    a, b, c = [], [], []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        theirs()
        a.append((time.perf_counter() - start) / steps)
        few, many = ours(0), ours(2 * steps)
        b.append(max((many - few) / (2 * steps), 1e-9))
        c.append(few)
    ratio = statistics.median(x / y for x, y in zip(a[1:], b[1:], strict=True))
    title = f"gradient_descent ({n:.0e}, {p}) float32, a step"
    print(f"\n{title}: {ratio:.3g} x textbook torch (bar {bar:g} x)")
    mine, loop = 1e6 * statistics.median(b[1:]), 1e6 * statistics.median(a[1:])
    print(f"    linreg {mine:.4g} us, textbook {loop:.4g} us")
    return {
        "title": title,
        "ours": "linreg",
        "against": "textbook torch",
        "ratio": ratio,
        "bar": bar,
        "median_s": {
            "linreg": statistics.median(b[1:]),
            "textbook torch": statistics.median(a[1:]),
            "storing by column": statistics.median(c[1:]),
        },
        "rounds": rounds,
    }


def descents(n: int, p: int, bar: float, steps: int, rounds: int) -> list[dict[str, Any]]:
    """A step of `Moments.descend` beside one of the textbook, and what gathering costs."""
    features, target = rows(n, p, torch.float32)
    moments = linreg.Moments(p)
    moments.update(features, target)
    few = 200 if n < 1000 else 2
    theirs, many = textbook(features, target, few), 100_000

    def gather() -> None:
        linreg.Moments(p).update(features, target)

    calls: dict[str, Call] = {
        "linreg": lambda: moments.descend(1e-4, many),
        "textbook torch": theirs,
        "gathering": gather,
    }
    seconds = interleave(calls, rounds)
    step = [s / many for s in seconds["linreg"]]
    loop = [s / few for s in seconds["textbook torch"]]
    ratio = statistics.median(a / b for a, b in zip(loop, step, strict=True))
    cost = statistics.median(a / b for a, b in zip(seconds["gathering"], loop, strict=True))
    title = f"descend (n={n:.0e}, p={p}), a step"
    medians = {
        "linreg": statistics.median(step),
        "textbook torch": statistics.median(loop),
        "gathering": statistics.median(seconds["gathering"]),
    }
    print(
        f"\n{title}: {ratio:.4g} x textbook torch (bar {bar:g} x); gathering {cost:.3g} steps (6)"
    )
    line = {
        "title": title,
        "ours": "linreg",
        "against": "textbook torch",
        "ratio": ratio,
        "bar": bar,
        "median_s": medians,
        "gathering_in_steps": cost,
        "rounds": rounds,
    }
    return [line]


def wampler() -> tuple[np.ndarray, np.ndarray]:
    """NIST's Wampler 1: x^0 ... x^5 for x = 0 ... 20, whose coefficients are ones."""
    x = np.arange(21.0)[:, None]
    return x, (x ** np.arange(6)).sum(1, keepdims=True)


def digits_of(found: Any, exact: list[float]) -> float:
    """Correct digits of the worst value, at most 15."""
    worst = max(
        abs(Fraction(float(a)) - Fraction(b)) / abs(Fraction(b))
        for a, b in zip(np.ravel(found), exact, strict=True)
    )
    return 15.0 if worst == 0 else min(15.0, -math.log10(float(worst)))


def accuracy() -> dict[str, dict[str, float]]:
    """Correct digits of the worst coefficient, on certified problems that need no download."""
    x, y = wampler()
    powers = x ** np.arange(1, 6)
    ones = [1.0] * 6
    data = sm.datasets.longley.load().data.to_numpy(dtype=float)
    longley = [-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683]
    longley += [-1.03322686717359, -0.0511041056535807, 1829.15146461355]

    def table(features: np.ndarray, target: np.ndarray, exact: list[float]) -> dict[str, float]:
        design = np.column_stack([np.ones(len(features)), features])
        sk = LinearRegression().fit(features, target)
        best = LinearRegression(tol=1e-15).fit(features, target)
        fit = linreg.least_squares(torch.tensor(features), torch.tensor(target))
        found = {
            "linreg": fit.parameters.numpy(),
            "numpy lstsq": np.linalg.lstsq(design, target)[0],
            "scipy lstsq": scipy.linalg.lstsq(design, target)[0],
            "scikit-learn": np.append(sk.intercept_, sk.coef_),
            "scikit-learn tol=1e-15": np.append(best.intercept_, best.coef_),
            "statsmodels pinv": sm.OLS(target, design).fit().params,
            "statsmodels qr": sm.OLS(target, design).fit(method="qr").params,
            "torch lstsq": torch.linalg.lstsq(
                torch.tensor(design), torch.tensor(target)
            ).solution.numpy(),
        }
        return {name: digits_of(values, exact) for name, values in found.items()}

    lines = {
        "Wampler 1 (powers)": table(powers, y, ones),
        "Longley": table(data[:, 1:], data[:, :1], longley),
    }
    fit = linreg.polynomial(torch.tensor(x), torch.tensor(y), 5)
    lines["Wampler 1 (powers)"]["linreg polynomial"] = digits_of(fit.parameters, ones)
    for name, line in lines.items():
        print(f"\n{name}, correct digits of the worst coefficient (bar 13)")
        for package, value in line.items():
            print(f"    {package:42} {value:6.1f}")
    return lines


# The peak that the kernel keeps is set back to what is in use, once the rows are made.
MEMORY = """
from pathlib import Path
import torch, linreg
from sklearn.linear_model import LinearRegression
x = torch.empty({n}, {p}, dtype=torch.float64).normal_()
y = torch.empty({n}, 1, dtype=torch.float64).normal_()
def fit(x, y):
    {call}
def peak():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
fit(x[:5000], y[:5000])
Path("/proc/self/clear_refs").write_text("5")
before = peak()
fit(x, y)
print((peak() - before) / 1024)
"""


def memory(n: int, p: int) -> dict[str, float]:
    """Extra memory in MiB at the peak of a fit, each in a process of its own."""
    calls = {
        "linreg fast": "linreg.least_squares(x, y, accuracy='fast')",
        "scikit-learn": "LinearRegression().fit(x.numpy(), y.numpy())",
    }
    found = {}
    for name, call in calls.items():
        run = subprocess.run(
            [sys.executable, "-c", MEMORY.format(n=n, p=p, call=call)],
            capture_output=True,
            text=True,
            check=True,
        )
        found[name] = float(run.stdout)
        print(f"\nextra memory ({n:.0e}, {p}) float64, {name}: {found[name]:.1f} MiB")
    return found


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (info.read_text().splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "cpu": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "load": os.getloadavg()[0],
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true", help="a tenth of the rows, to try it out")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks/fit.json")
    options = parser.parse_args()
    n, rounds = 100_000 if options.small else 1_000_000, options.rounds
    few = 1
    result: dict[str, Any] = {"machine": machine(), "rows": n, "digits": accuracy()}
    result["speed"] = [
        fits(n, 10, torch.float64, "fast", 10, rounds, wide=True),
        fits(n, 100, torch.float64, "fast", 30, few, wide=False),
        fits(n, 100, torch.float32, "exact", 7, few, wide=False),
        *descents(100, 1, 50, 0, rounds),
        *descents(n, 10, 5000, 0, rounds),
        loops(100, 1, 10, 500, rounds),
        loops(n, 10, 5, 10, rounds),
        loops(n, 100, 1.5, 5, few),
    ]
    result["memory_mib"] = memory(n, 100)
    print(f"\n{'':44}{'ratio':>10}{'bar':>10}")
    for line in result["speed"]:
        print(f"{line['title']:44}{line['ratio']:10.3g}{line['bar']:10g}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {options.out}")


if __name__ == "__main__":
    main()
