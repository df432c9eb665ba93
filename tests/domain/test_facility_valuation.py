"""What a pool is worth: haircuts, rounding, lots in the middle of a payment, goods that bear no debt."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from facility_ledger import (
    BUYER,
    CNY,
    COIL,
    MATURITY_S,
    NOW_S,
    OWNER,
    TERMS,
    by,
    digest,
    drawn,
    lot,
    officer,
    price,
    receipt,
    with_pool_of,
)
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.events.facility_events import LOTS_GOOD, GoodTerms
from counterfoil.domain.ledger import Ledger, LotRange
from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.facility_state import Facility, Price, facility_number, financing_number
from counterfoil.domain.state.facility_valuation import (
    NEVER_PRICED_S,
    UNBOUNDED_LTV_BPS,
    Valuation,
    Worth,
    claim_of,
    quantity_of,
    valuation_of,
    worth_of,
)

POOL = with_pool_of(1_000, 500)


def facility(*goods: GoodTerms) -> Facility:
    return Facility(facility_id=1, funder_id=6, terms=replace(TERMS, goods=goods or TERMS.goods))


def worth(ledger: Ledger, asset_id: AssetId, *goods: GoodTerms) -> Worth:
    return worth_of(ledger.state, facility(*goods), asset_id)


@pytest.mark.parametrize(
    ("debt", "value", "ltv"),
    [
        (0, 0, 0),
        (1, 0, UNBOUNDED_LTV_BPS),
        (0, 5, 0),
        (3, 4, 7_500),
        (30_001, 40_000, 7_501),
        (1, 10_000, 1),
        (1, 10_001, 1),
        (2**48 - 1, 1, (2**48 - 1) * 10_000),
    ],
)
def test_loan_to_value_is_rounded_up(debt: int, value: int, ltv: int) -> None:
    found = Valuation(gross_minor=value, value_minor=value, debt_minor=debt, priced_at_s=0)
    assert found.ltv_bps == ltv


@given(debt=st.integers(1, 2**48 - 1), value=st.integers(1, 2**80), limit=st.integers(1, 10_000))
def test_a_limit_on_the_rounded_ratio_is_a_limit_on_the_debt(debt: int, value: int, limit: int) -> None:
    found = Valuation(gross_minor=value, value_minor=value, debt_minor=debt, priced_at_s=0)
    assert (found.ltv_bps <= limit) is (debt * 10_000 <= value * limit)


@given(
    quantity=st.integers(1, 2**64 - 1),
    decimals=st.integers(0, 18),
    minor=st.integers(1, 2**64 - 1),
    haircut=st.integers(0, 9_999),
)
def test_goods_count_at_price_times_quantity_less_the_haircut(
    quantity: int, decimals: int, minor: int, haircut: int
) -> None:
    state = copy.copy(POOL.state)
    state.receipts = {1: replace(state.receipts[1], quantity=quantity)}
    state.stocks = {1: replace(state.stocks[1], decimals=decimals)}
    state.prices = {(TERMS.price_source_id, COIL, CNY): Price(price_minor=minor, observed_at_s=7)}
    found = worth_of(state, facility(GoodTerms(good=COIL, haircut_bps=haircut)), receipt(1))
    assert found.gross_minor == minor * quantity // 10**decimals
    assert found.value_minor == found.gross_minor * (10_000 - haircut) // 10_000
    assert found.priced_at_s == 7


def test_a_good_that_was_not_agreed_or_priced_is_worth_nothing() -> None:
    ledger = with_pool_of(1_000)
    other = worth(ledger, receipt(1), GoodTerms(good=digest("other"), haircut_bps=0))
    assert (other.kept_bps, other.value_minor, other.gross_minor) == (0, 0, 5_000)
    ledger.state.prices.clear()
    silent = worth(ledger, receipt(1))
    assert (silent.price, silent.gross_minor, silent.priced_at_s) == (None, 0, 0)


@pytest.mark.parametrize("fate", ["frozen", "disputed", "short", "released"])
def test_goods_in_trouble_keep_their_price_and_bear_no_debt(fate: str) -> None:
    ledger = with_pool_of(1_000)
    match fate:
        case "frozen":
            ledger.receipt_orders.freeze(officer(), receipt_id=1, order_hash=digest("order"))
        case "disputed":
            ledger.receipt_orders.dispute(by(OWNER), receipt_id=1, evidence_hash=digest("evidence"))
        case "released":
            ledger.receipts.order_delivery(by(OWNER), receipt_id=1, order_hash=digest("order"))
        case _:
            ledger.stocks.attest(by(3), stock_id=1, quantity=999, evidence_hash=digest("report"))
    found = worth(ledger, receipt(1))
    assert (found.gross_minor, found.value_minor, found.is_sound) == (5_000, 0, False)


def test_a_lot_counts_with_its_share_of_what_is_still_to_come() -> None:
    ledger = with_pool_of(1_000)
    ledger.lots.split(
        by(OWNER), lot_id=lot().lot_id, children=[(300, OWNER), (700, OWNER)], background=digest("o")
    )
    ledger.notes.dispute(by(BUYER), note_id=1, amount_minor=101, evidence_hash=digest("evidence"))
    # 899 of 1,000: 269.7 and 629.3, rounded down, and the haircut of a tenth rounded down again.
    assert [worth(ledger, lot(1, place)).gross_minor for place in (0, 1)] == [269, 629]
    assert worth(ledger, lot(1, 0)).value_minor == 242
    assert worth(ledger, lot(1, 0)).priced_at_s == NEVER_PRICED_S
    ledger.notes.resolve_dispute(officer(), note_id=1, upheld_minor=100, reason_hash=digest("award"))
    assert [quantity_of(ledger.state, lot(1, place)) for place in (0, 1)] == [270, 630]
    due = by(BUYER, MATURITY_S)
    # Half a round: the first lot has its 150 of 500, the note counts a round when it is complete.
    ledger.settlement.settle(due, note_id=1, amount_minor=500, ranges=[LotRange(segment=1, start=0, stop=0)])
    assert [quantity_of(ledger.state, lot(1, place)) for place in (0, 1)] == [135, 630]
    ledger.settlement.settle(due, note_id=1, amount_minor=500, ranges=[LotRange(segment=1, start=1, stop=1)])
    assert [quantity_of(ledger.state, lot(1, place)) for place in (0, 1)] == [120, 280]
    after_s = MATURITY_S + 2 * 86_400
    ledger.notes.mark_overdue(by(BUYER, after_s), note_id=1)
    ledger.notes.write_off(officer(after_s), note_id=1, reason_hash=digest("lost"))
    assert [quantity_of(ledger.state, lot(1, place)) for place in (0, 1)] == [0, 0]


@pytest.mark.parametrize("reduced", [0, 1, 999])
def test_a_settled_lot_is_worth_nothing(reduced: int) -> None:
    ledger = with_pool_of(1_000)
    if reduced:
        ledger.notes.dispute(by(BUYER), note_id=1, amount_minor=reduced, evidence_hash=digest("evidence"))
        ledger.notes.resolve_dispute(officer(), note_id=1, upheld_minor=reduced, reason_hash=digest("award"))
    due = by(BUYER, MATURITY_S)
    whole = [LotRange(segment=0, start=0, stop=0)]
    ledger.settlement.settle(due, note_id=1, amount_minor=1_000 - reduced, ranges=whole)
    assert quantity_of(ledger.state, lot()) == 0


def test_the_pool_is_what_is_under_lien_and_its_oldest_price_counts() -> None:
    ledger = with_pool_of(1_000, 500)
    drawn(ledger, receipt(1), lot(), principal_minor=3_675)
    found = valuation_of(ledger.state, ledger.state.facilities[1], NOW_S)
    assert (found.gross_minor, found.value_minor, found.ltv_bps) == (6_000, 4_900, 7_500)
    assert found.priced_at_s == NOW_S
    before = claim_of(ledger.state, ledger.state.facilities[1])
    price(ledger, 4_000, at_s=NOW_S + 9)
    # A day of 36 % a year on 3,675 is 3.675.
    later = valuation_of(ledger.state, ledger.state.facilities[1], NOW_S + 86_400)
    assert (later.value_minor, later.debt_minor, later.priced_at_s) == (4_100, 3_679, NOW_S + 9)
    assert claim_of(ledger.state, ledger.state.facilities[1]) == before
    ledger.liens.release(by(6), asset_id=receipt(1), reason_hash=digest("free"))
    left = valuation_of(ledger.state, ledger.state.facilities[1], NOW_S)
    assert (left.value_minor, left.priced_at_s) == (900, NEVER_PRICED_S)
    assert claim_of(ledger.state, ledger.state.facilities[1]) == (0, ((lot(), 1_000),))


def test_lots_are_lots_whatever_good_a_stock_calls_itself() -> None:
    ledger = with_pool_of(1_000)
    ledger.state.stocks[1] = replace(ledger.state.stocks[1], good=LOTS_GOOD)
    found = worth(ledger, receipt(1))
    assert (found.is_lot, found.gross_minor, found.price) == (False, 0, None)


@given(st.integers(1, 2**63 - 1))
def test_a_facilitys_number_is_told_from_a_loans(number: int) -> None:
    assert facility_number(financing_number(number)) == number
    assert facility_number(number) is None
    assert facility_number(None) is None
