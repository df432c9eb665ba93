"""Liens, blocks, prices and facilities: the model, the projection and the contracts' views say the same."""

from __future__ import annotations

from typing import Any, Protocol

from counterfoil.domain.ledger import Ledger
from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.facility_state import Facility
from counterfoil.domain.state.facility_valuation import valuation_of
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import FacilityState

NO_LIEN = {
    "state": 0,
    "pledgee": 0,
    "secured_minor": 0,
    "financing": 0,
    "registered_at": 0,
    "sequence": 0,
}
OFFERS = (FacilityState.OFFERED, FacilityState.WITHDRAWN)


class Pair(Protocol):
    """What these comparisons need of the twin."""

    model: Ledger
    projected: LedgerState
    now_s: int

    @property
    def state(self) -> LedgerState: ...
    def ask(self, contract: str, function: str, *args: Any) -> Any: ...


def check_lien(twin: Pair, asset_id: AssetId) -> None:
    """The current lien, and the blocks of the asset itself."""
    lien = twin.state.lien_of(asset_id)
    assert twin.projected.lien_of(asset_id) == lien
    blocks = twin.state.blocks.get(asset_id, ())
    assert twin.projected.blocks.get(asset_id, ()) == blocks
    found = dict(twin.ask("LienRegistry", "lienOf", asset_id.number))
    assert found.pop("blocks") == sum(each.open for each in blocks)
    assert found == (
        NO_LIEN
        if lien is None
        else {
            "state": lien.state,
            "pledgee": lien.pledgee_id,
            "secured_minor": lien.secured_minor,
            "financing": lien.financing_id or 0,
            "registered_at": lien.registered_at_s,
            "sequence": lien.sequence,
        }
    )
    encumbrance = twin.ask("LienRegistry", "encumbranceOf", asset_id.number)
    assert encumbrance == twin.model.liens.encumbrance(asset_id)
    for each in blocks:
        still = any(other.open for other in blocks if other.match_hash == each.match_hash)
        assert twin.ask("LienRegistry", "blockOf", asset_id.number, each.match_hash) is still


def check_facility(twin: Pair, facility_id: int) -> None:
    """Its view, its pool in order, and what that is worth now."""
    facility = twin.state.facilities[facility_id]
    assert twin.projected.facilities[facility_id] == facility
    view = twin.ask("Facilities", "facilityOf", facility_id)
    assert dict(view) == _as_viewed(facility)
    pool = twin.state.pool_of(facility_id)
    assert tuple(twin.ask("Facilities", "assetsOf", facility_id)) == tuple(each.number for each in pool)
    if facility.state in OFFERS:
        return
    valuation = valuation_of(twin.state, facility, twin.now_s)
    assert dict(twin.ask("Facilities", "valuationOf", facility_id)) == {
        "gross_minor": valuation.gross_minor,
        "value_minor": valuation.value_minor,
        "debt_minor": valuation.debt_minor,
        "ltv_bps": valuation.ltv_bps,
        "priced_at": valuation.priced_at_s,
    }


def check_facilities(twin: Pair) -> None:
    """All facilities and all prices."""
    assert twin.ask("Facilities", "facilityCount") == len(twin.state.facilities)
    for facility_id in twin.state.facilities:
        check_facility(twin, facility_id)
    for (source_id, good, currency), price in twin.state.prices.items():
        found = twin.ask("Prices", "priceOf", source_id, good, currency)
        assert found == (price.price_minor, price.observed_at_s)


def _as_viewed(facility: Facility) -> dict[str, int]:
    """Of an offer the contract keeps the hash of its terms alone, with who and until when."""
    terms = facility.terms
    agreed = {
        "currency": terms.currency,
        "principal_minor": facility.principal_minor,
        "interest_minor": facility.interest_minor,
        "repaid_minor": facility.repaid_minor,
        "rate_bps": terms.rate_bps,
        "day_basis": terms.day_basis,
        "due_at": terms.due_at_s,
        "call_deadline": facility.call_deadline_s,
        "price_source": terms.price_source_id,
        "price_max_age_s": terms.price_max_age_s,
        "draw_ltv_bps": terms.draw_ltv_bps,
        "call_ltv_bps": terms.call_ltv_bps,
        "call_period_s": terms.call_period_s,
        "sale_floor_bps": terms.sale_floor_bps,
        "minimum_value_minor": terms.minimum_value_minor,
    }
    if facility.state in OFFERS:
        agreed = dict.fromkeys(agreed, 0)
    return agreed | {
        "state": facility.state,
        "funder": facility.funder_id,
        "borrower": facility.borrower_id,
        "expires_at": terms.expires_at_s,
    }
