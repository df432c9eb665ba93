"""Take a proposed substitute, as the pledgee: the new lien is placed and the old one released at once."""

from __future__ import annotations

from datetime import datetime

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import (
    AssetRef,
    active_lien,
    asset_text,
    currency_of_asset,
    find_asset,
)
from counterfoil.usecases.liens.pledge_asset import agreement_hash_of, registration_hash_of
from counterfoil.usecases.resolving import PartyRef, seconds_of
from counterfoil.usecases.workbench import Outcome, Workbench


def accept_substitute(
    bench: Workbench,
    *,
    actor: PartyRef,
    asset: AssetRef,
    replacement: AssetRef,
    agreement: str,
    registration: str = "",
    registered_at: datetime | None = None,
) -> Outcome:
    """Accept. agreement, registration: of the pledge over the replacement, which has its own date."""
    acting = actor_of(bench, actor)
    asset_id, replacement_id = find_asset(bench, asset), find_asset(bench, replacement)
    active_lien(bench, asset_id)
    agreement_hash = agreement_hash_of(
        bench,
        agreement,
        asset=asset_text(replacement_id),
        pledgee=acting.party_id,
        currency=currency_of_asset(bench, asset_id),
    )
    registration_hash = registration_hash_of(bench, registration)
    receipt = carry_out(
        bench,
        "accept_substitute",
        lambda: bench.ledger.accept_substitute(
            by=acting.key,
            asset_id=asset_id,
            replacement_id=replacement_id,
            registered_at_s=0 if registered_at is None else seconds_of(registered_at),
            agreement_hash=agreement_hash,
            registration_hash=registration_hash,
        ),
    )
    return Outcome(operation="accept_substitute", receipts=(receipt,))
