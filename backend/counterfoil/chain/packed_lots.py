"""Segments as they lie in the contracts' storage and in the event LotSplit.

contracts/types/PackedLots.sol states the layout. Positions count minor units from 1.

    word 0      start 48 | count 12 | parent segment 24 | parent index 12 | lot 0 80 | lot 1 80
    word 1..    unused 16 | lot 80 | lot 80 | lot 80
    a lot       end 48 | holder 24 | state 8
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from counterfoil.domain.events.cash_events import PartyPayment
from counterfoil.domain.events.ledger_events import ChildLot, LotPayout
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import LotState
from counterfoil.domain.sub_range import SubRange

_LOT_BITS = 80
_LOTS_A_WORD = 3
_LOTS_IN_WORD_0 = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The ordered children of one lot. Of a note's root segment the parent is the root itself."""

    parent_segment: int
    parent_index: int
    children: tuple[ChildLot, ...]


def unpack_segment(words: Sequence[int]) -> Segment:
    """The segment that these words hold. Raises ValueError where they hold none or contradict themselves."""
    if not words:
        raise ValueError("a segment has at least one word")
    start, count = words[0] >> 208, _bits(words[0], 196, 12)
    if count == 0:
        raise ValueError("a segment has at least one lot")
    if len(words) != _word_count(count):
        raise ValueError(f"{count} lots do not lie in {len(words)} words")
    children = []
    first = start
    for index in range(count):
        lot = _lot_at(words, index)
        last = lot >> 32
        if not 1 <= first <= last:
            raise ValueError(f"lot {index} runs from {first} to {last}")
        children.append(
            ChildLot(
                positions=SubRange(first, last),
                party_id=_bits(lot, 8, 24),
                state=LotState(_bits(lot, 0, 8)),
            )
        )
        first = last + 1
    return Segment(
        parent_segment=_bits(words[0], 172, 24),
        parent_index=_bits(words[0], 160, 12),
        children=tuple(children),
    )


def unpack_payouts(
    note_id: int, ranges: Iterable[tuple[int, int, int]], words: Sequence[int]
) -> tuple[LotPayout, ...]:
    """What the event PaymentApplied says about each lot of its ranges (segment, from, to).

    A word for each storage word that a range touches, laid out as the lots are, with the amount in the place
    of the end: `amount 48 | party 24 | state before 8`. Raises ValueError where words and ranges differ.
    """
    payouts = []
    waiting = iter(words)
    for segment, start, stop in ranges:
        word_number, word = None, 0
        for index in range(start, stop + 1):
            slot, shift = _place(segment, index)
            if slot != word_number:
                word_number, word = slot, next(waiting, 0)
            paid = _bits(word, shift, _LOT_BITS)
            payouts.append(
                LotPayout(
                    lot_id=LotId(note_id, segment, index),
                    state_before=LotState(_bits(paid, 0, 8)),
                    party_id=_bits(paid, 8, 24),
                    amount_minor=paid >> 32,
                )
            )
            if payouts[-1].state_before is LotState.NONE:
                raise ValueError(f"lot {payouts[-1].lot_id} is in its ranges but not in its words")
    if next(waiting, None) is not None:
        raise ValueError("it has more words than its ranges touch")
    return tuple(payouts)


def unpack_payments(words: Iterable[int]) -> tuple[PartyPayment, ...]:
    """What the event CashSettled says: three a word from the left, `amount 48 | party 24 | unused 8` each."""
    places = (word >> shift for word in words for shift in (176, 96, 16))
    return tuple(
        PartyPayment(party_id=_bits(place, 8, 24), amount_minor=_bits(place, 32, 48))
        for place in places
        if _bits(place, 32, 48)
    )


def _bits(word: int, shift: int, width: int) -> int:
    return (word >> shift) & ((1 << width) - 1)


def _word_count(lots: int) -> int:
    return 1 if lots <= _LOTS_IN_WORD_0 else (lots + _LOTS_A_WORD) // _LOTS_A_WORD


def _lot_at(words: Sequence[int], index: int) -> int:
    word, shift = _place(1, index)
    return _bits(words[word], shift, _LOT_BITS)


def _place(segment: int, index: int) -> tuple[int, int]:
    """The word of its segment that a lot lies in, and how far from the right; segment 0 has one lot only."""
    if segment == 0:
        return 0, 0
    # The header takes the first of three places of word 0.
    word, place = divmod(index + 1, _LOTS_A_WORD)
    return word, _LOT_BITS * (_LOTS_A_WORD - 1 - place)
