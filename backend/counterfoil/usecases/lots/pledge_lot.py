"""Pledge a lot for a claim outside the ledger, as its holder."""

from __future__ import annotations

from datetime import datetime

from counterfoil.domain.lot import AssetId
from counterfoil.usecases.liens.pledge_asset import pledge_asset
from counterfoil.usecases.resolving import LotRef, PartyRef, find_lot
from counterfoil.usecases.workbench import Outcome, Workbench


def pledge_lot(
    bench: Workbench,
    *,
    actor: PartyRef,
    lot: LotRef,
    pledgee: PartyRef,
    secured_minor: int,
    agreement: str,
    registration: str = "",
    registered_at: datetime | None = None,
) -> Outcome:
    """Place a lien on a lot. registration: reference of the public registry, with its time (rule CN77-13)."""
    return pledge_asset(
        bench,
        actor=actor,
        asset=AssetId.of_lot(find_lot(bench, lot).lot_id),
        pledgee=pledgee,
        secured_minor=secured_minor,
        agreement=agreement,
        registration=registration,
        registered_at=registered_at,
    )
