"""What has to do with several transactions runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.store.unit_of_work import Store
from database_support import Database, fresh_postgresql
from identity.identity_support import Town, two_towns_people


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, of one kind and then of the other."""
    if request.param == "sqlite":
        yield Database(is_sqlite=True, address=str(tmp_path / "store.sqlite"))
    else:
        with fresh_postgresql() as found:
            yield found


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """An empty store."""
    opened = database.open()
    yield opened
    opened.close()


@pytest.fixture
def town(store: Store) -> Town:
    """Two organisations with their users."""
    return two_towns_people(store)


@pytest.fixture
def small_town(tmp_path: Path) -> Iterator[Town]:
    """The same, on SQLite only: for what does not depend on the database."""
    opened = Database(is_sqlite=True, address=str(tmp_path / "small.sqlite")).open()
    yield two_towns_people(opened)
    opened.close()
