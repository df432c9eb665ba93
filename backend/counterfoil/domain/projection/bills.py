"""Folds of the events of bills of lading; see counterfoil.domain.projection.fold."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.state.goods_state import Bill
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import BillState, ReceiptState


def bill_issued(state: LedgerState, event: ev.BillIssued, _: Recorded) -> None:
    """A number is used once for ever."""
    terms = event.terms
    if event.bill_id != len(state.bills) + 1:
        raise ValueError(f"bill {event.bill_id} follows {len(state.bills)} bills")
    if terms.number in state.bill_numbers:
        raise ValueError(f"bill {event.bill_id} has the number of bill {state.bill_numbers[terms.number]}")
    state.bill_numbers[terms.number] = event.bill_id
    state.bills[event.bill_id] = Bill(
        bill_id=event.bill_id,
        number=terms.number,
        carrier_id=event.carrier_id,
        shipper_id=terms.shipper_id,
        holder_id=event.holder_id,
        good=terms.good,
        quantity=terms.quantity,
        decimals=terms.decimals,
        detail_root=terms.detail_root,
    )


def bill_endorsed(state: LedgerState, event: ev.BillEndorsed, _: Recorded) -> None:
    """One more link of the chain."""
    bill = _in_state(state, event.bill_id, BillState.ISSUED)
    _require_moves(bill, event.to_id)
    if event.sequence != bill.sequence + 1:
        raise ValueError(f"bill {event.bill_id}: endorsement {event.sequence} follows {bill.sequence}")
    _put(state, replace(bill, holder_id=event.to_id, sequence=event.sequence))


def bill_surrendered(state: LedgerState, event: ev.BillSurrendered, _: Recorded) -> None:
    """Back with the carrier."""
    bill = _in_state(state, event.bill_id, BillState.ISSUED)
    _put(state, replace(bill, state=BillState.SURRENDERED))


def surrender_revoked(state: LedgerState, event: ev.SurrenderRevoked, _: Recorded) -> None:
    """With the holder again."""
    bill = _in_state(state, event.bill_id, BillState.SURRENDERED)
    _put(state, replace(bill, state=BillState.ISSUED))


def bill_switched(state: LedgerState, event: ev.BillSwitched, _: Recorded) -> None:
    """The replacement was issued just before, for the same holder, good and quantity."""
    bill = _in_state(state, event.bill_id, BillState.SURRENDERED)
    other = _in_state(state, event.replacement_id, BillState.ISSUED)
    alike = ("carrier_id", "holder_id", "good", "decimals", "quantity")
    if other is bill or any(getattr(other, name) != getattr(bill, name) for name in alike):
        raise ValueError(f"bill {event.replacement_id} does not replace bill {event.bill_id}")
    _put(state, replace(bill, state=BillState.SWITCHED))
    _put(state, replace(other, replaces_id=event.bill_id))


def bill_discharged(state: LedgerState, event: ev.BillDischarged, _: Recorded) -> None:
    """Into the draft of a receipt, which takes one bill."""
    bill = _in_state(state, event.bill_id, BillState.SURRENDERED)
    if state.receipts[event.receipt_id].state is not ReceiptState.DRAFT:
        raise ValueError(f"receipt {event.receipt_id} is no draft")
    if event.receipt_id in state.receipt_bills:
        raise ValueError(f"receipt {event.receipt_id} has bill {state.receipt_bills[event.receipt_id]}")
    state.receipt_bills[event.receipt_id] = event.bill_id
    _put(state, replace(bill, state=BillState.DISCHARGED, receipt_id=event.receipt_id))


def bill_reinstated(state: LedgerState, event: ev.BillReinstated, _: Recorded) -> None:
    """The receipt that it ended in is no more."""
    bill = _in_state(state, event.bill_id, BillState.DISCHARGED)
    if bill.receipt_id is None or state.receipts[bill.receipt_id].state is not ReceiptState.CANCELLED:
        raise ValueError(f"receipt {bill.receipt_id} lives")
    del state.receipt_bills[bill.receipt_id]
    _put(state, replace(bill, state=BillState.ISSUED, receipt_id=None))


def bill_frozen(state: LedgerState, event: ev.BillFrozen, _: Recorded) -> None:
    """Remember where it returns to."""
    bill = _in_state(state, event.bill_id, BillState.ISSUED, BillState.SURRENDERED)
    _put(state, replace(bill, state=BillState.FROZEN, before=bill.state))


def bill_unfrozen(state: LedgerState, event: ev.BillUnfrozen, _: Recorded) -> None:
    """Back to what it was."""
    bill = _in_state(state, event.bill_id, BillState.FROZEN)
    if bill.before is not event.state:
        raise ValueError(f"bill {event.bill_id} was {bill.before.name} before its freeze")
    _put(state, replace(bill, state=event.state, before=BillState.NONE))


def bill_transfer_forced(state: LedgerState, event: ev.BillTransferForced, _: Recorded) -> None:
    """A new holder by order; a surrender by the former one ends, nothing else does."""
    bill = _in_state(state, event.bill_id, BillState.ISSUED, BillState.SURRENDERED, BillState.FROZEN)
    if bill.holder_id != event.from_id:
        raise ValueError(f"bill {event.bill_id} is held by {bill.holder_id}")
    _require_moves(bill, event.to_id)
    moved = replace(bill, holder_id=event.to_id)
    if bill.state is BillState.SURRENDERED:
        moved = replace(moved, state=BillState.ISSUED)
    if bill.before is BillState.SURRENDERED:
        moved = replace(moved, before=BillState.ISSUED)
    _put(state, moved)


def bill_transfer_enforced(state: LedgerState, event: ev.BillTransferEnforced, _: Recorded) -> None:
    """A new holder in enforcement."""
    bill = _in_state(state, event.bill_id, BillState.ISSUED)
    _require_moves(bill, event.to_id)
    _put(state, replace(bill, holder_id=event.to_id))


def _require_moves(bill: Bill, to_id: int) -> None:
    if to_id in (bill.holder_id, bill.carrier_id):
        raise ValueError(f"bill {bill.bill_id} cannot go to {to_id}")


def _in_state(state: LedgerState, bill_id: int, *expected: BillState) -> Bill:
    bill = state.bills[bill_id]
    if bill.state not in expected:
        raise ValueError(f"bill {bill_id} is {bill.state.name}")
    return bill


def _put(state: LedgerState, bill: Bill) -> None:
    state.bills[bill.bill_id] = bill
