"""Cash: booked once, spent once, redeemed and paid out once."""

from __future__ import annotations

from counterfoil.domain.states import PartyState
from model import commands, money_commands
from model.commands import digest
from scenarios.scenario_table import CNY, IDS, NO_HASH, Row, Scenario, live, pledge, root

EUR = 978
S1 = IDS["s1"]


def test_a_deposit_is_booked_once(scenario: Scenario) -> None:
    issue = money_commands.issue
    scenario.play(
        [
            Row("s1", issue(S1, CNY, 100, digest("d")), refused="AccessManagedUnauthorized"),
            Row("registrar", issue(S1, CNY, 100, digest("d")), refused="AccessManagedUnauthorized"),
            Row("bank", issue(S1, CNY, 100, NO_HASH), refused="ReferenceMissing"),
            Row("bank", issue(S1, CNY, 0, digest("d")), refused="CashAmountZero"),
            Row("bank", issue(99, CNY, 100, digest("d")), refused="PartyUnknown"),
            Row("bank", issue(S1, CNY, 100, digest("d")), cash={"s1": 100}),
            Row("bank", issue(S1, CNY, 100, digest("d")), refused="DepositUsed"),
            Row("bank", issue(IDS["s2"], EUR, 7, digest("d")), refused="DepositUsed", cash={"s1": 100}),
        ]
    )


def test_a_payment_needs_the_money_and_another_party(scenario: Scenario) -> None:
    pay = money_commands.transfer
    scenario.play(
        [
            Row("bank", money_commands.issue(S1, CNY, 100, digest("d"))),
            Row("s1", pay(IDS["s2"], CNY, 101, digest("r")), refused="CashInsufficient"),
            Row("s1", pay(IDS["s2"], EUR, 1, digest("r")), refused="CashInsufficient"),
            Row("s1", pay(IDS["s2"], CNY, 0, digest("r")), refused="CashAmountZero"),
            Row("s1", pay(S1, CNY, 1, digest("r")), refused="CashToSelf"),
            Row("s1", pay(99, CNY, 1, digest("r")), refused="PartyUnknown"),
            Row("s1", pay(IDS["s2"], CNY, 1, NO_HASH), refused="ReferenceMissing"),
            Row("stranger", pay(S1, CNY, 1, digest("r")), refused="NotAParty"),
            Row("s1", pay(IDS["s2"], CNY, 100, digest("r")), cash={"s1": 0, "s2": 100}),
            Row("s1", pay(IDS["s2"], CNY, 1, digest("r")), refused="CashInsufficient"),
        ]
    )


def test_a_redemption_is_paid_out_once(scenario: Scenario) -> None:
    redeem, attest = money_commands.redeem, money_commands.attest_payout
    scenario.play(
        [
            Row("bank", money_commands.issue(S1, CNY, 100, digest("d"))),
            Row("s1", redeem(CNY, 101, digest("a")), refused="CashInsufficient"),
            Row("s1", redeem(CNY, 0, digest("a")), refused="CashAmountZero"),
            Row("s1", redeem(CNY, 60, NO_HASH), refused="ReferenceMissing"),
            Row("s1", redeem(CNY, 60, digest("a")), cash={"s1": 40}),
            Row("s1", attest(1, digest("p")), refused="AccessManagedUnauthorized"),
            Row("bank", attest(2, digest("p")), refused="RedemptionUnknown"),
            Row("bank", attest(1, NO_HASH), refused="ReferenceMissing"),
            Row("bank", attest(1, digest("p"))),
            Row("bank", attest(1, digest("p")), refused="RedemptionPaid", cash={"s1": 40}),
        ]
    )
    assert scenario.twin.state.redeemed[CNY] == 60


def test_a_suspended_party_does_nothing_with_what_it_holds(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("bank", money_commands.issue(S1, CNY, 100, digest("d"))),
            Row("s1", commands.set_standing_acceptance(None, True)),
            Row("registrar", commands.set_party_state(S1, PartyState.SUSPENDED)),
            Row("s1", money_commands.redeem(CNY, 1, digest("a")), refused="PartySuspended"),
            Row("s1", commands.assign(root(1), IDS["s2"], digest("o")), refused="PartySuspended"),
            Row("s1", pledge(root(1), "lender", 10), refused="PartySuspended"),
            Row("s1", commands.set_standing_acceptance(None, False), refused="PartySuspended"),
            # It is still paid.
            Row("core", money_commands.transfer(S1, CNY, 5, digest("r")), cash={"s1": 105}),
            Row("registrar", commands.set_party_state(S1, PartyState.ACTIVE)),
            Row("s1", money_commands.redeem(CNY, 105, digest("a")), cash={"s1": 0}),
        ]
    )


def test_a_standing_acceptance_of_a_suspended_party_sleeps(scenario: Scenario) -> None:
    s2 = IDS["s2"]
    scenario.play(
        [
            *live(1000),
            Row("s2", commands.set_standing_acceptance(IDS["core"], True)),
            Row("s2", commands.set_standing_acceptance(99, True), refused="PartyUnknown"),
            Row("registrar", commands.set_party_state(s2, PartyState.SUSPENDED)),
            Row("s1", commands.assign(root(1), s2, digest("o")), lots="1-1000 s1 OFFERED"),
            Row("registrar", commands.set_party_state(s2, PartyState.ACTIVE)),
            *live(500, note_id=2),
            Row("s1", commands.assign(root(2), s2, digest("o")), note_id=2, lots="1-500 s2 FREE"),
            *live(500, note_id=3, debtor="core2"),
            # It was given for one debtor's notes only.
            Row("s1", commands.assign(root(3), s2, digest("o")), note_id=3, lots="1-500 s1 OFFERED"),
        ]
    )
