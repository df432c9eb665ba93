"""Anchoring the audit log from time to time, as a loop of the worker takes its turns."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from counterfoil.ports.identity import AnchorLedger, IdentityStore
from counterfoil.usecases.identity.audit_log import anchor_audit_head


class AuditAnchoring:
    """Takes turns. The first anchors at once: after a restart nobody knows how long ago the last one was."""

    def __init__(
        self,
        store: IdentityStore,
        ledger: AnchorLedger,
        *,
        every_s: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """every_s: how much of the log may be missing from the chain, in seconds."""
        self._store = store
        self._ledger = ledger
        self._every_s = every_s
        self._clock = clock
        self._due_at = float("-inf")

    def turn(self) -> bool:
        """Anchor the head if it is time; never asks to be called again at once.

        Raises ChainError where the chain is out of reach, and AuditAnchorForeign; the next turn tries again.
        """
        now = self._clock()
        if now < self._due_at:
            return False
        anchor_audit_head(self._store, self._ledger)
        self._due_at = now + self._every_s
        return False
