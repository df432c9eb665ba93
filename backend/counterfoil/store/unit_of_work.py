"""The store: opens a database and gives out units of work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.store.chain_log import SqlChainLog
from counterfoil.store.documents import SqlDocuments, SqlRuleTraces
from counterfoil.store.external_liens import SqlExternalLiens
from counterfoil.store.invoices import SqlInvoices
from counterfoil.store.parties import SqlParties
from counterfoil.store.receipts import SqlTitleDocuments
from counterfoil.store.schema import SCHEMA_VERSION, metadata, schema_version

STORE_VERSION = declare(
    "StoreVersion",
    "the store is of version {found}, this program works with version {expected}",
    "Use the program version that wrote the store.",
)
STORE_UNUSABLE = declare(
    "StoreUnusable",
    "the store cannot be opened: {reason}",
    "Check path, permissions and free space; if the file is damaged, restore it from a backup.",
)
STORE_FAILED = declare(
    "StoreFailed",
    "the store could not be read or written: {reason}",
    "Nothing of this step was kept; check free space and whether another program has the file open.",
)
STORE_CONTRADICTION = declare(
    "StoreContradiction",
    "the store has something else already: {reason}",
    "Nothing of this step was kept. Read the current records; if they are wrong, restore a backup.",
)


class StoreError(CounterfoilError):
    """The store could not be opened, or is not one of ours."""


class SqlUnitOfWork:
    """One open transaction with its repositories."""

    def __init__(self, connection: Connection) -> None:
        self.parties = SqlParties(connection)
        self.invoices = SqlInvoices(connection)
        self.documents = SqlDocuments(connection)
        self.chain_log = SqlChainLog(connection)
        self.rule_traces = SqlRuleTraces(connection)
        self.external_liens = SqlExternalLiens(connection)
        self.titles = SqlTitleDocuments(connection)


class Store:
    """A database with our tables. Close it when done."""

    def __init__(self, engine: Engine) -> None:
        """Create the tables where there are none. Raises StoreError StoreVersion or StoreUnusable."""
        self._engine = engine
        try:
            self._prepare()
        except DatabaseError as failed:
            engine.dispose()
            raise StoreError(STORE_UNUSABLE, reason=str(failed.orig)) from failed
        except StoreError:
            engine.dispose()
            raise

    def _prepare(self) -> None:
        metadata.create_all(self._engine)
        with self._engine.begin() as connection:
            found = connection.scalar(select(schema_version.c.version))
            if found is None:
                connection.execute(
                    insert(schema_version).values(version=SCHEMA_VERSION, created_at=datetime.now(UTC))
                )
            elif found != SCHEMA_VERSION:
                raise StoreError(STORE_VERSION, found=found, expected=SCHEMA_VERSION)

    @contextmanager
    def begin(self) -> Iterator[SqlUnitOfWork]:
        """A unit of work: kept when the block ends, dropped when it raises.

        Raises StoreError StoreFailed where the database cannot do its part (locked, full, out of reach) and
        StoreContradiction where what is to be kept contradicts what is kept.
        """
        try:
            with self._engine.begin() as connection:
                yield SqlUnitOfWork(connection)
        except OperationalError as failed:
            raise StoreError(STORE_FAILED, reason=str(failed.orig)) from failed
        except IntegrityError as contradicted:
            # The database's own sentence names columns, never values.
            raise StoreError(STORE_CONTRADICTION, reason=str(contradicted.orig)) from contradicted

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def open_sqlite(path: Path) -> Store:
    """The store in one file, created where it does not exist.

    WAL with full synchronisation: what was committed survives a killed process and a power cut.
    """
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin_immediate)
    return Store(engine)


def _prepare_connection(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling delays BEGIN; ours begins in _begin_immediate.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "busy_timeout = 10000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    # A transaction that first reads and then writes would otherwise fail where another wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
