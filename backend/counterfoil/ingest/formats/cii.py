"""UN/CEFACT Cross Industry Invoice D16B, as EN 16931-3-3 binds the business terms to it."""

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
from counterfoil.domain.invoices.invoice_findings import FIELD_REPEATED, UNKNOWN_FORMAT
from counterfoil.ingest.formats.en_assemble import (
    StatedInvoice,
    StatedParty,
    assemble,
    check_line_count,
    read_currency,
)
from counterfoil.ingest.protocol import ReadLimits
from counterfoil.ingest.safe_xml import refuse
from counterfoil.ingest.tree import FieldReader, elements, first
from counterfoil.ingest.values import malformed

_ROOT = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"
_ZUGFERD_1 = "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument"
_AGREEMENT = "ram:ApplicableHeaderTradeAgreement"
_DELIVERY = "ram:ApplicableHeaderTradeDelivery"
_REFERENCES = (
    (f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", ReferenceKind.ORDER, "BT-13"),
    (
        f"{_AGREEMENT}/ram:SellerOrderReferencedDocument/ram:IssuerAssignedID",
        ReferenceKind.SALES_ORDER,
        "BT-14",
    ),
    (f"{_AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID", ReferenceKind.CONTRACT, "BT-12"),
    (f"{_AGREEMENT}/ram:SpecifiedProcuringProject/ram:ID", ReferenceKind.PROJECT, "BT-11"),
    (
        f"{_DELIVERY}/ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID",
        ReferenceKind.DESPATCH,
        "BT-16",
    ),
    (
        f"{_DELIVERY}/ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID",
        ReferenceKind.RECEIPT,
        "BT-15",
    ),
)
_TENDER_TYPE_CODE = "50"
_DAY_FORMAT = "102"
# Factur-X EXTENDED: such lines group or explain others and are no part of the sum.
_UNCOUNTED_LINES = frozenset({"GROUP", "INFORMATION"})


def matches(root: etree._Element) -> bool:
    """True for a D16B invoice, and for ZUGFeRD 1.0, which `parse` refuses by its name."""
    return root.tag in (_ROOT, _ZUGFERD_1)


def parse(root: etree._Element, *, limits: ReadLimits) -> Invoice:
    """The canonical invoice. Raises InvoiceRefused."""
    if root.tag == _ZUGFERD_1:
        raise refuse(UNKNOWN_FORMAT, seen="ZUGFeRD 1.0, which EN 16931 replaced")
    reader = FieldReader(limits=limits)
    head = reader.only(root, "rsm:ExchangedDocument", field="BT-1")
    trade = reader.only(root, "rsm:SupplyChainTradeTransaction", field="BG-25")
    settlement = reader.only(trade, "ram:ApplicableHeaderTradeSettlement", field="BG-22")
    read_currency(reader, reader.text(settlement, "ram:InvoiceCurrencyCode", field="BT-5"))
    total = reader.only(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation", field="BG-22")
    line_elements = elements(trade, "ram:IncludedSupplyChainTradeLineItem")
    check_line_count(reader, len(line_elements))
    stated = StatedInvoice(
        format=InvoiceFormat.CII,
        is_credit_note_element=False,
        element="CrossIndustryInvoice",
        number=reader.text(head, "ram:ID", field="BT-1"),
        type_code=reader.text(head, "ram:TypeCode", field="BT-3"),
        issue_date=_day(
            reader,
            head,
            "ram:IssueDateTime/udt:DateTimeString",
            field="BT-2",
            name="the issue date",
            required=True,
        ),
        due_date=_due_date(reader, settlement),
        payment_terms="\n".join(
            reader.text_of(note, field="BT-20")
            for note in elements(settlement, "ram:SpecifiedTradePaymentTerms/ram:Description")
        ),
        seller=_party(reader, trade, "ram:SellerTradeParty", field="BT-27"),
        buyer=_party(reader, trade, "ram:BuyerTradeParty", field="BT-44"),
        payee_name=reader.text(settlement, "ram:PayeeTradeParty/ram:Name", field="BT-59"),
        net_minor=reader.minor(
            total, "ram:TaxBasisTotalAmount", field="BT-109", name="the total without tax", required=True
        ),
        tax_minor=_tax_total(reader, total),
        gross_minor=reader.minor(
            total, "ram:GrandTotalAmount", field="BT-112", name="the total with tax", required=True
        ),
        payable_minor=reader.minor(
            total, "ram:DuePayableAmount", field="BT-115", name="the amount due for payment", required=True
        ),
        lines_minor=reader.minor(
            total,
            "ram:LineTotalAmount",
            field="BT-106",
            name="the sum of the lines",
            required=bool(line_elements),
        ),
        prepaid_minor=reader.minor(total, "ram:TotalPrepaidAmount", field="BT-113"),
        rounding_minor=reader.minor(total, "ram:RoundingAmount", field="BT-114"),
        allowance_minor=reader.minor(total, "ram:AllowanceTotalAmount", field="BT-107"),
        charge_minor=reader.minor(total, "ram:ChargeTotalAmount", field="BT-108"),
        lines=[_line(reader, line) for line in line_elements if _counts(reader, line)],
        tax_breakdown=_tax_breakdown(reader, settlement),
        references=_references(reader, trade, settlement),
    )
    return assemble(reader, stated)


def _day(
    reader: FieldReader,
    parent: etree._Element | None,
    path: str,
    *,
    field: str,
    name: str,
    required: bool = False,
) -> date | None:
    """A date in format 102, the only one that EN 16931 admits in CII."""
    stated = first(parent, path)
    if stated is not None and stated.get("format", _DAY_FORMAT) != _DAY_FORMAT:
        reason = f"has format {stated.get('format', '')[:10]}, not {_DAY_FORMAT}"
        reader.findings.append(malformed(field, name=name, seen=stated.text or "", reason=reason).finding)
        return None
    return reader.date(parent, path, field=field, name=name, required=required)


def _due_date(reader: FieldReader, settlement: etree._Element | None) -> date | None:
    """BT-9; of several instalments the earliest."""
    days = [
        _day(reader, terms, "ram:DueDateDateTime/udt:DateTimeString", field="BT-9", name="the due date")
        for terms in elements(settlement, "ram:SpecifiedTradePaymentTerms")
    ]
    return min((day for day in days if day), default=None)


def _party(reader: FieldReader, trade: etree._Element | None, element: str, *, field: str) -> StatedParty:
    party = reader.only(trade, f"{_AGREEMENT}/{element}", field=field)
    country = first(party, "ram:PostalTradeAddress/ram:CountryID")
    stated = StatedParty(
        name=reader.text(party, "ram:Name", field=field),
        country=reader.text_of(country, field=field).upper()[:2] or None,
    )
    for path, kept in (
        ("ram:SpecifiedLegalOrganization/ram:ID", stated.company_ids),
        ("ram:GlobalID", stated.party_ids),
        ("ram:ID", stated.party_ids),
        ("ram:URIUniversalCommunication/ram:URIID", stated.endpoints),
    ):
        for found_id in elements(party, path):
            kept.append((reader.text_of(found_id, field=field), found_id.get("schemeID")))
    for registered in elements(party, "ram:SpecifiedTaxRegistration/ram:ID"):
        if registered.get("schemeID", "").upper() in ("VA", "VAT"):
            stated.vat_ids.append(reader.text_of(registered, field=field))
    return stated


def _counts(reader: FieldReader, line: etree._Element) -> bool:
    reason = first(line, "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode")
    return reader.text_of(reason, field="BG-25").upper() not in _UNCOUNTED_LINES


def _line(reader: FieldReader, line: etree._Element) -> InvoiceLine:
    amount = "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    settlement = first(line, "ram:SpecifiedLineTradeSettlement")
    exact = reader.decimal(settlement, amount, field="BT-131", name="the line net amount", required=True)
    net = reader.minor(settlement, amount, field="BT-131", imprecise=Severity.WARNING)
    finer = exact is not None and reader.currency is not None and reader.currency.major(net or 0) != exact
    quantity = first(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    return InvoiceLine(
        line_id=reader.text(line, "ram:AssociatedDocumentLineDocument/ram:LineID", field="BT-126"),
        description=reader.text(line, "ram:SpecifiedTradeProduct/ram:Name", field="BT-153"),
        quantity=reader.decimal(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", field="BT-129"),
        unit=quantity.get("unitCode") if quantity is not None else None,
        unit_price=reader.decimal(
            line,
            "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount",
            field="BT-146",
        ),
        net_minor=net or 0,
        tax_rate_percent=reader.decimal(
            settlement, "ram:ApplicableTradeTax/ram:RateApplicablePercent", field="BT-152"
        ),
        net_exact=exact if finer else None,
    )


def _tax_total(reader: FieldReader, total: etree._Element | None) -> int | None:
    """BT-110: of at most two tax totals the one in the invoice currency."""
    code = reader.currency.code if reader.currency else ""
    own = [
        amount
        for amount in elements(total, "ram:TaxTotalAmount")
        if amount.get("currencyID", code).strip() == code
    ]
    if len(own) > 1:
        reader.note(FIELD_REPEATED, "BT-110", name="ram:TaxTotalAmount", count=len(own))
    return reader.minor_of(own[0], field="BT-110", name="the total tax") if own else None


def _tax_breakdown(reader: FieldReader, settlement: etree._Element | None) -> list[TaxSubtotal]:
    rows: list[TaxSubtotal] = []
    for row in elements(settlement, "ram:ApplicableTradeTax"):
        taxable = reader.minor(row, "ram:BasisAmount", field="BT-116", imprecise=Severity.WARNING)
        tax = reader.minor(row, "ram:CalculatedAmount", field="BT-117", imprecise=Severity.WARNING)
        if taxable is not None and tax is not None:
            rows.append(
                TaxSubtotal(
                    category=reader.text(row, "ram:CategoryCode", field="BT-118"),
                    rate_percent=reader.decimal(row, "ram:RateApplicablePercent", field="BT-119"),
                    taxable_minor=taxable,
                    tax_minor=tax,
                )
            )
    return rows


def _references(
    reader: FieldReader, trade: etree._Element | None, settlement: etree._Element | None
) -> list[InvoiceReference]:
    named = [
        InvoiceReference(kind=kind, number=number)
        for path, kind, field in _REFERENCES
        for element in elements(trade, path)
        if (number := reader.text_of(element, field=field))
    ]
    for document in elements(settlement, "ram:InvoiceReferencedDocument"):
        if number := reader.text(document, "ram:IssuerAssignedID", field="BT-25"):
            issued = _day(
                reader,
                document,
                "ram:FormattedIssueDateTime/qdt:DateTimeString",
                field="BT-26",
                name="the date of the preceding invoice",
            )
            named.append(
                InvoiceReference(kind=ReferenceKind.PRECEDING_INVOICE, number=number, issue_date=issued)
            )
    for document in elements(trade, f"{_AGREEMENT}/ram:AdditionalReferencedDocument"):
        if number := reader.text(document, "ram:IssuerAssignedID", field="BT-122"):
            is_tender = reader.text(document, "ram:TypeCode", field="BT-17") == _TENDER_TYPE_CODE
            kind = ReferenceKind.TENDER if is_tender else ReferenceKind.OTHER
            named.append(InvoiceReference(kind=kind, number=number))
    return named
