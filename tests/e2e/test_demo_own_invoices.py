"""The demonstration on other people's invoices: small, odd and hostile directories."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_support import (
    CORE,
    FIRST,
    FOURTH,
    OTHER_CORE,
    SECOND,
    THIRD,
    assert_sound,
    credit_note,
    financings,
    firm,
    folder_with,
    held,
    invoice,
    run_demo,
)

PLAN_HEAD = "splits:\n  - invoice: A-1\n    by: Gusswerk Lahn GmbH\n    to:\n"


def test_one_invoice_is_cut_by_its_own_holder_to_be_pledged_and_sold(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "1000.01", FIRST, CORE)})
    run = run_demo(folder, tmp_path)
    assert_sound(run)
    (loan,), (purchase,) = financings(run, "loan"), financings(run, "purchase")
    assert (loan["first"], loan["last"]) == (1, 50_001)
    assert (purchase["first"], purchase["last"]) == (50_002, 100_001)
    assert loan["holder"] == purchase["holder"] == run.party(FIRST.name)
    assert any("one holder with one lot" in remark for remark in run.found["remarks"])
    assert "AssetEncumbered" in {each["code"] for each in run.found["refusals"]}


def test_one_cent_is_pledged_and_nothing_is_left_to_sell(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "0.01", FIRST, CORE)})
    run = run_demo(folder, tmp_path)
    assert_sound(run)
    assert len(financings(run, "loan")) == 1
    assert financings(run, "purchase") == []
    assert run.found["settlement"]["paid_minor"] == 1


def test_a_chain_with_two_currencies_two_cores_partial_funds_and_credit_notes(tmp_path: Path) -> None:
    files = {
        # The credit note stands before the invoice that it names.
        "0-credit.xml": credit_note("C-1", "100.00", credits="A-1", seller=FIRST, buyer=CORE),
        "1.xml": invoice("A-1", "1100.00", FIRST, CORE),
        "2.xml": invoice("A-2", "500.00", FIRST, OTHER_CORE),
        # 1,500.00 held, 1,800.00 owed: the earlier due date is paid in full, the later one in part.
        "3.xml": invoice("B-1", "1200.00", SECOND, FIRST, due="2026-10-31"),
        "4.xml": invoice("C-9", "600.00", THIRD, FIRST, due="2026-11-15"),
        "5.xml": invoice("D-1", "50.00", FOURTH, THIRD),
        "6.xml": invoice("S-1", "900.00", FIRST, CORE, currency="SEK"),
        "7.xml": invoice("S-2", "70.00", SECOND, FIRST, currency="SEK"),
        # Nobody pays this one: its debtor holds nothing in this currency.
        "8.xml": invoice("U-1", "10.00", FOURTH, THIRD, currency="USD"),
        "9-too-much.xml": credit_note("C-2", "9999.00", credits="A-2", seller=FIRST, buyer=OTHER_CORE),
        "deeper/7-copy.xml": invoice("S-2", "70.00", SECOND, FIRST, currency="SEK"),
        ".hidden.xml": b"not looked at",
    }
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path)
    assert_sound(run)
    assert {note["invoices"][0]: note["face_minor"] for note in run.found["notes"]} == {
        "A-1": 100_000,
        "A-2": 50_000,
        "S-1": 90_000,
    }
    assert held(run, SECOND.name) == 120_000
    assert held(run, THIRD.name) == 30_000 - 5_000
    assert held(run, FOURTH.name) + held(run, "Demo Lender") + held(run, "Demo Factor") == 5_000
    assert held(run, FIRST.name) == 0
    unpaid = {each["invoice"]: (each["unpaid_minor"], each["reason"]) for each in run.found["unpaid"]}
    assert unpaid == {"C-9": (30_000, "not-enough-held"), "U-1": (1_000, "nothing-held")}
    assert {each["file"]: each["code"] for each in run.found["rejected"]} == {
        "9-too-much.xml": "InvoiceCapacityExceeded",
        "deeper/7-copy.xml": "InvoiceDuplicate",
    }
    by_currency = {each["currency"]: each["paid_minor"] for each in run.found["settlement"]["by_currency"]}
    assert by_currency == {"EUR": 150_000, "SEK": 90_000}
    tiers = {party["name"]: party["tier"] for party in run.found["parties"]}
    assert [tiers[each.name] for each in (CORE, OTHER_CORE, FIRST, SECOND, THIRD, FOURTH)] == [
        0,
        0,
        1,
        2,
        2,
        3,
    ]


def test_a_note_of_ten_years_and_one_that_is_due_tomorrow(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    late, soon = today + timedelta(days=3640), today + timedelta(days=1)
    files = {
        "1.xml": invoice("A-1", "1000.00", FIRST, CORE, due=late.isoformat()),
        "2.xml": invoice("B-1", "10.00", SECOND, CORE, due=soon.isoformat()),
    }
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path)
    assert_sound(run)
    # A run over midnight takes the default for the other one: its due date is then no longer ahead.
    assert late.isoformat() in {note["maturity"] for note in run.found["notes"]}
    (loan,), (purchase,) = financings(run, "loan"), financings(run, "purchase")
    received = {row["party"]: row["minor"] for row in run.found["settlement"]["received_by"]}
    assert loan["state"] == "repaid"
    assert received[loan["funder"]] + received[run.party(FIRST.name)] == 100_000
    assert received[purchase["funder"]] == 1_000
    assert purchase["drawdown_minor"] in range(980, 1_001)


def test_payments_from_one_lot_are_one_split(tmp_path: Path) -> None:
    files = {"a.xml": invoice("A-1", "1000.00", FIRST, CORE)}
    suppliers = [firm(100 + place, f"Supplier {place}") for place in range(5)]
    for place, supplier in enumerate(suppliers):
        files[f"s{place}.xml"] = invoice(f"S-{place}", "10.00", supplier, FIRST)
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path)
    assert_sound(run)
    assert run.found["gas"]["split_lot"]["count"] == 1
    assert len(run.found["notes"][0]["lots"]) == 6


def test_cycles_are_reported_and_not_followed(tmp_path: Path) -> None:
    files = {
        "1.xml": invoice("A-1", "1000.00", FIRST, CORE),
        "2.xml": invoice("B-1", "300.00", SECOND, FIRST),
        "3.xml": invoice("C-1", "200.00", THIRD, SECOND),
        "4.xml": invoice("D-1", "100.00", SECOND, THIRD),
        "5.xml": invoice("E-1", "40.00", FOURTH, SECOND),
    }
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path)
    assert_sound(run)
    assert run.found["cycles"] == [sorted([run.party(SECOND.name), run.party(THIRD.name)])]
    assert {each["invoice"] for each in run.found["unpaid"]} == {"C-1", "D-1"}
    assert {each["reason"] for each in run.found["unpaid"]} == {"in-a-cycle"}
    assert held(run, THIRD.name) == 0
    # Whoever stands outside the circle is paid, also by somebody inside it.
    assert held(run, FIRST.name) == 70_000
    assert (
        held(run, SECOND.name) + held(run, "Demo Factor") + held(run, "Demo Lender") + held(run, FOURTH.name)
        == 30_000
    )


def test_a_circle_without_a_core_enterprise_makes_no_note(tmp_path: Path) -> None:
    files = {
        "1.xml": invoice("A-1", "1000.00", FIRST, SECOND),
        "2.xml": invoice("B-1", "300.00", SECOND, FIRST),
        "3.xml": invoice("C-1", "300.00", THIRD, THIRD),
    }
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path)
    assert run.exit_code == 0
    assert run.found["notes"] == []
    assert run.found["settlement"]["paid_minor"] == 0
    assert run.found["cycles"] == [sorted([run.party(FIRST.name), run.party(SECOND.name)])]
    assert [(each["file"], each["code"]) for each in run.found["rejected"]] == [("3.xml", "SellerIsBuyer")]
    assert THIRD.name not in {party["name"] for party in run.found["parties"]}


def test_the_same_invoice_in_another_spelling_is_refused(tmp_path: Path) -> None:
    files = {
        "1.xml": invoice("RE-0042", "1000.00", FIRST, CORE),
        "2.xml": invoice("\uff52\uff45-\uff10\uff10\uff1042", "1000.00", FIRST, CORE),
        "3.xml": invoice("RE-0042", "2000.00", FIRST, CORE),
        "4.xml": credit_note("X-1", "5.00", credits="NOBODY-KNOWS", seller=FIRST, buyer=CORE),
    }
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path)
    assert_sound(run)
    assert [note["face_minor"] for note in run.found["notes"]] == [100_000]
    assert [(each["file"], each["code"]) for each in run.found["rejected"]] == [
        ("2.xml", "InvoiceDuplicate"),
        ("3.xml", "InvoiceContradicts"),
        ("4.xml", "CreditedInvoiceMissing"),
    ]


def test_names_that_are_markup_stay_names(tmp_path: Path) -> None:
    hostile = "<script>alert('x')</script>\"& [bold red]Co[/]"
    wicked = firm(50, hostile)
    files = {
        "1.xml": invoice("A&lt;b&gt;", "1000.00", wicked, CORE),
        "2.xml": invoice("B-1", "10.00", firm(51, "]]><img src=x onerror=alert(1)>"), wicked),
        "<i>[red]\x1b[31m.xml": b"<broken",
    }
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path)
    assert_sound(run)
    page = (run.out / "report.html").read_text("utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert "<i>" not in page
    assert "\x1b" not in page + run.text
    assert hostile in {party["name"] for party in run.found["parties"]}
    assert "[bold red]Co[/]" in run.text
    assert [each["file"] for each in run.found["rejected"]] == ["<i>[red]\\x1b[31m.xml"]


def test_a_file_name_that_is_no_text_is_shown_escaped(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.xml")).write_bytes(b"no invoice")
    run = run_demo(folder, tmp_path)
    assert_sound(run)
    assert [(each["file"], each["code"]) for each in run.found["rejected"]] == [
        ("caf\\xe9.xml", "UnknownFormat")
    ]


@pytest.mark.parametrize("files", [{}, {"a.txt": b"nothing", "b.xml": b""}])
def test_a_directory_without_an_invoice_fails_and_still_says_what_it_saw(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path)
    assert run.exit_code == 1
    assert "No file in the directory could be read as an invoice" in run.text
    assert [each["file"] for each in run.found["rejected"]] == sorted(files)
    assert run.found["notes"] == []
    assert run.found["settlement"]["paid_minor"] == 0


def test_a_plan_with_amounts_shares_and_a_reference_taken_from_the_invoice(tmp_path: Path) -> None:
    files = {
        "1.xml": invoice("A-1", "1000.00", FIRST, CORE),
        "2.xml": invoice("B-1", "300.00", SECOND, FIRST),
    }
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        PLAN_HEAD
        + f"      - party: {SECOND.vat}\n        amount: 250.5\n"
        + f"      - party: {SECOND.key}\n        share: 33.333%\n        reference: second order\n",
        "utf-8",
    )
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path, "--plan", str(plan))
    assert_sound(run)
    assert held(run, SECOND.name) + held(run, "Demo Lender") + held(run, "Demo Factor") >= 25_050 + 33_333
    page = (run.out / "report.html").read_text("utf-8")
    assert "invoice B-1" in page
    assert "second order" in page


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"splits: 3", "line 1, splits"),
        (
            PLAN_HEAD.encode() + b"      - party: Nord Stanz GmbH\n        amount: 1.01\n",
            "line 5, splits[0].to",
        ),
    ],
)
def test_an_unusable_plan_is_an_error_of_usage(tmp_path: Path, content: bytes, place: str) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_bytes(content)
    files = {"1.xml": invoice("A-1", "1.00", FIRST, CORE), "2.xml": invoice("B-1", "1.00", SECOND, FIRST)}
    run = run_demo(folder_with(tmp_path / "in", files), tmp_path, "--plan", str(plan))
    assert run.exit_code == 2
    assert run.result is None
    assert "PlanUnusable" in run.text
    assert place in " ".join(run.text.split())


def test_a_directory_of_somebody_else_is_not_written_to(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    mine = tmp_path / "out" / "ledger" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("precious", "utf-8")
    run = run_demo(folder, tmp_path)
    assert run.exit_code == 2
    assert "OutDirectoryNotOurs" in run.text
    assert mine.read_text("utf-8") == "precious"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["ledger"]


def test_a_second_run_starts_afresh_and_leaves_other_files_alone(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    first = run_demo(folder, tmp_path)
    (first.out / "letter.txt").write_text("mine", "utf-8")
    (folder / "b.xml").write_bytes(invoice("A-2", "20.00", SECOND, CORE))
    second = run_demo(folder, tmp_path)
    assert_sound(second)
    assert [note["face_minor"] for note in second.found["notes"]] == [1000, 2000]
    assert (second.out / "letter.txt").read_text("utf-8") == "mine"


def test_an_out_directory_among_the_invoices_is_not_read(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    first = run_demo(folder, tmp_path)
    second = run_demo(folder, tmp_path)
    assert_sound(second)
    assert first.found["rejected"] == second.found["rejected"] == []


def test_a_json_file_that_cannot_be_written_is_noticed_before_the_work(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    run = run_demo(folder, tmp_path, "--json", str(tmp_path / "nowhere" / "result.json"))
    assert run.exit_code == 2
    assert "does not exist" in run.text
    assert not run.out.exists()


def test_json_on_standard_output_stands_alone(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    run = run_demo(folder, tmp_path, "--json", "-")
    assert run.exit_code == 0
    assert json.loads(run.stdout)["notes"][0]["face_minor"] == 1000
    assert "All" in run.stderr
    assert "checks hold" in run.stderr
