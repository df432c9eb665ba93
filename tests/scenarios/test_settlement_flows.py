"""Maturity and after: late, in parts, with pledges, with disputes, and not at all."""

from __future__ import annotations

from counterfoil.domain.lot import LotId
from counterfoil.domain.states import FinancingState, LienState, NoteState
from model import commands, money_commands
from model.commands import digest
from scenarios.scenario_table import (
    DAY_S,
    IDS,
    MATURITY_S,
    MAX_48,
    Row,
    Scenario,
    Wait,
    live,
    offer_loan,
    pledge,
    release,
    root,
    settle,
    split,
)

THREE = [
    Row("s2", commands.set_standing_acceptance(None, True)),
    Row("s3", commands.set_standing_acceptance(None, True)),
    *live(1000),
    Row(
        "s1",
        split(root(1), ("s1", 333), ("s2", 333), ("s3", 334)),
        lots="1-333 s1 FREE | 334-666 s2 FREE | 667-1000 s3 FREE",
    ),
]
ALL = (1, 0, 2)


def test_nothing_is_paid_before_maturity_and_by_nobody_but_the_debtor(scenario: Scenario) -> None:
    scenario.play(
        [
            *THREE,
            Row("core", settle(1, 1000, ALL), refused="NotMatured"),
            Wait(until_s=MATURITY_S),
            Row("s1", settle(1, 1000, ALL), refused="NotDebtor"),
            Row("core2", settle(1, 1000, ALL), refused="NotDebtor"),
            Row("registrar", settle(1, 1000, ALL), refused="NotAParty"),
            Row("core", settle(1, 1001, ALL), refused="PaymentTooLarge", facts={"payable_minor": 1000}),
            Row("core", settle(1, 0, ALL), refused="NothingPayable"),
            Row("core", settle(1, 1000), refused="LotRangeInvalid"),
            Row("core", settle(1, 1000, (1, 2, 1)), refused="LotRangeInvalid"),
            Row("core", settle(1, 1000, (1, 0, 3)), refused="LotRangeInvalid"),
            Row("core", settle(1, 1000, (2, 0, 0)), refused="LotRangeInvalid"),
            Row("core", settle(1, 1000, (0, 0, 0)), refused="UnexpectedLotState"),
            # Nobody is passed over, and nobody is paid twice.
            Row("core", settle(1, 1000, (1, 1, 2)), refused="LotsNotContiguous"),
            Row("core", settle(1, 1000, (1, 0, 1), (1, 1, 2)), refused="LotsNotContiguous"),
            Row(
                "core",
                settle(1, 1000, ALL),
                cash={"s1": 333, "s2": 333, "s3": 334, "core": 2 * MAX_48 - 1000},
                note=NoteState.SETTLED,
                lots="1-333 s1 SETTLED | 334-666 s2 SETTLED | 667-1000 s3 SETTLED",
            ),
            Row("core", settle(1, 1000, ALL), refused="UnexpectedNoteState"),
            Row("core", settle(1, 0, ALL), refused="UnexpectedNoteState"),
        ]
    )


def test_a_debtor_without_the_money_pays_nobody(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1001, debtor="core2"),
            Wait(until_s=MATURITY_S),
            Row(
                "core2",
                settle(1, 1001, (0, 0, 0)),
                refused="CashInsufficient",
                facts={"balance_minor": 1000, "needed_minor": 1001},
                note=NoteState.LIVE,
                cash={"s1": 0, "core2": 1000},
            ),
            Row("core2", settle(1, 1000, (0, 0, 0)), cash={"s1": 1000, "core2": 0}),
        ]
    )


def test_parts_are_shared_by_position_and_never_lose_a_cent(scenario: Scenario) -> None:
    scenario.play(
        [
            *THREE,
            Wait(until_s=MATURITY_S + 3 * DAY_S),
            # floor(100 x 333 / 1000) = 33, floor(100 x 666 / 1000) - 33 = 33, the rest 34.
            Row("core", settle(1, 100, ALL), cash={"s1": 33, "s2": 33, "s3": 34}, note=NoteState.MATURED),
            # One cent goes to the lot whose share crosses the next whole one.
            Row("core", settle(1, 1, ALL), cash={"s1": 33, "s2": 33, "s3": 35}),
            Row("s1", commands.mark_overdue(1), note=NoteState.OVERDUE),
            Row("core", settle(1, 900, ALL), refused="PaymentTooLarge", facts={"payable_minor": 899}),
            Row(
                "core",
                settle(1, 899, ALL),
                cash={"s1": 333, "s2": 333, "s3": 334},
                note=NoteState.SETTLED,
            ),
        ]
    )


def test_a_payment_half_done_freezes_what_is_owed(scenario: Scenario) -> None:
    scenario.play(
        [
            *THREE,
            Wait(until_s=MATURITY_S + DAY_S),
            Row("core", settle(1, 1000, (1, 0, 0)), cash={"s1": 333, "s2": 0}, note=NoteState.MATURED),
            Row("core", commands.dispute(1, 10, digest("bad goods")), refused="PaymentUnfinished"),
            Row("core", settle(1, 999, (1, 1, 1)), refused="RoundUnlike"),
            Row("core", settle(1, 1000, (1, 0, 0)), refused="LotsNotContiguous"),
            Row("s3", commands.mark_overdue(1), note=NoteState.OVERDUE),
            Row("arbiter", commands.write_off(1, digest("lost")), refused="PaymentUnfinished"),
            Row("core", settle(1, 1000, (1, 1, 2)), cash={"s2": 333, "s3": 334}, note=NoteState.SETTLED),
        ]
    )


def test_the_pledgee_is_paid_before_its_pledgor(scenario: Scenario) -> None:
    first, second = LotId(1, 1, 0), LotId(1, 1, 1)
    scenario.play(
        [
            *THREE,
            Row("s1", pledge(first, "lender", 200)),
            Row("s2", pledge(second, "lender", 400)),
            Wait(until_s=MATURITY_S),
            # s1's lot gets 166: all to the pledgee, 34 left of its claim. s2's gets 167, the same way.
            Row("core", settle(1, 500, ALL), cash={"s1": 0, "s2": 0, "s3": 167, "lender": 10_000_333}),
            Row(
                "core",
                settle(1, 500, ALL),
                cash={"s1": 133, "s2": 0, "s3": 334, "lender": 10_000_533},
                lots="1-333 s1 SETTLED | 334-666 s2 SETTLED | 667-1000 s3 SETTLED",
            ),
            Row("lender", release(second), refused="LienUnknown"),
        ]
    )
    assert all(liens[-1].state is LienState.DISCHARGED for liens in scenario.twin.state.liens.values())


def test_a_released_lien_takes_nothing(scenario: Scenario) -> None:
    first = LotId(1, 1, 0)
    scenario.play(
        [
            *THREE,
            Row("s1", pledge(first, "lender", 200)),
            Row("s1", release(first), refused="NotPledgee"),
            Row("lender2", release(first), refused="NotPledgee"),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 100, ALL), cash={"s1": 0, "lender": 10_000_033}),
            Row("lender", release(first)),
            Row("core", settle(1, 900, ALL), cash={"s1": 300, "lender": 10_000_033}),
        ]
    )


def test_a_loan_is_repaid_from_the_settlement_of_its_lot(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 900, rate_bps=400)),
            Row("s1", money_commands.accept_offer(1), cash={"s1": 900, "lender": 9_999_100}),
            Wait(until_s=MATURITY_S),
            # 900 x 4 % x 90 / 360 = 9.
            Row(
                "core",
                settle(1, 1000, (0, 0, 0)),
                cash={"s1": 991, "lender": 10_000_009},
                note=NoteState.SETTLED,
            ),
            Row("s1", money_commands.repay(1, 1), refused="UnexpectedFinancingState"),
        ]
    )
    assert scenario.twin.state.financings[1].state is FinancingState.REPAID


def test_a_loan_larger_than_what_is_settled_stays_a_debt(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 1000, rate_bps=10_000)),
            Row("s1", money_commands.accept_offer(1)),
            Wait(until_s=MATURITY_S + 360 * DAY_S),
            # 1000 at 100 % for 450 days: 1250 interest; the lot pays 1000 of it, and ends.
            Row("core", settle(1, 1000, (0, 0, 0)), cash={"s1": 1000, "lender": 10_000_000}),
            Row("lender", money_commands.mark_defaulted(1)),
            Row("s1", money_commands.repay(1, 1251), refused="RepaymentTooLarge", facts={"debt_minor": 1250}),
            Row("s1", money_commands.repay(1, 1000), cash={"s1": 0, "lender": 10_001_000}),
        ]
    )
    loan = scenario.twin.state.financings[1]
    assert (loan.principal_minor, loan.interest_minor, loan.state) == (250, 0, FinancingState.DEFAULTED)


def test_the_undisputed_part_is_paid_and_the_rest_waits(scenario: Scenario) -> None:
    scenario.play(
        [
            *THREE,
            Row("s1", commands.dispute(1, 100, digest("scratches")), refused="NotThisParty"),
            Row("core", commands.dispute(1, 1001, digest("scratches")), refused="DisputeTooLarge"),
            Row("core", commands.dispute(1, 0, digest("scratches")), refused="ZeroAmount"),
            Row("core", commands.dispute(1, 100, digest("scratches")), note=NoteState.DISPUTED),
            Row("s1", commands.assign(LotId(1, 1, 0), IDS["s2"], digest("x")), refused="NoteNotTransferable"),
            Row("core", settle(1, 900, ALL), refused="NotMatured"),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 901, ALL), refused="PaymentTooLarge", facts={"payable_minor": 900}),
            Row("core", settle(1, 900, ALL), cash={"s1": 299, "s2": 300, "s3": 301}),
            Row("core", settle(1, 0, ALL), refused="NothingPayable"),
            Row(
                "core", commands.resolve_dispute(1, 40, digest("award")), refused="AccessManagedUnauthorized"
            ),
            Row("arbiter", commands.resolve_dispute(1, 101, digest("award")), refused="DisputeTooLarge"),
            Row("arbiter", commands.resolve_dispute(1, 40, digest("award")), note=NoteState.MATURED),
            Row("core", settle(1, 61, ALL), refused="PaymentTooLarge"),
            Row("core", settle(1, 60, ALL), note=NoteState.SETTLED),
        ]
    )
    note = scenario.twin.state.notes[1]
    assert (note.paid_minor, note.reduced_minor, note.open_minor) == (960, 40, 0)
    assert sum(scenario.cash(name) for name in ("s1", "s2", "s3")) == 960


def test_a_claim_that_is_wholly_upheld_ends_with_a_payment_of_nothing(scenario: Scenario) -> None:
    scenario.play(
        [
            *THREE,
            Row("core", commands.dispute(1, 1000, digest("never delivered"))),
            Row("arbiter", commands.resolve_dispute(1, 1000, digest("award")), note=NoteState.LIVE),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 1, ALL), refused="PaymentTooLarge", facts={"payable_minor": 0}),
            Row("core", settle(1, 0, (1, 0, 0))),
            Row("core", settle(1, 0, (1, 1, 2)), note=NoteState.SETTLED, cash={"s1": 0, "s2": 0, "s3": 0}),
        ]
    )


def test_a_withdrawn_dispute_leaves_everything_payable(scenario: Scenario) -> None:
    scenario.play(
        [
            *THREE,
            Row("core", commands.dispute(1, 500, digest("a mistake"))),
            Row("s1", commands.withdraw_dispute(1), refused="NotThisParty"),
            Row("core", commands.withdraw_dispute(1), note=NoteState.LIVE),
            Row("core", commands.withdraw_dispute(1), refused="UnexpectedNoteState"),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 1000, ALL), note=NoteState.SETTLED),
        ]
    )


def test_what_is_written_off_is_never_shown_as_paid(scenario: Scenario) -> None:
    scenario.play(
        [
            *THREE,
            Row("arbiter", commands.write_off(1, digest("bankrupt")), refused="UnexpectedNoteState"),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 250, ALL)),
            Row("s1", commands.mark_overdue(1), refused="NotOverdue"),
            Wait(until_s=MATURITY_S + DAY_S),
            Row("s1", commands.mark_overdue(1), note=NoteState.OVERDUE),
            Row("s1", commands.write_off(1, digest("bankrupt")), refused="AccessManagedUnauthorized"),
            Row("core", commands.write_off(1, digest("bankrupt")), refused="AccessManagedUnauthorized"),
            Row("arbiter", commands.write_off(1, digest("bankrupt")), note=NoteState.WRITTEN_OFF),
            Row("core", settle(1, 750, ALL), refused="UnexpectedNoteState"),
        ]
    )
    note = scenario.twin.state.notes[1]
    assert (note.paid_minor, note.written_off_minor) == (250, 750)


def test_who_receives_twice_is_booked_once(scenario: Scenario) -> None:
    parts = [("s1", 100), ("s2", 100), ("s1", 100), ("s2", 100), ("s1", 100)]
    scenario.play(
        [
            Row("s2", commands.set_standing_acceptance(None, True)),
            *live(500),
            Row("s1", split(root(1), *parts)),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 500, (1, 0, 4)), cash={"s1": 300, "s2": 200}),
        ]
    )
    (settled,) = [
        each.event for each in scenario.twin.model.events if type(each.event).__name__ == "CashSettled"
    ]
    assert [(each.party_id, each.amount_minor) for each in settled.payments] == [
        (IDS["s1"], 300),
        (IDS["s2"], 200),
    ]


def test_an_offered_lot_is_paid_to_its_assignor(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("s1", split(root(1), ("s1", 400), ("s2", 600)), lots="1-400 s1 FREE | 401-1000 s1 OFFERED"),
            Wait(until_s=MATURITY_S),
            Row("s2", commands.accept_lot(LotId(1, 1, 1)), refused="NoteNotTransferable"),
            Row("core", settle(1, 1000, (1, 0, 1)), cash={"s1": 1000, "s2": 0}),
            Row("s2", commands.reject_lot(LotId(1, 1, 1)), refused="UnexpectedLotState"),
        ]
    )
