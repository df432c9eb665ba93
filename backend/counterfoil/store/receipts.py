"""Documents of title in the store: what receipts and bills say, their salts, and what the goods' keys mean.

The chain has roots and keys. Everything here is private: a salt in other hands lets elements be guessed.
"""

from __future__ import annotations

import json

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, insert, select

from counterfoil.domain.goods.good import Good, Site
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.domain.goods.salted_fields import SaltedDocument, SaltedField
from counterfoil.ports.store import TitleDocumentRecord, TitleKind
from counterfoil.store.schema import bill_numbers, goods, physical_lots, sites, title_documents

_LOT: TypeAdapter[PhysicalLot] = TypeAdapter(PhysicalLot)
_RECEIPT: TypeAdapter[ReceiptDocument] = TypeAdapter(ReceiptDocument)
_GOOD: TypeAdapter[Good] = TypeAdapter(Good)


class SqlTitleDocuments:
    """The TitleDocuments protocol on SQL. Adding what is there already changes nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, document: TitleDocumentRecord) -> None:
        """Keep a document; equal roots are equal documents, salts included."""
        receipt = document.receipt
        self._add_once(
            title_documents,
            {"detail_root": document.detail_root.hex()},
            {
                "kind": document.kind.value,
                "fields_json": _fields_to_json(document.salted),
                "receipt_json": None if receipt is None else _RECEIPT.dump_json(receipt).decode(),
            },
        )

    def by_root(self, detail_root: bytes) -> TitleDocumentRecord | None:
        """The document of a root; None where another member keeps it."""
        row = self._connection.execute(
            select(title_documents).where(title_documents.c.detail_root == detail_root.hex())
        ).first()
        if row is None:
            return None
        return TitleDocumentRecord(
            kind=TitleKind(row.kind),
            salted=_fields_from_json(row.fields_json),
            receipt=None if row.receipt_json is None else _RECEIPT.validate_json(row.receipt_json),
        )

    def add_lot(self, lot_key: bytes, lot: PhysicalLot) -> None:
        """Keep what a lot's key stands for, in the words of the first document that named it."""
        self._add_once(physical_lots, {"lot_key": lot_key.hex()}, {"lot_json": _LOT.dump_json(lot).decode()})

    def lot_by_key(self, lot_key: bytes) -> PhysicalLot | None:
        """The lot as first described; its quantity is that of the first document, the chain has today's."""
        text = self._connection.scalar(
            select(physical_lots.c.lot_json).where(physical_lots.c.lot_key == lot_key.hex())
        )
        return None if text is None else _LOT.validate_json(text)

    def add_good(self, good: Good) -> None:
        """Keep what a good's key stands for."""
        self._add_once(goods, {"good_key": good.key.hex()}, {"good_json": _GOOD.dump_json(good).decode()})

    def good_by_key(self, good_key: bytes) -> Good | None:
        """The good of a key."""
        text = self._connection.scalar(select(goods.c.good_json).where(goods.c.good_key == good_key.hex()))
        return None if text is None else _GOOD.validate_json(text)

    def all_goods(self) -> tuple[Good, ...]:
        """Every good, by code and grade."""
        found = [_GOOD.validate_json(text) for text in self._connection.scalars(select(goods.c.good_json))]
        return tuple(sorted(found, key=lambda good: good.canonical_text))

    def add_site(self, site: Site) -> None:
        """Keep what a site's key stands for."""
        self._add_once(sites, {"site_key": site.key.hex()}, {"code": site.code})

    def site_by_key(self, site_key: bytes) -> Site | None:
        """The site of a key."""
        code = self._connection.scalar(select(sites.c.code).where(sites.c.site_key == site_key.hex()))
        return None if code is None else Site(code)

    def add_bill_number(self, number_key: bytes, *, carrier: str, number: str) -> None:
        """Keep what a bill number's key stands for."""
        self._add_once(bill_numbers, {"number_key": number_key.hex()}, {"carrier": carrier, "number": number})

    def bill_number_of(self, number_key: bytes) -> tuple[str, str] | None:
        """Carrier code and number of a key."""
        row = self._connection.execute(
            select(bill_numbers).where(bill_numbers.c.number_key == number_key.hex())
        ).first()
        return None if row is None else (row.carrier, row.number)

    def _add_once(self, table: Table, key: dict[str, str], values: dict[str, str | None]) -> None:
        ((name, value),) = key.items()
        if self._connection.execute(select(table.c[name]).where(table.c[name] == value)).first() is None:
            self._connection.execute(insert(table).values(**key, **values))


def _fields_to_json(salted: SaltedDocument) -> str:
    listed = [[field.name, field.value, field.salt.hex()] for field in salted.fields]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def _fields_from_json(text: str) -> SaltedDocument:
    return SaltedDocument(
        tuple(
            SaltedField(name=name, value=value, salt=bytes.fromhex(salt))
            for name, value, salt in json.loads(text)
        )
    )
