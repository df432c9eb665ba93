"""A loan over a pool: terms, drawdown, floating substitution, margin call, enforcement, sale of the claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import FacilityState
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.facilities.accept_facility import accept_facility
from counterfoil.usecases.facilities.add_asset import add_asset
from counterfoil.usecases.facilities.buy_asset import buy_asset
from counterfoil.usecases.facilities.call_margin import call_margin
from counterfoil.usecases.facilities.lift_margin_call import lift_margin_call
from counterfoil.usecases.facilities.list_prices import list_prices
from counterfoil.usecases.facilities.mark_facility_defaulted import mark_facility_defaulted
from counterfoil.usecases.facilities.offer_claim import offer_claim
from counterfoil.usecases.facilities.offer_facility import FacilityPlan, offer_facility
from counterfoil.usecases.facilities.offer_sale import offer_sale
from counterfoil.usecases.facilities.post_price import post_price
from counterfoil.usecases.facilities.repay_facility import repay_facility
from counterfoil.usecases.facilities.show_facility import list_facilities, show_facility
from counterfoil.usecases.facilities.substitute_asset import substitute_asset
from counterfoil.usecases.facilities.take_asset import take_asset
from counterfoil.usecases.facilities.take_claim import take_claim
from counterfoil.usecases.facilities.withdraw_asset import withdraw_asset
from counterfoil.usecases.facilities.withdraw_facility import withdraw_facility
from counterfoil.usecases.liens.pledge_asset import pledge_asset
from counterfoil.usecases.liens.release_part import release_part_of_receipt
from counterfoil.usecases.receipts.attest_stock import attest_stock
from counterfoil.usecases.receipts.show_receipt import show_receipt
from counterfoil.usecases.workbench import Workbench
from goods_support import (
    INSPECTOR,
    KEEPER,
    SOURCE,
    STEEL,
    books_hold,
    coil,
    document,
    issued,
    refusal,
)
from ledger_support import BANK, DAY_S, HALDEN, LAHN, SECOND_BANK, VALTENNA


def plan(bench: Workbench, **changed: object) -> FacilityPlan:
    """75.115 t at 600.00 are 45,069.00; less 10 % they are 40,562.10, and 5,000.00 are lent for 90 days."""
    stated = FacilityPlan(
        borrower=LAHN.key,
        currency="EUR",
        principal_minor=500_000,
        rate_bps=600,
        due_at=bench.now() + timedelta(days=90),
        expires_at=bench.now() + timedelta(days=7),
        price_source=SOURCE.key,
        price_max_age_s=3 * DAY_S,
        draw_ltv_bps=7_000,
        call_ltv_bps=8_000,
        call_period_s=2 * DAY_S,
        sale_floor_bps=8_000,
        minimum_value_minor=600_000,
        haircuts_bps={"HRC:S235JR:TNE": 1_000, "lots": 500},
        assets=("receipt:1",),
        agreement="FA-2026-3",
    )
    return replace(stated, **changed)


def drawn(bench: Workbench, **changed: object) -> int:
    opened = offer_facility(bench, actor=BANK.key, plan=plan(bench, **changed))
    accept_facility(bench, actor=LAHN.key, facility_id=opened.facility_id)
    return opened.facility_id


def price(bench: Workbench, minor: int) -> None:
    post_price(bench, actor=SOURCE.key, good=STEEL, currency="EUR", price_minor=minor)


def state_of_facility(bench: Workbench) -> FacilityState:
    return bench.read_model.state.facilities[1].state


def test_a_loan_over_a_receipt_from_offer_to_the_last_cent(stocked: OpenLedger) -> None:
    bench = stocked.bench
    before = bench.read_model.state.balance_of(1, 978)
    assert drawn(bench) == 1
    sheet = show_facility(bench, facility_id=1)
    assert sheet.facility.state is FacilityState.OPEN
    assert (sheet.valuation.gross_minor, sheet.valuation.value_minor) == (4_506_900, 4_056_210)
    assert (sheet.valuation.debt_minor, sheet.valuation.ltv_bps) == (500_000, 1_233)
    assert [(each.asset, each.worth.value_minor) for each in sheet.pool] == [("receipt:1", 4_056_210)]
    assert bench.read_model.state.balance_of(1, 978) == before + 500_000
    shown = show_receipt(bench, receipt_id=1)
    assert (shown.ltv_bps, shown.price_source_name) == (1_233, SOURCE.name)
    assert [lien.lien.facility_id for lien in shown.liens] == [1]
    assert (
        refusal(
            bench,
            pledge_asset,
            actor=LAHN.key,
            asset="receipt:1",
            pledgee=SECOND_BANK.key,
            secured_minor=1,
            agreement="x",
        )
        == "AssetEncumbered"
    )

    stocked.advance_time(30 * DAY_S)
    issue_cash(bench, party=LAHN.key, currency="EUR", amount_minor=100_000, deposit="own money")
    part = repay_facility(bench, actor=LAHN.key, facility_id=1, amount_minor=200_000)
    assert (part.interest_minor, part.principal_minor, part.closed) == (2_500, 197_500, False)
    rest = repay_facility(bench, actor=LAHN.key, facility_id=1)
    assert (rest.interest_minor, rest.principal_minor, rest.closed) == (0, 302_500, True)
    assert not bench.read_model.state.is_pledged(AssetId.of_receipt(1))
    assert [(each.facility.state, each.pool) for each in list_facilities(bench)] == [
        (FacilityState.CLOSED, ())
    ]
    assert books_hold(bench)


def test_what_an_offer_refuses(warehouse: Workbench) -> None:
    bench = warehouse

    def refused(**changed: object) -> str:
        return refusal(bench, offer_facility, actor=BANK.key, plan=plan(bench, **changed))

    head = bench.ledger.head()
    assert refused(borrower="Nobody") == "PartyNotFound"
    assert refused(currency="EURO") == "UnknownCurrency"
    assert refused(principal_minor=0) == "AmountInvalid"
    assert refused(haircuts_bps={"COPPER:A:TNE": 1_000}) == "GoodNotFound"
    for unknown in ("HRC:S235JR:TNE:x", "HRC:S235JR:TNE:2", "HRC:S235JR:KGM", "HRC:S355:TNE", "HRC:A:B:C:D"):
        assert refused(haircuts_bps={unknown: 1_000}) == "GoodNotFound"
    assert refused(haircuts_bps={"HRC:S235JR:PALLET": 1_000}) == "UnitUnknown"
    assert refused(assets=("receipt:9",)) == "ReceiptNotFound"
    assert refused(agreement="  ") == "ReferenceEmpty"
    assert bench.ledger.head() == head
    assert refused(draw_ltv_bps=9_000) == "FacilityTermInvalid"
    assert refused(haircuts_bps={}) == "FacilityTermInvalid"
    assert refusal(bench, offer_facility, actor=LAHN.key, plan=plan(bench)) == "RoleMissing"


def test_an_offer_is_taken_by_its_borrower_while_it_is_open(stocked: OpenLedger) -> None:
    bench = stocked.bench
    for number in (1, 2):
        assert offer_facility(bench, actor=BANK.key, plan=plan(bench)).facility_id == number
    assert refusal(bench, accept_facility, actor=VALTENNA.key, facility_id=1) == "NotFacilityBorrower"
    assert refusal(bench, withdraw_facility, actor=LAHN.key, facility_id=1) == "NotFacilityFunder"
    assert refusal(bench, accept_facility, actor=LAHN.key, facility_id=9) == "FacilityNotFound"
    withdraw_facility(bench, actor=BANK.key, facility_id=1)
    assert refusal(bench, accept_facility, actor=LAHN.key, facility_id=1) == "UnexpectedFacilityState"
    stocked.advance_time(4 * DAY_S)
    assert refusal(bench, accept_facility, actor=LAHN.key, facility_id=2) == "PriceStale"
    price(bench, 10_000)
    assert refusal(bench, accept_facility, actor=LAHN.key, facility_id=2) == "LtvAboveLimit"
    stocked.advance_time(60)
    price(bench, 60_000)
    stocked.advance_time(4 * DAY_S)
    assert refusal(bench, accept_facility, actor=LAHN.key, facility_id=2) == "FacilityOfferExpired"


def test_prices_are_posted_by_sources_and_go_forward(warehouse: Workbench) -> None:
    bench = warehouse
    ask = {"good": STEEL, "currency": "EUR", "price_minor": 61_000}
    assert refusal(bench, post_price, actor=LAHN.key, **ask) == "RoleMissing"
    assert refusal(bench, post_price, actor=SOURCE.key, **{**ask, "price_minor": 0}) == "AmountInvalid"
    late = bench.now() - timedelta(days=9)
    assert refusal(bench, post_price, actor=SOURCE.key, observed_at=late, **ask) == "PriceNotNewer"
    early = bench.now() + timedelta(days=9)
    assert refusal(bench, post_price, actor=SOURCE.key, observed_at=early, **ask) == "PriceInFuture"
    (sheet,) = list_prices(bench)
    assert (sheet.good, sheet.price.price_minor, sheet.source_name) == (STEEL, 60_000, SOURCE.name)


def test_the_pool_floats_within_minimum_and_limit(warehouse: Workbench) -> None:
    bench = warehouse
    facility_id = drawn(bench)
    small = issued(bench, document([coil("C-2001", "10.000")], number="WR-2"))
    add = {"actor": LAHN.key, "facility_id": facility_id}
    add_asset(bench, asset=f"receipt:{small}", **add)
    assert [each.asset for each in show_facility(bench, facility_id=1).pool] == [
        "receipt:1",
        f"receipt:{small}",
    ]
    withdraw_asset(bench, asset=f"receipt:{small}", **add)
    swap = {"asset": "receipt:1", "replacement": f"receipt:{small}", **add}
    assert refusal(bench, substitute_asset, **swap) == "SubstituteWorthLess"
    assert refusal(bench, withdraw_asset, asset="receipt:1", **add) == "ValueBelowMinimum"
    assert refusal(bench, withdraw_asset, asset=f"receipt:{small}", **add) == "AssetNotInPool"
    add_asset(bench, asset=f"receipt:{small}", **add)
    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="120", evidence="tally 2")
    better = issued(bench, document([coil("C-3001", "10.001")], number="WR-3"))
    substitute_asset(bench, asset=f"receipt:{small}", replacement=f"receipt:{better}", **add)
    assert not bench.read_model.state.is_pledged(AssetId.of_receipt(small))
    assert books_hold(bench)


def test_the_funder_releases_a_part_of_a_pledged_receipt(warehouse: Workbench) -> None:
    bench = warehouse
    drawn(bench)
    released = release_part_of_receipt(
        bench, actor=BANK.key, receipt_id=1, quantity="50.105", reason="half repaid", sealed_by=KEEPER.key
    )
    assert show_facility(bench, facility_id=1).valuation.gross_minor == 25_010 * 60
    assert not bench.read_model.state.is_pledged(released.freed)
    assert books_hold(bench)


def test_a_margin_call_has_a_deadline_and_then_the_asset_is_taken(stocked: OpenLedger) -> None:
    bench = stocked.bench
    drawn(bench)
    call = {"actor": BANK.key, "facility_id": 1}
    assert refusal(bench, call_margin, **call) == "LtvWithinLimit"
    stocked.advance_time(60)
    price(bench, 8_000)
    call_margin(bench, **call)
    sheet = show_facility(bench, facility_id=1)
    assert sheet.facility.state is FacilityState.CALLED
    assert sheet.call_deadline is not None
    take = {"actor": BANK.key, "facility_id": 1, "asset": "receipt:1"}
    assert refusal(bench, take_asset, price_minor=600_000, **take) == "NotEnforceable"
    assert refusal(bench, lift_margin_call, **call) == "LtvAboveLimit"
    stocked.advance_time(2 * DAY_S + 60)
    assert refusal(bench, take_asset, price_minor=1, **take) == "PriceBelowFloor"
    taken = take_asset(bench, price_minor=600_000, **take)
    owed = 500_000 + 500_000 * 6 * 2 // 100 // 360
    assert taken.surplus_minor == pytest.approx(600_000 - owed, abs=100)
    shown = show_receipt(bench, receipt_id=1)
    assert shown.holder_name == BANK.name
    assert shown.title[-1].how == "enforced"
    assert state_of_facility(bench) is FacilityState.CLOSED
    assert books_hold(bench)


def test_a_margin_call_is_lifted_when_the_price_comes_back(stocked: OpenLedger) -> None:
    bench = stocked.bench
    drawn(bench)
    stocked.advance_time(60)
    price(bench, 8_000)
    call_margin(bench, actor=BANK.key, facility_id=1)
    stocked.advance_time(60)
    price(bench, 60_000)
    lift_margin_call(bench, actor=LAHN.key, facility_id=1)
    sheet = show_facility(bench, facility_id=1)
    assert (sheet.facility.state, sheet.call_deadline) == (FacilityState.OPEN, None)


def test_after_default_a_buyer_pays_and_holds(stocked: OpenLedger) -> None:
    bench = stocked.bench
    drawn(bench)
    assert refusal(bench, mark_facility_defaulted, actor=BANK.key, facility_id=1) == "FacilityNotDue"
    stocked.advance_time(91 * DAY_S)
    mark_facility_defaulted(bench, actor=BANK.key, facility_id=1)
    price(bench, 60_000)
    sale = {
        "actor": BANK.key,
        "facility_id": 1,
        "asset": "receipt:1",
        "buyer": HALDEN.key,
        "expires_at": bench.now() + timedelta(days=3),
    }
    assert refusal(bench, offer_sale, price_minor=100_000, **sale) == "PriceBelowFloor"
    assert refusal(bench, buy_asset, actor=HALDEN.key, facility_id=1, asset="receipt:1") == "SaleUnknown"
    offer_sale(bench, price_minor=3_700_000, **sale)
    buy = {"actor": HALDEN.key, "facility_id": 1, "asset": "receipt:1"}
    assert refusal(bench, buy_asset, **buy) == "CashInsufficient"
    issue_cash(bench, party=HALDEN.key, currency="EUR", amount_minor=3_000_000, deposit="purchase")
    before = bench.read_model.state.balance_of(1, 978)
    buy_asset(bench, **buy)
    assert show_receipt(bench, receipt_id=1).holder_name == HALDEN.name
    surplus = bench.read_model.state.balance_of(1, 978) - before
    assert 3_190_000 < surplus < 3_200_000
    assert books_hold(bench)


def test_a_claim_is_sold_with_its_liens(warehouse: Workbench) -> None:
    bench = warehouse
    drawn(bench)
    assert refusal(bench, take_claim, actor=SECOND_BANK.key, facility_id=1) == "ClaimNotOffered"
    offer_claim(
        bench,
        actor=BANK.key,
        facility_id=1,
        to=SECOND_BANK.key,
        price_minor=490_000,
        expires_at=bench.now() + timedelta(days=3),
        agreement="CL-1",
    )
    assert refusal(bench, take_claim, actor=HALDEN.key, facility_id=1) in ("ClaimNotOffered", "RoleMissing")
    take_claim(bench, actor=SECOND_BANK.key, facility_id=1)
    assert show_facility(bench, facility_id=1).funder_name == SECOND_BANK.name
    assert [lien.pledgee_name for lien in show_receipt(bench, receipt_id=1).liens] == [SECOND_BANK.name]
    assert books_hold(bench)


def test_a_loan_in_another_currency_than_the_receipts_is_shown_in_its_own(warehouse: Workbench) -> None:
    bench = warehouse
    issue_cash(bench, party=BANK.key, currency="USD", amount_minor=500_000, deposit="statement 9, line 1")
    post_price(bench, actor=SOURCE.key, good=STEEL, currency="USD", price_minor=65_000)
    drawn(bench, currency="USD")
    sheet = show_receipt(bench, receipt_id=1)
    assert sheet.currency.code == "EUR"
    assert sheet.price is not None
    assert (sheet.price.price_minor, sheet.price_currency.code) == (65_000, "USD")
    (lien,) = sheet.liens
    assert lien.currency is not None
    assert (lien.lien.secured_minor, lien.currency.code) == (500_000, "USD")
