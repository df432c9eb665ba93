"""The life of one note, as waves of calls: each wave waits for the one before it to be final."""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eth_utils import keccak

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import FINANCING, LEDGER, LIENS, SETTLEMENT
from network_load import calls
from network_load.book import Book, Lien, NoteBook
from network_load.mix import Kind, Mix
from network_load.parties import Cast

SINGLE_GAS = 600_000
LOAN_SHARE = 4
"""A funder lends three quarters of a lot, so one part of so many is its margin."""

Place = tuple[int, int]
"""Segment and index of a lot."""


@dataclass(frozen=True, slots=True)
class Log:
    """A log as JSON-RPC gives it: topics and data in hexadecimal."""

    topics: Sequence[str]
    data: str

    def word(self, place: int) -> int:
        """A word of the data."""
        return int(self.data[2 + 64 * place : 66 + 64 * place], 16)


@dataclass(frozen=True, slots=True)
class Step:
    """One call of one party. records: business records that it changes."""

    kind: Kind
    contract: str
    input_bytes: bytes
    actor: int
    records: int = 1
    gas: int = SINGLE_GAS


@dataclass(frozen=True, slots=True)
class Until:
    """Nothing more happens to the note before this second of the chain's clock."""

    at_s: int


Story = Generator[Sequence[Step] | Until, Sequence[Sequence[Log]], None]
"""Yields a wave of steps and is sent the logs of each, or yields until when to wait and is sent nothing."""


@lru_cache(maxsize=16)
def topic_of(contract: str, event: str) -> str:
    """The first topic of an event's logs."""
    events = load_artifact(contract).abi.events.values()
    return "0x" + next(each.topic for each in events if each.name == event).hex()


def only(logs: Sequence[Log], contract: str, event: str) -> Log:
    """The one log of an event. Raises ValueError where there is another number of them."""
    topic = topic_of(contract, event)
    found = [log for log in logs if log.topics[0] == topic]
    if len(found) != 1:
        raise ValueError(f"{len(found)} logs of {event}, expected one")
    return found[0]


def portions(total: int, count: int, dice: random.Random) -> list[int]:
    """So many positive amounts that add up to the total, neighbours unlike by up to a quarter."""
    amounts = [total // count] * count
    amounts[-1] += total % count
    for place in range(0, count - 1, 2):
        more = dice.randrange(1 + amounts[place] // 4)
        amounts[place] += more
        amounts[place + 1] -= more
    return amounts


class NoteStory:
    """Tells one note's story and keeps its page of the book."""

    def __init__(
        self, *, mix: Mix, cast: Cast, book: Book, place: int, seed: str, maturity_at_s: int
    ) -> None:
        """place: of the story in the run. seed: of the run, so that no invoice comes twice on a chain."""
        self._mix = mix
        self._cast = cast
        self._book = book
        self._maturity_at_s = maturity_at_s
        self._hash = int.from_bytes(keccak(text=f"{seed} {place}"), "big") >> 8
        self._dice = random.Random(self._hash)
        self._note = self._new_note(place)

    def _new_note(self, place: int) -> NoteBook:
        debtors, suppliers = self._cast.debtors, self._cast.suppliers
        return NoteBook(
            number=0,
            debtor=debtors[place % len(debtors)].number,
            creditor=self._dice.choice(suppliers).number,
            face_minor=self._mix.face_minor,
            maturity_at_s=self._maturity_at_s,
        )

    def _reference(self) -> bytes:
        """A hash that nothing else refers to."""
        self._hash += 1
        return self._hash.to_bytes(calls.WORD, "big")

    def _lot(self, place: Place) -> int:
        return calls.lot_id(self._note.number, *place)

    def tell(self) -> Story:
        """From the proposal to the settlement, as far as the mix goes."""
        yield from self._open()
        first = self._cut((0, 0), self._mix.tier_2)
        segment = yield from self._split([((0, 0), first)])
        lots = [(segment[0], index) for index in range(self._mix.tier_2)]
        mix = self._mix
        fates = iter(lots)
        splitters, two_way, loans, sold = (
            [next(fates) for _ in range(count)] for count in (mix.splitters, mix.two_way, mix.loans, mix.sold)
        )
        cut = [(each, self._cut(each, mix.tier_3)) for each in splitters]
        cut += [(each, self._part(each)) for each in two_way]
        offers = [self._loan(each) for each in loans] + [self._purchase(each) for each in sold]
        segments, financings = yield from self._cut_and_offer(cut, offers)
        free = list(fates)
        free += [(segment, index) for segment in segments[len(splitters) :] for index in (0, 1)]
        yield from self._draw_and_move(dict(zip(loans, financings, strict=False)), sold, financings, free)
        if mix.settles:
            yield Until(self._maturity_at_s)
            yield from self._settle()

    # ------------------------------------------------------------------------------------------- opening

    def _open(self) -> Story:
        note = self._note
        proposal = calls.propose(
            debtor=note.debtor,
            creditor=note.creditor,
            maturity_at_s=note.maturity_at_s,
            terms=self._reference(),
            invoice=self._reference(),
            face_minor=note.face_minor,
        )
        answers = yield [Step(Kind.PROPOSE, LEDGER, proposal, note.creditor)]
        note.number = int(only(answers[0], LEDGER, "NoteProposed").topics[1], 16)
        self._book.notes.append(note)
        confirmation = calls.confirm(note.number, note.face_minor)
        yield [Step(Kind.CONFIRM, LEDGER, confirmation, note.debtor)]
        note.confirm()

    # ----------------------------------------------------------------------------------------- splitting

    def _others(self, holder: int, count: int) -> list[int]:
        """Suppliers other than the holder, each once where there are enough."""
        numbers = [party.number for party in self._cast.suppliers if party.number != holder]
        if count <= len(numbers):
            return self._dice.sample(numbers, count)
        return self._dice.choices(numbers, k=count)

    def _cut(self, place: Place, count: int) -> calls.Amounts:
        """Everything goes to so many others; the second half stays with the holder where it is cut in two."""
        note = self._note
        holder = note.holder(place)
        holders = self._others(holder, count) if count > 2 else [*self._others(holder, 1), holder]
        return list(zip(portions(note.length(place), count, self._dice), holders, strict=True))

    def _part(self, place: Place) -> calls.Amounts:
        """A part pays somebody, the rest stays."""
        return self._cut(place, 2)

    def _split_step(self, place: Place, children: calls.Amounts) -> Step:
        many = len(children) > 2
        return Step(
            Kind.BATCH_SPLIT if many else Kind.SPLIT,
            LEDGER,
            calls.split(self._lot(place), children, self._reference()),
            self._note.holder(place),
            records=len(children) if many else 1,
            gas=SINGLE_GAS + 20_000 * len(children),
        )

    def _split(
        self, cut: Sequence[tuple[Place, calls.Amounts]]
    ) -> Generator[Sequence[Step] | Until, Sequence[Sequence[Log]], list[int]]:
        answers = yield [self._split_step(place, children) for place, children in cut]
        return self._book_splits(cut, answers)

    def _book_splits(
        self, cut: Sequence[tuple[Place, calls.Amounts]], answers: Sequence[Sequence[Log]]
    ) -> list[int]:
        segments = [only(logs, LEDGER, "LotSplit").word(0) for logs in answers]
        for (place, children), segment in zip(cut, segments, strict=True):
            self._note.split(place, segment, children)
        return segments

    # ----------------------------------------------------------------------------------------- financing

    def _funder(self) -> int:
        return self._dice.choice(self._cast.funders).number

    def _loan(self, place: Place) -> Step:
        principal = self._principal(place)
        terms = calls.offer_loan(
            self._lot(place),
            principal_minor=principal,
            due_at_s=self._maturity_at_s,
            agreement=self._reference(),
        )
        return Step(Kind.OFFER_LOAN, FINANCING, terms, self._funder())

    def _principal(self, place: Place) -> int:
        length = self._note.length(place)
        return length - length // LOAN_SHARE

    def _price(self, place: Place) -> int:
        length = self._note.length(place)
        return length - length // 50

    def _purchase(self, place: Place) -> Step:
        terms = calls.offer_purchase(
            self._lot(place),
            price_minor=self._price(place),
            expires_at_s=self._maturity_at_s,
            agreement=self._reference(),
        )
        return Step(Kind.OFFER_PURCHASE, FINANCING, terms, self._funder())

    def _cut_and_offer(
        self, cut: Sequence[tuple[Place, calls.Amounts]], offers: Sequence[Step]
    ) -> Generator[Sequence[Step] | Until, Sequence[Sequence[Log]], tuple[list[int], list[tuple[int, int]]]]:
        """Lots go down the tiers, and funders make offers; segments, and financings with their funders."""
        wave = [self._split_step(place, children) for place, children in cut] + list(offers)
        if not wave:
            return [], []
        answers = yield wave
        segments = self._book_splits(cut, answers[: len(cut)])
        financings = []
        for offer, logs in zip(offers, answers[len(cut) :], strict=True):
            event = "LoanOffered" if offer.kind is Kind.OFFER_LOAN else "PurchaseOffered"
            financings.append((int(only(logs, FINANCING, event).topics[1], 16), offer.actor))
        return segments, financings

    def _draw_and_move(
        self,
        loans: dict[Place, tuple[int, int]],
        sold: Sequence[Place],
        financings: Sequence[tuple[int, int]],
        free: Sequence[Place],
    ) -> Story:
        """Offers are accepted, lots assigned and pledged; then loans are repaid."""
        note, mix = self._note, self._mix
        sales = list(zip(sold, financings[len(loans) :], strict=True))
        assigned, pledged = free[: mix.assigned], free[mix.assigned : mix.assigned + mix.pledged]
        drawn = [self._accept(Kind.DRAW_DOWN, place, loan[0]) for place, loan in loans.items()]
        bought = [self._accept(Kind.SELL, place, sale[0]) for place, sale in sales]
        targets = [self._others(note.holder(place), 1)[0] for place in assigned]
        liens = [Lien(self._funder(), 1 + note.length(place) // 2, 0) for place in pledged]
        given = [self._assign(place, to) for place, to in zip(assigned, targets, strict=True)]
        secured = [self._pledge(place, lien) for place, lien in zip(pledged, liens, strict=True)]
        wave = drawn + bought + given + secured
        if not wave:
            return
        yield wave
        for place, (financing, funder) in loans.items():
            note.pledge(place, Lien(funder, self._principal(place), financing))
            self._book.pay(funder, note.holder(place), self._principal(place))
        for place, (_, funder) in sales:
            self._book.pay(funder, note.holder(place), self._price(place))
            note.give(place, funder)
        for place, to in zip(assigned, targets, strict=True):
            note.give(place, to)
        for place, lien in zip(pledged, liens, strict=True):
            note.pledge(place, lien)
        yield from self._repay(list(loans.items())[: mix.repaid])

    def _accept(self, kind: Kind, place: Place, financing: int) -> Step:
        return Step(kind, FINANCING, calls.accept_offer(financing), self._note.holder(place))

    def _assign(self, place: Place, to: int) -> Step:
        terms = calls.assign(self._lot(place), to, self._reference())
        return Step(Kind.ASSIGN, LEDGER, terms, self._note.holder(place))

    def _pledge(self, place: Place, lien: Lien) -> Step:
        terms = calls.pledge(
            self._lot(place),
            pledgee=lien.pledgee,
            secured_minor=lien.secured_minor,
            agreement=self._reference(),
        )
        return Step(Kind.PLEDGE, LIENS, terms, self._note.holder(place))

    def _repay(self, repaid: Sequence[tuple[Place, tuple[int, int]]]) -> Story:
        if not repaid:
            return
        answers = yield [
            Step(Kind.REPAY, FINANCING, calls.repay_all(financing), self._note.holder(place))
            for place, (financing, _) in repaid
        ]
        for (place, (_, funder)), logs in zip(repaid, answers, strict=True):
            # A loan over midnight bears a day's interest; the event says how much.
            interest = only(logs, FINANCING, "LoanRepaid").word(0)
            self._book.pay(self._note.holder(place), funder, self._principal(place) + interest)
            self._note.free(place)

    # ---------------------------------------------------------------------------------------- settlement

    def _settle(self) -> Story:
        note = self._note
        runs, lots = note.runs(), self._mix.lots
        settlement = calls.settle(note.number, note.face_minor, runs)
        gas = SINGLE_GAS + 60_000 * lots
        answers = yield [Step(Kind.SETTLE, SETTLEMENT, settlement, note.debtor, records=lots, gas=gas)]
        topic = topic_of(FINANCING, "LoanRepaid")
        repaid = [log for log in answers[0] if log.topics[0] == topic]
        self._book.settle(note, {int(log.topics[1], 16): log.word(0) for log in repaid})
