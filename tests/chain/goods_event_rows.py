"""Every event of goods, liens and facilities: the contracts' values, and the domain's event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterfoil.domain.events import facility_events as facilities
from counterfoil.domain.events import goods_events as goods
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import BillState, ReceiptState

A, B, C = b"\xaa" * 32, b"\xbb" * 32, b"\xcc" * 32
RECEIPT, BILL = AssetId.of_receipt(7), AssetId.of_bill(8)
LOT = AssetId.of_lot(LotId(5, 1, 2))
KEPT, FREED = AssetId.of_lot(LotId(5, 2, 0)), AssetId.of_lot(LotId(5, 2, 1))
BACKING = ({"key": A, "quantity": 3}, {"key": B, "quantity": 4})
BACKED = (goods.BackingLot(key=A, quantity=3), goods.BackingLot(key=B, quantity=4))
BILL_TERMS = {
    "number": A,
    "shipper": 2,
    "good": B,
    "quantity": 9,
    "decimals": 3,
    "detail_root": C,
}
TERMS = {
    "borrower": 2,
    "currency": 156,
    "principal_minor": 1_000,
    "rate_bps": 450,
    "day_basis": 360,
    "due_at": 900,
    "expires_at": 800,
    "price_source": 6,
    "price_max_age_s": 86_400,
    "draw_ltv_bps": 7_000,
    "call_ltv_bps": 8_000,
    "call_period_s": 3_600,
    "sale_floor_bps": 9_000,
    "minimum_value_minor": 1_500,
    "registered_at": 700,
    "agreement_hash": A,
    "registration_hash": B,
    "goods": ({"good": C, "haircut_bps": 1_000}, {"good": facilities.LOTS_GOOD, "haircut_bps": 0}),
    "assets": (RECEIPT.number, LOT.number),
}

Row = tuple[Mapping[str, Any], LedgerEvent]

OF_STOCKS: tuple[Row, ...] = (
    (
        {"stock": 1, "keeper": 2, "site": A, "good": B, "decimals": 3},
        goods.StockOpened(stock_id=1, keeper_id=2, site=A, good=B, decimals=3),
    ),
    (
        {"stock": 1, "inspector": 3, "quantity": 100, "fresh_until": 500, "evidence_hash": A},
        goods.StockAttested(stock_id=1, inspector_id=3, quantity=100, fresh_until_s=500, evidence_hash=A),
    ),
    ({"max_age_s": 86_400}, goods.AttestationAgeSet(max_age_s=86_400)),
    (
        {"keeper": 2, "currency": 156, "cap_minor": 2**96 - 1},
        goods.ExposureCapSet(keeper_id=2, currency=156, cap_minor=2**96 - 1),
    ),
)
OF_RECEIPTS: tuple[Row, ...] = (
    (
        {
            "receipt": 7,
            "stock": 1,
            "depositor": 4,
            "quantity": 7,
            "currency": 156,
            "value_minor": 1_000,
            "pledge_consent": True,
            "detail_root": C,
            "lots": BACKING,
        },
        goods.ReceiptDrafted(
            receipt_id=7,
            stock_id=1,
            depositor_id=4,
            quantity=7,
            currency=156,
            value_minor=1_000,
            pledge_consent=True,
            detail_root=C,
            lots=BACKED,
        ),
    ),
    (
        {"receipt": 7, "inspector": 3, "evidence_hash": A},
        goods.ReceiptAttested(receipt_id=7, inspector_id=3, evidence_hash=A),
    ),
    ({"receipt": 7}, goods.ReceiptIssued(receipt_id=7)),
    ({"receipt": 7, "lots": (A, B)}, goods.DraftDiscarded(receipt_id=7, lots=(A, B))),
    (
        {"receipt": 7, "to": 5, "sequence": 1, "background": A},
        goods.ReceiptTransferred(receipt_id=7, to_id=5, sequence=1, background=A),
    ),
    (
        {
            "receipt": 7,
            "part": 9,
            "quantity": 3,
            "value_minor": 428,
            "detail_root": A,
            "remainder_root": B,
            "lots": (A,),
        },
        goods.ReceiptSplit(
            receipt_id=7,
            part_id=9,
            quantity=3,
            value_minor=428,
            detail_root=A,
            remainder_root=B,
            lots=(A,),
        ),
    ),
    (
        {"receipt": 7, "source": 9, "quantity": 3, "value_minor": 428, "detail_root": C, "lots": (A,)},
        goods.ReceiptMerged(receipt_id=7, source_id=9, quantity=3, value_minor=428, detail_root=C, lots=(A,)),
    ),
    (
        {"receipt": 7, "removed": (C,), "added": BACKING, "reason_hash": A},
        goods.LotsRestacked(receipt_id=7, removed=(C,), added=BACKED, reason_hash=A),
    ),
    (
        {"receipt": 7, "detail_root": B, "reason_hash": A},
        goods.ReceiptAmended(receipt_id=7, detail_root=B, reason_hash=A),
    ),
    ({"receipt": 7, "given": False}, goods.PledgeConsentSet(receipt_id=7, given=False)),
    ({"receipt": 7, "order_hash": A}, goods.DeliveryOrdered(receipt_id=7, order_hash=A)),
    ({"receipt": 7}, goods.DeliveryRevoked(receipt_id=7)),
    (
        {"receipt": 7, "handover_hash": A, "lots": (B, C)},
        goods.ReceiptDelivered(receipt_id=7, handover_hash=A, lots=(B, C)),
    ),
    (
        {"receipt": 7, "by": 4, "evidence_hash": A},
        goods.ReceiptDisputed(receipt_id=7, by_id=4, evidence_hash=A),
    ),
    (
        {"receipt": 7, "by_order": True, "reason_hash": A},
        goods.ReceiptDisputeClosed(receipt_id=7, by_order=True, reason_hash=A),
    ),
    ({"receipt": 7, "order_hash": A}, goods.ReceiptFrozen(receipt_id=7, order_hash=A)),
    (
        {"receipt": 7, "state": 7, "order_hash": A},
        goods.ReceiptUnfrozen(receipt_id=7, state=ReceiptState.DISPUTED, order_hash=A),
    ),
    (
        {"receipt": 7, "from": 4, "to": 5, "order_hash": A},
        goods.ReceiptTransferForced(receipt_id=7, from_id=4, to_id=5, order_hash=A),
    ),
    (
        {"receipt": 7, "order_hash": A, "lots": (B,)},
        goods.ReceiptCancelled(receipt_id=7, order_hash=A, lots=(B,)),
    ),
    ({"receipt": 7, "to": 5}, goods.ReceiptTransferEnforced(receipt_id=7, to_id=5)),
)
OF_BILLS: tuple[Row, ...] = (
    (
        {"bill": 8, "carrier": 6, "holder": 2, "terms": BILL_TERMS},
        goods.BillIssued(
            bill_id=8,
            carrier_id=6,
            holder_id=2,
            terms=goods.BillTerms(number=A, shipper_id=2, good=B, quantity=9, decimals=3, detail_root=C),
        ),
    ),
    (
        {"bill": 8, "to": 5, "sequence": 2, "background": A},
        goods.BillEndorsed(bill_id=8, to_id=5, sequence=2, background=A),
    ),
    ({"bill": 8, "order_hash": A}, goods.BillSurrendered(bill_id=8, order_hash=A)),
    ({"bill": 8}, goods.SurrenderRevoked(bill_id=8)),
    ({"bill": 8, "replacement": 10}, goods.BillSwitched(bill_id=8, replacement_id=10)),
    ({"bill": 8, "receipt": 7}, goods.BillDischarged(bill_id=8, receipt_id=7)),
    ({"bill": 8, "order_hash": A}, goods.BillReinstated(bill_id=8, order_hash=A)),
    ({"bill": 8, "order_hash": A}, goods.BillFrozen(bill_id=8, order_hash=A)),
    (
        {"bill": 8, "state": 3, "order_hash": A},
        goods.BillUnfrozen(bill_id=8, state=BillState.SURRENDERED, order_hash=A),
    ),
    (
        {"bill": 8, "from": 2, "to": 5, "order_hash": A},
        goods.BillTransferForced(bill_id=8, from_id=2, to_id=5, order_hash=A),
    ),
    ({"bill": 8, "to": 5}, goods.BillTransferEnforced(bill_id=8, to_id=5)),
)
OF_LIENS: tuple[Row, ...] = (
    (
        {
            "asset": RECEIPT.number,
            "sequence": 1,
            "pledgee": 3,
            "pledgor": 4,
            "secured_minor": 500,
            "financing": 2**63 + 1,
            "registered_at": 600,
            "agreement_hash": A,
            "registration_hash": B,
        },
        liens.LienPlaced(
            asset_id=RECEIPT,
            sequence=1,
            pledgee_id=3,
            pledgor_id=4,
            secured_minor=500,
            financing_id=2**63 + 1,
            registered_at_s=600,
            agreement_hash=A,
            registration_hash=B,
        ),
    ),
    (
        {"asset": BILL.number, "sequence": 2, "reason_hash": A},
        liens.LienReleased(asset_id=BILL, sequence=2, reason_hash=A),
    ),
    (
        {"asset": LOT.number, "sequence": 1, "paid_minor": 3, "secured_minor": 4},
        liens.LienCollected(asset_id=LOT, sequence=1, paid_minor=3, secured_minor=4),
    ),
    ({"asset": LOT.number, "sequence": 1}, liens.LienDischarged(asset_id=LOT, sequence=1)),
    (
        {
            "asset": LOT.number,
            "sequence": 1,
            "kept": KEPT.number,
            "freed": FREED.number,
            "reason_hash": A,
        },
        liens.LienDivided(asset_id=LOT, sequence=1, kept_id=KEPT, freed_id=FREED, reason_hash=A),
    ),
    (
        {
            "asset": RECEIPT.number,
            "sequence": 1,
            "pledgee": 5,
            "registered_at": 700,
            "agreement_hash": A,
            "registration_hash": B,
        },
        liens.LienTransferred(
            asset_id=RECEIPT,
            sequence=1,
            pledgee_id=5,
            registered_at_s=700,
            agreement_hash=A,
            registration_hash=B,
        ),
    ),
    (
        {"asset": RECEIPT.number, "sequence": 1, "to": 5, "reason_hash": A},
        liens.LienEnforced(asset_id=RECEIPT, sequence=1, to_id=5, reason_hash=A),
    ),
    (
        {"asset": RECEIPT.number, "replacement": BILL.number, "pledgor": 4},
        liens.SubstituteProposed(asset_id=RECEIPT, replacement_id=BILL, pledgor_id=4),
    ),
    (
        {"asset": RECEIPT.number, "replacement": LOT.number},
        liens.SubstituteAccepted(asset_id=RECEIPT, replacement_id=LOT),
    ),
    (
        {"asset": RECEIPT.number, "match_hash": A},
        liens.BlockPlaced(asset_id=RECEIPT, match_hash=A),
    ),
    (
        {"asset": RECEIPT.number, "match_hash": A, "upheld": True, "reason_hash": B},
        liens.BlockResolved(asset_id=RECEIPT, match_hash=A, upheld=True, reason_hash=B),
    ),
)
OF_FACILITIES: tuple[Row, ...] = (
    (
        {"source": 6, "good": A, "currency": 156, "price_minor": 400_000, "observed_at": 550},
        facilities.PricePosted(source_id=6, good=A, currency=156, price_minor=400_000, observed_at_s=550),
    ),
    (
        {"facility": 1, "funder": 3, "borrower": 2, "terms": TERMS},
        facilities.FacilityOffered(
            facility_id=1,
            funder_id=3,
            terms=facilities.FacilityTerms(
                borrower_id=2,
                currency=156,
                principal_minor=1_000,
                rate_bps=450,
                day_basis=360,
                due_at_s=900,
                expires_at_s=800,
                price_source_id=6,
                price_max_age_s=86_400,
                draw_ltv_bps=7_000,
                call_ltv_bps=8_000,
                call_period_s=3_600,
                sale_floor_bps=9_000,
                minimum_value_minor=1_500,
                registered_at_s=700,
                agreement_hash=A,
                registration_hash=B,
                goods=(
                    facilities.GoodTerms(good=C, haircut_bps=1_000),
                    facilities.GoodTerms(good=facilities.LOTS_GOOD, haircut_bps=0),
                ),
                assets=(RECEIPT, LOT),
            ),
        ),
    ),
    ({"facility": 1}, facilities.FacilityWithdrawn(facility_id=1)),
    (
        {"facility": 1, "value_minor": 2_000, "ltv_bps": 5_000},
        facilities.FacilityDrawnDown(facility_id=1, value_minor=2_000, ltv_bps=5_000),
    ),
    ({"facility": 1, "asset": BILL.number}, facilities.AssetAdded(facility_id=1, asset_id=BILL)),
    (
        {"facility": 1, "asset": BILL.number, "replacement": RECEIPT.number},
        facilities.AssetSubstituted(facility_id=1, asset_id=BILL, replacement_id=RECEIPT),
    ),
    (
        {"facility": 1, "asset": BILL.number},
        facilities.AssetWithdrawn(facility_id=1, asset_id=BILL),
    ),
    (
        {
            "facility": 1,
            "interest_minor": 5,
            "principal_minor": 10,
            "principal_left_minor": 90,
            "interest_left_minor": 0,
            "by": 2,
        },
        facilities.FacilityRepaid(
            facility_id=1,
            interest_minor=5,
            principal_minor=10,
            principal_left_minor=90,
            interest_left_minor=0,
            by=facilities.RepaidBy.ENFORCEMENT,
        ),
    ),
    ({"facility": 1}, facilities.FacilityClosed(facility_id=1)),
    (
        {"facility": 1, "value_minor": 100, "debt_minor": 95, "deadline": 999},
        facilities.MarginCalled(facility_id=1, value_minor=100, debt_minor=95, deadline_s=999),
    ),
    ({"facility": 1}, facilities.MarginCallLifted(facility_id=1)),
    (
        {"facility": 1, "debt_minor": 95},
        facilities.FacilityDefaulted(facility_id=1, debt_minor=95),
    ),
    (
        {
            "facility": 1,
            "asset": RECEIPT.number,
            "buyer": 5,
            "price_minor": 90,
            "expires_at": 1_000,
        },
        facilities.SaleOffered(
            facility_id=1, asset_id=RECEIPT, buyer_id=5, price_minor=90, expires_at_s=1_000
        ),
    ),
    (
        {
            "facility": 1,
            "asset": RECEIPT.number,
            "buyer": 5,
            "price_minor": 90,
            "surplus_minor": 4,
        },
        facilities.AssetEnforced(
            facility_id=1, asset_id=RECEIPT, buyer_id=5, price_minor=90, surplus_minor=4
        ),
    ),
    (
        {
            "facility": 1,
            "to": 5,
            "price_minor": 90,
            "expires_at": 1_000,
            "agreement_hash": A,
        },
        facilities.ClaimOffered(facility_id=1, to_id=5, price_minor=90, expires_at_s=1_000, agreement_hash=A),
    ),
    (
        {"facility": 1, "from": 3, "to": 5, "price_minor": 90},
        facilities.ClaimTransferred(facility_id=1, from_id=3, to_id=5, price_minor=90),
    ),
)
ROWS = {
    type(event).__name__: (args, event)
    for args, event in (*OF_STOCKS, *OF_RECEIPTS, *OF_BILLS, *OF_LIENS, *OF_FACILITIES)
}
