"""Pledge a lot for a claim outside the ledger, as its holder."""

from __future__ import annotations

from datetime import datetime

from counterfoil.domain.lot import AssetId
from counterfoil.domain.money import Currency
from counterfoil.store_port import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import (
    LotRef,
    PartyRef,
    find_lot,
    find_note,
    party_id_of,
    positive_minor,
    required_text,
    seconds_of,
)
from counterfoil.usecases.wording import keep_wording
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
    acting = actor_of(bench, actor)
    asset = find_lot(bench, lot)
    currency = Currency.of_numeric(find_note(bench, asset.lot_id.note_id).currency)
    amount = positive_minor(secured_minor, currency, field="secured amount")
    pledgee_id = party_id_of(bench, pledgee)
    stated = required_text(agreement, field="agreement")
    agreement_hash = keep_wording(
        bench,
        DocumentKind.AGREEMENT,
        {"agreement": stated, "lot": asset.lot_id.number, "pledgee": pledgee_id},
    )
    registration_hash = registration_hash_of(bench, registration)
    registered_at_s = 0 if registered_at is None else seconds_of(registered_at)
    receipt = carry_out(
        bench,
        "pledge_lot",
        lambda: bench.ledger.pledge_asset(
            by=acting.key,
            asset_id=AssetId.of_lot(asset.lot_id),
            pledgee_id=pledgee_id,
            secured_minor=amount,
            registered_at_s=registered_at_s,
            agreement_hash=agreement_hash,
            registration_hash=registration_hash,
        ),
    )
    return Outcome(operation="pledge_lot", receipts=(receipt,))


def registration_hash_of(bench: Workbench, registration: str) -> bytes:
    """The hash of a registry's reference, zeros where nothing was registered."""
    if not registration.strip():
        return bytes(32)
    return keep_wording(bench, DocumentKind.REGISTRATION, {"registration": registration.strip()})
