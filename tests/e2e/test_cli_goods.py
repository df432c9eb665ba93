"""Commands over receipts, stocks and liens that the guide does not walk, their JSON, and how they refuse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_shell import Shell

from goods_support import INSPECTOR, KEEPER, SOURCE
from ledger_support import BANK, LAHN, VALTENNA

SAMPLES = Path(__file__).parents[2] / "samples"
KEEPER_ID, INSPECTOR_ID, CARRIER_ID, SOURCE_ID = "6", "8", "9", "10"
LAHN_ID, HALDEN_ID, VALTENNA_ID, BANK_ID, SECOND_ID = "1", "2", "3", "4", "5"


@pytest.fixture
def shell(shell_at: Callable[[Path], Shell], stocked_home: Path, tmp_path: Path) -> Shell:
    shutil.copytree(stocked_home, tmp_path / "home")
    return shell_at(tmp_path / "home")


def pledge(shell: Shell) -> None:
    shell(
        "lien",
        "pledge",
        "receipt:1",
        "--as",
        LAHN_ID,
        "--to",
        BANK_ID,
        "--secured",
        "20000.00",
        "--agreement",
        "PL-1",
        "--registration",
        "0613-9",
    )


def test_a_receipt_as_json_and_as_a_sheet(shell: Shell) -> None:
    pledge(shell)
    shown = json.loads(shell("receipt", "show", "1", "--json"))
    assert (shown["state"], shown["good"], shown["quantity"], shown["unit"]) == (
        "pledged",
        "HRC:S235JR:TNE",
        "75.115",
        "TNE",
    )
    assert shown["holder"] == {"party_id": 1, "name": LAHN.name}
    assert shown["inspector"]["name"] == INSPECTOR.name
    assert [(lot["label"], lot["quantity"], lot["bay"]) for lot in shown["physical_lots"]] == [
        ("Salzgitter serial C-1001", "25.125", "B-01"),
        ("Salzgitter serial C-1002", "24.980", "B-01"),
        ("Salzgitter serial C-1003", "25.010", "B-01"),
    ]
    assert [(lien["pledgee"]["name"], lien["secured_minor"], lien["state"]) for lien in shown["liens"]] == [
        (BANK.name, 2_000_000, "active")
    ]
    assert shown["price_minor"] == 60_000
    assert json.loads(shell("receipt", "list", "--json")) == [shown]
    sheet = shell("receipt", "show", "1")
    for line in (
        "Receipt 1: 75.115 TNE, pledged",
        f"keeper:     6 {KEEPER.name}",
        "100.000 TNE counted",
        "sealed by the keeper in advance",
        f"price:      600.00 EUR a unit by {SOURCE.name}",
        f"lien:       {BANK.name} (party 4) for 20,000.00 EUR",
        "in force",
    ):
        assert line in sheet, (line, sheet)
    assert "75.115 TNE" in shell("receipt", "list")


def test_liens_as_tables_and_json(shell: Shell) -> None:
    pledge(shell)
    assert "receipt:1#1" in shell("lien", "priority", "receipt:1", "--json")
    assert f"1. {BANK.name} (party 4): public" in shell("lien", "priority", "receipt:1")
    assert "has another pledgee" in shell(
        "lien", "transfer", "receipt:1", "--as", BANK_ID, "--to", SECOND_ID, "--agreement", "sale"
    )
    assert "(NotPledgee)" in shell("lien", "release", "receipt:1", "--as", BANK_ID, "--reason", "x", code=1)
    assert "is free of the lien" in shell(
        "lien", "release", "receipt:1", "--as", SECOND_ID, "--reason", "claim paid"
    )
    (lien,) = json.loads(shell("lien", "list", "--json"))
    assert (lien["asset"], lien["state"], lien["reason"]) == ("receipt:1", "released", "claim paid")
    assert lien["ended_at"] is not None
    assert "released" in shell("lien", "list")
    assert json.loads(shell("lien", "history", "receipt:1", "--json")) == [lien]
    assert "(claim paid)" in shell("lien", "history", "receipt:1")
    assert "Nobody claims receipt:1." in shell("lien", "priority", "receipt:1")


def test_a_lot_is_pledged_and_released_in_part_by_the_same_commands(shell: Shell) -> None:
    shell("note", "propose", "RE-2026-0042", "--as", LAHN_ID, "--in-days", "90")
    shell("note", "confirm", "1", "--as", HALDEN_ID)
    shell(
        "lien",
        "pledge",
        "lot:1.0.0",
        "--as",
        LAHN_ID,
        "--to",
        BANK_ID,
        "--secured",
        "500.00",
        "--agreement",
        "PL-1",
    )
    assert "--amount" in shell("lien", "release-part", "lot:1.0.0", "--as", BANK_ID, "--reason", "x", code=2)
    released = shell(
        "lien", "release-part", "lot:1.0.0", "--as", BANK_ID, "--amount", "400.00", "--reason", "part paid"
    )
    assert "lot:1.1.1 is free; the lien goes on over lot:1.1.0." in released
    assert "Lot 1/1/0 is free of the lien." in shell("release", "1/1/0", "--as", BANK_ID, "--reason", "paid")
    assert "(LienNotFound)" in shell("lien", "release", "lot:1.1.1", "--as", BANK_ID, "--reason", "x", code=1)
    assert [lien["state"] for lien in json.loads(shell("lien", "list", "--json"))] == ["divided", "released"]


def test_parts_substitutes_and_orders_over_pledged_receipts(shell: Shell, tmp_path: Path) -> None:
    pledge(shell)
    seal = tmp_path / "seal.json"
    seal.write_text(
        shell("receipt", "seal", "split", "1", "--as", KEEPER_ID, "--lot", "C-1003"), encoding="utf-8"
    )
    released = shell(
        "lien", "release-part", "receipt:1", "--as", BANK_ID, "--seal", str(seal), "--reason", "part paid"
    )
    assert "receipt:2 is free; the lien goes on over receipt:1." in released
    assert "on receipt:1, before it was cut" in shell("lien", "history", "receipt:2")
    shell("lien", "propose", "receipt:1", "receipt:2", "--as", LAHN_ID)
    shell("lien", "accept", "receipt:1", "receipt:2", "--as", BANK_ID, "--agreement", "PL-2")
    assert "went to 3" in shell("lien", "enforce", "receipt:2", "--to", VALTENNA_ID, "--order", "AG 3 K 7/26")
    assert VALTENNA.name in shell("receipt", "show", "2")
    shell("lien", "release-part", "receipt:1", "--as", BANK_ID, "--reason", "x", code=2)
    assert "(LienNotFound)" in shell(
        "lien",
        "release-part",
        "receipt:1",
        "--as",
        BANK_ID,
        "--reason",
        "x",
        "--quantity",
        "24.980",
        "--sealed-by",
        KEEPER_ID,
        code=1,
    )


def test_seals_go_as_files_and_damaged_ones_are_refused(shell: Shell, tmp_path: Path) -> None:
    seal = tmp_path / "seal.json"
    text = shell(
        "receipt", "seal", "split", "1", "--as", KEEPER_ID, "--quantity", "24.980", "--valid-hours", "2"
    )
    seal.write_text(text, encoding="utf-8")
    assert "(SealOfAnotherAct)" in shell(
        "receipt", "transfer", "1", "--as", LAHN_ID, "--to", VALTENNA_ID, "--seal", str(seal), code=1
    )
    assert "Receipt 1 is split: 2 cut off." in shell(
        "receipt", "split", "1", "--as", LAHN_ID, "--seal", str(seal)
    )
    merged = shell("receipt", "seal", "merge", "1", "--as", KEEPER_ID, "--with", "2")
    seal.write_text(merged, encoding="utf-8")
    assert "has the goods of 1 more" in shell(
        "receipt", "merge", "1", "--as", LAHN_ID, "--with", "2", "--seal", str(seal)
    )
    for damaged in ("{}", "not json", text.replace('"sequence": 0', '"sequence": "no"')):
        seal.write_text(damaged, encoding="utf-8")
        assert "(SealFileInvalid)" in shell(
            "receipt", "split", "1", "--as", LAHN_ID, "--seal", str(seal), code=1
        )
    assert "(SealMissing)" in shell("receipt", "split", "1", "--as", LAHN_ID, "--quantity", "24.980", code=1)


def test_the_other_ways_of_a_receipt(shell: Shell, tmp_path: Path) -> None:
    run = shell
    assert "is disputed" in run("receipt", "dispute", "1", "--as", LAHN_ID, "--evidence", "rust")
    assert "is withdrawn" in run("receipt", "withdraw-dispute", "1", "--as", LAHN_ID, "--reason", "cleaned")
    run("receipt", "dispute", "1", "--as", KEEPER_ID, "--evidence", "fees")
    assert "is closed" in run("receipt", "close-dispute", "1", "--reason", "award")
    assert "is frozen" in run("receipt", "freeze", "1", "--order", "LG 1")
    assert "by order" in run("receipt", "force-transfer", "1", "--to", VALTENNA_ID, "--order", "LG 2")
    assert "no longer frozen" in run("receipt", "unfreeze", "1", "--order", "LG 3")
    assert "consent to pledges ended" in run("receipt", "consent", "1", "--as", KEEPER_ID, "--end")
    assert "(PartsDifferFromWhole)" in run(
        "receipt",
        "restack",
        "1",
        "--as",
        KEEPER_ID,
        "--lot",
        "C-1003",
        "--into",
        "25.000:B-09",
        "--reason",
        "x",
        code=1,
    )
    assert "lies in 2 lots now" in run(
        "receipt",
        "restack",
        "1",
        "--as",
        KEEPER_ID,
        "--lot",
        "C-1003",
        "--into",
        "12.010:B-09:serial=C-1003-1",
        "--into",
        "13.000:seal=S-77:maker=Keeper",
        "--reason",
        "cut",
    )
    shown = json.loads(run("receipt", "show", "1", "--json"))
    assert [(lot["label"], lot["quantity"], lot["bay"]) for lot in shown["physical_lots"]][-2:] == [
        ("Salzgitter serial C-1003-1", "12.010", "B-09"),
        ("Keeper seal S-77", "13.000", "B-01"),
    ]
    run("receipt", "order", "1", "--as", VALTENNA_ID, "--order", "truck")
    assert "is revoked" in run("receipt", "revoke", "1", "--as", VALTENNA_ID)
    done = run(
        "receipt",
        "deliver-part",
        "1",
        "--as",
        VALTENNA_ID,
        "--keeper",
        KEEPER_ID,
        "--lot",
        "C-1001",
        "--lot",
        "C-1002",
        "--pieces",
        "2",
        "--pieces",
        "2",
        "--order",
        "truck",
        "--handover",
        "W-1",
    )
    assert "Receipt 2 was split off, delivered and ended; receipt 1 goes on." in done
    assert "is cancelled" in run("receipt", "cancel", "1", "--order", "LG 4")
    assert json.loads(run("stock", "list", "--json"))[0]["receipted_steps"] == 0
    damaged = tmp_path / "receipt.yaml"
    damaged.write_text(
        (SAMPLES / "receipt.yaml").read_text(encoding="utf-8").replace("quantity: 75.330", "quantity: a lot"),
        encoding="utf-8",
    )
    refused = run("receipt", "take-in", str(damaged), "--as", KEEPER_ID, code=1)
    assert "goods.quantity" in refused
    assert "(ReceiptFileUnusable)" in refused
    assert "(PartyNotFound)" in run(
        "receipt", "take-in", str(SAMPLES / "receipt.yaml"), "--as", KEEPER_ID, code=1
    )


def test_stocks_and_their_audit_as_json(shell: Shell) -> None:
    listed = json.loads(shell("stock", "list", "--json"))
    assert [
        (each["good"], each["attested_steps"], each["receipted_steps"], each["fresh"]) for each in listed
    ] == [
        ("HRC:S235JR:TNE", 100_000, 75_115, True),
        ("WHEAT:A:TNE", 500_000, 0, True),
    ]
    assert "HRC:S235JR:TNE" in shell("stock", "list")
    report = json.loads(shell("stock", "audit", "--json"))
    assert (report["agrees"], [each["differences"] for each in report["stocks"]]) == (True, [[], []])
    nothing = shell("stock", "audit", "--site", "DEDUI-HAFEN-9")
    assert "No stock fits" in nothing
    assert "agree" not in nothing
    shell("stock", "attest", "1", "--as", INSPECTOR_ID, "--quantity", "0", "--evidence", "empty hall")
    short = json.loads(shell("stock", "audit", "--site", "DEDUI-HAFEN-4", "--json", code=1))
    assert short["agrees"] is False
    assert short["stocks"][0]["live_receipts"] == [1]
    assert "75.115 TNE missing" in short["stocks"][0]["differences"][0]
    shell("clock", "advance", "--days", "40")
    stale = shell("stock", "list")
    assert "over" in stale
