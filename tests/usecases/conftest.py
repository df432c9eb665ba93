"""Open ledgers for use cases: made once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.workbench import Workbench
from goods_support import make_stocked_home
from ledger_support import HALDEN, LAHN, ledger_in, make_bare_home, make_traded_home


@pytest.fixture(scope="session")
def bare_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bare_home(tmp_path_factory.mktemp("bare") / "home")


@pytest.fixture(scope="session")
def traded_home(bare_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_traded_home(bare_home, tmp_path_factory.mktemp("traded") / "home")


@pytest.fixture(scope="session")
def live_home(traded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Note 1 over 1,000.00 EUR is live, Lahn holds it, and it is due in 90 days."""
    home = tmp_path_factory.mktemp("live") / "home"
    shutil.copytree(traded_home, home)
    with ledger_in(home) as ledger:
        bench = ledger.bench
        propose_note(
            bench, actor=LAHN.key, invoices=["RE-2026-0042"], maturity_at=bench.now() + timedelta(days=90)
        )
        confirm_note(bench, actor=HALDEN.key, note_id=1)
    return home


def _copy(home: Path, tmp_path: Path) -> Path:
    shutil.copytree(home, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def bare(bare_home: Path, tmp_path: Path) -> Iterator[OpenLedger]:
    with ledger_in(_copy(bare_home, tmp_path)) as ledger:
        yield ledger


@pytest.fixture
def traded(traded_home: Path, tmp_path: Path) -> Iterator[OpenLedger]:
    with ledger_in(_copy(traded_home, tmp_path)) as ledger:
        yield ledger


@pytest.fixture
def live(live_home: Path, tmp_path: Path) -> Iterator[OpenLedger]:
    with ledger_in(_copy(live_home, tmp_path)) as ledger:
        yield ledger


@pytest.fixture(scope="session")
def stocked_home(traded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_stocked_home(traded_home, tmp_path_factory.mktemp("stocked") / "home")


@pytest.fixture
def stocked(stocked_home: Path, tmp_path: Path) -> Iterator[OpenLedger]:
    with ledger_in(_copy(stocked_home, tmp_path)) as ledger:
        yield ledger


@pytest.fixture
def warehouse(stocked: OpenLedger) -> Workbench:
    return stocked.bench


@pytest.fixture
def bench(traded: OpenLedger) -> Workbench:
    return traded.bench
