"""A file of brackets is refused before a parser recurses into it, whatever the recursion limit is."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from counterfoil.ingest.json_nesting import check_nesting
from counterfoil.ingest.marked_document import DocumentUnreadable, read_marked


@pytest.fixture
def raised_limit() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("raised_limit")
@pytest.mark.parametrize("opening", ['{"a":', '{"a":[', '{"a":[[{"b":'])
def test_deep_nesting_is_a_refusal_and_not_the_end_of_the_process(opening: str) -> None:
    text = opening + "[" * 2_000_000
    with pytest.raises(ValueError, match="nested deeper than 20"):
        check_nesting(text, deepest=20)
    with pytest.raises(DocumentUnreadable, match="nested too deeply"):
        read_marked(text.encode())


def test_brackets_inside_strings_do_not_count() -> None:
    check_nesting('{"a": "' + "[" * 100 + '", "b\\"[[[[": [[1]]}', deepest=3)


def test_the_limit_is_the_last_that_is_read() -> None:
    check_nesting("[" * 20 + "]" * 20, deepest=20)
    with pytest.raises(ValueError, match="deeper"):
        check_nesting("[" * 21, deepest=20)
