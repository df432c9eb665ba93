"""The application over an empty store; what has to do with transactions runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from database_support import Database, fresh_postgresql
from http_writes.writes_support import Desk, open_desk


# Making the application takes a second: tests of a module share one, each with commands and keys of its own.
@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)]
)
def _shared_on_both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    if request.param == "sqlite":
        yield from _opened(_file(tmp_path_factory))
    else:
        with fresh_postgresql() as database:
            yield from _opened(database)


@pytest.fixture(scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield from _opened(_file(tmp_path_factory))


@pytest.fixture
def desk_on_both(_shared_on_both: Desk) -> Desk:
    """The application on one kind of database and then on the other."""
    _shared_on_both.begin()
    return _shared_on_both


@pytest.fixture
def desk(_shared: Desk) -> Desk:
    """The application on SQLite, for what does not depend on the database."""
    _shared.begin()
    return _shared


def _file(tmp_path_factory: pytest.TempPathFactory) -> Database:
    path: Path = tmp_path_factory.mktemp("desk") / "store.sqlite"
    return Database(is_sqlite=True, address=str(path))


def _opened(database: Database) -> Iterator[Desk]:
    store = database.open()
    try:
        with open_desk(store) as found:
            yield found
    finally:
        store.close()
