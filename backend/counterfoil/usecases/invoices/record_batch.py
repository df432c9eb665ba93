"""Record documents that a party hands in, with one line of answer for each; nothing reaches the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.domain.errors import DomainError, error_spec
from counterfoil.domain.invoices.invoice import Finding, Invoice, Severity
from counterfoil.ports.store import InvoiceReadResult, InvoiceRecord
from counterfoil.usecases import refusals
from counterfoil.usecases.invoices.record_invoices import record_read
from counterfoil.usecases.parties.onboarding import Roster
from counterfoil.usecases.resolving import PartyRef, find_party
from counterfoil.usecases.workbench import Workbench


class LineState(StrEnum):
    """RECORDED: new. KNOWN: this very document was recorded before. REFUSED: see the problem."""

    RECORDED = "recorded"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A document that was read. row: of a table; None where the file is one document."""

    file_name: str
    row: int | None
    result: InvoiceReadResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProblem:
    """Why a document was refused. field: business term, element or column at fault; empty for the whole."""

    code: str
    field: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """What became of one document. record: what stands for its invoice, unless it was refused.

    problems: every fault of it; warnings: what was noticed and does not refuse it.
    """

    reading: Reading
    state: LineState
    record: InvoiceRecord | None = None
    problems: tuple[LineProblem, ...] = ()
    warnings: tuple[LineProblem, ...] = ()


def record_batch(
    bench: Workbench,
    *,
    actor: PartyRef,
    readings: Iterable[Reading],
    recorded: Callable[[InvoiceRecord], None] = lambda _record: None,
) -> tuple[BatchLine, ...]:
    """Record what the actor sold or bought by, in order. recorded: told of each new document.

    A document of parties that are not registered, or of others than the actor, is refused. Recording the same
    again changes nothing. Never raises for bad documents.
    """
    acting_key = find_party(bench, actor).party_key
    roster = Roster(bench)
    return tuple(_line(bench, roster, acting_key, reading, recorded) for reading in readings)


def _line(
    bench: Workbench,
    roster: Roster,
    acting_key: str,
    reading: Reading,
    recorded: Callable[[InvoiceRecord], None],
) -> BatchLine:
    invoice = reading.result.invoice
    warnings = _told(reading.result.findings, refusing=False)
    if invoice is None or reading.result.refused:
        return BatchLine(
            reading=reading,
            state=LineState.REFUSED,
            problems=_told(reading.result.findings, refusing=True),
            warnings=warnings,
        )
    try:
        _require_party(roster, acting_key, invoice)
        with bench.store.begin() as work:
            is_known = work.invoices.by_content(invoice.content_sha256) is not None
        record = record_read(bench, roster, reading.file_name, invoice, told_key=acting_key)
    except DomainError as refused:
        return BatchLine(
            reading=reading, state=LineState.REFUSED, problems=(_problem(refused),), warnings=warnings
        )
    if not is_known:
        recorded(record)
    return BatchLine(
        reading=reading,
        state=LineState.KNOWN if is_known else LineState.RECORDED,
        record=record,
        warnings=warnings,
    )


def _require_party(roster: Roster, acting_key: str, invoice: Invoice) -> None:
    keys = {roster.party_key_of(invoice.seller), roster.party_key_of(invoice.buyer)}
    if acting_key not in keys:
        raise DomainError(
            refusals.NOT_PARTY_TO_INVOICE, actor="the organisation that sent it", number=invoice.number
        )


def _told(findings: Iterable[Finding], *, refusing: bool) -> tuple[LineProblem, ...]:
    return tuple(
        LineProblem(code=each.code, field=each.field, detail=each.message, remedy=_remedy(each.code))
        for each in findings
        if (each.severity is Severity.ERROR) is refusing and each.severity is not Severity.INFO
    )


def _problem(refused: DomainError) -> LineProblem:
    return LineProblem(code=refused.code, field="", detail=refused.message, remedy=refused.remedy)


def _remedy(code: str) -> str:
    spec = error_spec(code)
    return "" if spec is None else spec.remedy
