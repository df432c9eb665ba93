"""What UBL and CII share: EN 16931's type codes, party identifiers, and the step to a canonical invoice."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import (
    IdScheme,
    Invoice,
    InvoiceFormat,
    InvoiceLine,
    InvoiceParty,
    InvoiceReference,
    InvoiceTotals,
    InvoiceType,
    PartyIdentifier,
    ReferenceKind,
    Severity,
    TaxSubtotal,
)
from counterfoil.domain.invoices.invoice_findings import (
    CORRECTED_INVOICE,
    FIELD_MISSING,
    NOT_A_CLAIM,
    PAYEE_IS_NOT_SELLER,
    PREPAYMENT_INVOICE,
    TOO_COMPLEX,
    TYPE_CODE_UNKNOWN,
    TYPE_CONFLICT,
)
from counterfoil.domain.money import Currency
from counterfoil.domain.party_id import canonical_party_id, order_by_strength, scheme_of
from counterfoil.ingest.safe_xml import refuse
from counterfoil.ingest.tree import FieldReader

# UNTDID 1001, as far as EN 16931 admits it.
_CREDIT_CODES = frozenset(
    {
        "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532",
    }
)  # fmt: skip
_INVOICE_CODES = frozenset(
    {
        "71", "80", "82", "84", "102", "130", "202", "203", "204", "211", "218", "219", "295",
        "326", "331", "380", "382", "383", "384", "385", "386", "387", "388", "389", "390", "393",
        "394", "395", "456", "457", "527", "553", "575", "623", "633", "780", "817", "870", "875",
        "876", "877", "935",
    }
)  # fmt: skip
_NO_CLAIM_CODES = {"325": "pro forma", "751": "accounting information"}


@dataclass(slots=True, kw_only=True)
class StatedParty:
    """A party as a document names it. company_ids, party_ids, vat_ids, endpoints: (value, scheme code)."""

    name: str
    country: str | None
    company_ids: list[tuple[str, str | None]] = field(default_factory=list)
    party_ids: list[tuple[str, str | None]] = field(default_factory=list)
    vat_ids: list[str] = field(default_factory=list)
    endpoints: list[tuple[str, str | None]] = field(default_factory=list)

    def canonical(self) -> InvoiceParty:
        """With identifiers in one spelling, strongest first."""
        stated: list[PartyIdentifier] = []
        for value, code in self.company_ids:
            stated += self._identifier(value, code, otherwise=IdScheme.REGISTRATION)
        for value in self.vat_ids:
            stated += self._identifier(value, None, otherwise=IdScheme.VAT)
        for value, code in self.party_ids:
            stated += self._identifier(value, code, otherwise=IdScheme.OTHER)
        for value, code in self.endpoints:
            stated += self._identifier(value, code, otherwise=IdScheme.ENDPOINT, by_code=False)
        return InvoiceParty(name=self.name, identifiers=order_by_strength(stated), country=self.country)

    def _identifier(
        self, value: str, code: str | None, *, otherwise: IdScheme, by_code: bool = True
    ) -> list[PartyIdentifier]:
        scheme = (scheme_of(code, value, country=self.country) if by_code else None) or otherwise
        spelled = canonical_party_id(scheme, value, country=self.country)
        return [PartyIdentifier(scheme=scheme, value=spelled, scheme_code=code or None)] if spelled else []


@dataclass(slots=True, kw_only=True)
class StatedInvoice:
    """An EN 16931 document as read, where any mandatory field may still be absent."""

    format: InvoiceFormat
    is_credit_note_element: bool
    element: str
    number: str
    type_code: str
    issue_date: date | None
    due_date: date | None
    payment_terms: str
    seller: StatedParty
    buyer: StatedParty
    payee_name: str
    net_minor: int | None
    tax_minor: int | None
    gross_minor: int | None
    payable_minor: int | None
    lines_minor: int | None
    prepaid_minor: int | None
    rounding_minor: int | None
    allowance_minor: int | None
    charge_minor: int | None
    lines: list[InvoiceLine]
    tax_breakdown: list[TaxSubtotal]
    references: list[InvoiceReference]


def read_currency(reader: FieldReader, code: str) -> None:
    """Set the reader's currency from BT-5. Raises InvoiceRefused: no amount means anything without one."""
    if not code:
        reader.note(FIELD_MISSING, "BT-5", name="the invoice currency")
        raise reader.give_up()
    try:
        reader.currency = Currency.of(code)
    except DomainError as error:
        raise refuse(error.code, "BT-5", code=code[:20]) from None


def check_line_count(reader: FieldReader, count: int) -> None:
    """Raises InvoiceRefused(DocumentTooComplex) for more lines than the limit."""
    if count > reader.limits.max_lines:
        raise refuse(TOO_COMPLEX, "BG-25", what="the number of lines", limit=reader.limits.max_lines)


def assemble(reader: FieldReader, stated: StatedInvoice) -> Invoice:
    """The canonical invoice, with the reader's findings. Raises InvoiceRefused where it cannot exist."""
    for name, term, value in (
        ("the invoice number", "BT-1", stated.number),
        ("the seller's name", "BT-27", stated.seller.name),
        ("the buyer's name", "BT-44", stated.buyer.name),
    ):
        if not value:
            reader.note(FIELD_MISSING, term, name=name)
    direction = _direction(reader, stated)
    payee, seller = stated.payee_name, stated.seller.name
    if payee and payee.casefold() != seller.casefold():
        reader.note(PAYEE_IS_NOT_SELLER, "BT-59", Severity.WARNING, payee=payee, seller=seller)
    currency, issued = reader.currency, stated.issue_date
    net, gross, payable = stated.net_minor, stated.gross_minor, stated.payable_minor
    if currency is None or issued is None or net is None or gross is None or payable is None:
        raise reader.give_up()
    return Invoice(
        number=stated.number,
        type=direction,
        format=stated.format,
        issue_date=issued,
        due_date=stated.due_date,
        currency=currency,
        seller=stated.seller.canonical(),
        buyer=stated.buyer.canonical(),
        payable_minor=payable,
        totals=InvoiceTotals(
            net_minor=net,
            tax_minor=stated.tax_minor or 0,
            gross_minor=gross,
            prepaid_minor=stated.prepaid_minor or 0,
            rounding_minor=stated.rounding_minor or 0,
            lines_minor=stated.lines_minor,
            allowance_minor=stated.allowance_minor or 0,
            charge_minor=stated.charge_minor or 0,
        ),
        lines=tuple(stated.lines),
        references=tuple(stated.references),
        payment_terms=stated.payment_terms or None,
        findings=tuple(reader.findings),
        type_code=stated.type_code,
        tax_breakdown=tuple(stated.tax_breakdown),
    )


def _direction(reader: FieldReader, stated: StatedInvoice) -> InvoiceType:
    """Invoice or credit note, from the type code and, in UBL, the root element; notes what is odd."""
    code = stated.type_code
    named = [ref.number for ref in stated.references if ref.kind is ReferenceKind.PRECEDING_INVOICE]
    if not code:
        reader.note(FIELD_MISSING, "BT-3", name="the type code")
    elif code in _NO_CLAIM_CODES:
        reader.note(NOT_A_CLAIM, "BT-3", seen=f"{code} ({_NO_CLAIM_CODES[code]})")
    elif code not in _CREDIT_CODES | _INVOICE_CODES:
        reader.note(TYPE_CODE_UNKNOWN, "BT-3", seen=code[:20])
    elif stated.is_credit_note_element and code not in _CREDIT_CODES:
        reader.note(TYPE_CONFLICT, "BT-3", element=stated.element, seen=code)
    elif code == "386":
        reader.note(PREPAYMENT_INVOICE, "BT-3", Severity.WARNING)
    elif code == "384":
        replaced = ", ".join(named[:5]) or "an invoice that it does not name"
        reader.note(CORRECTED_INVOICE, "BT-3", Severity.WARNING, named=replaced)
    credited = stated.is_credit_note_element or code in _CREDIT_CODES
    return InvoiceType.CREDIT_NOTE if credited else InvoiceType.INVOICE
