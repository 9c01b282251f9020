"""Score the built site with Lighthouse on its phone profile; print the median of five runs.

`make lighthouse` builds the site for the address it is served at, and runs this. It needs npm and a
Chromium; Lighthouse goes to the user's cache, not into the project.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from checks import ROOT
from tests.support.serve import Server

VERSION = "13.5.0"
RUNS = int(os.environ.get("RUNS", "5"))
PAGES = ("", "learn/loss/", "learn/idiomatic/", "guides/fast/", "lab/hubble/")
LOWEST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"


def lighthouse() -> Path:
    """The command, installed on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "line-by-line"
    command = cache / "node_modules" / ".bin" / "lighthouse"
    if not command.exists():
        if not shutil.which("npm"):
            sys.exit("make lighthouse needs npm: install Node.js")
        cache.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(cache)]
        subprocess.run([*install, f"lighthouse@{VERSION}"], check=True)
    return command


def score(command: Path, url: str) -> dict[str, float]:
    """One run: each category's score from 0 to 100, and the faults are printed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--quiet", "--output=json", f"--output-path={report}"]
        options += [f"--only-categories={','.join(LOWEST)}", f"--chrome-flags={FLAGS}"]
        subprocess.run([str(command), url, *options], check=True)
        read = json.loads(report.read_text(encoding="utf-8"))
    for name in LOWEST:
        for reference in read["categories"][name]["auditRefs"]:
            audit = read["audits"][reference["id"]]
            if reference["weight"] and audit["score"] not in (None, 1):
                print(f"    {audit['id']}: {audit['score']} {audit.get('displayValue', '')}")
    return {name: 100 * read["categories"][name]["score"] for name in LOWEST}


def main() -> int:
    """Print the medians; the exit status is 1 if one is too low."""
    os.environ.setdefault("CHROME_PATH", shutil.which("chromium") or "")
    command = lighthouse()
    low = False
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        environment = {**os.environ, "SITE_URL": server.address, "NO_MKDOCS_2_WARNING": "1"}
        build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir"]
        subprocess.run(
            [*build, f"{folder}/{server.edition}"], cwd=ROOT, env=environment, check=True
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for page in sys.argv[1:] or PAGES:
            print(f"/{page}")
            runs = [score(command, server.address + page) for _ in range(RUNS)]
            medians = {name: statistics.median(run[name] for run in runs) for name in LOWEST}
            low |= any(medians[name] < lowest for name, lowest in LOWEST.items())
            print("  " + ", ".join(f"{name} {value:.0f}" for name, value in medians.items()))
        server.shutdown()
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
