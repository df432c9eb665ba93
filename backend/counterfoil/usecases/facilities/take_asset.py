"""Take an asset of the pool over, as the funder in enforcement: its price counts against the debt."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.money import Currency
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, find_asset, find_facility
from counterfoil.usecases.resolving import PartyRef, positive_minor
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetTaken(Outcome):
    """surplus_minor: of the price, what went to the borrower in cash."""

    surplus_minor: int


def take_asset(
    bench: Workbench, *, actor: PartyRef, facility_id: int, asset: AssetRef, price_minor: int
) -> AssetTaken:
    """Take an asset at no less than its floor. What the price exceeds the debt by goes to the borrower."""
    acting = actor_of(bench, actor)
    currency = Currency.of_numeric(find_facility(bench, facility_id).terms.currency)
    asset_id = find_asset(bench, asset)
    price = positive_minor(price_minor, currency, field="price")
    receipt = carry_out(
        bench,
        "take_asset",
        lambda: bench.ledger.take_asset(
            by=acting.key, facility_id=facility_id, asset_id=asset_id, price_minor=price
        ),
    )
    return AssetTaken(
        operation="take_asset",
        receipts=(receipt,),
        surplus_minor=receipt.only("AssetEnforced").args["surplus_minor"],
    )
