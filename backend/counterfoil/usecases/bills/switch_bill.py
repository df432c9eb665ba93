"""Replace a surrendered bill of lading by one with another number, as the carrier."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.bills.issue_bill import BillDocument, BillOpened, bill_terms
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_bill
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Workbench


def switch_bill(bench: Workbench, *, actor: PartyRef, bill_id: int, document: BillDocument) -> BillOpened:
    """Switch: same holder, good and quantity, a number never used before."""
    acting = actor_of(bench, actor)
    bill = find_bill(bench, bill_id)
    terms = bill_terms(bench, carrier_name=acting.party.name, shipper=bill.holder_id, document=document)
    receipt = carry_out(
        bench,
        "switch_bill",
        lambda: bench.ledger.switch_bill(by=acting.key, bill_id=bill_id, terms=terms),
    )
    return BillOpened(
        operation="switch_bill",
        receipts=(receipt,),
        bill_id=receipt.only("BillSwitched").args["replacement"],
    )
