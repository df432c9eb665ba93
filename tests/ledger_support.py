"""A small supply chain for tests that need an open ledger: invoices as text, parties, and homes to copy.

Halden (core enterprise) owes Lahn (tier 1), which owes Valtenna (tier 2); Rhein Bank funds.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from counterfoil.bootstrap import OpenLedger, create_ledger, open_ledger
from counterfoil.domain.states import PartyRole
from counterfoil.settings import Settings
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.invoices.record_invoices import InvoiceDocument, RecordedInvoices, record_invoices
from counterfoil.usecases.parties.register_party import register_party
from counterfoil.usecases.workbench import Workbench

PASSPHRASE = "correct horse"
DAY_S = 86_400
CHEAP_SCRYPT_N = 16


@dataclass(frozen=True, slots=True)
class Firm:
    """A party as documents name it."""

    name: str
    vat: str

    @property
    def key(self) -> str:
        """Its key in the party registry."""
        return f"vat:{self.vat}"


HALDEN = Firm("Halden Werke AG", "DE136695976")
LAHN = Firm("Gusswerk Lahn GmbH", "DE347081522")
VALTENNA = Firm("Officine Valtenna S.r.l.", "IT73914520488")
BANK = Firm("Rhein Bank AG", "NL861930472B01")
SECOND_BANK = Firm("Zweite Bank AG", "DE361904737")

_UBL = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-09-01</cbc:IssueDate>{due}
<cbc:{root}TypeCode>{type_code}</cbc:{root}TypeCode>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{preceding}
<cac:AccountingSupplierParty>{seller}</cac:AccountingSupplierParty>
<cac:AccountingCustomerParty>{buyer}</cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">0.00</cbc:TaxAmount>
<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">{amount}</cbc:TaxableAmount>
<cbc:TaxAmount currencyID="EUR">0.00</cbc:TaxAmount>
<cac:TaxCategory><cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal>
<cbc:LineExtensionAmount currencyID="EUR">{amount}</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">{amount}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{amount}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="EUR">{amount}</cbc:PayableAmount>
</cac:LegalMonetaryTotal>
<cac:{root}Line><cbc:ID>1</cbc:ID>
<cbc:{quantity} unitCode="C62">1</cbc:{quantity}>
<cbc:LineExtensionAmount currencyID="EUR">{amount}</cbc:LineExtensionAmount>
<cac:Item><cbc:Name>castings</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>Z</cbc:ID>
<cbc:Percent>0</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:ClassifiedTaxCategory></cac:Item>
<cac:Price><cbc:PriceAmount currencyID="EUR">{amount}</cbc:PriceAmount></cac:Price>
</cac:{root}Line></{root}>
"""

_CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
<ram:ID>urn:cen.eu:en16931:2017</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
</rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20260901</udt:DateTimeString></ram:IssueDateTime>
</rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:Name>castings</ram:Name></ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
<ram:ChargeAmount>{amount}</ram:ChargeAmount></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">1</ram:BilledQuantity>
</ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>Z</ram:CategoryCode><ram:RateApplicablePercent>0</ram:RateApplicablePercent>
</ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:LineTotalAmount>{amount}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>
<ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty>{seller}</ram:SellerTradeParty>
<ram:BuyerTradeParty>{buyer}</ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:ApplicableTradeTax><ram:CalculatedAmount>0.00</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>
<ram:BasisAmount>{amount}</ram:BasisAmount><ram:CategoryCode>Z</ram:CategoryCode>
<ram:RateApplicablePercent>0</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>
<udt:DateTimeString format="102">20981231</udt:DateTimeString></ram:DueDateDateTime>
</ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:LineTotalAmount>{amount}</ram:LineTotalAmount><ram:TaxBasisTotalAmount>{amount}</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">0.00</ram:TaxTotalAmount>
<ram:GrandTotalAmount>{amount}</ram:GrandTotalAmount><ram:DuePayableAmount>{amount}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>
"""


def _ubl_party(firm: Firm, extra: str = "") -> str:
    return (
        f"<cac:Party>{extra}<cac:PostalAddress><cac:Country><cbc:IdentificationCode>{firm.vat[:2]}"
        "</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>{firm.vat}</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        f"<cac:PartyLegalEntity><cbc:RegistrationName>{firm.name}</cbc:RegistrationName>"
        "</cac:PartyLegalEntity></cac:Party>"
    )


def _cii_party(firm: Firm) -> str:
    return (
        f"<ram:Name>{firm.name}</ram:Name><ram:PostalTradeAddress><ram:CountryID>{firm.vat[:2]}"
        "</ram:CountryID></ram:PostalTradeAddress><ram:SpecifiedTaxRegistration>"
        f'<ram:ID schemeID="VA">{firm.vat}</ram:ID></ram:SpecifiedTaxRegistration>'
    )


def ubl(
    number: str,
    amount: str,
    *,
    seller: Firm = LAHN,
    buyer: Firm = HALDEN,
    gln: str | None = None,
    due: str = "2098-12-31",
) -> bytes:
    """A UBL invoice of one line. gln: a second identifier of the seller."""
    extra = ""
    if gln is not None:
        extra = f'<cac:PartyIdentification><cbc:ID schemeID="0088">{gln}</cbc:ID></cac:PartyIdentification>'
    return _UBL.format(
        root="Invoice",
        quantity="InvoicedQuantity",
        type_code="380",
        number=number,
        amount=amount,
        due=f"<cbc:DueDate>{due}</cbc:DueDate>" if due else "",
        preceding="",
        seller=_ubl_party(seller, extra),
        buyer=_ubl_party(buyer),
    ).encode()


def ubl_credit_note(
    number: str, amount: str, *, credits: str, seller: Firm = LAHN, buyer: Firm = HALDEN
) -> bytes:
    """A UBL credit note over one invoice."""
    return _UBL.format(
        root="CreditNote",
        quantity="CreditedQuantity",
        type_code="381",
        number=number,
        amount=amount,
        due="",
        preceding=(
            "<cac:BillingReference><cac:InvoiceDocumentReference>"
            f"<cbc:ID>{credits}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
        ),
        seller=_ubl_party(seller),
        buyer=_ubl_party(buyer),
    ).encode()


def cii(number: str, amount: str, *, seller: Firm = LAHN, buyer: Firm = HALDEN) -> bytes:
    """A CII invoice of one line."""
    return _CII.format(
        number=number, amount=amount, seller=_cii_party(seller), buyer=_cii_party(buyer)
    ).encode()


def sha256(content: bytes) -> str:
    """What the store knows a document by."""
    return hashlib.sha256(content).hexdigest()


def record(bench: Workbench, *contents: bytes) -> RecordedInvoices:
    """Read documents under made-up file names."""
    return record_invoices(
        bench,
        documents=[
            InvoiceDocument(file_name=f"document-{place}.xml", content=content)
            for place, content in enumerate(contents, start=1)
        ],
    )


def settings_of(home: Path) -> Settings:
    """Settings that are quick, and let time be advanced."""
    return Settings(home=home, allow_time_travel=True, keystore_scrypt_n=CHEAP_SCRYPT_N)


@contextmanager
def ledger_in(home: Path, **changed: object) -> Iterator[OpenLedger]:
    """The ledger of a home, open. changed: settings that differ."""
    settings = settings_of(home).model_copy(update=changed)
    with open_ledger(settings, passphrase=lambda _: PASSPHRASE) as opened:
        yield opened


def make_bare_home(home: Path) -> Path:
    """A ledger with nothing on it."""
    create_ledger(settings_of(home), passphrase=lambda _: PASSPHRASE)
    return home


INVOICE = ubl("RE-2026-0042", "1000.00")
LOWER_INVOICE = ubl("OV/2026/17", "400.00", seller=VALTENNA, buyer=LAHN)


def make_traded_home(bare: Path, home: Path) -> Path:
    """A ledger with Halden, Lahn, Valtenna and two banks, two recorded invoices and cash."""
    shutil.copytree(bare, home)
    with ledger_in(home) as ledger:
        bench = ledger.bench
        result = record(bench, INVOICE, LOWER_INVOICE)
        if result.rejected:
            raise AssertionError(result.rejected)
        for bank in (BANK, SECOND_BANK):
            register_party(bench, name=bank.name, identifiers=[bank.key], roles=PartyRole.FUNDER)
        for place, firm in enumerate((HALDEN, BANK, SECOND_BANK)):
            issue_cash(
                bench, party=firm.key, currency="EUR", amount_minor=1_000_000, deposit=f"deposit {place}"
            )
    return home
