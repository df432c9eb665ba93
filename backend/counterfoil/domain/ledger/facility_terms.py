"""What the terms of a facility must be; IFacilities.offerFacility names the rules in the same order."""

from __future__ import annotations

from typing import NoReturn

from counterfoil.domain.events.facility_events import LOTS_GOOD, FacilityTerms
from counterfoil.domain.ledger.book import NO_HASH, NOBODY, refuse
from counterfoil.domain.ledger.financing import DAY_BASES, MAX_RATE_BPS
from counterfoil.domain.refusals import facility_refusals as codes
from counterfoil.domain.state.facility_valuation import BPS
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import PartyRole

MAX_ASSETS = 32
MAX_GOODS = 16


def check_terms(state: LedgerState, terms: FacilityTerms, *, funder_id: int, now_s: int) -> None:
    """Refuse with FacilityTermInvalid, which names the field."""
    _check_loan(state, terms, funder_id=funder_id, now_s=now_s)
    _check_limits(terms)
    _check_goods(terms)
    # Lots have no price, so a pool of lots needs nobody to name one.
    if terms.price_source_id != NOBODY or any(each.good != LOTS_GOOD for each in terms.goods):
        _check_price_source(state, terms)


def term_invalid(field: str) -> NoReturn:
    """Refuse a term by its name in the contracts."""
    refuse(codes.FACILITY_TERM_INVALID, field=field)


def _check_loan(state: LedgerState, terms: FacilityTerms, *, funder_id: int, now_s: int) -> None:
    if terms.borrower_id == funder_id or terms.borrower_id not in state.parties:
        term_invalid("borrower")
    if terms.principal_minor == 0:
        term_invalid("principalMinor")
    if terms.rate_bps > MAX_RATE_BPS:
        term_invalid("rateBps")
    if terms.day_basis not in DAY_BASES:
        term_invalid("dayBasis")
    if terms.due_at_s <= now_s:
        term_invalid("dueAt")
    if not now_s < terms.expires_at_s <= terms.due_at_s:
        term_invalid("expiresAt")
    if terms.registered_at_s > now_s:
        term_invalid("registeredAt")
    if terms.agreement_hash == NO_HASH:
        term_invalid("agreementHash")


def _check_limits(terms: FacilityTerms) -> None:
    if terms.price_max_age_s == 0:
        term_invalid("priceMaxAgeS")
    if terms.call_ltv_bps > BPS:
        term_invalid("callLtvBps")
    if not 0 < terms.draw_ltv_bps <= terms.call_ltv_bps:
        term_invalid("drawLtvBps")
    if terms.call_period_s == 0:
        term_invalid("callPeriodS")
    if not 0 < terms.sale_floor_bps <= BPS:
        term_invalid("saleFloorBps")
    if not 0 < len(terms.assets) <= MAX_ASSETS:
        term_invalid("assets")


def _check_goods(terms: FacilityTerms) -> None:
    if not 0 < len(terms.goods) <= MAX_GOODS:
        term_invalid("goods")
    named: set[bytes] = set()
    for each in terms.goods:
        if each.good == NO_HASH:
            term_invalid("goods")
        if each.haircut_bps >= BPS:
            term_invalid("haircutBps")
        if each.good in named:
            term_invalid("goods")
        named.add(each.good)


def _check_price_source(state: LedgerState, terms: FacilityTerms) -> None:
    """Whoever owes does not say what its own security is worth."""
    source = state.parties.get(terms.price_source_id)
    if source is None or source.party_id == terms.borrower_id:
        term_invalid("priceSource")
    if not source.roles & PartyRole.PRICE_SOURCE:
        term_invalid("priceSource")
