"""One key's sequence of nonces: what is on its way, what is to be sent next, and what each answer changes.

Pure: whoever calls says what time it is. Nothing here is ever given up because it takes long.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from counterfoil.chain.errors import unavailable
from counterfoil.chain.pipeline.flights import Call, Flight, FlightEnd, Outcome
from counterfoil.chain.pipeline.signing import LaneKey
from counterfoil.ports.outbox import Broadcast, BroadcastAnswer

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0
_FILLER_GAS = 21_000


@dataclass(slots=True)
class Lane:
    """key: signs. next_nonce: of the next transaction. depth: most transactions on their way at once."""

    key: LaneKey
    chain_id: int
    next_nonce: int
    depth: int
    paused_until_s: float = 0.0
    trouble: str = ""
    _pause_s: float = 0.0
    _flights: dict[int, Flight] = field(default_factory=dict)
    _due: list[int] = field(default_factory=list)
    _queued: set[int] = field(default_factory=set)

    @property
    def address(self) -> str:
        """Of the key."""
        return self.key.address

    @property
    def open_count(self) -> int:
        """Transactions without an outcome."""
        return len(self._flights)

    @property
    def has_room(self) -> bool:
        """Whether another call may be taken now."""
        return len(self._flights) < self.depth

    def __iter__(self) -> Iterator[Flight]:
        return iter(tuple(self._flights.values()))

    # -- in --

    def add(self, call: Call, *, now_s: float) -> Flight:
        """Sign a call with the next nonce; it is due at once."""
        flight = self._signed(call, self.next_nonce, now_s)
        self.next_nonce += 1
        self._queue(flight.nonce)
        return flight

    def raise_to(self, counted: int) -> None:
        """The node counts so many transactions of the key: others may have sent with it. Never lowers."""
        self.next_nonce = max(self.next_nonce, counted)

    def _signed(self, call: Call | None, nonce: int, now_s: float) -> Flight:
        signed = self.key.sign_legacy(
            nonce=nonce,
            to=bytes.fromhex(self.address[2:]) if call is None else call.to,
            input_bytes=b"" if call is None else call.input_bytes,
            gas=_FILLER_GAS if call is None else call.gas,
            chain_id=self.chain_id,
        )
        flight = Flight(
            call=call,
            lane=self.address,
            nonce=nonce,
            raw=signed.raw,
            tx_hash=signed.tx_hash,
            submitted_at_s=now_s,
        )
        self._flights[nonce] = flight
        return flight

    # -- out --

    def due_at_s(self) -> float | None:
        """From when on something is to be sent, None where nothing is."""
        return self.paused_until_s if self._queued else None

    def take_due(self, limit: int, *, now_s: float) -> list[Flight]:
        """The lowest nonces that are to be sent now; whoever takes them reports every answer."""
        if now_s < self.paused_until_s:
            return []
        taken: list[Flight] = []
        while self._due and len(taken) < limit:
            nonce = heapq.heappop(self._due)
            if nonce in self._queued:
                self._queued.discard(nonce)
                taken.append(self._flights[nonce])
        return taken

    def answered(self, flight: Flight, told: Broadcast, *, now_s: float) -> Outcome | None:
        """Take over what a node said to the bytes; an outcome where that was the last word."""
        if self._flights.get(flight.nonce) is not flight:
            return None  # a block was faster than the answer
        flight.sent_at_s = now_s
        flight.sent_count += 1
        match told.answer:
            case BroadcastAnswer.TAKEN:
                flight.accepted_at_s = now_s if flight.accepted_at_s is None else flight.accepted_at_s
                flight.words = ""
                self._pause_s, self.trouble = 0.0, ""
            case BroadcastAnswer.NONCE_SPENT:
                # By these very bytes, whose block is not read yet, or by others: `found_nothing` decides.
                flight.words = told.words
                flight.doubted_at_s = now_s if flight.doubted_at_s is None else flight.doubted_at_s
            case BroadcastAnswer.TOO_MUCH_GAS:
                return self._refused(flight, told, now_s)
            case BroadcastAnswer.NONCE_GAP:
                # The node lacks an earlier one, whatever it said to it at the time.
                for nonce in self._flights:
                    if nonce <= flight.nonce:
                        self._queue(nonce)
                self._pause(flight, told, now_s)
            case (
                BroadcastAnswer.UNDERPRICED
                | BroadcastAnswer.FULL
                | BroadcastAnswer.UNREACHABLE
                | BroadcastAnswer.UNKNOWN
            ):
                self._queue(flight.nonce)
                self._pause(flight, told, now_s)
            case _:
                assert_never(told.answer)
        return None

    def _pause(self, flight: Flight, told: Broadcast, now_s: float) -> None:
        flight.words = told.words
        self.trouble = f"{told.answer.value}: {told.words}" if told.words else told.answer.value
        if now_s >= self.paused_until_s:
            # Once for a whole batch that was answered alike.
            self._pause_s = min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, self._pause_s * 2))
            self.paused_until_s = now_s + self._pause_s

    def _refused(self, flight: Flight, told: Broadcast, now_s: float) -> Outcome | None:
        flight.words = told.words
        del self._flights[flight.nonce]
        # Later nonces wait for this one: an empty transaction to the key itself takes its place.
        filler = self._signed(None, flight.nonce, now_s)
        self._queue(filler.nonce)
        return _outcome(FlightEnd.REFUSED, flight, now_s)

    def _queue(self, nonce: int) -> None:
        if nonce not in self._queued:
            self._queued.add(nonce)
            heapq.heappush(self._due, nonce)

    # -- what blocks and nodes show --

    def landed(
        self,
        flight: Flight,
        receipt: Mapping[str, Any] | None,
        *,
        number: int,
        block_hash: str,
        now_s: float,
    ) -> Outcome | None:
        """A final block has it; None where that was known, or where it only filled a nonce.

        Raises ChainError(Unavailable) for a receipt that does not say what became of it.
        """
        if self._flights.get(flight.nonce) is not flight:
            return None
        try:
            succeeded = None if receipt is None else int(receipt["status"], 16) == 1
            gas_used = None if receipt is None else int(receipt["gasUsed"], 16)
        except (KeyError, TypeError, ValueError) as unfit:
            raise unavailable(f"the receipt of {flight.tx_hash} is malformed: {unfit!r}") from unfit
        del self._flights[flight.nonce]
        self._queued.discard(flight.nonce)
        outcome = _outcome(FlightEnd.LANDED, flight, now_s)
        if outcome is None:
            return None
        return replace(
            outcome,
            block_number=number,
            block_hash=block_hash,
            succeeded=succeeded,
            gas_used=gas_used,
            receipt=receipt,
        )

    def overdue(self, *, now_s: float, after_s: float, limit: int) -> Sequence[Flight]:
        """The lowest nonces that were taken, or doubted, so long ago that a block should have shown them."""
        found: list[Flight] = []
        for nonce in sorted(self._flights):
            flight = self._flights[nonce]
            waits = flight.sent_at_s is not None and nonce not in self._queued
            if waits and flight.sent_at_s is not None and now_s - flight.sent_at_s >= after_s:
                found.append(flight)
            if len(found) == limit:
                break
        return found

    def found_nothing(
        self, flight: Flight, *, counted: int, now_s: float, patience_s: float
    ) -> Outcome | None:
        """No receipt of it although the chain counts `counted` final transactions of the key.

        Where the chain is not past its nonce, the same bytes go out again. Where it is past it, another
        transaction has the place once the node had time to show ours.
        """
        if self._flights.get(flight.nonce) is not flight:
            return None
        if counted <= flight.nonce:
            flight.doubted_at_s = None
            self._queue(flight.nonce)
            return None
        if flight.doubted_at_s is None:
            flight.doubted_at_s = now_s
        if now_s - flight.doubted_at_s < patience_s:
            return None
        del self._flights[flight.nonce]
        self._queued.discard(flight.nonce)
        self.raise_to(counted)
        return _outcome(FlightEnd.DISPLACED, flight, now_s)


def _outcome(end: FlightEnd, flight: Flight, now_s: float) -> Outcome | None:
    if flight.call is None:
        return None
    return Outcome(
        end=end,
        call=flight.call,
        lane=flight.lane,
        nonce=flight.nonce,
        tx_hash=flight.tx_hash,
        submitted_at_s=flight.submitted_at_s,
        accepted_at_s=flight.accepted_at_s,
        final_at_s=now_s,
        sent_count=flight.sent_count,
        words=flight.words,
    )


def emptiest(lanes: Iterable[Lane]) -> Lane | None:
    """The lane with the fewest transactions on their way that takes another one; None where all are full."""
    free = [lane for lane in lanes if lane.has_room]
    return min(free, key=lambda lane: lane.open_count, default=None)
