"""Assign a whole lot to another party, with the trade behind it."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.lot import LotId
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import LotRef, PartyRef, find_lot, party_id_of, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class LotAssignment(Outcome):
    """The lot that the assignee holds, or is offered until it accepts."""

    lot_id: LotId
    moved: bool


def assign_lot(
    bench: Workbench, *, actor: PartyRef, lot: LotRef, to: PartyRef, reference: str
) -> LotAssignment:
    """Assign a lot as its holder. reference: order, contract or invoice; kept here, its hash on the ledger.

    The lot moves at once where the assignee accepts in advance; otherwise it is offered as a lot of its own.
    """
    acting = actor_of(bench, actor)
    lot_id = find_lot(bench, lot).lot_id
    to_id = party_id_of(bench, to)
    stated = required_text(reference, field="reference")
    background = keep_wording(
        bench, DocumentKind.BACKGROUND, {"lot": lot_id.number, "reference": stated, "to": to_id}
    )
    receipt = carry_out(
        bench,
        "assign_lot",
        lambda: bench.ledger.assign_lot(by=acting.key, lot_id=lot_id, to_id=to_id, background=background),
    )
    offered = [event.args["segment"] for event in receipt.events if event.event == "LotSplit"]
    return LotAssignment(
        operation="assign_lot",
        receipts=(receipt,),
        lot_id=LotId(lot_id.note_id, offered[0], 0) if offered else lot_id,
        moved=not offered,
    )
