"""First answers to requests that may be repeated, as a Protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAnswer:
    """What was answered first. request_hash: of method, path and body; headers_json, body: as sent."""

    request_hash: str
    code: int
    headers_json: str
    body: str
    command_id: str | None = None


class Idempotency(Protocol):
    """Keys that an organisation has used, with the first answers; they are kept for ever."""

    def find(self, *, org_id: str, key: str) -> FirstAnswer | None: ...
    def keep(self, *, org_id: str, key: str, answer: FirstAnswer, at: datetime) -> bool:
        """False, and nothing is kept, where the key is used already.

        Waits for a unit of work that uses the same key at the same time.
        """
        ...

    def keep_all(
        self, answers: Sequence[tuple[str, str, FirstAnswer, datetime]]
    ) -> frozenset[tuple[str, str]]:
        """As `keep` for several (organisation, key, answer, time); which of them were kept."""
        ...

    def complete(self, *, org_id: str, key: str, answer: FirstAnswer) -> None:
        """The answer in place of the one that `keep` was called with in this unit of work."""
        ...
