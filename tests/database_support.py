"""The databases that tests of the store run on, each with nothing in it when a test begins."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url

from counterfoil.store.engines import postgresql_engine, sqlite_engine
from counterfoil.store.unit_of_work import Store

TEST_DATABASE = "COUNTERFOIL_TEST_DATABASE"
# Read once: tests of the command line clear the environment of what concerns the program.
_SERVER = os.environ.get(TEST_DATABASE)


@dataclass(frozen=True, slots=True)
class Database:
    """A database of one test. address: its URL with the password, or the path of its file."""

    is_sqlite: bool
    address: str

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.address)

    def engine(self) -> Engine:
        """An engine as the store uses it; the caller disposes of it."""
        return sqlite_engine(self.path) if self.is_sqlite else postgresql_engine(self.address)

    def open(self) -> Store:
        """The store in it; the caller closes it."""
        return Store(self.engine())


@contextmanager
def fresh_postgresql() -> Iterator[Database]:
    """A database on the server that scripts/test started, dropped afterwards.

    Fails where there is no server: a test that says nothing about PostgreSQL must not pass for one that does.
    """
    if not _SERVER:
        raise RuntimeError(
            f"{TEST_DATABASE} is not set: run these tests with scripts/test, or leave them out with"
            " -m 'not needs_postgresql'"
        )
    name = f"test_{uuid4().hex}"
    administration = create_engine(_SERVER, isolation_level="AUTOCOMMIT")
    try:
        with administration.connect() as connection:
            connection.exec_driver_sql(f"create database {name}")
        yield Database(
            is_sqlite=False,
            address=make_url(_SERVER).set(database=name).render_as_string(hide_password=False),
        )
        with administration.connect() as connection:
            connection.exec_driver_sql(f"drop database {name} with (force)")
    finally:
        administration.dispose()
