"""Counts and newest rows by which one sees whether the service does its work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from counterfoil.ports.outbox import EndpointBeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The worker's last sign of life. head_block: the chain's end; indexed_block: how far the store is.
    endpoints: of the network, none on the embedded chain.
    """

    beat_at: datetime
    started_at: datetime
    head_block: int
    indexed_block: int
    troubles: tuple[str, ...]
    endpoints: tuple[EndpointBeat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The newest comparison of one scope of the read model with the chain."""

    scope: str
    block_number: int
    compared_at: datetime
    equal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits. oldest_since: since when the oldest of them does, None where nothing waits."""

    count: int
    oldest_since: datetime | None


class ServiceState(Protocol):
    """Read only."""

    def schema_version(self) -> int: ...
    def beat(self) -> Beat | None: ...
    def indexed_block(self) -> int: ...
    def commands_by_state(self) -> Mapping[str, int]: ...
    def waiting_commands(self) -> Backlog: ...
    def transactions_by_state(self) -> Mapping[str, int]: ...
    def waiting_deliveries(self) -> Backlog: ...
    def comparisons(self) -> tuple[Comparison, ...]: ...


class ServiceStateUnitOfWork(Protocol):
    """A transaction that has the service's state."""

    @property
    def service_state(self) -> ServiceState: ...
