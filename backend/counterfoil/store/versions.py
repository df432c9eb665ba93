"""Brings an opened database to the schema of this program, from whatever earlier version it has."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, column, insert, inspect, select, table

from counterfoil.store.failures import STORE_VERSION, StoreError
from counterfoil.store.schema import SCHEMA_VERSION, schema_version

MIGRATIONS = Path(__file__).parent / "migrations"
FIRST_REVISION = "0001"
_ALEMBIC_TABLE = "alembic_version"


def revision_of(version: int) -> str:
    """The name that a schema version has among the migrations."""
    return f"{version:04d}"


def bring_up_to_date(connection: Connection, *, to_version: int = SCHEMA_VERSION) -> None:
    """Create the tables, or migrate them from an earlier version, in the connection's transaction.

    to_version: an earlier one only where the migrations themselves are tested. Raises StoreError StoreVersion
    for a store that a later program wrote.
    """
    found = _version(connection)
    if found is not None and found > SCHEMA_VERSION:
        raise StoreError(STORE_VERSION, found=found, expected=SCHEMA_VERSION)
    revision = _revision(connection)
    if revision == revision_of(to_version):
        return
    # Alembic takes a good part of a second to load, and most openings find nothing to do.
    from alembic import command  # noqa: PLC0415 - the line above says why
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if found is not None and revision is None:
        # Written before there were migrations.
        command.stamp(config, FIRST_REVISION)
    command.upgrade(config, revision_of(to_version))


def _version(connection: Connection) -> int | None:
    """The version that the store states; None where it has no tables."""
    if not inspect(connection).has_table(schema_version.name):
        return None
    found = connection.scalar(select(schema_version.c.version))
    if found is None:
        # Version 1 wrote its row after its tables, and could be stopped in between.
        connection.execute(insert(schema_version).values(version=1, created_at=datetime.now(UTC)))
        return 1
    return int(found)


def _revision(connection: Connection) -> str | None:
    """The newest migration that ran here; None where none did."""
    if not inspect(connection).has_table(_ALEMBIC_TABLE):
        return None
    found: str | None = connection.scalar(select(column("version_num")).select_from(table(_ALEMBIC_TABLE)))
    return found
