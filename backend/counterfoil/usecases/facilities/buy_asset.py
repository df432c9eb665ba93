"""Buy an asset in enforcement, as the buyer it was offered to: money and asset change hands at once."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, find_asset, find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def buy_asset(bench: Workbench, *, actor: PartyRef, facility_id: int, asset: AssetRef) -> Outcome:
    """Pay the offered price; the debt is paid first, the surplus goes to the borrower."""
    acting = actor_of(bench, actor)
    find_facility(bench, facility_id)
    asset_id = find_asset(bench, asset)
    receipt = carry_out(
        bench,
        "buy_asset",
        lambda: bench.ledger.buy_asset(by=acting.key, facility_id=facility_id, asset_id=asset_id),
    )
    return Outcome(operation="buy_asset", receipts=(receipt,))
