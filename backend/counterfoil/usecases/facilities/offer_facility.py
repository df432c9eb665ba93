"""Offer a loan over a pool of assets to the party that holds them, as a funder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from counterfoil.domain.events.facility_events import LOTS_GOOD, FacilityTerms, GoodTerms
from counterfoil.domain.money import Currency, check_ledger_amount
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, asset_text, find_asset, find_good
from counterfoil.usecases.liens.pledge_asset import registration_hash_of
from counterfoil.usecases.resolving import (
    PartyRef,
    party_id_of,
    positive_minor,
    required_text,
    seconds_of,
)
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench

LOTS = "lots"
"""How an agreement names lots of notes among its goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityPlan:
    """What a funder wants to agree. Amounts in minor units of the currency, limits in basis points.

    haircuts_bps: by good (CODE:GRADE:UNIT) or `lots`, what is taken off the value. minimum_value_minor: after
    haircuts, what must stay in pledge while the pool floats. sale_floor_bps: of an asset's value before its
    haircut. registration: reference of the public registry, with its time (rule CN77-13).
    """

    borrower: PartyRef
    currency: str
    principal_minor: int
    rate_bps: int
    due_at: datetime
    expires_at: datetime
    price_source: PartyRef
    price_max_age_s: int
    draw_ltv_bps: int
    call_ltv_bps: int
    call_period_s: int
    sale_floor_bps: int
    minimum_value_minor: int
    haircuts_bps: Mapping[str, int]
    assets: tuple[AssetRef, ...]
    agreement: str
    day_basis: int = 360
    registration: str = ""
    registered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityOpened(Outcome):
    """An offer that the borrower may take until it expires."""

    facility_id: int


def offer_facility(bench: Workbench, *, actor: PartyRef, plan: FacilityPlan) -> FacilityOpened:
    """Offer a facility. Raises DomainError of what the plan names, then FacilityTermInvalid naming a term."""
    acting = actor_of(bench, actor)
    terms = _terms(bench, plan)
    receipt = carry_out(
        bench, "offer_facility", lambda: bench.ledger.offer_facility(by=acting.key, terms=terms)
    )
    return FacilityOpened(
        operation="offer_facility",
        receipts=(receipt,),
        facility_id=receipt.only("FacilityOffered").args["facility"],
    )


def _terms(bench: Workbench, plan: FacilityPlan) -> FacilityTerms:
    currency = Currency.of(plan.currency)
    assets = tuple(find_asset(bench, reference) for reference in plan.assets)
    borrower_id = party_id_of(bench, plan.borrower)
    agreement_hash = keep_wording(
        bench,
        DocumentKind.AGREEMENT,
        {
            "agreement": required_text(plan.agreement, field="agreement"),
            "assets": [asset_text(asset_id) for asset_id in assets],
            "borrower": borrower_id,
            "currency": currency.code,
            "kind": "facility",
        },
    )
    return FacilityTerms(
        borrower_id=borrower_id,
        currency=currency.numeric,
        principal_minor=positive_minor(plan.principal_minor, currency, field="principal"),
        rate_bps=plan.rate_bps,
        day_basis=plan.day_basis,
        due_at_s=seconds_of(plan.due_at),
        expires_at_s=seconds_of(plan.expires_at),
        price_source_id=party_id_of(bench, plan.price_source),
        price_max_age_s=plan.price_max_age_s,
        draw_ltv_bps=plan.draw_ltv_bps,
        call_ltv_bps=plan.call_ltv_bps,
        call_period_s=plan.call_period_s,
        sale_floor_bps=plan.sale_floor_bps,
        minimum_value_minor=check_ledger_amount(plan.minimum_value_minor),
        registered_at_s=0 if plan.registered_at is None else seconds_of(plan.registered_at),
        agreement_hash=agreement_hash,
        registration_hash=registration_hash_of(bench, plan.registration),
        goods=tuple(
            GoodTerms(good=_good_key(bench, name), haircut_bps=haircut)
            for name, haircut in plan.haircuts_bps.items()
        ),
        assets=assets,
    )


def _good_key(bench: Workbench, name: str) -> bytes:
    return LOTS_GOOD if name.strip().casefold() == LOTS else find_good(bench, name).key
