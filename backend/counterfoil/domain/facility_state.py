"""The records of prices and facilities; counterfoil.domain.ledger_state holds them."""

from __future__ import annotations

from dataclasses import dataclass, field

from counterfoil.domain.facility_events import FacilityTerms
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import FacilityState

_FACILITY_BIT = 1 << 63


def financing_number(facility_id: int) -> int:
    """The number under which liens and payments name a facility where a financing could stand as well."""
    return _FACILITY_BIT | facility_id


def facility_number(financing_id: int | None) -> int | None:
    """The facility that a lien's financing number names, or None where it names a loan or nothing."""
    if financing_id is None or not financing_id & _FACILITY_BIT:
        return None
    return financing_id & ~_FACILITY_BIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a source said last. price_minor: for one whole unit of the good."""

    price_minor: int
    observed_at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An asset offered to a buyer in enforcement."""

    buyer_id: int
    price_minor: int
    expires_at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOffer:
    """The funder's claim, offered to another funder."""

    to_id: int
    price_minor: int
    expires_at_s: int
    agreement_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """An offer and what became of it. funder_id: who holds the claim now.

    interest_minor is what had accrued on accrued_day (a UTC day number). pool: what was put into the pool and
    not taken out by borrower or buyer; what the pledgee released on its own stands here still, and only the
    liens say that it is in the pool no longer (LedgerState.pool_of). call_deadline_s: of an open margin call,
    else 0.
    """

    facility_id: int
    funder_id: int
    terms: FacilityTerms
    state: FacilityState = FacilityState.OFFERED
    principal_minor: int = 0
    interest_minor: int = 0
    accrued_day: int = 0
    repaid_minor: int = 0
    call_deadline_s: int = 0
    pool: tuple[AssetId, ...] = ()
    sales: tuple[tuple[AssetId, Sale], ...] = field(default=())
    claim_offer: ClaimOffer | None = None

    @property
    def borrower_id(self) -> int:
        """The party that holds the assets and owes the debt."""
        return self.terms.borrower_id

    def sale_of(self, asset_id: AssetId) -> Sale | None:
        """The sale under way of an asset."""
        return dict(self.sales).get(asset_id)
