"""The ledger in memory: the contracts' commands with the same checks, errors and numbers, without a chain.

    ledger = Ledger(offices={Office.REGISTRAR: frozenset({key})})
    ledger.parties.register(Call(key=key, now_s=now), roles=PartyRole.SUPPLIER, ...)
    ledger.state, ledger.events

It serves to try a command before it is sent, to test flows fast, and as the other half of the lockstep test
that compares it with the contracts after every step. Each command takes who calls and when; refusals are
DomainError under the name of the contracts' error.
"""

from __future__ import annotations

from collections.abc import Mapping

from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.ledger.bills import Bills
from counterfoil.domain.ledger.book import Book, Call
from counterfoil.domain.ledger.cash import Cash
from counterfoil.domain.ledger.facilities import Facilities
from counterfoil.domain.ledger.financing import WHOLE_DEBT, Financings, LoanTerms, PurchaseTerms
from counterfoil.domain.ledger.invoices import Invoices
from counterfoil.domain.ledger.liens import Liens, Pledge
from counterfoil.domain.ledger.lots import Lots
from counterfoil.domain.ledger.notes import Notes
from counterfoil.domain.ledger.parties import Parties
from counterfoil.domain.ledger.pledgeable import ReceiptCut, Seal
from counterfoil.domain.ledger.pledged_goods import PledgeableBills, PledgeableReceipts
from counterfoil.domain.ledger.prices import Prices
from counterfoil.domain.ledger.receipt_book import ReceiptBook
from counterfoil.domain.ledger.receipt_orders import ReceiptOrders
from counterfoil.domain.ledger.receipt_shape import ReceiptShape
from counterfoil.domain.ledger.receipts import DraftTerms, Receipts
from counterfoil.domain.ledger.settlement import LotRange, Settlement, payable_ranges
from counterfoil.domain.ledger.share_hash import shares_hash
from counterfoil.domain.ledger.stocks import Stocks
from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_RECEIPT
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import Office

__all__ = [
    "WHOLE_DEBT",
    "Call",
    "DraftTerms",
    "Ledger",
    "LoanTerms",
    "LotRange",
    "Pledge",
    "PurchaseTerms",
    "ReceiptCut",
    "Seal",
    "payable_ranges",
    "shares_hash",
]


class Ledger:
    """All commands over one state."""

    def __init__(self, *, offices: Mapping[Office, frozenset[str]]) -> None:
        """offices: the keys that hold each office, as the authority contract would know them."""
        self._book = Book(offices)
        self.parties = Parties(self._book)
        self.invoices = Invoices(self._book)
        self.notes = Notes(self._book, self.invoices)
        self.lots = Lots(self._book)
        self.liens = Liens(self._book, self.lots)
        self.stocks = Stocks(self._book)
        receipts = ReceiptBook(self._book, stocks=self.stocks, liens=self.liens)
        self.receipts = Receipts(receipts)
        self.receipt_shape = ReceiptShape(receipts)
        self.receipt_orders = ReceiptOrders(receipts)
        self.bills = Bills(self._book, liens=self.liens)
        self.liens.keep(ASSET_KIND_RECEIPT, PledgeableReceipts(receipts, self.receipt_shape))
        self.liens.keep(ASSET_KIND_BILL, PledgeableBills(self._book.state, self.bills))
        self.cash = Cash(self._book)
        self.financings = Financings(self._book, lots=self.lots, liens=self.liens, cash_book=self.cash)
        self.prices = Prices(self._book)
        self.facilities = Facilities(self._book, lots=self.lots, liens=self.liens, cash_book=self.cash)
        self.settlement = Settlement(
            self._book,
            notes=self.notes,
            liens=self.liens,
            financings=self.financings,
            facilities=self.facilities,
            cash_book=self.cash,
        )

    @property
    def state(self) -> LedgerState:
        """The complete state; to be read only."""
        return self._book.state

    @property
    def events(self) -> list[Recorded]:
        """What happened, in order."""
        return self._book.events
