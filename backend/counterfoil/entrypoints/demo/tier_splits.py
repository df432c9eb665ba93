"""Carrying a tier plan out: holders cut their lots, assignees accept."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.domain.lot import LotId
from counterfoil.domain.states import LotState
from counterfoil.domain.sub_range import SubRange
from counterfoil.domain.tiering import Cut, Part
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.usecases.lots.accept_assignment import accept_assignment
from counterfoil.usecases.lots.assign_lot import assign_lot
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.workbench import Workbench

MAX_PARTS_PER_SPLIT = 400
_EXPLICIT_EVERY = 3


def give_standing_acceptances(bench: Workbench, cuts: Sequence[Cut], teller: Teller) -> None:
    """Most assignees accept in advance; the first one and every third after it sign for each lot."""
    assignees = list(
        dict.fromkeys(part.holder for cut in cuts for part in cut.parts if part.reference is not None)
    )
    standing = [party for index, party in enumerate(assignees) if index % _EXPLICIT_EVERY]
    for party in standing:
        set_standing_acceptance(bench, actor=party)
    if assignees:
        explicit = len(assignees) - len(standing)
        teller.say(f"  {len(standing)} assignees accept in advance, {explicit} sign for each lot")


class Splitter:
    """Knows which lot has which range while cuts are made one after another."""

    def __init__(self, bench: Workbench, note_ids: Sequence[int]) -> None:
        self._bench = bench
        self._lots: dict[tuple[int, SubRange], LotId] = {}
        for note_id in note_ids:
            for lot in bench.read_model.state.leaves_of(note_id):
                self._lots[note_id, lot.positions] = lot.lot_id

    def cut(self, cut: Cut) -> tuple[LotId, ...]:
        """Carry one cut out; returns its parts as lots, in order."""
        lot = self._lots.pop((cut.note, cut.positions))
        lots = (self._assign(lot, cut),) if len(cut.parts) == 1 else self._split(lot, cut)
        ranges = cut.positions.cut([part.amount_minor for part in cut.parts])
        for lot_id, positions in zip(lots, ranges, strict=True):
            self._lots[cut.note, positions] = lot_id
        return lots

    def _assign(self, lot: LotId, cut: Cut) -> LotId:
        part = cut.parts[0]
        moved = assign_lot(
            self._bench, actor=cut.holder, lot=lot, to=part.holder, reference=part.reference or ""
        )
        self._accept_if_offered(moved.lot_id, part.holder)
        return moved.lot_id

    def _split(self, lot: LotId, cut: Cut) -> tuple[LotId, ...]:
        """One split, or several where there are more parts than one transaction should carry."""
        done: list[LotId] = []
        waiting = list(cut.parts)
        while waiting:
            now, later = waiting, []
            if len(waiting) > MAX_PARTS_PER_SPLIT:
                now, later = waiting[: MAX_PARTS_PER_SPLIT - 1], waiting[MAX_PARTS_PER_SPLIT - 1 :]
            parts = [_split_part(part, cut.holder) for part in now]
            if later:
                parts.append(SplitPart(amount_minor=None))
            lots = split_lot(self._bench, actor=cut.holder, lot=lot, parts=parts).lot_ids
            for lot_id, part in zip(lots, now, strict=False):
                self._accept_if_offered(lot_id, part.holder)
            done.extend(lots[: len(now)])
            lot, waiting = lots[-1], later
        return tuple(done)

    def _accept_if_offered(self, lot_id: LotId, offeree: int) -> None:
        if self._bench.read_model.state.lots[lot_id].state is LotState.OFFERED:
            accept_assignment(self._bench, actor=offeree, lot=lot_id)


def _split_part(part: Part, holder: int) -> SplitPart:
    if part.reference is None:
        return SplitPart(amount_minor=part.amount_minor)
    party = None if part.holder == holder else part.holder
    return SplitPart(amount_minor=part.amount_minor, party=party, reference=part.reference)
