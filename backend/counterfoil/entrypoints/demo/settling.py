"""Time passes: the loan is repaid in part, notes mature, and settlement pays every holder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.money import Currency
from counterfoil.domain.states import FinancingState
from counterfoil.entrypoints.demo.financing import DrawnLoan, seconds_until
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.usecases.issue_cash import issue_cash
from counterfoil.usecases.repay_loan import repay_loan
from counterfoil.usecases.settle_note import settle_note


def live_to_maturity(
    ledger: OpenLedger, note_ids: Sequence[int], loan: DrawnLoan | None, teller: Teller
) -> None:
    """Advance the clock from date to date and do what falls due there."""
    notes = ledger.bench.read_model.state.notes
    repay_at = None if loan is None else loan.repay_at
    by_date: dict[int, list[int]] = {}
    for note_id in note_ids:
        by_date.setdefault(notes[note_id].maturity_at_s, []).append(note_id)
    with teller.stage("Maturity: core enterprises pay, settlement pays every holder", len(note_ids)) as done:
        for maturity_s, due in sorted(by_date.items()):
            if loan is not None and repay_at is not None and repay_at.timestamp() < maturity_s:
                _repay_early(ledger, loan, repay_at, teller)
                repay_at = None
            _advance(ledger, datetime.fromtimestamp(maturity_s, UTC), teller)
            for note_id in due:
                _settle(ledger, note_id)
                done()
    if loan is not None:
        _repay_rest(ledger, loan, teller)


def _advance(ledger: OpenLedger, moment: datetime, teller: Teller) -> None:
    seconds = seconds_until(moment, ledger.bench.chain_now_s())
    if seconds:
        ledger.advance_time(seconds)
        teller.say(f"  the clock is advanced to {ledger.bench.now():%Y-%m-%d %H:%M} UTC")


def _repay_early(ledger: OpenLedger, loan: DrawnLoan, moment: datetime, teller: Teller) -> None:
    _advance(ledger, moment, teller)
    paid = repay_loan(
        ledger.bench, actor=loan.borrower, financing_id=loan.financing_id, amount_minor=loan.early_minor
    )
    teller.say(
        f"  party {loan.borrower} repays {_money(ledger, loan, loan.early_minor)} early,"
        f" {_money(ledger, loan, paid.interest_minor)} of it interest"
    )


def _settle(ledger: OpenLedger, note_id: int) -> None:
    """The debtor's money reaches its bank, and the debtor pays the note with it."""
    note = ledger.bench.read_model.state.notes[note_id]
    issue_cash(
        ledger.bench,
        party=note.debtor_id,
        currency=Currency.of_numeric(note.currency).code,
        amount_minor=note.open_minor,
        deposit=f"deposit of party {note.debtor_id} for note {note_id}",
    )
    settle_note(ledger.bench, note_id=note_id)


def _repay_rest(ledger: OpenLedger, loan: DrawnLoan, teller: Teller) -> None:
    """What the settlement of the pledged lot did not cover."""
    financing = ledger.bench.read_model.state.financings[loan.financing_id]
    if financing.state is FinancingState.REPAID:
        teller.say("  the loan is repaid out of the settlement, the pledgee before the pledgor")
        return
    before = financing.repaid_minor
    repay_loan(ledger.bench, actor=loan.borrower, financing_id=loan.financing_id)
    after = ledger.bench.read_model.state.financings[loan.financing_id].repaid_minor
    teller.say(f"  party {loan.borrower} repays the rest, {_money(ledger, loan, after - before)}")


def _money(ledger: OpenLedger, loan: DrawnLoan, amount_minor: int) -> str:
    financing = ledger.bench.read_model.state.financings[loan.financing_id]
    return Currency.of_numeric(financing.currency).format(amount_minor)
