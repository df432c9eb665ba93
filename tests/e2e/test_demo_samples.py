"""The demonstration on the shipped samples, by the invoices and by the plan: one run each, many questions."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from demo_support import SAMPLES, DemoRun, assert_sound, financings, held, run_demo

from counterfoil.bootstrap import open_ledger
from counterfoil.settings import Settings
from counterfoil.usecases.books.check_books import check_books

LANCHUAN, JIANGLING, QICHEN = "澜川智能装备股份有限公司", "江岭传动机械有限公司", "启辰电控技术有限公司"
BOYUE, RONGJIN = "博岳齿轮制造有限公司", "融锦特钢材料有限公司"
HENGXI, SHENGYUAN, QINGHE = "恒溪热处理有限公司", "盛原再生资源有限公司", "青禾工业气体有限公司"


@pytest.fixture
def by_invoices(sample_run: DemoRun) -> DemoRun:
    return sample_run


@pytest.fixture(scope="module")
def by_plan(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    work = tmp_path_factory.mktemp("by-plan")
    return run_demo(SAMPLES / "invoices", work, "--plan", str(SAMPLES / "plan.yaml"))


def test_both_runs_are_sound(by_invoices: DemoRun, by_plan: DemoRun) -> None:
    assert_sound(by_invoices)
    assert_sound(by_plan)


def test_the_json_has_the_documented_fields(by_invoices: DemoRun) -> None:
    result = by_invoices.found
    assert result["engine"] == "embedded"
    fields = {
        "parties": {"id", "name", "roles", "tier"},
        "rejected": {"file", "code", "message"},
        "notes": {"note_id", "invoices", "currency", "face_minor", "state", "lots"},
        "financings": {
            "kind", "note_id", "first", "last", "holder", "funder", "drawdown_minor", "repaid_minor", "state",
        },
        "checks": {"invariant", "ok", "detail"},
        "refusals": {"command", "code", "message"},
    }  # fmt: skip
    for name, wanted in fields.items():
        assert result[name], name
        assert all(wanted <= set(row) for row in result[name]), name
    assert {"paid_minor", "received_by", "unsettled_minor"} <= set(result["settlement"])
    assert all({"first", "last", "holder", "tier", "state"} == set(lot) for lot in result["notes"][0]["lots"])
    assert all({"count", "total"} == set(gas) for gas in result["gas"].values())


def test_the_duplicate_and_the_broken_file_are_refused_and_nothing_else(by_invoices: DemoRun) -> None:
    assert [(each["file"], each["code"]) for each in by_invoices.found["rejected"]] == [
        ("15-rongjin-jiangling-again.cii.xml", "InvoiceDuplicate"),
        ("16-download-cut-short.xml", "XmlMalformed"),
    ]


def test_the_credit_note_reduces_its_note(by_invoices: DemoRun) -> None:
    faces = {note["invoices"][0]: note["face_minor"] for note in by_invoices.found["notes"]}
    assert faces == {
        "26322000000418705316": 293_216_072 - 7_708_006,
        "26442000000752066984": 199_731_023,
        "NW-2026-11-0042": 46_052_536,
        "NW-2026-11-0051": 7_821_445,
    }


def test_tiers_follow_who_sells_to_whom(by_invoices: DemoRun, by_plan: DemoRun) -> None:
    outside = {"keeper", "inspector", "price_source"}
    for run in (by_invoices, by_plan):
        chain = [party for party in run.found["parties"] if not outside & set(party["roles"])]
        tiers = {party["name"]: party["tier"] for party in chain}
        assert tiers == {
            LANCHUAN: 0,
            JIANGLING: 1,
            QICHEN: 1,
            BOYUE: 2,
            RONGJIN: 2,
            HENGXI: 3,
            SHENGYUAN: 3,
            QINGHE: 4,
            "Nordwerk Antriebstechnik GmbH": 1,
            "Officine Valtenna S.r.l.": 2,
            "Harzfeld Oberflächen GmbH": 2,
            "Van der Linde Gereedschapsstaal B.V.": 3,
            "Demo Lender": None,
            "Demo Factor": None,
        }
        assert {party["tier"] for party in run.found["parties"] if party not in chain} <= {None}
        (core,) = [party for party in run.found["parties"] if party["tier"] == 0]
        assert core["roles"] == ["core_enterprise"]


def test_everybody_holds_what_it_is_owed_less_what_it_owes(by_invoices: DemoRun) -> None:
    expected = {
        JIANGLING: 285_508_066 - 116_382_994 - 64_238_902,
        QICHEN: 199_731_023 - 74_597_323,
        BOYUE: 116_382_994 - 37_107_279,
        RONGJIN: 64_238_902 + 74_597_323 - 28_787_414,
        HENGXI: 37_107_279 - 11_482_392,
        SHENGYUAN: 28_787_414,
        QINGHE: 11_482_392,
    }
    assert {name: held(by_invoices, name, currency="CNY") for name in expected} == expected
    assert by_invoices.found["unpaid"] == []


def test_shares_of_the_plan_are_rounded_down(by_plan: DemoRun) -> None:
    assert held(by_plan, QINGHE, currency="CNY") == 37_107_279 * 30 // 100
    assert held(by_plan, SHENGYUAN, currency="CNY") == 74_597_323 * 38 // 100


def test_a_loan_is_repaid_early_in_part_and_the_rest_out_of_the_settlement(by_invoices: DemoRun) -> None:
    (loan,) = financings(by_invoices, "loan")
    assert loan["state"] == "repaid"
    assert loan["repaid_minor"] > loan["drawdown_minor"] > 0
    received = {row["party"]: row["minor"] for row in by_invoices.found["settlement"]["received_by"]}
    length = loan["last"] - loan["first"] + 1
    # The pledgee first: lender and borrower together get the lot, and the lender is repaid in full with both.
    assert received[loan["funder"]] + received[loan["holder"]] == length
    early = loan["repaid_minor"] - received[loan["funder"]]
    assert early == loan["drawdown_minor"] * 25 // 100


def test_a_sale_costs_its_seller_a_discount_and_the_buyer_is_paid(by_invoices: DemoRun) -> None:
    (purchase,) = financings(by_invoices, "purchase")
    (loan,) = financings(by_invoices, "loan")
    length = purchase["last"] - purchase["first"] + 1
    assert 0 < purchase["drawdown_minor"] < length
    assert purchase["state"] == "purchased"
    assert purchase["holder"] != loan["holder"]
    received = {row["party"]: row["minor"] for row in by_invoices.found["settlement"]["received_by"]}
    assert received[purchase["funder"]] == length
    assert float(purchase["effective_annual_percent"]) > purchase["rate_bps"] / 100


def test_a_second_lender_a_stranger_and_an_unconfirmed_note_are_refused(by_invoices: DemoRun) -> None:
    refused = [(each["command"], each["code"]) for each in by_invoices.found["refusals"]]
    assert ("accept_offer", "AssetEncumbered") in refused
    assert ("confirm_note", "NotThisParty") in refused
    assert ("offer_purchase", "LotNotFound") in refused
    assert ("assign_lot", "UnexpectedLotState") in refused
    for each in by_invoices.found["refusals"]:
        assert "Demo Lender" not in each["message"]


def test_every_supplier_that_received_a_part_signed_or_had_agreed_before(by_invoices: DemoRun) -> None:
    gas = by_invoices.found["gas"]
    assert gas["set_standing_acceptance"]["count"] >= 1
    assert gas["accept_assignment"]["count"] >= 1


def test_the_gas_is_the_gas_of_the_chain(by_invoices: DemoRun) -> None:
    assert by_invoices.found["gas"]["register_party"]["count"] == len(by_invoices.found["parties"])
    assert by_invoices.found["gas"]["confirm_note"]["count"] == len(by_invoices.found["notes"])


def test_the_ledger_that_a_run_leaves_can_be_opened_and_checked(by_invoices: DemoRun) -> None:
    settings = Settings(home=by_invoices.out / "ledger", allow_time_travel=True)
    with open_ledger(settings, passphrase=lambda _: "not needed for reading") as ledger:
        checks = check_books(ledger.bench)
    assert all(check.ok for check in checks)
    names = Counter(check["invariant"] for check in by_invoices.found["checks"])
    assert all(names[check.invariant] == 1 for check in checks)


def test_the_report_needs_no_network_and_shows_the_tree(by_invoices: DemoRun) -> None:
    page = (by_invoices.out / "report.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<svg") >= 1 + len(by_invoices.found["notes"])
    for word in ("http:", "https:", "<script", "<link", "<img", "@import", "url("):
        assert word not in page
    for party in by_invoices.found["parties"]:
        assert party["name"] in page


def test_tables_are_on_standard_output_with_the_path_of_the_report(by_invoices: DemoRun) -> None:
    for title in ("Parties", "Notes", "Lots", "Financings", "Settlement", "Checks", "Gas"):
        assert title in by_invoices.text
    assert str((by_invoices.out / "report.html").resolve()) in by_invoices.text
    assert json.loads((by_invoices.out / "result.json").read_text("utf-8")) == by_invoices.found
