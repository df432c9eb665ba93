"""Lockstep rules over liens, cash, financing, settlement and time."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from counterfoil.domain.errors import DomainError
from counterfoil.domain.ledger import (
    WHOLE_DEBT,
    Call,
    Ledger,
    LoanTerms,
    LotRange,
    Pledge,
    PurchaseTerms,
    payable_ranges,
)
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.refusals import money_refusals as codes
from counterfoil.domain.state.ledger_state import Note
from counterfoil.domain.states import FinancingState, LienState, LotState, NoteState, Office
from model import money_commands as do
from model.commands import Command, digest
from model.contract_chain import GOVERNOR
from model.lockstep_base import CURRENCIES, DAY_S, LockstepBase

LATEST_S = 2**40 - 1
PAYABLE = (NoteState.MATURED, NoteState.OVERDUE, NoteState.DISPUTED, NoteState.LIVE)


class MoneyRules(LockstepBase):
    """What is pledged, lent, paid and settled."""

    # -- time --

    def pass_time(self) -> None:
        """A little, to just before, at and after what is due, or far."""
        now_s = self.twin.now_s
        steps = [now_s + 1, now_s + 3600, now_s + DAY_S]
        for note in self.twin.state.notes.values():
            if note.maturity_at_s < LATEST_S - 2 * DAY_S:
                due = note.maturity_at_s
                steps += [due - 1, due, due + DAY_S - 1, due + DAY_S]
        for financing in self.twin.state.financings.values():
            steps += [financing.due_at_s, financing.due_at_s + 1, financing.expires_at_s]
        ahead = [each for each in steps if now_s < each < LATEST_S]
        if self.wrong(2):
            ahead = [min(now_s + 500 * 365 * DAY_S, LATEST_S)]
        if self.wrong(60):
            ahead = ahead[:3]
        self.twin.now_s = self.one_of(ahead) if ahead else now_s

    # -- liens --

    def pledge(self) -> None:
        lot_id, lot = self.lot_id(LotState.FREE)
        number = AssetId.of_lot(lot_id).number
        if self.wrong(5):
            # Other kinds, and bits that no lot uses: one asset has one spelling.
            number ^= self.one_of([3 << 248, 1 << 248, 1 << 200, 1 << 128])
        length = lot.length_minor if lot else 10
        now_s = self.twin.now_s
        agreed = Pledge(
            asset_id=AssetId.from_number(number),
            pledgee_id=self.one_of([3, 5, 6, 7, 1]) if not self.wrong(8) else self.party_id(),
            secured_minor=self.up_to(length),
            registered_at_s=self.one_of([0, now_s, now_s - 1] + ([now_s + 1] if self.wrong(9) else [])),
            agreement_hash=self.fresh(),
            registration_hash=self.fresh(),
        )
        self.run(self.key_of(lot.holder_id if lot else None), do.pledge(agreed))

    def release(self) -> None:
        liens = [each[-1] for each in self.twin.state.liens.values()]
        active = [each for each in liens if each.state is LienState.ACTIVE]
        lien = self.one_of(liens if not active or self.wrong(8) else active)
        asset_id = AssetId.of_lot(self.unknown_lot_id()) if self.wrong(4) else lien.asset_id
        self.run(self.key_of(lien.pledgee_id), do.release(asset_id, self.fresh()))

    # -- cash --

    def bank(self) -> None:
        bank = self.officer(Office.BANK)
        unpaid = [number for number, each in self.twin.state.redemptions.items() if not each.paid]
        if self.wrong(20 if unpaid else 70):
            used = sorted(self.twin.state.deposits)
            deposit = self.one_of(used) if self.wrong(8) else self.fresh()
            amount = self.one_of([0, 1, 10**6, 2**48, 2**100])
            currency = self.one_of([*CURRENCIES, 0, 65_535])
            self.run(bank, do.issue(self.party_id(), currency, amount, deposit))
        else:
            number = self.between(0, 9) if not unpaid or self.wrong() else self.one_of(unpaid)
            self.run(bank, do.attest_payout(number, self.fresh()))

    def pay(self) -> None:
        funded = [
            (party_id, currency) for (party_id, currency), minor in self.twin.state.balances.items() if minor
        ]
        payer, currency = self.one_of(funded) if not self.wrong() else (3, self.one_of(CURRENCIES))
        amount = self.up_to(self.twin.state.balance_of(payer, currency))
        if self.wrong(50):
            self.run(self.key_of(payer), do.redeem(currency, amount, self.fresh()))
        else:
            self.run(self.key_of(payer), do.transfer(self.party_id(), currency, amount, self.fresh()))

    # -- financing --

    def offer(self) -> None:
        lot_id, lot = self.lot_id(LotState.FREE)
        funder = self.one_of([6, 7, 2]) if not self.wrong(8) else self.party_id()
        offer = self.loan if self.wrong(50) else self.purchase
        financing_id = self.run(self.key_of(funder), offer(lot_id, lot.length_minor if lot else 10))
        if isinstance(financing_id, int) and lot is not None and not self.wrong(40):
            self.run(self.key_of(lot.holder_id), do.accept_offer(financing_id))

    def loan(self, lot_id: LotId, length: int) -> Command:
        now_s = self.twin.now_s
        note = self.twin.state.notes.get(lot_id.note_id)
        maturity = note.maturity_at_s if note else now_s + DAY_S
        due = [maturity, min(now_s + 2 * DAY_S, maturity), maturity + 1, now_s, now_s + 1]
        due_at_s = self.one_of(due if self.wrong(20) else due[:2])
        expiry = [due_at_s, now_s + 1, now_s, min(due_at_s + 1, LATEST_S)]
        rates = [0, 1, 435, 2_400, 10_000] + ([10_001, 65_535] if self.wrong(8) else [])
        terms = LoanTerms(
            lot_id=lot_id,
            principal_minor=self.up_to(length),
            rate_bps=self.one_of(rates),
            day_basis=self.one_of([360, 365] + ([0, 364] if self.wrong(6) else [])),
            due_at_s=min(due_at_s, LATEST_S),
            expires_at_s=self.one_of(expiry if self.wrong(20) else expiry[:1]),
            registered_at_s=self.one_of([0, now_s, now_s + 1] if self.wrong(10) else [0, now_s]),
            agreement_hash=self.fresh(),
            registration_hash=self.fresh(),
        )
        return do.offer_loan(terms)

    def purchase(self, lot_id: LotId, length: int) -> Command:
        now_s = self.twin.now_s
        terms = PurchaseTerms(
            lot_id=lot_id,
            price_minor=self.up_to(length),
            expires_at_s=self.one_of([now_s + DAY_S, now_s + 1] + ([now_s] if self.wrong(9) else [])),
            agreement_hash=self.fresh(),
        )
        return do.offer_purchase(terms)

    def financing_id(self, *wanted: FinancingState) -> int:
        fitting = [number for number, each in self.twin.state.financings.items() if each.state in wanted]
        if not fitting or self.wrong(8):
            return int(self.between(0, len(self.twin.state.financings) + 1))
        return int(self.one_of(fitting))

    def answer_offer(self) -> None:
        financing_id = self.financing_id(FinancingState.OFFERED)
        financing = self.twin.state.financings.get(financing_id)
        if self.wrong(30):
            key = self.key_of(financing.funder_id if financing else None)
            self.run(key, do.withdraw_offer(financing_id))
            return
        lot = self.twin.state.lots.get(financing.lot_id) if financing else None
        self.run(self.key_of(lot.holder_id if lot else None), do.accept_offer(financing_id))

    def any_loan(self) -> bool:
        owing = (FinancingState.DRAWN_DOWN, FinancingState.DEFAULTED)
        return any(each.state in owing for each in self.twin.state.financings.values())

    def repay_or_default(self) -> None:
        financing_id = self.financing_id(FinancingState.DRAWN_DOWN, FinancingState.DEFAULTED)
        financing = self.twin.state.financings.get(financing_id)
        overdue = financing is not None and financing.due_at_s < self.twin.now_s
        if self.wrong(50 if overdue else 15):
            key = self.key_of(financing.funder_id if financing else None)
            self.run(key, do.mark_defaulted(financing_id))
            return
        amount = WHOLE_DEBT
        if financing is not None and not self.wrong(40):
            amount = self.up_to(sum(self.twin.model.financings.debt_of(financing, self.twin.now_s)))
        self.run(self.key_of(financing.holder_id if financing else None), do.repay(financing_id, amount))

    # -- settlement --

    def settle(self) -> None:
        """Mostly when something is due; time passes for it where nothing is."""
        if not self.due_notes() and not self.wrong(20):
            live = [each for each in self.twin.state.notes.values() if each.state is NoteState.LIVE]
            waiting = [each.maturity_at_s for each in live if each.maturity_at_s < LATEST_S - DAY_S]
            self.twin.now_s = max(self.twin.now_s, min(waiting, default=0))
        due = self.due_notes()
        note = self.one_of(due) if due and not self.wrong(10) else self.note(*PAYABLE)
        assert note is not None
        amount = self.round_amount(note)
        self.run(self.key_of(note.debtor_id), do.settle(note.note_id, amount, self.ranges(note)))

    def due_notes(self) -> list[Note]:
        return [
            each
            for each in self.twin.state.notes.values()
            if each.state in PAYABLE and each.maturity_at_s <= self.twin.now_s
        ]

    def round_amount(self, note: Note) -> int:
        if note.round is not None and not self.wrong(6):
            return note.round.amount_minor
        payable = note.open_minor - note.disputed_minor
        return payable if self.wrong(50) else self.up_to(payable)

    def ranges(self, note: Note) -> list[LotRange]:
        """All that is left of the round, or a first part of it, or nonsense."""
        cursor = note.round.cursor if note.round else 0
        right = payable_ranges(self.twin.state.leaves_of(note.note_id), after=cursor)
        if right and self.wrong(40):
            right = right[: self.between(1, len(right))]
            last = right[-1]
            stop = self.between(last.start, last.stop)
            right[-1] = LotRange(segment=last.segment, start=last.start, stop=stop)
        if self.wrong(10):
            odd = LotRange(
                segment=self.between(0, 3),
                start=self.one_of([0, 1, 2]),
                stop=self.one_of([0, 1, 5, 4095]),
            )
            right = self.one_of([[], right[1:], list(reversed(right)), [*right, odd], [odd], right * 2])
        return list(right)

    # -- what only the ledger's own contracts may do --

    def call_as_a_stranger(self) -> None:
        key = self.key_of(self.party_id())
        if key == GOVERNOR.address:
            return
        self.run(key, self.one_of(_INTERNAL))


def _refused(code: str) -> Callable[[Ledger, Call], object]:
    def refuse(_: Ledger, call: Call) -> NoReturn:
        raise DomainError(code, caller=call.key)

    return refuse


def _internal(contract: str, function: str, *args: object) -> Command:
    return Command(
        name=f"{contract}.{function}",
        contract=contract,
        function=function,
        args=args,
        apply=_refused(codes.NOT_A_MODULE),
    )


def _governed(contract: str, function: str, *args: object) -> Command:
    return Command(
        name=f"{contract}.{function}",
        contract=contract,
        function=function,
        args=args,
        apply=_refused(codes.ACCESS_MANAGED_UNAUTHORIZED),
    )


_PLEDGE = (AssetId.of_lot(LotId.root(1)).number, 1, 1, 0, digest("agreement"), digest("registration"))
_SOMEBODY = GOVERNOR.address
_INTERNAL = (
    _internal("Ledger", "encumber", _PLEDGE[0], 1),
    _internal("Ledger", "unencumber", _PLEDGE[0]),
    _internal("Ledger", "transferSold", LotId.root(1).number, 1, 2),
    _internal("Ledger", "applyPayment", 1, 1, 1, [(0, 0, 0)]),
    _internal("Cash", "move", 1, 2, CURRENCIES[0], 1, digest("reference")),
    _internal("Cash", "settle", 1, CURRENCIES[0], [], digest("reference")),
    _internal("LienRegistry", "place", _PLEDGE, 1, 1),
    _internal("LienRegistry", "collect", _PLEDGE[0], 1),
    _internal("LienRegistry", "discharge", _PLEDGE[0]),
    _internal("LienRegistry", "reassign", _PLEDGE[0], 1, digest("agreement")),
    _internal("LienRegistry", "enforce", _PLEDGE[0], 1, digest("reason")),
    _internal("Ledger", "divide", _PLEDGE[0], 1),
    _internal("Facilities", "collect", 1 << 63 | 1, _PLEDGE[0], 1),
    _internal("Financing", "collect", 1, 1),
    *(
        _governed(contract, "setModule", _SOMEBODY, True)
        for contract in ("Ledger", "Cash", "LienRegistry", "Financing", "Facilities")
    ),
    _governed("LienRegistry", "setAssetKind", 4, _SOMEBODY),
)
