"""What falls due on notes: the loan is repaid in part, notes mature, and settlement pays every holder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.money import Currency
from counterfoil.domain.states import FinancingState
from counterfoil.entrypoints.demo.agenda import Appointment
from counterfoil.entrypoints.demo.financing import DrawnLoan
from counterfoil.entrypoints.demo.telling import Advance, Teller
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.financing.repay_loan import repay_loan
from counterfoil.usecases.notes.settle_note import settle_note


def due_on_notes(
    ledger: OpenLedger, note_ids: Sequence[int], loan: DrawnLoan | None, teller: Teller, done: Advance
) -> Iterator[Appointment]:
    """The early repayment, and each note at its maturity. done: called for each note that was settled."""
    if loan is not None and loan.repay_at is not None:
        yield Appointment(at=loan.repay_at, act=partial(_repay_early, ledger, loan, teller))
    notes = ledger.bench.read_model.state.notes
    for note_id in note_ids:
        maturity = datetime.fromtimestamp(notes[note_id].maturity_at_s, UTC)
        yield Appointment(at=maturity, act=partial(_settle, ledger, note_id, done))


def repay_what_is_left(ledger: OpenLedger, loan: DrawnLoan | None, teller: Teller) -> None:
    """What the settlement of the pledged lot did not cover."""
    if loan is None:
        return
    financing = ledger.bench.read_model.state.financings[loan.financing_id]
    if financing.state is FinancingState.REPAID:
        teller.say("  the loan is repaid out of the settlement, the pledgee before the pledgor")
        return
    before = financing.repaid_minor
    repay_loan(ledger.bench, actor=loan.borrower, financing_id=loan.financing_id)
    after = ledger.bench.read_model.state.financings[loan.financing_id].repaid_minor
    teller.say(f"  party {loan.borrower} repays the rest, {_money(ledger, loan, after - before)}")


def _repay_early(ledger: OpenLedger, loan: DrawnLoan, teller: Teller) -> None:
    paid = repay_loan(
        ledger.bench, actor=loan.borrower, financing_id=loan.financing_id, amount_minor=loan.early_minor
    )
    teller.say(
        f"  party {loan.borrower} repays {_money(ledger, loan, loan.early_minor)} early,"
        f" {_money(ledger, loan, paid.interest_minor)} of it interest"
    )


def _settle(ledger: OpenLedger, note_id: int, done: Advance) -> None:
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
    done()


def _money(ledger: OpenLedger, loan: DrawnLoan, amount_minor: int) -> str:
    financing = ledger.bench.read_model.state.financings[loan.financing_id]
    return Currency.of_numeric(financing.currency).format(amount_minor)
