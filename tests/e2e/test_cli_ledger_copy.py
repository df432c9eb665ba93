"""The commands that compare the store's copy of the chain with the chain, and make it anew."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from e2e_shell import Shell

from ledger_support import LAHN


@pytest.fixture
def shell(fresh: Shell) -> Shell:
    """A ledger with a party that has some cash."""
    fresh("init")
    fresh("party", "add", "Lahn", "--id", f"vat:{LAHN.vat}", "--role", "supplier")
    fresh("cash", "issue", "10.00", "EUR", "--to", "1", "--deposit", "statement 1")
    return fresh


def change(shell: Shell, statement: str) -> None:
    """What somebody did to the store behind the program's back."""
    with closing(sqlite3.connect(shell.home / "store.sqlite")) as connection:
        assert connection.execute(statement).rowcount == 1
        connection.commit()


def test_an_honest_copy_is_equal_and_comes_out_the_same(shell: Shell) -> None:
    compared = json.loads(shell("ledger", "compare", "--json"))
    assert len(compared) == 12
    assert all(each["equal"] and each["read_model"] == each["chain"] for each in compared)
    assert {"parties", "lots", "balances and supply"} < {each["scope"] for each in compared}

    rebuilt = json.loads(shell("ledger", "rebuild", "--json"))
    assert rebuilt["same"]
    assert rebuilt["events"] > 40
    assert "The tables are what they were." in shell("ledger", "rebuild")
    assert "yes" in shell("ledger", "compare")


def test_a_changed_amount_is_shown_where_it_is_and_mended(shell: Shell) -> None:
    larger = "replace(args_json, ':1000,', ':9000,')"
    change(shell, f"update chain_events set args_json = {larger} where event = 'CashIssued'")

    # Both streams are in one text here: a line of the log first, then what was asked for.
    logged, _, printed = shell("ledger", "compare", "--json", code=1).partition("\n")
    assert json.loads(logged)["level"] == "error"
    assert "9000" not in logged
    found = json.loads(printed)
    wrong = {each["scope"]: each["difference"] for each in found if not each["equal"]}
    assert list(wrong) == ["balances and supply"]
    assert "chain has 1000, read model has 9000" in wrong["balances and supply"]
    assert "NO" in shell("ledger", "compare", code=1)

    assert "now they are" in shell("ledger", "rebuild")
    assert all(each["equal"] for each in json.loads(shell("ledger", "compare", "--json")))
    assert json.loads(shell("cash", "balance", LAHN.vat, "--json")) == [{"currency": "EUR", "minor": 1000}]


def test_a_copy_that_cannot_be_folded_is_made_anew(shell: Shell) -> None:
    change(shell, "update chain_events set event = 'PartyRolesSet' where event = 'PartyRegistered'")
    shell("party", "list", code=1)

    assert not json.loads(shell("ledger", "rebuild", "--json"))["same"]

    assert [each["name"] for each in json.loads(shell("party", "list", "--json"))] == ["Lahn"]
    assert all(check["ok"] for check in json.loads(shell("check", "--json")))
