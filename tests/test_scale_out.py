"""The guide to many machines, on real ranks: `torchrun` on loopback against one process."""

import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from linreg import make_regression

ROOT = Path(__file__).parents[1]
GUIDE = "examples.guides.scale_out"
# What one rank runs when its shard cannot be read, while the others wait for its moments.
STUMBLE = f"""
import os, runpy
import linreg

make_regression = linreg.make_regression


def read(*arguments, **options):
    if os.environ["RANK"] == "1":
        raise OSError("rides-1.csv: the disk is gone")
    return make_regression(*arguments, **options)


linreg.make_regression = read
runpy.run_module("{GUIDE}", run_name="__main__")
"""


def torchrun(ranks: int, *program: str) -> "subprocess.CompletedProcess[str]":
    """Start ranks that meet on a free port of this machine, and wait for their end."""
    starter = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(ranks)]
    loopback = next(name for _, name in socket.if_nameindex() if name.startswith("lo"))
    here = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "agg", "PYTHONWARNINGS": "error"}
    here["GLOO_SOCKET_IFNAME"] = loopback
    paths = [os.environ.get("PYTHONPATH", ""), str(ROOT)]
    return subprocess.run(
        [sys.executable, *starter, *program],
        cwd=ROOT,
        env={**os.environ, **here, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.fixture(scope="module")
def ended(tmp_path_factory) -> dict[str, "subprocess.CompletedProcess[str]"]:
    """All runs, side by side: most of their time goes to starting.

    Two ranks train a second time, with the loss that the page warns of.
    """
    programs = tmp_path_factory.mktemp("programs")
    (programs / "stumble.py").write_text(STUMBLE, encoding="utf-8")
    guide = (ROOT / "examples/guides/scale_out.py").read_text(encoding="utf-8")
    train = guide.partition("# --8<-- [start:train]\n")[2].partition("# --8<-- [end:train]\n")[0]
    ours, check = "((y_hat - y) ** 2).sum() * ranks / total", "# --8<-- [end:check]\n"
    assert train.count(ours) == guide.count(check) == 1
    plain = train.replace(ours, "torch.mean((y_hat - y) ** 2)")
    (programs / "plain.py").write_text(guide.replace(check, check + plain), encoding="utf-8")
    with ThreadPoolExecutor() as pool:
        runs = {
            "two": pool.submit(torchrun, 2, str(programs / "plain.py")),
            "three": pool.submit(torchrun, 3, "-m", GUIDE),
            "stumble": pool.submit(torchrun, 2, str(programs / "stumble.py")),
        }
        return {name: run.result() for name, run in runs.items()}


def answers(printed: str) -> list[list[float]]:
    """The prices per km, per minute and to get in, each time a run prints them."""
    numbers = [float(n) for n in re.findall(r"^(?:per|to) .* (\d\.\d{13})$", printed, re.M)]
    return [numbers[at : at + 3] for at in range(0, len(numbers), 3)]


@pytest.mark.parametrize(("name", "ranks"), [("two", 2), ("three", 3)])
def test_many_ranks_find_what_one_process_finds(ended, name: str, ranks: int):
    """Fit and training loop of all ranks are those of one process, to 1e-12 in float64."""
    printed = ended[name].stdout
    assert printed.startswith(f"ranks: {ranks}\n"), ended[name].stderr
    assert f"rows on the first rank: {12_000 // ranks**2}\n" in printed
    fitted, trained = torch.tensor(answers(printed)[:2], dtype=torch.float64)

    data = make_regression(12_000, [2.0, 0.5], 1.0, noise=0.3, seed=0, dtype=torch.float64)
    columns = torch.cat([data.features, torch.ones_like(data.target)], dim=1)
    exact = torch.linalg.lstsq(columns, data.target).solution
    state = torch.zeros(3, 1, dtype=torch.float64)
    for _ in range(200):
        state = state - 0.2 * columns.T @ (columns @ state - data.target) / len(columns)
    assert (fitted - exact.flatten()).abs().max() < 1e-12
    assert (trained - state.flatten()).abs().max() < 1e-12


def test_a_mean_of_means_ends_where_the_page_says(ended):
    """What the page works out in one process is what `DistributedDataParallel` does with it."""
    out = (ROOT / "examples/out/guides/scale_out/mistake.txt").read_text(encoding="utf-8")
    said = out.partition("steps 200, ranks 2:")[2].split()[:3]
    _, _, trained = answers(ended["two"].stdout)
    assert [f"{number:.4f}" for number in trained] == said, ended["two"].stderr


@pytest.mark.parametrize("name", ["two", "three"])
def test_ranks_leave_in_silence(ended, name: str):
    """No abort, no warning and no traceback at exit."""
    assert ended[name].returncode == 0, ended[name].stderr
    assert ended[name].stderr == ""


def test_a_rank_that_fails_ends_the_run_with_its_error(ended):
    """The others, which wait for its rows, are ended instead of hanging."""
    assert ended["stumble"].returncode != 0
    assert "OSError: rides-1.csv: the disk is gone" in ended["stumble"].stderr
