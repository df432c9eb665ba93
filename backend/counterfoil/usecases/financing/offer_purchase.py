"""Offer to buy a lot that somebody else holds, without recourse, as a funder."""

from __future__ import annotations

from datetime import datetime

from counterfoil.domain.money import Currency
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.financing.offer_loan import FinancingOffered
from counterfoil.usecases.resolving import (
    LotRef,
    PartyRef,
    find_lot,
    find_note,
    positive_minor,
    required_text,
    seconds_of,
)
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Workbench


def offer_purchase(
    bench: Workbench, *, actor: PartyRef, lot: LotRef, price_minor: int, expires_at: datetime, agreement: str
) -> FinancingOffered:
    """Offer `price_minor` for a lot; the price and the sale are final once taken."""
    acting = actor_of(bench, actor)
    asset = find_lot(bench, lot)
    currency = Currency.of_numeric(find_note(bench, asset.lot_id.note_id).currency)
    price = positive_minor(price_minor, currency, field="price")
    stated = required_text(agreement, field="agreement")
    agreement_hash = keep_wording(
        bench, DocumentKind.AGREEMENT, {"agreement": stated, "lot": asset.lot_id.number, "kind": "purchase"}
    )
    receipt = carry_out(
        bench,
        "offer_purchase",
        lambda: bench.ledger.offer_purchase(
            by=acting.key,
            lot_id=asset.lot_id,
            price_minor=price,
            expires_at_s=seconds_of(expires_at),
            agreement_hash=agreement_hash,
        ),
    )
    return FinancingOffered(
        operation="offer_purchase",
        receipts=(receipt,),
        financing_id=receipt.only("PurchaseOffered").args["financing"],
    )
