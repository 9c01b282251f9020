"""A browser for pages of figures, which fails a test that it complains about."""

import functools
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.gallery import Gallery, Handler


@pytest.fixture(scope="session")
def gallery_server() -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a server on loopback, and the pages it serves beside the assets."""
    pages: dict[str, str] = {}
    handler = functools.partial(Handler, pages=pages)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", pages
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def opener(chromium: Any, gallery_server: tuple[str, dict[str, str]]) -> Iterator[Gallery]:
    """Opens pages, which share what the browser has already loaded."""
    opener = Gallery(chromium, *gallery_server)
    yield opener
    for context in opener.contexts.values():
        context.close()


@pytest.fixture
def gallery(opener: Gallery) -> Iterator[Gallery]:
    """Opens pages; fails the test if the browser complained about anything."""
    yield opener
    for context in opener.contexts.values():
        for page in context.pages:
            page.close()
    complaints, opener.complaints = opener.complaints, []
    assert complaints == []
