"""Sub-ranges and partitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.sub_range import SUB_RANGE_INVALID, SubRange, partition_gap


@pytest.mark.parametrize(("first", "last"), [(0, 1), (-1, 5), (2, 1), (0, 0)])
def test_what_is_no_range_is_refused(first: int, last: int) -> None:
    with pytest.raises(DomainError) as refused:
        SubRange(first, last)
    assert refused.value.code == SUB_RANGE_INVALID
    assert refused.value.facts == {"first": first, "last": last}


def test_a_cut_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(DomainError):
        SubRange(1, 10).cut([5, 0, 5])


@given(st.integers(1, 2**48), st.lists(st.integers(1, 2**40), min_size=1, max_size=20))
def test_parts_of_a_cut_are_a_partition(first: int, amounts: list[int]) -> None:
    whole = SubRange(first, first + sum(amounts) - 1)
    parts = whole.cut(amounts)
    assert [part.length for part in parts] == amounts
    assert partition_gap(reversed(parts), whole) is None


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([], "ends at 0 instead of 10"),
        ([(1, 9)], "ends at 9 instead of 10"),
        ([(2, 10)], "position 1 is missing"),
        ([(1, 4), (6, 10)], "position 5 is missing"),
        ([(1, 5), (5, 10)], "position 5 is held twice"),
        ([(1, 10), (1, 10)], "position 1 is held twice"),
        ([(1, 11)], "ends at 11 instead of 10"),
    ],
)
def test_a_gap_is_found_and_named(parts: list[tuple[int, int]], fault: str) -> None:
    assert partition_gap([SubRange(*part) for part in parts], SubRange(1, 10)) == fault
