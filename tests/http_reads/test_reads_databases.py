"""What reading and telling ask of the store, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from model_ledger import CORE, FIRST, LENDER, SECOND, lived
from reads_api import AUDITOR, served
from reads_world import World, party_key

from counterfoil.domain.access import OrganisationKind
from counterfoil.domain.invoices.invoice import Invoice
from counterfoil.ingest.reader import read_invoice
from counterfoil.ports.identity import OrganisationRecord, OrganisationState
from counterfoil.ports.store import InvoiceRecord, InvoiceState
from counterfoil.ports.webhooks import Attempt, DeliveryRecord, DeliveryState, EndpointRecord, EndpointState
from counterfoil.store.unit_of_work import Store
from database_support import Database, fresh_postgresql
from ledger_support import ubl

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, of one kind and then of the other."""
    if request.param == "sqlite":
        store = Database(is_sqlite=True, address=str(tmp_path / "store.sqlite")).open()
        yield store
        store.close()
        return
    with fresh_postgresql() as database:
        store = database.open()
        yield store
        store.close()


def test_a_party_reads_its_events_statements_and_notes(both: Store) -> None:
    with served(World(both, lived())) as api:
        for party_id in (CORE, FIRST, SECOND, LENDER, AUDITOR):
            whole = api.read("/events?limit=500", party_id)["items"]
            assert whole
            after = whole[2]["position"]
            assert api.read(f"/events?after={after}&limit=500", party_id)["items"] == whole[3:]
        assert len(api.items("/notes", CORE)) == 5
        period = "?from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z"
        closing = api.read(f"/cash/statement{period}", FIRST)["closing"]
        assert sum(each["amount_minor"] for each in closing) == api.world.state.balance_of(FIRST, 156)
        assert api.read("/assets/lot:3.0.0/priority", LENDER)["places"]


def test_documents_are_paged_in_the_order_of_recording(both: Store) -> None:
    world = World(both, lived())
    with served(world) as api:
        records = []
        for number in range(7):
            invoice = read_invoice(ubl(f"RE-{number}", "1000.00")).invoice
            assert isinstance(invoice, Invoice)
            records.append(
                InvoiceRecord(
                    content_sha256=invoice.content_sha256,
                    fingerprint=bytes([number]) * 32,
                    seller_key=party_key(FIRST if number % 2 else SECOND),
                    buyer_key=party_key(CORE),
                    file_name=f"{number}.xml",
                    state=InvoiceState.RECORDED,
                    # Some share a time: the hash decides between them.
                    recorded_at=NOON + timedelta(seconds=number // 3),
                    invoice=invoice,
                )
            )
        with both.begin() as work:
            for record in records:
                work.invoices.add(record)
        expected = [
            record.content_sha256
            for record in sorted(records, key=lambda each: (each.recorded_at, each.content_sha256))
        ]
        for limit in (1, 2, 3, 50):
            shown = [each["invoice_id"] for each in api.items("/invoices", CORE, limit=limit)]
            assert shown == expected
        sold = [each["number"] for each in api.items("/invoices", FIRST)]
        assert sorted(sold) == ["RE-1", "RE-3", "RE-5"]
        assert [each["number"] for each in api.items("/invoices?number=RE-4", CORE)] == ["RE-4"]
        assert api.items("/invoices", LENDER) == []
        assert len(api.items("/invoices", AUDITOR)) == 7
        mine, others = records[1].content_sha256, records[2].content_sha256
        assert api.read(f"/invoices/{mine}", FIRST)["payable"] == {"amount_minor": 100000, "currency": "EUR"}
        foreign, missing = api.get(f"/invoices/{others}", FIRST), api.get(f"/invoices/{'ab' * 32}", FIRST)
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.json()["detail"].replace(others, "") == missing.json()["detail"].replace("ab" * 32, "")


def endpoint(store: Store) -> str:
    with store.begin() as work:
        work.identity.add_organisation(
            OrganisationRecord(
                org_id="org_" + "0" * 26,
                name="Auditor",
                kind=OrganisationKind.AUDITOR,
                party_key=None,
                state=OrganisationState.ACTIVE,
                created_at=NOON,
            )
        )
        work.webhooks.add_endpoint(
            EndpointRecord(
                endpoint_id="whk_" + "0" * 26,
                org_id="org_" + "0" * 26,
                url="https://erp.example.com/",
                secret_sealed="sealed",
                events=("NoteConfirmed",),
                created_at=NOON,
                cursor="first",
            )
        )
    return "whk_" + "0" * 26


def delivery(number: int, endpoint_id: str) -> DeliveryRecord:
    return DeliveryRecord(
        delivery_id=f"msg_{number:040x}",
        endpoint_id=endpoint_id,
        event="NoteConfirmed",
        body_json="{}",
        next_at=NOON,
        created_at=NOON,
    )


def test_a_message_is_kept_once_and_an_attempt_recorded_once(both: Store) -> None:
    endpoint_id = endpoint(both)
    messages = [delivery(number, endpoint_id) for number in range(3)]
    with both.concurrent() as work:
        assert work.webhooks.enqueue(messages[:2]) == 2
        assert work.webhooks.enqueue(messages) == 1
        assert work.webhooks.move_cursor(endpoint_id, before="first", to="second")
        assert not work.webhooks.move_cursor(endpoint_id, before="first", to="third")
    with both.read() as work:
        due = work.webhooks.due(now=NOON, but_not_of=(), limit=10)
        assert [each.delivery_id for each in due] == [each.delivery_id for each in messages]
        assert work.webhooks.due(now=NOON, but_not_of=[endpoint_id], limit=10) == ()
        assert work.webhooks.due(now=NOON - timedelta(seconds=1), but_not_of=(), limit=10) == ()
        assert [each.endpoint_id for each in work.webhooks.active_endpoints()] == [endpoint_id]
    done = Attempt(delivered=True, at=NOON, code=204, failure=None, next_at=None)
    failed = Attempt(delivered=False, at=NOON, code=500, failure="x" * 900, next_at=NOON + timedelta(hours=1))
    with both.concurrent() as work:
        assert work.webhooks.record(due[0], done)
        assert not work.webhooks.record(due[0], failed)
        assert work.webhooks.record(due[1], failed)
        assert work.webhooks.replay(due[0].delivery_id, now=NOON)
        assert not work.webhooks.record(due[0], done)
    with both.read() as work:
        states = {
            each.delivery_id: each
            for each in work.webhooks.deliveries_of(endpoint_id, state=None, before=None, limit=9)
        }
    assert states[due[0].delivery_id].state is DeliveryState.WAITING
    assert states[due[0].delivery_id].replays == 1
    assert (states[due[1].delivery_id].attempts, len(states[due[1].delivery_id].last_failure or "")) == (
        1,
        300,
    )
    with both.concurrent() as work:
        work.webhooks.set_state(endpoint_id, EndpointState.PAUSED)
    with both.read() as work:
        assert work.webhooks.due(now=NOON, but_not_of=(), limit=10) == ()


def test_one_of_many_moves_the_cursor(both: Store) -> None:
    endpoint_id = endpoint(both)
    barrier, moved = threading.Barrier(4), []

    def move(number: int) -> None:
        barrier.wait()
        with both.concurrent() as work:
            moved.append(work.webhooks.move_cursor(endpoint_id, before="first", to=f"by {number}"))

    threads = [threading.Thread(target=move, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(moved) == [False, False, False, True]
