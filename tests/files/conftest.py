"""Every test of kept files runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterfoil.chain.service_key import ServiceKey
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from database_support import Database, fresh_postgresql

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


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
def files() -> EncryptedFiles:
    """The files of one installation."""
    return EncryptedFiles(cipher=FileCipher(), sealing=ServiceKey(b"\x05" * 32), now=lambda: NOW)
