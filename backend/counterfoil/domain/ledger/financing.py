"""Commands over financing (contracts/interfaces/IFinancing.sol): loan against a lot, or purchase of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.interest import day_of, owed_minor
from counterfoil.domain.ledger.book import NO_HASH, Book, Call, refuse
from counterfoil.domain.ledger.cash import Cash
from counterfoil.domain.ledger.liens import Liens, Pledge
from counterfoil.domain.ledger.lots import Lots
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.refusals import money_refusals as money_codes
from counterfoil.domain.state.ledger_state import Financing, Note
from counterfoil.domain.states import (
    FinancingKind,
    FinancingState,
    LienState,
    NoteState,
    PartyRole,
)

MAX_RATE_BPS = 10_000
DAY_BASES = (360, 365)
WHOLE_DEBT = 2**48 - 1
"""Stated as the amount of a repayment: whatever is owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """What a funder offers; see IFinancing.LoanTerms."""

    lot_id: LotId
    principal_minor: int
    rate_bps: int
    day_basis: int
    due_at_s: int
    expires_at_s: int
    registered_at_s: int
    agreement_hash: bytes
    registration_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseTerms:
    """What a funder pays for a lot, without recourse."""

    lot_id: LotId
    price_minor: int
    expires_at_s: int
    agreement_hash: bytes


class Financings:
    """The commands of funder and holder. Money and asset change hands at once or not at all."""

    def __init__(self, book: Book, *, lots: Lots, liens: Liens, cash_book: Cash) -> None:
        self._book = book
        self._state = book.state
        self._lots = lots
        self._liens = liens
        self._cash = cash_book

    def offer_loan(self, call: Call, terms: LoanTerms) -> int:
        """Offer a loan; returns the number of the financing."""
        funder_id = self._book.actor_with(call, PartyRole.FUNDER).party_id
        note = self._check_offer(
            call,
            funder_id=funder_id,
            lot_id=terms.lot_id,
            amount_minor=terms.principal_minor,
            expires_at_s=terms.expires_at_s,
            agreement_hash=terms.agreement_hash,
        )
        _check_loan_terms(call, terms, note)
        financing = Financing(
            financing_id=len(self._state.financings) + 1,
            kind=FinancingKind.LOAN,
            lot_id=terms.lot_id,
            funder_id=funder_id,
            currency=note.currency,
            amount_minor=terms.principal_minor,
            expires_at_s=terms.expires_at_s,
            agreement_hash=terms.agreement_hash,
            rate_bps=terms.rate_bps,
            day_basis=terms.day_basis,
            due_at_s=terms.due_at_s,
            registered_at_s=terms.registered_at_s,
            registration_hash=terms.registration_hash,
        )
        self._put(financing)
        self._book.record(
            call,
            cash.LoanOffered(
                financing_id=financing.financing_id,
                lot_id=terms.lot_id,
                funder_id=funder_id,
                principal_minor=terms.principal_minor,
                rate_bps=terms.rate_bps,
                day_basis=terms.day_basis,
                due_at_s=terms.due_at_s,
                expires_at_s=terms.expires_at_s,
                registered_at_s=terms.registered_at_s,
                agreement_hash=terms.agreement_hash,
                registration_hash=terms.registration_hash,
            ),
        )
        return financing.financing_id

    def offer_purchase(self, call: Call, terms: PurchaseTerms) -> int:
        """Offer to buy a lot; returns the number of the financing."""
        funder_id = self._book.actor_with(call, PartyRole.FUNDER).party_id
        note = self._check_offer(
            call,
            funder_id=funder_id,
            lot_id=terms.lot_id,
            amount_minor=terms.price_minor,
            expires_at_s=terms.expires_at_s,
            agreement_hash=terms.agreement_hash,
        )
        financing = Financing(
            financing_id=len(self._state.financings) + 1,
            kind=FinancingKind.PURCHASE,
            lot_id=terms.lot_id,
            funder_id=funder_id,
            currency=note.currency,
            amount_minor=terms.price_minor,
            expires_at_s=terms.expires_at_s,
            agreement_hash=terms.agreement_hash,
        )
        self._put(financing)
        self._book.record(
            call,
            cash.PurchaseOffered(
                financing_id=financing.financing_id,
                lot_id=terms.lot_id,
                funder_id=funder_id,
                price_minor=terms.price_minor,
                expires_at_s=terms.expires_at_s,
                agreement_hash=terms.agreement_hash,
            ),
        )
        return financing.financing_id

    def withdraw_offer(self, call: Call, *, financing_id: int) -> None:
        """The funder takes its offer back."""
        financing = self._in_state(financing_id, FinancingState.OFFERED)
        self._require_funder(call, financing)
        self._put(replace(financing, state=FinancingState.WITHDRAWN))
        self._book.record(call, cash.OfferWithdrawn(financing_id=financing_id))

    def accept(self, call: Call, *, financing_id: int) -> None:
        """The holder takes the offer."""
        financing = self._in_state(financing_id, FinancingState.OFFERED)
        holder_id = self._book.actor(call).party_id
        if call.now_s > financing.expires_at_s:
            refuse(money_codes.OFFER_EXPIRED, financing=financing_id, expires_at=financing.expires_at_s)
        if not self._state.parties[financing.funder_id].is_active:
            refuse(codes.PARTY_SUSPENDED, party=financing.funder_id)
        with self._book.whole():
            if financing.kind is FinancingKind.PURCHASE:
                self._buy(call, financing, holder_id)
            else:
                self._draw_down(call, financing, holder_id)
            self._cash.pay(
                call,
                from_id=financing.funder_id,
                to_id=holder_id,
                currency=financing.currency,
                amount_minor=financing.amount_minor,
                reference=_reference(financing_id),
            )

    def repay(self, call: Call, *, financing_id: int, amount_minor: int) -> int:
        """Pay a loan back in whole (WHOLE_DEBT) or in part; returns what was paid."""
        financing = self._owing(financing_id)
        actor_id = self._book.actor(call).party_id
        if actor_id != financing.holder_id:
            refuse(money_codes.NOT_BORROWER, financing=financing_id, actor=actor_id)
        principal, interest = self.debt_of(financing, call.now_s)
        if amount_minor == WHOLE_DEBT:
            amount_minor = principal + interest
        if amount_minor > principal + interest:
            refuse(
                money_codes.REPAYMENT_TOO_LARGE,
                financing=financing_id,
                debt_minor=principal + interest,
                amount_minor=amount_minor,
            )
        self._cash.require_movable(
            from_id=actor_id,
            to_id=financing.funder_id,
            currency=financing.currency,
            amount_minor=amount_minor,
        )
        left = self._book_payment(call, financing, amount_minor, from_settlement=False)
        self._cash.move(
            call,
            from_id=actor_id,
            to_id=financing.funder_id,
            currency=financing.currency,
            amount_minor=amount_minor,
            reference=_reference(financing_id),
        )
        if left.state is FinancingState.REPAID:
            self._discharge_own_lien(call, financing)
        return amount_minor

    def mark_defaulted(self, call: Call, *, financing_id: int) -> None:
        """The funder records that the loan was not paid when due."""
        financing = self._in_state(financing_id, FinancingState.DRAWN_DOWN)
        self._require_funder(call, financing)
        if call.now_s <= financing.due_at_s:
            refuse(
                money_codes.LOAN_NOT_DUE,
                financing=financing_id,
                due_at=financing.due_at_s,
                now_at=call.now_s,
            )
        self._put(replace(financing, state=FinancingState.DEFAULTED))
        debt_minor = sum(self.debt_of(financing, call.now_s))
        self._book.record(call, cash.LoanDefaulted(financing_id=financing_id, debt_minor=debt_minor))

    # -- what settlement asks --

    def collect(self, call: Call, *, financing_id: int, available_minor: int) -> tuple[int, int, bool]:
        """Take what a loan is owed from its lot's payment: (funder, amount, whether a debt is left)."""
        financing = self._owing(financing_id)
        if available_minor == 0:
            return financing.funder_id, 0, True
        taken = min(available_minor, sum(self.debt_of(financing, call.now_s)))
        left = self._book_payment(call, financing, taken, from_settlement=True)
        return financing.funder_id, taken, left.state is not FinancingState.REPAID

    @staticmethod
    def debt_of(financing: Financing, at_s: int) -> tuple[int, int]:
        """Principal and interest owed at a time, in minor units."""
        return financing.principal_minor, owed_minor(
            principal_minor=financing.principal_minor,
            interest_minor=financing.interest_minor,
            rate_bps=financing.rate_bps,
            day_basis=financing.day_basis,
            days_run=day_of(at_s) - financing.accrued_day,
        )

    def _book_payment(
        self, call: Call, financing: Financing, amount_minor: int, *, from_settlement: bool
    ) -> Financing:
        """Book a payment, interest first; returns the loan as it is then, closed where nothing is left."""
        principal, interest = self.debt_of(financing, call.now_s)
        to_interest = min(amount_minor, interest)
        to_principal = amount_minor - to_interest
        left = replace(
            financing,
            principal_minor=principal - to_principal,
            interest_minor=interest - to_interest,
            accrued_day=day_of(call.now_s),
            repaid_minor=financing.repaid_minor + amount_minor,
        )
        self._put(left)
        self._book.record(
            call,
            cash.LoanRepaid(
                financing_id=financing.financing_id,
                interest_minor=to_interest,
                principal_minor=to_principal,
                principal_left_minor=left.principal_minor,
                interest_left_minor=left.interest_minor,
                from_settlement=from_settlement,
            ),
        )
        if left.principal_minor == 0 and left.interest_minor == 0:
            left = replace(left, state=FinancingState.REPAID)
            self._put(left)
            self._book.record(call, cash.LoanClosed(financing_id=financing.financing_id))
        return left

    def _check_offer(
        self,
        call: Call,
        *,
        funder_id: int,
        lot_id: LotId,
        amount_minor: int,
        expires_at_s: int,
        agreement_hash: bytes,
    ) -> Note:
        if amount_minor == 0:
            refuse(money_codes.TERM_INVALID, field="amountMinor")
        if expires_at_s <= call.now_s:
            refuse(money_codes.TERM_INVALID, field="expiresAt")
        if agreement_hash == NO_HASH:
            refuse(money_codes.TERM_INVALID, field="agreementHash")
        note = self._state.notes.get(lot_id.note_id)
        if note is None or note.state is not NoteState.LIVE:
            refuse(
                codes.UNEXPECTED_NOTE_STATE,
                note=lot_id.note_id,
                current=NoteState.NONE if note is None else note.state,
                expected=NoteState.LIVE,
            )
        lot = self._lots.lot(lot_id)
        if lot.holder_id == funder_id:
            refuse(money_codes.OFFER_TO_SELF, party=funder_id)
        if amount_minor > lot.length_minor:
            refuse(
                money_codes.PRINCIPAL_ABOVE_LOT,
                lot=lot_id.number,
                length_minor=lot.length_minor,
                amount_minor=amount_minor,
            )
        return note

    def _buy(self, call: Call, financing: Financing, seller_id: int) -> None:
        lot = self._lots.require_sellable(
            call, lot_id=financing.lot_id, from_id=seller_id, to_id=financing.funder_id
        )
        self._put(replace(financing, state=FinancingState.PURCHASED, holder_id=seller_id))
        self._book.record(call, cash.LotPurchased(financing_id=financing.financing_id, seller_id=seller_id))
        self._lots.sell(call, lot=lot, to_id=financing.funder_id)

    def _draw_down(self, call: Call, financing: Financing, borrower_id: int) -> None:
        agreed = Pledge(
            asset_id=AssetId.of_lot(financing.lot_id),
            pledgee_id=financing.funder_id,
            secured_minor=financing.amount_minor,
            registered_at_s=financing.registered_at_s,
            agreement_hash=financing.agreement_hash,
            registration_hash=financing.registration_hash,
        )
        self._put(
            replace(
                financing,
                state=FinancingState.DRAWN_DOWN,
                holder_id=borrower_id,
                principal_minor=financing.amount_minor,
                accrued_day=day_of(call.now_s),
            )
        )
        self._book.record(
            call, cash.LoanDrawnDown(financing_id=financing.financing_id, borrower_id=borrower_id)
        )
        self._liens.place(call, agreed, pledgor_id=borrower_id, financing_id=financing.financing_id)

    def _discharge_own_lien(self, call: Call, financing: Financing) -> None:
        """The pledgee may have given the lien up; then there is none to discharge."""
        asset_id = AssetId.of_lot(financing.lot_id)
        lien = self._state.lien_of(asset_id)
        if (
            lien is not None
            and lien.state is LienState.ACTIVE
            and lien.financing_id == financing.financing_id
        ):
            self._liens.discharge(call, asset_id)

    def _require_funder(self, call: Call, financing: Financing) -> None:
        actor_id = self._book.actor(call).party_id
        if actor_id != financing.funder_id:
            refuse(money_codes.NOT_FUNDER, financing=financing.financing_id, actor=actor_id)

    def _in_state(self, financing_id: int, *expected: FinancingState) -> Financing:
        """The financing, if it is in one of these states; a refusal names the first."""
        financing = self._state.financings.get(financing_id)
        if financing is None:
            refuse(money_codes.FINANCING_UNKNOWN, financing=financing_id)
        if financing.state not in expected:
            refuse(
                money_codes.UNEXPECTED_FINANCING_STATE,
                financing=financing_id,
                current=financing.state,
                expected=expected[0],
            )
        return financing

    def _owing(self, financing_id: int) -> Financing:
        return self._in_state(financing_id, FinancingState.DRAWN_DOWN, FinancingState.DEFAULTED)

    def _put(self, financing: Financing) -> None:
        self._state.financings[financing.financing_id] = financing


def _check_loan_terms(call: Call, terms: LoanTerms, note: Note) -> None:
    if terms.rate_bps > MAX_RATE_BPS:
        refuse(money_codes.TERM_INVALID, field="rateBps")
    if terms.day_basis not in DAY_BASES:
        refuse(money_codes.TERM_INVALID, field="dayBasis")
    if not call.now_s < terms.due_at_s <= note.maturity_at_s:
        refuse(money_codes.TERM_INVALID, field="dueAt")
    if terms.expires_at_s > terms.due_at_s:
        refuse(money_codes.TERM_INVALID, field="expiresAt")
    if terms.registered_at_s > call.now_s:
        refuse(money_codes.TERM_INVALID, field="registeredAt")


def _reference(financing_id: int) -> bytes:
    return financing_id.to_bytes(32, "big")
