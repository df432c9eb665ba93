"""Packed words, against a packer written from the contracts' description."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.chain.packed_lots import unpack_payments, unpack_payouts, unpack_segment
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import LotState

Child = tuple[int, int, int]  # end, party, state
STATES = st.integers(1, 5)
PARTIES = st.integers(0, 2**24 - 1)


def pack(end: int, party: int, state: int) -> int:
    return end << 32 | party << 8 | state


def packed(start: int, parent: tuple[int, int], children: list[Child]) -> list[int]:
    """Words of a segment: two lots beside the header, then three a word, the first one leftmost."""
    header = start << 208 | len(children) << 196 | parent[0] << 172 | parent[1] << 160
    lots = [pack(*child) for child in children]
    first = lots[:2] + [0] * (2 - len(lots[:2]))
    words = [header | first[0] << 80 | first[1]]
    for place in range(2, len(lots), 3):
        three = lots[place : place + 3]
        three += [0] * (3 - len(three))
        words.append(three[0] << 160 | three[1] << 80 | three[2])
    return words


@st.composite
def segments(draw: st.DrawFn) -> tuple[int, tuple[int, int], list[Child]]:
    lengths = draw(st.lists(st.integers(1, 2**30), min_size=1, max_size=40))
    start = draw(st.integers(1, 2**40))
    children, end = [], start - 1
    for length in lengths:
        end += length
        children.append((end, draw(PARTIES), draw(STATES)))
    parent = draw(st.tuples(st.integers(0, 2**24 - 1), st.integers(0, 4094)))
    return start, parent, children


@given(segments())
def test_a_segment_is_read_as_it_was_packed(segment: tuple[int, tuple[int, int], list[Child]]) -> None:
    start, parent, children = segment
    found = unpack_segment(packed(start, parent, children))
    assert (found.parent_segment, found.parent_index) == parent
    assert found.children[0].positions.first == start
    assert [(each.positions.last, each.party_id, each.state) for each in found.children] == children


def test_the_largest_of_everything_fits() -> None:
    end = 2**48 - 1
    (child,) = unpack_segment(packed(1, (2**24 - 1, 4094), [(end, 2**24 - 1, 5)])).children
    assert (child.positions.last, child.party_id, child.state) == (end, 2**24 - 1, LotState.SETTLED)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "at least one word"),
        ([0], "at least one lot"),
        ([*packed(1, (0, 0), [(5, 1, 1), (9, 1, 1)]), 0], "do not lie in 2 words"),
        (packed(1, (0, 0), [(5, 1, 1)] * 3)[:1], "do not lie in 1 words"),
        (packed(1, (0, 0), [(5, 1, 1), (5, 1, 1)]), "lot 1 runs from 6 to 5"),
        (packed(0, (0, 0), [(5, 1, 1)]), "lot 0 runs from 0 to 5"),
        (packed(1, (0, 0), [(5, 1, 9)]), "9 is not a valid LotState"),
    ],
)
def test_words_that_are_no_segment_are_refused(words: list[int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        unpack_segment(words)


def test_payouts_follow_their_ranges() -> None:
    # Segment 3: lots 1 to 3, which lie in two words; then the note's own lot of segment 0.
    words = [
        pack(10, 7, 1),
        pack(20, 8, 3) << 160 | pack(30, 9, 2) << 80,
        pack(40, 5, 1),
    ]
    payouts = unpack_payouts(6, [(3, 1, 3), (0, 0, 0)], words)
    assert [(each.lot_id, each.amount_minor, each.party_id, each.state_before) for each in payouts] == [
        (LotId(6, 3, 1), 10, 7, LotState.FREE),
        (LotId(6, 3, 2), 20, 8, LotState.PLEDGED),
        (LotId(6, 3, 3), 30, 9, LotState.OFFERED),
        (LotId(6, 0, 0), 40, 5, LotState.FREE),
    ]


@pytest.mark.parametrize(
    ("ranges", "words", "reason"),
    [
        ([(3, 0, 1)], [], "lot 6/3/0 is in its ranges but not in its words"),
        ([(3, 0, 2)], [pack(1, 1, 1) << 80 | pack(1, 1, 1)], "lot 6/3/2 is in its ranges"),
        ([(3, 0, 0)], [pack(1, 1, 1) << 80, 5], "more words than its ranges touch"),
        ([], [5], "more words than its ranges touch"),
        ([(3, 0, 0)], [pack(1, 1, 7) << 80], "7 is not a valid LotState"),
    ],
)
def test_payouts_that_do_not_fit_their_ranges_are_refused(
    ranges: list[tuple[int, int, int]], words: list[int], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        unpack_payouts(6, ranges, words)


@given(st.lists(st.tuples(st.integers(1, 2**48 - 1), PARTIES), max_size=10))
def test_payments_are_read_as_they_were_packed(payments: list[tuple[int, int]]) -> None:
    words = []
    for place in range(0, len(payments), 3):
        word = 0
        for (amount, party), shift in zip(payments[place : place + 3], (176, 96, 16), strict=False):
            word |= (amount << 32 | party << 8) << shift
        words.append(word)
    found = unpack_payments(words)
    assert [(each.amount_minor, each.party_id) for each in found] == payments
