"""Many stories at once: hands their steps to the pipeline, takes outcomes back, and notes what each one
took.
"""

from __future__ import annotations

import heapq
import queue
import time
from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from counterfoil.chain.contract_calls import INSTRUCTIONS
from counterfoil.chain.pipeline.flights import Call, FlightEnd, Outcome
from network_load.book import Book
from network_load.mix import MANY_RECORDS, Kind
from network_load.parties import Cast
from network_load.relaying import BATCH, Relay
from network_load.stories import Log, Step, Story, Until, topic_of

_KINDS = tuple(Kind)
_RELAY_WAIT_S = 0.1
_LEAST_GAP_S = 0.02


class Submits(Protocol):
    """What the load needs of a pipeline."""

    def submit(self, call: Call, *, timeout_s: float | None = None) -> str: ...


@dataclass(slots=True)
class Records:
    """What was acknowledged: when it was final, how long it took, of what kind, how many records it changed.

    Times are seconds of one monotonic clock; latency runs from the request, before its signature, to the
    moment when its final block had been read. A relayed step has a row of its own.
    """

    final_at_s: array[float] = field(default_factory=lambda: array("d"))
    latency_s: array[float] = field(default_factory=lambda: array("d"))
    kind: array[int] = field(default_factory=lambda: array("b"))
    records: array[int] = field(default_factory=lambda: array("l"))
    transactions_at_s: array[float] = field(default_factory=lambda: array("d"))
    gas: array[int] = field(default_factory=lambda: array("q"))
    failures: list[str] = field(default_factory=list)

    def add(self, step: Step, asked_at_s: float, final_at_s: float) -> None:
        """One step is final."""
        self.final_at_s.append(final_at_s)
        self.latency_s.append(final_at_s - asked_at_s)
        self.kind.append(_KINDS.index(step.kind))
        self.records.append(step.records)


@dataclass(slots=True)
class _Wave:
    """Steps that a story waits for. answers: logs of each, where it is final. failed: the story ends here."""

    story: Story
    answers: list[Sequence[Log] | None]
    left: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A step on its way: whose it is, and when it was asked for."""

    step: Step
    wave: _Wave
    place: int
    at_s: float


class Drive:
    """One load. Steps of many records go directly; single ones too, or through the relay where there is "
    "one."""

    def __init__(
        self,
        *,
        addresses: Mapping[str, bytes],
        cast: Cast,
        book: Book,
        new_story: Callable[[], Story],
        at_work: int,
        stories_a_second: float | None = None,
        relay: Relay | None = None,
        now_s: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        longest_wait_s: float = 0.02,
    ) -> None:
        """at_work: notes that something happens to at a time, those waiting for maturity not counted; a new
        story begins when there are fewer. stories_a_second: begin them evenly instead, whatever the
        ledger does. now_s: the chain's time; clock: measures. longest_wait_s: for an outcome, before
        looking what else is due.
        """
        self.records = Records()
        self._addresses = addresses
        self._cast = cast
        self._book = book
        self._new_story = new_story
        self._most_at_work = at_work
        self._gap_s = None if stories_a_second is None else 1 / stories_a_second
        self._relay = relay
        self._now_s = now_s
        self._clock = clock
        self._longest_wait_s = longest_wait_s
        self._done: queue.SimpleQueue[Sequence[Outcome]] = queue.SimpleQueue()
        self._ready: deque[_Asked] = deque()
        self._singles: deque[_Asked] = deque()
        self._sleeping: list[tuple[int, int, Story]] = []
        self._open = 0
        self._stories = 0
        self._told = 0
        self._at_work = 0
        self._next_story_s = 0.0

    @property
    def begun(self) -> int:
        """Stories so far."""
        return self._stories

    def take(self, outcomes: Sequence[Outcome]) -> None:
        """For the pipeline's threads: outcomes of a block."""
        self._done.put(outcomes)

    def run(self, sends: Submits, *, until_s: float) -> None:
        """Keep the load up until then; stories go on in the next call."""
        self._next_story_s = max(self._next_story_s, self._clock())
        while self._clock() < until_s:
            self._begin_stories()
            self._turn(sends)

    def tell(self, sends: Submits, *, stories: int) -> None:
        """Tell so many stories more, no more at a time than are at work otherwise."""
        wanted = self._stories + stories
        while self._stories < wanted:
            while self._at_work < self._most_at_work and self._stories < wanted:
                self._begin()
            self._turn(sends)

    def finish(self, sends: Submits, *, within_s: float, settle: bool = True) -> None:
        """Begin nothing new and let all stories end. settle: False leaves notes that wait for maturity as
        they are.

        Raises TimeoutError where they do not end in time.
        """
        ends_s = self._clock() + within_s
        while self._open or self._ready or self._singles or (settle and self._sleeping):
            if self._clock() > ends_s:
                raise TimeoutError(
                    f"{self._open} transactions and {len(self._sleeping)} notes are still open"
                )
            self._turn(sends)

    # ------------------------------------------------------------------------------------------- stories

    def _begin_stories(self) -> None:
        if self._gap_s is None:
            # One after the other even at the start: notes that begin together go on together, in bursts.
            if self._at_work < self._most_at_work and self._next_story_s <= self._clock():
                self._next_story_s = self._clock() + _LEAST_GAP_S
                self._begin()
            return
        while self._next_story_s <= self._clock():
            self._next_story_s += self._gap_s
            self._begin()

    def _begin(self) -> None:
        self._stories += 1
        self._at_work += 1
        self._advance(self._new_story(), None)

    def _advance(self, story: Story, answers: Sequence[Sequence[Log]] | None) -> None:
        try:
            said = next(story) if answers is None else story.send(answers)
        except StopIteration:
            self._at_work -= 1
            return
        except (ValueError, KeyError) as unlike:
            self._at_work -= 1
            self.records.failures.append(f"a story could not go on: {unlike!r}")
            return
        if isinstance(said, Until):
            self._told += 1
            self._at_work -= 1
            heapq.heappush(self._sleeping, (said.at_s, self._told, story))
            return
        wave = _Wave(story, [None] * len(said), len(said))
        now_s = self._clock()
        for place, step in enumerate(said):
            through_relay = self._relay is not None and step.kind not in MANY_RECORDS
            (self._singles if through_relay else self._ready).append(_Asked(step, wave, place, now_s))

    def _wake(self) -> None:
        now_s = int(self._now_s())
        while self._sleeping and self._sleeping[0][0] <= now_s:
            self._at_work += 1
            self._advance(heapq.heappop(self._sleeping)[2], None)

    # ------------------------------------------------------------------------------------------- sending

    def _turn(self, sends: Submits) -> None:
        self._wake()
        while self._send_one(sends):
            pass
        try:
            outcomes = self._done.get(timeout=self._longest_wait_s)
            while True:
                for outcome in outcomes:
                    self._settle(outcome)
                outcomes = self._done.get_nowait()
        except queue.Empty:
            return

    def _send_one(self, sends: Submits) -> bool:
        """Whether there was something to send."""
        if self._ready:
            asked = self._ready.popleft()
            step = asked.step
            lane = self._cast.key_of(step.actor).address
            call = Call(
                to=self._addresses[step.contract],
                input_bytes=step.input_bytes,
                gas=step.gas,
                tag=asked,
                lane=lane,
            )
        elif self._relay is not None and self._is_batch_due():
            batch = tuple(self._singles.popleft() for _ in range(min(BATCH, len(self._singles))))
            encoded, gas = self._relay.pack([asked.step for asked in batch])
            call = Call(
                to=self._addresses[INSTRUCTIONS],
                input_bytes=encoded,
                gas=gas,
                tag=batch,
                lane=self._relay.next_lane(),
            )
        else:
            return False
        self._open += 1
        sends.submit(call)
        return True

    def _is_batch_due(self) -> bool:
        if not self._singles:
            return False
        return len(self._singles) >= BATCH or self._clock() - self._singles[0].at_s >= _RELAY_WAIT_S

    # ------------------------------------------------------------------------------------------ outcomes

    def _settle(self, outcome: Outcome) -> None:
        self._open -= 1
        tag: Any = outcome.call.tag
        if outcome.end is not FlightEnd.LANDED or not outcome.succeeded or outcome.receipt is None:
            batch: Sequence[_Asked] = tag if isinstance(tag, tuple) else (tag,)
            kinds = {asked.step.kind.value for asked in batch}
            self.records.failures.append(
                f"{', '.join(sorted(kinds))}: {outcome.end.value} {outcome.tx_hash} {outcome.words}".rstrip()
            )
            for asked in batch:
                self._give_up(asked)
            if outcome.end is FlightEnd.LANDED and not isinstance(tag, tuple):
                self._book.calls[tag.step.actor] += 1
            return
        self.records.transactions_at_s.append(outcome.final_at_s)
        self.records.gas.append(outcome.gas_used or 0)
        logs = [Log(each["topics"], each["data"]) for each in outcome.receipt["logs"]]
        if isinstance(tag, tuple):
            self._settle_batch(tag, logs, outcome)
            return
        self._book.calls[tag.step.actor] += 1
        self._answer(tag, logs, outcome.final_at_s)

    def _settle_batch(self, batch: Sequence[_Asked], logs: Sequence[Log], outcome: Outcome) -> None:
        """An instruction's logs stand before its marker."""
        executed, refused = (topic_of(INSTRUCTIONS, f"Instruction{end}") for end in ("Executed", "Refused"))
        waiting: list[Log] = []
        place = 0
        for log in logs:
            if log.topics[0] == refused:
                self.records.failures.append(f"{batch[place].step.kind.value}: refused in {outcome.tx_hash}")
                self._give_up(batch[place])
            elif log.topics[0] == executed:
                self._answer(batch[place], waiting, outcome.final_at_s)
            else:
                waiting.append(log)
                continue
            waiting = []
            place += 1
        if place != len(batch):
            self.records.failures.append(
                f"{place} of {len(batch)} instructions have an end in {outcome.tx_hash}"
            )

    def _give_up(self, asked: _Asked) -> None:
        """A story whose step failed goes no further; another one may begin in its place."""
        if not asked.wave.failed:
            asked.wave.failed = True
            self._at_work -= 1

    def _answer(self, asked: _Asked, logs: Sequence[Log], final_at_s: float) -> None:
        self.records.add(asked.step, asked.at_s, final_at_s)
        wave = asked.wave
        wave.answers[asked.place] = logs
        wave.left -= 1
        if not wave.left and not wave.failed:
            self._advance(wave.story, [each for each in wave.answers if each is not None])
