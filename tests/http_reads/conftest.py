"""The ledgers of the domain's tests, for tests that look at them from outside."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from counterfoil.store.unit_of_work import Store, open_sqlite

sys.path.insert(0, str(Path(__file__).parents[1] / "domain"))


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with nothing in it, made once and copied."""
    path = tmp_path_factory.mktemp("empty") / "store.sqlite"
    open_sqlite(path).close()
    return path


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(empty_store, tmp_path / "store.sqlite")
    opened = open_sqlite(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_store(
    empty_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Store]]:
    """Makes stores that the tests of a module share."""
    opened = []

    def make() -> Store:
        path = tmp_path_factory.mktemp("shared") / "store.sqlite"
        shutil.copy(empty_store, path)
        opened.append(open_sqlite(path))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
