"""The example in each public docstring runs, and prints what stands under it."""

import doctest

import pytest

import linreg


@pytest.mark.parametrize("name", [name for name in linreg.__all__ if name != "__version__"])
def test_the_example_of_a_public_name(name: str) -> None:
    """Each public name has an example, and doctest finds nothing wrong with it."""
    public = getattr(linreg, name)
    text = public.__doc__.partition("Examples:")[2]
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    said: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert tried > 1
    assert not failed, "".join(said)
