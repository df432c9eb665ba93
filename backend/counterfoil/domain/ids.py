"""Identifiers of what the service itself keeps: a prefix, then 26 characters that sort by time."""

from __future__ import annotations

import hashlib
import re
import secrets

# Crockford's base 32: no letter that is mistaken for a digit.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_RANDOM_BITS = 80
_DIGIT_BITS = 5

COMMAND = "cmd"
USER = "usr"
ORGANISATION = "org"
TOKEN = "tok"  # noqa: S105 - a prefix, not a secret
ENDPOINT = "whk"
ENCRYPTION_KEY = "enc"

_SHAPE = re.compile(rf"[a-z]{{3}}_[{_ALPHABET}]{{{_LENGTH}}}")


def new_id(prefix: str, *, at_ms: int, made_of: bytes | None = None) -> str:
    """A fresh identifier. at_ms: milliseconds since 1970, of which 48 bits are kept.

    made_of: what all but the time follows from; None leaves it to chance.
    """
    if made_of is None:
        rest = secrets.randbits(_RANDOM_BITS)
    else:
        rest = int.from_bytes(hashlib.sha256(made_of).digest()[: _RANDOM_BITS // 8])
    number = (at_ms & (2**48 - 1)) << _RANDOM_BITS | rest
    characters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        characters.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(characters))}"


def undated(identifier: str) -> str:
    """An identifier without its kind and time: equal where it is made of the same."""
    return identifier[-_RANDOM_BITS // _DIGIT_BITS :]


def is_id(text: str, prefix: str) -> bool:
    """Whether the text has the form of an identifier of this kind."""
    return text.startswith(f"{prefix}_") and _SHAPE.fullmatch(text) is not None
