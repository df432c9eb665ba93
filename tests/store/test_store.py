"""The store keeps what it was given, whole or not at all, and refuses what contradicts it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.exc import IntegrityError, StatementError

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import Invoice
from counterfoil.ingest.reader import read_invoice
from counterfoil.ports.chain_log import Checkpoint, IndexedEvent
from counterfoil.ports.engine import BlockHead, EventRecord
from counterfoil.ports.store import (
    DocumentKind,
    DocumentRecord,
    InvoiceRecord,
    InvoiceState,
    PartyRecord,
    RuleTraceRecord,
)
from counterfoil.store.failures import StoreError
from counterfoil.store.json_forms import args_from_json, args_to_json, invoice_from_json, invoice_to_json
from counterfoil.store.schema import metadata
from counterfoil.store.unit_of_work import Store, open_sqlite
from database_support import Database
from ledger_support import INVOICE, cii, sha256

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def party(key: str, *, party_id: int | None = None) -> PartyRecord:
    return PartyRecord(
        party_key=key,
        name=f"{key} 有限公司",
        country="DE",
        roles=3,
        onboarding_hash=key.encode().ljust(32, b"\0"),
        key_name=f"party-{key}",
        party_id=party_id,
    )


def read(content: bytes) -> Invoice:
    found = read_invoice(content).invoice
    assert found is not None
    return found


def invoice_record(content: bytes, *, state: InvoiceState = InvoiceState.RECORDED) -> InvoiceRecord:
    return InvoiceRecord(
        content_sha256=sha256(content),
        fingerprint=b"\x07" * 32,
        seller_key="a",
        buyer_key="b",
        file_name="one.xml",
        state=state,
        recorded_at=NOW,
        invoice=read(content),
    )


def block_hash(number: int) -> str:
    return f"0x{number:064x}"


def blocks(first: int, last: int) -> tuple[BlockHead, ...]:
    return tuple(
        BlockHead(
            number=number,
            block_hash=block_hash(number),
            parent_hash=block_hash(number - 1) if number else "0x00",
            time_s=1_700_000_000 + number,
        )
        for number in range(first, last + 1)
    )


def indexed(*events: EventRecord) -> tuple[IndexedEvent, ...]:
    return tuple(IndexedEvent(event, (), frozenset()) for event in events)


def chain_event(block: int, index: int, name: str = "LotAccepted", **args: object) -> EventRecord:
    return EventRecord(
        block_number=block,
        block_hash=block_hash(block),
        block_time_s=1_700_000_000 + block,
        tx_hash=f"0x{block:063x}f",
        tx_index=0,
        log_index=index,
        contract="Ledger",
        address="0x" + "11" * 20,
        event=name,
        args=MappingProxyType(args or {"lot": 2**100}),
    )


def test_parties_are_found_by_every_identifier_of_theirs(store: Store) -> None:
    with store.begin() as work:
        work.parties.add(party("a", party_id=1))
        work.parties.add_identifiers("a", ["vat:DE1", "registration:0002:HRB 4_%", "vat:DE1"])
        work.parties.add(party("b"))
        work.parties.add_identifiers("b", ["vat:DE2"])

    with store.begin() as work:
        assert work.parties.keys_of_identifiers(["vat:DE1", "vat:DE2", "vat:DE3"]) == {
            "vat:DE1": "a",
            "vat:DE2": "b",
        }
        assert work.parties.identifiers_of("a") == ("registration:0002:HRB 4_%", "vat:DE1")
        assert [found.party_key for found in work.parties.by_identifier_value("HRB 4_%")] == ["a"]
        assert work.parties.by_identifier_value("HRB 41%") == ()
        assert work.parties.by_identifier_value("%") == ()
        assert work.parties.by_id(1) == party("a", party_id=1)
        assert [found.party_key for found in work.parties.all()] == ["a", "b"]


def test_an_identifier_leads_to_one_party(store: Store) -> None:
    with store.begin() as work:
        work.parties.add(party("a"))
        work.parties.add(party("b"))
        work.parties.add_identifiers("a", ["vat:DE1"])

    with pytest.raises(DomainError) as refused, store.begin() as work:
        work.parties.add_identifiers("b", ["vat:DE2", "vat:DE1"])

    assert refused.value.code == "IdentifierTaken"
    with store.begin() as work:
        assert work.parties.identifiers_of("b") == ()


def test_a_document_comes_back_as_it_was_read(store: Store) -> None:
    record = invoice_record(INVOICE)
    with store.begin() as work:
        work.parties.add(party("a"))
        work.parties.add(party("b"))
        work.invoices.add(record)

    with store.begin() as work:
        assert work.invoices.by_content(record.content_sha256) == record
        assert work.invoices.by_number("RE-2026-0042") == (record,)
        assert work.invoices.by_fingerprint(record.fingerprint) == (record,)
        assert work.invoices.all() == (record,)
        assert work.invoices.by_content("0" * 64) is None


def test_one_document_stands_for_an_invoice_and_others_are_duplicates(store: Store) -> None:
    again = cii("re-2026-42", "1000.00")
    with store.begin() as work:
        work.parties.add(party("a"))
        work.parties.add(party("b"))
        work.invoices.add(invoice_record(INVOICE))

    with pytest.raises(StoreError) as refused, store.begin() as work:
        work.invoices.add(invoice_record(again))
    assert refused.value.code == "StoreContradiction"

    with store.begin() as work:
        work.invoices.add(invoice_record(again, state=InvoiceState.DUPLICATE))
    with store.begin() as work:
        states = [found.state for found in work.invoices.by_fingerprint(b"\x07" * 32)]
    assert states == [InvoiceState.RECORDED, InvoiceState.DUPLICATE]


def test_a_document_of_unknown_parties_is_refused_whole(store: Store) -> None:
    def keep_with_unknown_buyer() -> None:
        with store.begin() as work:
            work.parties.add(party("a"))
            work.invoices.add(invoice_record(INVOICE))

    with pytest.raises(StoreError) as refused:
        keep_with_unknown_buyer()

    assert refused.value.code == "StoreContradiction"
    with store.begin() as work:
        assert work.parties.all() == ()


def test_wordings_and_traces_are_kept(store: Store) -> None:
    document = DocumentRecord(
        document_hash=b"\x01" * 32, kind=DocumentKind.BACKGROUND, salt=b"\x02" * 16, body_json='{"a":1}'
    )
    trace = RuleTraceRecord(
        operation="propose_note", subject="note 1", decided_at=NOW, passed=True, trace_json="[]"
    )
    with store.begin() as work:
        work.documents.add(document)
        work.documents.add(document)
        work.rule_traces.add(trace)

    with store.begin() as work:
        assert work.documents.by_hash(document.document_hash) == document
        assert work.documents.by_hash(b"\x03" * 32) is None
        assert work.rule_traces.of_subject("note 1") == (trace,)


def test_events_keep_their_order_types_and_checkpoint(store: Store) -> None:
    nested = chain_event(
        2,
        0,
        "LotSplit",
        lot=2**120 + 1,
        words=(2**255, 1),
        background=b"\x00\xff",
        terms=MappingProxyType({"hash": b"\x01", "rates": (1, 2)}),
        given=True,
    )
    events = (chain_event(1, 0), chain_event(1, 1), nested)
    with store.begin() as work:
        assert work.chain_log.checkpoint() == Checkpoint()
        work.chain_log.append(blocks(0, 5), indexed(*events))

    with store.begin() as work:
        assert tuple(work.chain_log.read()) == events
        assert tuple(work.chain_log.read(after_block=1)) == (nested,)
        assert work.chain_log.checkpoint() == Checkpoint(
            block_number=5, block_hash=block_hash(5), block_time_s=1_700_000_005
        )
        assert work.chain_log.count() == 3


def test_a_registration_on_the_chain_gives_its_party_the_number(store: Store) -> None:
    with store.begin() as work:
        work.parties.add(party("a"))
        registered = chain_event(
            1, 0, "PartyRegistered", party=7, roles=1, onboarding_hash=b"a".ljust(32, b"\0")
        )
        work.chain_log.append(blocks(0, 1), indexed(registered))

    with store.begin() as work:
        found = work.parties.by_key("a")
    assert found is not None
    assert found.party_id == 7


@pytest.mark.parametrize(
    ("first", "last", "again"),
    [
        (1, 2, chain_event(1, 0)),
        (2, 2, chain_event(3, 0)),
        (2, 2, chain_event(1, 0)),
        (3, 3, chain_event(3, 0)),
        (0, 1, chain_event(1, 0)),
    ],
    ids=["a block that is here", "an event beyond", "an event before", "a gap", "back to the start"],
)
def test_the_log_only_grows(store: Store, first: int, last: int, again: EventRecord) -> None:
    with store.begin() as work:
        work.chain_log.append(blocks(0, 1), indexed(chain_event(1, 0)))

    with pytest.raises(DomainError) as refused, store.begin() as work:
        work.chain_log.append(blocks(first, last), indexed(again))

    assert refused.value.code == "ChainLogOutOfOrder"
    with store.begin() as work:
        assert (work.chain_log.count(), work.chain_log.checkpoint().block_number) == (1, 1)


def test_a_block_of_another_branch_is_refused(store: Store) -> None:
    with store.begin() as work:
        work.chain_log.append(blocks(0, 1), ())

    with pytest.raises(DomainError) as refused, store.begin() as work:
        work.chain_log.append((replace(blocks(2, 2)[0], parent_hash="0xother"),), ())

    assert refused.value.code == "ChainLogOutOfOrder"


def test_an_exception_drops_the_whole_unit_of_work(store: Store) -> None:
    def stop_halfway() -> None:
        with store.begin() as work:
            work.parties.add(party("a"))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_halfway()

    with store.begin() as work:
        assert work.parties.all() == ()


def test_times_are_utc_and_naive_ones_refused(store: Store) -> None:
    east = datetime(2026, 9, 1, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    trace = RuleTraceRecord(operation="x", subject="s", decided_at=east, passed=False, trace_json="[]")
    with store.begin() as work:
        work.rule_traces.add(trace)
    with store.begin() as work:
        found = work.rule_traces.of_subject("s")[0].decided_at
    assert (found, found.tzinfo) == (NOW, UTC)

    naive = RuleTraceRecord(
        operation="x",
        subject="s",
        decided_at=datetime(2026, 9, 1),  # noqa: DTZ001 - the point of the test
        passed=False,
        trace_json="[]",
    )
    with pytest.raises(StatementError, match="without a zone"), store.begin() as work:
        work.rule_traces.add(naive)


def test_the_database_itself_refuses_impossible_rows(store: Store, database: Database) -> None:
    engine = database.engine()
    rows = {
        "parties": {"party_key": "a", "name": "n", "roles": -1, "onboarding_hash": "h", "key_name": "k"},
        "party_identifiers": {"identifier": "vat:1", "party_key": "nobody"},
        "note_invoices": {
            "note_id": 1,
            "position": 0,
            "fingerprint": "f",
            "payable_minor": 1,
            "amount_minor": 0,
        },
        "chain_checkpoint": {"only_row": 2, "block_number": 1},
    }
    for table, row in rows.items():
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(insert(metadata.tables[table]).values(row))
    engine.dispose()


@pytest.mark.parametrize("setting", ["journal_mode", "synchronous", "foreign_keys"])
def test_writes_survive_a_power_cut_by_setting(tmp_path: Path, setting: str) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    store = open_sqlite(tmp_path / "store.sqlite")
    with store._engine.begin() as connection:
        assert connection.execute(text(f"PRAGMA {setting}")).scalar() == wanted[setting]
    store.close()


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"not a database at all" * 100)

    with pytest.raises(StoreError) as refused:
        open_sqlite(tmp_path / "store.sqlite")
    assert refused.value.code == "StoreUnusable"


def test_a_locked_store_is_said(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = open_sqlite(path)
    event.listen(
        store._engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 10")
    )
    store._engine.dispose()
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError) as refused, store.begin():
        pass
    blocker.close()
    store.close()
    assert refused.value.code == "StoreFailed"


def test_json_forms_lose_nothing() -> None:
    invoice = read(INVOICE)
    assert invoice_from_json(invoice_to_json(invoice)) == invoice
    args = {"z": (b"", b"\x01"), "a": MappingProxyType({"inner": ((1,),)}), "text": "账单", "big": 2**256 - 1}
    assert dict(args_from_json(args_to_json(args))) == args
    assert list(args_from_json(args_to_json(args))) == list(args)
