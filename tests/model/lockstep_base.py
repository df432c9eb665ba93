"""What every lockstep rule draws from: keys, notes, lots and amounts, mostly right and now and then wrong.

Wrong draws are part of the contract: whoever may not act, what is in another state, an amount one too large.

Hypothesis chooses the kind of each step and a seed for it; the step draws from the seed. Its own draws shrink
further, but they are far from uniform, and half of the commands would hardly ever be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.invariants import check_invariants
from counterfoil.domain.ledger import LoanTerms
from counterfoil.domain.lot import Lot, LotId
from counterfoil.domain.state.ledger_state import Note
from counterfoil.domain.states import LotState, NoteState, Office, PartyRole
from model.commands import (
    Command,
    confirm,
    digest,
    propose,
    register_party,
    set_standing_acceptance,
)
from model.contract_chain import OFFICERS, START_S, ContractChain
from model.keyring import address
from model.money_commands import accept_offer, issue, offer_loan
from model.twin import Twin

MAX_48 = 2**48 - 1
DAY_S = 86_400
CNY, EUR = 156, 978
CURRENCIES = (CNY, EUR)
STRANGER = address(0xDEAD)

CORE = PartyRole.CORE_ENTERPRISE
SUPPLIER = PartyRole.SUPPLIER
FUNDER = PartyRole.FUNDER
# Party numbers follow this order. Two debtors, of which one lends too; a funder with little money.
ROLES = (CORE | SUPPLIER, CORE | FUNDER, SUPPLIER, SUPPLIER, SUPPLIER, FUNDER, FUNDER | SUPPLIER)
# Debtor, creditor, currency, face, days to maturity.
FIRST_NOTES = ((1, 3, CNY, 1_000_003, 30), (2, 7, EUR, 7, 200), (1, 5, EUR, 90_001, 90))
# Against the third of them; party 6 lends for five days.
FIRST_LOAN = LoanTerms(
    lot_id=LotId.root(3),
    principal_minor=80_000,
    rate_bps=435,
    day_basis=360,
    due_at_s=START_S + 5 * DAY_S,
    expires_at_s=START_S + DAY_S,
    registered_at_s=START_S,
    agreement_hash=digest("agreement"),
    registration_hash=digest("registration"),
)
DEPOSITS = {1: 2**49, 2: 2**49, 6: 2**49, 7: 5_000}


def started(chain: ContractChain) -> Twin:
    """A pair with parties, standing acceptances and cash."""
    twin = Twin(chain)
    registered = []
    for number, roles in enumerate(ROLES, start=1):
        keys = [address(0x100 + number)] + ([address(0x200 + number)] if number == 3 else [])
        registered.append((OFFICERS[Office.REGISTRAR], register_party(roles, digest(number), keys)))
    twin.expect_all(registered)
    twin.expect(address(0x103), set_standing_acceptance(None, True))
    twin.expect(address(0x104), set_standing_acceptance(1, True))
    twin.expect(address(0x107), set_standing_acceptance(None, True))
    twin.expect_all(
        (OFFICERS[Office.BANK], issue(party_id, currency, amount, digest((party_id, currency))))
        for party_id, amount in DEPOSITS.items()
        for currency in CURRENCIES
    )
    for debtor_id, creditor_id, currency, face, days in FIRST_NOTES:
        share = InvoiceShare(
            fingerprint=digest((creditor_id, "invoice")), payable_minor=face + 1, amount_minor=face
        )
        note_id = twin.expect(
            address(0x100 + creditor_id),
            propose(debtor_id, creditor_id, currency, START_S + days * DAY_S, digest("terms"), [share]),
        )
        twin.expect(address(0x100 + debtor_id), confirm(note_id, face))
    financing_id = twin.expect(address(0x106), offer_loan(FIRST_LOAN))
    twin.expect(address(0x105), accept_offer(financing_id))
    twin.check_all()
    return twin


class LockstepBase(RuleBasedStateMachine):
    """Drawing and running. `start` is set by the test: the twin after `started`, and its mark."""

    start: tuple[Twin, bytes]

    def __init__(self) -> None:
        super().__init__()
        base, mark = self.start
        base.chain.rewind(mark)
        self.twin = base.fork()
        self.broken = False
        self.serial = 0
        self.steps = 0
        self.random = Random(0)

    def run(self, key: str, command: Command) -> object:
        """Run on both; after a difference the end of the example does not look for more."""
        self.broken = True
        result = self.twin.run(key, command)
        self.broken = False
        return result

    def teardown(self) -> None:
        """The whole state, three ways, and the invariants over it."""
        if self.broken:
            return
        self.twin.check_all()
        failed = [each for each in check_invariants(self.twin.projected) if not each.ok]
        assert not failed

    # -- drawing --

    def wrong(self, percent: int = 12) -> bool:
        return self.random.randrange(100) < percent

    def between(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def fresh(self) -> bytes:
        """A hash that was not used before; now and then the zero that is refused."""
        self.serial += 1
        return bytes(32) if self.wrong(3) else digest(self.serial)

    def one_of(self, choices: Iterable[Any]) -> Any:
        return self.random.choice(list(choices))

    def key_of(self, party_id: int | None) -> str:
        """A key of the party; or somebody else's."""
        party = self.twin.state.parties.get(party_id or 0)
        if party is None or not party.keys or self.wrong():
            known = [*self.twin.state.key_owners, *OFFICERS.values(), STRANGER]
            return str(self.one_of(known))
        return str(self.one_of(sorted(party.keys)))

    def officer(self, office: Office) -> str:
        if self.wrong():
            return str(self.one_of([*OFFICERS.values(), address(0x101), STRANGER]))
        return OFFICERS[office]

    def party_id(self) -> int:
        """Any party; now and then one that does not exist."""
        return self.between(0, 2**24 - 1) if self.wrong(4) else self.between(1, len(self.twin.state.parties))

    def note(self, *wanted: NoteState) -> Note | None:
        """A note in one of these states, or in any if it must be wrong or there is none."""
        notes = self.twin.state.notes.values()
        fitting = [each for each in notes if each.state in wanted]
        if not fitting or self.wrong(6):
            fitting = list(notes)
        return self.one_of(fitting) if fitting else None

    def lot(self, *wanted: LotState, least: int = 1) -> Lot | None:
        """A lot in one of these states of a live note, so large at least; or any."""
        state = self.twin.state
        fitting = [
            each
            for each in state.lots.values()
            if each.state in wanted
            and each.length_minor >= least
            and state.notes[each.lot_id.note_id].state is NoteState.LIVE
        ]
        if not fitting or self.wrong(6):
            fitting = list(state.lots.values())
        return self.one_of(fitting) if fitting else None

    def unknown_lot_id(self) -> LotId:
        return LotId(self.between(0, 3), self.between(0, 3), self.one_of([0, 1, 2, 4094, 4095]))

    def lot_id(self, *wanted: LotState, least: int = 1) -> tuple[LotId, Lot | None]:
        lot = self.lot(*wanted, least=least)
        if lot is None or self.wrong(3):
            lot_id = self.unknown_lot_id()
            return lot_id, self.twin.state.lots.get(lot_id)
        return lot.lot_id, lot

    def up_to(self, most: int) -> int:
        """An amount that fits, or one just beside."""
        most = min(most, MAX_48)
        near = [1, most, max(most - 1, 0), most // 2, min(most + 1, MAX_48), 0]
        if self.wrong(8):
            return int(self.one_of(near[-2:]))
        if self.wrong(50):
            return int(self.one_of(near[:3]))
        return self.between(min(1, most), most)

    def parts_of(self, whole: int, count: int) -> list[int]:
        """A sum in so many parts, none of them zero; fewer where it is too small."""
        count = min(count, whole)
        cuts = self.random.sample(range(1, whole), count - 1)
        edges = [0, *sorted(cuts), whole]
        return [right - left for left, right in pairwise(edges)]

    def any_note(self, *wanted: NoteState) -> bool:
        return any(each.state in wanted for each in self.twin.state.notes.values())

    def any_lot(self, *wanted: LotState) -> bool:
        return any(each.state in wanted for each in self.twin.state.lots.values())

    def step(self, seed: int, weights: Mapping[Callable[[], None], int]) -> None:
        """One of these, drawn by weight; zero where there is nothing to do it to."""
        # Hypothesis likes to repeat a choice; together with the step's number it still is another draw.
        self.steps += 1
        self.random.seed(seed * 1_000_003 + self.steps)
        self.random.choices(list(weights), list(weights.values()))[0]()
