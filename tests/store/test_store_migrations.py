"""A store of any released version becomes today's, with its rows, whole or not at all."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, inspect, select, text

from counterfoil.domain.goods.salted_fields import salt_fields
from counterfoil.ports.store import (
    DocumentKind,
    DocumentRecord,
    KeyCustody,
    PartyRecord,
    TitleDocumentRecord,
    TitleKind,
)
from counterfoil.store.failures import StoreError
from counterfoil.store.schema import SCHEMA_VERSION, UtcDateTime, metadata, schema_version
from counterfoil.store.versions import FIRST_REVISION, MIGRATIONS, bring_up_to_date, revision_of
from database_support import Database

RELEASED = Path(__file__).parent / "released"
CREATED_AT = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
PARTY = PartyRecord(
    party_key="vat:DE1",
    name="Lahn 钢铁",
    country="DE",
    roles=2**62,
    onboarding_hash=b"\x0a" * 32,
    key_name="party-1",
    party_id=7,
)
WORDING = DocumentRecord(
    document_hash=b"\x0b" * 32, kind=DocumentKind.TERMS, salt=b"\x0c" * 16, body_json='{"days":90}'
)
ROWS: dict[str, dict[str, Any]] = {
    "parties": {
        "party_key": PARTY.party_key,
        "name": PARTY.name,
        "country": PARTY.country,
        "roles": PARTY.roles,
        "onboarding_hash": PARTY.onboarding_hash.hex(),
        "key_name": PARTY.key_name,
        "party_id": PARTY.party_id,
    },
    "party_identifiers": {"identifier": "vat:DE1", "party_key": PARTY.party_key},
    "documents": {
        "document_hash": WORDING.document_hash.hex(),
        "kind": "terms",
        "salt": WORDING.salt.hex(),
        "body_json": WORDING.body_json,
    },
    "chain_checkpoint": {"only_row": 1, "block_number": 41},
}


def put(database: Database, table: str, row: dict[str, Any]) -> None:
    engine = database.engine()
    named = ", ".join(f":{name}" for name in row)
    with engine.begin() as connection:
        connection.execute(text(f"insert into {table} ({', '.join(row)}) values ({named})"), row)
    engine.dispose()


def make_version(database: Database, version: int) -> None:
    """The tables of a release: SQLite as it made them, PostgreSQL from the migrations up to it."""
    if database.is_sqlite:
        with closing(sqlite3.connect(database.address)) as released:
            released.executescript((RELEASED / f"version_{version}.sqlite.sql").read_text("utf-8"))
        created: object = "2026-03-01 08:30:00.000000"  # as SQLAlchemy writes a time on SQLite
        put(database, "schema_version", {"version": version, "created_at": created})
    else:
        engine = database.engine()
        with engine.begin() as connection:
            bring_up_to_date(connection, to_version=version)
            connection.execute(schema_version.update().values(created_at=CREATED_AT))
        engine.dispose()


@pytest.fixture
def released(database: Database) -> Database:
    """A store as the first release left it, with rows."""
    make_version(database, 1)
    for table, row in ROWS.items():
        put(database, table, row)
    return database


def tables_of(database: Database) -> set[str]:
    engine = database.engine()
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def versions_of(database: Database) -> tuple[int, str, datetime]:
    engine = database.engine()
    stated = text("select version, created_at, (select version_num from alembic_version) from schema_version")
    with engine.begin() as connection:
        found = connection.execute(stated.columns(created_at=UtcDateTime)).one()
    engine.dispose()
    return found[0], found[2], found[1]


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def checks(engine: Engine) -> set[tuple[str, str, str]]:
    """Every CHECK by table, name and condition: Alembic compares everything but these."""
    looking = inspect(engine)
    return {
        (table, str(check["name"]), check["sqltext"])
        for table in metadata.tables
        for check in looking.get_check_constraints(table)
    }


def declared_checks() -> int:
    """How many CHECKs the tables of today declare, so that a comparison of nothing with nothing fails."""
    declared = [
        each
        for table in metadata.tables.values()
        for found in (table.constraints, *(column.constraints for column in table.columns))
        for each in found
        if isinstance(each, CheckConstraint)
    ]
    assert declared
    return len(declared)


def test_a_store_of_version_1_is_upgraded_with_its_rows(released: Database) -> None:
    store = released.open()
    with store.begin() as work:
        assert work.parties.all() == (PARTY,)
        assert work.parties.identifiers_of(PARTY.party_key) == ("vat:DE1",)
        assert work.documents.by_hash(WORDING.document_hash) == WORDING
        assert work.chain_log.checkpoint().block_number == 41
        assert work.external_liens.count() == 0
        salted = salt_fields({"number": "WR-1"})
        work.titles.add(TitleDocumentRecord(kind=TitleKind.BILL, salted=salted))
    store.close()

    assert versions_of(released) == (SCHEMA_VERSION, revision_of(SCHEMA_VERSION), CREATED_AT)
    released.open().close()  # and again, now that there is nothing to do
    assert versions_of(released) == (SCHEMA_VERSION, revision_of(SCHEMA_VERSION), CREATED_AT)


@pytest.mark.parametrize("from_version", [0, 1, 2])
def test_the_migrations_lead_to_the_tables_of_today(database: Database, from_version: int) -> None:
    if from_version:
        make_version(database, from_version)
        engine = database.engine()
        assert differences(engine), "the comparison finds nothing even where tables are missing"
        engine.dispose()
    database.open().close()

    engine = database.engine()
    assert differences(engine) == []
    migrated = checks(engine)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    assert migrated == checks(engine)
    assert len(migrated) == declared_checks()
    engine.dispose()


EVENT = {
    "block_number": 40,
    "tx_index": 0,
    "contract": "Ledger",
    "address": "0xL",
    "event": "NoteProposed",
    "args_json": "{}",
}


def test_a_store_of_version_2_is_upgraded_with_whose_key_acted(database: Database) -> None:
    make_version(database, 2)
    block = {"block_number": 40, "block_hash": "0xb", "block_time_s": 7}
    for table, row in {**ROWS, "chain_blocks": block}.items():
        put(database, table, row)
    for log_index, tx_hash in enumerate(("0x1", "0x1", "0x2")):
        put(database, "chain_events", EVENT | {"log_index": log_index, "tx_hash": tx_hash})
    put(database, "chain_senders", {"tx_hash": "0x1", "sender": "0xKey"})

    store = database.open()
    with store.read() as work:
        assert work.parties.all() == (PARTY,)
        assert work.parties.all()[0].custody is KeyCustody.KEYSTORE
        assert work.chain_log.checkpoint().block_number == 41
        kept = [(each.tx_hash, each.acting_key) for each in work.chain_log.read()]
    store.close()

    assert kept == [("0x1", "0xKey"), ("0x1", "0xKey"), ("0x2", None)]
    assert "chain_senders" not in tables_of(database)
    assert versions_of(database) == (SCHEMA_VERSION, revision_of(SCHEMA_VERSION), CREATED_AT)
    engine = database.engine()
    with engine.connect() as connection:
        rebuilt_from = connection.execute(text("select epoch, index_version from chain_checkpoint")).one()
    engine.dispose()
    # The indexer sees by the 0 that what it keeps beside the events is still to be made.
    assert tuple(rebuilt_from) == (0, 0)


def test_the_migrations_take_nothing_from_the_tables_of_today() -> None:
    """They are history: what the tables become later must not change what an upgrade from then does."""
    for path in sorted(MIGRATIONS.rglob("version_*/*.py")) + sorted(MIGRATIONS.glob("versions/*.py")):
        assert "store.schema" not in path.read_text("utf-8"), path.name


def test_versions_and_migrations_are_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    newest_first = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

    assert newest_first[::-1] == [revision_of(version) for version in range(1, SCHEMA_VERSION + 1)]
    assert newest_first[-1] == FIRST_REVISION


def test_a_store_stopped_before_its_version_was_written_is_version_1(database: Database) -> None:
    make_version(database, 1)
    engine = database.engine()
    with engine.begin() as connection:
        connection.execute(schema_version.delete())
    engine.dispose()

    database.open().close()
    assert versions_of(database)[:2] == (SCHEMA_VERSION, revision_of(SCHEMA_VERSION))


def test_tables_that_came_between_the_releases_are_kept(released: Database) -> None:
    engine = released.engine()
    with engine.begin() as connection:
        metadata.create_all(connection, tables=[metadata.tables["sites"], metadata.tables["goods"]])
        connection.execute(schema_version.update().values(version=2))
    engine.dispose()
    put(released, "sites", {"site_key": "ab" * 32, "code": "CNTAO-7"})

    store = released.open()
    with store.begin() as work:
        found = work.titles.site_by_key(b"\xab" * 32)
    store.close()

    assert found is not None
    assert found.code == "CNTAO-7"
    engine = released.engine()
    assert differences(engine) == []
    engine.dispose()


def test_a_store_of_a_later_version_is_refused_and_left_alone(released: Database) -> None:
    engine = released.engine()
    with engine.begin() as connection:
        connection.execute(schema_version.update().values(version=SCHEMA_VERSION + 1))
    engine.dispose()
    before = tables_of(released)

    with pytest.raises(StoreError) as refused:
        released.open()

    assert refused.value.code == "StoreVersion"
    assert refused.value.facts == {"found": SCHEMA_VERSION + 1, "expected": SCHEMA_VERSION}
    assert tables_of(released) == before


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(released: Database) -> None:
    engine = released.engine()
    with engine.begin() as connection:
        # Somebody else's table, which has not the columns that the index of ours needs.
        connection.execute(text("create table external_liens (content_key integer primary key)"))
    engine.dispose()
    before = tables_of(released)

    with pytest.raises(StoreError) as refused:
        released.open()

    assert refused.value.code == "StoreUnusable"
    assert tables_of(released) == before
    engine = released.engine()
    with engine.begin() as connection:
        assert connection.scalar(select(schema_version.c.version)) == 1
    engine.dispose()


def test_programs_that_open_an_empty_database_at_once_make_one_store(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        for store in list(pool.map(lambda _: database.open(), range(4))):
            store.close()

    assert versions_of(database)[:2] == (SCHEMA_VERSION, revision_of(SCHEMA_VERSION))
