"""Calls in, outcomes out: threads that keep several lanes on their way through several nodes.

    with TransactionPipeline(nodes, chain_id=31415, keys=keys, on_outcomes=take) as pipeline:
        pipeline.submit(Call(to=address, input_bytes=encoded, gas=200_000, tag=7))
        pipeline.drain(timeout_s=60)

One thread a node sends what its lanes have due; one thread reads blocks. All wait on conditions, none in
loops. A lane speaks to one node, so that its nonces arrive in order, and moves on where that node is silent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from counterfoil.chain.errors import unavailable
from counterfoil.chain.pipeline.answers import Classifies, broadcast_all
from counterfoil.chain.pipeline.blocks import BlockReader, MinedBlock, counts_of, receipts_of
from counterfoil.chain.pipeline.flights import Call, Flight, Outcome
from counterfoil.chain.pipeline.lane import Lane, emptiest
from counterfoil.chain.pipeline.signing import LaneKey
from counterfoil.chain.pipeline.transport import AsksNode
from counterfoil.chain.relay.broadcast import classify
from counterfoil.ports.engine import ChainError
from counterfoil.ports.outbox import Broadcast, BroadcastAnswer

_MOST_BLOCKS_AT_ONCE = 16
_OVERDUE_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineLimits:
    """depth: transactions of a lane on their way at most; window: of all lanes. batch: in one request.

    block_look_s: how often a new block is looked for. lost_after_s: when a transaction that was taken and is
    in no block is looked for, and sent again. patience_s: how long a node may take to show the transaction
    that has a used nonce. confirmations: blocks on top of one before it counts as final.
    """

    depth: int = 64
    window: int = 4096
    batch: int = 100
    block_look_s: float = 0.1
    lost_after_s: float = 10.0
    patience_s: float = 5.0
    confirmations: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineCounts:
    """Since the start. open: without an outcome now. sent: transactions in requests, repetitions too."""

    submitted: int
    open: int
    sent: int
    landed: int
    failed: int
    refused: int
    displaced: int
    blocks: int


class TransactionPipeline:
    """Sends calls over lanes and tells what became of each, once. Threads may share it."""

    def __init__(
        self,
        nodes: Sequence[AsksNode],
        *,
        chain_id: int,
        keys: Sequence[LaneKey],
        on_outcomes: Callable[[Sequence[Outcome]], None],
        on_block: Callable[[MinedBlock], None] | None = None,
        limits: PipelineLimits | None = None,
        with_receipts: bool = True,
        classifies: Classifies = classify,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """nodes: asked for the same chain. on_outcomes: called from the pipeline's threads, outside its lock,
        with all outcomes of a block together. on_block: called with each final block before its outcomes.
        with_receipts: False: outcomes do not say whether they succeeded.
        """
        self._nodes = list(nodes)
        self._limits = limits or PipelineLimits()
        self._on_outcomes = on_outcomes
        self._on_block = on_block
        self._classifies = classifies
        self._clock = clock
        self._reader = BlockReader(with_receipts=with_receipts)
        self._reads_from = 0
        # One lock; whoever waits for room, and the thread of each node, are woken apart from each other.
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._work = [threading.Condition(self._lock) for _ in self._nodes]
        self._ends = threading.Event()
        self._by_hash: dict[str, Flight] = {}
        self._open = 0
        self._counted = dict.fromkeys(("submitted", "sent", "landed", "failed", "refused", "displaced"), 0)
        self._blocks = 0
        self._trouble = ""
        self._defect: BaseException | None = None
        counted = counts_of(self._nodes[0], [key.address for key in keys], tag="pending")
        self._lanes = {
            key.address: Lane(key, chain_id, next_nonce, self._limits.depth)
            for key, next_nonce in zip(keys, counted, strict=True)
        }
        self._node_of = {address: place % len(self._nodes) for place, address in enumerate(self._lanes)}
        self._next_block = self._reader.head(self._nodes[0]) + 1
        work: list[tuple[str, Callable[..., None], tuple[int, ...]]] = [("follow", self._follow, ())]
        work += [(f"send-{place}", self._send_for, (place,)) for place in range(len(self._nodes))]
        self._threads = [
            threading.Thread(target=self._guarded, args=(each, *args), name=name, daemon=True)
            for name, each, args in work
        ]

    def __enter__(self) -> TransactionPipeline:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- for callers --

    def submit(self, call: Call, *, timeout_s: float | None = None) -> str:
        """Sign a call and send it soon; its transaction's hash.

        Waits while the pipeline, or the call's lane, is full.
        Raises ChainError(Unavailable) where there was no room in time, KeyError for a lane that is not there,
        and what ended a thread of the pipeline.
        """
        with self._lock:
            if call.lane is not None and call.lane not in self._lanes:
                raise KeyError(call.lane)
            if not self._room.wait_for(lambda: self._has_ended() or self._has_room(call), timeout_s):
                raise unavailable(f"no room in the pipeline; {self._sentence()}")
            self._raise_defect()
            lane = self._lane_for(call)
            if lane is None or self._ends.is_set():
                raise unavailable("the pipeline is closed")
            flight = lane.add(call, now_s=self._clock())
            self._by_hash[flight.tx_hash] = flight
            self._open += 1
            self._counted["submitted"] += 1
            self._work[self._node_of[lane.address]].notify()
            return flight.tx_hash

    def drain(self, *, timeout_s: float) -> None:
        """Wait until every call has an outcome. Raises ChainError(Unavailable) where that takes longer."""
        with self._lock:
            done = self._room.wait_for(lambda: self._has_ended() or self._open == 0, timeout_s)
            self._raise_defect()
            if not done:
                raise unavailable(f"{self._open} transactions without an outcome; {self._sentence()}")

    def counts(self) -> PipelineCounts:
        """What happened so far."""
        with self._lock:
            return PipelineCounts(open=self._open, blocks=self._blocks, **self._counted)

    def troubles(self) -> tuple[str, ...]:
        """What keeps lanes or the reading of blocks from going on now, one sentence each."""
        with self._lock:
            return self._troubles()

    def close(self) -> None:
        """End the threads. What is on its way stays there; drain first to know its outcome."""
        self._ends.set()
        with self._lock:
            self._wake_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _wake_all(self) -> None:
        for each in (self._room, *self._work):
            each.notify_all()

    def _has_ended(self) -> bool:
        return self._ends.is_set() or self._defect is not None

    def _raise_defect(self) -> None:
        if self._defect is not None:
            raise self._defect

    def _has_room(self, call: Call) -> bool:
        return self._open < self._limits.window and self._lane_for(call) is not None

    def _lane_for(self, call: Call) -> Lane | None:
        if call.lane is None:
            return emptiest(self._lanes.values())
        lane = self._lanes[call.lane]
        return lane if lane.has_room else None

    def _troubles(self) -> tuple[str, ...]:
        told = [f"lane {lane.address}: {lane.trouble}" for lane in self._lanes.values() if lane.trouble]
        return (*told, *((f"blocks: {self._trouble}",) if self._trouble else ()))

    def _sentence(self) -> str:
        return "; ".join(self._troubles()) or "nothing is known to be wrong"

    def _guarded(self, work: Callable[..., None], *args: int) -> None:
        """A defect in a thread ends the pipeline, and is raised where calls are handed in."""
        try:
            work(*args)
        except BaseException as defect:
            with self._lock:
                self._defect = self._defect or defect
                self._wake_all()
            raise

    # -- sending --

    def _send_for(self, place: int) -> None:
        while not self._ends.is_set():
            with self._lock:
                batch = self._take_batch(place)
                if not batch:
                    self._work[place].wait(self._pause_s(place))
                    continue
                self._counted["sent"] += len(batch)
            told = broadcast_all(
                self._nodes[place],
                [(flight.raw, flight.tx_hash) for flight in batch],
                classifies=self._classifies,
            )
            self._take_answers(place, batch, told)

    def _take_batch(self, place: int) -> list[Flight]:
        now_s, batch = self._clock(), list[Flight]()
        for lane in self._lanes_of(place):
            batch += lane.take_due(self._limits.batch - len(batch), now_s=now_s)
            if len(batch) >= self._limits.batch:
                break
        return batch

    def _lanes_of(self, place: int) -> list[Lane]:
        """Those with the most on their way first: what is behind them waits longest."""
        own = [lane for address, lane in self._lanes.items() if self._node_of[address] == place]
        return sorted(own, key=lambda lane: lane.open_count, reverse=True)

    def _pause_s(self, place: int) -> float | None:
        """Until a lane's pause ends; None: until somebody says that something changed."""
        times = [each for lane in self._lanes_of(place) if (each := lane.due_at_s()) is not None]
        return max(0.001, min(times) - self._clock()) if times else None

    def _take_answers(self, place: int, batch: Sequence[Flight], told: Sequence[Broadcast]) -> None:
        outcomes: list[Outcome] = []
        with self._lock:
            now_s = self._clock()
            for flight, answer in zip(batch, told, strict=True):
                lane = self._lanes[flight.lane]
                outcome = lane.answered(flight, answer, now_s=now_s)
                if outcome is not None:
                    outcomes.append(outcome)
                    del self._by_hash[flight.tx_hash]
                    self._by_hash |= {each.tx_hash: each for each in lane if each.call is None}
                if answer.answer is BroadcastAnswer.UNREACHABLE and self._node_of[flight.lane] == place:
                    self._node_of[flight.lane] = (place + 1) % len(self._nodes)
            self._wake_all()
        self._tell(outcomes)

    # -- following --

    def _follow(self) -> None:
        while not self._ends.wait(self._limits.block_look_s):
            try:
                node = self._nodes[self._reads_from % len(self._nodes)]
                self._read_blocks(node)
                self._look_for_lost(node)
            except ChainError as silent:
                with self._lock:
                    self._trouble = str(silent.facts.get("reason", silent.message))
                self._reads_from += 1
            else:
                with self._lock:
                    self._trouble = ""

    def _read_blocks(self, node: AsksNode) -> None:
        newest = self._reader.head(node) - self._limits.confirmations
        while self._next_block <= newest and not self._ends.is_set():
            last = min(newest, self._next_block + _MOST_BLOCKS_AT_ONCE - 1)
            for block in self._reader.read(node, self._next_block, last):
                self._take_block(block)
                self._next_block = block.number + 1

    def _take_block(self, block: MinedBlock) -> None:
        if self._on_block is not None:
            self._on_block(block)
        outcomes: list[Outcome] = []
        with self._lock:
            now_s = self._clock()
            self._blocks += 1
            for tx_hash in block.tx_hashes:
                flight = self._by_hash.pop(tx_hash, None)
                if flight is None:
                    continue
                receipt = None if block.receipts is None else block.receipts[tx_hash]
                outcome = self._lanes[flight.lane].landed(
                    flight, receipt, number=block.number, block_hash=block.block_hash, now_s=now_s
                )
                if outcome is not None:
                    outcomes.append(outcome)
            self._room.notify_all()
        self._tell(outcomes)

    def _look_for_lost(self, node: AsksNode) -> None:
        """Ask for single transactions that no block has shown for long, and send again what nobody has."""
        limits, outcomes = self._limits, list[Outcome]()
        with self._lock:
            now_s = self._clock()
            overdue = [
                flight
                for lane in self._lanes.values()
                for flight in lane.overdue(now_s=now_s, after_s=limits.lost_after_s, limit=_OVERDUE_AT_ONCE)
            ]
        if not overdue:
            return
        addresses = sorted({flight.lane for flight in overdue})
        counted = dict(zip(addresses, counts_of(node, addresses, tag="latest"), strict=True))
        receipts = receipts_of(node, [flight.tx_hash for flight in overdue])
        with self._lock:
            for flight, receipt in zip(overdue, receipts, strict=True):
                if receipt is not None:
                    continue  # its block is read next, or is not final yet
                outcome = self._lanes[flight.lane].found_nothing(
                    flight, counted=counted[flight.lane], now_s=now_s, patience_s=limits.patience_s
                )
                if outcome is not None:
                    self._by_hash.pop(flight.tx_hash, None)
                    outcomes.append(outcome)
            self._wake_all()
        self._tell(outcomes)

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        """Hand outcomes over, and only then count them as done: who drains has seen every one of them."""
        if not outcomes:
            return
        self._on_outcomes(outcomes)
        with self._lock:
            self._open -= len(outcomes)
            for each in outcomes:
                self._counted[each.end.value] += 1
                self._counted["failed"] += each.succeeded is False
            self._room.notify_all()
