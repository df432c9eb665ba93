"""The command line with its store in PostgreSQL: the same answers, and no password in any of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from e2e_shell import Shell
from sqlalchemy import make_url

from counterfoil.settings import Settings
from database_support import Database, fresh_postgresql
from ledger_support import LAHN


@pytest.fixture
def postgresql() -> Iterator[Database]:
    with fresh_postgresql() as found:
        yield found


@pytest.mark.needs_postgresql
def test_a_ledger_keeps_its_store_in_postgresql(
    fresh: Shell, postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = ("--database", postgresql.address)
    password = str(make_url(postgresql.address).password)
    said = fresh(*at, "init")
    said += fresh(*at, "party", "add", "Lahn 钢铁", "--id", f"vat:{LAHN.vat}", "--role", "supplier")
    said += fresh(*at, "cash", "issue", "10.00", "EUR", "--to", "1", "--deposit", "statement 1")

    monkeypatch.setenv("COUNTERFOIL_DATABASE", postgresql.address)
    listed = fresh("party", "list", "--json")

    assert [(each["party_id"], each["name"]) for each in json.loads(listed)] == [(1, "Lahn 钢铁")]
    assert json.loads(fresh("cash", "balance", LAHN.vat, "--json")) == [{"currency": "EUR", "minor": 1000}]
    assert all(check["ok"] for check in json.loads(fresh("check", "--json")))
    assert not (fresh.home / "store.sqlite").exists()
    assert password not in said + listed


@pytest.mark.needs_postgresql
def test_a_wrong_password_is_said_without_it(fresh: Shell, postgresql: Database) -> None:
    fresh("init")
    wrong = make_url(postgresql.address).set(password="hunter2").render_as_string(hide_password=False)

    refused = fresh("--database", wrong, "party", "list", code=1)

    assert "(StoreUnusable)" in refused
    assert "password authentication failed" in refused
    assert "hunter2" not in refused


def test_an_address_of_another_kind_is_refused(fresh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh("init")
    monkeypatch.setenv("COUNTERFOIL_DATABASE", "mysql://user:hunter2@127.0.0.1/ledger")

    refused = fresh("party", "list", code=1)

    assert "(StoreAddressInvalid)" in refused
    assert "hunter2" not in refused


def test_the_address_is_a_secret_and_an_empty_one_is_none(
    clean_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings().database is None
    monkeypatch.setenv("COUNTERFOIL_DATABASE", "")
    assert Settings().database is None
    monkeypatch.setenv("COUNTERFOIL_DATABASE", "postgresql+psycopg://user:hunter2@127.0.0.1/ledger")
    settings = Settings()
    assert settings.database is not None
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"
