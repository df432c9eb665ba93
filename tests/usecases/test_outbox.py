"""Commands on their way to a final state: prepared, approved, signed, relayed, settled, ended."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.relay.instructions import DeployedInstructions, terms_of
from counterfoil.domain.commands import CommandState, StepState
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.worker.wiring import OpenWorker
from counterfoil.ports.commands import StepRecord
from counterfoil.ports.engine import ContractRefusedError
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.cash.transfer_cash import transfer_cash
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.mark_matured import mark_matured
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.notes.settle_note import settle_note
from counterfoil.usecases.outbox.expiring import expire_overdue
from counterfoil.usecases.outbox.preparing import prepare_due
from counterfoil.usecases.outbox.signatures import attach_signature, instruction_to_sign
from counterfoil.usecases.resolving import find_note
from ledger_support import BANK, DAY_S, HALDEN, LAHN, ledger_in, settings_of
from outbox_support import (
    KEEPER,
    OPERATOR,
    OWN_KEY,
    Member,
    accept,
    command,
    euros,
    make_service_home,
    members_of,
    problem_of,
    result_of,
    sign_waiting,
    work_off,
    worker_in,
)


@pytest.fixture(scope="module")
def service_home(traded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of the service with a matured note of 1,000.00 in five lots."""
    home = tmp_path_factory.mktemp("service") / "home"
    make_service_home(traded_home, home, invoices=6)
    with ledger_in(home) as ledger:
        bench = ledger.bench
        maturity = bench.now() + timedelta(days=2)
        propose_note(bench, actor=LAHN.key, invoices=["RE-2026-0042"], maturity_at=maturity)
        confirm_note(bench, actor=HALDEN.key, note_id=1)
        parts = [SplitPart(amount_minor=10_000, party=BANK.key, reference=f"P{each}") for each in range(4)]
        split_lot(bench, actor=LAHN.key, lot="1/0/0", parts=[*parts, SplitPart(amount_minor=None)])
        ledger.advance_time(3 * DAY_S)
        mark_matured(bench, actor=HALDEN.key, note_id=1)
    return home


@pytest.fixture
def home(service_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(service_home, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def worker(home: Path) -> Iterator[OpenWorker]:
    opened = worker_in(home, settlement_lots_per_call=2)
    yield opened
    opened.close()


@pytest.fixture
def store(worker: OpenWorker) -> Store:
    return worker.ledger.store


@pytest.fixture
def members(store: Store) -> dict[str, Member]:
    return members_of(store)


def pay(store: Store, payer: Member, to: Member, minor: int, **more: Any) -> str:
    body = {"to_party_id": to.party_id, "amount": euros(minor), "reference": f"payment of {minor}"}
    return accept(store, payer, "transfer_cash", body, **more)


def only_step(store: Store, command_id: str) -> StepRecord:
    with store.read() as work:
        (step,) = work.commands.steps_of([command_id])
    return step


def instructions_of(home: Path) -> DeployedInstructions:
    return DeployedInstructions(Deployment.load(settings_of(home).deployment_path))


# -- the plain way --


def test_a_command_of_a_party_is_done_and_says_what_it_brought_about(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    proposing = accept(store, members[LAHN.name], "propose_note", {"invoices": [{"invoice": "INV-0"}]})
    work_off(worker)
    result = result_of(store, proposing)
    assert result["operation"] == "propose_note"
    assert result["created"] == {"note_id": 2}
    assert [event["event"] for event in result["events"]] == ["NoteProposed"]
    assert result["gas_used"] > 100_000
    done = command(store, proposing)
    assert (done.steps_done, done.waiting_for, done.approved) == (1, "", True)
    assert (done.amount_minor, done.currency) == (10_000, "EUR")
    # Whoever reads that it is done finds what it did.
    assert worker.ledger.bench.read_model.block_number >= result["block_number"]
    assert worker.ledger.bench.read_model.state.notes[2].face_minor == 10_000


def test_the_acting_key_of_a_relayed_event_is_the_partys_own(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    paying = pay(store, members[HALDEN.name], members[LAHN.name], 77)
    work_off(worker)
    step = only_step(store, paying)
    (record,) = [
        each
        for each in worker.ledger.gateway.events()
        if each.tx_hash == step.tx_hash and each.contract == "Cash"
    ]
    keys = worker.ledger.bench.read_model.state.parties[members[HALDEN.name].party_id or 0].keys
    assert record.acting_key == step.key
    assert step.key in keys


def test_many_commands_go_in_one_transaction(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    given = [pay(store, members[HALDEN.name], members[LAHN.name], minor) for minor in range(1, 21)]
    work_off(worker)
    steps = [only_step(store, each) for each in given]
    assert {step.state for step in steps} == {StepState.DONE}
    assert len({step.tx_hash for step in steps}) == 1


def test_a_split_names_the_lots_that_it_made(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    proposing = accept(store, members[LAHN.name], "propose_note", {"invoices": [{"invoice": "INV-1"}]})
    work_off(worker)
    note_id = result_of(store, proposing)["created"]["note_id"]
    accept(store, members[HALDEN.name], "confirm_note", {"note_id": note_id})
    work_off(worker)
    parts = [{"amount": euros(minor)} for minor in (4_000, 1_000, 5_000)]
    body = {"note_id": note_id, "segment": 0, "index": 0, "parts": parts}
    splitting = accept(store, members[LAHN.name], "split_lot", body)
    work_off(worker)
    assert result_of(store, splitting)["created"]["lots"] == [f"{note_id}/1/{place}" for place in range(3)]


def test_a_command_of_several_steps_goes_on_until_nothing_is_left(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    settling = accept(store, members[HALDEN.name], "settle_note", {"note_id": 1})
    work_off(worker)
    result = result_of(store, settling)
    assert [event["event"] for event in result["events"]].count("PaymentApplied") == 3
    assert command(store, settling).steps_done == 3
    with store.read() as work:
        steps = work.commands.steps_of([settling])
    assert [step.state for step in steps] == [StepState.DONE] * 3
    assert len({step.nonce for step in steps}) == 3


def test_a_payment_whose_rest_others_paid_is_not_begun_anew(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    body = {"note_id": 1, "amount": euros(40_000)}
    paying = accept(store, members[HALDEN.name], "settle_note", body)
    while command(store, paying).steps_done == 0:
        worker.commands.turn()
    settle_note(worker.ledger.bench, note_id=1)
    work_off(worker)
    assert result_of(store, paying)["tx_hash"]
    assert command(store, paying).steps_done == 1
    assert find_note(worker.ledger.bench, 1).open_minor == 60_000


@pytest.mark.parametrize("amount", [200_00, 1_000_00])
def test_what_is_left_of_a_command_past_its_time_is_not_signed(
    worker: OpenWorker, store: Store, members: dict[str, Member], amount: int
) -> None:
    """Its steps before are told; and where they were all of it, it is done, however late one looks."""
    body = {"note_id": 1, "amount": euros(amount)}
    paying = accept(store, members[HALDEN.name], "settle_note", body)
    while command(store, paying).steps_done == 0:
        worker.commands.turn()
    if amount == 200_00:
        settle_note(worker.ledger.bench, note_id=1)
    late = replace(worker.desk, now=lambda: datetime.now(UTC) + timedelta(days=30))
    assert expire_overdue(late) == 0
    prepare_due(late)
    ended = command(store, paying)
    assert ended.state is (CommandState.DONE if amount == 200_00 else CommandState.EXPIRED)
    assert ended.steps_done == 1
    assert "PaymentApplied" in (ended.result_json or "")
    with store.read() as work:
        assert len(work.commands.steps_of([paying])) == 1


def test_an_office_acts_with_its_own_key_only(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    body = {"to_party_id": members[LAHN.name].party_id, "amount": euros(5), "deposit": "one"}
    by_bank = accept(store, members[OPERATOR], "issue_cash", body, office="bank")
    by_arbiter = accept(store, members[OPERATOR], "issue_cash", {**body, "deposit": "two"}, office="arbiter")
    by_member = accept(store, members[LAHN.name], "issue_cash", {**body, "deposit": "three"})
    as_office = accept(
        store, members[OPERATOR], "redeem_cash", {"amount": euros(5), "account": "x"}, office="bank"
    )
    work_off(worker)
    assert command(store, by_bank).state is CommandState.DONE
    for foreign in (by_arbiter, by_member, as_office):
        assert problem_of(store, foreign)["code"] == "ForeignKeyAsked"


# -- refusals and faults --


def test_a_rule_that_says_no_is_told_with_its_facts(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    confirming = accept(store, members[HALDEN.name], "confirm_note", {"note_id": 4711})
    work_off(worker)
    problem = problem_of(store, confirming)
    assert (problem["code"], problem["facts"]) == ("NoteNotFound", {"note_id": 4711})
    assert problem["remedy"]
    assert command(store, confirming).finished_at is not None


def test_a_command_that_the_program_cannot_read_fails_alone(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    before = pay(store, members[HALDEN.name], members[LAHN.name], 1)
    unknown = pay(store, members[HALDEN.name], members[LAHN.name], 2)
    unfit = pay(store, members[HALDEN.name], members[LAHN.name], 3)
    after = pay(store, members[HALDEN.name], members[LAHN.name], 4)
    with store.concurrent() as work:
        for command_id, columns in ((unknown, {"operation": "no_such"}), (unfit, {"body_json": "{}"})):
            found = work.commands.for_update(command_id)
            assert found is not None
            work.commands.change(found, now=datetime.now(UTC), **columns)
    work_off(worker)
    assert problem_of(store, unknown)["code"] == "OperationUnknown"
    assert problem_of(store, unfit)["code"] == "KeptBodyInvalid"
    assert [command(store, each).state for each in (before, after)] == [CommandState.DONE] * 2


class OfSomeLibraryError(Exception):
    """Derived from nothing more particular, as libraries do."""


def test_a_defect_fails_one_command_and_is_logged_with_its_correlation_id(
    worker: OpenWorker,
    store: Store,
    members: dict[str, Member],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    poisoned = accept(store, members[LAHN.name], "redeem_cash", {"amount": euros(1), "account": "x"})
    healthy = pay(store, members[HALDEN.name], members[LAHN.name], 1)

    def broken(*_args: object, **_kwargs: object) -> None:
        raise OfSomeLibraryError("a defect")

    monkeypatch.setattr("counterfoil.entrypoints.operations.cash.redeem_cash", broken)
    work_off(worker)
    assert command(store, poisoned).state is CommandState.FAILED
    assert problem_of(store, poisoned)["code"] == "ServiceFault"
    assert "a defect" not in json.dumps(problem_of(store, poisoned))
    assert command(store, healthy).state is CommandState.DONE
    (logged,) = [each for each in caplog.records if each.message == "command failed"]
    assert logged.correlation_id == command(store, poisoned).correlation_id  # type: ignore[attr-defined] # of `extra`


def test_a_locked_key_makes_its_command_wait_and_say_so(
    home: Path, members: dict[str, Member], worker: OpenWorker, store: Store
) -> None:
    paying = pay(store, members[HALDEN.name], members[LAHN.name], 1)
    other = pay(store, members[BANK.name], members[LAHN.name], 2)
    with store.read() as work:
        name = work.parties.by_key(HALDEN.key).key_name
    path = settings_of(home).keys_directory / f"{name}.key.json"
    kept = path.read_text()
    path.write_text("{}")
    work_off(worker)
    waiting = command(store, paying)
    assert waiting.state is CommandState.RECEIVED
    assert waiting.waiting_for.startswith("KeyFileBroken")
    assert waiting.not_before is not None
    assert command(store, other).state is CommandState.DONE
    path.write_text(kept)
    with store.concurrent() as work:
        work.commands.change(waiting, now=datetime.now(UTC), not_before=None)
    work_off(worker)
    assert command(store, paying).state is CommandState.DONE


# -- approvals --


def four_eyes(store: Store, member: Member) -> None:
    with store.begin() as work:
        work.identity.set_policy(member.org_id, {"*": 1})


def approve(store: Store, command_id: str) -> None:
    with store.concurrent() as work:
        found = work.commands.for_update(command_id)
        assert found is not None
        work.commands.change(
            found, now=datetime.now(UTC), state=CommandState.RECEIVED, approved=True, waiting_for="approved"
        )


def test_what_needs_approval_is_not_signed_before_it_has_it(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    four_eyes(store, members[HALDEN.name])
    paying = pay(store, members[HALDEN.name], members[LAHN.name], 900)
    work_off(worker)
    waiting = command(store, paying)
    assert (waiting.state, waiting.approvals_needed) == (CommandState.AWAITING_APPROVAL, 1)
    assert "approval of another user" in waiting.waiting_for
    assert (waiting.amount_minor, waiting.currency) == (900, "EUR")
    summary = json.loads(waiting.summary_json or "")
    assert "9.00 EUR" in summary["sentence"] or "EUR 9.00" in summary["sentence"]
    assert summary["fields"]["amount"] == euros(900)
    with store.read() as work:
        assert work.commands.steps_of([paying]) == ()
    approve(store, paying)
    work_off(worker)
    assert result_of(store, paying)["operation"] == "transfer_cash"


def test_an_amount_that_grew_after_its_approval_is_refused(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    four_eyes(store, members[HALDEN.name])
    settling = accept(store, members[HALDEN.name], "settle_note", {"note_id": 1})
    work_off(worker)
    found = command(store, settling)
    assert found.amount_minor == 100_000
    with store.concurrent() as work:
        work.commands.change(found, now=datetime.now(UTC), amount_minor=99_999)
    approve(store, settling)
    work_off(worker)
    assert problem_of(store, settling)["code"] == "CommandAmountChanged"


def test_a_makers_limit_is_looked_at_where_the_amount_is_known_only_now(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    halden = members[HALDEN.name]
    with store.begin() as work:
        work.identity.set_limits(halden.maker, {("settle_note", "EUR"): 99_999})
    settling = accept(store, halden, "settle_note", {"note_id": 1})
    work_off(worker)
    assert problem_of(store, settling)["code"] == "LimitTooLow"


# -- keys of one's own --


def test_a_party_with_its_own_key_signs_what_it_is_shown(
    worker: OpenWorker, store: Store, members: dict[str, Member], home: Path
) -> None:
    paying = pay(store, members[KEEPER.name], members[LAHN.name], 444)
    work_off(worker)
    waiting = command(store, paying)
    assert waiting.state is CommandState.AWAITING_SIGNATURE
    assert "own key" in waiting.waiting_for
    instructions = instructions_of(home)
    with store.read() as work:
        shown = instruction_to_sign(work, instructions, command_id=paying, org_id=members[KEEPER.name].org_id)
    assert shown["key"] == OWN_KEY.address
    assert shown["typed_data"]["message"]["amountMinor"] in (444, "444")
    assert sign_waiting(store, settings_of(home)) == 1
    assert command(store, paying).state is CommandState.READY
    work_off(worker)
    assert result_of(store, paying)["events"][0]["args"]["amount_minor"] == 444


def test_signatures_that_are_not_exactly_the_partys_are_refused(
    worker: OpenWorker, store: Store, members: dict[str, Member], home: Path
) -> None:
    keeper = members[KEEPER.name]
    paying, other = pay(store, keeper, members[LAHN.name], 1), pay(store, keeper, members[LAHN.name], 2)
    done = pay(store, members[HALDEN.name], members[LAHN.name], 3)
    work_off(worker)
    instructions = instructions_of(home)
    stranger = Account.from_key(b"\x22" * 32)
    step, of_other = only_step(store, paying), only_step(store, other)
    good = terms_of(step).sign(instructions.domain, OWN_KEY).signature
    elsewhere = terms_of(of_other).sign(instructions.domain, OWN_KEY).signature
    digest_by_stranger = bytes(stranger.unsafe_sign_hash(instructions.digest(step)).signature)

    def attach(command_id: str = paying, **changed: Any) -> None:
        given: dict[str, Any] = {
            "org_id": keeper.org_id,
            "key": OWN_KEY.address,
            "nonce": step.nonce,
            "signature": good,
            "active_keys": frozenset({OWN_KEY.address}),
            "now": datetime.now(UTC),
            **changed,
        }
        with store.concurrent() as work:
            attach_signature(work, instructions, command_id=command_id, **given)

    for code, changed in (
        ("CommandUnknown", {"org_id": members[LAHN.name].org_id}),
        ("CommandUnknown", {"command_id": "cmd_none"}),
        ("SignatureNotAwaited", {"command_id": done, "org_id": members[HALDEN.name].org_id}),
        ("SignatureOfOtherNonce", {"nonce": of_other.nonce}),
        ("SignatureUnusable", {"signature": good[:-1]}),
        ("SignerMisstated", {"signature": elsewhere}),
        ("SignerMisstated", {"signature": digest_by_stranger}),
        ("SignedByStranger", {"signature": digest_by_stranger, "key": stranger.address}),
        ("SignedByStranger", {"active_keys": frozenset()}),
    ):
        with pytest.raises(DomainError) as caught:
            attach(**changed)
        assert caught.value.code == code, changed
        assert only_step(store, paying).state is StepState.UNSIGNED
    attach()
    with pytest.raises(DomainError) as caught:
        attach()
    assert caught.value.code == "SignatureNotAwaited"
    work_off(worker)
    assert command(store, paying).state is CommandState.DONE


# -- ends in time --


def test_what_nobody_signs_expires_and_is_never_sent(
    worker: OpenWorker, store: Store, members: dict[str, Member], home: Path
) -> None:
    late = pay(store, members[KEEPER.name], members[LAHN.name], 9, lifetime=timedelta(seconds=1))
    kept = pay(store, members[KEEPER.name], members[LAHN.name], 8)
    work_off(worker)
    step = only_step(store, late)
    with store.concurrent() as work:
        found = work.commands.for_update(late)
        assert found is not None
        work.commands.change(found, now=datetime.now(UTC), expires_at=datetime.now(UTC))
    assert worker.expire() is True
    assert command(store, late).state is CommandState.EXPIRED
    assert "own key" in problem_of(store, late)["facts"]["waited_for"]
    assert only_step(store, late).state is StepState.VOID
    assert (sign_waiting(store, settings_of(home)), worker.expire()) == (1, False)
    work_off(worker)
    assert command(store, kept).state is CommandState.DONE
    # The deadline that a signature carries ends with the command.
    assert step.deadline_s <= worker.ledger.bench.chain_now_s() + 1


def test_a_key_that_was_removed_after_signing_can_do_nothing(
    worker: OpenWorker, store: Store, members: dict[str, Member], home: Path
) -> None:
    paying = pay(store, members[KEEPER.name], members[LAHN.name], 5)
    work_off(worker)
    sign_waiting(store, settings_of(home))
    party = members[KEEPER.name].party_id
    registrar = worker.ledger.keys.signer("registrar")
    spare = Account.from_key(b"\x33" * 32).address
    worker.ledger.gateway.send("Ledger", "addKey", [party, spare], registrar)
    worker.ledger.gateway.send("Ledger", "removeKey", [party, OWN_KEY.address], registrar)
    work_off(worker)
    assert command(store, paying).state is CommandState.REFUSED
    arguments = [members[LAHN.name].party_id, 978, 5, bytes(32)]
    with pytest.raises(ContractRefusedError) as refused:
        worker.ledger.gateway.send("Cash", "transfer", arguments, OWN_KEY)
    assert problem_of(store, paying)["code"] == refused.value.code


def test_direct_commands_and_relayed_ones_stand_side_by_side(
    worker: OpenWorker, store: Store, members: dict[str, Member]
) -> None:
    bench = worker.ledger.bench
    transfer_cash(bench, actor=HALDEN.key, to=LAHN.key, currency="EUR", amount_minor=11, reference="direct")
    relayed = pay(store, members[HALDEN.name], members[LAHN.name], 12)
    work_off(worker)
    assert command(store, relayed).state is CommandState.DONE
    paid = [r.args["amount_minor"] for r in worker.ledger.gateway.events() if r.event == "CashMoved"]
    assert paid == [11, 12]
