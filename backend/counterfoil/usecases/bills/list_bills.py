"""Bills of lading: holders, endorsements, and what each was switched from or discharged into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.events.goods_events import BillEndorsed, BillTransferEnforced, BillTransferForced
from counterfoil.domain.goods.good import Good
from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.goods_state import Bill
from counterfoil.domain.states import BillState
from counterfoil.usecases.goods_resolving import find_bill
from counterfoil.usecases.liens.lien_history import LienSheet, lien_history
from counterfoil.usecases.receipts.list_stocks import plain_quantity
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsement:
    """One step of the chain. by_order: a court or an enforcement moved it."""

    at: datetime
    to_id: int
    to_name: str
    by_order: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSheet:
    """A bill. state: Pledged where it is issued and a lien is in force. number: None where not kept here."""

    bill: Bill
    state: BillState
    number: str | None
    carrier_code: str | None
    good: Good | None
    holder_name: str
    carrier_name: str
    shipper_name: str
    endorsements: tuple[Endorsement, ...]
    liens: tuple[LienSheet, ...]

    @property
    def quantity(self) -> str:
        """In the good's unit."""
        unit = "" if self.good is None else f" {self.good.unit.code}"
        return f"{plain_quantity(self.bill.quantity, self.bill.decimals)}{unit}"


def show_bill(bench: Workbench, *, bill_id: int) -> BillSheet:
    """One bill; raises DomainError BillNotFound."""
    return _sheet(bench, find_bill(bench, bill_id))


def list_bills(bench: Workbench) -> tuple[BillSheet, ...]:
    """Every bill, by number on the ledger."""
    return tuple(_sheet(bench, each) for _, each in sorted(bench.read_model.state.bills.items()))


def _sheet(bench: Workbench, bill: Bill) -> BillSheet:
    asset_id = AssetId.of_bill(bill.bill_id)
    pledged = bench.read_model.state.is_pledged(asset_id) and bill.state is BillState.ISSUED
    with bench.store.begin() as work:
        names = {party.party_id: party.name for party in work.parties.all() if party.party_id is not None}
        known = work.titles.bill_number_of(bill.number)
        good = work.titles.good_by_key(bill.good)
    moves = [
        (recorded.at_s, recorded.event)
        for recorded in bench.read_model.history_of(
            f"bill:{bill.bill_id}", BillEndorsed, BillTransferForced, BillTransferEnforced
        )
        if isinstance(recorded.event, BillEndorsed | BillTransferForced | BillTransferEnforced)
        and recorded.event.bill_id == bill.bill_id
    ]
    return BillSheet(
        bill=bill,
        state=BillState.PLEDGED if pledged else bill.state,
        number=None if known is None else known[1],
        carrier_code=None if known is None else known[0],
        good=good,
        holder_name=names.get(bill.holder_id, ""),
        carrier_name=names.get(bill.carrier_id, ""),
        shipper_name=names.get(bill.shipper_id, ""),
        endorsements=tuple(
            Endorsement(
                at=datetime.fromtimestamp(at_s, UTC),
                to_id=event.to_id,
                to_name=names.get(event.to_id, ""),
                by_order=not isinstance(event, BillEndorsed),
            )
            for at_s, event in moves
        ),
        liens=lien_history(bench, asset=asset_id),
    )
