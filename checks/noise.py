"""Run every page as other processors might, and as this one can: nothing may move.

First under many seeds of noise (`docs/linedocs/contract/noise.py`), then on the real paths that
this machine has: the vector units that torch can use, the code paths of its BLAS and of numpy's,
and one, two and three threads. The library's own tests run on each of the real paths too.
"""

import argparse
import os
import platform
import re
import subprocess
import sys

from linedocs.contract import edition

from checks import ROOT

PAGES = str(edition.DOCS)
SUMMARY = re.compile(r"(?:(\d+) failed, )?(\d+) passed")

PATHS: list[dict[str, str]] = [{"OMP_NUM_THREADS": str(threads)} for threads in (1, 2, 3)]
if platform.machine() in ("x86_64", "AMD64"):
    PATHS += [
        {"ATEN_CPU_CAPABILITY": "default"},
        {"ATEN_CPU_CAPABILITY": "avx2"},
        {"MKL_CBWR": "COMPATIBLE"},
        {"MKL_CBWR": "AVX2"},
        {"OPENBLAS_CORETYPE": "Nehalem"},
        {"OPENBLAS_CORETYPE": "Haswell"},
    ]


def run(*arguments: str, **environment: str) -> tuple[bool, str]:
    """Run pytest with two processes; whether all passed, and what it printed."""
    command = [sys.executable, "-m", "pytest", "-q", "--numprocesses", "2", "--dist", "loadfile"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    return done.returncode == 0, done.stdout + done.stderr


def main() -> int:
    """Run all; the exit status is 1 if anything came out otherwise anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    pages = sum(len(each.pages()) for each in edition.editions(ROOT))
    passed = 0
    runs = [(f"noise, {seeds} seeds", (PAGES, "--seeds", str(seeds)), {})]
    for path in PATHS:
        name = " ".join(f"{key}={value}" for key, value in path.items())
        runs.append((name, (PAGES, "tests/linreg", "--seeds", "0"), path))
    for name, arguments, environment in runs:
        sound, printed = run(*arguments, **environment)
        passed += sound
        counts = SUMMARY.search(printed)
        found = f"{counts[2]} passed, {counts[1] or 0} failed" if counts else "did not run"
        print(f"{name:28} {found}", flush=True)
        if not sound:
            print(printed[-6000:], flush=True)
    print(f"\n{pages} pages, {seeds} seeds, {len(PATHS)} real paths")
    print(f"{passed} passed, {len(runs) - passed} failed")
    return int(passed < len(runs))


if __name__ == "__main__":
    sys.exit(main())
