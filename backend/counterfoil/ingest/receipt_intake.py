"""Reading the file in which a keeper states a warehouse receipt, YAML or JSON.

Everything that is wrong in the form is reported at once, each fault with its field and line: a keeper who
types a receipt should not learn of its faults one by one. What the form allows is then read field by field,
and last the receipt as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from pydantic import ValidationError

from counterfoil.domain.errors import CounterfoilError, DomainError, declare
from counterfoil.domain.goods.good import Good, Quantity, Site, Unit
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
from counterfoil.ingest.marked_document import (
    DocumentUnreadable,
    MarkedDocument,
    place_of,
    place_text,
    read_marked,
)
from counterfoil.ingest.receipt_file import (
    AmountPart,
    DepositorPart,
    GoodsPart,
    InsurancePart,
    KeeperPart,
    LotPart,
    ReceiptFile,
    StoragePart,
)

RECEIPT_FILE_UNUSABLE = declare(
    "ReceiptFileUnusable",
    "{file_name} cannot be read as a warehouse receipt: {faults}",
    "Correct the fields; the guide on warehouse receipts has a complete file.",
)

MAX_RECEIPT_BYTES = 2**20
_FORM = "ReceiptFileForm"
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNT = re.compile(r"[0-9]{1,9}")
_SENTENCES = {
    "missing": "this field is missing",
    "extra_forbidden": "this field is unknown",
    "too_short": "at least one is needed",
    "string_too_short": "it is empty",
    "string_type": "it must be one text",
    "string_unicode": "it is not valid text",
    "list_type": "it must be a list",
    "model_type": "it must be a mapping of fields",
}
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFault:
    """One fault. field: such as lots[0].serial, empty for the whole file; line: counted from 1.

    code: of the error table, or ReceiptFileForm where the form itself is wrong.
    """

    field: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}" + (f", {self.field}" if self.field else "") + f": {self.message}"


class ReceiptRefused(CounterfoilError):  # noqa: N818 - reads as what happened: the file was refused
    """The file states no receipt. faults: every one that was found, in the file's order; never empty."""

    def __init__(self, file_name: str, faults: tuple[FieldFault, ...]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.field)))
        super().__init__(
            RECEIPT_FILE_UNUSABLE, file_name=file_name, faults="; ".join(str(fault) for fault in self.faults)
        )


def read_receipt(content: bytes, *, file_name: str = "the file") -> ReceiptDocument:
    """The receipt that a file states. file_name: for messages only. Raises ReceiptRefused."""
    if len(content) > MAX_RECEIPT_BYTES:
        raise _refused(file_name, f"it is larger than {MAX_RECEIPT_BYTES} bytes", line=1)
    try:
        marked = read_marked(content)
    except DocumentUnreadable as broken:
        raise _refused(file_name, broken.reason, line=broken.line) from broken
    try:
        stated = ReceiptFile.model_validate(marked.content)
    except ValidationError as unfit:
        raise ReceiptRefused(file_name, _form_faults(unfit, marked)) from unfit
    return _Reading(marked, file_name).document(stated)


def _refused(file_name: str, reason: str, *, line: int) -> ReceiptRefused:
    return ReceiptRefused(file_name, (FieldFault(field="", line=line, code=_FORM, message=reason),))


def _form_faults(unfit: ValidationError, marked: MarkedDocument) -> tuple[FieldFault, ...]:
    return tuple(
        FieldFault(
            field=place_text(tuple(each["loc"])),
            line=marked.line_of(tuple(each["loc"])),
            code=_FORM,
            message=_SENTENCES.get(each["type"], each["msg"].removeprefix("Value error, ")),
        )
        for each in unfit.errors(include_url=False, include_context=False, include_input=False)
    )


class _Reading:
    """The reading of one file: gathers faults until the receipt as a whole can be made."""

    def __init__(self, marked: MarkedDocument, file_name: str) -> None:
        self._marked = marked
        self._file_name = file_name
        self._faults: list[FieldFault] = []

    def document(self, stated: ReceiptFile) -> ReceiptDocument:
        """The receipt. Raises ReceiptRefused with all faults of the first stage that has any."""
        unit = self._unit(stated.goods)
        issued_on = self._day("receipt.issued_on", stated.receipt.issued_on)
        site = self._take("storage.site", lambda: Site(stated.storage.site))
        period = self._period("storage", stated.storage)
        price = self._money("storage.fee", stated.storage.fee)
        insurance = None if stated.insurance is None else self._insurance(stated.insurance)
        valuation = self._valuation(stated)
        pieces = self._count("goods.pieces", stated.goods.pieces)
        goods = None if unit is None else self._goods(stated.goods, unit, pieces or 0)
        lots = None if site is None or unit is None else self._lots(stated.lots, site, unit, goods)
        self._stop_if_faulty()
        head = stated.receipt
        document = self._take(
            "",
            lambda: ReceiptDocument(
                number=head.number,
                issued_by=head.issued_by,
                issued_at=head.issued_at,
                issued_on=_read(issued_on),
                keeper=_party(stated.keeper),
                depositor=_party(stated.depositor),
                goods=_read(goods),
                loss_standard=stated.loss_standard,
                site=_read(site),
                period=_read(period),
                fee=StorageFee(price=_read(price), basis=stated.storage.fee.basis),
                lots=_read(lots),
                insurance=insurance,
                contract=head.contract or "",
                inspection_reference=stated.inspection.reference if stated.inspection else "",
                inspector=(stated.inspection.inspector or "") if stated.inspection else "",
                valuation=valuation,
                remarks=stated.remarks or "",
            ),
            inside="",
        )
        self._stop_if_faulty()
        return _read(document)

    def _unit(self, goods: GoodsPart) -> Unit | None:
        unit = self._take("goods.unit", lambda: Unit.of(goods.unit))
        if unit is None or goods.decimals is None:
            return unit
        decimals = self._count("goods.decimals", goods.decimals)
        if decimals is None:
            return None
        return self._take("goods.decimals", lambda: Unit(unit.code, decimals))

    def _goods(self, goods: GoodsPart, unit: Unit, pieces: int) -> ReceiptGoods | None:
        good = self._take(
            "goods",
            lambda: Good(code=goods.code, grade=goods.grade, name=goods.name, unit=unit),
            inside="goods.",
        )
        quantity = self._quantity("goods.quantity", goods.quantity, unit)
        if good is None or quantity is None:
            return None
        return ReceiptGoods(
            good=good,
            quantity=quantity,
            quality=goods.quality,
            packaging=goods.packaging,
            pieces=pieces,
            marks=goods.marks,
        )

    def _lots(
        self, lots: list[LotPart], site: Site, unit: Unit, goods: ReceiptGoods | None
    ) -> tuple[PhysicalLot, ...]:
        found = []
        for place, lot in enumerate(lots):
            field = f"lots[{place}]"
            quantity = None if goods is None else goods.quantity
            if lot.quantity is not None:
                quantity = self._quantity(f"{field}.quantity", lot.quantity, unit)
            elif len(lots) > 1:
                self._fault(f"{field}.quantity", _FORM, "this field is missing")
                quantity = None
            if quantity is not None:
                made = self._take(field, _lot_of(lot, site, quantity), inside=f"{field}.")
                found += [] if made is None else [made]
        return tuple(found)

    def _insurance(self, stated: InsurancePart) -> Insurance | None:
        money = self._money("insurance", stated)
        period = self._period("insurance", stated)
        if money is None or period is None:
            return None
        return Insurance(sum_insured=money, period=period, insurer=stated.insurer)

    def _valuation(self, stated: ReceiptFile) -> Valuation | None:
        if stated.valuation is None:
            return None
        money = self._money("valuation", stated.valuation)
        valued_on = self._day("valuation.on", stated.valuation.on)
        if money is None or valued_on is None:
            return None
        return Valuation(value=money, valued_on=valued_on, by=stated.valuation.by or "")

    def _period(self, field: str, stated: StoragePart | InsurancePart) -> Period | None:
        first, last = self._day(f"{field}.from", stated.first), self._day(f"{field}.to", stated.last)
        return None if first is None or last is None else Period(first=first, last=last)

    def _money(self, field: str, stated: AmountPart) -> Money | None:
        currency = self._take(f"{field}.currency", lambda: Currency.of(stated.currency))
        if not _AMOUNT.fullmatch(stated.amount):
            self._fault(f"{field}.amount", _FORM, "write a plain decimal number such as 1234.50")
            return None
        if currency is None:
            return None
        minor = self._take(f"{field}.amount", lambda: currency.minor(Decimal(stated.amount)))
        return None if minor is None else Money(minor, currency)

    def _quantity(self, field: str, text: str, unit: Unit) -> Quantity | None:
        return self._take(field, lambda: Quantity.parse(text, unit, field=field))

    def _day(self, field: str, text: str) -> date | None:
        if _DAY.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self._fault(field, _FORM, f"{text} is not a day of the calendar")
                return None
        self._fault(field, _FORM, "write a day such as 2026-11-22")
        return None

    def _count(self, field: str, text: str) -> int | None:
        if _COUNT.fullmatch(text):
            return int(text)
        self._fault(field, _FORM, "write a whole number")
        return None

    def _take(self, field: str, read: Callable[[], _Read], *, inside: str | None = None) -> _Read | None:
        """What `read` makes. A refusal becomes a fault of this field.

        inside: where the field that the refusal names stands, if that is the field at fault.
        """
        try:
            return read()
        except DomainError as refused:
            named = str(refused.facts.get("field", ""))
            at = field if inside is None else f"{inside}{named.removeprefix('good.')}"
            self._fault(at.strip(".") or field, refused.code, refused.message.removeprefix(f"{named}: "))
            return None

    def _fault(self, field: str, code: str, message: str) -> None:
        line = self._marked.line_of(place_of(field))
        self._faults.append(FieldFault(field=field, line=line, code=code, message=message))

    def _stop_if_faulty(self) -> None:
        if self._faults:
            raise ReceiptRefused(self._file_name, tuple(self._faults))


def _lot_of(lot: LotPart, site: Site, quantity: Quantity) -> Callable[[], PhysicalLot]:
    return lambda: PhysicalLot(
        site=site,
        quantity=quantity,
        bay=lot.bay or "",
        batch=lot.batch or "",
        maker=lot.maker or "",
        serial=lot.serial or "",
        seal=lot.seal or "",
    )


def _party(stated: KeeperPart | DepositorPart) -> ReceiptParty:
    return ReceiptParty(name=stated.name, address=stated.address or "", identity=stated.identity or "")


def _read(value: _Read | None) -> _Read:
    """What a stage without faults has read."""
    if value is None:
        raise AssertionError("a field was left out and no fault recorded")
    return value
