"""Commands, steps, lanes and transactions in the store, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from counterfoil.domain.access import OrganisationKind
from counterfoil.domain.approvals import DecisionKind
from counterfoil.domain.commands import CommandState, StepState, may_become
from counterfoil.ports.commands import CommandRecord, DecisionRecord, StepRecord
from counterfoil.ports.identity import OrganisationRecord, OrganisationState, UserRecord, UserState
from counterfoil.ports.outbox import OPEN_TRANSACTIONS, TransactionState, WorkerBeat
from counterfoil.store.failures import StoreError
from counterfoil.store.unit_of_work import Store

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LANE = "0x" + "a1" * 20
KEY = "0x" + "b2" * 20
ORG, OTHER_ORG, USER = "org_one", "org_two", "usr_one"


@pytest.fixture(autouse=True)
def organisations(store: Store) -> None:
    with store.begin() as work:
        for org_id in (ORG, OTHER_ORG):
            work.identity.add_organisation(
                OrganisationRecord(
                    org_id=org_id,
                    name=org_id,
                    kind=OrganisationKind.OPERATOR,
                    party_key=None,
                    state=OrganisationState.ACTIVE,
                    created_at=NOW,
                )
            )
        work.identity.add_user(
            UserRecord(
                user_id=USER,
                org_id=ORG,
                login="one",
                display_name="One",
                state=UserState.ACTIVE,
                created_at=NOW,
            )
        )


def new_command(place: int = 0, **changed: Any) -> CommandRecord:
    values: dict[str, Any] = {
        "command_id": f"cmd_{place:04}",
        "org_id": ORG,
        "actor": "office:bank",
        "operation": "issue_cash",
        "body_json": '{"n":"Ünïcødé ✓"}',
        "body_hash": "ab" * 32,
        "made_by": USER,
        "created_at": NOW + timedelta(seconds=place),
        "expires_at": NOW + timedelta(days=1),
        "correlation_id": "c-1",
        "waiting_for": "the service prepares it",
        "waiting_since": NOW,
        **changed,
    }
    return CommandRecord(**values)


def new_step(place: int = 0, **changed: Any) -> StepRecord:
    values: dict[str, Any] = {
        "command_id": f"cmd_{place:04}",
        "step": 0,
        "contract": "Cash",
        "function": "issue",
        "type_hash": b"\x01" * 32,
        "encoded_args": b"\x02" * 64,
        "key": KEY,
        "nonce": 2**256 - 1 - place,
        "deadline_s": 2**40 - 1,
        "gas_limit": 100_000,
        "state": StepState.SIGNED,
        "signature": b"\x03" * 65,
        **changed,
    }
    return StepRecord(**values)


def added(store: Store, *commands: CommandRecord) -> None:
    with store.concurrent() as work:
        for command in commands:
            work.commands.add(command)


def test_a_command_comes_back_as_it_was_kept(store: Store) -> None:
    full = new_command(
        not_before=NOW,
        amount_minor=2**47,
        currency="EUR",
        approvals_needed=2,
        summary_json="{}",
        traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01",
    )
    added(store, full)
    with store.read() as work:
        assert work.commands.by_id(full.command_id) == full
        assert work.commands.by_id("cmd_none") is None


def test_a_command_is_kept_once(store: Store) -> None:
    added(store, new_command())
    with pytest.raises(StoreError) as caught:
        added(store, new_command())
    assert caught.value.code == "StoreContradiction"


def test_of_two_who_change_a_command_exactly_one_wins(store: Store) -> None:
    added(store, new_command(state=CommandState.AWAITING_APPROVAL))
    with store.read() as work:
        seen = work.commands.by_id("cmd_0000")
    assert seen is not None
    with store.concurrent() as work:
        first = work.commands.change(seen, now=NOW, state=CommandState.WITHDRAWN)
        second = work.commands.change(seen, now=NOW, state=CommandState.RECEIVED, approved=True)
    assert first is not None
    assert (first.state, first.version, first.finished_at) == (CommandState.WITHDRAWN, 2, NOW)
    assert second is None


def test_of_many_who_race_for_a_command_exactly_one_wins(store: Store) -> None:
    added(store, new_command(state=CommandState.AWAITING_APPROVAL))
    barrier, won = threading.Barrier(6), []

    def race(state: CommandState) -> None:
        with store.read() as work:
            seen = work.commands.by_id("cmd_0000")
        barrier.wait()
        with store.concurrent() as work:
            if seen is not None and work.commands.change(seen, now=NOW, state=state) is not None:
                won.append(state)

    states = [CommandState.RECEIVED, CommandState.WITHDRAWN, CommandState.REJECTED] * 2
    threads = [threading.Thread(target=race, args=(state,)) for state in states]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    with store.read() as work:
        assert [each.state for each in work.commands.of_org(ORG, limit=9)] == won


def test_only_states_that_may_follow_do(store: Store) -> None:
    pairs = [(state, following) for state in CommandState for following in CommandState]
    finished = {state: NOW if state.is_final else None for state in CommandState}
    given = [
        new_command(place, state=state, finished_at=finished[state]) for place, (state, _) in enumerate(pairs)
    ]
    added(store, *given)
    with store.concurrent() as work:
        for seen, (state, following) in zip(given, pairs, strict=True):
            if state is following or may_become(state, following):
                changed = work.commands.change(seen, now=NOW, state=following)
                assert changed is not None
                assert (changed.finished_at is not None) == following.is_final
            else:
                with pytest.raises(ValueError, match="does not become"):
                    work.commands.change(seen, now=NOW, state=following)


def test_a_wait_begins_anew_only_where_it_is_for_something_else(store: Store) -> None:
    added(store, new_command())
    later = NOW + timedelta(minutes=5)
    with store.concurrent() as work:
        seen = work.commands.for_update("cmd_0000")
        assert seen is not None
        same = work.commands.change(seen, now=later, waiting_for=seen.waiting_for)
        assert same is not None
        other = work.commands.change(same, now=later, waiting_for="something else")
    assert other is not None
    assert (same.waiting_since, other.waiting_since) == (NOW, later)


def test_due_leaves_out_what_waits_and_what_has_ended(store: Store) -> None:
    added(
        store,
        new_command(2),
        new_command(1),
        new_command(3, not_before=NOW + timedelta(seconds=1)),
        new_command(4, state=CommandState.SENT),
        new_command(5, not_before=NOW),
    )
    with store.read() as work:
        due = work.commands.due([CommandState.RECEIVED], now=NOW, limit=9)
        first = work.commands.due([CommandState.RECEIVED], now=NOW, limit=1)
    assert [each.command_id for each in due] == ["cmd_0001", "cmd_0002", "cmd_0005"]
    assert [each.command_id for each in first] == ["cmd_0001"]


def test_overdue_leaves_alone_what_is_under_way(store: Store) -> None:
    states = [*(state for state in CommandState if not state.is_final), CommandState.DONE]
    added(
        store,
        *(
            new_command(place, state=state, expires_at=NOW, finished_at=NOW if state.is_final else None)
            for place, state in enumerate(states)
        ),
        new_command(99, expires_at=NOW + timedelta(seconds=1)),
    )
    with store.read() as work:
        overdue = {each.state for each in work.commands.overdue(now=NOW, limit=99)}
    assert overdue == {
        CommandState.RECEIVED,
        CommandState.AWAITING_APPROVAL,
        CommandState.AWAITING_SIGNATURE,
        CommandState.READY,
    }


def test_lists_are_of_one_organisation_newest_first(store: Store) -> None:
    added(
        store,
        new_command(1),
        new_command(2, org_id=OTHER_ORG),
        new_command(3, operation="other"),
        new_command(4, state=CommandState.READY),
    )
    with store.read() as work:
        commands = work.commands

        def ids(**filters: Any) -> list[str]:
            return [each.command_id[-1] for each in commands.of_org(filters.pop("org_id", ORG), **filters)]

        assert ids(limit=9) == ["4", "3", "1"]
        assert ids(limit=1) == ["4"]
        assert ids(limit=9, before="cmd_0003") == ["1"]
        assert ids(limit=9, org_id=None) == ["4", "3", "2", "1"]
        assert ids(limit=9, states=[CommandState.READY]) == ["4"]
        assert ids(limit=9, operation="other") == ["3"]
        assert commands.counts() == {CommandState.RECEIVED: 3, CommandState.READY: 1}
        assert commands.oldest_waiting() == NOW


def test_a_user_decides_about_a_command_once(store: Store) -> None:
    added(store, new_command())
    decision = DecisionRecord(
        command_id="cmd_0000",
        user_id=USER,
        decision=DecisionKind.APPROVED,
        body_hash="ab" * 32,
        comment="gesehen",
        decided_at=NOW,
    )
    with store.concurrent() as work:
        work.commands.add_decision(decision)
    with store.read() as work:
        assert work.commands.decisions_of("cmd_0000") == (decision,)

    def decide_again() -> None:
        with store.concurrent() as work:
            work.commands.add_decision(decision)

    with pytest.raises(StoreError):
        decide_again()


def test_a_step_comes_back_as_it_was_kept_and_changes_from_its_own_state_only(store: Store) -> None:
    added(store, new_command())
    step = new_step()
    with store.concurrent() as work:
        work.commands.add_step(step)
        assert work.commands.step_of("cmd_0000", 0) == step
        spent = work.commands.change_step(step, state=StepState.SPENT, refusal=b"\xde\xad", gas_used=1)
        assert spent is not None
        assert work.commands.change_step(step, state=StepState.DONE) is None
        assert work.commands.steps_of(["cmd_0000", "cmd_none"]) == (spent,)


def test_a_nonce_of_a_key_belongs_to_one_step(store: Store) -> None:
    added(store, new_command(0), new_command(1))

    def same_nonce() -> None:
        with store.concurrent() as work:
            work.commands.add_step(new_step(0, nonce=7))
            work.commands.add_step(new_step(1, nonce=7))

    with pytest.raises(StoreError):
        same_nonce()


# -- lanes --


def test_a_lane_begins_where_the_chain_is_and_never_goes_back(store: Store) -> None:
    with store.concurrent() as work:
        assert work.outbox.next_nonce(LANE) is None
        assert work.outbox.open_lane(LANE, at_least=5) == 5
        assert work.outbox.open_lane(LANE, at_least=3) == 5
        assert work.outbox.open_lane(LANE, at_least=8) == 8
        assert work.outbox.next_nonce(LANE) == 8


def kept(work: Any, nonce: int, raw: bytes, **more: Any) -> Any:
    return work.outbox.add_transaction(
        lane=LANE, nonce=nonce, raw=raw, tx_hash="0x" + raw.hex() * 32, now=NOW, **more
    )


def test_signed_bytes_and_their_nonce_are_taken_together(store: Store) -> None:
    with store.concurrent() as work:
        work.outbox.open_lane(LANE, at_least=0)
        first = kept(work, 0, b"\x01")
        assert kept(work, 0, b"\x02") is None
        assert kept(work, 2, b"\x03") is None
        assert (first.state, first.raw, work.outbox.next_nonce(LANE)) == (TransactionState.SIGNED, b"\x01", 1)

    def fails_after_taking() -> None:
        with store.concurrent() as work:
            kept(work, 1, b"\x04")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails_after_taking()
    with store.read() as work:
        assert work.outbox.next_nonce(LANE) == 1
        assert len(work.outbox.transactions(OPEN_TRANSACTIONS)) == 1


def test_of_many_who_take_a_nonce_exactly_one_gets_it(store: Store) -> None:
    with store.concurrent() as work:
        work.outbox.open_lane(LANE, at_least=0)
    barrier, got = threading.Barrier(5), []

    def take(place: int) -> None:
        barrier.wait()
        with store.concurrent() as work:
            if kept(work, 0, bytes([place + 1])) is not None:
                got.append(place)

    threads = [threading.Thread(target=take, args=(place,)) for place in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    with store.read() as work:
        assert work.outbox.next_nonce(LANE) == 1


def test_a_place_goes_to_another_transaction_only_when_the_first_is_replaced(store: Store) -> None:
    def replace_too_early() -> None:
        with store.concurrent() as work:
            work.outbox.open_lane(LANE, at_least=0)
            first = kept(work, 0, b"\x01")
            kept(work, 0, b"\x02", replaces=first.tx_id)

    with pytest.raises(StoreError):
        replace_too_early()
    with store.concurrent() as work:
        work.outbox.open_lane(LANE, at_least=0)
        first = kept(work, 0, b"\x01")
        gone = work.outbox.change_transaction(first, state=TransactionState.REPLACED)
        assert gone is not None
        second = kept(work, 0, b"\x02", replaces=first.tx_id)
        assert work.outbox.next_nonce(LANE) == 1
        assert work.outbox.transaction(first.tx_id).replaced_by == second.tx_id
        assert work.outbox.change_transaction(first, state=TransactionState.SENT) is None
        assert work.outbox.transactions(OPEN_TRANSACTIONS, lane=LANE) == (second,)
        final = work.outbox.change_transaction(second, state=TransactionState.FINAL, succeeded=False)
        assert work.outbox.transaction(second.tx_id) == final


def test_the_sign_of_life_is_one_row(store: Store) -> None:
    beats = [
        WorkerBeat(beat_at=NOW + timedelta(seconds=n), started_at=NOW, head_block=n, indexed_block=n)
        for n in range(3)
    ]
    with store.concurrent() as work:
        assert work.outbox.last_beat() is None
        for beat in beats:
            work.outbox.beat(beat)
    troubled = WorkerBeat(
        beat_at=NOW, started_at=NOW, head_block=9, indexed_block=1, troubles=("commands: ChainUnavailable",)
    )
    with store.concurrent() as work:
        assert work.outbox.last_beat() == beats[-1]
        work.outbox.beat(troubled)
        assert work.outbox.last_beat() == troubled


def test_reading_twice_in_one_picture_gives_the_same(store: Store) -> None:
    added(store, new_command())
    change: Callable[[], None] = lambda: added(store, new_command(1))  # noqa: E731 - named for the thread
    with store.read() as work:
        before = work.commands.of_org(ORG, limit=9)
        thread = threading.Thread(target=change)
        thread.start()
        thread.join()
        assert work.commands.of_org(ORG, limit=9) == before
