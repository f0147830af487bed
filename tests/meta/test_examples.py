"""The examples in docstrings say what is true."""

import doctest
from importlib import import_module

import pytest

from tests.meta.repo import files, module_name

WITH_EXAMPLES = sorted(module_name(path) for path, source in files("app/").items() if ">>> " in source)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_of_a_module_hold(name: str) -> None:
    outcome = doctest.testmod(import_module(name))
    assert outcome.attempted
    assert not outcome.failed
