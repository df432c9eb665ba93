"""The two databases behind the store, set up so that the store means the same on both.

One unit of work runs at a time: SQLite takes its write lock when a transaction begins, PostgreSQL an advisory
lock. Whatever a unit of work reads is therefore still so when it writes (docs/decisions/0009).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from psycopg import Connection as PostgresqlConnection
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from counterfoil.store.failures import STORE_ADDRESS, STORE_UNUSABLE, StoreError

POSTGRESQL = "postgresql+psycopg"
OLDEST_POSTGRESQL = 15
WAIT_S = 10
"""How long a unit of work waits for the one before it, on either database."""

_STORE_LOCK = int.from_bytes(b"cntrfoil")
_CONNECTING = {"connect_timeout": str(WAIT_S), "client_encoding": "utf8"}


def sqlite_engine(path: Path) -> Engine:
    """An engine on one file, created where it does not exist.

    WAL with full synchronisation: what was committed survives a killed process and a power cut.
    """
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def postgresql_engine(address: str) -> Engine:
    """An engine on a PostgreSQL database. Raises StoreError StoreAddressInvalid; connects only when used."""
    url = _parse(address)
    # Each unit of work waits for its lock in a first statement. READ COMMITTED lets the statements after it
    # see what was committed meanwhile; a stricter level would keep the picture from before the wait.
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        connect_args={name: value for name, value in _CONNECTING.items() if name not in url.query},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _lock_store)
    return engine


def check_server(connection: Connection) -> None:
    """Refuse a PostgreSQL that is too old or cannot hold every character; SQLite is as it was shipped.

    Raises StoreError StoreUnusable.
    """
    if connection.dialect.name != "postgresql":
        return
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < OLDEST_POSTGRESQL:
        raise StoreError(
            STORE_UNUSABLE, reason=f"PostgreSQL {OLDEST_POSTGRESQL} or later is needed, found {version}"
        )
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise StoreError(STORE_UNUSABLE, reason=f"the database's encoding must be UTF8, found {encoding}")


def _parse(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        # The parser's sentence may quote a part of the password.
        raise StoreError(STORE_ADDRESS, reason="it is no URL") from None
    if url.drivername != POSTGRESQL:
        raise StoreError(STORE_ADDRESS, reason=f"it does not begin with {POSTGRESQL}://")
    if not url.database:
        raise StoreError(STORE_ADDRESS, reason="it names no database")
    return url


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling delays BEGIN; ours begins in _begin_immediate.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {WAIT_S * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    # A transaction that first reads and then writes would otherwise fail where another wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgresql(connection: PostgresqlConnection[Any], _record: Any) -> None:
    # Times come back in the session's zone, where the first and last days of the calendar may not exist.
    for setting in ("TIME ZONE 'UTC'", f"lock_timeout = '{WAIT_S}s'", "synchronous_commit = on"):
        connection.execute(f"SET {setting}")
    connection.commit()


def _lock_store(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_STORE_LOCK})")
