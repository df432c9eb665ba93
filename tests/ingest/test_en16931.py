# ruff: noqa: E501 - pieces of XML stay on one line, as they stand in the documents
"""UBL and CII: every field, the same invoice from both, and each rule broken by one cent or one field."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest
from en_support import CII, UBL, codes, errors, read

from counterfoil.domain.invoices.invoice import (
    IdScheme,
    InvoiceFormat,
    InvoiceType,
    ReferenceKind,
    Severity,
)
from counterfoil.domain.invoices.invoice_number import invoice_fingerprint
from counterfoil.domain.party_id import party_keys

KEY = bytes(range(32))


@pytest.mark.parametrize("document", [UBL, CII], ids=["ubl", "cii"])
def test_every_field(document: str) -> None:
    result = read(document)
    invoice = result.invoice
    assert invoice is not None
    assert result.findings == ()
    assert (invoice.number, invoice.type, invoice.type_code) == ("RE-2026-0042", InvoiceType.INVOICE, "380")
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 9, 1), date(2026, 12, 1))
    assert (invoice.currency.code, invoice.payable_minor) == ("EUR", 110000)
    totals = invoice.totals
    assert (totals.lines_minor, totals.allowance_minor, totals.charge_minor) == (100000, 3000, 2000)
    assert (totals.net_minor, totals.tax_minor, totals.gross_minor) == (99000, 18810, 117810)
    assert (totals.prepaid_minor, totals.rounding_minor) == (7800, -10)
    assert [(line.line_id, line.description, line.net_minor) for line in invoice.lines] == [
        ("1", "Pump housing", 60000),
        ("2", "Impeller", 40000),
    ]
    first = invoice.lines[0]
    assert (first.quantity, first.unit, first.unit_price) == (Decimal(8), "H87", Decimal(75))
    assert first.tax_rate_percent == Decimal(19)
    assert [
        (row.category, row.rate_percent, row.taxable_minor, row.tax_minor) for row in invoice.tax_breakdown
    ] == [("S", Decimal(19), 99000, 18810)]
    assert invoice.payment_terms == "90 days net"
    assert {(named.kind, named.number) for named in invoice.references} == {
        (ReferenceKind.ORDER, "PO-7"),
        (ReferenceKind.SALES_ORDER, "SO-8"),
        (ReferenceKind.CONTRACT, "RV-9"),
        (ReferenceKind.DESPATCH, "LS-3"),
        (ReferenceKind.RECEIPT, "WE-4"),
        (ReferenceKind.PRECEDING_INVOICE, "RE-2026-0001"),
    }
    assert invoice.preceding_invoices[0].issue_date == date(2026, 1, 5)
    assert (invoice.seller.name, invoice.seller.country) == ("Gusswerk Lahn GmbH", "DE")
    assert [(known.scheme, known.value) for known in invoice.seller.identifiers] == [
        (IdScheme.VAT, "DE136695976"),
        (IdScheme.GLN, "4012345000009"),
        (IdScheme.REGISTRATION, "HRB4711WETZLAR"),
        (IdScheme.ENDPOINT, "BILLING@GUSSWERK.EXAMPLE"),
    ]
    assert invoice.buyer.identifier is not None
    assert invoice.buyer.identifier.value == "NL809163160B01"


def test_ubl_and_cii_give_the_same_invoice_and_fingerprint() -> None:
    ubl, cii = read(UBL).invoice, read(CII).invoice
    assert ubl is not None
    assert cii is not None
    differing = {field.name for field in fields(ubl) if getattr(ubl, field.name) != getattr(cii, field.name)}
    assert differing == {"format", "content_sha256"}
    assert (ubl.format, cii.format) == (InvoiceFormat.UBL, InvoiceFormat.CII)
    prints = {
        invoice_fingerprint(key=KEY, seller_id=party_keys(one.seller)[0], number=one.number)
        for one in (ubl, cii)
    }
    assert len(prints) == 1


def test_formats_that_state_different_identifiers_share_a_key() -> None:
    """The CII names the seller by VAT only, the UBL by all: the registry finds it by the shared key."""
    only_vat = read(
        CII,
        ('<ram:GlobalID schemeID="0088">4012345000009</ram:GlobalID>', ""),
        (
            "<ram:SpecifiedLegalOrganization><ram:ID>HRB 4711 Wetzlar</ram:ID></ram:SpecifiedLegalOrganization>",
            "",
        ),
    ).invoice
    everything = read(UBL).invoice
    assert only_vat is not None
    assert everything is not None
    assert set(party_keys(only_vat.seller)) & set(party_keys(everything.seller)) == {"vat:DE136695976"}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (">1000.00</cbc:Line", ">1000.01</cbc:Line", "BT-106"),
        (">990.00</cbc:TaxExcl", ">990.01</cbc:TaxExcl", "BT-109"),
        (">30.00</cbc:Allow", ">30.01</cbc:Allow", "BT-109"),
        (">20.00</cbc:Charge", ">19.99</cbc:Charge", "BT-109"),
        ('<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">188.10', '<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">188.11', "BT-110"),
        (">1178.10</cbc:TaxIncl", ">1178.11</cbc:TaxIncl", "BT-112"),
        (">78.00</cbc:Prepaid", ">78.01</cbc:Prepaid", "BT-115"),
        (">-0.10</cbc:Payable", ">0.10</cbc:Payable", "BT-115"),
        (">1100.00</cbc:Payable", ">1100.01</cbc:Payable", "BT-115"),
        (">400.00</cbc:Line", ">400.01</cbc:Line", "BT-106"),
    ],
)  # fmt: skip
def test_a_tampered_cent_is_refused(old: str, new: str, field: str) -> None:
    result = read(UBL, (old, new))
    assert result.refused
    assert ("TotalMismatch", field) in errors(result)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (">1100.00</ram:DuePayable", ">9100.00</ram:DuePayable"),
        (">600.00</ram:LineTotal", ">6000.00</ram:LineTotal"),
        (">1178.10</ram:Grand", ">1278.10</ram:Grand"),
    ],
)
def test_a_tampered_cii_total_is_refused(old: str, new: str) -> None:
    result = read(CII, (old, new))
    assert result.refused
    assert "TotalMismatch" in codes(result, Severity.ERROR)


@pytest.mark.parametrize(
    ("stated", "severity"),
    [("188.11", Severity.WARNING), ("189.10", Severity.WARNING), ("189.11", Severity.ERROR)],
)
def test_tax_of_a_category_tolerates_one_unit_of_rounding(stated: str, severity: Severity) -> None:
    gross = Decimal("990.00") + Decimal(stated)
    payable = gross - Decimal("78.10")
    result = read(
        UBL, (">188.10<", f">{stated}<"), (">1178.10<", f">{gross}<"), (">1100.00<", f">{payable}<")
    )
    assert codes(result, severity) == ["TaxRounding" if severity is Severity.WARNING else "TaxMismatch"]
    assert result.refused is (severity is Severity.ERROR)


def test_breakdown_that_does_not_cover_the_total_is_told() -> None:
    result = read(UBL, (">990.00</cbc:Taxable", ">990.01</cbc:Taxable"))
    assert codes(result) == ["TaxableMismatch"]


@pytest.mark.parametrize(
    ("piece", "field"),
    [
        ("<cbc:ID>RE-2026-0042</cbc:ID>", "BT-1"),
        ("<cbc:IssueDate>2026-09-01</cbc:IssueDate>", "BT-2"),
        ("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "BT-3"),
        ("<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", "BT-5"),
        ("<cbc:RegistrationName>Pompen Holland BV</cbc:RegistrationName>", "BT-44"),
        ('<cbc:LineExtensionAmount currencyID="EUR">1000.00</cbc:LineExtensionAmount>', "BT-106"),
        ('<cbc:TaxExclusiveAmount currencyID="EUR">990.00</cbc:TaxExclusiveAmount>', "BT-109"),
        ('<cbc:TaxInclusiveAmount currencyID="EUR">1178.10</cbc:TaxInclusiveAmount>', "BT-112"),
        ('<cbc:PayableAmount currencyID="EUR">1100.00</cbc:PayableAmount>', "BT-115"),
        ('<cbc:LineExtensionAmount currencyID="EUR">400.00</cbc:LineExtensionAmount>', "BT-131"),
    ],
)
def test_missing_mandatory_fields_are_named(piece: str, field: str) -> None:
    assert ("FieldMissing", field) in errors(read(UBL, (piece, "")))


def test_all_missing_fields_are_reported_at_once() -> None:
    result = read(
        CII,
        ("<ram:ID>RE-2026-0042</ram:ID>", ""),
        ("<ram:Name>Pompen Holland BV</ram:Name>", ""),
        ("<ram:DuePayableAmount>1100.00</ram:DuePayableAmount>", ""),
    )
    assert result.invoice is None
    assert set(errors(result)) == {
        ("FieldMissing", "BT-1"),
        ("FieldMissing", "BT-44"),
        ("FieldMissing", "BT-115"),
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (">EUR</cbc:Doc", ">EUX</cbc:Doc", ("UnknownCurrency", "BT-5")),
        (">EUR</cbc:Doc", ">XXX</cbc:Doc", ("CurrencyWithoutMinorUnit", "BT-5")),
        (">1100.00</cbc:Payable", ">1100.001</cbc:Payable", ("AmountMorePrecise", "BT-115")),
        (">1100.00</cbc:Payable", ">1.1e3</cbc:Payable", ("FieldMalformed", "BT-115")),
        (">1100.00</cbc:Payable", ">NaN</cbc:Payable", ("FieldMalformed", "BT-115")),
        (">1100.00</cbc:Payable", ">1,100.00</cbc:Payable", ("FieldMalformed", "BT-115")),
        (">1100.00</cbc:Payable", ">\uff11\uff11\uff10\uff10</cbc:Payable", ("FieldMalformed", "BT-115")),
        (">1100.00</cbc:Payable", ">1100000000000000000000</cbc:Payable", ("FieldMalformed", "BT-115")),
        (">1100.00</cbc:Payable", "><x/>1100.00</cbc:Payable", ("FieldWithElements", "BT-115")),
        ('EUR">1100.00', 'JPY">1100.00', ("AmountInOtherCurrency", "BT-115")),
        (">2026-09-01<", ">2026-02-30<", ("FieldMalformed", "BT-2")),
        (">2026-09-01<", ">01.09.2026<", ("FieldMalformed", "BT-2")),
        (">2026-12-01<", ">2026-08-31<", ("DueBeforeIssue", "BT-9")),
        (">380<", ">325<", ("NotAClaim", "BT-3")),
        (">380<", ">999<", ("TypeCodeUnknown", "BT-3")),
        ("<cbc:ID>RE-2026-0042", "<cbc:ID>R\u0415-2026-0042", ("InvoiceNumberMixedScripts", "BT-1")),
        ("<cbc:ID>RE-2026-0042", "<cbc:ID>---", ("InvoiceNumberUnusable", "BT-1")),
        ("<cbc:ID>RE-2026-0042", "<cbc:ID>re - 2026 - 1", ("InvoiceNamesItself", "BT-25")),
        ("<cbc:ID>RE-2026-0042", "<cbc:ID>" + "7" * 121, ("InvoiceNumberTooLong", "BT-1")),
        ("<cbc:ID>RE-2026-0042", "<cbc:ID>" + "7" * 20_001, ("DocumentTooComplex", "BT-1")),
        ("NL809163160B01", "DE136695976", ("SellerIsBuyer", "BT-44")),
    ],
)
def test_refusals_name_field_and_reason(old: str, new: str, expected: tuple[str, str]) -> None:
    result = read(UBL, (old, new))
    assert result.refused
    assert expected in errors(result)


@pytest.mark.parametrize(
    "piece",
    [
        "<cbc:ID>RE-2026-0042</cbc:ID>",
        "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>",
        '<cbc:PayableAmount currencyID="EUR">1100.00</cbc:PayableAmount>',
    ],
)
def test_a_repeated_field_is_refused(piece: str) -> None:
    """Two readers could each pick another one."""
    assert "FieldRepeated" in codes(read(UBL, (piece, piece + piece.replace("0042", "0043"))), Severity.ERROR)


def test_a_comment_inside_a_value_does_not_cut_it() -> None:
    invoice = read(UBL, (">1100.00</cbc:Payable", ">11<!-- -->00.00</cbc:Payable")).invoice
    assert invoice is not None
    assert invoice.payable_minor == 110000


def test_one_failed_identifier_among_others_is_a_warning() -> None:
    result = read(UBL, ("DE136695976", "DE136695977"))
    assert not result.refused
    assert codes(result) == ["PartyIdCheckFailed"]
    assert result.invoice is not None
    assert party_keys(result.invoice.seller)[0] == "gln:4012345000009"


def test_a_failed_vat_number_alone_is_a_warning_and_still_names_the_party() -> None:
    result = read(UBL, ("NL809163160B01", "NL809163161B01"))
    assert not result.refused
    assert codes(result, Severity.WARNING) == ["PartyIdCheckFailed"]
    assert result.invoice is not None
    assert party_keys(result.invoice.buyer)[0] == "vat:NL809163161B01"


def test_seller_without_any_identifier_is_refused_and_buyer_warned() -> None:
    result = read(
        CII,
        ("<ram:GlobalID schemeID=\"0088\">4012345000009</ram:GlobalID>", ""),
        ("<ram:SpecifiedLegalOrganization><ram:ID>HRB 4711 Wetzlar</ram:ID></ram:SpecifiedLegalOrganization>", ""),
        ('<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE136695976</ram:ID></ram:SpecifiedTaxRegistration>', ""),
        ("<ram:URIUniversalCommunication><ram:URIID schemeID=\"EM\">billing@gusswerk.example</ram:URIID></ram:URIUniversalCommunication>", ""),
        ('<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">NL809163160B01</ram:ID></ram:SpecifiedTaxRegistration>', ""),
    )  # fmt: skip
    assert errors(result) == [("SellerWithoutIdentifier", "BT-27")]
    assert codes(result, Severity.WARNING) == ["BuyerWithoutIdentifier"]


def test_chinese_seller_in_ubl_is_known_by_its_uscc() -> None:
    result = read(
        UBL,
        (">DE<", ">CN<"),
        ("HRB 4711 Wetzlar", "91320281MA9JL41TX0"),
        ("DE136695976", "91320281MA9JL41TX0"),
    )
    assert result.invoice is not None
    assert result.invoice.seller.identifier is not None
    assert result.invoice.seller.identifier.scheme is IdScheme.USCC
    wrong = read(UBL, (">DE<", ">CN<"), ("HRB 4711 Wetzlar", "91320281MA9JL41TX1"))
    assert "PartyIdCheckFailed" in codes(wrong)


CREDIT = (
    ("oasis:names:specification:ubl:schema:xsd:Invoice-2", "oasis:names:specification:ubl:schema:xsd:CreditNote-2"),
    ("<Invoice ", "<CreditNote "), ("</Invoice>", "</CreditNote>"), ("InvoiceTypeCode>", "CreditNoteTypeCode>"),
    (">380<", ">381<"), ("InvoiceLine>", "CreditNoteLine>"), ("InvoicedQuantity", "CreditedQuantity"),
    ("<cbc:DueDate>2026-12-01</cbc:DueDate>", ""),
)  # fmt: skip


def test_ubl_credit_note() -> None:
    result = read(UBL, *CREDIT)
    assert result.findings == ()
    assert result.invoice is not None
    assert (result.invoice.type, result.invoice.payable_minor) == (InvoiceType.CREDIT_NOTE, 110000)
    assert result.invoice.lines[0].quantity == Decimal(8)
    assert [named.number for named in result.invoice.preceding_invoices] == ["RE-2026-0001"]


def test_credit_note_with_the_code_of_an_invoice_is_refused() -> None:
    assert ("TypeConflict", "BT-3") in errors(read(UBL, *CREDIT[:4], *CREDIT[5:]))


@pytest.mark.parametrize("code", ["381", "396", "261", "532"])
def test_cii_credit_codes(code: str) -> None:
    invoice = read(CII, (">380<", f">{code}<")).invoice
    assert invoice is not None
    assert (invoice.type, invoice.payable_minor) == (InvoiceType.CREDIT_NOTE, 110000)


def test_credit_note_that_names_no_invoice_is_refused() -> None:
    result = read(CII, (">380<", ">381<"), (">RE-2026-0001<", "><"))
    assert errors(result) == [("CreditNoteNamesNoInvoice", "BT-25")]


NEGATIVE = tuple(
    (f">{amount}</ram:{name}", f">{-Decimal(amount)}</ram:{name}")
    for amount, name in [
        ("600.00", "Line"), ("400.00", "Line"), ("1000.00", "Line"), ("990.00", "Basis"), ("188.10", "Calc"),
        ("20.00", "Charge"), ("30.00", "Allow"), ("990.00", "TaxB"), ("188.10", "TaxT"), ("-0.10", "Round"),
        ("1178.10", "Grand"), ("78.00", "TotalP"), ("1100.00", "DueP"),
    ]
)  # fmt: skip


def test_negative_invoice_is_read_as_credit_note() -> None:
    changes = [pair for pair in NEGATIVE if pair[0] in CII]
    result = read(CII, *changes)
    assert codes(result) == ["NegativeInvoice"]
    invoice = result.invoice
    assert invoice is not None
    assert (invoice.type, invoice.payable_minor) == (InvoiceType.CREDIT_NOTE, 110000)
    assert invoice.totals.gross_minor == 117810
    assert [line.net_minor for line in invoice.lines] == [60000, 40000]


def test_negative_payable_without_negative_total_is_refused() -> None:
    result = read(
        UBL, (">78.00</cbc:Prep", ">2278.00</cbc:Prep"), (">1100.00</cbc:Pay", ">-1100.00</cbc:Pay")
    )
    assert errors(result) == [("NegativePayable", "BT-115")]


def test_zero_payable_is_refused() -> None:
    result = read(UBL, (">78.00</cbc:Prep", ">1178.00</cbc:Prep"), (">1100.00</cbc:Pay", ">0.00</cbc:Pay"))
    assert errors(result) == [("InvoiceNothingPayable", "BT-115")]


def test_payee_other_than_seller_is_told() -> None:
    payee = (
        "<cac:PayeeParty><cac:PartyName><cbc:Name>Faktor Bank AG</cbc:Name></cac:PartyName></cac:PayeeParty>"
    )
    result = read(UBL, ("<cac:PaymentTerms>", payee + "<cac:PaymentTerms>"))
    assert codes(result) == ["PayeeIsNotSeller"]
    assert not result.refused


@pytest.mark.parametrize(("code", "finding"), [("384", "CorrectedInvoice"), ("386", "PrepaymentInvoice")])
def test_types_that_need_attention(code: str, finding: str) -> None:
    result = read(CII, (">380<", f">{code}<"))
    assert codes(result, Severity.WARNING) == [finding]


def test_due_date_missing_is_a_warning() -> None:
    assert codes(read(UBL, ("<cbc:DueDate>2026-12-01</cbc:DueDate>", ""))) == ["DueDateMissing"]


def test_second_tax_total_in_the_accounting_currency_is_not_used() -> None:
    second = '<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">2100</cbc:TaxAmount></cac:TaxTotal>'
    assert read(UBL, ("<cac:LegalMonetaryTotal>", second + "<cac:LegalMonetaryTotal>")).findings == ()
    same = second.replace("SEK", "EUR")
    assert ("FieldRepeated", "BT-110") in errors(
        read(UBL, ("<cac:LegalMonetaryTotal>", same + "<cac:LegalMonetaryTotal>"))
    )


def test_currency_without_decimals_refuses_a_fraction() -> None:
    result = read(UBL, ('currencyID="EUR"', 'currencyID="JPY"'), (">EUR<", ">JPY<"))
    assert ("AmountMorePrecise", "BT-112") in errors(result)


def test_lines_finer_than_the_currency_are_added_exactly() -> None:
    """Two lines of 500.005 are 1000.01; rounded one by one they would be 1000.02."""
    result = read(
        UBL, (">600.00</cbc:L", ">500.005</cbc:L"), (">400.00</cbc:L", ">500.005</cbc:L"),
        (">1000.00</cbc:L", ">1000.01</cbc:L"), (">30.00</cbc:A", ">30.01</cbc:A"),
    )  # fmt: skip
    assert codes(result) == ["AmountMorePrecise", "AmountMorePrecise"]
    assert not result.refused


def test_profile_without_lines_says_what_was_not_checked() -> None:
    start, end = CII.index("<ram:IncludedSupply"), CII.index("<ram:ApplicableHeaderTradeAgreement>")
    result = read(CII, (CII[start:end], ""), ("<ram:LineTotalAmount>1000.00</ram:LineTotalAmount>", ""))
    assert "LinesNotStated" in codes(result, Severity.WARNING)
    assert result.invoice is not None
    assert "BR-CO-10" not in result.invoice.checks


def test_document_on_which_nothing_can_be_recomputed_is_refused() -> None:
    start, end = CII.index("<ram:IncludedSupply"), CII.index("<ram:ApplicableHeaderTradeAgreement>")
    tax_start, tax_end = (
        CII.index("<ram:ApplicableTradeTax><ram:CalculatedAmount>188"),
        CII.index("<ram:SpecifiedTradePaymentTerms>"),
    )
    result = read(
        CII, (CII[tax_start:tax_end], ""), (CII[start:end], ""), ("<ram:LineTotalAmount>1000.00</ram:LineTotalAmount>", ""),
        ('<ram:TaxTotalAmount currencyID="EUR">188.10</ram:TaxTotalAmount>', ""),
        (">990.00</ram:TaxBasis", ">1178.10</ram:TaxBasis"),
    )  # fmt: skip
    assert ("NothingChecked", "BG-22") in errors(result)


def test_group_lines_of_the_extended_profile_are_not_added() -> None:
    group = (
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>0</ram:LineID>"
        "<ram:LineStatusReasonCode>GROUP</ram:LineStatusReasonCode></ram:AssociatedDocumentLineDocument>"
        "<ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>"
        "<ram:LineTotalAmount>1000.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>"
        "</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"
    )
    opening = "<rsm:SupplyChainTradeTransaction>"
    result = read(CII, (opening, opening + group))
    assert result.findings == ()
    assert result.invoice is not None
    assert len(result.invoice.lines) == 2
