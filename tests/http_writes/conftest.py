"""The application over an empty store; what has to do with transactions runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from database_support import Database, fresh_postgresql
from http_writes.writes_support import Desk, open_desk


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def desk_on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """The application on one kind of database and then on the other."""
    if request.param == "sqlite":
        yield from _desk(Database(is_sqlite=True, address=str(tmp_path / "store.sqlite")))
    else:
        with fresh_postgresql() as database:
            yield from _desk(database)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The application on SQLite, for what does not depend on the database."""
    yield from _desk(Database(is_sqlite=True, address=str(tmp_path / "store.sqlite")))


def _desk(database: Database) -> Iterator[Desk]:
    store = database.open()
    try:
        with open_desk(store) as found:
            yield found
    finally:
        store.close()
