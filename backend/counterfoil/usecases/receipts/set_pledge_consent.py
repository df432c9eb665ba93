"""Seal pledges of a receipt in advance, as its keeper, or take that back for the future."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_receipt
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def set_pledge_consent(bench: Workbench, *, actor: PartyRef, receipt_id: int, given: bool = True) -> Outcome:
    """Give or end the consent, without which the receipt is not pledged (interpretation art. 59)."""
    acting = actor_of(bench, actor)
    find_receipt(bench, receipt_id)
    receipt = carry_out(
        bench,
        "set_pledge_consent",
        lambda: bench.ledger.set_pledge_consent(by=acting.key, receipt_id=receipt_id, given=given),
    )
    return Outcome(operation="set_pledge_consent", receipts=(receipt,))
