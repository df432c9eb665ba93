"""Homes for tests of what operators do: made once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.settings import Settings
from database_support import Database, fresh_postgresql
from ledger_support import PASSPHRASE, make_bare_home, make_traded_home, settings_of


@pytest.fixture(scope="session")
def traded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with parties, invoices and cash."""
    bare = make_bare_home(tmp_path_factory.mktemp("operated") / "bare")
    return make_traded_home(bare, bare.parent / "traded")


@pytest.fixture
def settings(traded_home: Path, tmp_path: Path) -> Settings:
    """A copy of that home."""
    shutil.copytree(traded_home, tmp_path / "home")
    return settings_of(tmp_path / "home")


@pytest.fixture
def postgresql() -> Iterator[Database]:
    """An empty PostgreSQL database."""
    with fresh_postgresql() as found:
        yield found


@pytest.fixture
def passphrase() -> str:
    """Of the homes' keys."""
    return PASSPHRASE
