"""Put a further asset into a pool, as its borrower."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, find_asset, find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def add_asset(bench: Workbench, *, actor: PartyRef, facility_id: int, asset: AssetRef) -> Outcome:
    """Pledge one more asset under the facility; its good must be agreed."""
    acting = actor_of(bench, actor)
    find_facility(bench, facility_id)
    asset_id = find_asset(bench, asset)
    receipt = carry_out(
        bench,
        "add_asset",
        lambda: bench.ledger.add_asset(by=acting.key, facility_id=facility_id, asset_id=asset_id),
    )
    return Outcome(operation="add_asset", receipts=(receipt,))
