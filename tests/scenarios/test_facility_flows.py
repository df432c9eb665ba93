"""Facilities while they run as agreed: a pool that floats, repayment and settlement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.domain.events.goods_events import BillTerms
from counterfoil.domain.ledger import WHOLE_DEBT
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import FacilityState, LienState
from model import bill_commands, commands, goods_commands, lien_commands, money_commands
from model import facility_commands as do
from model.commands import digest
from model.contract_chain import START_S
from scenarios.facility_table import (
    CALL_PERIOD_S,
    EVIDENCE,
    ORDER,
    REASON,
    STEEL,
    agreed,
    drawn,
    facility_of,
    half_of,
    lot,
    pool,
    priced,
    receipt,
    running,
    stocked,
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
    offer_loan,
    pledge,
    root,
    settle,
    split,
)

MATCH = digest("entry of the registry")


def test_an_equal_substitute_at_the_limit(scenario: Scenario) -> None:
    # 100 kg stand at minimum and drawdown limit; 99 are too few, 100 are just enough.
    scenario.play(
        [
            *running(100, more=[99, 100]),
            Row(
                "s1",
                do.substitute_asset(1, receipt(1), receipt(2)),
                refused="SubstituteWorthLess",
                facts={"value_minor": 39_600, "former_minor": 40_000},
            ),
            Row("s1", do.substitute_asset(1, receipt(1), receipt(3))),
            Row("s1", do.substitute_asset(1, receipt(1), receipt(3)), refused="AssetNotInPool"),
            Row("s1", do.substitute_asset(1, receipt(3), receipt(3)), refused="AssetEncumbered"),
            Row("lender", do.substitute_asset(1, receipt(3), receipt(1)), refused="NotFacilityBorrower"),
        ]
    )
    assert pool(scenario) == {receipt(3)}
    assert scenario.twin.state.liens[receipt(1)][-1].state is LienState.DISCHARGED


def test_interest_counts_when_the_pool_moves(scenario: Scenario) -> None:
    # A day of 300.00 at 3.6 % is 0.03: the limit is passed although the goods are the same.
    scenario.play(
        [
            *running(100, more=[100]),
            Wait(until_s=START_S + DAY_S),
            priced(at_s=START_S + 1),
            Row(
                "s1",
                do.substitute_asset(1, receipt(1), receipt(2)),
                refused="LtvAboveLimit",
                facts={"ltv_bps": 7_501},
            ),
            Row("lender2", money_commands.transfer(IDS["s1"], CNY, 10, digest("gift"))),
            Row("s1", do.repay_facility(1, 3)),
            Row("s1", do.substitute_asset(1, receipt(1), receipt(2))),
        ]
    )


def test_what_is_above_the_limits_may_leave(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100, 1),
            Row("s1", do.withdraw_asset(1, receipt(1)), refused="ValueBelowMinimum"),
            Row("s2", do.withdraw_asset(1, receipt(2)), refused="NotFacilityBorrower"),
            Row("s1", do.withdraw_asset(1, receipt(2))),
            Row("s1", do.withdraw_asset(1, receipt(2)), refused="AssetNotInPool"),
            # It is free, and may come back.
            Row("s1", do.add_asset(1, receipt(2))),
            Row("s1", do.add_asset(1, receipt(2)), refused="AssetEncumbered"),
        ]
    )
    assert [each.sequence for each in scenario.twin.state.liens[receipt(2)]] == [1, 2]


def test_the_limit_on_debt_holds_where_there_is_no_minimum(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100, 100, principal=60_000, minimum=0),
            Row("s1", do.withdraw_asset(1, receipt(2)), refused="LtvAboveLimit", facts={"ltv_bps": 15_000}),
            Row("s1", do.repay_facility(1, 30_000)),
            Row("s1", do.withdraw_asset(1, receipt(2))),
            Row(
                "s1", do.withdraw_asset(1, receipt(1)), refused="LtvAboveLimit", facts={"ltv_bps": 2**256 - 1}
            ),
        ]
    )


def test_a_pool_has_32_places(scenario: Scenario) -> None:
    parts = tuple(("s1", 10) for _ in range(34))
    lots = [lot(1, 1, index) for index in range(34)]
    stated = terms(*lots[:31], principal_minor=200, minimum_value_minor=0)
    scenario.play(
        [
            *live(340),
            Row("s1", split(root(1), *parts)),
            *drawn(stated),
            Row("s1", do.add_asset(1, lots[31])),
            Row("s1", do.add_asset(1, lots[32]), refused="PoolFull", facts={"maximum": 32}),
            # The pledgee lets one go in the registry; its place is free.
            Row("lender", money_commands.release(lots[5], REASON)),
            Row("s1", do.add_asset(1, lots[32])),
            Row("s1", do.add_asset(1, lots[33]), refused="PoolFull"),
            Row("s1", do.withdraw_asset(1, lots[7])),
            Row("s1", do.add_asset(1, lots[5])),
        ]
    )
    assert pool(scenario) == set(lots[:33]) - {lots[7]}


def test_the_pledgee_lets_assets_and_parts_of_them_go(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100, 100),
            Row("lender", half_of(1)),
            Row("lender", money_commands.release(receipt(2), REASON)),
            Row("s1", do.withdraw_asset(1, receipt(2)), refused="AssetNotInPool"),
            # What is left is worth 200.00: the borrower cannot take anything more out.
            Row("s1", do.withdraw_asset(1, receipt(1)), refused="ValueBelowMinimum"),
            Row("s1", do.add_asset(1, receipt(3))),
        ]
    )
    assert pool(scenario) == {receipt(1), receipt(3)}


def test_a_facilitys_lien_is_not_substituted_or_sold_beside_it(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100, more=[100]),
            Row("s1", lien_commands.propose_substitute(receipt(1), receipt(2)), refused="LienOfLoan"),
            Row("lender", lien_commands.transfer_pledge(agreed(receipt(1), "lender2")), refused="LienOfLoan"),
        ]
    )


def test_the_second_lender_finds_nothing_to_lend_on(scenario: Scenario) -> None:
    again = terms(lot(), minimum_value_minor=0, principal_minor=500)
    scenario.play(
        [
            *live(1_000),
            *drawn(again),
            Row("lender2", offer_loan(root(1), 500)),
            Row("s1", money_commands.accept_offer(1), refused="AssetEncumbered"),
            Row("s1", pledge(root(1), "lender2", 5), refused="AssetEncumbered"),
            Row("lender2", do.offer_facility(again)),
            Row(
                "s1",
                do.accept_facility(2, again),
                refused="AssetEncumbered",
                facts={"asset": lot().number},
                lots="1-1000 s1 PLEDGED",
            ),
        ]
    )


def test_a_blocked_asset_comes_into_no_pool(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100, more=[100]),
            Row("examiner", lien_commands.block_asset(receipt(2), MATCH)),
            Row("s1", do.add_asset(1, receipt(2)), refused="AssetBlocked"),
            Row("s1", do.substitute_asset(1, receipt(1), receipt(2)), refused="AssetBlocked"),
            Row("lender", do.offer_facility(terms(receipt(2)))),
            Row("s1", do.accept_facility(2, terms(receipt(2))), refused="AssetBlocked"),
            Row("arbiter", lien_commands.resolve_block(receipt(2), MATCH, False, REASON)),
            Row("s1", do.add_asset(1, receipt(2))),
        ]
    )


def test_goods_that_may_not_be_pledged_come_into_no_pool(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100, more=[100]),
            Row("keeper", goods_commands.set_pledge_consent(2, False)),
            Row("s1", do.add_asset(1, receipt(2)), refused="PledgeNotConsented"),
            Row("keeper", goods_commands.set_pledge_consent(2, True)),
            Row("s1", goods_commands.order_delivery(2, digest("order"))),
            Row("s1", do.add_asset(1, receipt(2)), refused="UnexpectedReceiptState"),
            Row("s1", goods_commands.order_delivery(1, digest("order")), refused="ReceiptPledged"),
        ]
    )


def test_a_bill_of_lading_serves_as_long_as_it_sails(scenario: Scenario) -> None:
    bill = AssetId.of_bill(1)
    stated = BillTerms(
        number=digest("bill"),
        shipper_id=IDS["s1"],
        good=STEEL,
        quantity=100_000,
        decimals=3,
        detail_root=digest("document"),
    )
    scenario.play(
        [
            *running(100),
            Row("carrier", bill_commands.issue_bill(stated)),
            # Goods at sea count as goods in the yard do, and take their place.
            Row("s1", do.substitute_asset(1, receipt(1), bill)),
            Row("s1", bill_commands.surrender(1, ORDER), refused="BillPledged"),
            Row("arbiter", bill_commands.freeze_bill(1, ORDER)),
            Row("lender", do.call_margin(1)),
            Wait(until_s=START_S + CALL_PERIOD_S + 1),
            Row("lender", do.take_asset(1, bill, 45_000), refused="UnexpectedBillState"),
            Row("arbiter", bill_commands.unfreeze_bill(1, ORDER)),
            Row("lender", do.take_asset(1, bill, 45_000), refused="NotEnforceable"),
        ]
    )
    assert pool(scenario) == {bill}


UNSOUND = {
    "frozen": Row("arbiter", goods_commands.freeze(1, ORDER)),
    "disputed": Row("keeper", goods_commands.dispute(1, EVIDENCE)),
    "missing": Row("inspector", goods_commands.attest_stock(1, 119_999, EVIDENCE)),
}


@pytest.mark.parametrize("fate", UNSOUND)
def test_what_is_frozen_disputed_or_missing_bears_no_debt(scenario: Scenario, fate: str) -> None:
    scenario.play(
        [
            *running(100, 20, more=[100]),
            UNSOUND[fate],
            Row(
                "s1", do.withdraw_asset(1, receipt(2)), refused="ValueBelowMinimum", facts={"value_minor": 0}
            ),
            Row("lender", do.call_margin(1)),
            Wait(until_s=START_S + CALL_PERIOD_S + 1),
            # What it may be sold for at least is another question than what it bears.
            Row(
                "lender",
                do.take_asset(1, receipt(1), 44_999),
                refused="PriceBelowFloor",
                facts={"floor_minor": 45_000},
            ),
        ]
    )


# -- the debt --


def test_the_last_cent_frees_every_asset(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100, 100, principal=30_000),
            Wait(until_s=START_S + 10 * DAY_S),
            Row("lender", do.repay_facility(1, 5), refused="NotFacilityBorrower"),
            Row("s1", do.repay_facility(1, 0), refused="CashAmountZero"),
            Row(
                "s1",
                do.repay_facility(1, 30_031),
                refused="FacilityRepaymentTooLarge",
                facts={"debt_minor": 30_030},
            ),
            Row("s1", do.repay_facility(1, WHOLE_DEBT), refused="CashInsufficient"),
            # Interest first: 30 of it, then 20 of the principal.
            Row("s1", do.repay_facility(1, 50), cash={"s1": 29_950}),
            Row("lender2", money_commands.transfer(IDS["s1"], CNY, 30, digest("gift"))),
            Row("s1", do.repay_facility(1, 29_979), cash={"s1": 1}),
            Row("s1", do.repay_facility(1, WHOLE_DEBT), cash={"s1": 0, "lender": 10_000_030}),
            Row("s1", do.repay_facility(1, WHOLE_DEBT), refused="UnexpectedFacilityState"),
            Row("s1", do.add_asset(1, receipt(1)), refused="UnexpectedFacilityState"),
        ]
    )
    assert facility_of(scenario) is FacilityState.CLOSED
    assert not pool(scenario)
    ends = [scenario.twin.state.liens[receipt(number)][-1].state for number in (1, 2)]
    assert ends == [LienState.DISCHARGED] * 2


def test_what_debtors_pay_on_lots_of_the_pool_repays_it(scenario: Scenario) -> None:
    lots = [lot(1, 1, index) for index in range(4)]
    stated = terms(*lots[:3], principal_minor=500, minimum_value_minor=0, due_at_s=MATURITY_S, rate_bps=0)
    scenario.play(
        [
            *live(1_000),
            Row("s1", split(root(1), ("s1", 300), ("s1", 300), ("s1", 300), ("s1", 100))),
            *drawn(stated),
            Wait(until_s=MATURITY_S),
            # A first round of 400: 120 on each lot of the pool.
            Row("core", settle(1, 400, (1, 0, 3)), cash={"lender": 9_999_860, "s1": 540}),
            # The first lot's 140 close it; the other lots are the borrower's again within the same payment.
            Row("core", settle(1, 600, (1, 0, 3)), cash={"lender": 10_000_000, "s1": 1_000}),
        ]
    )
    assert facility_of(scenario) is FacilityState.CLOSED
    assert {scenario.twin.state.liens[each][-1].state for each in lots[:3]} == {LienState.DISCHARGED}


def test_a_settlement_that_closes_it_frees_what_is_not_settled_too(scenario: Scenario) -> None:
    stated = terms(receipt(1), lot(), principal_minor=500, rate_bps=0, due_at_s=MATURITY_S)
    scenario.play(
        [
            *stocked(100),
            *live(1_000),
            priced(),
            *drawn(stated),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 800, (0, 0, 0)), cash={"lender": 10_000_000, "s1": 800}),
            Row("s1", money_commands.pledge(agreed(receipt(1), "lender2"))),
            Row("core", settle(1, 200, (0, 0, 0)), cash={"s1": 1_000}),
        ]
    )
    assert facility_of(scenario) is FacilityState.CLOSED


def test_a_settled_lot_is_no_security(scenario: Scenario) -> None:
    stated = terms(lot(), principal_minor=500, minimum_value_minor=0, due_at_s=MATURITY_S + DAY_S)
    paid = replace(stated, assets=(lot(2),), expires_at_s=MATURITY_S + DAY_S)
    scenario.play(
        [
            *live(1_000),
            *live(1_000, note_id=2),
            *drawn(stated),
            Row("lender", do.offer_facility(paid)),
            Wait(until_s=MATURITY_S),
            Row("core", settle(2, 1_000, (0, 0, 0))),
            Row("s1", do.add_asset(1, lot(2)), refused="NoteNotTransferable"),
            Row("s1", do.substitute_asset(1, lot(), lot(2)), refused="SubstituteWorthLess"),
            Row("s1", do.accept_facility(2, paid), refused="LtvAboveLimit"),
        ]
    )


def test_a_lot_counts_with_what_its_debtor_will_pay(scenario: Scenario) -> None:
    # 1,000 less a dispute of 100 and less 10 % are 810; a debt of 600 on it is 74.08 %.
    stated = terms(lot(), principal_minor=600, minimum_value_minor=810, due_at_s=MATURITY_S)
    scenario.play(
        [
            *live(1_000),
            *live(1_000, note_id=2),
            *drawn(stated),
            Row("core", commands.dispute(1, 100, digest("evidence"))),
            Row("s1", do.substitute_asset(1, lot(), lot(2))),
            Row("core", commands.dispute(2, 101, digest("evidence"))),
            Row("core", commands.withdraw_dispute(1)),
            Row("s1", do.add_asset(1, lot())),
            Row("s1", do.withdraw_asset(1, lot()), refused="ValueBelowMinimum", facts={"value_minor": 809}),
            Row("arbiter", commands.resolve_dispute(2, 100, digest("award"))),
            Row("s1", do.withdraw_asset(1, lot())),
        ]
    )
    assert pool(scenario) == {lot(2)}
