"""Invoices as rows of a table, CSV or XLSX: what an ERP without structured invoices can export.

A row that cannot be read takes no other row with it, and every fault names its row and column. Amounts are
read from what the cell holds, exactly; a cell with a formula is refused, because what it shows depends on who
opens it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.invoices.invoice import (
    Finding,
    IdScheme,
    Invoice,
    InvoiceFormat,
    InvoiceParty,
    InvoiceReference,
    InvoiceTotals,
    InvoiceType,
    PartyIdentifier,
    ReferenceKind,
    TaxSubtotal,
)
from counterfoil.domain.invoices.invoice_checks import check_invoice
from counterfoil.domain.invoices.invoice_findings import FIELD_MALFORMED, FIELD_MISSING, found
from counterfoil.domain.money import AMOUNT_TOO_PRECISE, Currency
from counterfoil.domain.party_id import canonical_party_id
from counterfoil.ingest.protocol import InvoiceRefused
from counterfoil.ingest.reader import ReadResult
from counterfoil.ingest.table_cells import Row, TableLimits, read_rows
from counterfoil.ingest.values import read_date, read_decimal

__all__ = ["COLUMNS", "REQUIRED", "RowRead", "TableLimits", "read_invoice_table"]

CELL_FORMULA = declare(
    "CellFormula",
    "{name} is a formula",
    "Let the sheet have the value itself: copy the column and paste the values.",
)
COLUMNS: Mapping[str, str] = {
    "invoice_number": "Number as printed",
    "type": "invoice or credit-note; empty: invoice",
    "issue_date": "Day of issue, 2026-11-22",
    "due_date": "Day on which it is due",
    "currency": "ISO 4217 letters",
    "seller_name": "Name of the seller",
    "seller_id": "scheme:value, for example vat:DE347081522",
    "seller_country": "ISO 3166 letters",
    "buyer_name": "Name of the buyer",
    "buyer_id": "scheme:value, for example vat:FR40303265045",
    "buyer_country": "ISO 3166 letters",
    "net_amount": "Total without tax, 1000.00",
    "tax_rate": "Percent, where one rate holds for all; 19",
    "tax_amount": "Total of the tax",
    "gross_amount": "Total with tax",
    "prepaid_amount": "Paid already; empty: nothing",
    "payable_amount": "Due for payment; empty: what is left of the gross amount",
    "order_reference": "Number of the order",
    "contract_reference": "Number of the contract",
    "preceding_invoice": "Of a credit note: the invoice that it reduces",
}
REQUIRED = (
    "invoice_number",
    "issue_date",
    "currency",
    "seller_name",
    "seller_id",
    "buyer_name",
    "buyer_id",
    "net_amount",
    "tax_amount",
    "gross_amount",
)
_SCHEMES = {each.value: each for each in IdScheme if each not in (IdScheme.ENDPOINT, IdScheme.OTHER)}
_ROW_DOMAIN = "counterfoil/invoice-row/v1"
_STANDARD_RATE, _ZERO_RATE = "S", "Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRead:
    """What became of one row. row: as the table counts, the row of the column names is row 1."""

    row: int
    result: ReadResult


def read_invoice_table(
    content: bytes, *, file_name: str, limits: TableLimits | None = None
) -> Iterator[RowRead]:
    """Each row as an invoice that was read and checked, in the table's order.

    Raises InvoiceRefused where the file is no table that can be read; a bad row has its own result.
    """
    for row in read_rows(content, columns=tuple(COLUMNS), required=REQUIRED, limits=limits or TableLimits()):
        yield RowRead(row=row.number, result=_read(row, file_name))


def _read(row: Row, file_name: str) -> ReadResult:
    reading = _Reading(row)
    try:
        invoice = reading.invoice()
    except InvoiceRefused as refusal:
        return ReadResult(
            invoice=None, format=InvoiceFormat.TABLE, findings=refusal.all_findings, file_name=file_name
        )
    checked = replace(check_invoice(invoice), content_sha256=_hash_of(row))
    return ReadResult(
        invoice=checked, format=InvoiceFormat.TABLE, findings=checked.findings, file_name=file_name
    )


def _hash_of(row: Row) -> str:
    """What the row says: the same row in another file is the same document."""
    stated = {name: _plain(name, value) for name, value in row.values.items() if value}
    return hashlib.sha256(
        f"{_ROW_DOMAIN}\n{json.dumps(stated, ensure_ascii=False, sort_keys=True)}".encode()
    ).hexdigest()


def _plain(name: str, value: str) -> str:
    """An amount without zeros at its end: a sheet drops them, a CSV keeps them."""
    is_number = name.endswith(("_amount", "_rate")) and "." in value
    return value.rstrip("0").rstrip(".") if is_number else value


class _Reading:
    """One row: gathers every fault before it gives up, so that nobody learns of them one by one."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._faults: list[Finding] = [
            found(CELL_FORMULA, name, name=name) for name in row.formulas if name in COLUMNS
        ]
        for name in REQUIRED:
            if not row.values.get(name) and name not in row.formulas:
                self._faults.append(found(FIELD_MISSING, name, name=name))

    def invoice(self) -> Invoice:
        """The invoice that the row states. Raises InvoiceRefused with every fault."""
        currency = self._currency()
        issued, due = self._date("issue_date"), self._date("due_date")
        direction = self._direction()
        seller, buyer = self._party("seller"), self._party("buyer")
        net, tax = self._minor("net_amount", currency), self._minor("tax_amount", currency)
        gross = self._minor("gross_amount", currency)
        prepaid = self._minor("prepaid_amount", currency) or 0
        payable = self._minor("payable_amount", currency)
        rate = self._decimal("tax_rate")
        self._give_up_if_faulty()
        if currency is None or issued is None or net is None or tax is None or gross is None:
            raise AssertionError("a required field is missing and no fault was noted")
        return Invoice(
            number=self._text("invoice_number"),
            type=direction,
            format=InvoiceFormat.TABLE,
            issue_date=issued,
            due_date=due,
            currency=currency,
            seller=seller,
            buyer=buyer,
            payable_minor=gross - prepaid if payable is None else payable,
            totals=InvoiceTotals(net_minor=net, tax_minor=tax, gross_minor=gross, prepaid_minor=prepaid),
            lines=(),
            references=tuple(self._references()),
            tax_breakdown=_breakdown(net, tax, rate),
        )

    def _text(self, name: str) -> str:
        return "" if name in self._row.formulas else self._row.values.get(name, "")

    def _note(self, code: str, field: str, /, **facts: Any) -> None:
        self._faults.append(found(code, field, **facts))

    def _give_up_if_faulty(self) -> None:
        if self._faults:
            first, *others = self._faults
            raise InvoiceRefused(first.code, first.field, first.message, findings=others)

    def _currency(self) -> Currency | None:
        code = self._text("currency")
        if not code:
            return None
        try:
            return Currency.of(code)
        except DomainError as unknown:
            self._note(unknown.code, "currency", code=code[:20])
            return None

    def _date(self, name: str) -> date | None:
        text = self._text(name)
        if not text:
            return None
        try:
            return read_date(text, field=name, name=name)
        except InvoiceRefused as unfit:
            self._faults.append(unfit.finding)
            return None

    def _decimal(self, name: str) -> Decimal | None:
        text = self._text(name)
        if not text:
            return None
        try:
            return read_decimal(text, field=name, name=name)
        except InvoiceRefused as unfit:
            self._faults.append(unfit.finding)
            return None

    def _minor(self, name: str, currency: Currency | None) -> int | None:
        amount = self._decimal(name)
        if amount is None or currency is None:
            return None
        try:
            return currency.minor(amount)
        except DomainError:
            self._note(
                AMOUNT_TOO_PRECISE,
                name,
                amount=self._text(name)[:40],
                currency=currency.code,
                exponent=currency.exponent,
            )
            return None

    def _direction(self) -> InvoiceType:
        stated = self._text("type").lower().replace("_", "-") or InvoiceType.INVOICE.value
        try:
            return InvoiceType(stated)
        except ValueError:
            reason = "is neither invoice nor credit-note"
            self._note(FIELD_MALFORMED, "type", name="type", seen=stated[:60], reason=reason)
            return InvoiceType.INVOICE

    def _party(self, side: str) -> InvoiceParty:
        country = self._text(f"{side}_country").upper() or None
        name, stated = self._text(f"{side}_name"), self._text(f"{side}_id")
        field = f"{side}_id"
        scheme_text, _, value = stated.partition(":")
        scheme = _SCHEMES.get(scheme_text.strip().lower())
        if stated and (scheme is None or not value.strip()):
            reason = f"is not scheme:value with one of {', '.join(_SCHEMES)}"
            self._note(FIELD_MALFORMED, field, name=field, seen=stated[:60], reason=reason)
        if scheme is None:
            return InvoiceParty(name=name, country=country)
        code = None
        if scheme is IdScheme.REGISTRATION and ":" in value:
            code, _, value = value.partition(":")
        identifier = PartyIdentifier(
            scheme=scheme, value=canonical_party_id(scheme, value, country=country), scheme_code=code
        )
        return InvoiceParty(name=name, country=country, identifiers=(identifier,))

    def _references(self) -> Iterator[InvoiceReference]:
        for name, kind in (
            ("order_reference", ReferenceKind.ORDER),
            ("contract_reference", ReferenceKind.CONTRACT),
            ("preceding_invoice", ReferenceKind.PRECEDING_INVOICE),
        ):
            if self._text(name):
                yield InvoiceReference(kind=kind, number=self._text(name))


def _breakdown(net: int, tax: int, rate: Decimal | None) -> tuple[TaxSubtotal, ...]:
    """One rate over everything, where one is stated or nothing is taxed; else nothing can be recomputed."""
    if rate is None and tax:
        return ()
    stated = Decimal(0) if rate is None else rate
    category = _STANDARD_RATE if stated else _ZERO_RATE
    return (TaxSubtotal(category=category, rate_percent=stated, taxable_minor=net, tax_minor=tax),)
