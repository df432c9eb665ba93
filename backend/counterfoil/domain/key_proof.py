"""What a new key of a party says with its signature."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyProof:
    """That `added` is to be a key of the party.

    removed: the key whose place it takes, None where it comes beside the others. Both checksummed addresses.
    deadline_s: last second since 1970 UTC in which the change can be made.
    """

    party_id: int
    added: str
    removed: str | None
    deadline_s: int
