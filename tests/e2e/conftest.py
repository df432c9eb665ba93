"""The command line on a home of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from demo_support import SAMPLES, DemoRun, run_demo_with_goods
from e2e_shell import Shell

from goods_support import make_stocked_home
from ledger_support import CHEAP_SCRYPT_N, PASSPHRASE, make_bare_home, make_traded_home


@pytest.fixture(scope="session")
def cli_bare_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bare_home(tmp_path_factory.mktemp("cli-bare") / "home")


@pytest.fixture(scope="session")
def cli_traded_home(cli_bare_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_traded_home(cli_bare_home, tmp_path_factory.mktemp("cli-traded") / "home")


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """What scripts/demo does without arguments, once for all questions about it."""
    return run_demo_with_goods(SAMPLES / "invoices", tmp_path_factory.mktemp("sample-run"))


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tuple(os.environ):
        if name.startswith("COUNTERFOIL_"):
            monkeypatch.delenv(name)
    # Tables and sentences are compared, so they must not be wrapped.
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.setattr("counterfoil.entrypoints.session.console._width", 240)


@pytest.fixture
def shell_at(clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Shell]:
    def at(home: Path) -> Shell:
        monkeypatch.setenv("COUNTERFOIL_HOME", str(home))
        monkeypatch.setenv("COUNTERFOIL_PASSPHRASE", PASSPHRASE)
        monkeypatch.setenv("COUNTERFOIL_KEYSTORE_SCRYPT_N", str(CHEAP_SCRYPT_N))
        monkeypatch.setenv("COUNTERFOIL_ALLOW_TIME_TRAVEL", "1")
        return Shell(home)

    return at


@pytest.fixture
def fresh(shell_at: Callable[[Path], Shell], tmp_path: Path) -> Shell:
    return shell_at(tmp_path / "home")


@pytest.fixture
def traded_shell(shell_at: Callable[[Path], Shell], cli_traded_home: Path, tmp_path: Path) -> Shell:
    shutil.copytree(cli_traded_home, tmp_path / "home")
    return shell_at(tmp_path / "home")


@pytest.fixture(scope="session")
def stocked_home(cli_traded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_stocked_home(cli_traded_home, tmp_path_factory.mktemp("cli-stocked") / "home")
