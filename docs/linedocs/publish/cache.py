"""Keep what a build made for the next one: values by name, each good for one digest."""

import hashlib
import os
import pickle
import sys
from pathlib import Path
from typing import Any


class Cache:
    """What one configuration's last build made, in a file of its own."""

    def __init__(self, path: Path, builder: str) -> None:
        """Read what was kept at `path`; nothing, if another builder made it."""
        self._path, self._builder = path, builder.encode()
        self._kept: dict[str, tuple[str, Any]] = {}
        self._used: dict[str, tuple[str, Any]] = {}
        if path.exists():
            made_by, _, kept = path.read_bytes().partition(b"\n")
            if made_by == self._builder:
                self._kept = pickle.loads(kept)

    def get(self, name: str, digest: str) -> Any | None:
        """What was kept of `name`, if it was made from the same."""
        made_from, value = self._kept.get(name, (None, None))
        if made_from != digest:
            return None
        self.put(name, digest, value)
        return value

    def put(self, name: str, digest: str, value: Any) -> None:
        """Keep `value`, which was made from what has this digest."""
        self._used[name] = digest, value

    def write(self) -> None:
        """Write what this build made or used, at once: another build may be reading."""
        self._path.parent.mkdir(exist_ok=True)
        written = self._path.with_suffix(f".{os.getpid()}")
        written.write_bytes(self._builder + b"\n" + pickle.dumps(self._used))
        written.replace(self._path)


def builder(root: Path) -> str:
    """A digest of what makes pages: Python, every package installed, tooling and configuration."""
    packages = {path.name for folder in sys.path for path in Path(folder).glob("*.dist-info")}
    digest = hashlib.sha256("\n".join([sys.version, *sorted(packages)]).encode())
    tools = [
        *root.glob("mkdocs*.yml"),
        *root.glob("docs/hook.py"),
        *root.glob("docs/linedocs/**/*"),
    ]
    for path in sorted(tools):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"\n{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()
