"""Transfer a secured claim that lies outside the ledger to another funder, and its lien with it."""

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
from counterfoil.usecases.resolving import PartyRef, party_id_of, seconds_of
from counterfoil.usecases.workbench import Outcome, Workbench


def transfer_pledge(
    bench: Workbench,
    *,
    actor: PartyRef,
    asset: AssetRef,
    to: PartyRef,
    agreement: str,
    registration: str = "",
    registered_at: datetime | None = None,
) -> Outcome:
    """Make another party the pledgee, as the pledgee. agreement, registration: of the transfer."""
    acting = actor_of(bench, actor)
    asset_id = find_asset(bench, asset)
    active_lien(bench, asset_id)
    to_id = party_id_of(bench, to)
    agreement_hash = agreement_hash_of(
        bench,
        agreement,
        asset=asset_text(asset_id),
        pledgee=to_id,
        currency=currency_of_asset(bench, asset_id),
    )
    registration_hash = registration_hash_of(bench, registration)
    receipt = carry_out(
        bench,
        "transfer_pledge",
        lambda: bench.ledger.transfer_pledge(
            by=acting.key,
            asset_id=asset_id,
            pledgee_id=to_id,
            registered_at_s=0 if registered_at is None else seconds_of(registered_at),
            agreement_hash=agreement_hash,
            registration_hash=registration_hash,
        ),
    )
    return Outcome(operation="transfer_pledge", receipts=(receipt,))
