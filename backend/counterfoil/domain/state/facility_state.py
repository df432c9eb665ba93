"""The records of prices and facilities; counterfoil.domain.state.ledger_state holds them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counterfoil.domain.events.facility_events import FacilityTerms
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
    """An asset offered to a buyer in enforcement, as it was then: it lapses when any of that has changed.

    funder_id: who offered it; sequence: of the asset's lien; quantity: in the asset's own units.
    """

    buyer_id: int
    price_minor: int
    expires_at_s: int
    funder_id: int
    sequence: int
    quantity: int

    def is_of(self, *, funder_id: int, sequence: int, quantity: int) -> bool:
        """Whether it still says what is offered."""
        return (self.funder_id, self.sequence, self.quantity) == (funder_id, sequence, quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOffer:
    """The funder's claim, offered to another funder, as it was then: it lapses when that has changed.

    claim: what was repaid, and each asset of the pool with its quantity.
    """

    to_id: int
    price_minor: int
    expires_at_s: int
    agreement_hash: bytes
    claim: tuple[int, tuple[tuple[AssetId, int], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facility:
    """An offer and what became of it. funder_id: who holds the claim now.

    interest_minor is what had accrued on accrued_day (a UTC day number). pool: where to look for assets; what
    the pledgee released or an order took may still stand here, and only the liens say that it is in the pool
    no longer (LedgerState.pool_of). sales: by asset, also past ones. call_deadline_s: of an open margin call,
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
    sales: tuple[tuple[AssetId, Sale], ...] = ()
    claim_offer: ClaimOffer | None = None

    @property
    def borrower_id(self) -> int:
        """The party that holds the assets and owes the debt."""
        return self.terms.borrower_id

    def sale_of(self, asset_id: AssetId) -> Sale | None:
        """What was last offered of an asset."""
        return dict(self.sales).get(asset_id)

    def with_sale(self, asset_id: AssetId, sale: Sale | None) -> Facility:
        """The facility with another sale of an asset, or with none."""
        others = tuple(each for each in self.sales if each[0] != asset_id)
        return replace(self, sales=others if sale is None else (*others, (asset_id, sale)))

    def without(self, asset_id: AssetId) -> Facility:
        """The facility with an asset off its list; the last one takes its place, as in the contract."""
        if asset_id not in self.pool:
            raise ValueError(f"asset {asset_id} is not in the pool of facility {self.facility_id}")
        *others, last = self.pool
        return replace(self, pool=tuple(last if each == asset_id else each for each in others))
