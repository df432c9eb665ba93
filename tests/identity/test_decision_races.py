"""Time of check and time of use: acts that happen at once, in real threads, on both databases.

Each race is run several times, because which one is first is chance; whatever it is, one order of the acts
must explain the outcome.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counterfoil.domain.access import Scope, UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.identity import UserState
from counterfoil.usecases.identity.audit_log import verify_audit_log
from counterfoil.usecases.identity.deciding import approve, reject, withdraw
from counterfoil.usecases.identity.organisations import set_policy
from counterfoil.usecases.identity.rights import check_afresh
from counterfoil.usecases.identity.sessions import log_out
from counterfoil.usecases.identity.users import disable_user, set_limits, set_roles
from identity.identity_support import BODY_HASH, Town, at_once, codes

ROUNDS = 6
EUR = {"amount_minor": 50_000, "currency": "EUR"}
Act = Callable[[], object]


def approving(town: Town, name: str, command_id: str) -> Act:
    asking = town.asking(name)

    def act() -> object:
        with town.store.concurrent() as work:
            return approve(work, asking, command_id=command_id, body_hash=BODY_HASH, comment="")

    return act


def rejecting(town: Town, name: str, command_id: str) -> Act:
    asking = town.asking(name)

    def act() -> object:
        with town.store.concurrent() as work:
            return reject(work, asking, command_id=command_id, body_hash=BODY_HASH, comment="")

    return act


def withdrawing(town: Town, name: str, command_id: str) -> Act:
    asking = town.asking(name)

    def act() -> object:
        with town.store.concurrent() as work:
            return withdraw(work, asking, command_id=command_id, comment="")

    return act


def ended_by(results: list[object]) -> list[int]:
    """Which acts were done."""
    return [place for place, found in enumerate(results) if not isinstance(found, CounterfoilError)]


def check_log(town: Town) -> None:
    with town.store.read() as work:
        verify_audit_log(work, anchors={})


def test_of_approving_and_withdrawing_exactly_one_wins(town: Town) -> None:
    for _ in range(ROUNDS):
        command_id = town.add_command("mara", **EUR)
        results = at_once(approving(town, "chen", command_id), withdrawing(town, "mara", command_id))
        state = town.command(command_id).state
        assert ended_by(results) == ([0] if state is CommandState.RECEIVED else [1])
        assert codes(results) in (["CommandNotWaiting"], ["CommandUnderWay"])
    check_log(town)


def test_of_approving_rejecting_and_withdrawing_exactly_one_wins(town: Town) -> None:
    won = {0: CommandState.RECEIVED, 1: CommandState.REJECTED, 2: CommandState.WITHDRAWN}
    for _ in range(ROUNDS):
        command_id = town.add_command("mara", **EUR)
        results = at_once(
            approving(town, "chen", command_id),
            rejecting(town, "dora", command_id),
            withdrawing(town, "abel", command_id),
        )
        (winner,) = ended_by(results)
        assert town.command(command_id).state is won[winner]
    assert len([action for action in town.actions() if action.startswith("command.")]) == ROUNDS


def test_one_approval_sent_twice_at_once_counts_once(town: Town) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        set_policy(work, asking, policy={"*": 2})
    for _ in range(ROUNDS):
        command_id = town.add_command("mara", **EUR)
        results = at_once(*[approving(town, "chen", command_id)] * 3)
        assert len(ended_by(results)) == 1
        assert codes(results) == ["AlreadyDecided"] * 2
        assert town.command(command_id).state is CommandState.AWAITING_APPROVAL


def test_two_approvals_at_once_are_two(town: Town) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        set_policy(work, asking, policy={"*": 2})
    for _ in range(ROUNDS):
        command_id = town.add_command("mara", **EUR)
        results = at_once(approving(town, "chen", command_id), approving(town, "dora", command_id))
        assert ended_by(results) == [0, 1]
        command = town.command(command_id)
        assert (command.state, command.approved) == (CommandState.RECEIVED, True)


def test_where_one_approval_is_enough_the_second_finds_it_decided(town: Town) -> None:
    for _ in range(ROUNDS):
        command_id = town.add_command("mara", **EUR)
        results = at_once(approving(town, "chen", command_id), approving(town, "dora", command_id))
        assert len(ended_by(results)) == 1
        assert codes(results) == ["CommandNotWaiting"]
        with town.store.read() as work:
            assert len(work.commands.decisions_of(command_id)) == 1


@pytest.mark.parametrize("change", ["disable", "limit", "role"])
def test_an_approval_and_the_loss_of_the_right_to_it_have_an_order(town: Town, change: str) -> None:
    """Told in the log in the order in which they took effect: nothing is approved after the right is gone."""
    for turn in range(ROUNDS):
        name = f"checker-{turn}"
        user_id = town.add_user(name, "Nordwind", {UserRole.CHECKER}, {("*", "EUR"): 100_000})
        command_id = town.add_command("mara", **EUR)
        admin = town.asking("abel")

        def lose(user_id: str = user_id, admin: object = admin) -> object:
            with town.store.concurrent() as work:
                match change:
                    case "disable":
                        return disable_user(work, town.asking_again(admin), user_id=user_id)
                    case "limit":
                        return set_limits(
                            work, town.asking_again(admin), user_id=user_id, limits={("*", "EUR"): 1}
                        )
                    case _:
                        return set_roles(
                            work, town.asking_again(admin), user_id=user_id, roles={UserRole.VIEWER}
                        )

        results = at_once(approving(town, name, command_id), lose)
        last_two = town.actions()[-2:]
        if 0 in ended_by(results):
            assert ended_by(results) == [0, 1]
            assert last_two[0] == "command.approved"
            assert town.command(command_id).state is CommandState.RECEIVED
        else:
            assert ended_by(results) == [1]
            expected = {
                "disable": ["CredentialInvalid"],
                "limit": ["LimitTooLow"],
                "role": ["NotPermitted"],
            }
            assert codes(results) == expected[change]
            assert town.command(command_id).state is CommandState.AWAITING_APPROVAL
    check_log(town)


def test_an_earlier_approver_disabled_while_the_last_one_approves_counts_wholly_or_not_at_all(
    town: Town,
) -> None:
    asking = town.asking("abel")
    with town.store.concurrent() as work:
        set_policy(work, asking, policy={"*": 2})
    for turn in range(ROUNDS):
        name = f"early-{turn}"
        user_id = town.add_user(name, "Nordwind", {UserRole.CHECKER}, {("*", "EUR"): 100_000})
        command_id = town.add_command("mara", **EUR)
        approving(town, name, command_id)()

        def disable(user_id: str = user_id) -> object:
            with town.store.concurrent() as work:
                return disable_user(work, asking, user_id=user_id)

        results = at_once(approving(town, "dora", command_id), disable)
        assert ended_by(results) == [0, 1]
        approved_first = town.actions()[-2:] == ["command.approved", "user.disabled"]
        expected = CommandState.RECEIVED if approved_first else CommandState.AWAITING_APPROVAL
        assert town.command(command_id).state is expected


def test_a_policy_made_stricter_while_somebody_approves_counts_wholly_or_not_at_all(town: Town) -> None:
    asking = town.asking("abel")

    def needs(approvals: int) -> object:
        with town.store.concurrent() as work:
            return set_policy(work, asking, policy={"*": approvals})

    for _ in range(ROUNDS):
        needs(1)
        command_id = town.add_command("mara", **EUR)
        results = at_once(approving(town, "chen", command_id), lambda: needs(2))
        assert ended_by(results) == [0, 1]
        approved_first = town.actions()[-2:] == ["command.approved", "policy.set"]
        expected = CommandState.RECEIVED if approved_first else CommandState.AWAITING_APPROVAL
        assert town.command(command_id).state is expected


def test_a_command_and_the_disabling_of_its_maker_have_an_order(town: Town) -> None:
    """As the HTTP process takes commands in: rights read afresh, then the row, in one transaction."""
    for turn in range(ROUNDS):
        name = f"maker-{turn}"
        user_id = town.add_user(name, "Nordwind", {UserRole.MAKER})
        maker, admin = town.asking(name), town.asking("abel")

        def enter(maker: object = maker) -> object:
            with town.store.concurrent() as work:
                asked = town.asking_again(maker)
                check_afresh(work, asked.principal, now=asked.now, scope=Scope.WRITE, role=UserRole.MAKER)
                return work.audit.append(
                    at=asked.now,
                    org_id=None,
                    user_id=asked.principal.user_id,
                    action="entered",
                    subject="",
                    correlation_id="",
                    detail={},
                )

        def disable(user_id: str = user_id, admin: object = admin) -> object:
            with town.store.concurrent() as work:
                return disable_user(work, town.asking_again(admin), user_id=user_id)

        results = at_once(enter, disable)
        if 0 in ended_by(results):
            assert town.actions()[-2:] == ["entered", "user.disabled"]
        else:
            assert codes(results) == ["CredentialInvalid"]


def test_a_session_ended_while_it_approves_was_used_before_or_not_at_all(town: Town) -> None:
    for _ in range(ROUNDS):
        town.secrets.pop("chen", None)
        asking = town.asking("chen")
        command_id = town.add_command("mara", **EUR)

        def leave(asking: object = asking) -> object:
            with town.store.concurrent() as work:
                return log_out(work, town.asking_again(asking))

        results = at_once(approving(town, "chen", command_id), leave)
        assert 1 in ended_by(results)
        if 0 in ended_by(results):
            assert town.actions()[-2:] == ["command.approved", "session.ended"]
        else:
            assert codes(results) == ["CredentialInvalid"]


def test_of_two_administrators_who_disable_each_other_one_stays(town: Town) -> None:
    for turn in range(ROUNDS):
        one, other = f"one-{turn}", f"other-{turn}"
        for name in (one, other):
            town.add_user(name, "Suedtor", {UserRole.ADMIN})

        def disabling(by: str, whom: str) -> Act:
            asking = town.asking(by)

            def act() -> object:
                with town.store.concurrent() as work:
                    return disable_user(work, asking, user_id=town.users[whom])

            return act

        results = at_once(disabling(one, other), disabling(other, one))
        assert len(ended_by(results)) == 1
        assert codes(results) == ["CredentialInvalid"]
        with town.store.read() as work:
            states = [work.identity.user(town.users[name]) for name in (one, other)]
        assert sorted(user.state for user in states if user is not None) == [
            UserState.ACTIVE,
            UserState.DISABLED,
        ]


def test_two_organisations_and_four_users_at_once_leave_one_explainable_log(town: Town) -> None:
    """Everything together: decisions of both organisations, withdrawals, changes of limits and policies."""
    town.add_user("olga", "Suedtor", {UserRole.CHECKER}, {("*", "EUR"): 100_000})
    north = [town.add_command("mara", **EUR) for _ in range(3)]
    south = [town.add_command("sven", **EUR) for _ in range(3)]
    abel, tina = town.asking("abel"), town.asking("tina")

    def limiting(asking: object, name: str) -> Act:
        def act() -> object:
            with town.store.concurrent() as work:
                asked = town.asking_again(asking)
                return set_limits(work, asked, user_id=town.users[name], limits={("*", "EUR"): 60_000})

        return act

    acts = [approving(town, "chen", each) for each in north]
    acts += [withdrawing(town, "mara", each) for each in north]
    acts += [approving(town, "olga", each) for each in south]
    acts += [withdrawing(town, "sven", each) for each in south]
    acts += [limiting(abel, "chen"), limiting(tina, "olga"), approving(town, "chen", south[0])]
    results = at_once(*acts)

    decided = [*zip(north, results[0:3], results[3:6], strict=True)]
    decided += [*zip(south, results[6:9], results[9:12], strict=True)]
    for command_id, approval, withdrawal in decided:
        assert len(ended_by([approval, withdrawal])) == 1
        taken = CommandState.RECEIVED if ended_by([approval]) else CommandState.WITHDRAWN
        assert town.command(command_id).state is taken
    assert codes(results[-1:]) == ["CommandUnknown"]
    assert ended_by(results[12:14]) == [0, 1]
    check_log(town)
    assert len(town.actions()) == 6 + 2
