# ruff: noqa: E501 - tables of refusals keep one case a line
"""What keeper, holder, inspector and arbiter do with warehouse receipts, and how they are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.money import Money
from counterfoil.domain.states import ReceiptState
from counterfoil.usecases.receipts.amend_receipt import amend_receipt
from counterfoil.usecases.receipts.attest_receipt import attest_receipt
from counterfoil.usecases.receipts.attest_stock import attest_stock
from counterfoil.usecases.receipts.audit_stock import audit_stock
from counterfoil.usecases.receipts.cancel_receipt import cancel_receipt
from counterfoil.usecases.receipts.close_receipt_dispute import close_receipt_dispute
from counterfoil.usecases.receipts.deliver_part import deliver_part
from counterfoil.usecases.receipts.deliver_receipt import deliver_receipt
from counterfoil.usecases.receipts.discard_draft import discard_draft
from counterfoil.usecases.receipts.disclose_receipt import disclose_receipt, verify_receipt_disclosure
from counterfoil.usecases.receipts.dispute_receipt import dispute_receipt
from counterfoil.usecases.receipts.force_receipt_transfer import force_receipt_transfer
from counterfoil.usecases.receipts.freeze_receipt import freeze_receipt
from counterfoil.usecases.receipts.issue_receipt import issue_receipt
from counterfoil.usecases.receipts.open_stock import open_stock
from counterfoil.usecases.receipts.order_delivery import order_delivery
from counterfoil.usecases.receipts.revoke_delivery import revoke_delivery
from counterfoil.usecases.receipts.seal_transfer import seal_transfer
from counterfoil.usecases.receipts.set_attestation_age import set_attestation_age
from counterfoil.usecases.receipts.set_exposure_cap import set_exposure_cap
from counterfoil.usecases.receipts.set_pledge_consent import set_pledge_consent
from counterfoil.usecases.receipts.show_receipt import list_receipts, show_receipt
from counterfoil.usecases.receipts.take_in import take_in
from counterfoil.usecases.receipts.transfer_receipt import transfer_receipt
from counterfoil.usecases.receipts.unfreeze_receipt import unfreeze_receipt
from counterfoil.usecases.receipts.withdraw_receipt_dispute import withdraw_receipt_dispute
from counterfoil.usecases.workbench import Workbench
from goods_support import (
    COILS,
    EUR,
    INSPECTOR,
    KEEPER,
    OTHER_KEEPER,
    SITE,
    STEEL,
    books_hold,
    coil,
    document,
    refusal,
    state_of,
)
from ledger_support import BANK, DAY_S, LAHN, VALTENNA

Command = Callable[[Workbench], object]


def test_a_receipt_from_intake_to_delivery(warehouse: Workbench) -> None:
    bench = warehouse
    sheet = show_receipt(bench, receipt_id=1)
    assert (sheet.state, sheet.quantity, sheet.holder_name) == (ReceiptState.ISSUED, "75.115 TNE", LAHN.name)
    assert [step.how for step in sheet.title] == ["issued"]
    assert sheet.attested_at is not None
    assert sheet.inspector_name == INSPECTOR.name
    assert sheet.lots is not None
    assert [each.lot for each in sheet.lots] == list(COILS)
    assert sheet.document == document()

    transfer_receipt(
        bench, actor=LAHN.key, receipt_id=1, to=VALTENNA.key, reference="PO-9", sealed_by=KEEPER.key
    )
    order_delivery(bench, actor=VALTENNA.key, receipt_id=1, order="truck DU-HL 77")
    delivered = deliver_receipt(bench, actor=KEEPER.key, receipt_id=1, handover="weighbridge 4711")

    assert state_of(bench) is ReceiptState.DELIVERED
    stock = bench.read_model.state.stocks[1]
    assert (stock.receipted, stock.attested) == (0, 100_000 - 75_115)
    assert [step.how for step in show_receipt(bench, receipt_id=1).title] == [
        "issued",
        "transferred",
        "delivered",
    ]
    assert delivered.gas_used > 0
    assert books_hold(bench)


def test_the_same_coil_at_another_keeper_is_refused(warehouse: Workbench) -> None:
    """Qingdao: one heap, two receipts. A number on the goods is the same number in every shed and spelling."""
    bench = warehouse
    elsewhere = replace(coil(" c-1002 ", "24.980"), maker="SALZGITTER")
    stock = open_stock(bench, actor=OTHER_KEEPER.key, site=SITE, good=STEEL)
    attest_stock(bench, actor=INSPECTOR.key, stock_id=stock.stock_id, quantity="50", evidence="tally 2")
    second = document([elsewhere], number="LN-1", keeper=OTHER_KEEPER, depositor=VALTENNA)
    assert refusal(bench, take_in, actor=OTHER_KEEPER.key, document=second) == "LotBacksReceipt"


def test_what_take_in_refuses(warehouse: Workbench) -> None:
    bench = warehouse
    fresh = document([coil("C-2001", "10.000")], number="WR-2")
    cases: list[tuple[Command, str]] = [
        (lambda b: take_in(b, actor=OTHER_KEEPER.key, document=fresh), "NotKeeperOfIntake"),
        (
            lambda b: take_in(
                b,
                actor=OTHER_KEEPER.key,
                document=replace(fresh, keeper=document(keeper=OTHER_KEEPER).keeper),
            ),
            "StockOfIntakeMissing",
        ),
        (
            lambda b: take_in(
                b, actor=KEEPER.key, document=document([coil("C-2001", "1")], value_minor=None)
            ),
            "ValueOfIntakeMissing",
        ),
        (
            lambda b: take_in(
                b, actor=KEEPER.key, document=document([coil("C-2001", "1"), coil("c-2001", "1")])
            ),
            "LotStatedTwice",
        ),
        (lambda b: take_in(b, actor=KEEPER.key, document=fresh, depositor="Nobody & Sons"), "PartyNotFound"),
        (lambda b: take_in(b, actor=KEEPER.key, document=fresh, depositor=KEEPER.key), "KeeperAsHolder"),
    ]
    for command, code in cases:
        assert refusal(bench, command) == code
    taken = take_in(bench, actor=KEEPER.key, document=fresh, value=Money(1, EUR))
    assert bench.read_model.state.receipts[taken.receipt_id].value_minor == 1


def test_nothing_is_issued_without_an_inspector_over_the_count_or_over_the_cap(stocked: OpenLedger) -> None:
    bench = stocked.bench
    draft = take_in(bench, actor=KEEPER.key, document=document([coil("C-2001", "24.885")], number="WR-2"))
    receipt_id = draft.receipt_id
    assert refusal(bench, issue_receipt, actor=KEEPER.key, receipt_id=receipt_id) == "NotAttested"
    assert (
        refusal(bench, attest_receipt, actor=KEEPER.key, receipt_id=receipt_id, evidence="x") == "RoleMissing"
    )
    assert (
        refusal(bench, attest_receipt, actor=INSPECTOR.key, receipt_id=receipt_id, evidence=" ")
        == "ReferenceEmpty"
    )
    attest_receipt(bench, actor=INSPECTOR.key, receipt_id=receipt_id, evidence="IR-78")

    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="99.999", evidence="tally 2")
    assert refusal(bench, issue_receipt, actor=KEEPER.key, receipt_id=receipt_id) == "StockExceeded"
    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="100", evidence="tally 3")
    set_exposure_cap(bench, keeper=KEEPER.key, currency="EUR", cap_minor=8_999_999)
    assert refusal(bench, issue_receipt, actor=KEEPER.key, receipt_id=receipt_id) == "ExposureAboveCap"
    set_exposure_cap(bench, keeper=KEEPER.key, currency="EUR", cap_minor=9_000_000)
    set_attestation_age(bench, max_age_s=2 * DAY_S)
    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="100", evidence="tally 4")
    stocked.advance_time(3 * DAY_S)
    assert refusal(bench, issue_receipt, actor=KEEPER.key, receipt_id=receipt_id) == "ReceiptAttestationStale"
    attest_receipt(bench, actor=INSPECTOR.key, receipt_id=receipt_id, evidence="IR-79")
    assert refusal(bench, issue_receipt, actor=KEEPER.key, receipt_id=receipt_id) == "AttestationStale"
    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="100", evidence="tally 5")
    issue_receipt(bench, actor=KEEPER.key, receipt_id=receipt_id)
    assert state_of(bench, receipt_id) is ReceiptState.ISSUED
    assert books_hold(bench)


def test_a_discarded_draft_gives_its_lots_back(warehouse: Workbench) -> None:
    bench = warehouse
    fresh = document([coil("C-2001", "10.000")], number="WR-2")
    first = take_in(bench, actor=KEEPER.key, document=fresh)
    assert refusal(bench, take_in, actor=KEEPER.key, document=fresh) == "LotBacksReceipt"
    discard_draft(bench, actor=KEEPER.key, receipt_id=first.receipt_id)
    assert take_in(bench, actor=KEEPER.key, document=fresh).receipt_id == first.receipt_id + 1


def test_a_delivery_order_stops_the_receipt_until_it_is_revoked(warehouse: Workbench) -> None:
    bench = warehouse
    assert (
        refusal(bench, deliver_receipt, actor=KEEPER.key, receipt_id=1, handover="x") == "DeliveryNotOrdered"
    )
    order_delivery(bench, actor=LAHN.key, receipt_id=1, order="truck")
    assert (
        refusal(
            bench,
            transfer_receipt,
            actor=LAHN.key,
            receipt_id=1,
            to=VALTENNA.key,
            reference="x",
            sealed_by=KEEPER.key,
        )
        == "UnexpectedReceiptState"
    )
    assert refusal(bench, revoke_delivery, actor=KEEPER.key, receipt_id=1) == "NotReceiptHolder"
    assert refusal(bench, deliver_receipt, actor=OTHER_KEEPER.key, receipt_id=1, handover="x") == "NotKeeper"
    revoke_delivery(bench, actor=LAHN.key, receipt_id=1)
    assert state_of(bench) is ReceiptState.ISSUED


def test_partial_delivery_in_a_row(warehouse: Workbench) -> None:
    bench = warehouse
    done = deliver_part(
        bench,
        actor=LAHN.key,
        keeper=KEEPER.key,
        receipt_id=1,
        quantity="50.105",
        order="half",
        handover="W-1",
    )
    assert (state_of(bench, done.delivered_id), state_of(bench)) == (
        ReceiptState.DELIVERED,
        ReceiptState.ISSUED,
    )
    assert show_receipt(bench, receipt_id=1).quantity == "25.010 TNE"
    stock = bench.read_model.state.stocks[1]
    assert (stock.receipted, stock.attested) == (25_010, 100_000 - 50_105)
    assert [receipt.operation for receipt in [done]] == ["deliver_part"]
    assert books_hold(bench)


def test_disputes_and_orders(warehouse: Workbench) -> None:
    bench = warehouse
    dispute_receipt(bench, actor=LAHN.key, receipt_id=1, evidence="rust on C-1002")
    assert (
        refusal(bench, withdraw_receipt_dispute, actor=KEEPER.key, receipt_id=1, reason="x") == "NotDisputant"
    )
    withdraw_receipt_dispute(bench, actor=LAHN.key, receipt_id=1, reason="cleaned")
    dispute_receipt(bench, actor=KEEPER.key, receipt_id=1, evidence="fees unpaid")
    close_receipt_dispute(bench, receipt_id=1, reason="award 3")
    assert state_of(bench) is ReceiptState.ISSUED
    assert refusal(bench, freeze_receipt, receipt_id=1, order=" ") == "ReferenceEmpty"
    freeze_receipt(bench, receipt_id=1, order="LG Duisburg 4 O 12/26")
    force_receipt_transfer(bench, receipt_id=1, to=VALTENNA.key, order="LG Duisburg 4 O 12/26")
    assert state_of(bench) is ReceiptState.FROZEN
    assert bench.read_model.state.receipts[1].holder_id == 3
    unfreeze_receipt(bench, receipt_id=1, order="LG Duisburg 4 O 13/26")
    cancel_receipt(bench, receipt_id=1, order="goods burnt, LG Duisburg 4 O 14/26")
    assert state_of(bench) is ReceiptState.CANCELLED
    assert books_hold(bench)


def test_a_receipt_is_amended_in_words_and_not_in_goods(warehouse: Workbench) -> None:
    bench = warehouse
    longer = replace(document(), remarks="stored under cover")
    amend_receipt(bench, actor=KEEPER.key, receipt_id=1, document=longer, reason="roof built")
    assert show_receipt(bench, receipt_id=1).document == longer
    lighter = document([*COILS[:2], coil("C-1003", "25.000")])
    assert (
        refusal(bench, amend_receipt, actor=KEEPER.key, receipt_id=1, document=lighter, reason="x")
        == "AmendmentChangesGoods"
    )
    swapped = document([*COILS[:2], coil("C-1004", "25.010")])
    assert (
        refusal(bench, amend_receipt, actor=KEEPER.key, receipt_id=1, document=swapped, reason="x")
        == "AmendmentChangesGoods"
    )
    assert (
        refusal(bench, amend_receipt, actor=LAHN.key, receipt_id=1, document=longer, reason="x")
        == "NotKeeper"
    )


def test_consent_to_pledges_is_the_keepers(warehouse: Workbench) -> None:
    bench = warehouse
    assert refusal(bench, set_pledge_consent, actor=LAHN.key, receipt_id=1, given=False) == "NotKeeper"
    set_pledge_consent(bench, actor=KEEPER.key, receipt_id=1, given=False)
    assert not show_receipt(bench, receipt_id=1).receipt.pledge_consent


def test_a_disclosure_shows_what_it_says_and_cannot_be_changed(warehouse: Workbench) -> None:
    bench = warehouse
    disclosure = disclose_receipt(bench, receipt_id=1, fields=["goods", "lots[0]"])
    found = verify_receipt_disclosure(bench, disclosure=disclosure)
    assert found.receipt_id == 1
    assert found.values["goods.quantity"] == "75.115 TNE"
    assert found.values["lots[0].serial"] == "C-1001"
    assert "depositor.name" not in found.values
    assert "depositor.name" in disclosure.hidden
    first = disclosure.shown[0]
    altered = replace(disclosure, shown=(replace(first, value="99"), *disclosure.shown[1:]))
    assert refusal(bench, verify_receipt_disclosure, disclosure=altered) == "DisclosureFitsNone"
    assert refusal(bench, verify_receipt_disclosure, disclosure=altered, receipt_id=1) == "DisclosureInvalid"
    assert refusal(bench, verify_receipt_disclosure, disclosure=disclosure, receipt_id=9) == "ReceiptNotFound"
    assert refusal(bench, disclose_receipt, receipt_id=1, fields=["colour"]) == "DisclosureFieldUnknown"
    amend_receipt(
        bench, actor=KEEPER.key, receipt_id=1, document=replace(document(), remarks="x"), reason="y"
    )
    assert refusal(bench, verify_receipt_disclosure, disclosure=disclosure) == "DisclosureFitsNone"


def test_an_audit_at_any_block_says_what_is_missing(warehouse: Workbench) -> None:
    bench = warehouse
    before = bench.read_model.block_number
    assert audit_stock(bench).agrees
    attest_stock(
        bench, actor=INSPECTOR.key, stock_id=1, quantity="75.000", evidence="recount after the storm"
    )
    report = audit_stock(bench, keeper=KEEPER.key, site="dedui-hafen-4", good="HRC")
    assert not report.agrees
    assert [each.differences for each in report.stocks] == [
        ("receipts give title to 75.115 TNE, attested are 75.000 TNE: 0.115 TNE missing",)
    ]
    earlier = audit_stock(bench, block_number=before)
    assert earlier.agrees
    assert [each.sheet.stock.attested for each in earlier.stocks] == [100_000, 500_000]
    assert audit_stock(bench, keeper=OTHER_KEEPER.key).stocks == ()
    assert audit_stock(bench, block_number=0).stocks == ()
    assert refusal(bench, audit_stock, block_number=10_000) == "BlockNotReached"
    assert refusal(bench, audit_stock, good="COPPER") == "GoodNotFound"


def test_a_short_stock_stops_issue_and_delivery(warehouse: Workbench) -> None:
    bench = warehouse
    attest_stock(bench, actor=INSPECTOR.key, stock_id=1, quantity="75", evidence="recount")
    order_delivery(bench, actor=LAHN.key, receipt_id=1, order="truck")
    assert refusal(bench, deliver_receipt, actor=KEEPER.key, receipt_id=1, handover="x") == "StockShort"


def test_numbers_that_do_not_exist_are_refused_before_anything_is_sent(warehouse: Workbench) -> None:
    bench = warehouse
    head = bench.ledger.head()
    commands: list[tuple[Command, str]] = [
        (
            lambda b: attest_stock(b, actor=INSPECTOR.key, stock_id=9, quantity="1", evidence="x"),
            "StockNotFound",
        ),
        (lambda b: attest_receipt(b, actor=INSPECTOR.key, receipt_id=9, evidence="x"), "ReceiptNotFound"),
        (lambda b: issue_receipt(b, actor=KEEPER.key, receipt_id=9), "ReceiptNotFound"),
        (lambda b: order_delivery(b, actor=LAHN.key, receipt_id=9, order="x"), "ReceiptNotFound"),
        (lambda b: order_delivery(b, actor=LAHN.key, receipt_id=1, order=" "), "ReferenceEmpty"),
        (lambda b: dispute_receipt(b, actor=LAHN.key, receipt_id=1, evidence=""), "ReferenceEmpty"),
        (
            lambda b: attest_stock(b, actor=INSPECTOR.key, stock_id=1, quantity="1,5", evidence="x"),
            "QuantityMalformed",
        ),
        (
            lambda b: seal_transfer(b, actor=LAHN.key, receipt_id=1, to=BANK.key, reference="x"),
            "SealerNotKeeper",
        ),
    ]
    for command, code in commands:
        assert refusal(bench, command) == code
    assert bench.ledger.head() == head
    assert [sheet.receipt.receipt_id for sheet in list_receipts(bench)] == [1]
