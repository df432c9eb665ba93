# ruff: noqa: E501 - one row a sample
"""Every public EN 16931 sample is read, or refused for a reason that is true of that very file.

The samples under public_samples/ belong to the European Union (EUPL 1.2, see LICENSE.txt there). The list
names each one: a new sample without a row, or a row without a sample, fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil.domain.invoices.invoice import InvoiceFormat, Severity
from counterfoil.ingest.reader import read_invoice

SAMPLES = Path(__file__).parent / "public_samples"

# file, number, type, currency, payable in minor units, ERROR findings as code@field
EXPECTED = [
    ("cii/examples/CII-BR-CO-10-RoundingIssue.xml", "0", "invoice", "EUR", 0, "InvoiceNamesItself@BT-25 InvoiceNothingPayable@BT-115"),
    ("cii/examples/CII_business_example_01.xml", "TOSL108", "invoice", "NOK", 80178, ""),
    ("cii/examples/CII_business_example_02.xml", "INV000013", "invoice", "EUR", 1190, "DueBeforeIssue@BT-9"),
    ("cii/examples/CII_business_example_Z.xml", "2016166", "invoice", "EUR", 1169387, ""),
    ("cii/examples/CII_example1.xml", "12115118", "invoice", "EUR", 25033, ""),
    ("cii/examples/CII_example2.xml", "TOSL108", "invoice", "NOK", 80178, ""),
    ("cii/examples/CII_example3.xml", "TOSL108", "invoice", "DKK", 112500, ""),
    ("cii/examples/CII_example4.xml", "TOSL110", "invoice", "DKK", 467500, ""),
    ("cii/examples/CII_example5.xml", "TOSL110", "invoice", "DKK", 233750, ""),
    ("cii/examples/CII_example6.xml", "TOSL110", "invoice", "DKK", 467500, ""),
    ("cii/examples/CII_example7.xml", "INVOICE_test_7", "invoice", "SEK", 320000, ""),
    ("cii/examples/CII_example8.xml", "1100512149", "invoice", "EUR", 109978, ""),
    ("cii/examples/CII_example9.xml", "20150483", "invoice", "EUR", 17787, ""),
    ("cii/examples/XRechnung-O.xml", "150377292", "invoice", "EUR", 38554460, "DueBeforeIssue@BT-9"),
    ("cii/examples/huf_example_cii.xml", "21/001003559/996", "invoice", "HUF", 8785900, ""),
    ("test/testfiles/BIS_Billing_30-DataIT.xml", "08/00355", "invoice", "SEK", 1015800, ""),
    ("test/testfiles/BIS_Billing_30-Elhandel.xml", "8220278", "invoice", "SEK", 79200, ""),
    ("test/testfiles/BIS_Billing_30-Elnat.xml", "82202787022", "invoice", "SEK", 195300, ""),
    ("test/testfiles/BIS_Billing_30-Factoring.xml", "7023708", "invoice", "EUR", 11500000, ""),
    ("test/testfiles/BIS_Billing_30-Forskott_(ej moms).xml", "20180112", "invoice", "SEK", 40000000, ""),
    ("test/testfiles/BIS_Billing_30-Forskott_slutreglering.xml", "20180112", "invoice", "SEK", 7500000, ""),
    ("test/testfiles/BIS_Billing_30-Hyrbil.xml", "321123", "invoice", "SEK", 57900, ""),
    ("test/testfiles/BIS_Billing_30-Inkopskort.xml", "1234567", "invoice", "SEK", 110000, ""),
    ("test/testfiles/BIS_Billing_30-InomstatligFakturering.xml", "31208027214", "invoice", "SEK", 2825000, ""),
    ("test/testfiles/BIS_Billing_30-Kreditering_(urspr_faktura).xml", "2018133", "invoice", "SEK", 1000000, ""),
    ("test/testfiles/BIS_Billing_30-Kreditering_med_kreditnota.xml", "2018140", "credit-note", "SEK", 1000000, ""),
    ("test/testfiles/BIS_Billing_30-Kreditering_med_negativ_faktura.xml", "2018140", "credit-note", "SEK", 1000000, ""),
    ("test/testfiles/BIS_Billing_30-OmvandSkattskyldighet.xml", "912345", "invoice", "SEK", 14000000, ""),
    ("test/testfiles/BIS_Billing_30-Rabatter_och_avgifter.xml", "2018210", "invoice", "SEK", 22460000, ""),
    ("test/testfiles/BIS_Billing_30-Rantefaktura_Enkel.xml", "2018038", "invoice", "SEK", 241600, ""),
    ("test/testfiles/BIS_Billing_30-Rantefaktura_Saml.xml", "2018038", "invoice", "SEK", 241600, ""),
    ("test/testfiles/BIS_Billing_30-Resor_Bokning.xml", "ABC123", "invoice", "SEK", 109500, ""),
    ("test/testfiles/BIS_Billing_30-Resor_Taxi.xml", "1002420", "invoice", "SEK", 75000, ""),
    ("test/testfiles/BIS_Billing_30-Telefoni.xml", "2007-99123", "invoice", "SEK", 103900, ""),
    ("test/testfiles/BIS_Billing_30-Tjanster_Bevakning.xml", "306188194", "invoice", "SEK", 3125000, ""),
    ("test/testfiles/BIS_Billing_30-Tjanster_Kopiering.xml", "743617", "invoice", "SEK", 626600, ""),
    ("test/testfiles/BIS_Billing_30-Valutor i faktura.xml", "800018", "invoice", "USD", 11500000, ""),
    ("test/testfiles/CreditNote-Max_content.xml", "2018210", "credit-note", "SEK", 1250000, ""),
    ("test/testfiles/CreditNote-Min_content_with_VAT.xml", "2018-112", "credit-note", "SEK", 50000, "CreditNoteNamesNoInvoice@BT-25"),
    ("test/testfiles/CreditNote-Min_content_without_VAT.xml", "2018-112", "credit-note", "SEK", 40000, "CreditNoteNamesNoInvoice@BT-25"),
    ("test/testfiles/Invoice-Max_content.xml", "2018210", "invoice", "SEK", 1250000, ""),
    ("test/testfiles/Invoice-Min_content_with_VAT.xml", "2018-112", "invoice", "SEK", 50000, ""),
    ("test/testfiles/Invoice-Min_content_without_VAT.xml", "2018-112", "invoice", "SEK", 40000, ""),
    ("test/testfiles/ubl-tc434-test-1.xml", "TOSL108", "invoice", "NOK", 80178, ""),
    ("ubl/examples/BIS3_Invoice_negativ.XML", "12345", "credit-note", "DKK", 78217943, "CreditNoteNamesNoInvoice@BT-25"),
    ("ubl/examples/BIS3_Invoice_positive.XML", "12345", "invoice", "DKK", 78217943, ""),
    ("ubl/examples/FT G2G_TD01 con Allegato, Bonifico e Split Payment.xml", "1316/85", "invoice", "EUR", 124600, ""),
    ("ubl/examples/guide-example1.xml", "12115118", "invoice", "EUR", 25033, ""),
    ("ubl/examples/guide-example2.xml", "TOSL108", "invoice", "NOK", 80178, ""),
    ("ubl/examples/guide-example3.xml", "TOSL108", "invoice", "DKK", 112500, ""),
    ("ubl/examples/issue116.xml", "2018210", "invoice", "SEK", 83000, ""),
    ("ubl/examples/sample-discount-price.xml", "test decimal 1", "invoice", "EUR", 1515, "SellerIsBuyer@BT-44"),
    ("ubl/examples/ubl-tc434-creditnote1.xml", "018304 / 28865", "credit-note", "EUR", 10011, "CreditNoteNamesNoInvoice@BT-25"),
    ("ubl/examples/ubl-tc434-example1.xml", "12115118", "invoice", "EUR", 25033, ""),
    ("ubl/examples/ubl-tc434-example10.xml", "12115118", "invoice", "EUR", 25033, ""),
    ("ubl/examples/ubl-tc434-example2.xml", "TOSL108", "invoice", "NOK", 80178, ""),
    ("ubl/examples/ubl-tc434-example3.xml", "TOSL108", "invoice", "DKK", 200500, ""),
    ("ubl/examples/ubl-tc434-example4.xml", "TOSL110", "invoice", "DKK", 467500, ""),
    ("ubl/examples/ubl-tc434-example5.xml", "TOSL110", "invoice", "DKK", 233750, ""),
    ("ubl/examples/ubl-tc434-example6.xml", "TOSL110", "invoice", "DKK", 467500, ""),
    ("ubl/examples/ubl-tc434-example7.xml", "INVOICE_test_7", "invoice", "SEK", 320000, ""),
    ("ubl/examples/ubl-tc434-example8.xml", "1100512149", "invoice", "EUR", 109978, ""),
    ("ubl/examples/ubl-tc434-example9.xml", "20150483", "invoice", "EUR", 17787, ""),
]  # fmt: skip


def test_every_sample_has_a_row() -> None:
    present = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.suffix.lower() == ".xml"}
    assert present == {row[0] for row in EXPECTED}
    assert len(EXPECTED) == 63


@pytest.mark.parametrize("row", EXPECTED, ids=[row[0] for row in EXPECTED])
def test_sample(row: tuple[str, str, str, str, int, str]) -> None:
    file, number, type_, currency, payable_minor, reasons = row
    result = read_invoice((SAMPLES / file).read_bytes())
    invoice = result.invoice
    assert invoice is not None
    stated = (invoice.number, invoice.type, invoice.currency.code, invoice.payable_minor)
    assert stated == (number, type_, currency, payable_minor)
    assert invoice.format is (InvoiceFormat.CII if file.startswith("cii/") else InvoiceFormat.UBL)
    errors = [f"{found.code}@{found.field}" for found in result.findings if found.severity is Severity.ERROR]
    assert errors == reasons.split()
    assert result.refused is bool(errors)


def test_every_sample_was_really_checked() -> None:
    """A document on which no rule could be applied must not look like one that passed."""
    for row in EXPECTED:
        invoice = read_invoice((SAMPLES / row[0]).read_bytes()).invoice
        assert invoice is not None
        assert {"BR-CO-10", "BR-CO-13", "BR-CO-15", "BR-CO-16"} <= set(invoice.checks), row[0]


def test_rounding_sample_adds_up_in_decimals() -> None:
    """720.81 + 0.01 - 720.81 - 0.01 is zero; in binary floating point, as some rule engines add, it is not."""
    assert 720.81 + 0.01 - 720.81 - 0.01 != 0
    result = read_invoice((SAMPLES / "cii/examples/CII-BR-CO-10-RoundingIssue.xml").read_bytes())
    assert result.invoice is not None
    assert [line.net_minor for line in result.invoice.lines] == [72081, 1, -72081, -1]
    assert "BR-CO-10" in result.invoice.checks
    assert "TotalMismatch" not in [found.code for found in result.findings]
