"""Commands that are not tests: `python -m checks.NAME`; `make help` lists them."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]
