"""Segments as they lie in the contracts' storage and in the event LotSplit.

contracts/types/PackedLots.sol states the layout. Positions count minor units from 1.

    word 0      start 48 | count 12 | parent segment 24 | parent index 12 | lot 0 80 | lot 1 80
    word 1..    unused 16 | lot 80 | lot 80 | lot 80
    a lot       end 48 | holder 24 | state 8
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.events import ChildLot, LotPayout
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


def unpack_payout(note_id: int, word: int) -> LotPayout:
    """One word of the event PaymentApplied: `segment 24 | index 16 | state 8 | party 24 | amount 48`.

    Raises ValueError for a state that does not exist.
    """
    return LotPayout(
        lot_id=LotId(note_id, _bits(word, 96, 24), _bits(word, 80, 16)),
        state_before=LotState(_bits(word, 72, 8)),
        party_id=_bits(word, 48, 24),
        amount_minor=_bits(word, 0, 48),
    )


def unpack_payment(word: int) -> tuple[int, int]:
    """One word of the event CashSettled, `party << 48 | amount`: party number and minor units."""
    return word >> 48, _bits(word, 0, 48)


def _bits(word: int, shift: int, width: int) -> int:
    return (word >> shift) & ((1 << width) - 1)


def _word_count(lots: int) -> int:
    return 1 if lots <= _LOTS_IN_WORD_0 else (lots + _LOTS_A_WORD) // _LOTS_A_WORD


def _lot_at(words: Sequence[int], index: int) -> int:
    if index < _LOTS_IN_WORD_0:
        return _bits(words[0], _LOT_BITS * (1 - index), _LOT_BITS)
    # Word 0 counts as three places of which the header takes the first.
    word, place = divmod(index + 1, _LOTS_A_WORD)
    return _bits(words[word], _LOT_BITS * (2 - place), _LOT_BITS)
