"""What stands behind the hashes of receipts and bills is kept once and comes back as it was."""

from __future__ import annotations

from datetime import date

from counterfoil.domain.goods.good import Good, Site, Unit
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.goods.receipt_document import (
    Period,
    ReceiptDocument,
    ReceiptGoods,
    ReceiptParty,
    StorageFee,
)
from counterfoil.domain.goods.salted_fields import salt_fields
from counterfoil.domain.money import Currency, Money
from counterfoil.ports.store import TitleDocumentRecord, TitleKind
from counterfoil.store.unit_of_work import Store

ROOT = bytes(range(32))
COIL = Good(code="HRC-Q235B", grade="A", unit=Unit.of("TNE"), name="hot rolled coil")
TODAY = date(2026, 11, 22)
LOT = PhysicalLot(site=Site("CNTAO-7"), quantity=COIL.quantity("24.980"), maker="Rongjin", serial="R-0451")
DOCUMENT = ReceiptDocument(
    number="WR-1",
    issued_by="Li Wei",
    issued_at="Qingdao",
    issued_on=TODAY,
    keeper=ReceiptParty(name="Dagang Storage", identity="91370200MA3C000001"),
    depositor=ReceiptParty(name="融锦特钢材料有限公司", address="1 Port Road"),
    goods=ReceiptGoods(
        good=COIL, quantity=LOT.quantity, quality="prime", packaging="strapped", pieces=1, marks="R-0451"
    ),
    loss_standard="none",
    site=LOT.site,
    period=Period(first=TODAY, last=TODAY),
    fee=StorageFee(price=Money(50, Currency.of("CNY")), basis="a tonne and a day"),
    lots=(LOT,),
)


def test_documents_come_back_by_their_roots_with_their_salts(store: Store) -> None:
    receipt = TitleDocumentRecord(
        kind=TitleKind.RECEIPT, salted=salt_fields(DOCUMENT.fields()), receipt=DOCUMENT
    )
    bill = TitleDocumentRecord(kind=TitleKind.BILL, salted=salt_fields({"bill.number": "583047112"}))
    with store.begin() as work:
        for _ in range(2):
            work.titles.add(receipt)
            work.titles.add(bill)
    with store.begin() as work:
        assert work.titles.by_root(receipt.salted.root) == receipt
        assert work.titles.by_root(bill.salted.root) == bill
        assert work.titles.by_root(bytes(32)) is None


def test_one_document_salted_twice_has_two_roots(store: Store) -> None:
    first, second = (
        TitleDocumentRecord(kind=TitleKind.RECEIPT, salted=salt_fields(DOCUMENT.fields()), receipt=DOCUMENT)
        for _ in range(2)
    )
    assert first.detail_root != second.detail_root
    with store.begin() as work:
        work.titles.add(first)
        assert work.titles.by_root(second.detail_root) is None


def test_lots_goods_and_sites_come_back_by_their_keys(store: Store) -> None:
    lot_key = LOT.key(bytes(32))
    with store.begin() as work:
        for _ in range(2):
            work.titles.add_lot(lot_key, LOT)
            work.titles.add_good(COIL)
            work.titles.add_site(LOT.site)
    with store.begin() as work:
        assert work.titles.lot_by_key(lot_key) == LOT
        assert work.titles.good_by_key(COIL.key) == COIL
        assert work.titles.all_goods() == (COIL,)
        assert work.titles.site_by_key(LOT.site.key) == LOT.site
        assert work.titles.lot_by_key(ROOT) is None
        assert work.titles.good_by_key(ROOT) is None
        assert work.titles.site_by_key(ROOT) is None


def test_a_second_spelling_of_a_good_is_the_same_good(store: Store) -> None:
    with store.begin() as work:
        work.titles.add_good(COIL)
        work.titles.add_good(Good(code=" hrc-q235b", grade="a", unit=Unit.of("tne"), name="coil"))
        assert [good.name for good in work.titles.all_goods()] == ["hot rolled coil"]


def test_a_bill_number_comes_back_by_its_key(store: Store) -> None:
    with store.begin() as work:
        work.titles.add_bill_number(ROOT, carrier="MAEU", number="583047112")
        assert work.titles.bill_number_of(ROOT) == ("MAEU", "583047112")
        assert work.titles.bill_number_of(bytes(32)) is None
