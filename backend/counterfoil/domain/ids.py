"""Identifiers of what the service itself keeps: a prefix, then 26 characters that sort by time."""

from __future__ import annotations

import re
import secrets

# Crockford's base 32: no letter that is mistaken for a digit.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_RANDOM_BITS = 80

COMMAND = "cmd"
USER = "usr"
ORGANISATION = "org"
TOKEN = "tok"  # noqa: S105 - a prefix, not a secret
ENDPOINT = "whk"
ENCRYPTION_KEY = "enc"

_SHAPE = re.compile(rf"[a-z]{{3}}_[{_ALPHABET}]{{{_LENGTH}}}")


def new_id(prefix: str, *, at_ms: int) -> str:
    """A fresh identifier. at_ms: milliseconds since 1970, of which 48 bits are kept."""
    number = (at_ms & (2**48 - 1)) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    characters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        characters.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(characters))}"


def is_id(text: str, prefix: str) -> bool:
    """Whether the text has the form of an identifier of this kind."""
    return text.startswith(f"{prefix}_") and _SHAPE.fullmatch(text) is not None
