"""The audit log's chain: each entry's hash covers its fields and the hash of the entry before it.

Whoever changes, removes or inserts an entry would have to write all later ones again; an anchored head, kept
where nobody can change it, shows even that. What the chain alone cannot show is that entries are missing at
its end: only the anchors do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.errors import DomainError, declare

AUDIT_LOG_BROKEN = declare(
    "AuditLogBroken",
    "entry {sequence} of the audit log is not as it was written: {reason}",
    "Keep the database as it is, compare it with the backups, and find out who wrote to it.",
)

GENESIS_HASH = "0" * 64
_DOMAIN = "counterfoil/audit-log/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that somebody did. sequence: counts from 1 without gaps. org_id, user_id: who did it; empty
    where nobody was logged in. subject: what it was done to. detail_json: canonical JSON without secrets.
    """

    sequence: int
    at: datetime
    org_id: str | None
    user_id: str | None
    action: str
    subject: str
    correlation_id: str
    detail_json: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedEntry:
    """An entry as it is kept: with the hash before it and its own, 64 hexadecimal digits each."""

    entry: AuditEntry
    previous_hash: str
    entry_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """How far the log reaches. sequence 0 with the genesis hash: nothing is in it."""

    sequence: int
    entry_hash: str


EMPTY = AuditHead(sequence=0, entry_hash=GENESIS_HASH)


def canonical_json(detail: Mapping[str, object]) -> str:
    """One spelling for equal facts: keys sorted, no spaces, characters as they are."""
    return json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_of(entry: AuditEntry, previous_hash: str) -> str:
    """SHA-256 over the entry's fields and the hash before it, in the one order and spelling."""
    fields = [
        _DOMAIN,
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.org_id,
        entry.user_id,
        entry.action,
        entry.subject,
        entry.correlation_id,
        entry.detail_json,
        previous_hash,
    ]
    # A JSON list says where each field ends, so that no two entries have the same bytes.
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def chain(entry: AuditEntry, head: AuditHead) -> ChainedEntry:
    """The entry as the next one after `head`; its sequence must be the next."""
    if entry.sequence != head.sequence + 1:
        raise ValueError(f"entry {entry.sequence} does not follow {head.sequence}")
    return ChainedEntry(
        entry=entry, previous_hash=head.entry_hash, entry_hash=hash_of(entry, head.entry_hash)
    )


def verify(
    entries: Iterable[ChainedEntry],
    *,
    start: AuditHead = EMPTY,
    anchors: Mapping[int, str] | None = None,
) -> AuditHead:
    """Follow the log from `start` and return its head.

    anchors: hash by sequence, as they stand where nobody can change them; one beyond the log's end says that
    entries are missing. Raises DomainError AuditLogBroken for the first entry that does not fit.
    """
    head = start
    fixed = dict(anchors or {})
    for kept in entries:
        expected = head.sequence + 1
        if kept.entry.sequence != expected:
            raise _broken(expected, f"the log goes on with entry {kept.entry.sequence}")
        if kept.previous_hash != head.entry_hash:
            raise _broken(expected, "it does not continue the entry before it")
        if kept.entry_hash != hash_of(kept.entry, kept.previous_hash):
            raise _broken(expected, "its fields do not give its hash")
        anchored = fixed.pop(expected, None)
        if anchored is not None and anchored != kept.entry_hash:
            raise _broken(expected, "another hash is anchored for it")
        head = AuditHead(sequence=expected, entry_hash=kept.entry_hash)
    for sequence in sorted(fixed):
        if sequence > head.sequence:
            raise _broken(sequence, f"it is anchored, but the log ends with entry {head.sequence}")
    return head


def _broken(sequence: int, reason: str) -> DomainError:
    return DomainError(AUDIT_LOG_BROKEN, sequence=sequence, reason=reason)
