"""Folds of the events of cash and financing; see counterfoil.domain.projection.fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.interest import day_of
from counterfoil.domain.lot import LotId
from counterfoil.domain.state.ledger_state import Financing, LedgerState, Redemption
from counterfoil.domain.states import FinancingKind, FinancingState


def cash_issued(state: LedgerState, event: cash.CashIssued, _: Recorded) -> None:
    """A deposit is booked once."""
    if event.deposit_hash in state.deposits:
        raise ValueError("the deposit was booked before")
    state.deposits.add(event.deposit_hash)
    state.issued[event.currency] += event.amount_minor
    state.balances[event.party_id, event.currency] += event.amount_minor


def cash_redeemed(state: LedgerState, event: cash.CashRedeemed, _: Recorded) -> None:
    """Cash leaves the ledger; the bank's debt is on record."""
    _require_next("redemption", event.redemption_id, state.redemptions)
    _take(state, event.party_id, event.currency, event.amount_minor)
    state.redeemed[event.currency] += event.amount_minor
    state.redemptions[event.redemption_id] = Redemption(
        party_id=event.party_id, currency=event.currency, amount_minor=event.amount_minor
    )


def payout_attested(state: LedgerState, event: cash.PayoutAttested, _: Recorded) -> None:
    """Paid once."""
    redemption = state.redemptions[event.redemption_id]
    if redemption.paid:
        raise ValueError(f"redemption {event.redemption_id} was paid before")
    state.redemptions[event.redemption_id] = replace(redemption, paid=True)


def cash_moved(state: LedgerState, event: cash.CashMoved, _: Recorded) -> None:
    """From one to the other."""
    _take(state, event.from_id, event.currency, event.amount_minor)
    state.balances[event.to_id, event.currency] += event.amount_minor


def cash_settled(state: LedgerState, event: cash.CashSettled, _: Recorded) -> None:
    """Receivers first, then the payer, who may be among them."""
    for payment in event.payments:
        state.balances[payment.party_id, event.currency] += payment.amount_minor
    _take(state, event.from_id, event.currency, sum(each.amount_minor for each in event.payments))


def loan_offered(state: LedgerState, event: cash.LoanOffered, _: Recorded) -> None:
    """Terms as offered; the currency is the note's."""
    _require_next("financing", event.financing_id, state.financings)
    state.financings[event.financing_id] = Financing(
        financing_id=event.financing_id,
        kind=FinancingKind.LOAN,
        lot_id=event.lot_id,
        funder_id=event.funder_id,
        currency=_currency(state, event.lot_id),
        amount_minor=event.principal_minor,
        expires_at_s=event.expires_at_s,
        agreement_hash=event.agreement_hash,
        rate_bps=event.rate_bps,
        day_basis=event.day_basis,
        due_at_s=event.due_at_s,
        registered_at_s=event.registered_at_s,
        registration_hash=event.registration_hash,
    )


def purchase_offered(state: LedgerState, event: cash.PurchaseOffered, _: Recorded) -> None:
    """Terms as offered; the currency is the note's."""
    _require_next("financing", event.financing_id, state.financings)
    state.financings[event.financing_id] = Financing(
        financing_id=event.financing_id,
        kind=FinancingKind.PURCHASE,
        lot_id=event.lot_id,
        funder_id=event.funder_id,
        currency=_currency(state, event.lot_id),
        amount_minor=event.price_minor,
        expires_at_s=event.expires_at_s,
        agreement_hash=event.agreement_hash,
    )


def offer_withdrawn(state: LedgerState, event: cash.OfferWithdrawn, _: Recorded) -> None:
    """The offer binds no more."""
    found = _in_state(state, event.financing_id, FinancingState.OFFERED)
    state.financings[event.financing_id] = replace(found, state=FinancingState.WITHDRAWN)


def loan_drawn_down(state: LedgerState, event: cash.LoanDrawnDown, recorded: Recorded) -> None:
    """Interest runs from this day."""
    found = _in_state(state, event.financing_id, FinancingState.OFFERED)
    state.financings[event.financing_id] = replace(
        found,
        state=FinancingState.DRAWN_DOWN,
        holder_id=event.borrower_id,
        principal_minor=found.amount_minor,
        accrued_day=day_of(recorded.at_s),
    )


def lot_purchased(state: LedgerState, event: cash.LotPurchased, _: Recorded) -> None:
    """The price is final and so is the sale."""
    found = _in_state(state, event.financing_id, FinancingState.OFFERED)
    state.financings[event.financing_id] = replace(
        found, state=FinancingState.PURCHASED, holder_id=event.seller_id
    )


def loan_repaid(state: LedgerState, event: cash.LoanRepaid, recorded: Recorded) -> None:
    """What is left, with interest up to this day."""
    found = _in_state(state, event.financing_id, FinancingState.DRAWN_DOWN, FinancingState.DEFAULTED)
    if found.principal_minor - event.principal_minor != event.principal_left_minor:
        raise ValueError(f"financing {event.financing_id}: the principal left does not follow")
    state.financings[event.financing_id] = replace(
        found,
        principal_minor=event.principal_left_minor,
        interest_minor=event.interest_left_minor,
        accrued_day=day_of(recorded.at_s),
        repaid_minor=found.repaid_minor + event.interest_minor + event.principal_minor,
    )


def loan_closed(state: LedgerState, event: cash.LoanClosed, _: Recorded) -> None:
    """Nothing is owed."""
    found = _in_state(state, event.financing_id, FinancingState.DRAWN_DOWN, FinancingState.DEFAULTED)
    if found.principal_minor or found.interest_minor:
        raise ValueError(f"financing {event.financing_id} is closed with a debt")
    state.financings[event.financing_id] = replace(found, state=FinancingState.REPAID)


def loan_defaulted(state: LedgerState, event: cash.LoanDefaulted, _: Recorded) -> None:
    """Past due; interest runs on."""
    found = _in_state(state, event.financing_id, FinancingState.DRAWN_DOWN)
    state.financings[event.financing_id] = replace(found, state=FinancingState.DEFAULTED)


def _require_next(kind: str, number: int, known: Mapping[int, object]) -> None:
    """Numbers are given without gaps, so a gap is a missed event."""
    if number != len(known) + 1:
        raise ValueError(f"{kind} {number} follows {len(known)} of them")


def _currency(state: LedgerState, lot_id: LotId) -> int:
    return state.notes[lot_id.note_id].currency


def _take(state: LedgerState, party_id: int, currency: int, amount_minor: int) -> None:
    left = state.balance_of(party_id, currency) - amount_minor
    if left < 0:
        raise ValueError(f"party {party_id} pays {amount_minor} of {left + amount_minor}")
    state.balances[party_id, currency] = left


def _in_state(state: LedgerState, financing_id: int, *expected: FinancingState) -> Financing:
    found = state.financings[financing_id]
    if found.state not in expected:
        raise ValueError(f"financing {financing_id} is {found.state.name}")
    return found
