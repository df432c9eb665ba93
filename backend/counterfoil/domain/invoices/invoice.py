"""The canonical invoice: what every supported format is read into.

Amounts are integers in minor units of the invoice's currency, as the document states them; unit prices and
quantities stay decimals, because EN 16931 puts no limit on their precision. Credit notes carry positive
amounts (the type says the direction), as EN 16931 does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from counterfoil.domain.money import Currency


class InvoiceFormat(StrEnum):
    """The form in which the document came."""

    UBL = "ubl"
    CII = "cii"
    FACTUR_X = "factur-x"
    CN_EINVOICE = "cn-einvoice"
    CN_MOF = "cn-mof"
    CN_OFD = "cn-ofd"
    TABLE = "table"


class InvoiceType(StrEnum):
    """Direction of the claim."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


class Severity(StrEnum):
    """ERROR: the document is refused for financing. WARNING: shown, not refused. INFO: remarkable only."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class IdScheme(StrEnum):
    """What kind of legal-entity identifier a document states. Ordered by how strongly it identifies."""

    USCC = "uscc"
    LEI = "lei"
    VAT = "vat"
    GLN = "gln"
    REGISTRATION = "registration"
    ENDPOINT = "endpoint"
    OTHER = "other"


class ReferenceKind(StrEnum):
    """Trade background: what an invoice refers to."""

    ORDER = "order"
    SALES_ORDER = "sales-order"
    CONTRACT = "contract"
    DESPATCH = "despatch"
    RECEIPT = "receipt"
    PROJECT = "project"
    TENDER = "tender"
    PRECEDING_INVOICE = "preceding-invoice"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyIdentifier:
    """An identifier in canonical spelling. scheme_code: ICD or EAS code as stated, where there is one."""

    scheme: IdScheme
    value: str
    scheme_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceParty:
    """Seller or buyer as named. identifiers: strongest first; may be empty in bad documents."""

    name: str
    identifiers: tuple[PartyIdentifier, ...] = ()
    country: str | None = None

    @property
    def identifier(self) -> PartyIdentifier | None:
        """The strongest identifier, or None."""
        return self.identifiers[0] if self.identifiers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReference:
    """One reference to another document."""

    kind: ReferenceKind
    number: str
    issue_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line. net_minor: line net amount in minor units; unit_price: net price per price base quantity.

    net_exact: the net amount as stated, only where it is more precise than the currency's minor unit.
    """

    line_id: str
    description: str
    quantity: Decimal | None
    unit: str | None
    unit_price: Decimal | None
    net_minor: int
    tax_rate_percent: Decimal | None = None
    tax_minor: int | None = None
    net_exact: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSubtotal:
    """One row of the tax breakdown (EN 16931 BG-23). category: UNTDID 5305 code such as S, Z, E, AE or O."""

    category: str
    rate_percent: Decimal | None
    taxable_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceTotals:
    """Document totals in minor units, as stated: net of tax, tax, gross, already paid, rounding.

    lines_minor: stated sum of line net amounts (BT-106), None where the format or profile states none.
    allowance_minor, charge_minor: on document level (BT-107, BT-108).
    """

    net_minor: int
    tax_minor: int
    gross_minor: int
    prepaid_minor: int = 0
    rounding_minor: int = 0
    lines_minor: int | None = None
    allowance_minor: int = 0
    charge_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a reader or a check noticed. field: the business term or element, for example BT-115."""

    code: str
    severity: Severity
    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """A canonical invoice or credit note. payable_minor: amount due for payment (EN 16931 BT-115).

    type_code: UNTDID 1001 code as stated, empty where the format has none. checks: the rules that were
    applied to this document and could have fired, so that "no finding" and "not checked" stay different.
    content_sha256: of the file as received, container and wrappers included.
    """

    number: str
    type: InvoiceType
    format: InvoiceFormat
    issue_date: date
    due_date: date | None
    currency: Currency
    seller: InvoiceParty
    buyer: InvoiceParty
    payable_minor: int
    totals: InvoiceTotals
    lines: tuple[InvoiceLine, ...]
    references: tuple[InvoiceReference, ...] = ()
    payment_terms: str | None = None
    content_sha256: str = ""
    findings: tuple[Finding, ...] = ()
    type_code: str = ""
    tax_breakdown: tuple[TaxSubtotal, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def preceding_invoices(self) -> tuple[InvoiceReference, ...]:
        """The invoices that a credit note or a correction names."""
        return tuple(named for named in self.references if named.kind is ReferenceKind.PRECEDING_INVOICE)

    @property
    def refused(self) -> bool:
        """True where an ERROR finding forbids financing on it."""
        return any(found.severity is Severity.ERROR for found in self.findings)
