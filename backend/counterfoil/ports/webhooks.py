"""Where organisations want to be told, and what became of telling them, as the store keeps it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class EndpointState(StrEnum):
    """Nothing is sent to a paused endpoint; what it misses waits. A removed one is told nothing more."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class DeliveryState(StrEnum):
    """WAITING: to be sent, for the first time or again. GIVEN_UP: tried for days; it may be replayed."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRecord:
    """Where an organisation wants to be told. secret_sealed: what deliveries are signed with, sealed.

    events: names of what it wants, empty for everything. cursor: up to where it has its deliveries, as text
    that only counterfoil.usecases.delivery reads.
    """

    endpoint_id: str
    org_id: str
    url: str
    secret_sealed: str
    events: tuple[str, ...]
    created_at: datetime
    cursor: str
    state: EndpointState = EndpointState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """One message to one endpoint. attempts: since it was made or replayed; last_code: HTTP status of the
    last answer; last_failure: why the last attempt was none.
    """

    delivery_id: str
    endpoint_id: str
    event: str
    body_json: str
    next_at: datetime
    created_at: datetime
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    last_code: int | None = None
    last_failure: str | None = None
    delivered_at: datetime | None = None
    replays: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How one attempt ended. next_at: when to try again, None where that is over."""

    delivered: bool
    at: datetime
    code: int | None
    failure: str | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandChange:
    """A command in a state that its organisation is told of. changed_at: since when it is in it."""

    command_id: str
    operation: str
    state: str
    steps_done: int
    changed_at: datetime
    waiting_for: str
    problem_json: str | None
    result_json: str | None


class Webhooks(Protocol):
    """Endpoints and deliveries."""

    def add_endpoint(self, endpoint: EndpointRecord) -> None: ...
    def endpoint(self, endpoint_id: str) -> EndpointRecord | None: ...
    def endpoints_of(self, org_id: str) -> tuple[EndpointRecord, ...]: ...
    def active_endpoints(self) -> tuple[EndpointRecord, ...]: ...
    def set_state(self, endpoint_id: str, state: EndpointState) -> None: ...
    def move_cursor(self, endpoint_id: str, *, before: str, to: str) -> bool: ...
    def enqueue(self, deliveries: Collection[DeliveryRecord]) -> int: ...
    def delivery(self, delivery_id: str) -> DeliveryRecord | None: ...
    def deliveries_of(
        self,
        endpoint_id: str,
        *,
        state: DeliveryState | None,
        before: tuple[datetime, str] | None,
        limit: int,
    ) -> tuple[DeliveryRecord, ...]: ...
    def due(
        self, *, now: datetime, but_not_of: Collection[str], limit: int
    ) -> tuple[DeliveryRecord, ...]: ...
    def record(self, delivery: DeliveryRecord, attempt: Attempt) -> bool: ...
    def replay(self, delivery_id: str, *, now: datetime) -> bool: ...
    def organisation_party(self, org_id: str) -> tuple[str, int | None] | None: ...
    def commands_changed(
        self, org_id: str, *, since: datetime, states: Collection[str], limit: int
    ) -> tuple[CommandChange, ...]: ...
