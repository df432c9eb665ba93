"""Secrets that the service gives out once and keeps only the hash of."""

from __future__ import annotations

import hashlib
import secrets

SESSION = "cfs_"
TOKEN = "cft_"  # noqa: S105 - a prefix, not a secret
RESET = "cfr_"

_RANDOM_BYTES = 32


def new_secret(prefix: str) -> str:
    """256 random bits behind a prefix that says what it opens, so that scanners find it where it leaked."""
    return prefix + secrets.token_urlsafe(_RANDOM_BYTES)


def secret_hash(secret: str) -> str:
    """SHA-256 as hexadecimal text. What is drawn from 256 bits needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
