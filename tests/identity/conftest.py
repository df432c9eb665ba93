"""What has to do with several transactions runs on both databases.

Each test has a database of its own, copied from one that was made once: making the tables takes longer than
most tests.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url

from counterfoil.store.unit_of_work import Store
from database_support import Database, fresh_postgresql
from identity.identity_support import Town, two_towns_people


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables and nothing in them."""
    path = tmp_path_factory.mktemp("identity") / "template.sqlite"
    Database(is_sqlite=True, address=str(path)).open().close()
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[Database]:
    """A database with the tables and nothing in them."""
    with fresh_postgresql() as found:
        found.open().close()
        yield found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, of one kind and then of the other."""
    if request.param == "sqlite":
        path = tmp_path / "store.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield Database(is_sqlite=True, address=str(path))
        return
    template = make_url(request.getfixturevalue("postgresql_template").address)
    name = f"test_{uuid4().hex}"
    administration = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.exec_driver_sql(f"create database {name} template {template.database}")
        yield Database(
            is_sqlite=False, address=template.set(database=name).render_as_string(hide_password=False)
        )
        connection.exec_driver_sql(f"drop database {name} with (force)")
    administration.dispose()


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
def small_town(tmp_path: Path, sqlite_template: Path) -> Iterator[Town]:
    """The same, on SQLite only: for what does not depend on the database."""
    path = tmp_path / "small.sqlite"
    shutil.copy(sqlite_template, path)
    opened = Database(is_sqlite=True, address=str(path)).open()
    yield two_towns_people(opened)
    opened.close()
