"""The intake file whose goods a demonstration finances."""

from __future__ import annotations

from pathlib import Path

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.receipt_document import ReceiptDocument, Valuation
from counterfoil.domain.money import Money
from counterfoil.entrypoints.demo.refusals import GOODS_UNUSABLE
from counterfoil.ingest.receipt_intake import MAX_RECEIPT_BYTES, ReceiptRefused, read_receipt

LEAST_PRICE_MINOR = 100
"""Below that a change of price by a percent could not be said."""


def read_goods(path: Path) -> ReceiptDocument:
    """The receipt that a file states, fit to be financed and halved. Raises DomainError GoodsUnusable."""
    try:
        with path.open("rb") as file:
            document = read_receipt(file.read(MAX_RECEIPT_BYTES + 1), file_name=path.name)
        unit_price(document)
    except OSError as failed:
        raise _unusable(path, failed.strerror or str(failed)) from failed
    except ReceiptRefused as refused:
        raise _unusable(path, refused.message) from refused
    except ValueError as unfit:
        raise _unusable(path, str(unfit)) from unfit
    if len(document.lots) < 2:
        raise _unusable(path, "lots: at least two are needed, because half of them are delivered")
    return document


def valuation_of(document: ReceiptDocument) -> Valuation:
    """What the goods were valued at. Raises ValueError where the document does not say."""
    if document.valuation is None:
        raise ValueError("valuation: this field is missing; the price of the goods is taken from it")
    return document.valuation


def unit_price(document: ReceiptDocument) -> Money:
    """The price of one whole unit by the document's valuation, rounded down.

    Raises ValueError where it is not stated or too small to fall by a percent.
    """
    value = valuation_of(document).value
    quantity = document.goods.quantity
    minor = value.minor * 10**quantity.unit.decimals // quantity.steps
    if minor < LEAST_PRICE_MINOR:
        least = value.currency.format(LEAST_PRICE_MINOR)
        raise ValueError(f"valuation.amount: less than {least} for one {quantity.unit.name}")
    return Money(minor, value.currency)


def _unusable(path: Path, reason: str) -> DomainError:
    return DomainError(GOODS_UNUSABLE, path=str(path), reason=reason)
