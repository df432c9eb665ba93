"""Commands that come at the same time are kept together, and each has its own outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from typing import Any

import pytest

from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.ids import COMMAND, new_id
from counterfoil.domain.money import Currency, Money
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.idempotency import FirstAnswer
from counterfoil.usecases.commands.intake import CommandIntake, Given
from http_writes.writes_support import Desk


@pytest.fixture
def intake(desk_on_both: Desk) -> Iterator[CommandIntake]:
    found = CommandIntake(desk_on_both.store)
    yield found
    found.close()


def given(desk: Desk, who: str, key: str, *, euros: int | None = None, **changed: Any) -> Given:
    """A command of somebody, with the amount that its body states."""
    principal = desk.town.principal(who)
    now = desk.town.clock()
    command = CommandRecord(
        command_id=new_id(COMMAND, at_ms=1),
        org_id=principal.org_id,
        actor="party:1",
        operation="transfer_cash",
        body_json="{}",
        body_hash="0" * 64,
        made_by=principal.user_id,
        created_at=now,
        expires_at=now,
        correlation_id="c",
        waiting_for="the service prepares it",
        waiting_since=now,
    )
    hashed = changed.get("request_hash", "a" * 64)
    answer = FirstAnswer(
        request_hash=hashed, code=202, headers_json="{}", body="{}", command_id=command.command_id
    )
    return Given(
        principal=principal,
        command=command,
        key=f"{desk._test}:{key}",
        request_hash=hashed,
        stated=None if euros is None else Money(euros * 100, Currency.of("EUR")),
        answer=answer,
    )


def test_one_that_is_refused_keeps_no_other_from_being_kept(
    desk_on_both: Desk, intake: CommandIntake
) -> None:
    desk = desk_on_both
    fine = [given(desk, "mara", f"k{number}", euros=10) for number in range(20)]
    too_much = given(desk, "mara", "large", euros=200_000)
    no_maker = given(desk, "vera", "viewer")
    futures = {each.key: intake.give(each) for each in (*fine, too_much, no_maker)}
    wait(futures.values())
    assert all(not futures[each.key].result().replayed for each in fine)
    for refused, code in ((too_much, "LimitTooLow"), (no_maker, "NotPermitted")):
        error = futures[refused.key].exception()
        assert isinstance(error, CounterfoilError)
        assert error.code == code
    kept = {each.command_id for each in desk.commands()}
    assert kept == {each.command.command_id for each in fine}


def test_key_that_comes_twice_at_once_makes_one_command(desk_on_both: Desk, intake: CommandIntake) -> None:
    desk = desk_on_both
    same = [given(desk, "mara", "same") for _ in range(6)]
    other = given(desk, "mara", "same", request_hash="b" * 64)
    futures = [intake.give(each) for each in (*same, other)]
    wait(futures)
    answers = [each.result() for each in futures[:-1]]
    assert len({each.answer.command_id for each in answers}) == 1
    assert sorted(each.replayed for each in answers) == [False] + [True] * 5
    error = futures[-1].exception()
    assert isinstance(error, CounterfoilError)
    assert error.code == "IdempotencyKeyReused"
    assert len(desk.commands()) == 1


def test_key_that_was_used_before_is_answered_from_then(desk_on_both: Desk, intake: CommandIntake) -> None:
    desk = desk_on_both
    first = intake.give(given(desk, "mara", "k")).result()
    again, fresh = intake.give(given(desk, "mara", "k")), intake.give(given(desk, "mara", "other"))
    assert again.result() == replace(first, replayed=True)
    assert not fresh.result().replayed
    assert len(desk.commands()) == 2


def test_whoever_stops_waiting_stops_nobody_else(desk: Desk) -> None:
    intake = CommandIntake(desk.store)

    async def leave() -> None:
        waiting = asyncio.ensure_future(asyncio.wrap_future(intake.give(given(desk, "mara", "left"))))
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(leave())
    stays = given(desk, "mara", "stays")
    assert not intake.give(stays).result(timeout=10).replayed
    intake.close()
    assert stays.command.command_id in {each.command_id for each in desk.commands()}


def test_what_has_come_is_kept_when_the_intake_ends(desk: Desk) -> None:
    intake = CommandIntake(desk.store)
    futures = [intake.give(given(desk, "mara", f"k{number}")) for number in range(10)]
    intake.close()
    intake.close()
    assert [each.done() for each in futures] == [True] * 10
    assert len(desk.commands()) == 10
