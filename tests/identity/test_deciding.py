"""Approving, rejecting and withdrawing, one after the other, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from counterfoil.domain.access import UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.identity import OrganisationState
from counterfoil.usecases.identity.deciding import approve, reject, withdraw
from counterfoil.usecases.identity.organisations import set_policy
from counterfoil.usecases.identity.users import disable_user, set_limits, set_roles
from identity.identity_support import BODY_HASH, Town

EUR = {"amount_minor": 50_000, "currency": "EUR"}


def approves(town: Town, name: str, command_id: str, body_hash: str = BODY_HASH) -> CommandRecord:
    asking = town.asking(name)
    with town.store.concurrent() as work:
        return approve(work, asking, command_id=command_id, body_hash=body_hash, comment="seen")


def rejects(town: Town, name: str, command_id: str, body_hash: str = BODY_HASH) -> CommandRecord:
    asking = town.asking(name)
    with town.store.concurrent() as work:
        return reject(work, asking, command_id=command_id, body_hash=body_hash, comment="no")


def withdraws(town: Town, name: str, command_id: str) -> CommandRecord:
    asking = town.asking(name)
    with town.store.concurrent() as work:
        return withdraw(work, asking, command_id=command_id, comment="typo")


def policy(town: Town, approvals: dict[str, int]) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        set_policy(work, asking, policy=approvals)


def test_four_eyes_are_enough_where_nothing_else_is_said(town: Town) -> None:
    command_id = town.add_command("mara", **EUR)
    decided = approves(town, "chen", command_id)
    assert decided == town.command(command_id)
    assert (decided.state, decided.approved, decided.approvals_needed) == (CommandState.RECEIVED, True, 1)
    with town.store.read() as work:
        (decision,) = work.commands.decisions_of(command_id)
        told = work.audit.entries()[-1].entry
    assert (decision.user_id, decision.body_hash, decision.comment) == (
        town.users["chen"],
        BODY_HASH,
        "seen",
    )
    assert (told.action, told.subject, told.user_id, told.correlation_id) == (
        "command.approved",
        f"command:{command_id}",
        town.users["chen"],
        "request-of-chen",
    )
    assert json.loads(told.detail_json)["made_by"] == town.users["mara"]


def test_the_policy_says_how_many(town: Town) -> None:
    policy(town, {"confirm_note": 2, "*": 1})
    command_id = town.add_command("mara", **EUR)
    first = approves(town, "chen", command_id)
    assert (first.state, first.approved) == (CommandState.AWAITING_APPROVAL, False)
    assert first.waiting_for.startswith("1 more approval ")
    second = approves(town, "dora", command_id)
    assert (second.state, second.approved) == (CommandState.RECEIVED, True)


def test_a_policy_made_stricter_meanwhile_counts(town: Town) -> None:
    command_id = town.add_command("mara", approvals_needed=1, **EUR)
    policy(town, {"*": 2})
    assert approves(town, "chen", command_id).state is CommandState.AWAITING_APPROVAL
    assert approves(town, "dora", command_id).state is CommandState.RECEIVED


def test_a_policy_without_approvals_lets_nothing_through_that_waits_already(town: Town) -> None:
    command_id = town.add_command("mara", approvals_needed=2, **EUR)
    policy(town, {"*": 0})
    assert town.command(command_id).state is CommandState.AWAITING_APPROVAL
    assert approves(town, "chen", command_id).state is CommandState.RECEIVED


@pytest.mark.parametrize("loses", ["role", "limit", "access"])
def test_an_approval_does_not_outlive_the_right_to_give_it(town: Town, loses: str) -> None:
    policy(town, {"*": 2})
    command_id = town.add_command("mara", **EUR)
    approves(town, "chen", command_id)
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        match loses:
            case "role":
                set_roles(work, asking, user_id=town.users["chen"], roles={UserRole.VIEWER})
            case "limit":
                set_limits(work, asking, user_id=town.users["chen"], limits={("*", "EUR"): 49_999})
            case _:
                disable_user(work, asking, user_id=town.users["chen"])
    assert approves(town, "dora", command_id).state is CommandState.AWAITING_APPROVAL


def test_nobody_approves_what_it_entered_even_with_every_role(town: Town) -> None:
    command_id = town.add_command("sven", **EUR)
    with pytest.raises(CounterfoilError) as refused:
        approves(town, "sven", command_id)
    assert refused.value.code == "OwnCommand"
    with pytest.raises(CounterfoilError) as refused:
        rejects(town, "sven", command_id)
    assert refused.value.code == "OwnCommand"
    assert town.command(command_id).state is CommandState.AWAITING_APPROVAL


@pytest.mark.parametrize("name", ["mara", "abel"])
def test_only_checkers_decide(town: Town, name: str) -> None:
    command_id = town.add_command("mara", **EUR)
    for decides in (approves, rejects):
        with pytest.raises(CounterfoilError) as refused:
            decides(town, name, command_id)
        assert refused.value.code == "NotPermitted"


def test_a_limit_covers_the_amount_or_somebody_else_approves(town: Town) -> None:
    above = town.add_command("mara", amount_minor=100_001, currency="EUR")
    foreign = town.add_command("mara", amount_minor=1, currency="USD")
    for command_id in (above, foreign):
        with pytest.raises(CounterfoilError) as refused:
            approves(town, "chen", command_id)
        assert refused.value.code == "LimitTooLow"
        assert rejects(town, "dora", command_id).state is CommandState.REJECTED
    assert approves(town, "chen", town.add_command("mara")).state is CommandState.RECEIVED


def test_an_approval_binds_to_the_body(town: Town) -> None:
    command_id = town.add_command("mara", **EUR)
    with pytest.raises(CounterfoilError) as refused:
        approves(town, "chen", command_id, "0" * 64)
    assert refused.value.code == "CommandChanged"
    with town.store.read() as work:
        assert work.commands.decisions_of(command_id) == ()


def test_somebody_elses_command_is_as_if_it_did_not_exist(town: Town) -> None:
    command_id = town.add_command("mara", **EUR)
    absent = "cmd_" + "0" * 26
    for act in (approves, rejects, withdraws):
        seen = []
        for asked in (command_id, absent):
            with pytest.raises(CounterfoilError) as refused:
                act(town, "sven", asked)
            seen.append((refused.value.code, refused.value.message.replace(asked, "")))
        assert seen[0] == seen[1]
        assert seen[0][0] == "CommandUnknown"


def test_a_rejection_ends_it(town: Town) -> None:
    command_id = town.add_command("mara", **EUR)
    rejected = rejects(town, "chen", command_id)
    assert rejected.state is CommandState.REJECTED
    assert rejected.finished_at == town.clock()
    for act in (approves, rejects):
        with pytest.raises(CounterfoilError) as refused:
            act(town, "dora", command_id)
        assert refused.value.code == "CommandNotWaiting"
    with pytest.raises(CounterfoilError) as refused:
        withdraws(town, "mara", command_id)
    assert refused.value.code == "CommandUnderWay"


def test_nobody_decides_twice(town: Town) -> None:
    policy(town, {"*": 2})
    command_id = town.add_command("mara", **EUR)
    approves(town, "chen", command_id)
    for act in (approves, rejects):
        with pytest.raises(CounterfoilError) as refused:
            act(town, "chen", command_id)
        assert refused.value.code == "AlreadyDecided"


def test_what_ran_out_is_not_approved_any_more(town: Town) -> None:
    command_id = town.add_command("mara", **EUR)
    town.clock.advance(days=7)
    town.secrets.clear()
    with pytest.raises(CounterfoilError) as refused:
        approves(town, "chen", command_id)
    assert refused.value.code == "CommandNotWaiting"


@pytest.mark.parametrize("name", ["mara", "abel"])
@pytest.mark.parametrize("state", [CommandState.AWAITING_APPROVAL, CommandState.AWAITING_SIGNATURE])
def test_who_entered_it_or_an_administrator_takes_it_back(town: Town, name: str, state: CommandState) -> None:
    command_id = town.add_command("mara", state=state, **EUR)
    assert withdraws(town, name, command_id).state is CommandState.WITHDRAWN
    assert town.actions()[-1] == "command.withdrawn"


def test_a_checker_does_not_take_back_what_it_did_not_enter(town: Town) -> None:
    command_id = town.add_command("mara", **EUR)
    with pytest.raises(CounterfoilError) as refused:
        withdraws(town, "chen", command_id)
    assert refused.value.code == "NotPermitted"


@pytest.mark.parametrize(
    ("state", "steps_done"),
    [
        (CommandState.RECEIVED, 0),
        (CommandState.READY, 0),
        (CommandState.SENT, 0),
        (CommandState.DONE, 1),
        (CommandState.AWAITING_SIGNATURE, 1),
    ],
)
def test_what_is_under_way_is_not_taken_back(town: Town, state: CommandState, steps_done: int) -> None:
    command_id = town.add_command("mara", state=state, steps_done=steps_done)
    with pytest.raises(CounterfoilError) as refused:
        withdraws(town, "mara", command_id)
    assert refused.value.code == "CommandUnderWay"
    assert town.command(command_id).state is state


def test_a_refused_decision_leaves_no_trace(town: Town) -> None:
    command_id = town.add_command("sven", **EUR)
    before = (town.command(command_id), len(town.actions()))
    with pytest.raises(CounterfoilError):
        approves(town, "sven", command_id)
    assert (town.command(command_id), len(town.actions())) == before


def test_users_of_a_suspended_organisation_decide_nothing(town: Town) -> None:
    command_id = town.add_command("mara", **EUR)
    asking = town.asking("chen")
    with town.store.concurrent() as work:
        work.identity.set_organisation_state(town.organisations["Nordwind"], OrganisationState.SUSPENDED)
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        approve(work, asking, command_id=command_id, body_hash=BODY_HASH, comment="")
    assert refused.value.code == "CredentialInvalid"


def test_a_session_that_ran_out_decides_nothing(town: Town) -> None:
    command_id = town.add_command("mara", **EUR)
    asking = town.asking("chen")
    late = type(asking)(principal=asking.principal, now=asking.now + timedelta(minutes=30), correlation_id="")
    with pytest.raises(CounterfoilError) as refused, town.store.concurrent() as work:
        approve(work, late, command_id=command_id, body_hash=BODY_HASH, comment="")
    assert refused.value.code == "CredentialInvalid"
