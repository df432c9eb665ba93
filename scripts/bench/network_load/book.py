"""What the ledger must look like: our own account of every note, lot and balance, kept from what was
acknowledged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from counterfoil.domain.states import LienState, LotState, NoteState
from network_load.calls import Amounts, LotRun, lot_id

LOTS_A_WORD = 3


@dataclass(slots=True)
class Segment:
    """The children of one lot, in order. start: first position. ends: last position of each."""

    start: int
    parent: tuple[int, int]
    ends: list[int]
    holders: list[int]
    states: list[LotState]

    def length(self, index: int) -> int:
        """Minor units of one lot."""
        return self.ends[index] - (self.ends[index - 1] if index else self.start - 1)

    def words(self) -> list[int]:
        """As the contract keeps it (contracts/types/PackedLots.sol): three lots a word, the head in the
        first.
        """
        segment, index = self.parent
        head = self.start << 48 | len(self.ends) << 36 | segment << 12 | index
        packed = [head] + [
            end << 32 | holder << 8 | state
            for end, holder, state in zip(self.ends, self.holders, self.states, strict=True)
        ]
        # The first word's head takes 96 bits and lots 80 each, so that the head stands where a lot would.
        packed += [0] * (-len(packed) % LOTS_A_WORD)
        return [
            packed[place] << 160 | packed[place + 1] << 80 | packed[place + 2]
            for place in range(0, len(packed), LOTS_A_WORD)
        ]


@dataclass(slots=True)
class Lien:
    """pledgee's claim over a lot. financing: the loan that it secures, 0 where the claim lies elsewhere."""

    pledgee: int
    secured_minor: int
    financing: int
    state: LienState = LienState.ACTIVE


@dataclass(slots=True)
class NoteBook:
    """One note. children: the segment that a lot was cut into. liens: by lot, the last one."""

    number: int
    debtor: int
    creditor: int
    face_minor: int
    maturity_at_s: int
    state: NoteState = NoteState.PROPOSED
    segments: dict[int, Segment] = field(default_factory=dict)
    children: dict[tuple[int, int], int] = field(default_factory=dict)
    liens: dict[int, Lien] = field(default_factory=dict)

    @property
    def is_settled(self) -> bool:
        """Whether every holder has been paid."""
        return self.state is NoteState.SETTLED

    def confirm(self) -> None:
        """Both have signed; the creditor holds all of it."""
        self.state = NoteState.LIVE
        self.segments[0] = Segment(1, (0, 0), [self.face_minor], [self.creditor], [LotState.FREE])

    def split(self, place: tuple[int, int], segment: int, children: Amounts) -> None:
        """A lot is cut."""
        parent, index = self.segments[place[0]], place[1]
        start = parent.ends[index] - parent.length(index) + 1
        ends, last = [], start - 1
        for amount, _ in children:
            last += amount
            ends.append(last)
        holders = [holder for _, holder in children]
        self.segments[segment] = Segment(start, place, ends, holders, [LotState.FREE] * len(ends))
        self.children[place] = segment
        parent.states[index] = LotState.SPLIT

    def give(self, place: tuple[int, int], holder: int) -> None:
        """A whole lot goes to another holder."""
        self.segments[place[0]].holders[place[1]] = holder

    def pledge(self, place: tuple[int, int], lien: Lien) -> None:
        """A lot is encumbered."""
        self.segments[place[0]].states[place[1]] = LotState.PLEDGED
        self.liens[lot_id(self.number, *place)] = lien

    def free(self, place: tuple[int, int]) -> None:
        """The claim that a lot secured is paid."""
        self.segments[place[0]].states[place[1]] = LotState.FREE
        self.liens[lot_id(self.number, *place)].state = LienState.DISCHARGED

    def holder(self, place: tuple[int, int]) -> int:
        """Who holds a lot."""
        return self.segments[place[0]].holders[place[1]]

    def length(self, place: tuple[int, int]) -> int:
        """A lot's minor units."""
        return self.segments[place[0]].length(place[1])

    def live_lots(self, segment: int = 0) -> Iterator[tuple[int, int]]:
        """Lots that are not history, in the order of their positions."""
        for index in range(len(self.segments[segment].ends)):
            below = self.children.get((segment, index))
            if below is None:
                yield segment, index
            else:
                yield from self.live_lots(below)

    def runs(self) -> list[LotRun]:
        """Live lots as a settlement names them: runs of neighbours in one segment."""
        found: list[LotRun] = []
        for segment, index in self.live_lots():
            if found and found[-1][0] == segment and found[-1][2] == index - 1:
                found[-1] = (segment, found[-1][1], index)
            else:
                found.append((segment, index, index))
        return found

    def settle(self) -> None:
        """Every live lot is paid and closed, and liens with them."""
        self.state = NoteState.SETTLED
        for segment, index in self.live_lots():
            self.segments[segment].states[index] = LotState.SETTLED
        for lien in self.liens.values():
            lien.state = LienState.DISCHARGED


@dataclass(slots=True)
class Book:
    """Everything of a run. calls: transactions of each party's key in blocks, failed ones too, by number."""

    notes: list[NoteBook] = field(default_factory=list)
    balances: Counter[int] = field(default_factory=Counter)
    calls: Counter[int] = field(default_factory=Counter)

    def pay(self, payer: int, payee: int, minor: int) -> None:
        """Cash moves."""
        self.balances[payer] -= minor
        self.balances[payee] += minor

    def settle(self, note: NoteBook, interest_minor: dict[int, int]) -> None:
        """The debtor pays a note in full: pledgees what they are owed, holders the rest.

        interest_minor: what the settlement took as interest, by financing.
        """
        for place in note.live_lots():
            left = note.length(place)
            lien = note.liens.get(lot_id(note.number, *place))
            if lien is not None and lien.state is LienState.ACTIVE:
                owed = min(left, lien.secured_minor + interest_minor.get(lien.financing, 0))
                self.pay(note.debtor, lien.pledgee, owed)
                left -= owed
            self.pay(note.debtor, note.holder(place), left)
        note.settle()
