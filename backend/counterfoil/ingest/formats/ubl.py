"""UBL 2.1 Invoice and CreditNote, as EN 16931-3-2 binds the business terms to it."""

from __future__ import annotations

from datetime import date

from lxml import etree

from counterfoil.domain.invoices.invoice import (
    Invoice,
    InvoiceFormat,
    InvoiceLine,
    InvoiceReference,
    ReferenceKind,
    Severity,
    TaxSubtotal,
)
from counterfoil.domain.invoices.invoice_findings import FIELD_REPEATED
from counterfoil.ingest.formats.en_assemble import (
    StatedInvoice,
    StatedParty,
    assemble,
    check_line_count,
    read_currency,
)
from counterfoil.ingest.protocol import ReadLimits
from counterfoil.ingest.tree import FieldReader, elements, first

_INVOICE = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
_CREDIT_NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"
_REFERENCES = (
    ("cac:OrderReference/cbc:ID", ReferenceKind.ORDER, "BT-13"),
    ("cac:OrderReference/cbc:SalesOrderID", ReferenceKind.SALES_ORDER, "BT-14"),
    ("cac:ContractDocumentReference/cbc:ID", ReferenceKind.CONTRACT, "BT-12"),
    ("cac:DespatchDocumentReference/cbc:ID", ReferenceKind.DESPATCH, "BT-16"),
    ("cac:ReceiptDocumentReference/cbc:ID", ReferenceKind.RECEIPT, "BT-15"),
    ("cac:OriginatorDocumentReference/cbc:ID", ReferenceKind.TENDER, "BT-17"),
    ("cac:ProjectReference/cbc:ID", ReferenceKind.PROJECT, "BT-11"),
)
_PROJECT_TYPE_CODE = "50"


def matches(root: etree._Element) -> bool:
    """True for a UBL 2 Invoice or CreditNote."""
    return root.tag in (_INVOICE, _CREDIT_NOTE)


def parse(root: etree._Element, *, limits: ReadLimits) -> Invoice:
    """The canonical invoice. Raises InvoiceRefused."""
    reader = FieldReader(limits=limits)
    credit = root.tag == _CREDIT_NOTE
    code = reader.text(root, "cbc:DocumentCurrencyCode", field="BT-5")
    read_currency(reader, code)
    total = reader.only(root, "cac:LegalMonetaryTotal", field="BG-22")
    line_tag = "cac:CreditNoteLine" if credit else "cac:InvoiceLine"
    line_elements = elements(root, line_tag)
    check_line_count(reader, len(line_elements))
    stated = StatedInvoice(
        format=InvoiceFormat.UBL,
        is_credit_note_element=credit,
        element="CreditNote" if credit else "Invoice",
        number=reader.text(root, "cbc:ID", field="BT-1"),
        type_code=reader.text(
            root, "cbc:CreditNoteTypeCode" if credit else "cbc:InvoiceTypeCode", field="BT-3"
        ),
        issue_date=reader.date(root, "cbc:IssueDate", field="BT-2", name="the issue date", required=True),
        due_date=_due_date(reader, root),
        payment_terms="\n".join(
            reader.text_of(note, field="BT-20") for note in elements(root, "cac:PaymentTerms/cbc:Note")
        ),
        seller=_party(reader, root, "cac:AccountingSupplierParty/cac:Party", field="BG-4"),
        buyer=_party(reader, root, "cac:AccountingCustomerParty/cac:Party", field="BG-7"),
        payee_name=reader.text(root, "cac:PayeeParty/cac:PartyName/cbc:Name", field="BT-59"),
        net_minor=reader.minor(
            total, "cbc:TaxExclusiveAmount", field="BT-109", name="the total without tax", required=True
        ),
        tax_minor=None,
        gross_minor=reader.minor(
            total, "cbc:TaxInclusiveAmount", field="BT-112", name="the total with tax", required=True
        ),
        payable_minor=reader.minor(
            total, "cbc:PayableAmount", field="BT-115", name="the amount due for payment", required=True
        ),
        lines_minor=reader.minor(
            total, "cbc:LineExtensionAmount", field="BT-106", name="the sum of the lines", required=True
        ),
        prepaid_minor=reader.minor(total, "cbc:PrepaidAmount", field="BT-113"),
        rounding_minor=reader.minor(total, "cbc:PayableRoundingAmount", field="BT-114"),
        allowance_minor=reader.minor(total, "cbc:AllowanceTotalAmount", field="BT-107"),
        charge_minor=reader.minor(total, "cbc:ChargeTotalAmount", field="BT-108"),
        lines=[_line(reader, line, credit=credit) for line in line_elements],
        tax_breakdown=[],
        references=_references(reader, root),
    )
    _read_tax(reader, root, stated)
    return assemble(reader, stated)


def _due_date(reader: FieldReader, root: etree._Element) -> date | None:
    """BT-9: in an Invoice a field of its own, in a CreditNote the payment due date."""
    due = reader.date(root, "cbc:DueDate", field="BT-9", name="the due date")
    if due is None:
        means = elements(root, "cac:PaymentMeans")
        dates = {reader.date(mean, "cbc:PaymentDueDate", field="BT-9", name="the due date") for mean in means}
        due = min((stated for stated in dates if stated), default=None)
    return due


def _party(reader: FieldReader, root: etree._Element, path: str, *, field: str) -> StatedParty:
    party = reader.only(root, path, field=field)
    name_term, trade_term = ("BT-27", "BT-28") if field == "BG-4" else ("BT-44", "BT-45")
    name = reader.text(party, "cac:PartyLegalEntity/cbc:RegistrationName", field=name_term)
    trading_names = elements(party, "cac:PartyName/cbc:Name")
    if not name and trading_names:
        name = reader.text_of(trading_names[0], field=trade_term)
    country = first(party, "cac:PostalAddress/cac:Country/cbc:IdentificationCode")
    stated = StatedParty(name=name, country=reader.text_of(country, field=field).upper()[:2] or None)
    for path_, kept in (
        ("cac:PartyLegalEntity/cbc:CompanyID", stated.company_ids),
        ("cac:PartyIdentification/cbc:ID", stated.party_ids),
        ("cbc:EndpointID", stated.endpoints),
    ):
        for element in elements(party, path_):
            kept.append((reader.text_of(element, field=field), element.get("schemeID")))
    for scheme in elements(party, "cac:PartyTaxScheme"):
        tax = first(scheme, "cac:TaxScheme/cbc:ID")
        if reader.text_of(tax, field=field).upper() == "VAT":
            stated.vat_ids.append(reader.text_of(first(scheme, "cbc:CompanyID"), field=field))
    return stated


def _line(reader: FieldReader, line: etree._Element, *, credit: bool) -> InvoiceLine:
    quantity_path = "cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity"
    quantity = first(line, quantity_path)
    exact = reader.decimal(
        line, "cbc:LineExtensionAmount", field="BT-131", name="the line net amount", required=True
    )
    net = reader.minor(line, "cbc:LineExtensionAmount", field="BT-131", imprecise=Severity.WARNING)
    finer = exact is not None and reader.currency is not None and reader.currency.major(net or 0) != exact
    names = elements(line, "cac:Item/cbc:Name") + elements(line, "cac:Item/cbc:Description")
    return InvoiceLine(
        line_id=reader.text(line, "cbc:ID", field="BT-126"),
        description=reader.text_of(names[0], field="BT-153") if names else "",
        quantity=reader.decimal(line, quantity_path, field="BT-129"),
        unit=quantity.get("unitCode") if quantity is not None else None,
        unit_price=reader.decimal(line, "cac:Price/cbc:PriceAmount", field="BT-146"),
        net_minor=net or 0,
        tax_rate_percent=reader.decimal(
            line, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent", field="BT-152"
        ),
        net_exact=exact if finer else None,
    )


def _read_tax(reader: FieldReader, root: etree._Element, stated: StatedInvoice) -> None:
    """Total and breakdown in the invoice currency; the total in the accounting currency is not used."""
    code = reader.currency.code if reader.currency else ""
    own = [
        total
        for total in elements(root, "cac:TaxTotal")
        if (amount := first(total, "cbc:TaxAmount")) is None or amount.get("currencyID", code).strip() == code
    ]
    if not own:
        return
    if len(own) > 1:
        reader.note(FIELD_REPEATED, "BT-110", name="cac:TaxTotal", count=len(own))
    stated.tax_minor = reader.minor(own[0], "cbc:TaxAmount", field="BT-110", name="the total tax")
    for row in elements(own[0], "cac:TaxSubtotal"):
        taxable = reader.minor(row, "cbc:TaxableAmount", field="BT-116", imprecise=Severity.WARNING)
        tax = reader.minor(row, "cbc:TaxAmount", field="BT-117", imprecise=Severity.WARNING)
        if taxable is not None and tax is not None:
            stated.tax_breakdown.append(
                TaxSubtotal(
                    category=reader.text(row, "cac:TaxCategory/cbc:ID", field="BT-118"),
                    rate_percent=reader.decimal(row, "cac:TaxCategory/cbc:Percent", field="BT-119"),
                    taxable_minor=taxable,
                    tax_minor=tax,
                )
            )


def _references(reader: FieldReader, root: etree._Element) -> list[InvoiceReference]:
    named = [
        InvoiceReference(kind=kind, number=number)
        for path, kind, field in _REFERENCES
        for element in elements(root, path)
        if (number := reader.text_of(element, field=field))
    ]
    for document in elements(root, "cac:BillingReference/cac:InvoiceDocumentReference"):
        if number := reader.text(document, "cbc:ID", field="BT-25"):
            issued = reader.date(document, "cbc:IssueDate", field="BT-26")
            named.append(
                InvoiceReference(kind=ReferenceKind.PRECEDING_INVOICE, number=number, issue_date=issued)
            )
    for document in elements(root, "cac:AdditionalDocumentReference"):
        if number := reader.text(document, "cbc:ID", field="BT-122"):
            type_code = reader.text(document, "cbc:DocumentTypeCode", field="BT-122")
            # A UBL credit note has no ProjectReference; EN 16931 puts the project here under code 50.
            kind = ReferenceKind.PROJECT if type_code == _PROJECT_TYPE_CODE else ReferenceKind.OTHER
            named.append(InvoiceReference(kind=kind, number=number))
    return named
