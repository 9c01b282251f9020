"""The small project that the claims about the contract are tried on."""

from pathlib import Path

import pytest

from tests.support.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A page that keeps the contract, and whose outputs are accepted."""
    tree = Tree(tmp_path)
    tree.accept()
    return tree
