"""Goods come into a warehouse: counted, taken in, attested, and put on a receipt that nothing else backs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counterfoil.domain.goods.good import Good, Quantity, Site
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.entrypoints.demo.attempts import Attempts
from counterfoil.entrypoints.demo.goods.intake_file import valuation_of
from counterfoil.entrypoints.demo.goods.parties import GoodsParties
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.usecases.receipts.attest_receipt import attest_receipt
from counterfoil.usecases.receipts.attest_stock import attest_stock
from counterfoil.usecases.receipts.issue_receipt import issue_receipt
from counterfoil.usecases.receipts.open_stock import open_stock
from counterfoil.usecases.receipts.set_exposure_cap import set_exposure_cap
from counterfoil.usecases.receipts.take_in import take_in
from counterfoil.usecases.workbench import Workbench

_OTHER_SITE = Site("CNTAG-XINGANG-2")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


@dataclass(slots=True)
class Storing:
    """The steps, in the order in which `run` takes them."""

    bench: Workbench
    parties: GoodsParties
    attempts: Attempts
    teller: Teller

    @property
    def document(self) -> ReceiptDocument:
        """What the keeper states."""
        return self.parties.document

    @property
    def good(self) -> Good:
        """What is stored."""
        return self.document.goods.good

    def run(self) -> int:
        """The number of the issued receipt."""
        self._allow_exposure()
        opened = open_stock(self.bench, actor=self.parties.keeper, site=self.document.site, good=self.good)
        taken = take_in(
            self.bench,
            actor=self.parties.keeper,
            document=self.document,
            depositor=self.parties.depositor,
            pledge_consent=True,
        )
        attest_receipt(
            self.bench, actor=self.parties.inspector, receipt_id=taken.receipt_id, evidence=self._report()
        )
        self._issue_before_all_is_counted(opened.stock_id, taken.receipt_id)
        whole = self.document.goods.quantity
        self._count(opened.stock_id, whole, "all lots weighed on the site's scale")
        issue_receipt(self.bench, actor=self.parties.keeper, receipt_id=taken.receipt_id)
        self.teller.say(
            f"  party {self.parties.depositor} stores {whole} in {len(self.document.lots)} lots with party"
            f" {self.parties.keeper}: receipt {taken.receipt_id}, attested by party {self.parties.inspector}"
        )
        self._second_keeper()
        return taken.receipt_id

    def _allow_exposure(self) -> None:
        """The consortium trusts the keeper with so much; without a word of it, with nothing."""
        value = valuation_of(self.document).value
        set_exposure_cap(
            self.bench, keeper=self.parties.keeper, currency=value.currency.code, cap_minor=value.minor
        )

    def _report(self) -> str:
        return self.document.inspection_reference or "inspection of the demonstration"

    def _count(self, stock_id: int, quantity: Quantity, evidence: str) -> None:
        attest_stock(
            self.bench,
            actor=self.parties.inspector,
            stock_id=stock_id,
            quantity=f"{quantity.amount:f}",
            evidence=f"{self._report()}: {evidence}",
        )

    def _issue_before_all_is_counted(self, stock_id: int, receipt_id: int) -> None:
        """While the last lot is on its way the inspector counts the others."""
        *_, late = self.document.lots
        self._count(stock_id, self.document.goods.quantity - late.quantity, f"without {late.label}")
        self.attempts.expect_refusal(
            "issue_receipt",
            "a receipt over more than the inspector has counted so far",
            lambda: issue_receipt(self.bench, actor=self.parties.keeper, receipt_id=receipt_id),
        )

    def _second_keeper(self) -> None:
        """Another keeper takes in a lot that backs a receipt already, under another spelling of its marks."""
        document = self._elsewhere(self.document.lots[0])
        open_stock(self.bench, actor=self.parties.other_keeper, site=document.site, good=self.good)
        self.attempts.expect_refusal(
            "take_in",
            "a second warehouse taking in goods that back a receipt already, spelled otherwise",
            lambda: take_in(
                self.bench,
                actor=self.parties.other_keeper,
                document=document,
                depositor=self.parties.depositor,
            ),
        )

    def _elsewhere(self, lot: PhysicalLot) -> ReceiptDocument:
        # A numbered lot is itself wherever it lies; one known by its place can only be claimed there.
        site = _OTHER_SITE if lot.is_numbered else self.document.site
        claimed = replace(lot, site=site, serial=_respelled(lot.serial), seal=_respelled(lot.seal))
        return replace(
            self.document,
            number=f"{self.document.number}-2",
            keeper=self.parties.other_keeper_named,
            site=site,
            goods=replace(self.document.goods, quantity=lot.quantity, pieces=1),
            lots=(claimed,),
            insurance=None,
        )


def _respelled(number: str) -> str:
    """As another system might write it: digits and letters in full width, small letters."""
    return number.lower().translate(_FULL_WIDTH)
