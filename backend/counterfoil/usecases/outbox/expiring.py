"""Commands that nobody decided, signed or could send in time come to an end of their own."""

from __future__ import annotations

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.domain.errors import DomainError
from counterfoil.ports.commands import CommandRecord, StepRecord
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.outbox.fault_points import BEFORE_EXPIRE, EXPIRED
from counterfoil.usecases.outbox.problems import COMMAND_EXPIRED, problem_json
from counterfoil.usecases.outbox.results import result_json
from counterfoil.usecases.outbox.sending_desk import SendingDesk
from counterfoil.usecases.outbox.signatures import SHOWN_LATER

_MOST_AT_ONCE = 200
_NEVER_SENT = frozenset({StepState.UNSIGNED, StepState.SIGNED})


def expire_overdue(desk: SendingDesk) -> int:
    """End what is past its time; how many that were. What is on its way to the chain is left alone."""
    now = desk.now()
    with desk.store.read() as work:
        overdue = [
            command
            for command in work.commands.overdue(now=now, limit=_MOST_AT_ONCE)
            if not _may_have_happened(work, command)
        ]
    if not overdue:
        return 0
    desk.at(BEFORE_EXPIRE)
    expired = 0
    with desk.store.concurrent() as work:
        for command in overdue:
            columns = {"problem_json": expired_json(command)}
            took_effect = done_before(work, command)
            if took_effect:
                columns["result_json"] = result_json(command, took_effect)
            changed = work.commands.change(command, now=now, state=CommandState.EXPIRED, **columns)
            if changed is not None:
                void_steps(work, command)
                expired += 1
    desk.at(EXPIRED)
    return expired


def expired_json(command: CommandRecord) -> str:
    """The problem of a command past its time: what it waited for, and until when."""
    return problem_json(
        DomainError(
            COMMAND_EXPIRED,
            waited_for=command.waiting_for or command.state.value,
            expired_at=command.expires_at.isoformat(),
        )
    )


def _may_have_happened(work: ServiceUnitOfWork, command: CommandRecord) -> bool:
    """Whether all that was asked for may be on the ledger already: then the command ends as that says.

    Its instruction may have been sent by somebody else. Of one with several steps the last that took effect
    may be all: preparing finds out, and ends it there where something is left.
    """
    if command.state is CommandState.RECEIVED:
        return command.steps_done > 0 and command.not_before is None
    if command.state is not CommandState.READY:
        return False
    step = work.commands.step_of(command.command_id, command.steps_done)
    return command.waiting_for.startswith(SHOWN_LATER) or (
        step is not None and bool(work.outbox.instruction_places(key=step.key, nonce=step.nonce))
    )


def done_before(work: ServiceUnitOfWork, command: CommandRecord) -> tuple[StepRecord, ...]:
    """The steps of a command that took effect already: what they brought about stays, and is told."""
    if command.steps_done == 0:
        return ()
    return tuple(
        step for step in work.commands.steps_of([command.command_id]) if step.state is StepState.DONE
    )


def void_steps(work: ServiceUnitOfWork, command: CommandRecord) -> None:
    """Mark what was never sent of a command that has ended: it never will be."""
    for step in work.commands.steps_of([command.command_id]):
        if step.state in _NEVER_SENT:
            work.commands.change_step(step, state=StepState.VOID)
