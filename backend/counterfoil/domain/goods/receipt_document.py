"""The warehouse receipt's document: what the keeper states, and its fields as they are hashed.

The document of a receipt does not change after issue. Its endorsement side, its deliveries and the seals on
both are the ledger's events, each signed by whoever made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.goods.good import Good, Quantity, Site
from counterfoil.domain.goods.physical_lot import PhysicalLot, check_distinct
from counterfoil.domain.goods.receipt_elements import missing_elements
from counterfoil.domain.money import Money

RECEIPT_FIELD_MISSING = declare(
    "ReceiptFieldMissing",
    "{field}: {element} is not stated; {source} asks for it",
    "State it; a receipt without it is no warehouse receipt.",
)
RECEIPT_FIELD_INVALID = declare(
    "ReceiptFieldInvalid",
    "{field}: {reason}",
    "Correct the field in the receipt's file.",
)

TITLE = "仓单 WAREHOUSE RECEIPT"
RIGHTS_NOTICE = (
    "The goods are delivered against this receipt. It is transferred or pledged by endorsement with the "
    "keeper's seal (Civil Code 910)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptParty:
    """Keeper or depositor as named. identity: USCC, LEI or another one; may be empty for depositors."""

    name: str
    address: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From one day to another, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageFee:
    """What storing costs. basis: for what the price is, for example one tonne and one day."""

    price: Money
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Insurance:
    """Insurance of the goods, where there is one."""

    sum_insured: Money
    period: Period
    insurer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """What the goods were valued at. by: who valued them, may be empty."""

    value: Money
    valued_on: date
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptGoods:
    """The goods as a whole. pieces: how many coils, bags or bundles; marks: what is written on them."""

    good: Good
    quantity: Quantity
    quality: str
    packaging: str
    pieces: int
    marks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDocument:
    """A warehouse receipt. Raises DomainError ReceiptFieldMissing or ReceiptFieldInvalid, naming the field,
    or LotStatedTwice.

    Field names are those of `fields`: depositor.name, storage.to, lots[0].serial.
    """

    number: str
    issued_by: str
    issued_at: str
    issued_on: date
    keeper: ReceiptParty
    depositor: ReceiptParty
    goods: ReceiptGoods
    loss_standard: str
    site: Site
    period: Period
    fee: StorageFee
    lots: tuple[PhysicalLot, ...]
    insurance: Insurance | None = None
    contract: str = ""
    inspection_reference: str = ""
    inspector: str = ""
    valuation: Valuation | None = None
    remarks: str = ""

    def __post_init__(self) -> None:
        for element, field in missing_elements(self.fields()):
            raise DomainError(RECEIPT_FIELD_MISSING, field=field, element=element.name, source=element.source)
        for field, reason in _faults(self):
            raise DomainError(RECEIPT_FIELD_INVALID, field=field, reason=reason)
        check_distinct(self.lots)

    def fields(self) -> dict[str, str]:
        """Every stated field by name, as the text that is hashed; empty ones are left out.

        Days are ISO 8601, money is minor units and currency code, quantities are steps-exact decimals.
        """
        found = {
            "receipt.title": TITLE,
            "receipt.rights_notice": RIGHTS_NOTICE,
            "receipt.number": self.number,
            "receipt.issued_by": self.issued_by,
            "receipt.issued_at": self.issued_at,
            "receipt.issued_on": self.issued_on.isoformat(),
            "receipt.contract": self.contract,
            **_party_fields("keeper", self.keeper),
            **_party_fields("depositor", self.depositor),
            **_goods_fields(self.goods),
            "loss_standard": self.loss_standard,
            "storage.site": self.site.code,
            **_period_fields("storage", self.period),
            "storage.fee.amount": _money(self.fee.price),
            "storage.fee.basis": self.fee.basis,
            "inspection.reference": self.inspection_reference,
            "inspection.inspector": self.inspector,
            "remarks": self.remarks,
        }
        if self.insurance is not None:
            found |= {
                "insurance.amount": _money(self.insurance.sum_insured),
                "insurance.insurer": self.insurance.insurer,
                **_period_fields("insurance", self.insurance.period),
            }
        if self.valuation is not None:
            found |= {
                "valuation.amount": _money(self.valuation.value),
                "valuation.on": self.valuation.valued_on.isoformat(),
                "valuation.by": self.valuation.by,
            }
        for place, lot in enumerate(self.lots):
            found |= _lot_fields(f"lots[{place}]", lot)
        return {name: value for name, value in found.items() if value.strip()}


def _faults(document: ReceiptDocument) -> list[tuple[str, str]]:
    goods = document.goods
    faults = [
        (f"{name}.to", f"{period.last} is before {period.first}")
        for name, period in _periods(document)
        if period.last < period.first
    ]
    if goods.pieces < 1:
        faults.append(("goods.pieces", f"{goods.pieces} is not a number of pieces"))
    for name, money in _sums(document):
        if money.minor < 0 or (money.minor == 0 and name != "storage.fee.amount"):
            faults.append((name, f"{money} is not an amount that can stand there"))
    if document.insurance is not None and not document.insurance.insurer.strip():
        faults.append(("insurance.insurer", "the goods are said to be insured, but not with whom"))
    if goods.quantity.unit != goods.good.unit:
        faults.append(
            ("goods.quantity", f"{goods.quantity} is not in the good's unit {goods.good.unit.code}")
        )
    return [*faults, *_lot_faults(document)]


def _lot_faults(document: ReceiptDocument) -> list[tuple[str, str]]:
    unit, site = document.goods.quantity.unit, document.site
    faults = []
    for place, lot in enumerate(document.lots):
        if lot.quantity.unit != unit:
            faults.append(
                (f"lots[{place}].quantity", f"{lot.quantity} is not in the receipt's unit {unit.code}")
            )
        if lot.site.canonical_code != site.canonical_code:
            faults.append((f"lots[{place}].site", f"{lot.site.code} is not the receipt's site {site.code}"))
    total = sum(lot.quantity.steps for lot in document.lots)
    if not faults and total != document.goods.quantity.steps:
        stated = document.goods.quantity
        faults.append(("lots", f"together they are {Quantity(total, unit)}, the receipt is for {stated}"))
    return faults


def _periods(document: ReceiptDocument) -> list[tuple[str, Period]]:
    found = [("storage", document.period)]
    if document.insurance is not None:
        found.append(("insurance", document.insurance.period))
    return found


def _sums(document: ReceiptDocument) -> list[tuple[str, Money]]:
    found = [("storage.fee.amount", document.fee.price)]
    if document.insurance is not None:
        found.append(("insurance.amount", document.insurance.sum_insured))
    if document.valuation is not None:
        found.append(("valuation.amount", document.valuation.value))
    return found


def _party_fields(name: str, party: ReceiptParty) -> dict[str, str]:
    return {f"{name}.name": party.name, f"{name}.address": party.address, f"{name}.identity": party.identity}


def _goods_fields(goods: ReceiptGoods) -> dict[str, str]:
    return {
        "goods.code": goods.good.code,
        "goods.grade": goods.good.grade,
        "goods.name": goods.good.name,
        "goods.quantity": str(goods.quantity),
        "goods.quality": goods.quality,
        "goods.packaging": goods.packaging,
        "goods.pieces": str(goods.pieces),
        "goods.marks": goods.marks,
    }


def _lot_fields(name: str, lot: PhysicalLot) -> dict[str, str]:
    return {
        f"{name}.bay": lot.bay,
        f"{name}.batch": lot.batch,
        f"{name}.maker": lot.maker,
        f"{name}.serial": lot.serial,
        f"{name}.seal": lot.seal,
        f"{name}.quantity": str(lot.quantity),
    }


def _period_fields(name: str, period: Period) -> dict[str, str]:
    return {f"{name}.from": period.first.isoformat(), f"{name}.to": period.last.isoformat()}


def _money(money: Money) -> str:
    return f"{money.minor} {money.currency.code}"
