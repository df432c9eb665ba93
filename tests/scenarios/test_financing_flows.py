"""Offers, drawdown, purchase, repayment and default: money and asset move together or not at all."""

from __future__ import annotations

import pytest

from counterfoil.domain.ledger import WHOLE_DEBT
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import FinancingState, LienState, PartyRole, PartyState
from model import commands, money_commands
from model.commands import Command, digest
from model.contract_chain import START_S
from scenarios.scenario_table import (
    DAY_S,
    IDS,
    MATURITY_S,
    NO_HASH,
    Row,
    Scenario,
    Wait,
    assign,
    live,
    offer_loan,
    offer_purchase,
    release,
    root,
    split,
)

accept = money_commands.accept_offer
repay = money_commands.repay


def test_a_loan_pays_out_and_pledges_at_once(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 900), lots="1-1000 s1 FREE", cash={"lender": 10_000_000}),
            Row("s2", accept(1), refused="NotHolder", facts={"actor": IDS["s2"], "holder": IDS["s1"]}),
            Row("lender2", accept(1), refused="NotHolder"),
            Row("stranger", accept(1), refused="NotAParty"),
            Row("s1", accept(2), refused="FinancingUnknown"),
            Row("s1", accept(1), lots="1-1000 s1 PLEDGED", cash={"s1": 900, "lender": 9_999_100}),
            Row("s1", accept(1), refused="UnexpectedFinancingState"),
            Row("lender", money_commands.withdraw_offer(1), refused="UnexpectedFinancingState"),
        ]
    )


def test_without_the_money_nothing_is_pledged_and_nothing_is_sold(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(5000),
            Row("core2", offer_loan(root(1), 1001)),
            Row("core2", offer_purchase(root(1), 1001)),
            Row(
                "s1",
                accept(1),
                refused="CashInsufficient",
                facts={"balance_minor": 1000, "needed_minor": 1001},
                lots="1-5000 s1 FREE",
                cash={"s1": 0, "core2": 1000},
            ),
            Row("s1", accept(2), refused="CashInsufficient", lots="1-5000 s1 FREE", cash={"core2": 1000}),
        ]
    )
    assert not scenario.twin.state.liens


def test_a_purchase_moves_lot_and_price_at_once(scenario: Scenario) -> None:
    first = LotId(1, 1, 0)
    scenario.play(
        [
            *live(1000),
            Row("s1", split(root(1), ("s1", 600), ("s1", 400))),
            Row("lender", offer_purchase(first, 588)),
            Row("s1", accept(1), lots="1-600 lender FREE | 601-1000 s1 FREE", cash={"s1": 588}),
            Row("s1", assign(first, "s2"), refused="NotHolder"),
            # Sold on, and the old offer for it finds another holder.
            Row("lender2", offer_purchase(first, 590)),
            Row("s1", accept(2), refused="NotHolder"),
            Row("lender", accept(2), lots="1-600 lender2 FREE | 601-1000 s1 FREE"),
        ]
    )


def test_the_debtor_does_not_buy_its_own_note_but_may_lend_on_it(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(900, debtor="core2"),
            Row("core2", offer_purchase(root(1), 800)),
            Row("s1", accept(1), refused="AssigneeIsDebtor", lots="1-900 s1 FREE"),
            Row("core2", offer_loan(root(1), 800)),
            Row("s1", accept(2), lots="1-900 s1 PLEDGED", cash={"s1": 800, "core2": 200}),
        ]
    )


@pytest.mark.parametrize(
    ("days", "interest"),
    # 100,000 x 3.6 % / 360 is 10 a day; the first day counts and the last does not.
    [(0, 0), (1, 10), (29, 290), (90, 900)],
)
def test_interest_runs_by_whole_days(scenario: Scenario, days: int, interest: int) -> None:
    scenario.play(
        [
            *live(200_000),
            *live(50_000, note_id=2),
            Row("lender2", offer_purchase(root(2), 50_000)),
            Row("s1", accept(1)),
            Row("lender", offer_loan(root(1), 100_000)),
            Row("s1", accept(2), cash={"s1": 150_000}),
            Wait(until_s=START_S + days * DAY_S),
            Row("s1", repay(2, WHOLE_DEBT), cash={"s1": 50_000 - interest, "lender": 10_000_000 + interest}),
        ]
    )
    assert scenario.twin.state.financings[2].state is FinancingState.REPAID
    assert scenario.twin.state.liens[next(iter(scenario.twin.state.liens))][-1].state is LienState.DISCHARGED


@pytest.mark.parametrize(
    ("principal", "rate_bps", "basis", "interest"),
    # One day: 500 x 36 % / 360 = 0.5 is rounded up, 499 x 36 % / 360 = 0.499 down.
    [(500, 3_600, 360, 1), (499, 3_600, 360, 0), (500, 3_600, 365, 0), (1, 10_000, 360, 0)],
)
def test_interest_is_rounded_half_up(
    scenario: Scenario, principal: int, rate_bps: int, basis: int, interest: int
) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), principal, rate_bps=rate_bps, day_basis=basis)),
            Row("s1", accept(1)),
            Row("lender2", commands.set_standing_acceptance(None, True)),
            Row("lender2", money_commands.transfer(IDS["s1"], 156, 10, digest("gift"))),
            Wait(until_s=START_S + DAY_S),
            Row(
                "s1",
                repay(1, principal + interest + 1),
                refused="RepaymentTooLarge",
                facts={"debt_minor": principal + interest},
            ),
            Row("s1", repay(1, principal + interest), cash={"s1": 10 - interest}, lots="1-1000 s1 FREE"),
        ]
    )


def test_repayment_in_parts_pays_interest_first(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(200_000),
            Row("lender", offer_loan(root(1), 100_000)),
            Row("s1", accept(1)),
            Wait(until_s=START_S + 10 * DAY_S),
            Row("s2", repay(1, 100), refused="NotBorrower"),
            Row("s1", repay(1, 0), refused="CashAmountZero"),
            # 100 of interest are owed: 60, then the other 40 and 40,000 of the principal.
            Row("s1", repay(1, 60)),
            Row("s1", repay(1, 40_040), lots="1-200000 s1 PLEDGED"),
            Wait(until_s=START_S + 20 * DAY_S),
            # 60,000 for ten days: 60.
            Row("s1", repay(1, 60_061), refused="RepaymentTooLarge", facts={"debt_minor": 60_060}),
            Row("s1", repay(1, WHOLE_DEBT), refused="CashInsufficient"),
        ]
    )
    loan = scenario.twin.state.financings[1]
    assert (loan.principal_minor, loan.repaid_minor) == (60_000, 40_100)


def test_default_is_the_funders_word_after_the_due_date(scenario: Scenario) -> None:
    due_at_s = START_S + 10 * DAY_S
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 500, due_at_s=due_at_s)),
            Row("lender", money_commands.mark_defaulted(1), refused="UnexpectedFinancingState"),
            Row("s1", accept(1)),
            Wait(until_s=due_at_s),
            Row("lender", money_commands.mark_defaulted(1), refused="LoanNotDue"),
            Wait(until_s=due_at_s + 1),
            Row("s1", money_commands.mark_defaulted(1), refused="NotFunder"),
            Row("lender2", money_commands.mark_defaulted(1), refused="NotFunder"),
            Row("lender", money_commands.mark_defaulted(1), lots="1-1000 s1 PLEDGED"),
            Row("lender", money_commands.mark_defaulted(1), refused="UnexpectedFinancingState"),
            # A defaulted loan can still be repaid, but one cent of interest is missing.
            Row("s1", repay(1, 500), lots="1-1000 s1 PLEDGED"),
            Row("lender", money_commands.transfer(IDS["s1"], 156, 1, digest("a cent"))),
            Row("s1", repay(1, 1), lots="1-1000 s1 FREE"),
        ]
    )
    assert scenario.twin.state.financings[1].state is FinancingState.REPAID


def test_a_funder_that_gave_the_lien_up_keeps_its_claim(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 500)),
            Row("s1", accept(1)),
            Row("lender", release(root(1)), lots="1-1000 s1 FREE"),
            Row("s1", repay(1, 500), lots="1-1000 s1 FREE"),
        ]
    )
    assert scenario.twin.state.financings[1].state is FinancingState.REPAID


def test_offers_end_by_withdrawal_expiry_and_suspension(scenario: Scenario) -> None:
    lender = IDS["lender"]
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 500)),
            Row("lender2", money_commands.withdraw_offer(1), refused="NotFunder"),
            Row("s1", money_commands.withdraw_offer(1), refused="NotFunder"),
            Row("lender", money_commands.withdraw_offer(1)),
            Row("s1", accept(1), refused="UnexpectedFinancingState"),
            Row("lender", offer_loan(root(1), 500)),
            Row("registrar", commands.set_party_state(lender, PartyState.SUSPENDED)),
            Row("lender", offer_loan(root(1), 500), refused="PartySuspended"),
            Row("s1", accept(2), refused="PartySuspended", facts={"party": lender}),
            Row("registrar", commands.set_party_state(lender, PartyState.ACTIVE)),
            Wait(until_s=START_S + 30 * DAY_S + 1),
            Row("s1", accept(2), refused="OfferExpired"),
        ]
    )


def test_the_last_second_of_an_offer_and_of_a_note(scenario: Scenario) -> None:
    expires_at_s = START_S + 30 * DAY_S
    scenario.play(
        [
            *live(1000),
            *live(1000, note_id=2),
            Row("lender", offer_purchase(root(1), 900)),
            Row("lender", offer_purchase(root(2), 900)),
            Wait(until_s=expires_at_s),
            Row("s1", accept(1), lots="1-1000 lender FREE"),
            Wait(until_s=expires_at_s + 1),
            Row("s1", accept(2), refused="OfferExpired", facts={"expires_at": expires_at_s}),
            Wait(until_s=MATURITY_S - 1),
            Row("s1", assign(root(2), "s2"), note_id=2, lots="1-1000 s1 OFFERED"),
            Row("lender", release(root(1)), refused="LienUnknown"),
            Wait(until_s=MATURITY_S),
            Row("lender", assign(root(1), "s2"), refused="NoteNotTransferable"),
            Row("s2", commands.accept_lot(LotId(2, 1, 0)), refused="NoteNotTransferable"),
            Row("s2", commands.reject_lot(LotId(2, 1, 0)), note_id=2, lots="1-1000 s1 FREE"),
        ]
    )


def test_who_may_offer_and_on_what(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("s2", offer_loan(root(1), 500), refused="RoleMissing", facts={"role": int(PartyRole.FUNDER)}),
            Row("core", offer_purchase(root(1), 500), refused="RoleMissing"),
            Row("lender", offer_loan(root(1), 1001), refused="PrincipalAboveLot"),
            Row("lender", offer_purchase(root(1), 1001), refused="PrincipalAboveLot"),
            Row("lender", offer_loan(LotId(1, 1, 0), 1), refused="LotUnknown"),
            Row("lender", offer_loan(root(9), 1), refused="UnexpectedNoteState"),
            Row("lender", offer_purchase(root(1), 900)),
            Row("s1", accept(1)),
            Row("lender", offer_loan(root(1), 500), refused="OfferToSelf"),
        ]
    )


def _loan(**changed: object) -> Command:
    terms: dict[str, object] = {
        "lot_id": root(1),
        "principal_minor": 500,
        "rate_bps": 500,
        "day_basis": 360,
        "due_at_s": MATURITY_S,
        "expires_at_s": START_S + DAY_S,
        "registered_at_s": 0,
        "agreement_hash": digest("agreement"),
        "registration_hash": NO_HASH,
    }
    return money_commands.offer_loan(money_commands.LoanTerms(**{**terms, **changed}))


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("principal_minor", 0, "amountMinor"),
        ("expires_at_s", START_S, "expiresAt"),
        ("expires_at_s", MATURITY_S + 1, "expiresAt"),
        ("agreement_hash", NO_HASH, "agreementHash"),
        ("rate_bps", 10_001, "rateBps"),
        ("day_basis", 366, "dayBasis"),
        ("day_basis", 0, "dayBasis"),
        ("due_at_s", START_S, "dueAt"),
        ("due_at_s", MATURITY_S + 1, "dueAt"),
        ("registered_at_s", START_S + 1, "registeredAt"),
    ],
)
def test_terms_that_make_no_sense(scenario: Scenario, field: str, value: object, named: str) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", _loan(**{field: value}), refused="TermInvalid", facts={"field": named}),
            Row("lender", _loan()),
        ]
    )


def test_a_debt_stops_growing_at_the_ledgers_limit(scenario: Scenario) -> None:
    most = 2**48 - 1
    scenario.play(
        [
            *live(most),
            Row("bank", money_commands.issue(IDS["lender"], 156, most, digest("big deposit"))),
            Row("lender", offer_loan(root(1), most - 5, rate_bps=10_000)),
            Row("s1", accept(1)),
            Wait(until_s=START_S + 3_650 * DAY_S),
            Row("s1", repay(1, 6), lots=f"1-{most} s1 PLEDGED"),
        ]
    )
    assert scenario.twin.ask("Financing", "debtOf", 1) == (most - 6, 0)
