"""A state in the making: folded event by event, with what else is to be known of each event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from counterfoil.domain.concern import concerned
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.projection.fold import apply
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.subjects import subjects_of
from counterfoil.ports.chain_log import NOTHING_READ, IndexedEvent
from counterfoil.ports.engine import EventRecord


class Beside(Protocol):
    """Something else that is folded from the same events."""

    def see(self, state: LedgerState, recorded: Recorded) -> None:
        """Take an event in. state: before it."""
        ...


Decode = Callable[[EventRecord], Recorded | None]
"""The domain's event of a record, None for administration; chain.event_codec.decode_event is one."""


@dataclass(slots=True)
class EventFold:
    """A state and the block at which it holds. epoch: of the store's events that it was folded from."""

    beside: Beside | None = None
    state: LedgerState = field(default_factory=LedgerState)
    block_number: int = NOTHING_READ
    block_time_s: int = 0
    epoch: int = 0

    def take(self, recorded: Iterable[Recorded]) -> None:
        """Fold events. After DomainError ProjectionMismatch the state is half done."""
        state, beside = self.state, self.beside
        for each in recorded:
            if beside is not None:
                beside.see(state, each)
            apply(state, each)

    def take_and_index(self, records: Iterable[EventRecord], decode: Decode) -> list[IndexedEvent]:
        """Fold events, and say of each whom and what it concerns; raises as `take`."""
        indexed = []
        for record in records:
            recorded = decode(record)
            if recorded is None:
                indexed.append(IndexedEvent(record, (), frozenset()))
                continue
            indexed.append(IndexedEvent(record, subjects_of(recorded), concerned(recorded, self.state)))
            self.take((recorded,))
        return indexed
