"""What can be pledged on the ledger, by what the store knows about it, for comparing with registries.

A block counts for a whole note, so a note is one asset: its undivided lot. Its pledgors are its seller, whose
earlier assignment or pledge would follow the claim, and everybody who holds a part of it or cut one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from counterfoil.domain.external_liens.external_lien import (
    CollateralKind,
    DocumentNumber,
    DocumentNumberKind,
    LedgerAsset,
    LotReference,
    NamedParty,
)
from counterfoil.domain.goods.good import Good
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.state.goods_state import Bill
from counterfoil.domain.state.goods_state import Receipt as WarehouseReceipt
from counterfoil.domain.state.ledger_state import LedgerState, Note
from counterfoil.domain.states import BillState, NoteState
from counterfoil.ports.store import UnitOfWork
from counterfoil.usecases.workbench import Workbench

_LIVE_NOTES = frozenset({NoteState.LIVE, NoteState.DISPUTED, NoteState.MATURED, NoteState.OVERDUE})
_LIVE_BILLS = frozenset({BillState.ISSUED, BillState.SURRENDERED, BillState.FROZEN})


def ledger_assets(bench: Workbench) -> tuple[LedgerAsset, ...]:
    """Every live note, warehouse receipt and bill of lading, ordered by asset number."""
    state = bench.read_model.state
    with bench.store.begin() as work:
        describe = _Describer(work, state)
        found = [
            *(describe.note(note) for note in state.notes.values() if note.state in _LIVE_NOTES),
            *(describe.receipt(receipt) for receipt in state.receipts.values() if receipt.is_live),
            *(describe.bill(bill) for bill in state.bills.values() if bill.state in _LIVE_BILLS),
        ]
    return tuple(sorted(found, key=lambda asset: asset.asset_number))


class _Describer:
    def __init__(self, work: UnitOfWork, state: LedgerState) -> None:
        self._work = work
        self._state = state
        self._parties: dict[int, NamedParty] = {}

    def note(self, note: Note) -> LedgerAsset:
        """A note by its invoices."""
        holders = (lot.holder_id for lot in self._state.lots_of(note.note_id))
        return LedgerAsset(
            asset_number=AssetId.of_lot(LotId.root(note.note_id)).number,
            kind=CollateralKind.RECEIVABLE,
            pledgors=self._pledgors((*holders, note.creditor_id)),
            document_numbers=tuple(self._invoice_numbers(note)),
        )

    def _invoice_numbers(self, note: Note) -> Iterator[DocumentNumber]:
        for share in note.invoices:
            for record in self._work.invoices.by_fingerprint(share.fingerprint):
                yield DocumentNumber(kind=DocumentNumberKind.INVOICE, number=record.invoice.number)

    def receipt(self, receipt: WarehouseReceipt) -> LedgerAsset:
        """A receipt by its number, goods and lots; those of the last are told by what backs it now."""
        record = self._work.titles.by_root(receipt.detail_root)
        document = None if record is None else record.receipt
        lots = (self._work.titles.lot_by_key(key) for key in receipt.lots)
        stock = self._state.stocks[receipt.stock_id]
        good = self._work.titles.good_by_key(stock.good)
        numbers = () if document is None else (document.number,)
        return LedgerAsset(
            asset_number=AssetId.of_receipt(receipt.receipt_id).number,
            kind=CollateralKind.WAREHOUSE_RECEIPT,
            pledgors=self._pledgors((receipt.holder_id, receipt.depositor_id)),
            goods_code="" if good is None else good.code,
            goods_grade="" if good is None else good.grade,
            goods_description=_description(good),
            lots=tuple(_reference(lot) for lot in lots if lot is not None),
            document_numbers=tuple(
                DocumentNumber(kind=DocumentNumberKind.RECEIPT, number=number) for number in numbers
            ),
        )

    def bill(self, bill: Bill) -> LedgerAsset:
        """A bill by its number, goods and the seals of its containers."""
        good = self._work.titles.good_by_key(bill.good)
        known = self._work.titles.bill_number_of(bill.number)
        record = self._work.titles.by_root(bill.detail_root)
        fields = () if record is None else record.salted.fields
        seals = (field.value for field in fields if field.name.startswith("seals["))
        return LedgerAsset(
            asset_number=AssetId.of_bill(bill.bill_id).number,
            kind=CollateralKind.BILL_OF_LADING,
            pledgors=self._pledgors((bill.holder_id, bill.shipper_id)),
            goods_code="" if good is None else good.code,
            goods_grade="" if good is None else good.grade,
            goods_description=_description(good),
            lots=tuple(LotReference(serial=seal) for seal in seals),
            document_numbers=()
            if known is None
            else (DocumentNumber(kind=DocumentNumberKind.BILL_OF_LADING, number=known[1]),),
        )

    def _pledgors(self, party_ids: Iterable[int]) -> tuple[NamedParty, ...]:
        found = (self._party(party_id) for party_id in dict.fromkeys(party_ids))
        return tuple(party for party in found if party is not None)

    def _party(self, party_id: int) -> NamedParty | None:
        if party_id not in self._parties:
            record = self._work.parties.by_id(party_id)
            if record is None:
                return None
            keys = (record.party_key, *self._work.parties.identifiers_of(record.party_key))
            found = dict.fromkeys(each for key in keys if (each := _identifier(key)) is not None)
            self._parties[party_id] = NamedParty(name=record.name, identifiers=tuple(found))
        return self._parties[party_id]


def _identifier(key: str) -> PartyIdentifier | None:
    """The identifier of a key such as uscc:9132...; None for a name and for registers with no check."""
    scheme, _, value = key.partition(":")
    if scheme not in (IdScheme.USCC, IdScheme.LEI, IdScheme.VAT, IdScheme.GLN):
        return None
    return PartyIdentifier(scheme=IdScheme(scheme), value=value)


def _description(good: Good | None) -> str:
    return "" if good is None else good.name


def _reference(lot: PhysicalLot) -> LotReference:
    return LotReference(site=lot.site.code, bay=lot.bay, batch=lot.batch, serial=lot.serial or lot.seal)
