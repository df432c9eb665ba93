"""Whom an event concerns: the parties that may see it.

Who concerns itself with what is decided once, when the event is folded, from the state before it: who holds a
lot later learns nothing about earlier holders' business by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import council_events as council
from counterfoil.domain.events import facility_events as facilities
from counterfoil.domain.events import goods_events as goods
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId, LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import FacilityState, LienState

_PARTY_FIELDS = frozenset(
    {
        "party_id",
        "debtor_id",
        "creditor_id",
        "seller_id",
        "buyer_id",
        "funder_id",
        "borrower_id",
        "holder_id",
        "pledgee_id",
        "pledgor_id",
        "to_id",
        "from_id",
        "keeper_id",
        "inspector_id",
        "depositor_id",
        "carrier_id",
        "shipper_id",
        "by_id",
    }
)
# What happens to a note as a whole reaches everybody who is to be paid from it.
_OF_WHOLE_NOTE = (
    ev.NoteCancelled,
    ev.NoteDisputed,
    ev.DisputeWithdrawn,
    ev.DisputeResolved,
    ev.NoteMatured,
    ev.NoteOverdue,
    ev.NoteWrittenOff,
    ev.NoteSettled,
)
_ENDED_FACILITIES = (FacilityState.WITHDRAWN, FacilityState.CLOSED)

_OF_COUNCIL = (
    council.MemberAdmitted,
    council.MemberRemoved,
    council.ActProposed,
    council.ActApproved,
    council.ApprovalWithdrawn,
    council.ActExecuted,
)

Reach = Callable[[LedgerState, Any], Iterator[int | None]]

# What the fields of each kind of event lead to, found out when the first of a kind comes.
_ROUTES: dict[type[ev.LedgerEvent], tuple[tuple[str, ...], tuple[tuple[str, Reach], ...]]] = {}


def concerned(recorded: ev.Recorded, before: LedgerState) -> frozenset[int]:
    """The parties that may see an event, by the state before it.

    - Every party that the event itself names: in its fields, in the children of a split, in payouts and
      payments, and in the terms of a facility or a bill. A price source that an agreement names sees nothing
      of the agreement.
    - Of a note: its debtor and its creditor. What happens to it as a whole (dispute, maturity, write-off,
      settlement, cancellation) also reaches the holder, the offeree and the pledgee of each of its lots.
    - Of a lot and of liens on it: its holder, offeree and pledgee, and the note's debtor, who must know whom
      it will pay. An offer to finance a lot stays between the funder and the holder.
    - Of a receipt or bill and of liens on it: holder, pledgee, and keeper or carrier. A count of a stock also
      reaches who holds its live receipts or has them in pledge.
    - Of a financing or facility: funder and holder or borrower. Of a price: its source, and both sides of
      each facility that is not ended and goes by it.
    - Of the council: its members, and the party that comes into it or leaves it.
    - Of a redemption: the party that is to be paid. A block on a lot reaches every lot of its note.

    Events of administration concern no party: only those see them who see everything.
    """
    event = recorded.event
    kind = type(event)
    known = _ROUTES.get(kind)
    if known is None:
        known = _ROUTES.setdefault(kind, (_named_fields(kind), _reaches(kind)))
    named, reaches = known
    found = {getattr(event, name) for name in named}
    for name, reach in reaches:
        found.update(reach(before, getattr(event, name)))
    special = _SPECIAL.get(kind)
    if special is not None:
        found.update(special(before, event))
    found.discard(None)
    found.discard(0)
    return frozenset(found)


# -- parties, by what an event refers to --


def _of_note(state: LedgerState, note_id: int) -> Iterator[int | None]:
    note = state.notes.get(note_id)
    if note is not None:
        yield note.debtor_id
        yield note.creditor_id


def _of_lot(state: LedgerState, lot_id: LotId) -> Iterator[int | None]:
    note = state.notes.get(lot_id.note_id)
    if note is not None:
        yield note.debtor_id
    yield from _sides_of_lot(state, lot_id)


def _sides_of_lot(state: LedgerState, lot_id: LotId) -> Iterator[int | None]:
    lot = state.lots.get(lot_id)
    if lot is not None:
        yield lot.holder_id
        yield lot.offeree_id
    yield _pledgee(state, AssetId.of_lot(lot_id))


def _holder_of_lot(state: LedgerState, lot_id: LotId) -> Iterator[int | None]:
    lot = state.lots.get(lot_id)
    if lot is not None:
        yield lot.holder_id


def _everybody_on(state: LedgerState, note_id: int) -> Iterator[int | None]:
    for lot in state.lots_of(note_id):
        if lot.is_leaf:
            yield from _sides_of_lot(state, lot.lot_id)


def _of_asset(state: LedgerState, asset_id: AssetId) -> Iterator[int | None]:
    if asset_id.kind == ASSET_KIND_LOT:
        yield from _of_lot(state, asset_id.lot_id)
    elif asset_id.kind == ASSET_KIND_RECEIPT:
        yield from _of_receipt(state, asset_id.receipt_id)
    elif asset_id.kind == ASSET_KIND_BILL:
        yield from _of_bill(state, asset_id.bill_id)


def _of_receipt(state: LedgerState, receipt_id: int) -> Iterator[int | None]:
    receipt = state.receipts.get(receipt_id)
    if receipt is not None:
        yield receipt.holder_id
        yield receipt.keeper_id
        yield _pledgee(state, AssetId.of_receipt(receipt_id))


def _of_bill(state: LedgerState, bill_id: int) -> Iterator[int | None]:
    bill = state.bills.get(bill_id)
    if bill is not None:
        yield bill.holder_id
        yield bill.carrier_id
        yield _pledgee(state, AssetId.of_bill(bill_id))


def _of_stock(state: LedgerState, stock_id: int) -> Iterator[int | None]:
    stock = state.stocks.get(stock_id)
    if stock is not None:
        yield stock.keeper_id


def _of_financing(state: LedgerState, financing_id: int) -> Iterator[int | None]:
    financing = state.financings.get(financing_id)
    if financing is not None:
        yield financing.funder_id
        yield financing.holder_id
        if financing.holder_id is None:
            yield from _holder_of_lot(state, financing.lot_id)


def _of_facility(state: LedgerState, facility_id: int) -> Iterator[int | None]:
    facility = state.facilities.get(facility_id)
    if facility is not None:
        yield facility.funder_id
        yield facility.borrower_id


def _of_redemption(state: LedgerState, redemption_id: int) -> Iterator[int | None]:
    redemption = state.redemptions.get(redemption_id)
    if redemption is not None:
        yield redemption.party_id


def _pledgee(state: LedgerState, asset_id: AssetId) -> int | None:
    lien = state.lien_of(asset_id)
    return lien.pledgee_id if lien is not None and lien.state is LienState.ACTIVE else None


_REACHES: dict[str, Reach] = {
    "note_id": _of_note,
    "lot_id": _of_lot,
    "asset_id": _of_asset,
    "receipt_id": _of_receipt,
    "bill_id": _of_bill,
    "stock_id": _of_stock,
    "financing_id": _of_financing,
    "facility_id": _of_facility,
    "redemption_id": _of_redemption,
}


# -- parties, where an event's fields alone do not lead to them --


def _in_split(_: LedgerState, event: ev.LotSplit) -> Iterator[int | None]:
    return (child.party_id for child in event.children)


def _in_payouts(state: LedgerState, event: ev.PaymentApplied) -> Iterator[int | None]:
    for payout in event.payouts:
        yield payout.party_id
        yield _pledgee(state, AssetId.of_lot(payout.lot_id))


def _in_payments(_: LedgerState, event: cash.CashSettled) -> Iterator[int | None]:
    return (payment.party_id for payment in event.payments)


def _in_facility_terms(_: LedgerState, event: facilities.FacilityOffered) -> Iterator[int | None]:
    yield event.terms.borrower_id


def _in_bill_terms(_: LedgerState, event: goods.BillIssued) -> Iterator[int | None]:
    yield event.terms.shipper_id


def _merged(state: LedgerState, event: goods.ReceiptMerged) -> Iterator[int | None]:
    return _of_receipt(state, event.source_id)


def _of_lien_asset(
    state: LedgerState, event: liens.BlockPlaced | liens.BlockResolved
) -> Iterator[int | None]:
    if event.asset_id.kind == ASSET_KIND_LOT:
        yield from _everybody_on(state, event.asset_id.lot_id.note_id)


def _of_counted(state: LedgerState, event: goods.StockAttested) -> Iterator[int | None]:
    for receipt in state.receipts.values():
        if receipt.stock_id == event.stock_id and receipt.is_live:
            yield receipt.holder_id
            yield _pledgee(state, AssetId.of_receipt(receipt.receipt_id))


def _by_price(state: LedgerState, event: facilities.PricePosted) -> Iterator[int | None]:
    yield event.source_id
    for facility in state.facilities.values():
        terms = facility.terms
        if (
            terms.price_source_id == event.source_id
            and terms.currency == event.currency
            and facility.state not in _ENDED_FACILITIES
            and any(each.good == event.good for each in terms.goods)
        ):
            yield facility.funder_id
            yield facility.borrower_id


def _in_council(state: LedgerState, event: Any) -> Iterator[int | None]:
    yield from state.council_members
    yield getattr(event, "member_id", None)


def _on_whole_note(state: LedgerState, event: Any) -> Iterator[int | None]:
    return _everybody_on(state, event.note_id)


_SPECIAL: dict[type[ev.LedgerEvent], Reach] = {
    ev.LotSplit: _in_split,
    ev.PaymentApplied: _in_payouts,
    cash.CashSettled: _in_payments,
    facilities.FacilityOffered: _in_facility_terms,
    facilities.PricePosted: _by_price,
    goods.BillIssued: _in_bill_terms,
    goods.ReceiptMerged: _merged,
    goods.StockAttested: _of_counted,
    liens.BlockPlaced: _of_lien_asset,
    liens.BlockResolved: _of_lien_asset,
    **dict.fromkeys(_OF_WHOLE_NOTE, _on_whole_note),
    **dict.fromkeys(_OF_COUNCIL, _in_council),
}
_BETWEEN_FUNDER_AND_HOLDER = (cash.LoanOffered, cash.PurchaseOffered)


def _named_fields(kind: type[ev.LedgerEvent]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name in _PARTY_FIELDS)


def _reaches(kind: type[ev.LedgerEvent]) -> tuple[tuple[str, Reach], ...]:
    if kind in _BETWEEN_FUNDER_AND_HOLDER:
        return (("lot_id", _holder_of_lot),)
    return tuple((each.name, _REACHES[each.name]) for each in fields(kind) if each.name in _REACHES)
