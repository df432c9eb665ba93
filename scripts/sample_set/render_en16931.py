"""Writing a document as EN 16931: UBL 2.1 and UN/CEFACT CII."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from sample_set.documents import Document, Line, TaxCategory
from sample_set.parties import Party

GUIDELINE = "urn:cen.eu:en16931:2017"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CAC, _CBC = f"{_UBL}CommonAggregateComponents-2", f"{_UBL}CommonBasicComponents-2"
_CII = "urn:un:unece:uncefact:data:standard:"
_RSM, _RAM, _UDT = (
    f"{_CII}CrossIndustryInvoice:100",
    f"{_CII}ReusableAggregateBusinessInformationEntity:100",
    f"{_CII}UnqualifiedDataType:100",
)
_SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
_LEI, _GLN = "0199", "0088"

Element = etree._Element


def to_bytes(root: Element) -> bytes:
    """The document, indented, in UTF-8 with a declaration."""
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _add(parent: Element, namespace: str, path: str, text: str | None = None, **attributes: str) -> Element:
    """Append the elements of the path, one inside the other, and return the last, holding the text."""
    element = parent
    for name in path.split("/"):
        element = etree.SubElement(element, f"{{{namespace}}}{name}")
    element.text = text
    for name, value in attributes.items():
        element.set(name, value)
    return element


# ---- UBL ----------------------------------------------------------------------------------------------


def make_ubl(document: Document) -> bytes:
    """The document as a UBL 2.1 invoice."""
    return to_bytes(_ubl_root(document))


def make_sbdh_ubl(document: Document) -> bytes:
    """The UBL invoice inside the envelope with which networks carry documents."""
    root = etree.Element(f"{{{_SBDH}}}StandardBusinessDocument", nsmap={"sh": _SBDH})
    header = _add(root, _SBDH, "StandardBusinessDocumentHeader")
    _add(header, _SBDH, "HeaderVersion", "1.0")
    for role, party in (("Sender", document.seller), ("Receiver", document.buyer)):
        _add(header, _SBDH, f"{role}/Identifier", f"{_GLN}:{party.gln}", Authority="iso6523-actorid-upis")
    identification = _add(header, _SBDH, "DocumentIdentification")
    _add(identification, _SBDH, "Standard", f"{_UBL}Invoice-2")
    _add(identification, _SBDH, "TypeVersion", "2.1")
    _add(identification, _SBDH, "InstanceIdentifier", f"sample-{document.seller.identifier}-1")
    _add(identification, _SBDH, "Type", "Invoice")
    _add(identification, _SBDH, "CreationDateAndTime", f"{document.issued.isoformat()}T09:30:00Z")
    root.append(_ubl_root(document))
    return to_bytes(root)


def _cbc(parent: Element, path: str, text: str | None = None, **attributes: str) -> Element:
    *groups, name = path.split("/")
    target = _cac(parent, "/".join(groups)) if groups else parent
    return _add(target, _CBC, name, text, **attributes)


def _cac(parent: Element, path: str) -> Element:
    return _add(parent, _CAC, path)


def _ubl_root(document: Document) -> Element:
    root = etree.Element(
        f"{{{_UBL}Invoice-2}}Invoice", nsmap={"ubl": f"{_UBL}Invoice-2", "cac": _CAC, "cbc": _CBC}
    )
    _cbc(root, "CustomizationID", GUIDELINE)
    _cbc(root, "ID", document.number)
    _cbc(root, "IssueDate", document.issued.isoformat())
    if document.due:
        _cbc(root, "DueDate", document.due.isoformat())
    _cbc(root, "InvoiceTypeCode", "380")
    _cbc(root, "DocumentCurrencyCode", document.currency)
    for path, reference in (
        ("OrderReference/ID", document.order),
        ("DespatchDocumentReference/ID", document.despatch),
        ("ContractDocumentReference/ID", document.contract),
    ):
        if reference:
            _cbc(root, path, reference)
    _ubl_party(_cac(root, "AccountingSupplierParty/Party"), document.seller, is_seller=True)
    _ubl_party(_cac(root, "AccountingCustomerParty/Party"), document.buyer, is_seller=False)
    if document.delivered:
        delivery = _cac(root, "Delivery")
        _cbc(delivery, "ActualDeliveryDate", document.delivered.isoformat())
        _cbc(delivery, "DeliveryLocation/Address/Country/IdentificationCode", document.buyer.country)
    _cbc(root, "PaymentTerms/Note", document.terms)
    _ubl_totals(root, document)
    for position, line in enumerate(document.lines, start=1):
        _ubl_line(_cac(root, "InvoiceLine"), line, position=position, currency=document.currency)
    return root


def _ubl_party(element: Element, party: Party, *, is_seller: bool) -> None:
    if party.gln:
        _cbc(element, "EndpointID", party.gln, schemeID=_GLN)
        _cbc(element, "PartyIdentification/ID", party.gln, schemeID=_GLN)
    _cbc(element, "PartyName/Name", party.trading_name)
    address = _cac(element, "PostalAddress")
    _cbc(address, "StreetName", party.street)
    _cbc(address, "CityName", party.city)
    _cbc(address, "PostalZone", party.postcode)
    _cbc(address, "Country/IdentificationCode", party.country)
    # A taxpayer code that is not of the European form is the local tax registration, which the standard
    # knows for sellers only (BT-32).
    if party.vat or is_seller:
        scheme = _cac(element, "PartyTaxScheme")
        _cbc(scheme, "CompanyID", party.identifier)
        _cbc(scheme, "TaxScheme/ID", "VAT" if party.vat else "TAX")
    legal = _cac(element, "PartyLegalEntity")
    _cbc(legal, "RegistrationName", party.name)
    if party.uscc:
        _cbc(legal, "CompanyID", party.uscc)
    elif party.lei:
        _cbc(legal, "CompanyID", party.lei, schemeID=_LEI)


def _ubl_category(parent: Element, name: str, category: TaxCategory, *, with_reason: bool) -> None:
    element = _cac(parent, name)
    _cbc(element, "ID", category.code)
    _cbc(element, "Percent", _plain(category.rate))
    if with_reason and category.reason:
        _cbc(element, "TaxExemptionReasonCode", category.reason_code)
        _cbc(element, "TaxExemptionReason", category.reason)
    _cbc(element, "TaxScheme/ID", "VAT")


def _ubl_totals(root: Element, document: Document) -> None:
    currency = document.currency
    total = _cac(root, "TaxTotal")
    _cbc(total, "TaxAmount", _plain(document.tax), currencyID=currency)
    for category, (basis, tax) in document.taxes.items():
        subtotal = _cac(total, "TaxSubtotal")
        _cbc(subtotal, "TaxableAmount", _plain(basis), currencyID=currency)
        _cbc(subtotal, "TaxAmount", _plain(tax), currencyID=currency)
        _ubl_category(subtotal, "TaxCategory", category, with_reason=True)
    money = _cac(root, "LegalMonetaryTotal")
    for name, amount in (
        ("LineExtensionAmount", document.net),
        ("TaxExclusiveAmount", document.net),
        ("TaxInclusiveAmount", document.gross),
        ("PayableAmount", document.gross),
    ):
        _cbc(money, name, _plain(amount), currencyID=currency)


def _ubl_line(element: Element, line: Line, *, position: int, currency: str) -> None:
    _cbc(element, "ID", str(position))
    _cbc(element, "InvoicedQuantity", _plain(line.quantity), unitCode=line.unit[0])
    _cbc(element, "LineExtensionAmount", _plain(line.net), currencyID=currency)
    item = _cac(element, "Item")
    _cbc(item, "Name", line.description)
    _ubl_category(item, "ClassifiedTaxCategory", line.tax, with_reason=False)
    _cbc(element, "Price/PriceAmount", _plain(line.price), currencyID=currency)


# ---- CII ----------------------------------------------------------------------------------------------


def make_cii(document: Document) -> bytes:
    """The document as a UN/CEFACT Cross Industry Invoice."""
    root = etree.Element(f"{{{_RSM}}}CrossIndustryInvoice", nsmap={"rsm": _RSM, "ram": _RAM, "udt": _UDT})
    context = _add(root, _RSM, "ExchangedDocumentContext")
    _ram(context, "GuidelineSpecifiedDocumentContextParameter/ID", GUIDELINE)
    exchanged = _add(root, _RSM, "ExchangedDocument")
    _ram(exchanged, "ID", document.number)
    _ram(exchanged, "TypeCode", "380")
    _cii_date(_ram(exchanged, "IssueDateTime"), document.issued)
    transaction = _add(root, _RSM, "SupplyChainTradeTransaction")
    for position, line in enumerate(document.lines, start=1):
        _cii_line(_ram(transaction, "IncludedSupplyChainTradeLineItem"), line, position=position)
    _cii_agreement(_ram(transaction, "ApplicableHeaderTradeAgreement"), document)
    _cii_delivery(_ram(transaction, "ApplicableHeaderTradeDelivery"), document)
    _cii_settlement(_ram(transaction, "ApplicableHeaderTradeSettlement"), document)
    return to_bytes(root)


def _ram(parent: Element, path: str, text: str | None = None, **attributes: str) -> Element:
    return _add(parent, _RAM, path, text, **attributes)


def _cii_date(parent: Element, day: date) -> None:
    _add(parent, _UDT, "DateTimeString", day.strftime("%Y%m%d"), format="102")


def _cii_line(element: Element, line: Line, *, position: int) -> None:
    _ram(element, "AssociatedDocumentLineDocument/LineID", str(position))
    _ram(element, "SpecifiedTradeProduct/Name", line.description)
    _ram(element, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount", _plain(line.price))
    _ram(element, "SpecifiedLineTradeDelivery/BilledQuantity", _plain(line.quantity), unitCode=line.unit[0])
    settlement = _ram(element, "SpecifiedLineTradeSettlement")
    tax = _ram(settlement, "ApplicableTradeTax")
    _ram(tax, "TypeCode", "VAT")
    _ram(tax, "CategoryCode", line.tax.code)
    _ram(tax, "RateApplicablePercent", _plain(line.tax.rate))
    _ram(
        settlement,
        "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
        _plain(line.net),
    )


def _cii_agreement(element: Element, document: Document) -> None:
    _cii_party(_ram(element, "SellerTradeParty"), document.seller, is_seller=True)
    _cii_party(_ram(element, "BuyerTradeParty"), document.buyer, is_seller=False)
    for path, reference in (
        ("BuyerOrderReferencedDocument/IssuerAssignedID", document.order),
        ("ContractReferencedDocument/IssuerAssignedID", document.contract),
    ):
        if reference:
            _ram(element, path, reference)


def _cii_party(element: Element, party: Party, *, is_seller: bool) -> None:
    if party.gln:
        _ram(element, "GlobalID", party.gln, schemeID=_GLN)
    _ram(element, "Name", party.name)
    legal = _ram(element, "SpecifiedLegalOrganization")
    if party.uscc:
        _ram(legal, "ID", party.uscc)
    elif party.lei:
        _ram(legal, "ID", party.lei, schemeID=_LEI)
    _ram(legal, "TradingBusinessName", party.trading_name)
    address = _ram(element, "PostalTradeAddress")
    _ram(address, "PostcodeCode", party.postcode)
    _ram(address, "LineOne", party.street)
    _ram(address, "CityName", party.city)
    _ram(address, "CountryID", party.country)
    if party.vat or is_seller:
        scheme = "VA" if party.vat else "FC"
        _ram(element, "SpecifiedTaxRegistration/ID", party.identifier, schemeID=scheme)


def _cii_delivery(element: Element, document: Document) -> None:
    if document.delivered:
        day = _ram(element, "ActualDeliverySupplyChainEvent/OccurrenceDateTime")
        _cii_date(day, document.delivered)
    if document.despatch:
        _ram(element, "DespatchAdviceReferencedDocument/IssuerAssignedID", document.despatch)


def _cii_settlement(element: Element, document: Document) -> None:
    _ram(element, "InvoiceCurrencyCode", document.currency)
    for category, (basis, tax) in document.taxes.items():
        trade_tax = _ram(element, "ApplicableTradeTax")
        _ram(trade_tax, "CalculatedAmount", _plain(tax))
        _ram(trade_tax, "TypeCode", "VAT")
        if category.reason:
            _ram(trade_tax, "ExemptionReason", category.reason)
        _ram(trade_tax, "BasisAmount", _plain(basis))
        _ram(trade_tax, "CategoryCode", category.code)
        if category.reason_code:
            _ram(trade_tax, "ExemptionReasonCode", category.reason_code)
        _ram(trade_tax, "RateApplicablePercent", _plain(category.rate))
    terms = _ram(element, "SpecifiedTradePaymentTerms")
    _ram(terms, "Description", document.terms)
    if document.due:
        _cii_date(_ram(terms, "DueDateDateTime"), document.due)
    money = _ram(element, "SpecifiedTradeSettlementHeaderMonetarySummation")
    _ram(money, "LineTotalAmount", _plain(document.net))
    _ram(money, "TaxBasisTotalAmount", _plain(document.net))
    _ram(money, "TaxTotalAmount", _plain(document.tax), currencyID=document.currency)
    _ram(money, "GrandTotalAmount", _plain(document.gross))
    _ram(money, "DuePayableAmount", _plain(document.gross))
