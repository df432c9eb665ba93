"""One endpoint: the way to it, how it was when it was last looked at, and whether it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counterfoil.chain.endpoints.answers import BlockClaim
from counterfoil.chain.endpoints.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What an endpoint said of itself.

    height, head_hash, head_time_s: its newest block. latency_ms: how long the look took.
    """

    height: int
    head_hash: str
    head_time_s: int
    is_syncing: bool
    latency_ms: float

    @property
    def claim(self) -> BlockClaim:
        """That its newest block is one."""
        return BlockClaim(self.height, self.head_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Why an endpoint is not asked. ends_at: on the monotonic clock, in seconds; then it is tried again."""

    reason: str
    since: datetime
    ends_at: float
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState:
    """One endpoint for people and metrics; place: host and port, never what stands around them."""

    name: str
    place: str
    state: str
    reason: str
    height: int | None
    head_hash: str | None
    head_time_s: int | None
    latency_ms: float | None
    is_in_use: bool
    quarantines: int


class Endpoint:
    """What a pool knows of one endpoint; the pool's lock guards it.

    failure: why it cannot be asked now, None where it can. height: of the newest block that it is known to
    have; goes down only where it says so itself.
    """

    def __init__(self, *, name: str, place: str, transport: Transport) -> None:
        self.name = name
        self.place = place
        self.transport = transport
        self.health: Health | None = None
        self.failure: str | None = "not asked yet"
        self.refusal: str | None = None
        self.quarantine: Quarantine | None = None
        self.quarantines = 0
        self.height = -1

    @property
    def is_usable(self) -> bool:
        """Whether it may be asked: it answers, belongs to the network, keeps up, and is believed."""
        return self.failure is None and self.refusal is None and self.quarantine is None

    @property
    def state(self) -> str:
        """One word."""
        if self.quarantine is not None:
            return "quarantined"
        if self.failure is not None:
            return "silent"
        return "refused" if self.refusal is not None else "healthy"

    @property
    def reason(self) -> str:
        """Why it is not used; empty where it may be."""
        if self.quarantine is not None:
            return self.quarantine.reason
        return self.failure or self.refusal or ""

    def shown(self, *, is_in_use: bool) -> EndpointState:
        """As people see it."""
        health = self.health
        return EndpointState(
            name=self.name,
            place=self.place,
            state=self.state,
            reason=self.reason,
            height=None if health is None else max(self.height, health.height),
            head_hash=None if health is None else health.head_hash,
            head_time_s=None if health is None else health.head_time_s,
            latency_ms=None if health is None else round(health.latency_ms, 1),
            is_in_use=is_in_use,
            quarantines=self.quarantines,
        )
