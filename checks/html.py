"""Check the HTML of every built page with the Nu checker: `make html`."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from checks import ROOT

VERSION = "26.9.27"
ALLOWED = {
    # Material's way to keep Firefox from opening the drawer again when a page is reloaded.
    "Attribute “autocomplete” is only allowed when the input type is",
}
"""What Material writes on purpose."""


def checker() -> Path:
    """The checker, installed into the user's cache on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "line-by-line"
    jar = cache / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    missing = [name for name in ("java", "npm") if not shutil.which(name)]
    if missing and not (jar.exists() and missing == ["npm"]):
        sys.exit(f"make html needs {' and '.join(missing)}")
    if not jar.exists():
        cache.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(cache)]
        subprocess.run([*install, f"vnu-jar@{VERSION}"], check=True)
    return jar


def main() -> int:
    """Print what is wrong, by page and line."""
    pages = sorted((ROOT / "site").rglob("*.html"))
    command = ["java", "-jar", str(checker()), "--errors-only", "--format", "gnu"]
    done = subprocess.run([*command, *map(str, pages)], capture_output=True, text=True)
    errors = [
        line for line in done.stderr.splitlines() if not any(allowed in line for allowed in ALLOWED)
    ]
    print("\n".join(re.sub(rf'"file:{ROOT}/', '"', line) for line in errors))
    print(f"{len(pages)} pages, {len(errors)} errors of HTML")
    return 1 if errors or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
