"""Facilities that fall short: margin calls, default, enforcement in part."""

from __future__ import annotations

import pytest

from counterfoil.domain.ledger import WHOLE_DEBT
from counterfoil.domain.states import FacilityState, LienState, PartyState
from model import commands, goods_commands, money_commands
from model import facility_commands as do
from model.commands import digest
from model.contract_chain import START_S
from scenarios.facility_table import (
    CALL_PERIOD_S,
    CALLED_S,
    DEADLINE_S,
    DUE_S,
    SALE_S,
    agreed,
    called,
    drawn,
    facility_of,
    fallen,
    half_of,
    late,
    lot,
    priced,
    receipt,
    rich,
    running,
    sale,
    terms,
)
from scenarios.scenario_table import (
    CNY,
    DAY_S,
    IDS,
    MATURITY_S,
    Row,
    Scenario,
    Wait,
    live,
)

# -- margin calls --


def test_a_call_needs_the_limit_passed_not_reached(scenario: Scenario) -> None:
    # Where 30,000 are 85 % of the value the call limit is reached: 442 makes 35,360 and 84.85 %.
    scenario.play(
        [
            *running(100),
            Row("lender", do.call_margin(1), refused="LtvWithinLimit", facts={"ltv_bps": 7_500}),
            *fallen(442),
            Row("lender", do.call_margin(1), refused="LtvWithinLimit", facts={"ltv_bps": 8_485}),
            *fallen(441, CALLED_S + 1),
            Row("s1", do.call_margin(1), refused="NotFacilityFunder"),
            Row("lender2", do.call_margin(1), refused="NotFacilityFunder"),
            Row("lender", do.call_margin(1)),
            Row("lender", do.call_margin(1), refused="UnexpectedFacilityState"),
            # The pool does not float under a call, but what helps is taken.
            Row("s1", do.withdraw_asset(1, receipt(1)), refused="UnexpectedFacilityState"),
            Row("s1", do.substitute_asset(1, receipt(1), receipt(1)), refused="UnexpectedFacilityState"),
        ]
    )
    assert scenario.twin.state.facilities[1].call_deadline_s == CALLED_S + 1 + CALL_PERIOD_S


@pytest.mark.parametrize("cure", ["repayment", "assets", "price"])
@pytest.mark.parametrize("who", ["s1", "lender"])
def test_a_call_is_answered_and_lifted_by_either_side(scenario: Scenario, cure: str, who: str) -> None:
    rows: dict[str, list[Row | Wait]] = {
        "repayment": [Row("s1", do.repay_facility(1, 12))],
        "assets": [Row("s1", do.add_asset(1, receipt(2)))],
        "price": [*fallen(442, CALLED_S + 1)],
    }
    scenario.play(
        [
            *running(100, more=[1]),
            *fallen(441),
            Row("lender", do.call_margin(1)),
            Row(who, do.lift_margin_call(1), refused="LtvAboveLimit", facts={"ltv_bps": 8_504}),
            *rows[cure],
            *(Row(each, do.lift_margin_call(1), refused="NotFacilityFunder") for each in ("s2", "lender2")),
            Row(who, do.lift_margin_call(1)),
            Row(who, do.lift_margin_call(1), refused="UnexpectedFacilityState"),
            Row("lender", do.call_margin(1), refused="LtvWithinLimit"),
        ]
    )
    assert facility_of(scenario) is FacilityState.OPEN


def test_nothing_is_enforced_before_the_deadline_or_after_the_cure(scenario: Scenario) -> None:
    take = do.take_asset(1, receipt(1), 44_100)
    scenario.play(
        [
            *running(100, more=[1]),
            Row("lender", take, refused="NotEnforceable", facts={"call_deadline": 0}),
            *fallen(441),
            Row("lender", do.call_margin(1)),
            Wait(until_s=DEADLINE_S),
            Row("lender", take, refused="NotEnforceable", facts={"call_deadline": DEADLINE_S}),
            Row("lender", sale(receipt(1), 44_100), refused="NotEnforceable"),
            Wait(until_s=DEADLINE_S + 1),
            # The answer comes late, but it comes: the loan-to-value is what counts.
            Row("s1", do.add_asset(1, receipt(2)), refused="PriceStale"),
            priced(441, DEADLINE_S),
            Row("s1", do.add_asset(1, receipt(2))),
            Row("lender", take, refused="NotEnforceable"),
        ]
    )
    assert facility_of(scenario) is FacilityState.CALLED


def test_a_silent_source_shields_nobody_who_did_not_answer(scenario: Scenario) -> None:
    scenario.play(
        [
            *called(100),
            Wait(until_s=DEADLINE_S + 300 * DAY_S),
            Row("lender", do.lift_margin_call(1), refused="PriceStale"),
            Row("lender", do.take_asset(1, receipt(1), 44_100)),
        ]
    )


# -- enforcement --


def test_one_asset_is_taken_over_and_the_rest_goes_on(scenario: Scenario) -> None:
    # 100 kg at 4.41 are 441.00 before the haircut; 90 % of it, rounded up, is the least that they go for.
    scenario.play(
        [
            *late(50, 50),
            Row("s1", do.take_asset(1, receipt(1), 30_000), refused="NotFacilityFunder"),
            Row("lender", do.take_asset(1, receipt(3), 30_000), refused="AssetNotInPool"),
            Row(
                "lender",
                do.take_asset(1, receipt(1), 19_844),
                refused="PriceBelowFloor",
                facts={"price_minor": 19_844, "floor_minor": 19_845},
            ),
            Row("lender", do.take_asset(1, receipt(1), 19_845), cash={"s1": 30_000, "lender": 9_970_000}),
            # What is left is within the limit again.
            Row("lender", do.take_asset(1, receipt(2), 30_000), refused="NotEnforceable"),
            priced(441, DEADLINE_S),
            Row("s1", do.lift_margin_call(1)),
        ]
    )
    found = scenario.twin.state.facilities[1]
    # Two days of interest at 3.00 a day, then principal.
    assert (found.principal_minor, found.interest_minor, found.repaid_minor) == (10_161, 0, 19_845)
    assert scenario.twin.state.receipts[1].holder_id == IDS["lender"]
    assert scenario.twin.state.liens[receipt(1)][-1].state is LienState.ENFORCED
    assert scenario.twin.state.pool_of(1) == (receipt(2),)


def test_the_surplus_is_the_borrowers_and_closes_the_facility(scenario: Scenario) -> None:
    scenario.play(
        [
            *late(100, 10, price=300),
            # 300.06 are owed; 350.00 are paid, of which 49.94 in cash to the borrower.
            Row("lender", do.take_asset(1, receipt(1), 35_000), cash={"s1": 34_994, "lender": 9_965_006}),
            Row("lender", do.take_asset(1, receipt(2), 35_000), refused="UnexpectedFacilityState"),
            Row("s1", money_commands.pledge(agreed(receipt(2), "lender2"))),
        ]
    )
    assert facility_of(scenario) is FacilityState.CLOSED


def test_a_surplus_that_the_funder_does_not_have_is_no_enforcement(scenario: Scenario) -> None:
    scenario.play(
        [
            *late(100, price=300),
            Row("lender", money_commands.redeem(CNY, 9_970_000, digest("account"))),
            Row("lender", do.take_asset(1, receipt(1), 35_000), refused="CashInsufficient"),
        ]
    )
    assert scenario.twin.state.receipts[1].holder_id == IDS["s1"]
    assert facility_of(scenario) is FacilityState.CALLED


def test_a_buyer_pays_the_debt_first_and_has_the_goods(scenario: Scenario) -> None:
    buy = do.buy_asset(1, receipt(1))
    scenario.play(
        [
            *late(100, 10, price=300),
            rich("s2", 40_000),
            Row("s2", buy, refused="SaleUnknown"),
            Row("s1", sale(receipt(1), 35_000), refused="NotFacilityFunder"),
            Row(
                "lender",
                sale(receipt(1), 35_000, "s1"),
                refused="FacilityTermInvalid",
                facts={"field": "buyer"},
            ),
            Row("lender", sale(receipt(1), 35_000, "lender"), refused="FacilityTermInvalid"),
            Row(
                "lender", sale(receipt(1), 35_000, expires_at_s=DEADLINE_S + 1), refused="FacilityTermInvalid"
            ),
            Row("lender", do.offer_sale(1, receipt(1), 99, 35_000, SALE_S), refused="PartySuspended"),
            Row("lender", sale(receipt(1), 26_999), refused="PriceBelowFloor"),
            Row("lender", sale(receipt(1), 35_000)),
            Row("lender", sale(receipt(1), 36_000), refused="SaleOpen", facts={"expires_at": SALE_S}),
            *(Row(who, buy, refused="SaleUnknown") for who in ("s3", "lender", "s1", "lender2")),
            Row("examiner", buy, refused="NotAParty"),
            Row("registrar", commands.set_party_state(IDS["lender"], PartyState.SUSPENDED)),
            Row("s2", buy, refused="PartySuspended"),
            Row("registrar", commands.set_party_state(IDS["lender"], PartyState.ACTIVE)),
            Row("s2", buy, cash={"s2": 5_000, "lender": 10_000_006, "s1": 34_994}),
            Row("s2", buy, refused="UnexpectedFacilityState"),
        ]
    )
    assert scenario.twin.state.receipts[1].holder_id == IDS["s2"]
    assert scenario.twin.state.liens[receipt(2)][-1].state is LienState.DISCHARGED


def test_a_sale_expires_and_lapses_when_the_asset_changes(scenario: Scenario) -> None:
    buy = do.buy_asset(1, receipt(1))
    scenario.play(
        [
            *late(100, 10, price=300),
            rich("s2", 80_000),
            Row("lender", sale(receipt(1), 35_000, expires_at_s=DEADLINE_S + 2)),
            Wait(until_s=DEADLINE_S + 3),
            Row("s2", buy, refused="SaleExpired", facts={"expires_at": DEADLINE_S + 2}),
            Row("lender", sale(receipt(1), 35_000)),
            # The funder lets half of it go: the buyer is not made to pay the price of the whole.
            Row("lender", half_of(1)),
            Row("s2", buy, refused="SaleUnknown"),
            Row("lender", sale(receipt(1), 13_500)),
            Row("s2", buy, cash={"s2": 66_500}),
        ]
    )
    assert scenario.twin.state.receipts[1].quantity == 50_000


def test_a_sale_lapses_with_the_call_and_with_the_price(scenario: Scenario) -> None:
    buy = do.buy_asset(1, receipt(1))
    scenario.play(
        [
            *late(100, 10, price=300),
            rich("s2", 80_000),
            Row("lender", sale(receipt(1), 27_000)),
            *fallen(400, DEADLINE_S + 5),
            Row("s2", buy, refused="PriceBelowFloor", facts={"floor_minor": 36_000}),
            Row("s1", do.repay_facility(1, 12_000)),
            Row("s2", buy, refused="NotEnforceable"),
            Row("s1", do.lift_margin_call(1)),
            Row("s2", buy, refused="NotEnforceable", facts={"call_deadline": 0}),
        ]
    )


def test_what_is_worth_nothing_goes_for_a_cent_at_least(scenario: Scenario) -> None:
    # The debtor disputes all of it: the lot counts for nothing, and the debt is without bound.
    stated = terms(lot(), principal_minor=500, minimum_value_minor=0, rate_bps=0)
    scenario.play(
        [
            *live(1_000),
            *drawn(stated),
            Row("core", commands.dispute(1, 1_000, digest("evidence"))),
            Row("lender", do.call_margin(1)),
            Wait(until_s=START_S + CALL_PERIOD_S + 1),
            Row("lender", do.take_asset(1, lot(), 0), refused="PriceBelowFloor", facts={"floor_minor": 1}),
            # A lot of a note in dispute does not move, whoever may enforce.
            Row("lender", do.take_asset(1, lot(), 1), refused="NoteNotTransferable"),
            Row("core", commands.withdraw_dispute(1)),
            Row("lender", do.take_asset(1, lot(), 500), refused="NotEnforceable"),
        ]
    )


def test_lots_are_enforced_like_goods(scenario: Scenario) -> None:
    stated = terms(lot(), lot(2), principal_minor=1_300, minimum_value_minor=0, due_at_s=START_S + DAY_S,
                   expires_at_s=START_S + DAY_S, rate_bps=0)  # fmt: skip
    scenario.play(
        [
            *live(1_000),
            *live(1_000, note_id=2),
            *drawn(stated),
            Wait(until_s=START_S + DAY_S + 1),
            Row("lender", do.mark_facility_defaulted(1)),
            Row("lender", do.take_asset(1, lot(), 899), refused="PriceBelowFloor"),
            Row("lender", do.take_asset(1, lot(), 900), lots="1-1000 lender FREE"),
            Row("lender", sale(lot(2), 900, "core"), note_id=2, lots="1-1000 s1 PLEDGED"),
            # The debtor does not take its own note, whatever it was offered.
            Row("core", do.buy_asset(1, lot(2)), refused="AssigneeIsDebtor"),
            Wait(until_s=SALE_S + 1),
            Row("lender", sale(lot(2), 900, "lender2", MATURITY_S)),
            Row(
                "lender2", do.buy_asset(1, lot(2)), note_id=2, lots="1-1000 lender2 FREE", cash={"s1": 1_800}
            ),
        ]
    )
    assert facility_of(scenario) is FacilityState.CLOSED


def test_the_surplus_is_the_holders_where_a_court_moved_the_goods(scenario: Scenario) -> None:
    scenario.play(
        [
            *late(100, price=300),
            Row("arbiter", goods_commands.force_transfer(1, IDS["s3"], digest("order"))),
            Row("lender", do.take_asset(1, receipt(1), 35_000), cash={"s1": 30_000, "s3": 4_994}),
        ]
    )
    assert scenario.twin.state.receipts[1].holder_id == IDS["lender"]


# -- default --


def test_default_is_the_funders_word_after_the_due_date(scenario: Scenario) -> None:
    mark = do.mark_facility_defaulted(1)
    scenario.play(
        [
            *running(100, 10),
            Wait(until_s=DUE_S),
            Row("lender", mark, refused="FacilityNotDue", facts={"due_at": DUE_S}),
            Wait(until_s=DUE_S + 1),
            *(Row(who, mark, refused="NotFacilityFunder") for who in ("s1", "lender2")),
            Row("lender", mark),
            Row("lender", mark, refused="UnexpectedFacilityState"),
            Row("lender", do.call_margin(1), refused="UnexpectedFacilityState"),
            Row("s1", do.withdraw_asset(1, receipt(2)), refused="UnexpectedFacilityState"),
            # In default assets are enforced one by one, at prices of any age, until the debt is paid.
            Row("lender", do.take_asset(1, receipt(2), 4_499), refused="PriceBelowFloor"),
            Row("lender", do.take_asset(1, receipt(2), 4_500)),
            Row("s1", do.add_asset(1, receipt(2)), refused="PriceStale"),
            rich("s1", 1_000),
            Row("s1", do.repay_facility(1, WHOLE_DEBT)),
        ]
    )
    assert facility_of(scenario) is FacilityState.CLOSED
    assert scenario.twin.state.facilities[1].repaid_minor == 30_180


def test_a_called_facility_may_default_too(scenario: Scenario) -> None:
    scenario.play([*called(100), Wait(until_s=DUE_S + 1), Row("lender", do.mark_facility_defaulted(1))])
    found = scenario.twin.state.facilities[1]
    assert (found.state, found.call_deadline_s) == (FacilityState.DEFAULTED, 0)


def test_a_frozen_receipt_waits_for_the_court(scenario: Scenario) -> None:
    scenario.play(
        [
            *late(100, price=300),
            Row("arbiter", goods_commands.freeze(1, digest("order"))),
            Row("lender", do.take_asset(1, receipt(1), 30_000), refused="UnexpectedReceiptState"),
            Row("arbiter", goods_commands.unfreeze(1, digest("order"))),
            Row("lender", do.take_asset(1, receipt(1), 30_000)),
        ]
    )
