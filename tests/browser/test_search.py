"""Search finds what people type: messages of errors, and symptoms in words that no page uses."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.search import find, place, queries, searcher
from tests.support.visit import Visit, stems

Visits = Callable[..., Visit]
LEAST = {"E": 0.9, "S": 0.85}
"""The share of errors and of symptoms whose answer is among the first three pages."""
BYTES = 5000
"""What the documents of the search may weigh on the wire, for each page of the site."""


@pytest.fixture
def page(visit: Visits) -> Any:
    """The home page, with its search in reach."""
    return searcher(visit()).open("")


@pytest.mark.parametrize("name", ["given", "ours"])
def test_what_learners_type_finds_an_answer(
    page: Any, name: str, request: pytest.FixtureRequest
) -> None:
    """Of errors nine in ten, and of symptoms seventeen in twenty, find it among the first three."""
    ranks: dict[str, dict[str, int]] = {kind: {} for kind in LEAST}
    for query in queries(name):
        ranks[query.kind][query.text] = place(page, query)
    for kind, found in ranks.items():
        first, three = (sum(1 <= rank <= last for rank in found.values()) for last in (1, 3))
        score = f"{name} {kind}: first {first}, first three {three}, of {len(found)}"
        request.node.user_properties.append(("search", score))
        missed = [text for text, rank in found.items() if not 1 <= rank <= 3]
        assert three >= LEAST[kind] * len(found), (score, missed)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("gradi", "learn/"),  # a word that is not typed to its end
        ("backpropogation", "learn/autograd/"),  # a slip of the keys
        ("brodcasting", "learn/tensors/#broadcasting"),
        ("mseloss", "learn/loss/#three-ways"),  # two words in one
        ("nn.ReLU()", "learn/next/#swap"),
        ("W -= lr * W.grad", "learn/update/"),  # what lunr takes for its own signs
        ("loss -nan", "learn/update/#rates"),
        ("loss.py:535: UserWarning: Using a target size (torch.Size([7]))", "learn/loss/#error"),
        ("the loss is not going down, why?", "learn/"),
    ],
)
def test_a_query_is_read_as_its_reader_means_it(page: Any, query: str, where: str) -> None:
    """Beginnings, slips, joined words, code and numbers of the reader's own lead to the place."""
    assert find(page, query)[0].startswith(where)


@pytest.mark.parametrize("query", ["λ", "qwxyz", "梯度"])
def test_an_unknown_word_finds_nothing(page: Any, query: str) -> None:
    """A word that no page holds brings no page."""
    assert find(page, query) == []


def test_the_sizes_in_a_message_do_not_matter(page: Any) -> None:
    """A message finds the same pages, whatever the shapes in it."""
    message = "The size of tensor a ({}) must match the size of tensor b ({}) at dimension {}"
    one, other = (find(page, message.format(*sizes)) for sizes in ((3, 4, 0), (1280, 7, 2)))
    assert one == other


def test_the_index_is_light(served: str, site: Path) -> None:
    """The documents that the first letter brings weigh little on the wire."""
    packed = gzip.compress((site / "en/search/documents.json").read_bytes(), 6, mtime=0)
    assert len(packed) < BYTES * len(stems())
