"""How a use case seals what the store keeps but must not show."""

from __future__ import annotations

from typing import Protocol


class Sealing(Protocol):
    """Seals under the service's key; counterfoil.chain.service_key.ServiceKey is one.

    purpose: a kind, a colon and what it belongs to, such as 'webhook:whk_...'; a sealed text opens for the
    same purpose only.
    """

    def seal(self, plaintext: bytes, purpose: str) -> str: ...
    def unseal(self, sealed: str, purpose: str) -> bytes: ...
