"""The audit log's chain: every change of every field is found, wherever it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from counterfoil.domain.audit_chain import (
    EMPTY,
    AuditEntry,
    AuditHead,
    ChainedEntry,
    canonical_json,
    chain,
    hash_of,
    verify,
)
from counterfoil.domain.errors import DomainError

AT = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def entry(sequence: int, **changed: Any) -> AuditEntry:
    values: dict[str, Any] = {
        "sequence": sequence,
        "at": AT + timedelta(seconds=sequence),
        "org_id": "org_a",
        "user_id": "usr_a",
        "action": "user.created",
        "subject": "user:usr_b",
        "correlation_id": "c-1",
        "detail_json": canonical_json({"login": "erika", "roles": ["maker"]}),
    }
    return AuditEntry(**{**values, **changed})


def log(length: int) -> list[ChainedEntry]:
    head, kept = EMPTY, []
    for sequence in range(1, length + 1):
        chained = chain(entry(sequence), head)
        head = AuditHead(sequence=sequence, entry_hash=chained.entry_hash)
        kept.append(chained)
    return kept


def broken_at(entries: list[ChainedEntry], **how: Any) -> int:
    with pytest.raises(DomainError) as refused:
        verify(entries, **how)
    assert refused.value.code == "AuditLogBroken"
    return int(str(refused.value.facts["sequence"]))


def test_a_log_as_it_was_written_verifies() -> None:
    entries = log(5)
    assert verify(entries) == AuditHead(sequence=5, entry_hash=entries[-1].entry_hash)
    assert verify([]) == EMPTY


def test_the_hash_is_what_the_documentation_says() -> None:
    """Whoever checks an export writes this anew: a JSON list, ASCII, no spaces."""
    first = log(1)[0]
    fields = [
        "counterfoil/audit-log/v1",
        1,
        "2026-11-22T12:00:01.123456+00:00",
        "org_a",
        "usr_a",
        "user.created",
        "user:usr_b",
        "c-1",
        '{"login":"erika","roles":["maker"]}',
        "0" * 64,
    ]
    assert first.entry_hash == hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode()).hexdigest()


def test_a_log_verifies_from_a_known_head_on() -> None:
    entries = log(5)
    start = AuditHead(sequence=2, entry_hash=entries[1].entry_hash)
    assert verify(entries[2:], start=start).sequence == 5


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize(
    "changed",
    [
        {"at": AT},
        {"at": AT + timedelta(microseconds=1)},
        {"org_id": "org_b"},
        {"org_id": None},
        {"org_id": ""},
        {"user_id": "usr_b"},
        {"user_id": None},
        {"action": "user.disabled"},
        {"subject": "user:usr_c"},
        {"correlation_id": "c-2"},
        {"correlation_id": ""},
        {"detail_json": "{}"},
        {"detail_json": canonical_json({"login": "erika", "roles": ["admin"]})},
    ],
)
def test_a_changed_field_is_found(place: int, changed: dict[str, Any]) -> None:
    entries = log(5)
    entries[place] = replace(entries[place], entry=replace(entries[place].entry, **changed))
    assert broken_at(entries) == place + 1


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("column", ["previous_hash", "entry_hash"])
def test_a_changed_hash_is_found(place: int, column: str) -> None:
    entries = log(5)
    entries[place] = replace(entries[place], **{column: "f" * 64})
    assert broken_at(entries) == place + 1


def test_an_entry_written_anew_with_its_hash_is_found_at_the_next_one() -> None:
    entries = log(5)
    forged = replace(entries[2].entry, user_id="usr_evil")
    entries[2] = replace(entries[2], entry=forged, entry_hash=hash_of(forged, entries[2].previous_hash))
    assert broken_at(entries) == 4


@pytest.mark.parametrize("place", [0, 2])
def test_a_removed_entry_is_found(place: int) -> None:
    entries = log(5)
    del entries[place]
    assert broken_at(entries) == place + 1


def test_swapped_and_doubled_entries_are_found() -> None:
    entries = log(5)
    entries[1], entries[2] = entries[2], entries[1]
    assert broken_at(entries) == 2
    entries = log(5)
    entries.insert(2, entries[1])
    assert broken_at(entries) == 3


def test_entries_missing_at_the_end_are_found_by_an_anchor_only() -> None:
    entries = log(5)
    anchors = {4: entries[3].entry_hash}
    assert verify(entries[:3]).sequence == 3
    assert broken_at(entries[:3], anchors=anchors) == 4
    assert verify(entries, anchors=anchors).sequence == 5


def test_a_log_written_anew_from_some_entry_on_is_found_by_an_anchor() -> None:
    entries = log(5)
    anchors = {2: entries[1].entry_hash, 5: entries[4].entry_hash}
    head = AuditHead(sequence=2, entry_hash=entries[1].entry_hash)
    for place in (2, 3, 4):
        entries[place] = chain(entry(place + 1, user_id="usr_evil"), head)
        head = AuditHead(sequence=place + 1, entry_hash=entries[place].entry_hash)
    assert verify(entries).sequence == 5
    assert broken_at(entries, anchors=anchors) == 5


def test_equal_times_in_other_zones_have_one_hash() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    assert hash_of(entry(1, at=AT), "0" * 64) == hash_of(entry(1, at=elsewhere), "0" * 64)


def test_no_two_ways_to_divide_the_fields_have_one_hash() -> None:
    one = entry(1, action="a", subject='b","c')
    other = entry(1, action='a","b', subject="c")
    assert hash_of(one, "0" * 64) != hash_of(other, "0" * 64)


def test_an_entry_follows_its_head() -> None:
    with pytest.raises(ValueError, match="does not follow"):
        chain(entry(3), EMPTY)
