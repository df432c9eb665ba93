"""Offer an asset of the pool to a buyer, as the funder in enforcement."""

from __future__ import annotations

from datetime import datetime

from counterfoil.domain.money import Currency
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, find_asset, find_facility
from counterfoil.usecases.resolving import PartyRef, party_id_of, positive_minor, seconds_of
from counterfoil.usecases.workbench import Outcome, Workbench


def offer_sale(
    bench: Workbench,
    *,
    actor: PartyRef,
    facility_id: int,
    asset: AssetRef,
    buyer: PartyRef,
    price_minor: int,
    expires_at: datetime,
) -> Outcome:
    """Offer at no less than the floor; the buyer pays with buy_asset."""
    acting = actor_of(bench, actor)
    currency = Currency.of_numeric(find_facility(bench, facility_id).terms.currency)
    asset_id = find_asset(bench, asset)
    buyer_id = party_id_of(bench, buyer)
    price = positive_minor(price_minor, currency, field="price")
    receipt = carry_out(
        bench,
        "offer_sale",
        lambda: bench.ledger.offer_sale(
            by=acting.key,
            facility_id=facility_id,
            asset_id=asset_id,
            buyer_id=buyer_id,
            price_minor=price,
            expires_at_s=seconds_of(expires_at),
        ),
    )
    return Outcome(operation="offer_sale", receipts=(receipt,))
