"""Whether the service does what it promises now, and if not, what is missing."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.outbox import NETWORK_TROUBLE
from counterfoil.ports.service_state import Beat, ServiceState, ServiceStateUnitOfWork


class ServiceStateStore(Protocol):
    """A store whose readings have the service's state."""

    def read(self) -> AbstractContextManager[ServiceStateUnitOfWork]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on the service is not ready. schema_version: of this program."""

    schema_version: int
    beat_age_s: float
    lag_blocks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition. told: a sentence that names no party and no amount."""

    name: str
    passed: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """All conditions, in order; those after one that makes them meaningless are left out."""

    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """Whether requests should come here."""
        return all(check.passed for check in self.checks)


def readiness(store: ServiceStateStore, *, limits: Limits, now: datetime) -> Readiness:
    """Look at database, schema, worker, index and the comparison with the chain."""
    try:
        with store.read() as work:
            return Readiness(checks=tuple(_checks(work.service_state, limits, now)))
    except CounterfoilError as failed:
        return Readiness(checks=(Check(name="database", passed=False, told=f"no answer: {failed.code}"),))


def _checks(state: ServiceState, limits: Limits, now: datetime) -> list[Check]:
    found = state.schema_version()
    checks = [
        Check(name="database", passed=True, told="it answers"),
        Check(
            name="schema",
            passed=found == limits.schema_version,
            told=f"version {found}, this program has {limits.schema_version}",
        ),
    ]
    beat = state.beat()
    if beat is None:
        return [*checks, Check(name="worker", passed=False, told="it has not started yet")]
    age_s = (now - beat.beat_at).total_seconds()
    checks.append(
        Check(
            name="worker",
            passed=age_s <= limits.beat_age_s and not beat.troubles,
            told=f"last sign {age_s:.0f} s ago"
            + (f"; {len(beat.troubles)} troubles" if beat.troubles else ""),
        )
    )
    if beat.endpoints:
        checks.append(_network(beat))
    lag = max(beat.head_block - state.indexed_block(), 0)
    checks.append(Check(name="index", passed=lag <= limits.lag_blocks, told=f"{lag} blocks behind the chain"))
    comparisons = state.comparisons()
    differing = [each for each in comparisons if not each.equal]
    told = (
        ", ".join(f"{each.scope} differs at block {each.block_number}" for each in differing)
        if differing
        else f"{len(comparisons)} scopes compared, all equal"
    )
    checks.append(Check(name="comparison", passed=not differing, told=told))
    return checks


def _network(beat: Beat) -> Check:
    """Whether the network can be used. Names of endpoints, which stand after a colon, are left to metrics."""
    healthy = sum(each.state == "healthy" for each in beat.endpoints)
    told = f"{healthy} of {len(beat.endpoints)} endpoints can be used"
    troubles = [
        each.removeprefix(NETWORK_TROUBLE) for each in beat.troubles if each.startswith(NETWORK_TROUBLE)
    ]
    if not troubles:
        return Check(name="network", passed=True, told=told)
    stands_still = troubles[0].startswith("the network makes no blocks")
    return Check(name="network", passed=False, told=troubles[0] if stands_still else told)
