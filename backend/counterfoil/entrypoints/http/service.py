"""What the HTTP process works with, handed in by whoever composes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from counterfoil.entrypoints.http.gate import Gate
from counterfoil.ports.outbox import InstructionsPort
from counterfoil.ports.sealing import Sealing
from counterfoil.ports.service_store import ServiceStorePort
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.identity.passwords import Passwords
from counterfoil.usecases.operating.readiness import Limits
from counterfoil.usecases.reading.read_side import ReadSide

_MIB = 2**20


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpService:
    """The outside of the HTTP process. It has neither chain nor keys of parties.

    instructions: what own keys sign; None where the process knows no deployment. command_life: how long a
    command may wait. limits, metrics, metrics_token: of readiness and /metrics. public_url: as clients
    reach the service, where identity providers send them back to. private_identity_providers: whether these
    may stand in the own network and speak plain http. Sizes in bytes.
    """

    store: ServiceStorePort
    gate: Gate
    reading: ReadSide
    files: EncryptedFiles
    sealing: Sealing
    passwords: Passwords
    instructions: InstructionsPort | None = None
    now: Callable[[], datetime] = _utc_now
    command_life: timedelta = timedelta(days=7)
    most_json_bytes: int = 2 * _MIB
    most_upload_bytes: int = 64 * _MIB
    longest_wait_s: int = 60
    poll_s: float = 0.02
    cors_origins: tuple[str, ...] = ()
    webhooks_private: bool = False
    limits: Limits | None = None
    metrics: CollectorRegistry | None = None
    metrics_token: str | None = field(default=None, repr=False)
    public_url: str = "http://127.0.0.1:8080"
    private_identity_providers: bool = False
