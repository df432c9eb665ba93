"""Offer a loan against a lot that somebody else holds, as a funder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counterfoil.domain.money import Currency
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.liens.pledge_asset import registration_hash_of
from counterfoil.usecases.resolving import (
    LotRef,
    PartyRef,
    find_lot,
    find_note,
    positive_minor,
    required_text,
    seconds_of,
)
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingOffered(Outcome):
    """An offer that its lot's holder may take until it expires."""

    financing_id: int


def offer_loan(
    bench: Workbench,
    *,
    actor: PartyRef,
    lot: LotRef,
    principal_minor: int,
    rate_bps: int,
    due_at: datetime,
    expires_at: datetime,
    agreement: str,
    day_basis: int = 360,
    registration: str = "",
    registered_at: datetime | None = None,
) -> FinancingOffered:
    """Offer `principal_minor` at `rate_bps` a year of `day_basis` days (360 or 365), due at the latest at
    the note's maturity. registration: reference of the public registry, with its time (rule CN77-13).
    """
    acting = actor_of(bench, actor)
    asset = find_lot(bench, lot)
    currency = Currency.of_numeric(find_note(bench, asset.lot_id.note_id).currency)
    principal = positive_minor(principal_minor, currency, field="principal")
    stated = required_text(agreement, field="agreement")
    agreement_hash = keep_wording(
        bench, DocumentKind.AGREEMENT, {"agreement": stated, "lot": asset.lot_id.number, "kind": "loan"}
    )
    registration_hash = registration_hash_of(bench, registration)
    receipt = carry_out(
        bench,
        "offer_loan",
        lambda: bench.ledger.offer_loan(
            by=acting.key,
            lot_id=asset.lot_id,
            principal_minor=principal,
            rate_bps=rate_bps,
            day_basis=day_basis,
            due_at_s=seconds_of(due_at),
            expires_at_s=seconds_of(expires_at),
            registered_at_s=0 if registered_at is None else seconds_of(registered_at),
            agreement_hash=agreement_hash,
            registration_hash=registration_hash,
        ),
    )
    return FinancingOffered(
        operation="offer_loan",
        receipts=(receipt,),
        financing_id=receipt.only("LoanOffered").args["financing"],
    )
