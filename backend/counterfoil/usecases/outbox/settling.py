"""What the chain made of a transaction becomes the final state of its commands, once for all of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.commands import CommandRecord, StepRecord
from counterfoil.ports.outbox import (
    MinedTransaction,
    StepOutcome,
    TransactionRecord,
    TransactionState,
)
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.outbox.expiring import done_before, void_steps
from counterfoil.usecases.outbox.fault_points import BEFORE_SETTLE, SETTLED
from counterfoil.usecases.outbox.problems import DEFECTS, SERVICE_FAULT, is_passing, problem_json
from counterfoil.usecases.outbox.results import events_json, result_json
from counterfoil.usecases.outbox.sending_desk import SendingDesk
from counterfoil.usecases.outbox.signatures import RELAYED_NEXT

_log = logging.getLogger("counterfoil.outbox")
NONCE_SPENT = "NonceSpent"


def is_whole(mined: MinedTransaction, steps: Sequence[StepRecord]) -> bool:
    """Whether the receipt says something about each of the steps; nodes have shown receipts without logs."""
    return not mined.succeeded or {(each.key, each.nonce) for each in mined.outcomes} >= {
        (step.key, step.nonce) for step in steps
    }


def settle(
    desk: SendingDesk,
    transaction: TransactionRecord,
    mined: MinedTransaction,
    steps: Sequence[StepRecord],
) -> None:
    """Take over what a final transaction did, in one transaction of the store.

    The read model has its block already, so that whoever reads that a command is done finds what it did.
    """
    outcomes = {(each.key, each.nonce): each for each in mined.outcomes}
    with desk.store.read() as work:
        commands = {
            command.command_id: command for command in work.commands.by_ids(step.command_id for step in steps)
        }
        earlier = {each.command_id: done_before(work, each) for each in commands.values()}
    goes_on = {
        step.command_id: goes_on_after(desk, commands[step.command_id], outcomes.get((step.key, step.nonce)))
        for step in steps
    }
    desk.at(BEFORE_SETTLE)
    with desk.store.concurrent() as work:
        finished = work.outbox.change_transaction(
            transaction,
            state=TransactionState.FINAL,
            waiting_for="",
            succeeded=mined.succeeded,
            gas_used=mined.gas_used,
            block_number=mined.block_number,
            block_hash=mined.block_hash,
        )
        if finished is None:
            return
        for step in steps:
            command = commands[step.command_id]
            outcome = outcomes.get((step.key, step.nonce))
            if outcome is None:
                _send_again(desk, work, command, step, gas_limit=step.gas_limit * 2)
            else:
                settle_step(
                    desk,
                    work,
                    command=command,
                    step=step,
                    outcome=outcome,
                    mined=mined,
                    goes_on=goes_on[command.command_id],
                    earlier=earlier[command.command_id],
                )
    desk.at(SETTLED)
    _log.info("transaction settled", extra={"tx_hash": mined.tx_hash, "count": len(steps)})


def settle_step(
    desk: SendingDesk,
    work: ServiceUnitOfWork,
    *,
    command: CommandRecord,
    step: StepRecord,
    outcome: StepOutcome,
    mined: MinedTransaction,
    goes_on: bool,
    earlier: Sequence[StepRecord],
) -> None:
    """One step and its command, as the outcome says. Where the step has moved on meanwhile, nothing."""
    if not outcome.executed and outcome.error is not None and outcome.error.code == NONCE_SPENT:
        # It had its effect in another transaction; that one is looked for when it is tried out again.
        _send_again(desk, work, command, step, gas_limit=step.gas_limit)
        return
    where: dict[str, Any] = {
        "block_number": mined.block_number,
        "tx_hash": mined.tx_hash,
        "gas_used": -(-mined.gas_used // max(1, len(mined.outcomes))),
    }
    if outcome.executed:
        columns = {**where, "state": StepState.DONE, "events_json": events_json(outcome.records)}
    else:
        state = StepState.SPENT if outcome.spent else StepState.VOID
        columns = {**where, "state": state, "refusal": outcome.refusal}
    if work.commands.change_step(step, **columns) is None:
        return
    if not outcome.executed:
        refuse(desk, work, command, outcome.error, earlier=earlier)
        return
    done = [*earlier, replace(step, **columns)]
    following = CommandState.RECEIVED if goes_on else CommandState.DONE
    work.commands.change(
        command,
        now=desk.now(),
        state=following,
        waiting_for="the service prepares the next step" if goes_on else "",
        steps_done=command.steps_done + 1,
        not_before=None,
        **({} if goes_on else {"result_json": result_json(command, done)}),
    )
    _log.info("command done" if not goes_on else "step done", extra=_told(command))


def refuse(
    desk: SendingDesk,
    work: ServiceUnitOfWork,
    command: CommandRecord,
    error: CounterfoilError | None,
    *,
    earlier: Sequence[StepRecord] = (),
) -> bool:
    """End a command that the chain refuses; whether that was still possible."""
    told = error or CounterfoilError(SERVICE_FAULT)
    columns: dict[str, Any] = {"problem_json": problem_json(told)}
    if earlier:
        columns["result_json"] = result_json(command, earlier)
    changed = work.commands.change(command, now=desk.now(), state=CommandState.REFUSED, **columns)
    if changed is None:
        return False
    void_steps(work, command)
    _log.info("command refused", extra={**_told(command), "code": told.code})
    return True


def goes_on_after(desk: SendingDesk, command: CommandRecord, outcome: StepOutcome | None) -> bool:
    """Whether the command has a further step after this outcome."""
    if outcome is None or not outcome.executed:
        return False
    try:
        return desk.open_operation(command).goes_on(outcome.records)
    except DEFECTS as failed:
        if isinstance(failed, CounterfoilError) and is_passing(failed):
            raise
        # The step took effect all the same: the command is done, and somebody must look at why.
        _log.exception("whether a command goes on is not known", extra=_told(command))
        return False


def _send_again(
    desk: SendingDesk, work: ServiceUnitOfWork, command: CommandRecord, step: StepRecord, *, gas_limit: int
) -> None:
    again = work.commands.change_step(step, state=StepState.SIGNED, tx_id=None, gas_limit=gas_limit)
    if again is not None:
        work.commands.change(command, now=desk.now(), state=CommandState.READY, waiting_for=RELAYED_NEXT)


def _told(command: CommandRecord) -> dict[str, str]:
    return {
        "command_id": command.command_id,
        "operation": command.operation,
        "correlation_id": command.correlation_id,
    }
