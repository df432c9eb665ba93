"""Recomputing what an invoice states, with the rounding of EN 16931.

Every rule that could be applied is named in `CheckedInvoice.applied`; what could not be applied is said in a
finding. A document on which no sum could be recomputed never passes silently.

Tolerances, and why. Sums of amounts that are already rounded (BR-CO-10, 13, 14, 15, 16) must agree to the
minor unit: adding leaves no room for rounding. Tax of a category is a product (BR-CO-17), and senders round
it per line or per category: a difference of up to one whole currency unit, the tolerance of the official
rules, is a WARNING, more is an ERROR.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from counterfoil.domain.errors import declare
from counterfoil.domain.invoices.invoice import (
    Finding,
    Invoice,
    InvoiceTotals,
    InvoiceType,
    Severity,
    TaxSubtotal,
)
from counterfoil.domain.invoices.invoice_findings import found
from counterfoil.domain.invoices.invoice_number import (
    canonical_invoice_number,
    hidden_characters,
    mixed_scripts,
)
from counterfoil.domain.money import MAX_AMOUNT_MINOR
from counterfoil.domain.party_id import check_party, party_keys

TOTAL_MISMATCH = declare(
    "TotalMismatch",
    "{name} is stated as {stated}, but {computation} makes {computed} ({rule})",
    "The document was altered or its software is wrong: ask the seller for a correct one.",
)
TAX_MISMATCH = declare(
    "TaxMismatch",
    "tax of category {category} at {rate} % on {taxable} is {computed}, but {stated} is stated (BR-CO-17)",
    "Ask the seller for a correct document.",
)
TAX_ROUNDING = declare(
    "TaxRounding",
    "tax of category {category} at {rate} % on {taxable} is {computed}; {stated} is stated, within rounding",
    "Nothing to do: the sender rounds line by line.",
)
TAXABLE_MISMATCH = declare(
    "TaxableMismatch",
    "the taxable amounts of the breakdown add up to {computed}, but the total without tax is {stated}",
    "Compare the tax breakdown with the lines.",
)
LINES_NOT_STATED = declare(
    "LinesNotStated",
    "the document states no lines, so the sum of the lines could not be checked",
    "Ask for a profile with lines if the goods matter.",
)
TAX_NOT_BROKEN_DOWN = declare(
    "TaxNotBrokenDown",
    "the document states no tax breakdown, so the tax could not be recomputed",
    "Ask for a profile with the tax breakdown if the tax matters.",
)
NOTHING_CHECKED = declare(
    "NothingChecked",
    "the document states totals, but neither lines nor tax nor a sum that could be recomputed",
    "Ask for a complete invoice.",
)
NEGATIVE_PAYABLE = declare(
    "NegativePayable",
    "the amount due is {payable}: the seller owes the buyer, so there is no receivable",
    "If it is a credit, have the seller send a credit note with positive amounts.",
)
NEGATIVE_INVOICE = declare(
    "NegativeInvoice",
    "the invoice has a negative total of {gross} and is read as a credit note",
    "Nothing to do: crediting by a negative invoice is usual in some countries.",
)
NOTHING_PAYABLE = declare(
    "InvoiceNothingPayable",
    "the amount due is zero, so nothing is left to finance",
    "Nothing to do: the invoice is paid or balanced.",
)
PAYABLE_TOO_LARGE = declare(
    "PayableTooLarge",
    "the amount due of {payable} is more than the ledger can hold in one invoice",
    "Split the invoice.",
)
DUE_BEFORE_ISSUE = declare(
    "DueBeforeIssue",
    "the due date {due} is before the issue date {issued}",
    "Have the seller correct the dates; a note needs a maturity in the future.",
)
DUE_DATE_MISSING = declare(
    "DueDateMissing",
    "no due date is stated",
    "Agree on the maturity when the note is proposed.",
)
CREDIT_WITHOUT_INVOICE = declare(
    "CreditNoteNamesNoInvoice",
    "the credit note does not name the invoice that it reduces",
    "Have the seller state the preceding invoice (BT-25), so that the right capacity is reduced.",
)
SELF_REFERENCE = declare(
    "InvoiceNamesItself",
    "the document names itself, {number}, as the preceding invoice",
    "Have the seller state the number of the earlier invoice.",
)
SELLER_IS_BUYER = declare(
    "SellerIsBuyer",
    "seller and buyer are the same party ({key}), so nobody else owes the amount",
    "Have the seller state both parties with their own identifiers.",
)
NUMBER_MIXED_SCRIPTS = declare(
    "InvoiceNumberMixedScripts",
    "the invoice number {number!r} mixes letters that look alike from {scripts}",
    "Treat it as an attempt to pass one invoice twice; ask the seller for the printed number.",
)
NUMBER_HIDDEN_CHARACTERS = declare(
    "InvoiceNumberHiddenCharacters",
    "the invoice number contains characters that cannot be seen: {characters}",
    "Nothing to do: they do not count when numbers are compared.",
)
NUMBER_UNUSABLE = declare(
    "InvoiceNumberUnusable",
    "the invoice number {number!r} contains neither a letter nor a digit",
    "Have the seller state a real number.",
)
NUMBER_TOO_LONG = declare(
    "InvoiceNumberTooLong",
    "the invoice number has {length} characters where at most {maximum} are accepted",
    "Have the seller state the printed number.",
)

MAX_NUMBER_LENGTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sum:
    """One sum to compare: the rule, the term and what people call it."""

    rule: str
    field: str
    name: str
    stated: int
    computed: int
    computation: str


def check_invoice(invoice: Invoice) -> Invoice:
    """The invoice with the findings and the names of the applied rules added.

    A negative invoice comes back as the credit note that it is, with positive amounts.
    """
    findings: list[Finding] = []
    applied: list[str] = []
    for total in _sums(invoice):
        applied.append(total.rule)
        if total.stated != total.computed:
            findings.append(_mismatch(invoice, total))
    findings += _tax_findings(invoice, applied)
    if not invoice.lines:
        findings.append(found(LINES_NOT_STATED, "BG-25", severity=Severity.WARNING))
    if not {"BR-CO-10", "BR-CO-13", "BR-CO-14", "BR-CO-17"} & set(applied) and not invoice.totals.tax_minor:
        findings.append(found(NOTHING_CHECKED, "BG-22"))
    findings += check_party(invoice.seller, field="BT-27", is_seller=True)
    findings += check_party(invoice.buyer, field="BT-44", is_seller=False)
    if shared := sorted(set(party_keys(invoice.seller)) & set(party_keys(invoice.buyer))):
        findings.append(found(SELLER_IS_BUYER, "BT-44", key=", ".join(shared)))
    findings += _number_findings(invoice)
    applied += ["PartyId", "InvoiceNumber", "Dates", "Direction"]
    findings += _date_findings(invoice)
    turned, direction_findings = _with_direction(invoice)
    return replace(
        turned,
        findings=(*invoice.findings, *findings, *direction_findings),
        checks=(*invoice.checks, *dict.fromkeys(applied)),
    )


def _sums(invoice: Invoice) -> Iterator[_Sum]:
    totals = invoice.totals
    # A format without a field for the sum of the lines (Chinese e-invoices) states it as the net total.
    lines_minor = totals.lines_minor
    if lines_minor is None and invoice.lines:
        lines_minor = totals.net_minor + totals.allowance_minor - totals.charge_minor
    if lines_minor is not None and invoice.lines:
        yield _Sum(
            rule="BR-CO-10",
            field="BT-106",
            name="the sum of the lines",
            stated=lines_minor,
            computed=_sum_of_lines(invoice),
            computation=f"adding {len(invoice.lines)} lines",
        )
    if totals.lines_minor is not None:
        yield _Sum(
            rule="BR-CO-13",
            field="BT-109",
            name="the total without tax",
            stated=totals.net_minor,
            computed=totals.lines_minor - totals.allowance_minor + totals.charge_minor,
            computation="lines less allowances plus charges",
        )
    line_taxes = [line.tax_minor for line in invoice.lines if line.tax_minor is not None]
    if invoice.tax_breakdown or (line_taxes and len(line_taxes) == len(invoice.lines)):
        by_rows = sum(row.tax_minor for row in invoice.tax_breakdown)
        yield _Sum(
            rule="BR-CO-14",
            field="BT-110",
            name="the total tax",
            stated=totals.tax_minor,
            computed=by_rows if invoice.tax_breakdown else sum(line_taxes),
            computation="adding the tax breakdown"
            if invoice.tax_breakdown
            else "adding the tax of the lines",
        )
    yield _Sum(
        rule="BR-CO-15",
        field="BT-112",
        name="the total with tax",
        stated=totals.gross_minor,
        computed=totals.net_minor + totals.tax_minor,
        computation="total without tax plus tax",
    )
    yield _Sum(
        rule="BR-CO-16",
        field="BT-115",
        name="the amount due for payment",
        stated=invoice.payable_minor,
        computed=totals.gross_minor - totals.prepaid_minor + totals.rounding_minor,
        computation="total with tax less prepayments plus rounding",
    )


def _sum_of_lines(invoice: Invoice) -> int:
    """The lines' exact sum, rounded once at the end: lines may state more decimals than the currency has."""
    whole = sum(line.net_minor for line in invoice.lines if line.net_exact is None)
    finer = sum((line.net_exact for line in invoice.lines if line.net_exact is not None), Decimal(0))
    return invoice.currency.round_minor(invoice.currency.major(whole) + finer)


def _mismatch(invoice: Invoice, total: _Sum) -> Finding:
    return found(
        TOTAL_MISMATCH,
        total.field,
        name=total.name,
        stated=invoice.currency.format(total.stated),
        computed=invoice.currency.format(total.computed),
        computation=total.computation,
        rule=total.rule,
    )


def _tax_findings(invoice: Invoice, applied: list[str]) -> Iterator[Finding]:
    if not invoice.tax_breakdown:
        if "BR-CO-14" not in applied and invoice.totals.tax_minor:
            yield found(TAX_NOT_BROKEN_DOWN, "BG-23", severity=Severity.WARNING)
        return
    for row in invoice.tax_breakdown:
        if row.rate_percent is not None:
            applied.append("BR-CO-17")
            yield from _tax_row_finding(invoice, row, row.rate_percent)
    taxable = sum(row.taxable_minor for row in invoice.tax_breakdown)
    applied.append("TaxableSum")
    if taxable != invoice.totals.net_minor:
        yield found(
            TAXABLE_MISMATCH,
            "BT-116",
            severity=Severity.WARNING,
            computed=invoice.currency.format(taxable),
            stated=invoice.currency.format(invoice.totals.net_minor),
        )


def _tax_row_finding(invoice: Invoice, row: TaxSubtotal, rate: Decimal) -> Iterator[Finding]:
    currency = invoice.currency
    computed = currency.round_minor(currency.major(row.taxable_minor) * rate / 100)
    difference = abs(computed - row.tax_minor)
    if not difference:
        return
    within = difference <= 10**currency.exponent
    yield found(
        TAX_ROUNDING if within else TAX_MISMATCH,
        "BT-117",
        severity=Severity.WARNING if within else Severity.ERROR,
        category=row.category or "(none)",
        rate=rate,
        taxable=currency.format(row.taxable_minor),
        computed=currency.format(computed),
        stated=currency.format(row.tax_minor),
    )


def _number_findings(invoice: Invoice) -> Iterator[Finding]:
    number = invoice.number
    if not number:
        return  # a missing number is the reader's finding
    if len(number) > MAX_NUMBER_LENGTH:
        yield found(NUMBER_TOO_LONG, "BT-1", length=len(number), maximum=MAX_NUMBER_LENGTH)
        return
    if scripts := mixed_scripts(number):
        names = " and ".join(script.capitalize() for script in scripts)
        yield found(NUMBER_MIXED_SCRIPTS, "BT-1", number=number, scripts=names)
    if hidden := hidden_characters(number):
        characters = ", ".join(dict.fromkeys(hidden))
        yield found(NUMBER_HIDDEN_CHARACTERS, "BT-1", severity=Severity.WARNING, characters=characters)
    canonical = canonical_invoice_number(number)
    if not any(character.isalnum() for character in canonical):
        yield found(NUMBER_UNUSABLE, "BT-1", number=number)
    if any(canonical_invoice_number(named.number) == canonical for named in invoice.preceding_invoices):
        yield found(SELF_REFERENCE, "BT-25", number=number)


def _date_findings(invoice: Invoice) -> Iterator[Finding]:
    if invoice.due_date is None:
        if invoice.type is InvoiceType.INVOICE and invoice.payable_minor > 0:
            yield found(DUE_DATE_MISSING, "BT-9", severity=Severity.WARNING)
    elif invoice.due_date < invoice.issue_date:
        yield found(DUE_BEFORE_ISSUE, "BT-9", due=invoice.due_date, issued=invoice.issue_date)


def _with_direction(invoice: Invoice) -> tuple[Invoice, list[Finding]]:
    """The invoice the right way round, and what is to be said about its sign."""
    findings: list[Finding] = []
    payable = invoice.currency.format(invoice.payable_minor)
    if invoice.type is InvoiceType.INVOICE and invoice.payable_minor < 0 and invoice.totals.gross_minor < 0:
        gross = invoice.currency.format(invoice.totals.gross_minor)
        findings.append(found(NEGATIVE_INVOICE, "BT-112", severity=Severity.WARNING, gross=gross))
        invoice = _as_credit_note(invoice)
    elif invoice.payable_minor < 0:
        findings.append(found(NEGATIVE_PAYABLE, "BT-115", payable=payable))
    elif invoice.payable_minor == 0:
        findings.append(found(NOTHING_PAYABLE, "BT-115"))
    if invoice.payable_minor > MAX_AMOUNT_MINOR:
        findings.append(found(PAYABLE_TOO_LARGE, "BT-115", payable=payable))
    if invoice.type is InvoiceType.CREDIT_NOTE and not invoice.preceding_invoices:
        findings.append(found(CREDIT_WITHOUT_INVOICE, "BT-25"))
    return invoice, findings


def _as_credit_note(invoice: Invoice) -> Invoice:
    """All amounts with the opposite sign, and the type that goes with it."""
    totals = invoice.totals
    return replace(
        invoice,
        type=InvoiceType.CREDIT_NOTE,
        payable_minor=-invoice.payable_minor,
        totals=InvoiceTotals(
            net_minor=-totals.net_minor,
            tax_minor=-totals.tax_minor,
            gross_minor=-totals.gross_minor,
            prepaid_minor=-totals.prepaid_minor,
            rounding_minor=-totals.rounding_minor,
            lines_minor=None if totals.lines_minor is None else -totals.lines_minor,
            allowance_minor=-totals.allowance_minor,
            charge_minor=-totals.charge_minor,
        ),
        lines=tuple(
            replace(
                line,
                net_minor=-line.net_minor,
                quantity=None if line.quantity is None else -line.quantity,
                tax_minor=None if line.tax_minor is None else -line.tax_minor,
                net_exact=None if line.net_exact is None else -line.net_exact,
            )
            for line in invoice.lines
        ),
        tax_breakdown=tuple(
            replace(row, taxable_minor=-row.taxable_minor, tax_minor=-row.tax_minor)
            for row in invoice.tax_breakdown
        ),
    )
