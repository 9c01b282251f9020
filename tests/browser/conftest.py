"""Tabs for the tests, and a count of what they check."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.visit import Count, Visit


@pytest.fixture
def visit(chromium: Any, served: str) -> Iterator[Any]:
    """Opens tabs: `visit(width=390, scheme="dark")`; a test fails for what went wrong in any."""
    visits: list[Visit] = []

    def new(home: str = served, **options: Any) -> Visit:
        visits.append(Visit.tab(chromium, home, **options))
        return visits[-1]

    yield new
    for opened in visits:
        opened.page.context.close()
    assert [trouble for opened in visits for trouble in opened.troubles] == []


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Count:
    """Counts a check that was made, for the summary."""

    @contextmanager
    def count(check: str) -> Iterator[None]:
        yield
        request.node.user_properties.append(("checked", check))

    return count
