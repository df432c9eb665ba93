"""How two references to a heap of goods relate: site, bay, batch and serial, as far as both state them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from counterfoil.domain.external_liens.external_lien import LotReference
from counterfoil.domain.external_liens.number_comparison import (
    FoldedNumber,
    NumberRelation,
    fold_number,
    relate_numbers,
)

_SITE, _BAY, _BATCH, _SERIAL = range(4)
_SHORTEST_SERIAL = 5
_SHORTEST_BATCH = 4
_TOLERATED = frozenset({NumberRelation.SPELLING, NumberRelation.TYPO})


class LotRelation(Enum):
    """Strongest first; the value is the score of 100.

    EQUAL: the same parts are stated and agree. COVERS: what both state agrees and one states more (a lien
    on a bay, a lot in it). TYPO: one part is typed wrong. MOVED: the same serial at another place.
    """

    EQUAL = 100
    COVERS = 92
    TYPO = 88
    MOVED = 85


@dataclass(frozen=True, slots=True)
class FoldedLot:
    """A reference whose four parts are folded; an empty part is not stated."""

    parts: tuple[FoldedNumber, FoldedNumber, FoldedNumber, FoldedNumber]
    stated: LotReference

    def anchors(self) -> tuple[tuple[str, ...], ...]:
        """Pairs of parts, and the serial, under which a lot that shares them is found.

        Two lots that relate in any way share at least one of these.
        """
        stated = [(place, part.skeleton) for place, part in enumerate(self.parts) if not part.is_empty]
        pairs = [
            (f"{left}{right}", one, other)
            for index, (left, one) in enumerate(stated)
            for right, other in stated[index + 1 :]
        ]
        serial = self.parts[_SERIAL].skeleton
        return (*pairs, *((("3", serial),) if len(serial) >= _SHORTEST_SERIAL else ()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it identifies anything, or one part only that is shared by many lots."""
        stated = sum(not part.is_empty for part in self.parts)
        return stated < 2 and len(self.parts[_SERIAL].skeleton) < _SHORTEST_SERIAL

    @property
    def is_specific(self) -> bool:
        """Whether it names a heap and not a whole site or bay: site and a longer batch, or a serial."""
        site, bay, batch, serial = (part.skeleton for part in self.parts)
        placed = bool(site) and (len(batch) >= _SHORTEST_BATCH or bool(bay and batch))
        return placed or len(serial) >= _SHORTEST_SERIAL


def fold_lot(lot: LotReference) -> FoldedLot:
    """The reference in its comparing spelling. Never raises."""
    parts = (fold_number(lot.site), fold_number(lot.bay), fold_number(lot.batch), fold_number(lot.serial))
    return FoldedLot(parts, lot)


def relate_lots(one: FoldedLot, other: FoldedLot) -> LotRelation | None:
    """How two references relate, None where they do not or state too little in common; symmetric."""
    both = [place for place in range(4) if not one.parts[place].is_empty and not other.parts[place].is_empty]
    relations = {place: relate_numbers(one.parts[place], other.parts[place]) for place in both}
    equal = {
        place
        for place, relation in relations.items()
        if relation in (NumberRelation.EQUAL, NumberRelation.SPELLING)
        or one.parts[place].skeleton == other.parts[place].skeleton
    }
    unlike = [place for place in both if place not in equal]
    if not unlike:
        return _where_all_agree(one, other, equal)
    if _SERIAL in equal and len(one.parts[_SERIAL].skeleton) >= _SHORTEST_SERIAL:
        return LotRelation.MOVED
    if len(unlike) == 1 and relations[unlike[0]] in _TOLERATED and _is_anchored(equal):
        return LotRelation.TYPO
    return None


def _where_all_agree(one: FoldedLot, other: FoldedLot, equal: set[int]) -> LotRelation | None:
    long_serial = _SERIAL in equal and len(one.parts[_SERIAL].skeleton) >= _SHORTEST_SERIAL
    if not long_serial and not _is_anchored(equal):
        return None
    stated = [{place for place in range(4) if not lot.parts[place].is_empty} for lot in (one, other)]
    return LotRelation.EQUAL if stated[0] == stated[1] == equal else LotRelation.COVERS


def _is_anchored(equal: set[int]) -> bool:
    """Whether the agreeing parts lead to one heap: two parts, of which one says where or which."""
    return len(equal) >= 2
