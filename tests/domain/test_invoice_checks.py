"""The checks on a canonical invoice, without any format around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterfoil.domain.errors import error_spec
from counterfoil.domain.invoices.invoice import (
    IdScheme,
    Invoice,
    InvoiceFormat,
    InvoiceLine,
    InvoiceParty,
    InvoiceTotals,
    InvoiceType,
    PartyIdentifier,
    Severity,
    TaxSubtotal,
)
from counterfoil.domain.invoices.invoice_checks import check_invoice
from counterfoil.domain.invoices.invoice_findings import FIELD_MISSING, found
from counterfoil.domain.money import MAX_AMOUNT_MINOR, Currency


def line(number: str, net_minor: int, *, tax_minor: int | None = None) -> InvoiceLine:
    return InvoiceLine(
        line_id=number,
        description="goods",
        quantity=None,
        unit=None,
        unit_price=None,
        net_minor=net_minor,
        tax_minor=tax_minor,
    )


BASE = Invoice(
    number="A-1",
    type=InvoiceType.INVOICE,
    format=InvoiceFormat.UBL,
    issue_date=date(2026, 1, 1),
    due_date=date(2026, 3, 1),
    currency=Currency.of("EUR"),
    seller=InvoiceParty(
        name="S", identifiers=(PartyIdentifier(scheme=IdScheme.VAT, value="DE136695976"),), country="DE"
    ),
    buyer=InvoiceParty(
        name="B", identifiers=(PartyIdentifier(scheme=IdScheme.VAT, value="NL809163160B01"),), country="NL"
    ),
    payable_minor=1190,
    totals=InvoiceTotals(net_minor=1000, tax_minor=190, gross_minor=1190, lines_minor=1000),
    lines=(line("1", 600), line("2", 400)),
    tax_breakdown=(TaxSubtotal(category="S", rate_percent=Decimal(19), taxable_minor=1000, tax_minor=190),),
)


def codes(invoice: Invoice) -> list[str]:
    return [finding.code for finding in check_invoice(invoice).findings]


def test_a_sound_invoice_has_no_findings_and_names_its_checks() -> None:
    checked = check_invoice(BASE)
    assert checked.findings == ()
    assert {"BR-CO-10", "BR-CO-13", "BR-CO-14", "BR-CO-15", "BR-CO-16", "BR-CO-17"} <= set(checked.checks)


def test_earlier_findings_are_kept() -> None:
    earlier = found(FIELD_MISSING, "BT-1", name="the number")
    assert check_invoice(replace(BASE, findings=(earlier,))).findings == (earlier,)


@pytest.mark.parametrize("off", [-1, 1, 10_000])
def test_one_cent_off_is_refused(off: int) -> None:
    checked = check_invoice(replace(BASE, payable_minor=1190 + off))
    assert [(finding.code, finding.field) for finding in checked.findings] == [("TotalMismatch", "BT-115")]
    assert checked.refused


def test_the_message_says_what_was_stated_and_what_was_computed() -> None:
    (finding,) = check_invoice(replace(BASE, payable_minor=1191)).findings
    assert "11.91 EUR" in finding.message
    assert "11.90 EUR" in finding.message
    assert "BR-CO-16" in finding.message


def test_taxes_of_lines_stand_in_for_a_breakdown() -> None:
    by_line = replace(
        BASE, tax_breakdown=(), lines=(line("1", 600, tax_minor=114), line("2", 400, tax_minor=76))
    )
    assert codes(by_line) == []
    wrong = replace(by_line, lines=(line("1", 600, tax_minor=114), line("2", 400, tax_minor=75)))
    assert codes(wrong) == ["TotalMismatch"]


def test_lines_without_a_stated_sum_are_compared_with_the_net_total() -> None:
    unstated = replace(BASE, totals=replace(BASE.totals, lines_minor=None))
    assert codes(unstated) == []
    assert codes(replace(unstated, lines=(line("1", 600),))) == ["TotalMismatch"]


@pytest.mark.parametrize(
    ("tax_minor", "severity"),
    [
        (190, None),
        (191, Severity.WARNING),
        (290, Severity.WARNING),
        (90, Severity.WARNING),
        (291, Severity.ERROR),
        (89, Severity.ERROR),
    ],
)
def test_tax_tolerance(tax_minor: int, severity: Severity | None) -> None:
    row = replace(BASE.tax_breakdown[0], tax_minor=tax_minor)
    gross = 1000 + tax_minor
    invoice = replace(
        BASE,
        tax_breakdown=(row,),
        payable_minor=gross,
        totals=replace(BASE.totals, tax_minor=tax_minor, gross_minor=gross),
    )
    assert [finding.severity for finding in check_invoice(invoice).findings] == (
        [severity] if severity else []
    )


def test_half_a_cent_rounds_away_from_zero() -> None:
    """0.05 at 50 % is 0.025, which is 0.03 by the standard's rounding and 0.02 by banker's rounding."""
    row = TaxSubtotal(category="S", rate_percent=Decimal(50), taxable_minor=5, tax_minor=3)
    totals = InvoiceTotals(net_minor=5, tax_minor=3, gross_minor=8, lines_minor=5)
    invoice = replace(BASE, lines=(line("1", 5),), tax_breakdown=(row,), totals=totals, payable_minor=8)
    assert codes(invoice) == []
    turned = replace(row, taxable_minor=-5, tax_minor=-3)
    negative = replace(
        invoice,
        lines=(line("1", -5),),
        tax_breakdown=(turned,),
        totals=InvoiceTotals(net_minor=-5, tax_minor=-3, gross_minor=-8, lines_minor=-5),
        payable_minor=-8,
    )
    assert codes(negative) == ["NegativeInvoice", "CreditNoteNamesNoInvoice"]


def test_more_than_the_ledger_holds_is_refused() -> None:
    for payable, expected in ((MAX_AMOUNT_MINOR, []), (MAX_AMOUNT_MINOR + 1, ["PayableTooLarge"])):
        row = TaxSubtotal(category="Z", rate_percent=Decimal(0), taxable_minor=payable, tax_minor=0)
        totals = InvoiceTotals(net_minor=payable, tax_minor=0, gross_minor=payable, lines_minor=payable)
        invoice = replace(
            BASE, payable_minor=payable, totals=totals, lines=(line("1", payable),), tax_breakdown=(row,)
        )
        assert codes(invoice) == expected


def test_due_on_the_day_of_issue_is_fine_and_before_is_not() -> None:
    assert codes(replace(BASE, due_date=BASE.issue_date)) == []
    assert codes(replace(BASE, due_date=date(2025, 12, 31))) == ["DueBeforeIssue"]


def test_every_finding_code_is_in_the_error_table() -> None:
    broken = replace(BASE, number="A\u0410", due_date=None, payable_minor=-1, lines=(), tax_breakdown=())
    for finding in check_invoice(broken).findings:
        assert error_spec(finding.code) is not None
    with pytest.raises(LookupError):
        found("NobodyDeclaredThis", "BT-1")
