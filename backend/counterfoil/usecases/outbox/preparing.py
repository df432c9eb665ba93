"""From a command to the instruction that carries it out.

The use case is run as ever, on a ledger that sends nothing: the call that it would send is captured and kept
as a step. What a command came to when it was prepared is kept in one transaction with its new state, so that
a crash before repeats the preparation and a crash after does not.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.domain.errors import CounterfoilError, DomainError
from counterfoil.domain.money import Currency, Money
from counterfoil.ports.commands import CommandRecord, StepRecord
from counterfoil.ports.outbox import StepCaptured
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.ports.store import DocumentRecord
from counterfoil.usecases.outbox.expiring import expired_json
from counterfoil.usecases.outbox.fault_points import BEFORE_PREPARE, PREPARE_STORED, PREPARED
from counterfoil.usecases.outbox.problems import (
    AMOUNT_GREW,
    DEFECTS,
    ORGANISATION_SUSPENDED,
    SERVICE_FAULT,
    is_passing,
    plain,
    problem_json,
)
from counterfoil.usecases.outbox.results import result_json
from counterfoil.usecases.outbox.sending_desk import OpenOperation, SendingDesk
from counterfoil.usecases.outbox.signatures import RELAYED_NEXT
from counterfoil.usecases.wording import canonical_json

_log = logging.getLogger("counterfoil.outbox")
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """What a command becomes. steps and wordings: kept beside it where the change is still possible."""

    command: CommandRecord
    state: CommandState
    waiting_for: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[StepRecord, ...] = ()
    wordings: tuple[DocumentRecord, ...] = ()


def prepare_due(desk: SendingDesk) -> int:
    """Prepare what was received or approved; how many commands were looked at."""
    with desk.store.read() as work:
        due = work.commands.due([CommandState.RECEIVED], now=desk.now(), limit=desk.most_prepared)
    if not due:
        return 0
    desk.at(BEFORE_PREPARE)
    desk.round.begin_round()
    prepared = [_with_wordings(desk, command) for command in due]
    desk.at(PREPARED)
    try:
        with desk.store.concurrent() as work:
            _keep(work, prepared, desk.now())
    except CounterfoilError as failed:
        # One of them cannot be kept: the others must not wait for it.
        _log.warning("preparations are kept one by one", extra={"code": failed.code})
        for each in prepared:
            _keep_alone(desk, each)
    desk.at(PREPARE_STORED)
    return len(due)


def _keep(work: ServiceUnitOfWork, prepared: Sequence[_Prepared], now: datetime) -> None:
    """Change the commands, and keep what belongs to those that could be changed."""
    kept = [
        each
        for each in prepared
        if work.commands.change(
            each.command, now=now, state=each.state, waiting_for=each.waiting_for, **each.columns
        )
        is not None
    ]
    work.documents.add_all([wording for each in kept for wording in each.wordings])
    work.commands.add_steps([step for each in kept for step in each.steps])


def _keep_alone(desk: SendingDesk, prepared: _Prepared) -> None:
    try:
        with desk.store.concurrent() as work:
            _keep(work, [prepared], desk.now())
    except CounterfoilError as failed:
        if is_passing(failed):
            raise
        _log_fault(prepared.command, failed.code)
        with desk.store.concurrent() as work:
            _keep(work, [_failed(prepared.command)], desk.now())


def _with_wordings(desk: SendingDesk, command: CommandRecord) -> _Prepared:
    desk.round.begin_command()
    prepared = _prepared(desk, command)
    return replace(prepared, wordings=desk.round.take_wordings())


def _prepared(desk: SendingDesk, command: CommandRecord) -> _Prepared:
    """What becomes of a command. A defect of ours fails this command and no other."""
    try:
        return _on_its_way(desk, command)
    except CounterfoilError as refused:
        if is_passing(refused):
            return _later(command, desk.now(), refused)
        return _refused(desk, command, refused)
    except DEFECTS:
        _log_fault(command, SERVICE_FAULT)
        return _failed(command)


def _on_its_way(desk: SendingDesk, command: CommandRecord) -> _Prepared:
    # What was begun goes on: half a settlement helps nobody.
    if command.steps_done == 0 and not desk.is_active(command.org_id):
        raise DomainError(ORGANISATION_SUSPENDED)
    operation = desk.open_operation(command)
    stated = _stated(operation)
    if not command.approved:
        needed = desk.approvals_of(command, operation.amount())
        if needed > 0:
            return _to_be_approved(command, stated, needed)
        stated |= {"approvals_needed": 0, "approved": True}
    else:
        _require_amount_approved(command, operation.amount())
        stated = {}
    return _run(desk, command, operation, stated)


def _stated(operation: OpenOperation) -> dict[str, Any]:
    amount = operation.amount()
    return {
        "amount_minor": None if amount is None else amount.minor,
        "currency": None if amount is None else amount.currency.code,
        "summary_json": canonical_json(
            {"fields": plain(operation.fields()), "sentence": operation.sentence()}
        ),
    }


def _to_be_approved(command: CommandRecord, stated: Mapping[str, Any], needed: int) -> _Prepared:
    others = "another user" if needed == 1 else f"{needed} other users"
    return _Prepared(
        command=command,
        state=CommandState.AWAITING_APPROVAL,
        waiting_for=f"the approval of {others} of the organisation",
        columns={**stated, "approvals_needed": needed},
    )


def _require_amount_approved(command: CommandRecord, amount: Money | None) -> None:
    """What others approved must not have grown meanwhile; a later step of the same command may be smaller."""
    if amount is None or command.amount_minor is None or command.currency is None:
        return
    if amount.currency.code != command.currency or amount.minor > command.amount_minor:
        approved = Currency.of(command.currency).format(command.amount_minor)
        raise DomainError(AMOUNT_GREW, approved=f"{approved} {command.currency}", amount=str(amount))


def _run(
    desk: SendingDesk, command: CommandRecord, operation: OpenOperation, stated: Mapping[str, Any]
) -> _Prepared:
    try:
        returned = operation.run()
    except StepCaptured as captured:
        return _instructed(desk, command, operation, stated, captured)
    if operation.on_chain:
        # Nothing more to send: what took effect so far is all.
        return _Prepared(
            command=command,
            state=CommandState.DONE,
            columns={**stated, "result_json": _result_of_steps(desk, command)},
        )
    return _Prepared(
        command=command,
        state=CommandState.DONE,
        columns={**stated, "result_json": _result_of_return(command, returned)},
    )


def _instructed(
    desk: SendingDesk,
    command: CommandRecord,
    operation: OpenOperation,
    stated: Mapping[str, Any],
    captured: StepCaptured,
) -> _Prepared:
    lifetime = command.expires_at - desk.now()
    if lifetime <= timedelta():
        # Nothing is signed for a command past its time; what it did before is told.
        return _expired(desk, command, stated)
    signer = operation.signer(captured.key)
    step = desk.instructions.step_of(
        captured,
        command_id=command.command_id,
        step=command.steps_done,
        deadline_s=desk.chain_now_s() + max(1, int(lifetime.total_seconds())),
    )
    if signer is None:
        return _Prepared(
            command=command,
            state=CommandState.AWAITING_SIGNATURE,
            waiting_for="the signature of the party's own key",
            columns=stated,
            steps=(step,),
        )
    signature = desk.instructions.sign(step, signer)
    return _Prepared(
        command=command,
        state=CommandState.READY,
        waiting_for=RELAYED_NEXT,
        columns=stated,
        steps=(_signed(step, signature),),
    )


def _signed(step: StepRecord, signature: bytes) -> StepRecord:
    return replace(step, signature=signature, state=StepState.SIGNED)


def _result_of_steps(desk: SendingDesk, command: CommandRecord) -> str:
    with desk.store.read() as work:
        steps: Sequence[StepRecord] = work.commands.steps_of([command.command_id])
    done = [step for step in steps if step.state is StepState.DONE]
    if not done:
        return canonical_json({"operation": command.operation, "created": {}, "events": []})
    return result_json(command, done)


def _result_of_return(command: CommandRecord, returned: object) -> str:
    if not isinstance(returned, Mapping):
        raise TypeError(f"{command.operation}: returned {type(returned).__name__}, not a JSON object")
    return canonical_json({"operation": command.operation, **{str(k): plain(v) for k, v in returned.items()}})


def _refused(desk: SendingDesk, command: CommandRecord, refused: CounterfoilError) -> _Prepared:
    _log.info("command refused", extra=_told(command, refused.code))
    columns = {"problem_json": problem_json(refused)}
    if command.steps_done > 0:
        # What its earlier steps brought about stays, and is told beside the refusal.
        columns["result_json"] = _result_of_steps(desk, command)
    return _Prepared(command=command, state=CommandState.REFUSED, columns=columns)


def _expired(desk: SendingDesk, command: CommandRecord, stated: Mapping[str, Any]) -> _Prepared:
    columns = {**stated, "problem_json": expired_json(command)}
    if command.steps_done > 0:
        columns["result_json"] = _result_of_steps(desk, command)
    return _Prepared(command=command, state=CommandState.EXPIRED, columns=columns)


def _failed(command: CommandRecord) -> _Prepared:
    return _Prepared(
        command=command,
        state=CommandState.FAILED,
        columns={"problem_json": problem_json(CounterfoilError(SERVICE_FAULT))},
    )


def _later(command: CommandRecord, now: datetime, passing: CounterfoilError) -> _Prepared:
    """Left as it is, and looked at again later."""
    _log.info("command waits", extra=_told(command, passing.code))
    return _Prepared(
        command=command,
        state=command.state,
        waiting_for=f"{passing.code}: {passing.message}",
        columns={"not_before": next_look(command, now)},
    )


def next_look(command: CommandRecord, now: datetime) -> datetime:
    """When to try a command again that had to wait: each time after twice the time that it has waited."""
    waited = max(now - command.waiting_since, timedelta())
    return now + min(max(waited, _FIRST_WAIT), _LONGEST_WAIT)


def _log_fault(command: CommandRecord, code: str) -> None:
    _log.exception("command failed", extra=_told(command, code))


def _told(command: CommandRecord, code: str) -> dict[str, str]:
    return {
        "command_id": command.command_id,
        "operation": command.operation,
        "correlation_id": command.correlation_id,
        "code": code,
    }
