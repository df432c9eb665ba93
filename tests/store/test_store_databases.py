"""Both databases hold the same values, sort and compare them alike, and say no in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, event, make_url

from counterfoil.ports.engine import BlockHead
from counterfoil.ports.store import PartyRecord, RuleTraceRecord
from counterfoil.store import engines
from counterfoil.store.failures import StoreError
from counterfoil.store.unit_of_work import Store, open_postgresql
from database_support import Database, fresh_postgresql

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
PARTY = PartyRecord(
    party_key="a", name="A", country=None, roles=0, onboarding_hash=b"\x01" * 32, key_name="party-a"
)
TRACE = RuleTraceRecord(operation="o", subject="s", decided_at=NOW, passed=True, trace_json="[]")


@pytest.fixture
def postgresql() -> Iterator[Database]:
    """An empty PostgreSQL database."""
    with fresh_postgresql() as found:
        yield found


def test_identifiers_sort_by_code_point(store: Store) -> None:
    identifiers = ["é:1", "a:1", "B:1", "_:1", "b:1", "A:1", "a-:1", "中:1", "\U0001f6a2:1"]
    with store.begin() as work:
        work.parties.add(PARTY)
        work.parties.add_identifiers("a", identifiers)
    with store.begin() as work:
        assert work.parties.identifiers_of("a") == tuple(sorted(identifiers))


def test_parties_come_by_number_and_those_without_last(store: Store) -> None:
    for key, number in (("c", None), ("b", 9), ("B", None), ("d", 2)):
        with store.begin() as work:
            work.parties.add(
                replace(
                    PARTY,
                    party_key=key,
                    party_id=number,
                    key_name=f"party-{key}",
                    onboarding_hash=key.encode() * 32,
                )
            )
    with store.begin() as work:
        assert [party.party_key for party in work.parties.all()] == ["d", "b", "B", "c"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("DE1", 1), ("de1", 0), ("E1", 0), ("vat:DE1", 1), ("DE%", 0), ("DE_", 0), ("", 0), ("x" * 600, 0)],
)
def test_an_identifier_is_found_by_its_exact_value(store: Store, wanted: str, found: int) -> None:
    with store.begin() as work:
        work.parties.add(PARTY)
        work.parties.add_identifiers("a", ["vat:DE1"])
    with store.begin() as work:
        assert len(work.parties.by_identifier_value(wanted)) == found


@pytest.mark.parametrize("roles", [0, 2**31, 2**63 - 1])
def test_numbers_of_64_bits_come_back(store: Store, roles: int) -> None:
    with store.begin() as work:
        work.parties.add(replace(PARTY, roles=roles, party_id=2**24 - 1))
    with store.begin() as work:
        assert work.parties.by_id(2**24 - 1) == replace(PARTY, roles=roles, party_id=2**24 - 1)


@pytest.mark.parametrize("party_id", [-1, 0, 2**24, 2**31, 2**63, 2**200])
def test_a_number_that_no_party_can_have_finds_none(store: Store, party_id: int) -> None:
    with store.begin() as work:
        assert work.parties.by_id(party_id) is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
    ids=str,
)
def test_times_come_back_to_the_microsecond(store: Store, moment: datetime) -> None:
    with store.begin() as work:
        work.rule_traces.add(replace(TRACE, decided_at=moment))
    with store.begin() as work:
        found = work.rule_traces.of_subject("s")[0].decided_at
    assert (found, found.tzinfo) == (moment, UTC)


@pytest.mark.parametrize("words", ["", " ", "x" * 400, "\U0001f6a2 船 e\u0301 é", "line\nline\t\u2028"])
def test_text_comes_back_as_it_was(store: Store, words: str) -> None:
    trace = replace(TRACE, operation=words, subject=words, trace_json=words)
    with store.begin() as work:
        work.rule_traces.add(trace)
    with store.begin() as work:
        assert work.rule_traces.of_subject(words) == (trace,)


def test_a_contradiction_names_no_value(store: Store) -> None:
    with store.begin() as work:
        work.parties.add(replace(PARTY, party_key="confidential"))

    with pytest.raises(StoreError) as refused, store.begin() as work:
        work.parties.add(replace(PARTY, party_key="confidential"))

    assert refused.value.code == "StoreContradiction"
    assert "part" in refused.value.message
    assert "confidential" not in refused.value.message


@pytest.mark.needs_postgresql
@pytest.mark.parametrize(
    "unfit", [replace(PARTY, roles=2**63), replace(PARTY, name="confidential\0")], ids=["number", "text"]
)
def test_what_no_column_can_hold_is_refused_without_its_value(
    postgresql: Database, unfit: PartyRecord
) -> None:
    store = postgresql.open()
    with pytest.raises(StoreError) as refused, store.begin() as work:
        work.parties.add(unfit)
    with store.begin() as work:
        assert work.parties.all() == ()
    store.close()

    assert refused.value.code == "StoreValueUnfit"
    assert not {"confidential", str(2**63)} & set(refused.value.message.split())


def test_units_of_work_come_one_after_another(store: Store) -> None:
    """Each reads and then writes what follows from it: none may act on what another is about to change."""

    def move_checkpoint(_: int) -> None:
        with store.begin() as work:
            before = work.chain_log.checkpoint()
            number = before.block_number + 1
            parent = before.block_hash or ""
            block = BlockHead(number=number, block_hash=f"0x{number:064x}", parent_hash=parent, time_s=number)
            work.chain_log.append((block,), ())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move_checkpoint, range(24)))

    with store.begin() as work:
        assert work.chain_log.checkpoint().block_number == 23


@pytest.mark.needs_postgresql
def test_a_wait_for_another_program_ends(postgresql: Database) -> None:
    store, other = postgresql.open(), postgresql.open()

    def hurry(connection: engines.PostgresqlConnection[object], _: object) -> None:
        connection.execute("SET lock_timeout = '10ms'")
        connection.commit()

    event.listen(other._engine, "connect", hurry)
    other._engine.dispose()
    with store.begin(), pytest.raises(StoreError) as refused, other.begin():
        pass
    store.close()
    other.close()

    assert refused.value.code == "StoreFailed"
    assert "lock timeout" in refused.value.message


@pytest.mark.needs_postgresql
def test_a_connection_that_broke_is_said_and_the_next_unit_of_work_has_another(postgresql: Database) -> None:
    store = postgresql.open()

    def break_in_between() -> None:
        with store.begin() as work:
            work.parties.add(PARTY)
            cut(postgresql)
            work.parties.all()

    with pytest.raises(StoreError) as refused:
        break_in_between()
    assert refused.value.code == "StoreFailed"

    with store.begin() as work:
        assert work.parties.all() == ()
    store.close()


def cut(database: Database) -> None:
    """End every other connection to a database."""
    engine = create_engine(database.address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    engine.dispose()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "store.sqlite",
        "postgresql://user:hunter2@127.0.0.1/counterfoil",
        "mysql+pymysql://user:hunter2@127.0.0.1/counterfoil",
        "postgresql+psycopg://user:hunter2@127.0.0.1",
        "postgresql+psycopg://user:wrong@host:hunter2@127.0.0.1:54x2/counterfoil",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_unquoted(address: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_postgresql(address)

    assert refused.value.code == "StoreAddressInvalid"
    assert "hunter2" not in refused.value.message
    assert refused.value.__cause__ is None


def test_a_server_that_does_not_answer_is_said_without_the_password() -> None:
    with pytest.raises(StoreError) as refused:
        open_postgresql("postgresql+psycopg://user:hunter2@127.0.0.1:1/counterfoil")

    assert refused.value.code == "StoreUnusable"
    assert "127.0.0.1" in refused.value.message
    assert "hunter2" not in f"{refused.value.message} {refused.value.__cause__}"


@pytest.mark.needs_postgresql
def test_a_wrong_password_is_said_without_it(postgresql: Database) -> None:
    wrong = make_url(postgresql.address).set(password="hunter2")

    with pytest.raises(StoreError) as refused:
        open_postgresql(wrong.render_as_string(hide_password=False))

    assert refused.value.code == "StoreUnusable"
    assert "password authentication failed" in refused.value.message
    assert "hunter2" not in f"{refused.value.message} {refused.value.__cause__}"


@pytest.mark.needs_postgresql
def test_a_server_too_old_is_refused(postgresql: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "OLDEST_POSTGRESQL", 999)

    with pytest.raises(StoreError, match="PostgreSQL 999 or later is needed") as refused:
        postgresql.open()
    assert refused.value.code == "StoreUnusable"


@pytest.mark.needs_postgresql
def test_a_database_without_unicode_is_refused(postgresql: Database) -> None:
    url = make_url(postgresql.address)
    name = f"{url.database}_ascii"
    administration = create_engine(url, isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.exec_driver_sql(
            f"create database {name} template template0 encoding 'SQL_ASCII' locale_provider libc locale 'C'"
        )
        with pytest.raises(StoreError, match="encoding must be UTF8, found SQL_ASCII"):
            open_postgresql(url.set(database=name).render_as_string(hide_password=False))
        connection.exec_driver_sql(f"drop database {name}")
    administration.dispose()
