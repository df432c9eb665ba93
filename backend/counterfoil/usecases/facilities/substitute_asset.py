"""Put equal or better goods in the place of an asset of a pool, as its borrower."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, find_asset, find_facility
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def substitute_asset(
    bench: Workbench, *, actor: PartyRef, facility_id: int, asset: AssetRef, replacement: AssetRef
) -> Outcome:
    """Exchange an asset; the ledger compares the values after haircuts at fresh prices."""
    acting = actor_of(bench, actor)
    find_facility(bench, facility_id)
    asset_id = find_asset(bench, asset)
    replacement_id = find_asset(bench, replacement)
    receipt = carry_out(
        bench,
        "substitute_asset",
        lambda: bench.ledger.substitute_asset(
            by=acting.key, facility_id=facility_id, asset_id=asset_id, replacement_id=replacement_id
        ),
    )
    return Outcome(operation="substitute_asset", receipts=(receipt,))
