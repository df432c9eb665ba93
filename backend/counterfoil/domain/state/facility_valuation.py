"""What the pool of a facility is worth (contracts/FacilityPools.sol computes the same numbers).

Goods count at the newest price of the source that both named; lots at what their debtor will pay on them as
things stand. Amounts in minor units of the facility's currency, every division rounded down but the
loan-to-value, which is rounded up: a limit is kept to the last cent.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.events.facility_events import LOTS_GOOD
from counterfoil.domain.interest import day_of, owed_minor
from counterfoil.domain.lot import ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId, LotId
from counterfoil.domain.state.facility_state import Facility, Price
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import BillState, NoteState, ReceiptState

BPS = 10_000
UNBOUNDED_LTV_BPS = 2**256 - 1
"""Loan-to-value where a debt stands against nothing."""
NEVER_PRICED_S = 2**40 - 1
"""Age of the oldest price where nothing in a value has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """One asset. quantity: in its own units, of a lot minor units. kept_bps: what the haircut leaves.

    kept_bps 0: the good is not agreed. price: None where the source posted none, and for lots. is_sound: in
    circulation, neither disputed nor frozen, and no count fell short of it.
    """

    good: bytes
    quantity: int
    gross_minor: int
    kept_bps: int
    price: Price | None
    is_lot: bool
    is_sound: bool

    @property
    def value_minor(self) -> int:
        """What bears debt, after the haircut. What is frozen, disputed or missing bears none."""
        return self.gross_minor * self.kept_bps // BPS if self.is_sound else 0

    @property
    def priced_at_s(self) -> int:
        """When its price was observed: 0 without one, NEVER_PRICED_S where none is asked for."""
        if self.is_lot:
            return NEVER_PRICED_S
        return self.price.observed_at_s if self.price else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """A pool against its debt. priced_at_s: observation of the oldest price in it."""

    gross_minor: int
    value_minor: int
    debt_minor: int
    priced_at_s: int

    @property
    def ltv_bps(self) -> int:
        """Debt x 10,000 / value after haircuts, rounded up."""
        if self.debt_minor == 0:
            return 0
        if self.value_minor == 0:
            return UNBOUNDED_LTV_BPS
        return -(-self.debt_minor * BPS // self.value_minor)


def debt_of(facility: Facility, at_s: int) -> tuple[int, int]:
    """Principal and interest owed at a time."""
    return facility.principal_minor, owed_minor(
        principal_minor=facility.principal_minor,
        interest_minor=facility.interest_minor,
        rate_bps=facility.terms.rate_bps,
        day_basis=facility.terms.day_basis,
        days_run=day_of(at_s) - facility.accrued_day,
    )


def lot_behind(asset_id: AssetId) -> LotId:
    """The lot that the contracts read from an asset of that kind, whatever stands in its unused bits."""
    found = LotId.from_number(asset_id.reference & (2**128 - 1))
    return LotId(found.note_id & (2**64 - 1), found.segment, found.index)


def quantity_of(state: LedgerState, asset_id: AssetId) -> int:
    """What there is of an asset now. Raises KeyError where there is no such asset."""
    if asset_id.kind == ASSET_KIND_LOT:
        return _payable_on(state, lot_behind(asset_id))
    if asset_id.kind == ASSET_KIND_RECEIPT:
        return state.receipts[asset_id.receipt_id].quantity
    return state.bills[asset_id.bill_id].quantity


def worth_of(state: LedgerState, facility: Facility, asset_id: AssetId) -> Worth:
    """One asset at the newest price. Raises KeyError where there is no such asset."""
    quantity = quantity_of(state, asset_id)
    terms = facility.terms
    good, decimals = _good_of(state, asset_id)
    kept = next((BPS - each.haircut_bps for each in terms.goods if each.good == good), 0)
    is_lot = asset_id.kind == ASSET_KIND_LOT
    price = None if is_lot else state.prices.get((terms.price_source_id, good, terms.currency))
    gross = price.price_minor * quantity // 10**decimals if price else 0
    return Worth(
        good=good,
        quantity=quantity,
        gross_minor=quantity if is_lot else gross,
        kept_bps=kept,
        price=price,
        is_lot=is_lot,
        is_sound=_is_sound(state, asset_id),
    )


def valuation_of(state: LedgerState, facility: Facility, at_s: int) -> Valuation:
    """The pool as it is, at the newest prices whatever their age."""
    pool = [worth_of(state, facility, each) for each in state.pool_of(facility.facility_id)]
    return Valuation(
        gross_minor=sum(each.gross_minor for each in pool),
        value_minor=sum(each.value_minor for each in pool),
        debt_minor=sum(debt_of(facility, at_s)),
        priced_at_s=min((each.priced_at_s for each in pool), default=NEVER_PRICED_S),
    )


def claim_of(state: LedgerState, facility: Facility) -> tuple[int, tuple[tuple[AssetId, int], ...]]:
    """What a buyer of the claim looks at: what was repaid, and what is in the pool; not time or prices."""
    pool = state.pool_of(facility.facility_id)
    return facility.repaid_minor, tuple((each, quantity_of(state, each)) for each in pool)


def _good_of(state: LedgerState, asset_id: AssetId) -> tuple[bytes, int]:
    """The key of the good, and the decimals of its quantity."""
    if asset_id.kind == ASSET_KIND_LOT:
        return LOTS_GOOD, 0
    if asset_id.kind == ASSET_KIND_RECEIPT:
        stock = state.stocks[state.receipts[asset_id.receipt_id].stock_id]
        return stock.good, stock.decimals
    bill = state.bills[asset_id.bill_id]
    return bill.good, bill.decimals


def _is_sound(state: LedgerState, asset_id: AssetId) -> bool:
    if asset_id.kind == ASSET_KIND_LOT:
        return True
    if asset_id.kind == ASSET_KIND_RECEIPT:
        receipt = state.receipts[asset_id.receipt_id]
        return receipt.state is ReceiptState.ISSUED and not state.stocks[receipt.stock_id].is_short
    return state.bills[asset_id.bill_id].state is BillState.ISSUED


def _payable_on(state: LedgerState, lot_id: LotId) -> int:
    """A lot's share of what its debtor will pay as things stand: without what is disputed or taken off."""
    lot, note = state.lots[lot_id], state.notes[lot_id.note_id]
    # What the last round paid is in its events; the ledger keeps no sum of it on the lot.
    booked = sum(each.amount_minor for each in state.payments.get(lot_id, ()) if not each.final)
    unpaid, on_note = lot.length_minor - booked, note.face_minor - note.paid_minor
    if note.state is NoteState.WRITTEN_OFF or unpaid == 0 or on_note == 0:
        return 0
    return unpaid * (on_note - note.reduced_minor - note.disputed_minor) // on_note
