"""What one validator is doing now."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorState:
    """A validator as it answers at one moment; None where it did not answer."""

    index: int
    name: str
    address: str
    endpoint: str
    pid: int | None
    height: int | None = None
    block_hash: str | None = None
    peers: int | None = None
    syncing: bool | None = None
    validates: bool | None = None
    memory_mb: int | None = None
    group: int | None = None

    @property
    def running(self) -> bool:
        """Whether its process is alive."""
        return self.pid is not None

    @property
    def answers(self) -> bool:
        """Whether it answered the last question for its height."""
        return self.height is not None

    def as_json(self) -> dict[str, Any]:
        """The state as `status --json` prints it."""
        return {"running": self.running, **asdict(self)}
