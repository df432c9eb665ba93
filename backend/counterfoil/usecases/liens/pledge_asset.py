"""Pledge a lot, a receipt or a bill of lading for a claim outside the ledger, as its holder."""

from __future__ import annotations

from datetime import datetime

from counterfoil.domain.money import Currency
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, asset_text, currency_of_asset, find_asset
from counterfoil.usecases.resolving import (
    PartyRef,
    party_id_of,
    positive_minor,
    required_text,
    seconds_of,
)
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def pledge_asset(
    bench: Workbench,
    *,
    actor: PartyRef,
    asset: AssetRef,
    pledgee: PartyRef,
    secured_minor: int,
    agreement: str,
    registration: str = "",
    registered_at: datetime | None = None,
    currency: str | None = None,
) -> Outcome:
    """Place a lien. registration: reference of the public registry, with its time (rule CN77-13).

    currency: ISO 4217 letters, for a bill of lading, which has none of its own; others have theirs.
    """
    acting = actor_of(bench, actor)
    asset_id = find_asset(bench, asset)
    unit = currency_of_asset(bench, asset_id, currency)
    amount = positive_minor(secured_minor, unit, field="secured amount")
    pledgee_id = party_id_of(bench, pledgee)
    agreement_hash = agreement_hash_of(
        bench, agreement, asset=asset_text(asset_id), pledgee=pledgee_id, currency=unit
    )
    registration_hash = registration_hash_of(bench, registration)
    registered_at_s = 0 if registered_at is None else seconds_of(registered_at)
    receipt = carry_out(
        bench,
        "pledge_asset",
        lambda: bench.ledger.pledge_asset(
            by=acting.key,
            asset_id=asset_id,
            pledgee_id=pledgee_id,
            secured_minor=amount,
            registered_at_s=registered_at_s,
            agreement_hash=agreement_hash,
            registration_hash=registration_hash,
        ),
    )
    return Outcome(operation="pledge_asset", receipts=(receipt,))


def agreement_hash_of(
    bench: Workbench, agreement: str, *, asset: str, pledgee: int, currency: Currency
) -> bytes:
    """The hash of an agreement over one asset; raises DomainError ReferenceEmpty."""
    stated = required_text(agreement, field="agreement")
    return keep_wording(
        bench,
        DocumentKind.AGREEMENT,
        {"agreement": stated, "asset": asset, "currency": currency.code, "pledgee": pledgee},
    )


def registration_hash_of(bench: Workbench, registration: str) -> bytes:
    """The hash of a registry's reference, zeros where nothing was registered."""
    if not registration.strip():
        return bytes(32)
    return keep_wording(bench, DocumentKind.REGISTRATION, {"registration": registration.strip()})
