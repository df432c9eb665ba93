"""Offer the claim of a facility, liens included, to another funder."""

from __future__ import annotations

from datetime import datetime

from counterfoil.domain.money import Currency
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import find_facility
from counterfoil.usecases.resolving import (
    PartyRef,
    party_id_of,
    positive_minor,
    required_text,
    seconds_of,
)
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


def offer_claim(
    bench: Workbench,
    *,
    actor: PartyRef,
    facility_id: int,
    to: PartyRef,
    price_minor: int,
    expires_at: datetime,
    agreement: str,
) -> Outcome:
    """Offer the claim for a price; the other funder takes it with take_claim."""
    acting = actor_of(bench, actor)
    currency = Currency.of_numeric(find_facility(bench, facility_id).terms.currency)
    to_id = party_id_of(bench, to)
    price = positive_minor(price_minor, currency, field="price")
    stated = required_text(agreement, field="agreement")
    agreement_hash = keep_wording(
        bench,
        DocumentKind.AGREEMENT,
        {"agreement": stated, "facility_id": facility_id, "kind": "claim", "to": to_id},
    )
    receipt = carry_out(
        bench,
        "offer_claim",
        lambda: bench.ledger.offer_claim(
            by=acting.key,
            facility_id=facility_id,
            to_id=to_id,
            price_minor=price,
            expires_at_s=seconds_of(expires_at),
            agreement_hash=agreement_hash,
        ),
    )
    return Outcome(operation="offer_claim", receipts=(receipt,))
