"""Every test of the store runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.store.unit_of_work import Store
from database_support import Database, fresh_postgresql


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
