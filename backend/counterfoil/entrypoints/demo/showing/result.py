"""The result for programs: what `--json` writes. docs/guides/demo.md describes every field."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PartyRow(_Row):
    """A party. tier: shortest distance from a core enterprise, which has 0; None if no path leads there."""

    id: int
    name: str
    roles: tuple[str, ...]
    tier: int | None
    identifiers: tuple[str, ...] = ()


class RejectedRow(_Row):
    """A file that was refused, or a document that could not take effect."""

    file: str
    code: str
    message: str


class LotRow(_Row):
    """A lot that holds a part of its note: positions first..last, counted from 1."""

    first: int
    last: int
    holder: int
    tier: int
    state: str


class NoteRow(_Row):
    """A note with its lots in order of position; they partition 1..face_minor."""

    note_id: int
    invoices: tuple[str, ...]
    currency: str
    face_minor: int
    state: str
    lots: tuple[LotRow, ...]
    debtor: int
    creditor: int
    maturity: str
    maturity_source: str


class FinancingRow(_Row):
    """A loan or purchase that took place. effective_annual_percent: all payments counted, compounded."""

    kind: Literal["loan", "purchase"]
    note_id: int
    first: int
    last: int
    holder: int
    funder: int
    drawdown_minor: int
    repaid_minor: int
    state: str
    currency: str
    rate_bps: int
    effective_annual_percent: str | None


class ReceivedRow(_Row):
    """What a party received in settlements."""

    party: int
    minor: int


class CurrencySettlement(_Row):
    """Settlement in one currency."""

    currency: str
    paid_minor: int
    received_by: tuple[ReceivedRow, ...]
    unsettled_minor: int


class SettlementRow(_Row):
    """Plain sums of minor units over all currencies; by_currency has them apart."""

    paid_minor: int
    received_by: tuple[ReceivedRow, ...]
    unsettled_minor: int
    by_currency: tuple[CurrencySettlement, ...]


class CheckRow(_Row):
    """One check of the books."""

    invariant: str
    ok: bool
    detail: str


class GasRow(_Row):
    """Transactions of one operation, and their gas together."""

    count: int
    total: int


class RefusalRow(_Row):
    """A command that was tried and refused."""

    command: str
    code: str
    message: str
    why: str


class UnpaidRow(_Row):
    """What is left of an invoice between suppliers that notes did not pay in full."""

    invoice: str
    debtor: int
    creditor: int
    currency: str
    unpaid_minor: int
    reason: str


class ReceiptRow(_Row):
    """A warehouse receipt, live or ended. quantity: exact decimal text, in `unit`.

    physical_lots: as the keeper's document names them.
    """

    receipt_id: int
    good: str
    good_name: str
    quantity: str
    unit: str
    state: str
    holder: int
    keeper: int
    depositor: int
    site: str
    currency: str
    value_minor: int
    physical_lots: tuple[str, ...]


class LienRow(_Row):
    """A lien that was ever placed. secured_minor: as agreed; ended: None while it is in force."""

    asset: str
    pledgee: int
    secured_minor: int
    state: str
    pledgor: int
    currency: str
    placed: str
    ended: str | None


class CourseRow(_Row):
    """A loan against goods after something happened. price_minor: of one whole unit."""

    at: str
    event: str
    price_minor: int
    value_minor: int
    debt_minor: int
    ltv_bps: int


class FacilityRow(_Row):
    """A loan against goods that took place. repaid_minor: with interest; value_minor: after the haircut."""

    facility_id: int
    borrower: int
    funder: int
    price_source: int
    currency: str
    drawdown_minor: int
    repaid_minor: int
    state: str
    rate_bps: int
    haircut_bps: int
    draw_ltv_bps: int
    call_ltv_bps: int
    assets: tuple[str, ...]
    course: tuple[CourseRow, ...]


class AuditRow(_Row):
    """A stock compared with its receipts at a block. live_receipted: sum of the live receipts."""

    block: int
    at: str
    agrees: bool
    attested: str
    live_receipted: str
    differences: tuple[str, ...]


class StockRow(_Row):
    """A keeper's goods of one kind at one site. Quantities: exact decimal text, in `unit`."""

    stock_id: int
    keeper: int
    inspector: int | None
    site: str
    good: str
    unit: str
    attested: str
    receipted: str
    audit: AuditRow | None


class DemoResult(_Row):
    """Everything that a run found."""

    engine: str
    parties: tuple[PartyRow, ...]
    rejected: tuple[RejectedRow, ...]
    notes: tuple[NoteRow, ...]
    financings: tuple[FinancingRow, ...]
    receipts: tuple[ReceiptRow, ...]
    liens: tuple[LienRow, ...]
    facilities: tuple[FacilityRow, ...]
    stocks: tuple[StockRow, ...]
    settlement: SettlementRow
    checks: tuple[CheckRow, ...]
    gas: dict[str, GasRow]
    refusals: tuple[RefusalRow, ...]
    cycles: tuple[tuple[int, ...], ...]
    unpaid: tuple[UnpaidRow, ...]
    remarks: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)
