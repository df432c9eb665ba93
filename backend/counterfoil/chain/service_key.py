"""Seals what the store keeps but must not show: webhook secrets, client secrets, keys kept for parties."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from counterfoil.domain.errors import CounterfoilError, declare

SEAL_BROKEN = declare(
    "SealBroken",
    "a sealed secret for {purpose} cannot be opened with this installation's service key",
    "Restore the store and the folder of keys from the same backup.",
)

_FORM = "v1."
_NONCE_BYTES = 12
_TAG_BYTES = 16


class ServiceKey:
    """AES-256-GCM under one key, with the purpose as associated text."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "ServiceKey()"

    def seal(self, plaintext: bytes, purpose: str) -> str:
        """Text for a column named *_sealed. purpose: table, column and row, so that it opens only there."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, plaintext, _associated(purpose))
        return _FORM + urlsafe_b64encode(sealed).decode("ascii")

    def unseal(self, sealed: str, purpose: str) -> bytes:
        """What `seal` was given. Raises CounterfoilError SealBroken for any other text, key or purpose."""
        try:
            if not sealed.startswith(_FORM):
                raise ValueError("another form")
            content = urlsafe_b64decode(sealed.removeprefix(_FORM).encode("ascii"))
            if len(content) < _NONCE_BYTES + _TAG_BYTES:
                raise ValueError("too short")
            return self._cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], _associated(purpose))
        except (InvalidTag, ValueError):
            # `from None`: nothing of the sealed text belongs into a log.
            raise CounterfoilError(SEAL_BROKEN, purpose=purpose.partition(":")[0]) from None


def _associated(purpose: str) -> bytes:
    return f"counterfoil/sealed/v1/{purpose}".encode()
