"""Commands over facilities and bills of lading, their JSON, and how they refuse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from e2e_shell import Shell

from goods_support import SOURCE
from ledger_support import HALDEN

SAMPLES = Path(__file__).parents[2] / "samples"
KEEPER_ID, INSPECTOR_ID, CARRIER_ID, SOURCE_ID = "6", "8", "9", "10"
LAHN_ID, HALDEN_ID, VALTENNA_ID, BANK_ID, SECOND_ID = "1", "2", "3", "4", "5"


@pytest.fixture
def shell(shell_at: Callable[[Path], Shell], stocked_home: Path, tmp_path: Path) -> Shell:
    shutil.copytree(stocked_home, tmp_path / "home")
    return shell_at(tmp_path / "home")


def offer(shell: Shell, *more: str) -> str:
    return shell(
        *(
            "facility",
            "offer",
            "--as",
            BANK_ID,
            "--borrower",
            LAHN_ID,
            "--currency",
            "EUR",
            "--principal",
            "5000.00",
        ),
        *("--rate-bps", "600", "--due-in-days", "90", "--price-source", SOURCE_ID, "--draw-ltv-bps", "7000"),
        *("--call-ltv-bps", "8000", "--minimum-value", "6000.00", "--agreement", "FA-1"),
        *("--good", "HRC:S235JR:TNE=1000", "--asset", "receipt:1", *more),
    )


def test_a_facility_by_options_alone(shell: Shell) -> None:
    assert "Facility 1: 5,000.00 EUR over 1 assets is offered." in offer(shell)
    assert "is withdrawn" in shell("facility", "withdraw", "1", "--as", BANK_ID)
    offer(shell, "--registration", "0613-7")
    assert "loan-to-value of 12.33 %" in shell("facility", "accept", "2", "--as", LAHN_ID)
    shown = json.loads(shell("facility", "show", "2", "--json"))
    assert (shown["state"], shown["ltv_bps"], shown["value_minor"]) == ("open", 1_233, 4_056_210)
    assert [asset["asset"] for asset in shown["pool"]] == ["receipt:1"]
    assert [each["state"] for each in json.loads(shell("facility", "list", "--json"))] == [
        "withdrawn",
        "open",
    ]
    assert "5,000.00 EUR" in shell("facility", "list")
    assert "facility's value" in shell("receipt", "show", "1")
    assert "(LtvWithinLimit)" in shell("facility", "call", "2", "--as", BANK_ID, code=1)
    shell("clock", "advance", "--seconds", "60")
    shell("price", "post", "HRC", "80.00", "EUR", "--as", SOURCE_ID)
    assert "margin is called until" in shell("facility", "call", "2", "--as", BANK_ID)
    assert "margin is called until" in shell("facility", "show", "2")
    shell("clock", "advance", "--days", "4")
    shell("price", "post", "HRC", "79.00", "EUR", "--as", SOURCE_ID)
    assert "surplus to the borrower: " in shell(
        "facility", "take", "2", "receipt:1", "--as", BANK_ID, "--price", "5500.00"
    )
    assert json.loads(shell("facility", "show", "2", "--json"))["state"] == "closed"
    assert json.loads(shell("price", "list", "--json"))[0]["price_minor"] == 7_900
    assert SOURCE.name in shell("price", "list")


def test_claims_and_sales_of_a_facility(shell: Shell) -> None:
    offer(shell)
    shell("facility", "accept", "1", "--as", LAHN_ID)
    assert "is offered to 5" in shell(
        "facility",
        "offer-claim",
        "1",
        "--as",
        BANK_ID,
        "--to",
        SECOND_ID,
        "--price",
        "4900.00",
        "--agreement",
        "CL-1",
    )
    assert "is yours" in shell("facility", "take-claim", "1", "--as", SECOND_ID)
    assert "Paid 0.00 EUR of interest and 1,000.00 EUR of principal." in shell(
        "facility", "repay", "1", "--as", LAHN_ID, "--amount", "1000.00"
    )
    shell("clock", "advance", "--days", "91")
    assert "is in default" in shell("facility", "default", "1", "--as", SECOND_ID)
    shell("price", "post", "HRC", "130.00", "EUR", "--as", SOURCE_ID)
    assert "is offered to 2" in shell(
        "facility", "sell", "1", "receipt:1", "--as", SECOND_ID, "--buyer", HALDEN_ID, "--price", "9800.00"
    )
    assert "is yours" in shell("facility", "buy", "1", "receipt:1", "--as", HALDEN_ID)
    assert HALDEN.name in shell("receipt", "show", "1")


def test_terms_of_a_facility_are_checked_field_by_field(shell: Shell, tmp_path: Path) -> None:
    terms = tmp_path / "terms.yaml"
    good = (SAMPLES / "facility.yaml").read_text(encoding="utf-8")
    for damage, named in (
        (("rate_bps: 520", "rate_bps: much"), "rate_bps"),
        (("currency: CNY\n", ""), "currency: this field is missing"),
        (("draw_ltv_bps: 6500", "draw_ltv_bps: 65000"), "draw_ltv_bps"),
        (("due_in_days: 120", "due_in_days: 120\ndue: 2027-01-01"), "either due or due_in_days"),
        (("agreement: HF", "agreed: yes\nagreement: HF"), "agreed: this field is unknown"),
        (("  HRC:Q355B:TNE: 1000", "  HRC:Q355B:TNE: ten"), "goods.HRC:Q355B:TNE"),
        (("  - receipt:1", "  - "), "assets[0]"),
    ):
        terms.write_text(good.replace(*damage), encoding="utf-8")
        refused = shell("facility", "offer", "--as", BANK_ID, "--terms", str(terms), code=1)
        assert "(FacilityTermsInvalid)" in refused
        assert named in refused, refused
    terms.write_text("- a list\n", encoding="utf-8")
    assert "must be a mapping" in shell("facility", "offer", "--as", BANK_ID, "--terms", str(terms), code=1)
    shell("facility", "offer", "--as", BANK_ID, "--good", "HRC", code=2)


def test_a_bill_from_issue_to_the_receipt_of_its_goods(shell: Shell) -> None:
    issue = (
        "bill",
        "issue",
        "--as",
        CARRIER_ID,
        "--shipper",
        VALTENNA_ID,
        "--carrier-code",
        "MAEU",
        "--good",
        "HRC:S235JR:TNE",
        "--quantity",
        "25",
        "--from",
        "CNSHA",
        "--to",
        "DEHAM",
        "--seal",
        "ML-1",
    )
    assert "Bill 1: 25.000 TNE of HRC:S235JR:TNE on MAEU 583047112." in shell(*issue, "--number", "583047112")
    assert "(BillNumberUsed)" in shell(*issue, "--number", "MAEU-583 047 112", code=1)
    assert "is endorsed" in shell(
        "bill", "endorse", "1", "--as", VALTENNA_ID, "--to", LAHN_ID, "--reference", "PO-1"
    )
    shell(
        "lien",
        "pledge",
        "bill:1",
        "--as",
        LAHN_ID,
        "--to",
        BANK_ID,
        "--secured",
        "100.00",
        "--currency",
        "EUR",
        "--agreement",
        "PL",
    )
    assert json.loads(shell("bill", "list", "--json"))[0]["state"] == "pledged"
    shell("lien", "release", "bill:1", "--as", BANK_ID, "--reason", "paid")
    shell("bill", "surrender", "1", "--as", LAHN_ID, "--order", "switch")
    shell("bill", "revoke", "1", "--as", LAHN_ID)
    shell("bill", "surrender", "1", "--as", LAHN_ID, "--order", "switch")
    switched = shell(
        "bill",
        "switch",
        "1",
        "--as",
        CARRIER_ID,
        "--carrier-code",
        "MAEU",
        "--number",
        "583047999",
        "--from",
        "CNSHA",
        "--to",
        "BEANR",
    )
    assert "Bill 1 is switched for bill 2" in switched
    shell("bill", "freeze", "2", "--order", "LG 1")
    shell("bill", "force-transfer", "2", "--to", HALDEN_ID, "--order", "LG 1")
    shell("bill", "unfreeze", "2", "--order", "LG 2")
    sheet = shell("bill", "show", "2")
    for line in ("Bill 2: 25.000 TNE, issued", "MAEU 583047999", "by order", "replaces: bill 1"):
        assert line in sheet, sheet
    assert "583047999" in shell("bill", "list")
    assert json.loads(shell("bill", "show", "2", "--json"))["holder"]["name"] == HALDEN.name
    assert "(UnexpectedBillState)" in shell(
        "bill", "discharge", "2", "--as", CARRIER_ID, "--receipt", "1", code=1
    )
    assert "(UnexpectedBillState)" in shell("bill", "reinstate", "2", "--order", "LG 3", code=1)
