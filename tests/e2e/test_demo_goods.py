"""The demonstration's goods: stored, pledged once, released and delivered in part, paid and audited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from demo_support import (
    COILS,
    CORE,
    FIRST,
    SAMPLES,
    SECOND,
    DemoRun,
    assert_sound,
    firm,
    folder_with,
    invoice,
    run_demo,
    run_demo_with_goods,
)

from counterfoil.bootstrap import open_ledger
from counterfoil.domain.states import ReceiptState
from counterfoil.settings import Settings
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.liens.lien_history import list_liens
from counterfoil.usecases.receipts.audit_stock import audit_stock

RONGJIN, KEEPER = "融锦特钢材料有限公司", "江港仓储有限公司"
SERIALS = [f"华屿钢铁 serial HY26-11-005{last}" for last in ("33", "34", "37", "38", "41", "42", "46", "49")]
GOODS_REFUSALS = {
    "issue_receipt": "StockExceeded",
    "take_in": "LotBacksReceipt",
    "accept_facility": "AssetEncumbered",
    "pledge_asset": "AssetEncumbered",
    "order_delivery": "ReceiptPledged",
    "transfer_receipt": "SealNotKeepers",
}


def receipts_by_state(run: DemoRun) -> dict[str, dict[str, Any]]:
    """The two halves: one stands, one was delivered."""
    found = {each["state"]: each for each in run.found["receipts"]}
    assert set(found) == {"issued", "delivered"}
    assert len(run.found["receipts"]) == 2
    return found


def assert_goods_went_their_way(run: DemoRun) -> None:
    """What must hold of the goods part of every run, whoever stored them."""
    assert_sound(run)
    result = run.found
    halves = receipts_by_state(run)
    assert {each["holder"] for each in halves.values()} == {halves["issued"]["depositor"]}
    assert halves["issued"]["physical_lots"] == SERIALS[:4]
    assert halves["delivered"]["physical_lots"] == SERIALS[4:]
    assert {each["quantity"] for each in halves.values()} == {"100.400"}
    (loan,) = result["facilities"]
    assert (loan["state"], loan["assets"]) == ("closed", [f"receipt:{halves['issued']['receipt_id']}"])
    assert loan["borrower"] == halves["issued"]["holder"]
    assert {each["state"] for each in result["liens"]} <= {"discharged", "released", "divided"}
    refused = {each["command"]: each["code"] for each in result["refusals"][-len(GOODS_REFUSALS) :]}
    assert refused == GOODS_REFUSALS


def test_a_supplier_of_the_invoices_stores_the_coils_with_the_keeper(sample_run: DemoRun) -> None:
    assert_goods_went_their_way(sample_run)
    for receipt in sample_run.found["receipts"]:
        assert receipt["holder"] == receipt["depositor"] == sample_run.party(RONGJIN)
        assert receipt["keeper"] == sample_run.party(KEEPER)
        assert (receipt["good"], receipt["unit"]) == ("HRC:Q355B:TNE", "TNE")
        assert (receipt["currency"], receipt["value_minor"]) == ("CNY", 39_156_000)


def test_the_fields_are_those_that_the_guide_names(sample_run: DemoRun) -> None:
    result = sample_run.found
    fields = {
        "receipts": {
            "receipt_id", "good", "quantity", "unit", "state", "holder", "keeper", "physical_lots",
            "good_name", "depositor", "site", "currency", "value_minor",
        },
        "liens": {
            "asset", "pledgee", "secured_minor", "state", "pledgor", "currency", "placed", "ended",
        },
        "facilities": {
            "facility_id", "borrower", "funder", "price_source", "currency", "drawdown_minor", "repaid_minor",
            "state", "rate_bps", "haircut_bps", "draw_ltv_bps", "call_ltv_bps", "assets", "course",
        },
        "stocks": {
            "stock_id", "keeper", "inspector", "site", "good", "unit", "attested", "receipted", "audit",
        },
        "refusals": {"command", "code", "message", "why"},
    }  # fmt: skip
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "demo.md").read_text("utf-8")
    for name, wanted in fields.items():
        assert result[name], name
        assert {frozenset(row) for row in result[name]} == {frozenset(wanted)}, name
        assert all(f"`{field}`" in guide for field in wanted), name


def test_every_lien_over_notes_and_receipts_is_listed_once(sample_run: DemoRun) -> None:
    liens = sample_run.found["liens"]
    (loan,) = [each for each in sample_run.found["financings"] if each["kind"] == "loan"]
    (facility,) = sample_run.found["facilities"]
    assert [(each["asset"].split(":")[0], each["pledgee"], each["secured_minor"]) for each in liens] == [
        ("lot", loan["funder"], loan["drawdown_minor"]),
        ("receipt", facility["funder"], facility["drawdown_minor"]),
    ]
    assert all(each["placed"] < each["ended"] for each in liens)
    with open_ledger(
        Settings(home=sample_run.out / "ledger"), passphrase=lambda _: "not needed for reading"
    ) as ledger:
        assert [each.asset for each in list_liens(ledger.bench)] == [each["asset"] for each in liens]


def test_the_second_lender_is_refused_without_a_name(sample_run: DemoRun) -> None:
    names = [party["name"] for party in sample_run.found["parties"]]
    seconds = [
        each
        for each in sample_run.found["refusals"]
        if each["command"] in ("accept_facility", "pledge_asset")
    ]
    assert [each["code"] for each in seconds] == ["AssetEncumbered", "AssetEncumbered"]
    for each in seconds:
        assert each["message"] == "receipt 1 carries a lien already"
        assert not any(name in each["message"] for name in names)


def test_a_margin_call_is_met_and_half_of_the_goods_secures_half_of_the_debt(sample_run: DemoRun) -> None:
    (loan,) = sample_run.found["facilities"]
    course = loan["course"]
    assert [step["event"] for step in course] == [
        "drawn down",
        "price falls by 12 %, margin call",
        "half repaid, margin call lifted",
        "price rises by 10.22 %",
        "half of the goods released",
        "rest repaid, lien discharged",
    ]
    for step in course[:-1]:
        assert step["ltv_bps"] == -(-step["debt_minor"] * 10_000 // step["value_minor"])
    drawn, fallen, repaid, risen, released, paid = course
    assert drawn["ltv_bps"] <= loan["draw_ltv_bps"] < loan["call_ltv_bps"] < fallen["ltv_bps"]
    # Two days of interest lie between the margin call and the payment of half of what is owed then.
    two_days = fallen["debt_minor"] * loan["rate_bps"] * 2 // 10_000 // 360
    assert abs(repaid["debt_minor"] * 2 - fallen["debt_minor"] - two_days) <= 100
    assert released["value_minor"] * 2 == risen["value_minor"]
    assert released["ltv_bps"] <= loan["draw_ltv_bps"]
    assert (paid["debt_minor"], paid["value_minor"], paid["ltv_bps"]) == (0, 0, 0)
    interest = loan["repaid_minor"] - loan["drawdown_minor"]
    assert 0 < interest < loan["drawdown_minor"] * loan["rate_bps"] * 30 // 10_000 // 360


def test_stock_and_receipts_agree_when_the_loan_is_paid(sample_run: DemoRun) -> None:
    first, second = sample_run.found["stocks"]
    assert (first["attested"], first["receipted"]) == ("100.400", "100.400")
    assert (second["attested"], second["receipted"], second["inspector"]) == ("0.000", "0.000", None)
    for stock in (first, second):
        assert stock["audit"]["agrees"]
        assert stock["audit"]["differences"] == []
        assert stock["audit"]["live_receipted"] == stock["receipted"]
    whole = Decimal(first["attested"]) + Decimal(receipts_by_state(sample_run)["delivered"]["quantity"])
    assert whole == Decimal("200.800")


def test_the_ledger_that_is_left_has_the_goods_and_its_books_hold(sample_run: DemoRun) -> None:
    settings = Settings(home=sample_run.out / "ledger", allow_time_travel=True)
    with open_ledger(settings, passphrase=lambda _: "not needed for reading") as ledger:
        receipts = ledger.bench.read_model.state.receipts
        assert [receipts[number].state for number in (1, 2)] == [ReceiptState.ISSUED, ReceiptState.DELIVERED]
        assert all(check.ok for check in check_books(ledger.bench))
        (audit, _) = audit_stock(ledger.bench, block_number=_audited_block(sample_run)).stocks
        assert (audit.live_steps, audit.differences) == (100_400, ())


def _audited_block(run: DemoRun) -> int:
    return int(run.found["stocks"][0]["audit"]["block"])


def test_checks_cover_goods(sample_run: DemoRun) -> None:
    named = " / ".join(each["invariant"] for each in sample_run.found["checks"])
    for word in (
        "one live receipt",
        "at most one lien",
        "receipts",
        "liens",
        "counted stock",
        "every lien lifted",
    ):
        assert word in named


def test_tables_and_report_show_receipts_liens_and_the_loan(sample_run: DemoRun) -> None:
    for title in (
        "Warehouse receipts",
        "Stocks",
        "Loans against goods",
        "Loan-to-value",
        "Liens over notes and receipts",
    ):
        assert title in sample_run.text
    page = (sample_run.out / "report.html").read_text("utf-8")
    for text in ("Goods on warehouse receipts", "margin call above", "receipt:1", "lot:", *SERIALS):
        assert text in page
    for word in ("http:", "https:", "<script", "<link", "<img", "@import", "url("):
        assert word not in page


def test_somebody_elses_supplier_stores_the_coils(tmp_path: Path) -> None:
    files = {
        "a.xml": invoice("A-1", "1000.00", FIRST, CORE),
        "b.xml": invoice("B-1", "700.00", SECOND, FIRST),
    }
    run = run_demo_with_goods(folder_with(tmp_path / "in", files), tmp_path)
    assert_goods_went_their_way(run)
    # The largest lot is the second supplier's; the file's own depositor takes no part.
    assert run.found["receipts"][0]["holder"] == run.party(SECOND.name)
    assert RONGJIN not in {party["name"] for party in run.found["parties"]}


def test_a_note_that_is_due_before_the_goods_are_released(tmp_path: Path) -> None:
    soon = (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
    late = (datetime.now(UTC).date() + timedelta(days=10)).isoformat()
    files = {
        "1.xml": invoice("A-1", "10.00", FIRST, CORE, due=soon),
        "2.xml": invoice("B-1", "20.00", SECOND, CORE, due=late),
    }
    run = run_demo_with_goods(folder_with(tmp_path / "in", files), tmp_path)
    assert_goods_went_their_way(run)
    assert {note["maturity"] for note in run.found["notes"]} == {soon, late}


def test_without_a_note_the_depositor_is_a_party_of_its_own(tmp_path: Path) -> None:
    files = {
        "1.xml": invoice("A-1", "1000.00", FIRST, SECOND),
        "2.xml": invoice("B-1", "300.00", SECOND, FIRST),
    }
    run = run_demo_with_goods(folder_with(tmp_path / "in", files), tmp_path)
    assert run.exit_code == 0
    assert run.found["notes"] == []
    assert receipts_by_state(run)["issued"]["holder"] == run.party(RONGJIN)
    assert all(check["ok"] for check in run.found["checks"])


def test_a_keeper_among_the_sellers_does_not_store_for_itself(tmp_path: Path) -> None:
    sample = (SAMPLES / "invoices" / "05-rongjin-jiangling.ubl.xml").read_text("utf-8")
    sold_by_keeper = sample.replace(RONGJIN, KEEPER).replace("91320481MA9RJ73G0R", "91320582MA9JG4QT0P")
    files = {
        "1.xml": sold_by_keeper.encode(),
        # One of the two is sold for cash before anything is stored.
        "2.xml": invoice("B-1", "10.00", FIRST, CORE),
        "3.xml": invoice("B-2", "10.00", FIRST, CORE),
    }
    run = run_demo_with_goods(folder_with(tmp_path / "in", files), tmp_path)
    assert_goods_went_their_way(run)
    receipt = receipts_by_state(run)["issued"]
    assert (receipt["keeper"], receipt["holder"]) == (run.party(KEEPER), run.party(FIRST.name))


def test_a_depositor_whose_name_is_markup_stays_a_name(tmp_path: Path) -> None:
    wicked = firm(50, "<script>alert('x')</script>\"& [bold red]Co[/]")
    run = run_demo_with_goods(
        folder_with(tmp_path / "in", {"1.xml": invoice("A-1", "10.00", wicked, CORE)}), tmp_path
    )
    assert_goods_went_their_way(run)
    assert "<script" not in (run.out / "report.html").read_text("utf-8")
    assert "[bold red]Co[/]" in run.text


def test_without_an_invoice_nothing_is_stored(tmp_path: Path) -> None:
    run = run_demo_with_goods(folder_with(tmp_path / "in", {"a.txt": b"nothing"}), tmp_path)
    assert run.exit_code == 1
    assert run.found["receipts"] == run.found["liens"] == run.found["stocks"] == []


def test_without_goods_there_are_only_notes(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    run = run_demo(folder, tmp_path)
    assert_sound(run)
    assert run.found["receipts"] == run.found["facilities"] == run.found["stocks"] == []
    assert [each["asset"] for each in run.found["liens"]] == ["lot:1.1.0"]
    assert "Goods on warehouse receipts" not in (run.out / "report.html").read_text("utf-8")


def test_goods_of_another_kind_that_only_their_place_identifies(tmp_path: Path) -> None:
    text = COILS.read_text("utf-8")
    before, rest = text.split("lots:\n")
    lots = "lots:\n" + "".join(
        f"  - {{bay: T-0{place}, batch: 2026-44, quantity: {quantity}}}\n"
        for place, quantity in ((1, "10.5"), (2, "9.25"), (3, "20.25"))
    )
    goods = tmp_path / "goods.yaml"
    goods.write_text(
        (before + lots + rest[rest.index("insurance:") :])
        .replace("quantity: 200.800", "quantity: 40.00\n  decimals: 2")
        .replace("unit: TNE", "unit: MTQ")
        .replace("pieces: 8", "pieces: 2"),
        "utf-8",
    )
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    run = run_demo(folder, tmp_path, "--goods", str(goods))
    assert_sound(run)
    halves = receipts_by_state(run)
    # Two of three lots stay: what is halved is the number of lots.
    assert [(halves[state]["quantity"], halves[state]["unit"]) for state in ("issued", "delivered")] == [
        ("19.75", "MTQ"),
        ("20.25", "MTQ"),
    ]
    assert halves["issued"]["good"] == "HRC:Q355B:MTQ:2"
    assert "LotBacksReceipt" in {each["code"] for each in run.found["refusals"]}
    (loan,) = run.found["facilities"]
    assert loan["state"] == "closed"


def _without_valuation(text: str) -> str:
    return text[: text.index("valuation:\n")]


def _one_lot(text: str) -> str:
    before, rest = text.split("lots:\n")
    return (
        before + "lots:\n  - {maker: M, serial: S-1, quantity: 200.800}\n" + rest[rest.index("insurance:") :]
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_without_valuation, "valuation: this field is missing"),
        (_one_lot, "lots: at least two are needed"),
        (
            lambda text: text.replace("783120.00", "0.99"),
            "valuation.amount: less than 1.00 CNY for one tonne",
        ),
        (lambda text: text.replace("quantity: 200.800", "quantity: 200.801"), "200.801 TNE"),
        (lambda _: "receipt: [", "line 1"),
    ],
)
def test_an_unusable_intake_file_is_an_error_of_usage(
    tmp_path: Path, change: Callable[[str], str], reason: str
) -> None:
    folder = folder_with(tmp_path / "in", {"a.xml": invoice("A-1", "10.00", FIRST, CORE)})
    goods = tmp_path / "goods.yaml"
    goods.write_text(change(COILS.read_text("utf-8")), "utf-8")
    run = run_demo(folder, tmp_path, "--goods", str(goods))
    assert run.exit_code == 2
    assert run.result is None
    assert not run.out.exists()
    assert "GoodsUnusable" in run.text
    assert reason in " ".join(run.text.split())


def test_an_intake_file_among_the_invoices_is_no_invoice(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path / "in",
        {"a.xml": invoice("A-1", "10.00", FIRST, CORE), "coils.yaml": COILS.read_bytes()},
    )
    run = run_demo(folder, tmp_path, "--goods", str(folder / "coils.yaml"))
    assert_goods_went_their_way(run)
    assert run.found["rejected"] == []
