"""Keyed hashes: what stands on chain for a number that nobody may guess by trying.

Invoices, physical lots and bills of lading are known on chain by such a hash under the consortium's
fingerprint key. Members who hold the key recognise a document; without the key its number cannot be found by
hashing all likely ones.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from counterfoil.domain.errors import DomainError, declare

FINGERPRINT_KEY_LENGTH = declare(
    "FingerprintKeyLength",
    "the fingerprint key has {length} bytes where 32 are required",
    "Create the key with a generator of random bytes and keep it outside the chain.",
)
KEY_BYTES = 32


def keyed_hash(*, key: bytes, domain: bytes, fields: Sequence[str]) -> bytes:
    """32 bytes: HMAC-SHA256 of the fields, each in its canonical spelling.

    key: the consortium's 32 secret bytes. domain: what the hash stands for, so that a lot and a bill with
    the same fields get different hashes; each domain has a fixed number of fields. Raises DomainError
    FingerprintKeyLength.
    """
    if len(key) != KEY_BYTES:
        raise DomainError(FINGERPRINT_KEY_LENGTH, length=len(key))
    message = hashlib.sha256()
    # Lengths in front, so that no two lists of fields give the same bytes.
    for part in (domain, *(field.encode() for field in fields)):
        message.update(len(part).to_bytes(8, "big"))
        message.update(part)
    return hmac.new(key, message.digest(), hashlib.sha256).digest()
