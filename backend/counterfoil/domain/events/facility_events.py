"""Events of prices and facilities; counterfoil.domain.events.ledger_events says how to read them.

A good is the 32-byte key of its code, grade and unit; lots count as the good LOTS_GOOD.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.lot import AssetId

LOTS_GOOD = (1).to_bytes(32, "big")
"""Stands for all lots among the goods of an agreement: they count at their amount, without a price."""


class RepaidBy(IntEnum):
    """Whence a repayment came; numbered as IFacilities.RepaidBy."""

    BORROWER = 0
    SETTLEMENT = 1
    ENFORCEMENT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodTerms:
    """A good that the agreement admits. haircut_bps: what is taken off its value."""

    good: bytes
    haircut_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityTerms:
    """What a funder offers; see IFacilities.Terms. minimum_value_minor is after haircuts, sale floors before.

    price_max_age_s, call_period_s: seconds. assets: the pool at drawdown.
    """

    borrower_id: int
    currency: int
    principal_minor: int
    rate_bps: int
    day_basis: int
    due_at_s: int
    expires_at_s: int
    price_source_id: int
    price_max_age_s: int
    draw_ltv_bps: int
    call_ltv_bps: int
    call_period_s: int
    sale_floor_bps: int
    minimum_value_minor: int
    registered_at_s: int
    agreement_hash: bytes
    registration_hash: bytes
    goods: tuple[GoodTerms, ...]
    assets: tuple[AssetId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePosted(LedgerEvent):
    """What a source says that one whole unit of a good costs."""

    source_id: int
    good: bytes
    currency: int
    price_minor: int
    observed_at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityOffered(LedgerEvent):
    """A funder offers a loan over a pool of assets to their holder, who is named in the terms."""

    facility_id: int
    funder_id: int
    terms: FacilityTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityWithdrawn(LedgerEvent):
    """The funder took its offer back."""

    facility_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityDrawnDown(LedgerEvent):
    """The borrower took the offer: every asset is pledged and the money is there."""

    facility_id: int
    value_minor: int
    ltv_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetAdded(LedgerEvent):
    """The borrower put a further asset into the pool."""

    facility_id: int
    asset_id: AssetId


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetSubstituted(LedgerEvent):
    """An asset was taken out of the pool for another one."""

    facility_id: int
    asset_id: AssetId
    replacement_id: AssetId


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetWithdrawn(LedgerEvent):
    """The borrower took an asset out of the pool that is not needed in it."""

    facility_id: int
    asset_id: AssetId


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityRepaid(LedgerEvent):
    """A payment on the debt, interest first."""

    facility_id: int
    interest_minor: int
    principal_minor: int
    principal_left_minor: int
    interest_left_minor: int
    by: RepaidBy


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityClosed(LedgerEvent):
    """Nothing is owed any more."""

    facility_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCalled(LedgerEvent):
    """The loan-to-value is above the call limit; the borrower has until deadline_s to mend it."""

    facility_id: int
    value_minor: int
    debt_minor: int
    deadline_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCallLifted(LedgerEvent):
    """The loan-to-value is within the call limit again."""

    facility_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityDefaulted(LedgerEvent):
    """The funder recorded that the debt was not paid when due; debt_minor on that day."""

    facility_id: int
    debt_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleOffered(LedgerEvent):
    """The funder, who may enforce, offers an asset of the pool to a buyer."""

    facility_id: int
    asset_id: AssetId
    buyer_id: int
    price_minor: int
    expires_at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetEnforced(LedgerEvent):
    """The asset is the buyer's. surplus_minor: of the price, what went to the borrower."""

    facility_id: int
    asset_id: AssetId
    buyer_id: int
    price_minor: int
    surplus_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOffered(LedgerEvent):
    """The funder offers its claim, liens included, to another funder."""

    facility_id: int
    to_id: int
    price_minor: int
    expires_at_s: int
    agreement_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTransferred(LedgerEvent):
    """The claim is another funder's, who paid for it."""

    facility_id: int
    from_id: int
    to_id: int
    price_minor: int
