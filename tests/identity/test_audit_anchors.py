"""The audit log in the store, and its head on a real chain."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, text

from counterfoil.domain.audit_chain import GENESIS_HASH, AuditHead
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.identity import AnchoredHead
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.identity.anchoring import AuditAnchoring
from counterfoil.usecases.identity.audit_log import (
    anchor_audit_head,
    chain_anchors,
    known_anchors,
    verify_audit_log,
)
from database_support import Database
from identity.identity_support import NOON, at_once


def tell(store: Store, action: str = "tested", **detail: object) -> None:
    with store.concurrent() as work:
        work.audit.append(
            at=NOON,
            org_id="org",
            user_id="usr",
            action=action,
            subject="s",
            correlation_id="c",
            detail=detail,
        )


def verified(store: Store, anchors: dict[int, str] | None = None) -> int:
    with store.read() as work:
        return verify_audit_log(work, anchors=anchors or {}).head.sequence


class Ledger:
    """The contract Anchors as its interface says: a sequence grows, and nothing is taken back."""

    def __init__(self) -> None:
        self.heads: list[AnchoredHead] = []
        self.crash: str | None = None

    def last_anchor(self) -> AnchoredHead | None:
        return self.heads[-1] if self.heads else None

    def all_anchors(self) -> tuple[AnchoredHead, ...]:
        return tuple(self.heads)

    def anchor(self, head: AuditHead) -> AnchoredHead:
        if self.crash == "before":
            raise ConnectionError
        assert not self.heads or head.sequence > self.heads[-1].sequence, "AnchorNotNewer"
        number = len(self.heads)
        self.heads.append(
            AnchoredHead(
                sequence=head.sequence,
                head_hash=head.entry_hash,
                tx_hash=f"0x{number}",
                block_number=number,
            )
        )
        if self.crash == "after":
            raise ConnectionError
        return self.heads[-1]


def test_an_empty_log_verifies(store: Store) -> None:
    with store.read() as work:
        assert verify_audit_log(work, anchors={}).head == AuditHead(sequence=0, entry_hash=GENESIS_HASH)


def test_what_was_told_reads_back_as_it_was_hashed(store: Store) -> None:
    tell(store, name="Ünïcödé 🔏 \u2028", number=2**60, nothing=None, deep={"b": [1, {"a": 2}]})
    assert verified(store) == 1
    with store.read() as work:
        (kept,) = work.audit.entries()
    assert json.loads(kept.entry.detail_json)["deep"] == {"b": [1, {"a": 2}]}


def test_entries_of_many_at_once_follow_each_other(store: Store) -> None:
    def act() -> None:
        for _ in range(5):
            tell(store)

    assert at_once(*[act] * 6) == [None] * 6
    assert verified(store) == 30


def test_nothing_is_told_of_what_was_not_kept(store: Store) -> None:
    def tell_and_fail() -> None:
        with store.concurrent() as work:
            work.audit.append(
                at=NOON, org_id=None, user_id=None, action="a", subject="s", correlation_id="", detail={}
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()
    assert verified(store) == 0
    tell(store)
    assert verified(store) == 1


def test_a_long_log_verifies_page_by_page(store: Store) -> None:
    with store.concurrent() as work:
        for number in range(1100):
            work.audit.append(
                at=NOON,
                org_id="a" if number % 2 else "b",
                user_id=None,
                action="a",
                subject="s",
                correlation_id="",
                detail={},
            )
    assert verified(store) == 1100
    with store.read() as work:
        ours = work.audit.entries(after=10, limit=5, org_id="a")
    assert [kept.entry.sequence for kept in ours] == [12, 14, 16, 18, 20]


TAMPERING = {
    "at": "update audit_log set at = :at where sequence = 2",
    "org_id": "update audit_log set org_id = 'other' where sequence = 2",
    "org_id gone": "update audit_log set org_id = null where sequence = 2",
    "user_id": "update audit_log set user_id = 'other' where sequence = 2",
    "action": "update audit_log set action = 'other' where sequence = 2",
    "subject": "update audit_log set subject = 'other' where sequence = 2",
    "correlation_id": "update audit_log set correlation_id = 'other' where sequence = 2",
    "detail_json": "update audit_log set detail_json = '{}' where sequence = 2",
    "previous_hash": f"update audit_log set previous_hash = '{'f' * 64}' where sequence = 2",
    "entry_hash": f"update audit_log set entry_hash = '{'f' * 64}' where sequence = 2",
    "removed": "delete from audit_log where sequence = 2",
    "moved": "update audit_log set sequence = 9 where sequence = 2",
}


@pytest.mark.parametrize("how", TAMPERING)
def test_whoever_writes_past_the_service_is_found(database: Database, how: str) -> None:
    store = database.open()
    for number in range(3):
        tell(store, number=number)
    engine: Engine = database.engine()
    with engine.begin() as connection:
        changed = connection.execute(
            text(TAMPERING[how]), {"at": "2020-01-01 00:00:00"} if ":at" in TAMPERING[how] else {}
        )
        assert changed.rowcount == 1
    engine.dispose()
    with pytest.raises(CounterfoilError) as refused:
        verified(store)
    assert (refused.value.code, refused.value.facts["sequence"]) == ("AuditLogBroken", 2)
    store.close()


def test_a_head_is_anchored_when_there_is_a_new_one(store: Store) -> None:
    ledger = Ledger()
    assert anchor_audit_head(store, ledger) is None
    tell(store)
    tell(store)
    assert anchor_audit_head(store, ledger) == AuditHead(sequence=2, entry_hash=ledger.heads[0].head_hash)
    assert anchor_audit_head(store, ledger) is None
    tell(store)
    anchor_audit_head(store, ledger)
    assert [head.sequence for head in ledger.heads] == [2, 3]
    with store.read() as work:
        assert known_anchors(work) == chain_anchors(ledger)
        found = verify_audit_log(work, anchors=chain_anchors(ledger))
        noted = work.audit.anchors()
    assert (found.anchors, found.anchored_up_to) == (2, 3)
    assert [(each.tx_hash, each.block_number) for each in noted] == [("0x0", 0), ("0x1", 1)]


@pytest.mark.parametrize("crash", ["before", "after"])
@pytest.mark.parametrize("more", [False, True])
def test_a_crash_around_the_sending_anchors_once(store: Store, crash: str, more: bool) -> None:
    ledger = Ledger()
    tell(store)
    ledger.crash = crash
    with pytest.raises(ConnectionError):
        anchor_audit_head(store, ledger)
    ledger.crash = None
    if more:
        tell(store)
    anchor_audit_head(store, ledger)
    sequences = [head.sequence for head in ledger.heads]
    assert sequences == {(False, "before"): [1], (False, "after"): [1], (True, "before"): [2]}.get(
        (more, crash), [1, 2]
    )
    with store.read() as work:
        assert known_anchors(work) == chain_anchors(ledger)


def test_a_log_cut_off_or_written_anew_is_found_by_the_chain(database: Database) -> None:
    store, ledger = database.open(), Ledger()
    for _ in range(3):
        tell(store)
    anchor_audit_head(store, ledger)
    engine = database.engine()
    with engine.begin() as connection:
        connection.execute(text("delete from audit_anchors"))
        connection.execute(text("delete from audit_log where sequence >= 2"))
    engine.dispose()
    assert verified(store) == 1, "by itself the log looks whole"
    with pytest.raises(CounterfoilError) as refused:
        verified(store, chain_anchors(ledger))
    assert (refused.value.code, refused.value.facts["sequence"]) == ("AuditLogBroken", 3)
    for _ in range(3):
        tell(store, "forged")
    with pytest.raises(CounterfoilError) as refused:
        verified(store, chain_anchors(ledger))
    assert refused.value.facts["sequence"] == 3
    with pytest.raises(CounterfoilError) as refused:
        anchor_audit_head(store, ledger)
    assert refused.value.code == "AuditAnchorForeign"
    store.close()


def test_anchoring_takes_its_turn_when_it_is_time(store: Store) -> None:
    now = [0.0]
    ledger = Ledger()
    loop = AuditAnchoring(store, ledger, every_s=600, clock=lambda: now[0])
    tell(store)
    assert loop.turn() is False
    tell(store)
    now[0] = 599.0
    loop.turn()
    assert [head.sequence for head in ledger.heads] == [1]
    now[0] = 600.0
    loop.turn()
    assert [head.sequence for head in ledger.heads] == [1, 2]


def test_a_turn_that_failed_is_taken_again_at_once(store: Store) -> None:
    ledger = Ledger()
    loop = AuditAnchoring(store, ledger, every_s=600, clock=lambda: 0.0)
    tell(store)
    ledger.crash = "before"
    with pytest.raises(ConnectionError):
        loop.turn()
    ledger.crash = None
    loop.turn()
    assert [head.sequence for head in ledger.heads] == [1]
