"""Operations over invoices and credit notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from counterfoil.domain.money import Money
from counterfoil.entrypoints.operations.fields import Text
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.ingest.invoice_table import read_invoice_table
from counterfoil.ingest.protocol import InvoiceRefused
from counterfoil.ingest.reader import ReadResult, read_invoice
from counterfoil.ingest.uploads import UploadKind
from counterfoil.ports.store import InvoiceRecord
from counterfoil.usecases.invoices.record_batch import BatchLine, LineProblem, Reading, record_batch
from counterfoil.usecases.invoices.record_credit_note import record_credit_note

RESOURCE = "invoices"
MOST_FILES = 5_000
_MOST_WARNINGS = 5


class FileRef(Body):
    """A file that came with the request; its content is kept encrypted."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=500),
        Field(description="As it was sent, for messages.", examples=["RE-2026-0815.xml"]),
    ]
    kind: Annotated[
        UploadKind,
        Field(strict=False, description="One document, or a table of invoices.", examples=["document"]),
    ]
    content_sha256: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9a-f]{64}$"),
        Field(description="SHA-256 of its content.", examples=["ab" * 32]),
    ]


class RecordInvoices(Body):
    """Read, check and keep invoices and credit notes that the party sold or bought by."""

    files: Annotated[tuple[FileRef, ...], Field(min_length=1, max_length=MOST_FILES)]


class RecordCreditNote(Body):
    """Take a recorded credit note off what may be financed on its invoice, as the seller."""

    credit_note: Annotated[
        Text,
        Field(
            description="Number of the credit note, or SHA-256 of its file in hexadecimal.",
            examples=["GS-2026-0042"],
        ),
    ]


def _record(desk: Desk, body: RecordInvoices) -> dict[str, Any]:
    lines = record_batch(
        desk.bench,
        actor=desk.party,
        readings=_readings(desk, body),
        recorded=lambda record: _share(desk, body, record),
    )
    return {
        "recorded": sum(line.state.value == "recorded" for line in lines),
        "known": sum(line.state.value == "known" for line in lines),
        "refused": sum(line.state.value == "refused" for line in lines),
        "lines": [_shown(place, line) for place, line in enumerate(lines, start=1)],
    }


def _share(desk: Desk, body: RecordInvoices, record: InvoiceRecord) -> None:
    """The file of a document goes to seller and buyer; a table holds other parties' invoices as well."""
    if any(each.content_sha256 == record.content_sha256 for each in body.files):
        subject = f"invoice:{record.fingerprint.hex()}"
        desk.share_file(record.content_sha256, subject, (record.seller_key, record.buyer_key))


def _readings(desk: Desk, body: RecordInvoices) -> Iterator[Reading]:
    for file in body.files:
        content = desk.read_file(file.content_sha256)
        if file.kind is UploadKind.DOCUMENT:
            yield Reading(file_name=file.name, row=None, result=read_invoice(content, file_name=file.name))
            continue
        try:
            for each in read_invoice_table(content, file_name=file.name):
                yield Reading(file_name=file.name, row=each.row, result=each.result)
        except InvoiceRefused as refused:
            whole = ReadResult(invoice=None, format=None, findings=refused.all_findings, file_name=file.name)
            yield Reading(file_name=file.name, row=None, result=whole)


def _shown(place: int, line: BatchLine) -> dict[str, Any]:
    invoice, record = line.reading.result.invoice, line.record
    return {
        "line": place,
        "file": line.reading.file_name,
        "row": line.reading.row,
        "state": line.state.value,
        "number": None if invoice is None else invoice.number,
        "content_sha256": None if record is None else record.content_sha256,
        "payable": None
        if invoice is None
        else {"amount_minor": invoice.payable_minor, "currency": invoice.currency.code},
        "problems": [_problem(each) for each in line.problems],
        "warnings": [_problem(each) for each in line.warnings[:_MOST_WARNINGS]],
    }


def _problem(problem: LineProblem) -> dict[str, str]:
    return {
        "code": problem.code,
        "field": problem.field,
        "detail": problem.detail,
        "remedy": problem.remedy,
    }


def _credited(desk: Desk, body: RecordCreditNote) -> Money:
    found = desk.own_invoice(body.credit_note).invoice
    return Money(found.payable_minor, found.currency)


def _files(body: RecordInvoices) -> str:
    shown = ", ".join(each.name for each in body.files[:3])
    return shown if len(body.files) <= 3 else f"{shown} and {len(body.files) - 3} more"


OPERATIONS = (
    Operation(
        name="record_invoices",
        resource=RESOURCE,
        path="/invoice-batches",
        summary="Record invoices",
        body=RecordInvoices,
        run=_record,
        sentence=lambda _desk, body: f"Record the invoices in {_files(body)}",
        on_chain=False,
        takes_files=True,
    ),
    Operation(
        name="record_credit_note",
        resource=RESOURCE,
        path="/credit-notes",
        summary="Record a credit note",
        body=RecordCreditNote,
        run=lambda desk, body: record_credit_note(
            desk.bench, credit_note=desk.own_invoice(body.credit_note).content_sha256, actor=desk.party
        ),
        sentence=lambda desk, body: f"Take credit note {body.credit_note} of {_credited(desk, body)} off",
        looked_up=_credited,
    ),
)
