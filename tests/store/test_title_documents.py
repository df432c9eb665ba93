"""What stands behind the hashes of receipts and bills is kept once and comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.domain.goods import Good, Site, Unit
from counterfoil.domain.physical_lot import PhysicalLot
from counterfoil.store.unit_of_work import Store, open_sqlite
from counterfoil.store_port import TitleDocumentRecord, TitleKind

ROOT = bytes(range(32))
COIL = Good(code="HRC-Q235B", grade="A", unit=Unit.of("TNE"), name="hot rolled coil")
LOT = PhysicalLot(site=Site("CNTAO-7"), quantity=COIL.quantity("24.980"), maker="Rongjin", serial="R-0451")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_sqlite(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def test_a_document_comes_back_by_its_root_and_is_never_replaced(store: Store) -> None:
    kept = TitleDocumentRecord(detail_root=ROOT, kind=TitleKind.RECEIPT, body_json='{"goods":"卷钢"}')
    with store.begin() as work:
        work.titles.add(kept)
        work.titles.add(TitleDocumentRecord(detail_root=ROOT, kind=TitleKind.BILL, body_json="{}"))
    with store.begin() as work:
        assert work.titles.by_root(ROOT) == kept
        assert work.titles.by_root(bytes(32)) is None


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
