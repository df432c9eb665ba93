"""Events of the warehouse and of bills of lading as the domain's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterfoil.chain.event_fields import Args, Build, converting, named, plain
from counterfoil.domain.events import goods_events as goods
from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.states import BillState, ReceiptState

_PLAIN: tuple[type[LedgerEvent], ...] = (
    goods.StockOpened,
    goods.StockAttested,
    goods.AttestationAgeSet,
    goods.ExposureCapSet,
    goods.ReceiptAttested,
    goods.ReceiptIssued,
    goods.DraftDiscarded,
    goods.ReceiptTransferred,
    goods.ReceiptSplit,
    goods.ReceiptMerged,
    goods.ReceiptAmended,
    goods.PledgeConsentSet,
    goods.DeliveryOrdered,
    goods.DeliveryRevoked,
    goods.ReceiptDelivered,
    goods.ReceiptDisputeClosed,
    goods.ReceiptFrozen,
    goods.ReceiptTransferForced,
    goods.ReceiptCancelled,
    goods.ReceiptTransferEnforced,
    goods.BillEndorsed,
    goods.BillSurrendered,
    goods.SurrenderRevoked,
    goods.BillSwitched,
    goods.BillDischarged,
    goods.BillReinstated,
    goods.BillFrozen,
    goods.BillTransferForced,
    goods.BillTransferEnforced,
)


def _backing(lots: tuple[Mapping[str, Any], ...]) -> tuple[goods.BackingLot, ...]:
    return tuple(goods.BackingLot(**lot) for lot in lots)


def _bill_terms(terms: Args) -> goods.BillTerms:
    return goods.BillTerms(**named(terms))


def _receipt_disputed(args: Args) -> LedgerEvent:
    return goods.ReceiptDisputed(
        receipt_id=args["receipt"], by_id=args["by"], evidence_hash=args["evidence_hash"]
    )


GOODS_BUILDERS: Mapping[str, Build] = {
    **{kind.__name__: plain(kind) for kind in _PLAIN},
    "ReceiptDrafted": converting(goods.ReceiptDrafted, lots=_backing),
    "LotsRestacked": converting(goods.LotsRestacked, added=_backing),
    "ReceiptDisputed": _receipt_disputed,
    "ReceiptUnfrozen": converting(goods.ReceiptUnfrozen, state=ReceiptState),
    "BillIssued": converting(goods.BillIssued, terms=_bill_terms),
    "BillUnfrozen": converting(goods.BillUnfrozen, state=BillState),
}
