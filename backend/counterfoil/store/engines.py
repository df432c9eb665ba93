"""The two databases behind the store, set up so that the store means the same on both.

A transaction begins through one of three doors (docs/decisions/0009):

ALONE        one unit of work at a time: SQLite takes its write lock, PostgreSQL an advisory lock. Whatever it
             reads is still so when it writes.
CONCURRENT   without that lock: PostgreSQL runs them side by side at READ COMMITTED, and conditional updates
             and unique constraints decide who was first. SQLite has one writer anyhow.
READING      one picture of the database, as it was at the first reading; what would write is refused.
"""

from __future__ import annotations

import sqlite3
from enum import StrEnum
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

STANDARD_CONNECTIONS = 8
"""How many transactions of one process run at once. Beyond that one waits for another's end."""

_DOOR = "counterfoil_door"
_STORE_LOCK = int.from_bytes(b"cntrfoil")
_CONNECTING = {"connect_timeout": str(WAIT_S), "client_encoding": "utf8"}


class Door(StrEnum):
    """How a transaction begins; the module's text says what each promises."""

    ALONE = "alone"
    CONCURRENT = "concurrent"
    READING = "reading"


def through(engine: Engine, door: Door) -> Engine:
    """The same engine with the same connections, whose transactions begin through this door."""
    if door is Door.READING and engine.dialect.name == "postgresql":
        return engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True, **{_DOOR: door}
        )
    return engine.execution_options(**{_DOOR: door})


def sqlite_engine(path: Path, *, connections: int = STANDARD_CONNECTIONS) -> Engine:
    """An engine on one file, created where it does not exist.

    WAL with full synchronisation: what was committed survives a killed process and a power cut.
    """
    engine = create_engine(f"sqlite:///{path}", **_pool(connections))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def postgresql_engine(address: str, *, connections: int = STANDARD_CONNECTIONS) -> Engine:
    """An engine on a PostgreSQL database. Raises StoreError StoreAddressInvalid; connects only when used."""
    url = _parse(address)
    # Each unit of work waits for its lock in a first statement. READ COMMITTED lets the statements after it
    # see what was committed meanwhile; a stricter level would keep the picture from before the wait.
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        connect_args={name: value for name, value in _CONNECTING.items() if name not in url.query},
        **_pool(connections),
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
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


def _begin_sqlite(connection: Connection) -> None:
    reading = _door_of(connection) is Door.READING
    # The connection may have served through another door before.
    connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
    # A transaction that first reads and then writes would otherwise fail where another wrote in between.
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_postgresql(connection: PostgresqlConnection[Any], _record: Any) -> None:
    # Times come back in the session's zone, where the first and last days of the calendar may not exist.
    for setting in ("TIME ZONE 'UTC'", f"lock_timeout = '{WAIT_S}s'", "synchronous_commit = on"):
        connection.execute(f"SET {setting}")
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    if _door_of(connection) is Door.ALONE:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_STORE_LOCK})")


def _door_of(connection: Connection) -> Door:
    return Door(connection.get_execution_options().get(_DOOR, Door.ALONE))


def _pool(connections: int) -> dict[str, int]:
    return {"pool_size": connections, "max_overflow": 0, "pool_timeout": WAIT_S}
