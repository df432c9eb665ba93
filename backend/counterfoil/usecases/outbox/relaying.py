"""Signed instructions become batches: tried out, bundled, kept as signed bytes, and only then sent."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.commands import CommandRecord, StepRecord
from counterfoil.ports.engine import Signer
from counterfoil.ports.outbox import (
    OPEN_TRANSACTIONS,
    MinedTransaction,
    NewestBlock,
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


@dataclass(slots=True)
class _Bundle:
    """What goes into the next transaction of a lane. open_count: its transactions that are on their way."""

    lane: Signer
    open_count: int
    items: list[tuple[CommandRecord, StepRecord]] = field(default_factory=list)
    size: int = 0
    is_closed: bool = False


class Relay:
    """Takes ready commands to the chain.

    All lanes are filled in one turn. An organisation's commands stay on the lane on which earlier ones of it
    are, in the order of their acceptance: nonces keep that order on the chain, and other organisations go
    beside it. Across organisations a refusal in a trial is final only when nothing accepted earlier is on its
    way.
    """

    def __init__(self, desk: SendingDesk) -> None:
        self._desk = desk
        self._lanes = LaneKeeper(desk, budget=desk.most_gas)
        self._refused_at: dict[str, int] = {}

    def turn(self) -> bool:
        """One round: follow what is on its way, then send what is ready. Whether anything moved on.

        Raises ChainError(Unavailable) where the node does not answer; the next turn goes on from the store.
        """
        if not self._lanes.has_recovered:
            self._lanes.recover()
        moved = self._lanes.follow()
        sent = self._send_ready()
        if sent:
            # On the embedded chain they are in a block already.
            self._lanes.look_at(sent)
        return moved or bool(sent)

    def _send_ready(self) -> list[TransactionRecord]:
        """Bundle what is ready, one transaction a lane, keep all of them, then send them in one request."""
        bundles = self._free_lanes()
        if not any(not bundle.is_closed for bundle in bundles.values()):
            return []
        ready = self._ready(self._desk.most_in_batch * len(bundles))
        if not ready:
            return []
        newest, oldest_sent = self._desk.relay.newest(), self._oldest_sent()
        ready = [each for each in ready if not self._waits(each[0], newest, oldest_sent)]
        if not ready:
            return []
        relayer = next(iter(bundles.values())).lane.address
        tried = self._desk.relay.try_out([step for _, step in ready], relayer=relayer, at=newest)
        self._desk.at(TRIED_OUT)
        commands = {command.command_id: command for command, _ in ready}
        self._decide(tried, commands, newest, oldest_sent)
        self._fill(bundles, tried, commands, newest)
        kept = [self._keep(each.lane, each.items) for each in bundles.values() if each.items]
        sent = [each for each in kept if each is not None]
        self._lanes.send(sent)
        with self._desk.store.read() as work:
            found = [work.outbox.transaction(each.tx_id) for each in sent]
        return [each for each in found if each is not None and each.state in OPEN_TRANSACTIONS]

    def _free_lanes(self) -> dict[str, _Bundle]:
        """An empty bundle for each lane; closed where nothing may be added to what is on its way.

        Behind a transaction that no node has taken nothing is piled up.
        """
        open_now = self._lanes.open_transactions()
        bundles = {}
        for lane in self._desk.lanes:
            own = [each for each in open_now if each.lane == lane.address]
            free = len(own) < self._desk.in_flight and all(_is_taken(each) for each in own)
            bundles[lane.address] = _Bundle(lane, len(own), is_closed=not free)
        return bundles

    def _oldest_sent(self) -> str | None:
        with self._desk.store.read() as work:
            found = work.commands.due([CommandState.SENT], now=self._desk.now(), limit=1)
        return found[0].command_id if found else None

    def _waits(self, command: CommandRecord, newest: NewestBlock, oldest_sent: str | None) -> bool:
        """Whether it was refused on this very block, and older ones are on their way that may change that."""
        refused_at = self._refused_at.get(command.command_id)
        older = oldest_sent is not None and oldest_sent < command.command_id
        return refused_at == newest.number and older

    def _decide(
        self,
        tried: Sequence[TriedStep],
        commands: Mapping[str, CommandRecord],
        newest: NewestBlock,
        oldest_sent: str | None,
    ) -> None:
        """What becomes of those that cannot be sent now."""
        is_first = True
        on_this_block = self._refused_at.items()
        self._refused_at = {each: number for each, number in on_this_block if number == newest.number}
        for each in tried:
            command = commands[each.step.command_id]
            if each.error is None:
                is_first = False
                if self._desk.relay.gas_of_batch([_granted(each)]) > newest.most_gas:
                    self._refuse(command, CounterfoilError(TOO_LARGE), each)
            elif each.spent:
                self._settle_elsewhere(command, each)
            elif is_passing(each.error):
                # The node cannot try this one out.
                self._put_off(command, f"{each.error.code}: {each.error.message}")
            elif is_first and (oldest_sent is None or command.command_id < oldest_sent):
                # Nothing before it can still make it possible.
                self._refuse(command, each.error, each)
            else:
                self._refused_at[command.command_id] = newest.number

    def _fill(
        self,
        bundles: Mapping[str, _Bundle],
        tried: Sequence[TriedStep],
        commands: Mapping[str, CommandRecord],
        newest: NewestBlock,
    ) -> None:
        """Give the good ones to lanes, in order: an organisation's to the lane on which earlier ones are."""
        bound = dict(self._lanes.organisations_of(self._lanes.open_transactions()))
        held: set[str] = set()
        for each in tried:
            command = commands[each.step.command_id]
            if each.error is not None or command.org_id in held:
                continue
            step = _granted(each)
            lane = bound.get(command.org_id)
            wanted = [each for each in _by_load(bundles.values()) if lane in (None, each.lane.address)]
            bundle = next((each for each in wanted if self._takes(each, step, newest)), None)
            if bundle is None:
                # What comes later of the same organisation must not overtake it.
                held.add(command.org_id)
                continue
            bound[command.org_id] = bundle.lane.address
            bundle.items.append((command, step))
            bundle.size += len(step.encoded_args)

    def _takes(self, bundle: _Bundle, step: StepRecord, newest: NewestBlock) -> bool:
        """Whether there is room for one more."""
        if bundle.is_closed or len(bundle.items) >= self._desk.most_in_batch:
            return False
        gas = self._desk.relay.gas_of_batch([*(each for _, each in bundle.items), step])
        if not bundle.items:
            return gas <= newest.most_gas
        size = bundle.size + len(step.encoded_args)
        return gas <= min(newest.most_gas, self._lanes.budget) and size <= _MOST_ARGUMENT_BYTES

    def _ready(self, limit: int) -> list[tuple[CommandRecord, StepRecord]]:
        desk = self._desk
        with desk.store.read() as work:
            commands = work.commands.due([CommandState.READY], now=desk.now(), limit=limit)
            steps = {
                step.command_id: step
                for step in work.commands.steps_of(command.command_id for command in commands)
                if step.state is StepState.SIGNED
            }
        return [(each, steps[each.command_id]) for each in commands if each.command_id in steps]

    def _keep(
        self, lane: Signer, batch: Sequence[tuple[CommandRecord, StepRecord]]
    ) -> TransactionRecord | None:
        """Keep the signed bytes with the steps that they carry, in one transaction of the store."""
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
        return kept

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
            (mined,) = desk.relay.mined([tx_hash])
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


def _granted(tried: TriedStep) -> StepRecord:
    """The step with the gas that it may use."""
    return replace(tried.step, gas_limit=max(tried.gas_limit, tried.step.gas_limit))


def _by_load(bundles: Iterable[_Bundle]) -> list[_Bundle]:
    """Lanes with the least on their way first; of those the fullest, so that transactions become large."""
    return sorted(bundles, key=lambda each: (each.open_count, -len(each.items)))


def _is_taken(transaction: TransactionRecord) -> bool:
    return transaction.state is not TransactionState.SIGNED
