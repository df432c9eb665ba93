"""How a receiver knows that a message is ours: Standard Webhooks headers, HMAC-SHA256 over all of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh signing secret, as it is shown once."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature_of(secret: str, *, message_id: str, at: datetime, body: bytes) -> str:
    """The header webhook-signature. secret: as shown; at: what webhook-timestamp says."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers_of(secret: str, *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Every header of a message. The id is the same each time that it is sent."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature_of(secret, message_id=message_id, at=at, body=body),
        "content-type": "application/json",
        "user-agent": "Counterfoil-Webhooks/1",
    }
