"""A facility with its pool valued now: debt, value, loan-to-value, and a margin call's deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.goods.good import Good
from counterfoil.domain.lot import AssetId
from counterfoil.domain.money import Currency
from counterfoil.domain.state.facility_state import Facility
from counterfoil.domain.state.facility_valuation import Valuation, Worth, valuation_of, worth_of
from counterfoil.domain.states import FacilityState
from counterfoil.usecases.goods_resolving import asset_text, find_facility
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAsset:
    """An asset under the facility's lien, or that an offer asks for. good: None of lots and unknown keys."""

    asset_id: AssetId
    asset: str
    good: Good | None
    worth: Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitySheet:
    """A facility at the ledger's time. pool: of an offer what it asks for. call_deadline: of an open call."""

    facility: Facility
    currency: Currency
    funder_name: str
    borrower_name: str
    price_source_name: str
    due_at: datetime
    call_deadline: datetime | None
    valuation: Valuation
    pool: tuple[PoolAsset, ...]


def show_facility(bench: Workbench, *, facility_id: int) -> FacilitySheet:
    """One facility; raises DomainError FacilityNotFound."""
    return _sheet(bench, find_facility(bench, facility_id))


def list_facilities(bench: Workbench) -> tuple[FacilitySheet, ...]:
    """Every facility, by number."""
    return tuple(_sheet(bench, each) for _, each in sorted(bench.read_model.state.facilities.items()))


def _sheet(bench: Workbench, facility: Facility) -> FacilitySheet:
    state, terms = bench.read_model.state, facility.terms
    with bench.store.begin() as work:
        names = {party.party_id: party.name for party in work.parties.all() if party.party_id is not None}
        offered = facility.state is FacilityState.OFFERED
        assets = terms.assets if offered else state.pool_of(facility.facility_id)
        pool = []
        for asset_id in assets:
            worth = worth_of(state, facility, asset_id)
            pool.append(
                PoolAsset(
                    asset_id=asset_id,
                    asset=asset_text(asset_id),
                    good=None if worth.is_lot else work.titles.good_by_key(worth.good),
                    worth=worth,
                )
            )
    return FacilitySheet(
        facility=facility,
        currency=Currency.of_numeric(terms.currency),
        funder_name=names.get(facility.funder_id, ""),
        borrower_name=names.get(terms.borrower_id, ""),
        price_source_name=names.get(terms.price_source_id, ""),
        due_at=datetime.fromtimestamp(terms.due_at_s, UTC),
        call_deadline=datetime.fromtimestamp(facility.call_deadline_s, UTC)
        if facility.call_deadline_s
        else None,
        valuation=valuation_of(state, facility, bench.chain_now_s()),
        pool=tuple(pool),
    )
