"""Serve the built site as its host does: `python -m tests.support.serve site 8000`.

Files are compressed and kept for a while, and what is missing has a page.
"""

import functools
import gzip
import http.server
import io
import sys
from pathlib import Path
from typing import Any, ClassVar

from linedocs.contract.edition import SOURCE

COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".ipynb"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """GitHub Pages on loopback, as far as a browser can tell."""

    protocol_version = "HTTP/1.1"
    extensions_map: ClassVar = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".woff2": "font/woff2",
        ".ipynb": "application/json",
    }
    server: "Server"
    packed: ClassVar[dict[tuple[str, float], bytes]] = {}

    def send_head(self) -> Any:
        """Send the headers; the body to copy, compressed where the browser takes it."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        if path.is_dir():
            return super().send_head()  # adds the slash
        status = 200
        if not path.is_file():
            status, path = 404, Path(self.directory) / self.server.edition / "404.html"
        body = path.read_bytes()
        self.send_response(status)
        if path.suffix in COMPRESSED and "gzip" in self.headers.get("Accept-Encoding", ""):
            key = (str(path), path.stat().st_mtime)
            if key not in self.packed:
                self.packed[key] = gzip.compress(body, 6, mtime=0)
            body = self.packed[key]
            self.send_header("Content-Encoding", "gzip")
        kind = self.guess_type(str(path))
        text = kind.startswith("text/") or kind == "application/json"
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Answers on loopback with the files of a folder; port 0 takes a free one."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0, edition: str = SOURCE) -> None:
        self.folder, self.edition = folder, edition
        super().__init__(("127.0.0.1", port), functools.partial(Handler, directory=str(folder)))

    @property
    def address(self) -> str:
        """Where the edition is."""
        return f"http://127.0.0.1:{self.server_port}/{self.edition}/"


if __name__ == "__main__":
    Server(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()
