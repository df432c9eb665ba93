"""How strict a pool is, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.chain.endpoints.endpoint import EndpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolRules:
    """agreement: endpoints that must agree on what cannot be proven otherwise; None: one more than may lie.

    lag_blocks, lag_s: how far behind the newest block, by number or by its time, an endpoint is refused.
    quarantine_s: of a first offence; each further one doubles it, up to longest_quarantine_s. look_every_s:
    pause between looks at all endpoints; look_timeout_s: what a look waits for one of them. stall_periods,
    stall_s: without a new block for so many block periods, but at least so long, the network counts as
    standing still. proves_receipts: whether receipts are held to the root in their block's header.
    """

    agreement: int | None = None
    lag_blocks: int = 5
    lag_s: int = 30
    quarantine_s: float = 60.0
    longest_quarantine_s: float = 3600.0
    look_every_s: float = 1.0
    look_timeout_s: float = 2.0
    stall_periods: int = 8
    stall_s: float = 8.0
    proves_receipts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """A pool for people, metrics and tests.

    newest_block: the highest that is believed; silent_s: how long ago it came, in seconds by our own clock.
    shown_block: the highest that was given out. trouble: why the network cannot be used as it should be, None
    where it can.
    """

    name: str
    engine: str
    chain_id: int | None
    genesis_hash: str | None
    proven_by: str
    endpoints: tuple[EndpointState, ...]
    newest_block: int
    newest_block_time_s: int
    silent_s: float
    shown_block: int
    trouble: str | None
