"""A warehouse for tests that need goods: keeper, inspector, price source, carrier, stocks and a receipt.

Lahn (party 1 of ledger_support) deposits steel with Hafenlager; Rheinprüf inspects.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.goods.good import Good, Site, Unit
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.goods.receipt_document import (
    Insurance,
    Period,
    ReceiptDocument,
    ReceiptGoods,
    ReceiptParty,
    StorageFee,
    Valuation,
)
from counterfoil.domain.money import Currency, Money
from counterfoil.domain.states import PartyRole, ReceiptState
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.facilities.post_price import post_price
from counterfoil.usecases.parties.register_party import register_party
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.receipts.attest_receipt import attest_receipt
from counterfoil.usecases.receipts.attest_stock import attest_stock
from counterfoil.usecases.receipts.issue_receipt import issue_receipt
from counterfoil.usecases.receipts.open_stock import open_stock
from counterfoil.usecases.receipts.set_exposure_cap import set_exposure_cap
from counterfoil.usecases.receipts.take_in import take_in
from counterfoil.usecases.workbench import Workbench
from ledger_support import BANK, HALDEN, LAHN, SECOND_BANK, VALTENNA, Firm, ledger_in

KEEPER = Firm("Hafenlager Duisburg GmbH", "DE936044506")
OTHER_KEEPER = Firm("Lagerhaus Nord GmbH", "DE442852494")
INSPECTOR = Firm("Rheinprüf GmbH", "DE581218214")
CARRIER = Firm("Nordsee Linie AG", "DE975142123")
SOURCE = Firm("Stahlpreis Daten GmbH", "DE811407456")

EUR = Currency.of("EUR")
STEEL = Good(code="HRC", grade="S235JR", unit=Unit.of("TNE"), name="hot-rolled coil")
GRAIN = Good(code="WHEAT", grade="A", unit=Unit.of("TNE"), name="wheat")
SITE = Site("DEDUI-HAFEN-4")
_ROLES = {
    KEEPER: PartyRole.KEEPER,
    OTHER_KEEPER: PartyRole.KEEPER,
    INSPECTOR: PartyRole.INSPECTOR,
    CARRIER: PartyRole.CARRIER,
    SOURCE: PartyRole.PRICE_SOURCE,
}


def coil(serial: str, quantity: str) -> PhysicalLot:
    """A coil with the maker's number on it."""
    return PhysicalLot(
        site=SITE, quantity=STEEL.quantity(quantity), bay="B-01", maker="Salzgitter", serial=serial
    )


def heap(bay: str, batch: str, quantity: str) -> PhysicalLot:
    """Grain that only its place identifies."""
    return PhysicalLot(site=SITE, quantity=GRAIN.quantity(quantity), bay=bay, batch=batch)


COILS = (coil("C-1001", "25.125"), coil("C-1002", "24.980"), coil("C-1003", "25.010"))


def document(
    lots: Sequence[PhysicalLot] = COILS,
    *,
    number: str = "WR-2026-0001",
    good: Good = STEEL,
    keeper: Firm = KEEPER,
    depositor: Firm = LAHN,
    value_minor: int | None = 4_500_000,
    pieces: int | None = None,
) -> ReceiptDocument:
    """A receipt over lots. value_minor: the valuation in euro cents, None for none."""
    quantity = lots[0].quantity
    for lot in lots[1:]:
        quantity += lot.quantity
    period = Period(first=date(2026, 11, 1), last=date(2027, 10, 31))
    return ReceiptDocument(
        number=number,
        issued_by="Anna Brandt",
        issued_at="Duisburg",
        issued_on=date(2026, 11, 1),
        keeper=ReceiptParty(name=keeper.name, identity=keeper.vat),
        depositor=ReceiptParty(name=depositor.name, address="Lahnstraße 1", identity=depositor.vat),
        goods=ReceiptGoods(
            good=good,
            quantity=quantity,
            quality="EN 10025-2",
            packaging="strapped",
            pieces=pieces or len(lots),
            marks="as on the lots",
        ),
        loss_standard="weighed in and out",
        site=lots[0].site,
        period=period,
        fee=StorageFee(price=Money(50, EUR), basis="a tonne and a day"),
        lots=tuple(lots),
        insurance=Insurance(sum_insured=Money(5_000_000, EUR), period=period, insurer="Hanse Mutual"),
        valuation=None
        if value_minor is None
        else Valuation(value=Money(value_minor, EUR), valued_on=date(2026, 10, 30)),
    )


def issued(bench: Workbench, stated: ReceiptDocument, *, consent: bool = True) -> int:
    """Take in, attest and issue; the receipt's number."""
    taken = take_in(bench, actor=KEEPER.key, document=stated, pledge_consent=consent)
    attest_receipt(bench, actor=INSPECTOR.key, receipt_id=taken.receipt_id, evidence="weighed, IR-77")
    issue_receipt(bench, actor=KEEPER.key, receipt_id=taken.receipt_id)
    return taken.receipt_id


def make_stocked_home(traded: Path, home: Path) -> Path:
    """Parties of the warehouse, stocks 1 (steel, 100 t) and 2 (grain, 500 t), receipt 1 over coils.

    A tonne of steel costs 600.00 EUR. Everybody who may receive title accepts in advance.
    """
    shutil.copytree(traded, home)
    with ledger_in(home) as ledger:
        bench = ledger.bench
        for firm, role in _ROLES.items():
            register_party(bench, name=firm.name, identifiers=[firm.key], roles=role)
        for holder in (LAHN, HALDEN, VALTENNA, BANK, SECOND_BANK):
            set_standing_acceptance(bench, actor=holder.key)
        for good, counted in ((STEEL, "100.000"), (GRAIN, "500")):
            stock = open_stock(bench, actor=KEEPER.key, site=SITE, good=good)
            attest_stock(
                bench, actor=INSPECTOR.key, stock_id=stock.stock_id, quantity=counted, evidence="tally 1"
            )
        set_exposure_cap(bench, keeper=KEEPER.key, currency="EUR", cap_minor=20_000_000)
        issued(bench, document())
        post_price(bench, actor=SOURCE.key, good=STEEL, currency="EUR", price_minor=60_000)
    return home


def refusal(bench: Workbench, command: Callable[..., object], **stated: object) -> str:
    """The code with which a command is refused; every refusal has a sentence and a remedy."""
    with pytest.raises(CounterfoilError) as refused:
        command(bench, **stated)
    assert refused.value.message
    assert refused.value.remedy, refused.value.code
    return refused.value.code


def state_of(bench: Workbench, receipt_id: int = 1) -> ReceiptState:
    """A receipt's state in the record."""
    return bench.read_model.state.receipts[receipt_id].state


def books_hold(bench: Workbench) -> bool:
    """Whether every invariant holds and the record equals the contracts."""
    return [check for check in check_books(bench) if not check.ok] == []
