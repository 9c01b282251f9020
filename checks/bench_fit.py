"""Measure `linreg` beside what people would pick: `make bench`.

Every line of a table pairs the library with its peers in one interleaved run, so that whatever else
the machine does slows all of them; a ratio is the median of the ratios of each round.
The tables go to the terminal, and to checks/fit.json, which keeps one run for each processor, and
from which the example examples/guides/fast.py takes its numbers.
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
from sklearn.linear_model import LinearRegression, Ridge
from torch import Tensor

import linreg
from checks import ROOT
from linreg._accuracy import Name

SINGLE, DOUBLE = torch.float32, torch.float64
Call = Callable[[], object]
Seconds = dict[str, list[float]]
Line = dict[str, Any]


def interleave(calls: dict[str, Call], rounds: int) -> Seconds:
    """Seconds of each call in each round, the first (which warms up) left out.

    A pause before each lets the threads of the one before, which wait for work by spinning, sleep.
    """
    seconds: Seconds = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            time.sleep(0.3)
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return {name: values[1:] for name, values in seconds.items()}


def middle(above: list[float], below: list[float]) -> float:
    """The median of the ratios of each round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def each(seconds: list[float], steps: int) -> list[float]:
    """Seconds of one step, in each round."""
    return [value / steps for value in seconds]


def compare(
    case: str,
    n: int,
    p: int,
    title: str,
    *,
    against: str,
    bar: float,
    seconds: Seconds,
    once: Seconds | None = None,
) -> Line:
    """A line of the table: ours, which comes first, beside its peers, and what is done only once.

    The bar is the ratio that the project has set itself.
    """
    once = once or {}
    ours = next(iter(seconds))
    ratios = {name: middle(values, seconds[ours]) for name, values in seconds.items()}
    medians = {name: statistics.median(values) for name, values in (seconds | once).items()}
    title = f"{title}, {n:,} x {p}"
    print(f"\n{title}: {ratios[against]:.3g} x {against} (bar {bar:g} x)")
    for name, ratio in ratios.items():
        print(f"    {name:42} {1e3 * medians[name]:12.4g} ms {ratio:10.3g} x")
    for name, values in once.items():
        steps = middle(values, seconds[against])
        print(f"    {name:42} {1e3 * medians[name]:12.4g} ms, once: {steps:.3g} steps of {against}")
    return {
        "case": case,
        "n": n,
        "p": p,
        "title": title,
        "ours": ours,
        "against": against,
        "ratio": ratios[against],
        "bar": bar,
        "median_s": medians,
        "rounds": len(seconds[ours]),
    }


def compare_steps(
    case: str, n: int, p: int, name: str, *, bar: float, seconds: Seconds, once: Seconds
) -> Line:
    """A line of the table for one step of a loop."""
    title, against = f"{name}, a step", "textbook torch"
    return compare(case, n, p, title, against=against, bar=bar, seconds=seconds, once=once)


def rows(n: int, p: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Gaussian features and a target around a plane."""
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(n, p, generator=generator, dtype=dtype) + 1
    weight = torch.randn(p, 1, generator=generator, dtype=dtype)
    noise = torch.randn(n, 1, generator=generator, dtype=dtype)
    return features, features @ weight + 1 + noise


def fit(
    n: int, p: int, dtype: torch.dtype, accuracy: Name, bar: float, rounds: int, everyone: bool
) -> Line:
    """A fit beside those of scikit-learn, or of everyone: as they come, and at their quickest."""
    features, target = rows(n, p, dtype)
    x, y = features.numpy(), target.numpy()
    # copy_X=False changes the rows it is given, so they are its own.
    own_x, own_y = x.copy(), y.copy()
    calls: dict[str, Call] = {
        "linreg": lambda: linreg.least_squares(features, target, accuracy=accuracy),
        "scikit-learn": lambda: LinearRegression().fit(x, y),
        "scikit-learn copy_X=False": lambda: LinearRegression(copy_X=False).fit(own_x, own_y),
        "scikit-learn Ridge(0, cholesky)": lambda: Ridge(0, solver="cholesky").fit(x, y),
    }
    if everyone:
        design = np.column_stack([np.ones(n, x.dtype), x])
        tensor = torch.from_numpy(design)
        calls |= {
            "numpy lstsq": lambda: np.linalg.lstsq(design, y),
            "numpy normal equations": lambda: np.linalg.solve(design.T @ design, design.T @ y),
            "scipy lstsq": lambda: scipy.linalg.lstsq(design, y),
            "scipy lstsq gelsy, unchecked": lambda: scipy.linalg.lstsq(
                design, y, lapack_driver="gelsy", check_finite=False
            ),
            "statsmodels": lambda: sm.OLS(y, design).fit(),
            "statsmodels qr": lambda: sm.OLS(y, design).fit(method="qr"),
            "torch lstsq": lambda: torch.linalg.lstsq(tensor, target),
            "torch lstsq gels": lambda: torch.linalg.lstsq(tensor, target, driver="gels"),
        }
    title = f"{accuracy} fit, {str(dtype).removeprefix('torch.')}"
    seconds = interleave(calls, rounds)
    return compare("fit", n, p, title, against="scikit-learn", bar=bar, seconds=seconds)


def default(n: int, p: int, bar: float, rounds: int) -> Line:
    """`least_squares` as it is called without options, on noise and a feature without effect."""
    features, target = rows(n, p, DOUBLE)
    target -= features[:, -1:] * torch.linalg.lstsq(features, target).solution[-1]
    x, y = features.numpy(), target.numpy()
    design = torch.cat([torch.ones(n, 1, dtype=DOUBLE), features], 1)
    calls: dict[str, Call] = {
        "linreg": lambda: linreg.least_squares(features, target),
        "torch lstsq": lambda: torch.linalg.lstsq(design, target),
        "scikit-learn": lambda: LinearRegression().fit(x, y),
        "reading the rows": lambda: torch.dot(features.view(-1), features.view(-1)),
    }
    seconds = interleave(calls, rounds)
    title = "default fit, float64"
    return compare("default", n, p, title, against="torch lstsq", bar=bar, seconds=seconds)


def targets(n: int, p: int, k: int, bar: float, rounds: int) -> Line:
    """A fit of many targets at once."""
    features, _ = rows(n, p, DOUBLE)
    target = torch.randn(n, k, generator=torch.Generator().manual_seed(1), dtype=DOUBLE)
    design = torch.cat([torch.ones(n, 1, dtype=DOUBLE), features], 1)
    calls: dict[str, Call] = {
        "linreg": lambda: linreg.least_squares(features, target),
        "torch lstsq": lambda: torch.linalg.lstsq(design, target),
    }
    seconds = interleave(calls, rounds)
    title = f"default fit, {k} targets"
    return compare("targets", n, p, title, against="torch lstsq", bar=bar, seconds=seconds)


def textbook(features: Tensor, target: Tensor, steps: int, fused: bool | None = None) -> Call:
    """The loop that every tutorial shows."""
    weight = torch.zeros(features.shape[1], 1, dtype=features.dtype, requires_grad=True)
    bias = torch.zeros(1, dtype=features.dtype, requires_grad=True)
    optimizer = torch.optim.SGD([weight, bias], lr=1e-4, fused=fused)

    def run() -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            loss = ((features @ weight + bias - target) ** 2).mean()
            loss.backward()
            optimizer.step()

    return run


def textbooks(features: Tensor, target: Tensor, steps: int) -> dict[str, Call]:
    """The textbook as it comes, and with the optimizer at its quickest."""
    return {
        "textbook torch": textbook(features, target, steps),
        "textbook torch, SGD(fused=True)": textbook(features, target, steps, fused=True),
    }


def loop(n: int, p: int, bar: float, steps: int, rounds: int) -> Line:
    """A step of `gradient_descent` beside one of the textbook; storing by column is left out."""
    features, target = rows(n, p, SINGLE)
    theirs = textbooks(features, target, steps)

    def ours(steps: int) -> Call:
        return lambda: linreg.gradient_descent(features, target, lr=1e-4, steps=steps)

    seconds = interleave(theirs | {"none": ours(0), "all": ours(steps)}, rounds)
    stored = seconds.pop("none")
    walked = [a - none for a, none in zip(seconds.pop("all"), stored, strict=True)]
    step = {"linreg": each(walked, steps)} | {name: each(s, steps) for name, s in seconds.items()}
    once = {"storing by column": stored}
    return compare_steps("loop", n, p, "gradient_descent", bar=bar, seconds=step, once=once)


def descend(n: int, p: int, bar: float, steps: int, rounds: int) -> Line:
    """A step of `Moments.descend` beside one of the textbook, and what gathering costs."""
    features, target = rows(n, p, SINGLE)
    moments = linreg.Moments(p)
    moments.update(features, target)
    many, few = 100_000, 1_000
    calls: dict[str, Call] = {
        "linreg": lambda: moments.descend(1e-4, many),
        "few": lambda: moments.descend(1e-4, few),
        "gathering": lambda: linreg.Moments(p).update(features, target),
    }
    seconds = interleave(calls | textbooks(features, target, steps), rounds)
    once = {"gathering": seconds.pop("gathering")}
    walked = {"linreg": each(seconds.pop("linreg"), many)}
    walked |= {"linreg, 1,000 steps": each(seconds.pop("few"), few)}
    step = walked | {name: each(s, steps) for name, s in seconds.items()}
    return compare_steps("descend", n, p, "Moments.descend", bar=bar, seconds=step, once=once)


def quickest(call: Call, repeats: int) -> float:
    """Seconds of the fastest of some repeats."""
    return min(interleave({"call": call}, repeats)["call"])


def roof() -> dict[str, float]:
    """What no step gets past: how fast memory is read, and what the smallest call costs."""
    left, right = torch.ones(2**25), torch.ones(2**25)
    one, other, calls = torch.ones(1), torch.ones(1), 20_000

    def call_many() -> None:
        for _ in range(calls):
            one.add_(other)

    found = {
        "bytes_per_s": (left.nbytes + right.nbytes) / quickest(lambda: torch.dot(left, right), 20),
        "call_s": quickest(call_many, 20) / calls,
    }
    print(f"\nmemory {found['bytes_per_s'] / 1e9:.3g} GB/s, a call {1e6 * found['call_s']:.3g} us")
    return found


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


PEAK = """
from pathlib import Path
import torch, linreg
def peak():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
def reset():  # to what is in use
    Path("/proc/self/clear_refs").write_text("5")
    return peak()
"""
MEMORY = (
    PEAK
    + """
from sklearn.linear_model import LinearRegression
x = torch.empty({n}, {p}, dtype=torch.float64).normal_()
y = torch.empty({n}, 1, dtype=torch.float64).normal_()
def fit(x, y):
    {call}
fit(x[:5000], y[:5000])
before = reset()
fit(x, y)
print((peak() - before) / 1024)
"""
)
STREAM = (
    PEAK
    + """
x, y = torch.empty(100_000, 10), torch.empty(100_000, 1)
moments = linreg.Moments(10)
def gather(rows):
    for _ in range(rows // len(x)):
        moments.update(x.normal_(), y.normal_())
gather({n})
before = reset()
gather(99 * {n})
assert moments.rows == 100 * {n}
print((peak() - before) / 1024)
"""
)


def mebibytes(program: str) -> float:
    """What a program prints, in a process of its own."""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return float(run.stdout)


def memory(n: int, p: int) -> dict[str, float]:
    """Extra memory in MiB at the peak of a fit, and of a stream once its first rows are in."""
    calls = {
        "linreg fast": "linreg.least_squares(x, y, accuracy='fast')",
        "scikit-learn": "LinearRegression().fit(x.numpy(), y.numpy())",
    }
    found = {}
    for name, call in calls.items():
        found[name] = mebibytes(MEMORY.format(n=n, p=p, call=call))
        print(f"\nextra memory ({n:.0e}, {p}) float64, {name}: {found[name]:.1f} MiB")
    found["stream"] = mebibytes(STREAM.format(n=n))
    print(f"\nmemory growth, {n:.0e} to {100 * n:.0e} rows streamed: {found['stream']:.1f} MiB")
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
    parser.add_argument("--small", action="store_true", help="a tenth of the rows; pass --out too")
    parser.add_argument("--out", type=Path, default=ROOT / "checks/fit.json")
    options = parser.parse_args()
    n = 100_000 if options.small else 1_000_000
    result: dict[str, Any] = {"machine": machine(), "rows": n, "roof": roof()}
    result["speed"] = [
        default(n, 10, bar=5, rounds=7),
        targets(200, 3, 1000, bar=0.2, rounds=20),
        fit(n, 10, DOUBLE, "fast", bar=10, rounds=5, everyone=True),
        fit(n, 100, DOUBLE, "fast", bar=20, rounds=3, everyone=False),
        fit(n, 100, SINGLE, "exact", bar=3, rounds=3, everyone=False),
        loop(100, 1, bar=10, steps=2000, rounds=5),
        loop(n, 10, bar=2.5, steps=100, rounds=5),
        loop(n, 100, bar=1.5, steps=50, rounds=3),
        descend(100, 1, bar=50, steps=2000, rounds=5),
        descend(n, 10, bar=5000, steps=20, rounds=5),
    ]
    result["digits"] = accuracy()
    result["memory_mib"] = memory(n, 100)
    print(f"\n{'':48}{'ratio':>10}{'bar':>10}")
    for line in result["speed"]:
        print(f"{line['title']:48}{line['ratio']:10.3g}{line['bar']:10g}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    runs = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
    runs[result["machine"]["cpu"]] = result
    options.out.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten to {options.out}")


if __name__ == "__main__":
    main()
