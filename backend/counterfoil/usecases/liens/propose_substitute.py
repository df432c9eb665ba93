"""Offer another asset in place of a pledged one, as the pledgor."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, active_lien, find_asset
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


def propose_substitute(
    bench: Workbench, *, actor: PartyRef, asset: AssetRef, replacement: AssetRef
) -> Outcome:
    """Propose; the pledgee decides. Assets of a facility are exchanged in the facility instead."""
    acting = actor_of(bench, actor)
    asset_id, replacement_id = find_asset(bench, asset), find_asset(bench, replacement)
    active_lien(bench, asset_id)
    receipt = carry_out(
        bench,
        "propose_substitute",
        lambda: bench.ledger.propose_substitute(
            by=acting.key, asset_id=asset_id, replacement_id=replacement_id
        ),
    )
    return Outcome(operation="propose_substitute", receipts=(receipt,))
