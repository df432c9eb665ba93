"""The store's copy of the chain's events, as a Protocol: it forgets only blocks that the chain takes back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from counterfoil.ports.engine import BlockHead, EventRecord

NOTHING_READ = -1
INDEX_VERSION = 1
"""By which rules subjects and concerned parties are kept now; a store of other rules is built anew."""
KEPT_HEADS = 128
"""How many of the newest blocks are known by hash: a reorganisation that goes deeper is not followed."""


class EventPlace(NamedTuple):
    """Where an event stands. It sorts as the chain does."""

    block_number: int
    log_index: int


BEFORE_ALL = EventPlace(NOTHING_READ, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far the events are complete. block_number -1: nothing was read yet.

    block_hash: None where a store of an earlier version did not keep it; block_time_s: then 0. epoch: how
    often blocks were taken back, or built anew with another outcome; whoever folded the events of another
    epoch folds anew.
    """

    block_number: int = NOTHING_READ
    block_hash: str | None = None
    block_time_s: int = 0
    epoch: int = 0
    index_version: int = INDEX_VERSION


@dataclass(frozen=True, slots=True)
class IndexedEvent:
    """An event with the objects in whose history it stands and the parties that may see it."""

    record: EventRecord
    subjects: tuple[str, ...]
    parties: frozenset[int]


class ChainLog(Protocol):
    """The chain's events, and how far they are complete."""

    def checkpoint(self) -> Checkpoint: ...
    def append(self, blocks: Sequence[BlockHead], events: Sequence[IndexedEvent]) -> None: ...
    def roll_back(self, to_block: int) -> None: ...
    def clear(self) -> None: ...
    def raise_epoch(self) -> None: ...
    def epochs(self) -> tuple[tuple[int, int], ...]: ...
    def recent_heads(self) -> tuple[BlockHead, ...]: ...
    def digest(self) -> str: ...
    def page(
        self,
        *,
        after: EventPlace = BEFORE_ALL,
        up_to_block: int | None = None,
        events: Collection[str] | None = None,
        subjects: Collection[str] | None = None,
        party: int | None = None,
        limit: int,
    ) -> tuple[EventRecord, ...]: ...
    def read(self, *, after_block: int = NOTHING_READ) -> Iterator[EventRecord]: ...
    def count(self) -> int: ...
