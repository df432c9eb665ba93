"""Every command over a facility in each of its states, and by everybody: who may, what others are told."""

from __future__ import annotations

import pytest

from counterfoil.domain.errors import DomainError
from counterfoil.domain.ledger import WHOLE_DEBT
from counterfoil.domain.states import FacilityState
from model import facility_commands as do
from model import money_commands
from model.commands import Command, digest
from model.contract_chain import START_S
from scenarios.facility_table import (
    CALLED_S,
    DEADLINE_S,
    DUE_S,
    SALE_S,
    TERMS,
    called,
    claim,
    facility_of,
    fallen,
    late,
    priced,
    receipt,
    rich,
    running,
    sale,
    stocked,
)
from scenarios.scenario_table import CNY, IDS, KEYS, Row, Scenario, Wait

STATE = "UnexpectedFacilityState"
OFFERED, OPEN, CALLED, DEFAULTED = (
    FacilityState.OFFERED,
    FacilityState.OPEN,
    FacilityState.CALLED,
    FacilityState.DEFAULTED,
)
# Receipt 1 of 100 kg is in the pool, 2 of 10 kg too, 3 of 200 kg is free; s2 has money to buy with.
PATHS: dict[FacilityState, list[Row | Wait]] = {
    OFFERED: [*stocked(100, 10, 200), priced(), Row("lender", do.offer_facility(TERMS))],
    FacilityState.WITHDRAWN: [
        *stocked(100, 10, 200),
        priced(),
        Row("lender", do.offer_facility(TERMS)),
        Row("lender", do.withdraw_facility(1)),
    ],
    OPEN: [*running(100, 10, more=[200])],
    CALLED: [
        *running(100, 10, more=[200]),
        *fallen(300),
        Row("lender", do.call_margin(1)),
        Wait(until_s=DEADLINE_S + 1),
        priced(300, DEADLINE_S + 1),
    ],
    DEFAULTED: [
        *running(100, 10, more=[200]),
        Wait(until_s=DUE_S + 1),
        Row("lender", do.mark_facility_defaulted(1)),
        priced(300, DUE_S + 1),
    ],
    FacilityState.CLOSED: [
        *running(100, 10, more=[200]),
        Row("s1", do.repay_facility(1, WHOLE_DEBT)),
    ],
}
DRAWN_DOWN = {OPEN: "", CALLED: "", DEFAULTED: ""}
ENFORCED = {OPEN: "NotEnforceable", CALLED: "", DEFAULTED: ""}
# Who commands it, the command, and what each state answers; STATE where the table says nothing.
COMMANDS: dict[str, tuple[str, Command, dict[FacilityState, str]]] = {
    "withdraw offer": ("lender", do.withdraw_facility(1), {OFFERED: ""}),
    "accept": ("s1", do.accept_facility(1, TERMS), {OFFERED: ""}),
    "add": ("s1", do.add_asset(1, receipt(3)), DRAWN_DOWN),
    "substitute": ("s1", do.substitute_asset(1, receipt(1), receipt(3)), {OPEN: ""}),
    "withdraw": ("s1", do.withdraw_asset(1, receipt(2)), {OPEN: ""}),
    "repay": ("s1", do.repay_facility(1, 5), DRAWN_DOWN),
    "call": ("lender", do.call_margin(1), {OPEN: "LtvWithinLimit"}),
    "lift": ("s1", do.lift_margin_call(1), {CALLED: "LtvAboveLimit"}),
    "default": ("lender", do.mark_facility_defaulted(1), {OPEN: "FacilityNotDue", CALLED: "FacilityNotDue"}),
    "take": ("lender", do.take_asset(1, receipt(1), 30_000), ENFORCED),
    "sell": ("lender", sale(receipt(1), 30_000, expires_at_s=DUE_S + 9), ENFORCED),
    "buy": ("s2", do.buy_asset(1, receipt(1)), dict.fromkeys(DRAWN_DOWN, "SaleUnknown")),
    "offer claim": ("lender", claim(expires_at_s=DUE_S + 9), DRAWN_DOWN),
    "take claim": ("lender2", do.take_claim(1), dict.fromkeys(DRAWN_DOWN, "ClaimNotOffered")),
}


def outcome(scenario: Scenario, who: str, command: Command) -> str:
    """How it ends, without its having happened."""
    result = scenario.twin.attempt(KEYS[who], command)
    return result.code if isinstance(result, DomainError) else ""


@pytest.mark.parametrize("state", PATHS, ids=lambda state: state.name)
def test_commands_in_each_state(scenario: Scenario, state: FacilityState) -> None:
    scenario.play(PATHS[state])
    assert facility_of(scenario) is state
    expected = {name: told.get(state, STATE) for name, (_, _, told) in COMMANDS.items()}
    assert {name: outcome(scenario, who, each) for name, (who, each, _) in COMMANDS.items()} == expected


PARTIES = ("core", "core2", "s1", "s2", "s3", "lender", "lender2", "keeper", "inspector", "carrier", "source")
OUTSIDERS = ("registrar", "bank", "arbiter", "examiner", "governor", "stranger")
FUNDER, BORROWER = "NotFacilityFunder", "NotFacilityBorrower"
# The state in which each goes through, who may, and what other parties are told; others are NotAParty.
CALLERS: tuple[tuple[FacilityState, Command, tuple[str, ...], str], ...] = (
    (OFFERED, do.withdraw_facility(1), ("lender",), FUNDER),
    (OFFERED, do.accept_facility(1, TERMS), ("s1",), BORROWER),
    (OPEN, do.add_asset(1, receipt(3)), ("s1",), BORROWER),
    (OPEN, do.substitute_asset(1, receipt(1), receipt(3)), ("s1",), BORROWER),
    (OPEN, do.withdraw_asset(1, receipt(2)), ("s1",), BORROWER),
    (OPEN, do.repay_facility(1, 5), ("s1",), BORROWER),
    (OPEN, claim(), ("lender",), FUNDER),
    (CALLED, do.take_asset(1, receipt(1), 30_000), ("lender",), FUNDER),
    (CALLED, sale(receipt(1), 30_000), ("lender",), FUNDER),
)


@pytest.mark.parametrize(
    ("state", "command", "may", "told"), CALLERS, ids=lambda each: getattr(each, "name", "")
)
def test_only_who_may_can(
    scenario: Scenario, state: FacilityState, command: Command, may: tuple[str, ...], told: str
) -> None:
    scenario.play(PATHS[state])
    expected = dict.fromkeys(PARTIES, told) | dict.fromkeys(may, "") | dict.fromkeys(OUTSIDERS, "NotAParty")
    assert {who: outcome(scenario, who, command) for who in expected} == expected


def test_who_may_call_lift_and_declare_default(scenario: Scenario) -> None:
    scenario.play([*running(100), *fallen(441)])
    assert {who: outcome(scenario, who, do.call_margin(1)) for who in PARTIES} == (
        dict.fromkeys(PARTIES, FUNDER) | {"lender": ""}
    )
    scenario.play([Row("lender", do.call_margin(1)), Row("s1", do.repay_facility(1, 100))])
    assert {who: outcome(scenario, who, do.lift_margin_call(1)) for who in PARTIES} == (
        dict.fromkeys(PARTIES, FUNDER) | {"lender": "", "s1": ""}
    )
    scenario.play([Wait(until_s=DUE_S + 1)])
    assert {who: outcome(scenario, who, do.mark_facility_defaulted(1)) for who in PARTIES} == (
        dict.fromkeys(PARTIES, FUNDER) | {"lender": ""}
    )


def test_who_may_buy_and_take_what_is_offered(scenario: Scenario) -> None:
    scenario.play(
        [
            *late(100, price=300),
            rich("s2", 40_000),
            Row("lender", sale(receipt(1), 30_000)),
            Row("lender", claim(price=20_000)),
        ]
    )
    bought = {who: outcome(scenario, who, do.buy_asset(1, receipt(1))) for who in PARTIES}
    assert bought == dict.fromkeys(PARTIES, "SaleUnknown") | {"s2": ""}
    taken = {who: outcome(scenario, who, do.take_claim(1)) for who in PARTIES}
    assert taken == dict.fromkeys(PARTIES, "RoleMissing") | {
        "core2": "ClaimNotOffered",
        "lender": "ClaimNotOffered",
        "lender2": "",
    }


@pytest.mark.parametrize("sender", ["governor", "lender", "s1", "stranger"])
def test_only_settlement_collects(scenario: Scenario, sender: str) -> None:
    scenario.play([*running(100)])
    with pytest.raises(DomainError) as refused:
        scenario.twin.chain.send(
            KEYS[sender], "Facilities", "collect", (1 << 63 | 1, receipt(1).number, 5), START_S
        )
    assert refused.value.code == "NotAModule"


def test_a_buyer_without_the_money_has_nothing(scenario: Scenario) -> None:
    scenario.play(
        [
            *called(100, price=300),
            Wait(until_s=CALLED_S + 3 * (DEADLINE_S - CALLED_S)),
            rich("s2", 29_999),
            Row("lender", sale(receipt(1), 30_000)),
            Row("s2", do.buy_asset(1, receipt(1)), refused="CashInsufficient"),
            Row("bank", money_commands.issue(IDS["s2"], CNY, 1, digest("a cent"))),
            Row("s2", do.buy_asset(1, receipt(1)), cash={"s2": 0}),
        ]
    )
    assert scenario.twin.now_s < SALE_S
