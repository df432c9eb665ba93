"""Frauds with goods that happened, replayed: where the ledger stops them, and what it needs for that.

Qingdao (2014): one keeper's metal under several receipts for several banks. Foshan (2022): aluminium pledged
by several documents of several keepers. Trafigura (2023): containers without the metal that their papers
named. What no ledger sees is said too: a keeper and an inspector who lie together.
"""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.goods.bill_number import KNOWN_CARRIERS
from counterfoil.domain.goods.good import Good, Quantity, Site, Unit
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.ledger import DraftTerms
from counterfoil.domain.lot import AssetId
from model import bill_commands, goods_commands
from model.commands import Command, digest
from model.contract_chain import START_S
from scenarios.goods_table import (
    AGE_S,
    CNY,
    IDS,
    ISSUED,
    REASON,
    ROOT,
    GoodsScenario,
    Row,
    Wait,
    attest,
    bill_terms,
    count,
    deliver,
    draft,
    endorse,
    force,
    issue,
    issue_bill,
    issued,
    keys,
    order_delivery,
    pledge_bill,
    pledge_receipt,
    release,
    restack,
    split,
    surrender,
    transfer,
)

FIRST = AssetId.of_receipt(1)
COIL = Good(code="7208.39", grade="S355", unit=Unit.of("TNE", decimals=3), name="coil")
CONSORTIUM_KEY = bytes(range(32))


def coil(serial: str, site: str) -> PhysicalLot:
    quantity = Quantity.parse("20.000", COIL.unit)
    return PhysicalLot(site=Site(site), quantity=quantity, maker="Baosteel", serial=serial)


def wide(text: str) -> str:
    """In the full-width letters that Chinese keyboards write."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def draft_of(lot: PhysicalLot, stock_id: int = 1) -> Command:
    return goods_commands.draft(
        DraftTerms(
            stock_id=stock_id,
            depositor_id=IDS["owner"],
            currency=CNY,
            value_minor=90_000,
            pledge_consent=True,
            detail_root=ROOT,
            lots=(BackingLot(key=lot.key(CONSORTIUM_KEY), quantity=lot.quantity.steps),),
        )
    )


def test_foshan_the_same_goods_shown_to_two_keepers(goods: GoodsScenario) -> None:
    """A coil is its maker's number, whoever keeps it and however the number is written."""
    goods.play(
        [
            Row("inspector", count(100_000)),
            Row("keeper2", goods_commands.open_stock(digest("yard 2"), digest("coil"), 3)),
            Row("inspector", count(100_000, 2)),
            Row("keeper", draft_of(coil("BS-0042-7", "CNFOS")), receipts={1: "DRAFT owner 20000"}),
            Row(
                "keeper2",
                draft_of(coil(" bs-0042-7", "CNCAN"), 2),
                refused="LotBacksReceipt",
                facts={"receipt": 1},
            ),
            Row("keeper2", draft_of(coil(wide("BS-0042-7"), "CNCAN"), 2), refused="LotBacksReceipt"),
            Row("keeper2", draft_of(coil("BS-0042-8", "CNCAN"), 2), receipts={2: "DRAFT owner 20000"}),
        ]
    )


def test_foshan_a_second_lender_on_the_same_receipt_or_a_part_of_it(goods: GoodsScenario) -> None:
    goods.play(
        [
            *ISSUED,
            Row("owner", pledge_receipt(1)),
            Row("owner", pledge_receipt(1, "buyer"), refused="AssetEncumbered"),
            Row("owner", split(1, "a"), refused="ReceiptPledged"),
            Row("keeper", draft(a=600), refused="LotBacksReceipt"),
            # The pledgee's lien goes with the receipt by whatever order it moves.
            Row("arbiter", force(1, "buyer")),
            Row("buyer", pledge_receipt(1, "outsider"), refused="AssetEncumbered"),
            Row("funder", release(FIRST)),
            Row("buyer", pledge_receipt(1, "outsider")),
        ]
    )


def test_qingdao_receipts_for_three_times_the_metal(goods: GoodsScenario) -> None:
    """Invented lots make no metal: receipts end at what an inspector counted."""
    goods.play(
        [
            *issued(1, draft(a=1000)),
            Row("keeper", draft(b=1000)),
            Row("keeper", draft(c=1000)),
            Row("inspector", attest(2)),
            Row("inspector", attest(3)),
            Row("keeper", issue(2), refused="StockExceeded", facts={"attested": 1000, "receipted": 2000}),
            Row("keeper", issue(3), refused="StockExceeded", facts={"attested": 1000, "receipted": 2000}),
            # Neither by handing goods out on paper and taking the same ones in again ...
            Row("owner", order_delivery(1)),
            Row("keeper", deliver(1, "a"), stocks={1: "0/0"}),
            Row("keeper", issue(2), refused="StockExceeded", facts={"attested": 0, "receipted": 1000}),
            # ... nor by a second stock of the same good at the same site ...
            Row(
                "keeper", goods_commands.open_stock(digest("site"), digest("coil"), 3), refused="StockExists"
            ),
            # ... nor by counting oneself.
            Row("keeper", count(3000), refused="RoleMissing"),
        ]
    )


def test_qingdao_by_the_unit_too_much(goods: GoodsScenario) -> None:
    goods.play(
        [
            *issued(1, draft(a=999)),
            Row("keeper", draft(b=2)),
            Row("inspector", attest(2)),
            Row("keeper", issue(2), refused="StockExceeded", facts={"receipted": 1001}),
            Row("keeper", restack(1, "a", a=1000), refused="LotsDoNotAddUp"),
            *issued(3, draft(c=1)),
        ]
    )


def test_a_keeper_alone_issues_nothing(goods: GoodsScenario) -> None:
    """A colluding keeper needs an inspector, and may not be its own, whatever roles it has."""
    goods.play(
        [
            Row("keeper2", goods_commands.open_stock(digest("yard 2"), digest("coil"), 3)),
            Row("keeper2", count(1000, 2), refused="InspectorIsKeeper"),
            Row("keeper2", draft(stock_id=2, a=1000)),
            Row("keeper2", issue(1), refused="NotAttested"),
            Row("keeper2", attest(1), refused="InspectorIsKeeper"),
            Row("keeper2", goods_commands.attest_receipt(1, bytes(32)), refused="InspectorIsKeeper"),
            Row("inspector", goods_commands.attest_receipt(1, bytes(32)), refused="EvidenceMissing"),
            Row("inspector", attest(1)),
            # Seen, and not counted: a stock without a count carries nothing.
            Row("keeper2", issue(1), refused="AttestationStale", facts={"fresh_until": 0}),
            Row("inspector", count(1000, 2)),
            Row("keeper2", issue(1), receipts={1: "ISSUED owner 1000"}),
        ]
    )


def test_nobody_attests_goods_that_it_deposits(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("keeper", draft(depositor="keeper2", a=10)),
            Row("keeper2", attest(1), refused="InspectorIsDepositor"),
            Row("inspector", attest(1)),
        ]
    )


def test_an_old_count_serves_no_new_lender(goods: GoodsScenario) -> None:
    goods.play(
        [
            *issued(1, draft(a=500)),
            Row("keeper", draft(b=500)),
            Wait(until_s=START_S + AGE_S + 1),
            Row("inspector", attest(2)),
            Row("keeper", issue(2), refused="AttestationStale"),
            Row("owner", pledge_receipt(1), refused="AttestationStale"),
            # The new count finds half of it: what is left carries no pledge either until that is cleared.
            Row("inspector", count(250), stocks={1: "250/500"}),
            Row("owner", pledge_receipt(1), refused="StockShort"),
            Row("keeper", issue(2), refused="StockExceeded"),
        ]
    )


def test_one_keeper_is_trusted_with_so_much_and_no_more(goods: GoodsScenario) -> None:
    """A colluding keeper and inspector can lie together; the cap bounds what that can cost."""
    goods.play(
        [
            Row("inspector", count(10**12)),
            *issued(1, draft(value=600_000, a=10**11)),
            Row("keeper", draft(value=400_001, b=10**11)),
            Row("inspector", attest(2)),
            Row("keeper", issue(2), refused="ExposureAboveCap"),
            # A cap is per keeper: splitting, merging and moving receipts changes nothing in it.
            Row("keeper", restack(1, "a", c=10**11 - 1, d=1)),
            Row("owner", split(1, "d"), exposure=600_000),
            Row("owner", transfer(1, "buyer", sequence=1), exposure=600_000),
            Row("keeper", issue(2), refused="ExposureAboveCap"),
        ]
    )


def test_a_draft_is_no_security(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("keeper", draft(a=1000)),
            Row("owner", pledge_receipt(1), refused="UnexpectedReceiptState"),
            Row("inspector", attest(1)),
            Row("owner", pledge_receipt(1), refused="UnexpectedReceiptState"),
            Row("owner", transfer(1, "buyer"), refused="UnexpectedReceiptState"),
        ]
    )


def test_a_pledge_without_the_keeper_is_none(goods: GoodsScenario) -> None:
    """担保解释 59: the keeper's seal makes the pledge, and taking it back serves for the future only."""
    goods.play(
        [
            *issued(1, draft(consent=False, a=600, b=400)),
            Row("owner", pledge_receipt(1), refused="PledgeNotConsented"),
            Row("keeper", goods_commands.set_pledge_consent(1, True)),
            Row("owner", pledge_receipt(1)),
            Row("keeper", goods_commands.set_pledge_consent(1, False)),
            Row("owner", order_delivery(1), refused="ReceiptPledged"),
            Row("funder", release(FIRST)),
            Row("owner", pledge_receipt(1), refused="PledgeNotConsented"),
        ]
    )


def test_pledged_goods_do_not_leave_by_the_back_door(goods: GoodsScenario) -> None:
    """By an order given before the pledge, a seal given before it, or by cancelling: none of it goes."""
    goods.play(
        [
            *ISSUED,
            Row("owner", order_delivery(1)),
            Row("owner", pledge_receipt(1), refused="UnexpectedReceiptState"),
            Row("owner", goods_commands.revoke_delivery(1)),
            Row("owner", pledge_receipt(1)),
            Row("keeper", deliver(1, "a b"), refused="UnexpectedReceiptState"),
            Row("owner", order_delivery(1), refused="ReceiptPledged"),
            Row("owner", transfer(1, "buyer"), refused="ReceiptPledged"),
            Row("keeper", goods_commands.discard_draft(1, keys("a b")), refused="UnexpectedReceiptState"),
            Row("arbiter", goods_commands.cancel(1, keys("a b"), REASON), refused="ReceiptPledged"),
            Row("owner", goods_commands.dispute(1, digest("delay"))),
            Row("arbiter", goods_commands.cancel(1, keys("a b"), REASON), refused="ReceiptPledged"),
        ]
    )


def test_a_bill_and_the_receipt_of_its_goods_are_not_both_title(goods: GoodsScenario) -> None:
    """The same cargo pledged at sea and on land: the bill ends before the receipt begins."""
    goods.play(
        [
            Row("carrier", issue_bill()),
            Row("owner", pledge_bill(1)),
            Row("owner", surrender(1), refused="BillPledged"),
            Row("keeper", draft(a=1000)),
            Row("carrier", bill_commands.discharge_bill(1, 1), refused="UnexpectedBillState"),
            Row("funder", release(AssetId.of_bill(1))),
            Row("owner", surrender(1)),
            Row("owner", pledge_bill(1), refused="UnexpectedBillState"),
            Row("carrier", bill_commands.discharge_bill(1, 1)),
            Row("owner", pledge_bill(1), refused="UnexpectedBillState"),
            Row("owner", endorse(1, "buyer"), refused="UnexpectedBillState"),
            Row("carrier", bill_commands.discharge_bill(1, 1), refused="UnexpectedBillState"),
            Row("inspector", attest(1)),
            Row("keeper", issue(1)),
            Row("owner", pledge_receipt(1)),
        ]
    )


def test_a_second_original_of_a_bill_is_refused_in_any_spelling(goods: GoodsScenario) -> None:
    def written(number: str, carrier: str = "MSCU") -> Command:
        key = KNOWN_CARRIERS.bill(carrier=carrier, number=number).key(CONSORTIUM_KEY)
        return bill_commands.issue_bill(replace(bill_terms(), number=key))

    used = "BillNumberUsed"
    goods.play(
        [
            Row("carrier", written("MSCUSH123456"), bills={1: "ISSUED owner 1000"}),
            Row("carrier", written("mscu sh 123456"), refused=used, facts={"bill": 1}),
            Row("outsider", written("MSCU-SH-123456"), refused=used, facts={"bill": 1}),
            Row("carrier", written("SH123456"), refused=used),
            Row("carrier", written("MEDUSH123456", "MEDU"), refused=used),
            Row("carrier", written(wide("MSCUSH123456")), refused=used),
            Row("carrier", written("MSCUSH123457"), bills={2: "ISSUED owner 1000"}),
        ]
    )


def test_a_bill_is_discharged_once(goods: GoodsScenario) -> None:
    """The second keeper that is shown the same bill gets no goods under it."""
    goods.play(
        [
            Row("keeper2", goods_commands.open_stock(digest("yard 2"), digest("coil"), 3)),
            Row("carrier", issue_bill()),
            Row("owner", surrender(1)),
            Row("keeper", draft(a=1000)),
            Row("keeper2", draft(stock_id=2, b=1000)),
            Row("carrier", bill_commands.discharge_bill(1, 1), bills={1: "DISCHARGED owner 1000"}),
            Row("carrier", bill_commands.discharge_bill(1, 2), refused="UnexpectedBillState"),
            Row("carrier", bill_commands.switch_bill(1, bill_terms("two")), refused="UnexpectedBillState"),
        ]
    )


def test_a_bill_lives_on_in_its_replacement_only(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("carrier", issue_bill("one")),
            Row("owner", surrender(1)),
            Row("carrier", bill_commands.switch_bill(1, bill_terms("two"))),
            Row("owner", pledge_bill(1), refused="UnexpectedBillState"),
            Row("owner", pledge_bill(2)),
            Row("carrier", bill_commands.switch_bill(1, bill_terms("three")), refused="UnexpectedBillState"),
        ]
    )
