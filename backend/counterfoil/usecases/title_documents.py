"""Documents of title: salted, kept before the chain sees their root, found again by it, and cut in parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import Quantity, divide_value
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.domain.goods.salted_fields import salt_fields
from counterfoil.domain.money import Money
from counterfoil.ports.store import TitleDocumentRecord, TitleKind
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.workbench import Workbench


def salted_receipt(document: ReceiptDocument) -> TitleDocumentRecord:
    """The document with fresh salts."""
    return TitleDocumentRecord(
        kind=TitleKind.RECEIPT, salted=salt_fields(document.fields()), receipt=document
    )


def keep_title(bench: Workbench, *documents: TitleDocumentRecord) -> None:
    """Keep documents, and what their goods, site and lots stand for by key."""
    fingerprint_key = bench.keys.fingerprint_key()
    with bench.store.begin() as work:
        for document in documents:
            work.titles.add(document)
            receipt = document.receipt
            if receipt is None:
                continue
            work.titles.add_good(receipt.goods.good)
            work.titles.add_site(receipt.site)
            for lot in receipt.lots:
                work.titles.add_lot(lot.key(fingerprint_key), lot)


def title_document(bench: Workbench, detail_root: bytes, *, title: str) -> TitleDocumentRecord:
    """The document of a root. title: how a refusal names it. Raises DomainError TitleDocumentMissing."""
    with bench.store.begin() as work:
        found = work.titles.by_root(detail_root)
    if found is None:
        raise DomainError(refusals.TITLE_DOCUMENT_MISSING, title=title)
    return found


def receipt_document(bench: Workbench, detail_root: bytes, receipt_id: int) -> ReceiptDocument:
    """What a warehouse receipt says. Raises DomainError TitleDocumentMissing."""
    found = title_document(bench, detail_root, title=f"receipt {receipt_id}").receipt
    if found is None:
        raise DomainError(refusals.TITLE_DOCUMENT_MISSING, title=f"receipt {receipt_id}")
    return found


def cut_document(
    document: ReceiptDocument,
    lots_of_parts: Sequence[Sequence[PhysicalLot]],
    *,
    numbers: Sequence[str],
    pieces: Sequence[int] | None = None,
) -> tuple[ReceiptDocument, ...]:
    """The document as the documents of its parts, the last of which is the rest.

    lots_of_parts: every lot of the document, or what it was restacked into, in one of the parts. numbers: of
    each part's document. pieces: of each part; None takes as many of a lot as of every other. Values and sums
    insured are divided by quantity, to the cent, as the ledger divides the declared value. Raises DomainError
    PiecesToCount, PiecesDiffer.
    """
    unit = document.goods.quantity.unit
    steps = [sum(lot.quantity.steps for lot in lots) for lots in lots_of_parts]
    whole = sum(steps)
    counted = pieces or _pieces(document, lots_of_parts)
    if len(counted) != len(steps) or min(counted) < 1 or sum(counted) < document.goods.pieces:
        stated = " and ".join(str(count) for count in counted)
        raise DomainError(
            refusals.PIECES_DIFFER, stated=stated, parts=len(steps), pieces=document.goods.pieces
        )
    values = None if document.valuation is None else _shares(document.valuation.value, whole, steps)
    sums = None if document.insurance is None else _shares(document.insurance.sum_insured, whole, steps)
    parts = []
    for place, lots in enumerate(lots_of_parts):
        goods = replace(document.goods, quantity=Quantity(steps[place], unit), pieces=counted[place])
        valuation, insurance = document.valuation, document.insurance
        if valuation is not None and values is not None:
            valuation = replace(valuation, value=values[place])
        if insurance is not None and sums is not None:
            insurance = replace(insurance, sum_insured=sums[place])
        parts.append(
            replace(
                document,
                number=numbers[place],
                goods=goods,
                lots=tuple(lots),
                valuation=valuation,
                insurance=insurance,
            )
        )
    return tuple(parts)


def joined_document(documents: Sequence[ReceiptDocument]) -> ReceiptDocument:
    """The documents as one: the first one's words over all the goods.

    Raises DomainError CurrencyMismatch or QuantityOfAnotherUnit where they cannot be added up.
    """
    first = documents[0]
    quantity, value, insured = first.goods.quantity, first.valuation, first.insurance
    for other in documents[1:]:
        quantity += other.goods.quantity
        value = (
            None
            if value is None or other.valuation is None
            else replace(value, value=value.value + other.valuation.value)
        )
        insured = (
            None
            if insured is None or other.insurance is None
            else replace(insured, sum_insured=insured.sum_insured + other.insurance.sum_insured)
        )
    marks = ", ".join(dict.fromkeys(each.goods.marks for each in documents))
    pieces = sum(each.goods.pieces for each in documents)
    return replace(
        first,
        goods=replace(first.goods, quantity=quantity, pieces=pieces, marks=marks),
        lots=tuple(lot for each in documents for lot in each.lots),
        valuation=value,
        insurance=insured,
    )


def _shares(money: Money, whole: int, steps: Sequence[int]) -> list[Money]:
    return [Money(minor, money.currency) for minor in divide_value(money.minor, whole, steps)]


def _pieces(document: ReceiptDocument, lots_of_parts: Sequence[Sequence[PhysicalLot]]) -> list[int]:
    """Pieces of each part, where every lot has as many; otherwise the keeper has to count."""
    per_lot, left = divmod(document.goods.pieces, len(document.lots))
    same_lots = sum(len(lots) for lots in lots_of_parts) == len(document.lots)
    if left or (per_lot != 1 and not same_lots):
        raise DomainError(refusals.PIECES_TO_COUNT, pieces=document.goods.pieces, lots=len(document.lots))
    return [per_lot * len(lots) for lots in lots_of_parts]
