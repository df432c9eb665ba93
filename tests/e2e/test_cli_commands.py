# ruff: noqa: E501 - tables of refusals keep one case a line
"""Commands that the guide does not walk through, their JSON, and how they refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from e2e_shell import Shell

from ledger_support import HALDEN, LAHN, PASSPHRASE, VALTENNA, ledger_in


def live(shell: Shell) -> None:
    shell("note", "propose", "RE-2026-0042", "--as", LAHN.vat, "--in-days", "90")
    shell("note", "confirm", "1", "--as", HALDEN.name, "--amount", "1000.00")


def test_a_note_is_shown_as_json(traded_shell: Shell) -> None:
    live(traded_shell)
    traded_shell("standing", "--as", "3")
    traded_shell("split", "1/0/0", "--as", "1", "--part", "3=400.00:PO-7")

    shown = json.loads(traded_shell("note", "show", "1", "--json"))

    assert (shown["state"], shown["currency"], shown["face_minor"]) == ("live", "EUR", 100_000)
    assert shown["invoices"] == ["RE-2026-0042"]
    assert [(lot["lot"], lot["first"], lot["last"], lot["tier"], lot["state"]) for lot in shown["lots"]] == [
        ("1/1/0", 1, 40_000, 2, "free"),
        ("1/1/1", 40_001, 100_000, 1, "free"),
    ]
    assert shown["lots"][0]["holder"] == {"party_id": 3, "name": VALTENNA.name}
    assert shown["lots"][0]["references"] == ["PO-7"]
    assert json.loads(traded_shell("note", "list", "--json")) == [shown]


def test_parties_invoices_cash_and_checks_as_json(traded_shell: Shell) -> None:
    parties = json.loads(traded_shell("party", "list", "--json"))
    assert [(each["name"], each["roles"]) for each in parties[:2]] == [
        (LAHN.name, ["supplier"]),
        (HALDEN.name, ["core-enterprise"]),
    ]
    assert json.loads(traded_shell("party", "show", HALDEN.vat, "--json")) == parties[1]
    assert json.loads(traded_shell("cash", "balance", "2", "--json")) == [
        {"currency": "EUR", "minor": 1_000_000}
    ]
    invoices = json.loads(traded_shell("invoice", "list", "--json"))
    assert [(each["number"], each["available_minor"]) for each in invoices] == [
        ("RE-2026-0042", 100_000),
        ("OV/2026/17", 40_000),
    ]
    checks = json.loads(traded_shell("check", "--json"))
    assert len(checks) > 10
    assert all(set(each) == {"invariant", "ok", "detail"} and each["ok"] for each in checks)


def test_the_other_ways_of_a_note(traded_shell: Shell) -> None:
    run = traded_shell
    live(run)
    assert "is cancelled" in run("note", "cancel", "1", "--as", "1", "--reason", "paid directly")
    run("note", "propose", "RE-2026-0042=999.99", "--as", "1", "--in-days", "5")
    assert "is rejected" in run("note", "reject", "2", "--as", "2", "--reason", "not received")
    run("note", "propose", "RE-2026-0042", "--as", "2", "--in-days", "5")
    assert "is withdrawn" in run("note", "withdraw", "3", "--as", "2")
    run("note", "propose", "RE-2026-0042", "--as", "2", "--in-days", "5")
    run("note", "confirm", "4", "--as", "1")
    run("note", "dispute", "4", "--as", "2", "--amount", "100.00", "--evidence", "8 short")
    run("note", "withdraw-dispute", "4", "--as", "2")
    run("note", "dispute", "4", "--as", "2", "--amount", "100.00", "--evidence", "8 short")
    run("note", "resolve", "4", "--upheld", "40.00", "--reason", "3 short")
    run("clock", "advance", "--days", "7")
    run("settle", "4", "--as", "2", "--amount", "500.00")
    run("note", "overdue", "4", "--as", "3")
    assert "written off" in run("note", "write-off", "4", "--reason", "insolvency")
    shown = run("note", "show", "4")
    assert "paid: 500.00 EUR" in shown
    assert "upheld in disputes: 40.00 EUR" in shown
    assert "written off: 460.00 EUR" in shown
    run("check")


def test_lots_pledges_and_offers(traded_shell: Shell) -> None:
    run = traded_shell
    live(run)
    assert "offered until" in run("assign", "1/0/0", "--as", "1", "--to", "3", "--reference", "PO-7")
    run("assignment", "reject", "1/1/0", "--as", "3")
    run("assign", "1/1/0", "--as", "1", "--to", "3", "--reference", "PO-7")
    run("assignment", "revoke", "1/2/0", "--as", "1")
    run("assignment", "acknowledge", "1/2/0", "--as", "2")
    pledge = (
        "pledge",
        "1/2/0",
        "--as",
        "1",
        "--secured",
        "500.00",
        "--agreement",
        "A-1",
        "--registration",
        "R-1",
    )
    run(*pledge, "--to", "4")
    assert "(AssetEncumbered)" in run(*pledge, "--to", "5", code=1)
    run("release", "1/2/0", "--as", "4", "--reason", "paid")
    run("finance", "offer-purchase", "1/2/0", "--as", "4", "--price", "990.00", "--agreement", "P-1")
    run("finance", "withdraw", "1", "--as", "4")
    run(
        "finance", "offer-loan", "1/2/0", "--as", "4", "--principal", "500.00", "--rate-bps", "600",
        "--due-in-days", "30", "--agreement", "L-1", "--registration", "R-2",
    )  # fmt: skip
    run("finance", "accept", "2", "--as", "1")
    run("clock", "advance", "--days", "31")
    assert "in default" in run("finance", "default", "2", "--as", "4")
    listed = json.loads(run("finance", "list", "--json"))
    assert [(each["kind"], each["state"], each["debt_minor"]) for each in listed] == [
        ("purchase", "withdrawn", 0),
        ("loan", "defaulted", 50_258),
    ]
    run("party", "suspend", "4")
    run("party", "reactivate", "4")


def test_cash_goes_out(traded_shell: Shell) -> None:
    run = traded_shell
    run("cash", "transfer", "10.00", "EUR", "--as", "2", "--to", "1", "--reference", "advance")
    assert "Redemption 1" in run("cash", "redeem", "4.00", "EUR", "--as", "1", "--account", "DE02")
    run("cash", "attest", "1", "--payment", "SEPA 9")
    assert run("cash", "balance", "1").strip() == "6.00 EUR"
    assert run("cash", "balance", "3").strip() == "No cash."


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("note", "show", "7"), 1, "(NoteNotFound)"),
        (("note", "propose", "RE-404", "--as", "1"), 1, "(InvoiceNotFound)"),
        (("note", "propose", "RE-2026-0042=0.001", "--as", "1"), 1, "(AmountTooPrecise)"),
        (("note", "propose", "RE-2026-0042", "--as", "nobody"), 1, "(PartyNotFound)"),
        (("party", "add", "X", "--id", "vat:DE1", "--role", "funder"), 1, "(IdentifierInvalid)"),
        (("party", "add", "X", "--id", "tel:1", "--role", "funder"), 1, "(IdentifierInvalid)"),
        (("party", "add", "X", "--id", f"vat:{LAHN.vat}", "--role", "funder"), 1, "(PartyKnown)"),
        (("cash", "issue", "1.00", "QQQ", "--to", "1", "--deposit", "d"), 1, "(UnknownCurrency)"),
        (("init",), 1, "(LedgerExists)"),
        (("party", "add", "X", "--id", "gln:4012345000009", "--role", "king"), 2, "'king' is none of"),
        (("cash", "issue", "1,00", "EUR", "--to", "1", "--deposit", "d"), 2, "is no amount"),
        (("cash", "issue", "NaN", "EUR", "--to", "1", "--deposit", "d"), 2, "is no amount"),
        (("note", "propose", "RE-2026-0042", "--as", "1", "--maturity", "soon"), 2, "is no date"),
        (("note", "propose", "RE-2026-0042", "--as", "1", "--maturity", "2098-01-01", "--in-days", "3"), 2, "not both"),
        (("note", "confirm", "1"), 2, "--as"),
        (("clock", "advance"), 1, "(BadTimeStep)"),
        (("nonsense",), 2, "No such command"),
    ],
)  # fmt: skip
def test_refusals_name_field_and_reason(
    traded_shell: Shell, words: tuple[str, ...], code: int, said: str
) -> None:
    assert said in traded_shell(*words, code=code)


def test_a_home_without_ledger_is_said(fresh: Shell) -> None:
    output = fresh("party", "list", code=1)
    assert "(LedgerMissing)" in output
    assert "counterfoil init" in output


def test_a_wrong_passphrase_and_a_wrong_setting_are_said(
    traded_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_PASSPHRASE", "not the one")
    output = traded_shell("note", "propose", "RE-2026-0042", "--as", "1", code=1)
    assert "(KeyLocked)" in output
    assert "not the one" not in output
    monkeypatch.setenv("COUNTERFOIL_KEYSTORE_SCRYPT_N", "1000")
    output = traded_shell("party", "list", code=1)
    assert "COUNTERFOIL_KEYSTORE_SCRYPT_N" in output
    assert "power of two" in output


def test_the_clock_stands_unless_the_setting_lets_it_move(
    traded_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "UTC" in traded_shell("clock", "show")
    monkeypatch.delenv("COUNTERFOIL_ALLOW_TIME_TRAVEL")
    assert "(TimeTravelRefused)" in traded_shell("clock", "advance", "--days", "1", code=1)


def test_the_log_has_no_names_amounts_or_secrets(
    traded_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_LOG_LEVEL", "DEBUG")
    script = Path(sys.executable).parent / "counterfoil"
    done = subprocess.run(
        [
            script,
            "cash",
            "transfer",
            "123.45",
            "EUR",
            "--as",
            "2",
            "--to",
            "1",
            "--reference",
            "secret purpose",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["operation"]) for line in lines] == [("command done", "transfer_cash")]
    for hidden in ("123", "secret", HALDEN.name, LAHN.name, PASSPHRASE):
        assert hidden not in done.stderr.replace(lines[0]["tx_hash"], "").replace(lines[0]["at"], "").replace(
            str(lines[0]["gas_used"]), ""
        )
    assert "123.45 EUR transferred." in done.stdout


def test_two_processes_do_not_open_one_ledger(traded_shell: Shell) -> None:
    with ledger_in(traded_shell.home):
        assert "(ChainLocked)" in traded_shell("party", "list", code=1)
