"""Signed instructions become batches: tried out, bundled, kept as signed bytes, and only then sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.commands import CommandRecord, StepRecord
from counterfoil.ports.engine import Signer
from counterfoil.ports.outbox import (
    MinedTransaction,
    StepOutcome,
    TransactionRecord,
    TransactionState,
    TriedStep,
)
from counterfoil.usecases.outbox.expiring import done_before
from counterfoil.usecases.outbox.fault_points import (
    BATCH_SIGNED,
    BATCH_STORED,
    BEFORE_VOID,
    TRIED_OUT,
    VOIDED,
)
from counterfoil.usecases.outbox.lanes import LaneKeeper
from counterfoil.usecases.outbox.preparing import next_look
from counterfoil.usecases.outbox.problems import TOO_LARGE, is_passing
from counterfoil.usecases.outbox.sending_desk import SendingDesk
from counterfoil.usecases.outbox.settling import goes_on_after, refuse, settle_step
from counterfoil.usecases.outbox.signatures import SHOWN_LATER

_log = logging.getLogger("counterfoil.outbox")
# Nodes take transactions up to 128 KiB, and each instruction carries more than its arguments.
_MOST_ARGUMENT_BYTES = 64_000


class _OvertakenError(Exception):
    """Somebody changed a command of the batch meanwhile; nothing of the batch is kept."""


class Relay:
    """Takes ready commands to the chain."""

    def __init__(self, desk: SendingDesk) -> None:
        self._desk = desk
        self._lanes = LaneKeeper(desk, budget=desk.most_gas)

    def turn(self) -> bool:
        """One round: follow what is on its way, then send what is ready. Whether anything moved on.

        Raises ChainError(Unavailable) where the node does not answer; the next turn goes on from the store.
        """
        if not self._lanes.has_recovered:
            self._lanes.recover()
        moved = self._lanes.follow()
        open_now = self._lanes.open_transactions()
        for lane in self._desk.lanes:
            own = [each for each in open_now if each.lane == lane.address]
            if len(own) < self._desk.in_flight and all(_is_taken(each) for each in own):
                sent = self._gather(lane, is_quiet=not open_now)
                if sent is not None:
                    moved = True
                    self._lanes.look_at(sent)
                    open_now = self._lanes.open_transactions()
        return moved

    def _gather(self, lane: Signer, *, is_quiet: bool) -> TransactionRecord | None:
        """Bundle what is ready and send it. is_quiet: nothing is on its way, so that a refusal is final."""
        ready = self._ready()
        if not ready:
            return None
        tried = self._desk.relay.try_out([step for _, step in ready], relayer=lane.address)
        self._desk.at(TRIED_OUT)
        commands = {step.command_id: command for command, step in ready}
        batch, too_large = self._batch(tried)
        is_first = True
        for each in tried:
            if each.error is None:
                is_first = False
                if each is too_large:
                    self._refuse(commands[each.step.command_id], CounterfoilError(TOO_LARGE), each)
            elif each.spent:
                self._settle_elsewhere(commands[each.step.command_id], each)
            elif is_passing(each.error):
                # The node cannot try this one out.
                told = f"{each.error.code}: {each.error.message}"
                self._put_off(commands[each.step.command_id], told)
            elif is_quiet and is_first:
                # Nothing before it can still make it possible.
                self._refuse(commands[each.step.command_id], each.error, each)
        return self._send(lane, [(commands[step.command_id], step) for step in batch]) if batch else None

    def _ready(self) -> list[tuple[CommandRecord, StepRecord]]:
        desk = self._desk
        with desk.store.read() as work:
            commands = work.commands.due([CommandState.READY], now=desk.now(), limit=desk.most_in_batch)
            steps = {
                step.command_id: step
                for step in work.commands.steps_of(command.command_id for command in commands)
                if step.state is StepState.SIGNED
            }
        return [(each, steps[each.command_id]) for each in commands if each.command_id in steps]

    def _batch(self, tried: Sequence[TriedStep]) -> tuple[list[StepRecord], TriedStep | None]:
        """As many of the good ones as fit, in order; or the first one, where no block has room for it."""
        relay, batch, size = self._desk.relay, list[StepRecord](), 0
        most = relay.batch_gas_limit()
        for each in tried:
            if each.error is not None:
                continue
            step = replace(each.step, gas_limit=max(each.gas_limit, each.step.gas_limit))
            gas = relay.gas_of_batch([*batch, step])
            size += len(step.encoded_args)
            if not batch and gas > most:
                return [], each
            if batch and (gas > min(most, self._lanes.budget) or size > _MOST_ARGUMENT_BYTES):
                break
            batch.append(step)
        return batch, None

    def _send(
        self, lane: Signer, batch: Sequence[tuple[CommandRecord, StepRecord]]
    ) -> TransactionRecord | None:
        """Keep the signed bytes with the steps that they carry in one transaction, then send them."""
        desk = self._desk
        with desk.store.read() as work:
            nonce = work.outbox.next_nonce(lane.address)
        if nonce is None:
            raise TypeError(f"the lane {lane.address} was never opened")
        signed = desk.relay.sign_batch([step for _, step in batch], lane=lane, nonce=nonce)
        desk.at(BATCH_SIGNED)
        try:
            with desk.store.concurrent() as work:
                kept = work.outbox.add_transaction(
                    lane=lane.address, nonce=nonce, raw=signed.raw, tx_hash=signed.tx_hash, now=desk.now()
                )
                if kept is None:
                    raise _OvertakenError
                for command, step in batch:
                    moved = work.commands.change_step(
                        step, state=StepState.SENT, tx_id=kept.tx_id, gas_limit=step.gas_limit
                    )
                    sent = work.commands.change(
                        command,
                        now=desk.now(),
                        state=CommandState.SENT,
                        waiting_for="a block of the chain",
                    )
                    if moved is None or sent is None:
                        raise _OvertakenError
        except _OvertakenError:
            return None
        desk.at(BATCH_STORED)
        self._lanes.send(kept)
        with desk.store.read() as work:
            return work.outbox.transaction(kept.tx_id)

    def _refuse(self, command: CommandRecord, error: CounterfoilError, tried: TriedStep) -> None:
        """End a command whose instruction the contract would refuse: it costs nothing and is never sent."""
        self._desk.at(BEFORE_VOID)
        with self._desk.store.concurrent() as work:
            earlier = done_before(work, command)
            if refuse(self._desk, work, command, error, earlier=earlier) and tried.refusal is not None:
                step = work.commands.step_of(command.command_id, tried.step.step)
                if step is not None:
                    work.commands.change_step(step, refusal=tried.refusal)
        self._desk.at(VOIDED)

    def _put_off(self, command: CommandRecord, sentence: str) -> None:
        """Look at it again later, and say what it waits for; the others do not wait for it."""
        now = self._desk.now()
        with self._desk.store.concurrent() as work:
            work.commands.change(command, now=now, waiting_for=sentence, not_before=next_look(command, now))

    def _settle_elsewhere(self, command: CommandRecord, tried: TriedStep) -> None:
        """The instruction is spent: somebody relayed it, or an earlier transaction of ours was there after
        all. Where the chain says for good what it did, that is its outcome.

        Only a revocation that the chain shows means that it did nothing: a node that answers for transactions
        without a block, or an index behind another node, has nothing to show for what did take effect.
        """
        desk, step = self._desk, tried.step
        desk.read_model.sync()
        with desk.store.read() as work:
            places = work.outbox.instruction_places(key=step.key, nonce=step.nonce)
            is_revoked = not places and work.outbox.is_revoked(key=step.key, nonce=step.nonce)
        if is_revoked and tried.error is not None:
            self._refuse(command, tried.error, tried)
            return
        for tx_hash in places:
            mined = desk.relay.mined(tx_hash)
            found = None if mined is None else _outcome_in(mined.outcomes, step)
            if mined is None or found is None:
                continue
            head, _ = desk.relay.head()
            if head < mined.block_number + desk.confirmations:
                self._say(command, f"{desk.confirmations} blocks on top of block {mined.block_number}")
            else:
                self._take_over(command, step, found, mined)
            return
        self._put_off(command, SHOWN_LATER)

    def _take_over(
        self, command: CommandRecord, step: StepRecord, found: StepOutcome, mined: MinedTransaction
    ) -> None:
        desk = self._desk
        goes_on = goes_on_after(desk, command, found)
        with desk.store.concurrent() as work:
            earlier = done_before(work, command)
            sent = work.commands.change(command, now=desk.now(), state=CommandState.SENT)
            if sent is not None:
                settle_step(
                    desk,
                    work,
                    command=sent,
                    step=step,
                    outcome=found,
                    mined=mined,
                    goes_on=goes_on,
                    earlier=earlier,
                )

    def _say(self, command: CommandRecord, sentence: str) -> None:
        if command.waiting_for != sentence:
            with self._desk.store.concurrent() as work:
                work.commands.change(command, now=self._desk.now(), waiting_for=sentence)


def _outcome_in(outcomes: Sequence[StepOutcome], step: StepRecord) -> StepOutcome | None:
    """What a transaction did with the instruction, apart from refusing a second copy of it."""
    for each in outcomes:
        if (each.key, each.nonce) == (step.key, step.nonce) and each.spent:
            return each
    return None


def _is_taken(transaction: TransactionRecord) -> bool:
    return transaction.state is not TransactionState.SIGNED
