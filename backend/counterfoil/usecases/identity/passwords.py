"""Argon2id with the parameters that OWASP names, and the same work for a login that nobody has."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1
_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordCost:
    """What hashing costs; only tests take less."""

    memory_kib: int = _MEMORY_KIB
    passes: int = _PASSES


class Passwords:
    """Hashes and compares passwords; safe to use from several threads."""

    def __init__(self, cost: PasswordCost = PasswordCost()) -> None:
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=_LANES, type=Type.ID
        )
        # Each takes its memory for tens of milliseconds: many logins at once must not take all there is.
        self._at_once = BoundedSemaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_bytes(32))

    def hash(self, password: str) -> str:
        """A fresh salted hash with its parameters, in the PHC form."""
        with self._at_once:
            return self._hasher.hash(_bytes(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one. None: nobody's hash is compared, which takes the same time."""
        with self._at_once:
            try:
                matches = self._hasher.verify(
                    self._nobodys if password_hash is None else password_hash, _bytes(password)
                )
            except (VerificationError, InvalidHashError):
                return False
        return matches and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(password_hash)


def _bytes(password: str) -> bytes:
    # JSON can carry halves of surrogate pairs, which are not text; a password is compared as it came.
    return password.encode("utf-8", "surrogatepass")
