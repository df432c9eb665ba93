"""Commands taken down together: each giver's own outcome, whatever the others of the commit are."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.ids import COMMAND, new_id
from counterfoil.domain.money import Currency, Money
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.idempotency import FirstAnswer
from counterfoil.store.failures import STORE_FAILED, StoreError
from counterfoil.usecases.commands.accept_command import Accepted
from counterfoil.usecases.commands.intake import CommandIntake, Given
from http_writes.writes_support import Desk


def given(desk: Desk, who: str, key: str, *, minor: int | None = None, request: str = "a") -> Given:
    principal = desk.town.principal(who)
    now = desk.town.clock()
    command = CommandRecord(
        command_id=new_id(COMMAND, at_ms=int(now.timestamp() * 1000)),
        org_id=principal.org_id,
        actor=f"party:{principal.party_id}",
        operation="confirm_note",
        body_json="{}",
        body_hash="0" * 64,
        made_by=principal.user_id,
        created_at=now,
        expires_at=now,
        correlation_id="test",
        waiting_for="the service prepares it",
        waiting_since=now,
    )
    answer = FirstAnswer(
        request_hash=request * 64, code=202, headers_json="{}", body=key, command_id=command.command_id
    )
    return Given(
        principal=principal,
        command=command,
        key=f"{desk.headers(who, key=key)['Idempotency-Key']}",
        request_hash=request * 64,
        stated=None if minor is None else Money(minor=minor, currency=Currency.of("EUR")),
        answer=answer,
    )


def together(intake: CommandIntake, *all_given: Given) -> list[Accepted | str]:
    """Outcomes of one commit: what was accepted, or the code of the refusal."""
    futures: list[tuple[Given, Future[Accepted]]] = [(each, Future()) for each in all_given]
    intake._take_down(futures)
    found: list[Accepted | str] = []
    for _, future in futures:
        try:
            found.append(future.result(timeout=0))
        except CounterfoilError as refused:
            found.append(refused.code)
    return found


def test_each_giver_has_its_own_outcome(desk_on_both: Desk) -> None:
    desk = desk_on_both
    intake = CommandIntake(desk.store)
    used = given(desk, "mara", "used")
    assert together(intake, used) == [Accepted(answer=used.answer, replayed=False)]

    fine, other = given(desk, "mara", "1"), given(desk, "sven", "1")
    outcomes = together(
        intake,
        fine,
        given(desk, "mara", "2", minor=100_000_01),
        given(desk, "vera", "3"),
        given(desk, "mara", "used"),
        given(desk, "mara", "used", request="b"),
        other,
        given(desk, "mara", "1"),
    )
    assert outcomes == [
        Accepted(answer=fine.answer, replayed=False),
        "LimitTooLow",
        "NotPermitted",
        Accepted(answer=used.answer, replayed=True),
        "IdempotencyKeyReused",
        Accepted(answer=other.answer, replayed=False),
        Accepted(answer=fine.answer, replayed=True),
    ]
    kept = {each.command_id for each in desk.commands()}
    assert kept == {each.command.command_id for each in (used, fine, other)}


def test_a_command_that_cannot_be_kept_takes_no_other_with_it(desk_on_both: Desk) -> None:
    desk = desk_on_both
    first, second = given(desk, "mara", "1"), given(desk, "mara", "2")
    unfit = replace(second, command=replace(second.command, command_id=first.command.command_id))
    third = given(desk, "mara", "3")
    outcomes = together(CommandIntake(desk.store), first, unfit, third)

    assert [each for each in outcomes if isinstance(each, str)] == ["StoreContradiction"]
    assert outcomes[2] == Accepted(answer=third.answer, replayed=False)
    kept = {each.command_id for each in desk.commands()}
    assert kept == {first.command.command_id, third.command.command_id}


def test_nobody_is_answered_before_the_commit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    both = given(desk, "mara", "1"), given(desk, "sven", "2")
    open_door = desk.store.concurrent

    @contextmanager
    def failing() -> Any:
        with open_door() as work:
            yield work
            raise StoreError(STORE_FAILED, reason="the disk is full")

    monkeypatch.setattr(desk.store, "concurrent", failing)
    outcomes = together(CommandIntake(desk.store), *both)
    assert outcomes == ["StoreFailed", "StoreFailed"]
    assert desk.commands() == []


def test_what_has_come_is_taken_down_before_the_end(desk: Desk) -> None:
    intake = CommandIntake(desk.store)
    futures = [intake.give(given(desk, "mara", str(place))) for place in range(300)]
    intake.close()
    intake.close()

    assert not any(future.result(timeout=0).replayed for future in futures)
    assert len(desk.commands()) == 300
