"""Pay a note, as its debtor: every holder of record gets its share, a pledgee before its pledgor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.ledger_events import PaymentApplied
from counterfoil.domain.lot import Lot
from counterfoil.domain.money import Currency
from counterfoil.domain.state.ledger_state import Note
from counterfoil.domain.states import NoteState
from counterfoil.ports.engine import Receipt
from counterfoil.ports.ledger import LotRun
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import Actor, actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note, positive_minor
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSettlement(Outcome):
    """paid_minor: over all calls. settled: nothing of the note is left to pay."""

    paid_minor: int
    settled: bool


def settle_note(
    bench: Workbench, *, note_id: int, actor: PartyRef | None = None, amount_minor: int | None = None
) -> NoteSettlement:
    """Pay `amount_minor` of a matured note, or all that is due (None), over as many calls as it takes.

    actor: the debtor, None takes it from the note. A payment that was interrupted goes on where it stopped.
    Raises DomainError NothingDue, PaymentRoundOpen, and what the ledger refuses: NotMatured,
    CashInsufficient, PaymentTooLarge, NotDebtor.
    """
    note = find_note(bench, note_id)
    acting = actor_of(bench, note.debtor_id if actor is None else actor)
    amount = _round_amount(note, amount_minor)
    receipts: list[Receipt] = []
    for runs in chunks_of_runs(_unreached(bench, note), bench.lots_per_call):
        receipts.append(_settle(bench, acting, note_id, amount, runs))
    paid = sum(_paid_minor(bench, receipt) for receipt in receipts)
    settled = find_note(bench, note_id).state is NoteState.SETTLED
    return NoteSettlement(operation="settle_note", receipts=tuple(receipts), paid_minor=paid, settled=settled)


def _settle(
    bench: Workbench, acting: Actor, note_id: int, amount_minor: int, runs: Sequence[LotRun]
) -> Receipt:
    return carry_out(
        bench,
        "settle_note",
        lambda: bench.ledger.settle_note(
            by=acting.key, note_id=note_id, amount_minor=amount_minor, runs=runs
        ),
    )


def _paid_minor(bench: Workbench, receipt: Receipt) -> int:
    """What one call paid out, over all lots."""
    applied = bench.ledger.decode(receipt.only("PaymentApplied"))
    if applied is None or not isinstance(applied.event, PaymentApplied):
        raise TypeError(f"{receipt.tx_hash}: PaymentApplied was decoded as something else")
    return sum(payout.amount_minor for payout in applied.event.payouts)


def _round_amount(note: Note, asked_minor: int | None) -> int:
    currency = Currency.of_numeric(note.currency)
    if note.round is not None:
        if asked_minor not in (None, note.round.amount_minor):
            raise DomainError(
                refusals.ROUND_OPEN, note_id=note.note_id, amount=currency.format(note.round.amount_minor)
            )
        return note.round.amount_minor
    if asked_minor is not None:
        return positive_minor(asked_minor, currency, field="amount")
    due = note.open_minor - note.disputed_minor
    # Upheld disputes may leave nothing to pay and lots to close: then the round's amount is zero.
    if due == 0 and note.open_minor != 0:
        raise DomainError(refusals.NOTHING_DUE, note_id=note.note_id)
    return due


def _unreached(bench: Workbench, note: Note) -> list[Lot]:
    reached = 0 if note.round is None else note.round.cursor
    return [lot for lot in bench.read_model.state.leaves_of(note.note_id) if lot.first > reached]


def chunks_of_runs(lots: Sequence[Lot], most: int) -> Iterator[list[LotRun]]:
    """Lots in order of position as runs of neighbours, at most `most` lots a chunk."""
    for start in range(0, len(lots), most):
        runs: list[LotRun] = []
        for lot in lots[start : start + most]:
            segment, index = lot.lot_id.segment, lot.lot_id.index
            if runs and runs[-1][0] == segment and runs[-1][2] + 1 == index:
                runs[-1] = (segment, runs[-1][1], index)
            else:
                runs.append((segment, index, index))
        yield runs
