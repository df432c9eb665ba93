"""Invoices and credit notes: seller and buyer see theirs, with what is left to finance."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from counterfoil.domain.access import Principal
from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import InvoiceFormat, InvoiceType
from counterfoil.domain.visibility import Viewer
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import (
    CURSOR_INVALID,
    LIST,
    OBJECT,
    Cursor,
    Limit,
    Pager,
    Reader,
    fresh_answer,
    list_answer,
)
from counterfoil.entrypoints.http.read.shapes import Money, Page, Shape
from counterfoil.ports.invoice_pages import InvoicePlace
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.ports.store import InvoiceRecord, InvoiceState
from counterfoil.usecases import refusals
from counterfoil.usecases.reading.read_side import Reading, ReadSide


class InvoiceSide(Shape):
    """Seller or buyer, as the document names it. party_id: null while it is not on the ledger."""

    name: str
    country: str | None
    party_id: int | None


class InvoiceSheet(Shape):
    """A document. Several documents may say the same invoice; one of them stands for it."""

    invoice_id: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the document.")
    number: str
    type: InvoiceType
    format: InvoiceFormat
    state: InvoiceState = Field(description="duplicate: another document stands for the same invoice.")
    issue_date: date
    due_date: date | None
    seller: InvoiceSide
    buyer: InvoiceSide
    net: Money
    tax: Money
    gross: Money
    payable: Money
    available: Money = Field(description="What notes and credit notes have left of it.")
    note_ids: list[int] = Field(description="Every note ever proposed over it that the caller may see.")
    payment_terms: str | None
    recorded_at: datetime


def router(side: ReadSide) -> APIRouter:
    """The routes of invoices."""
    routes = APIRouter(tags=["invoices"])

    @routes.get(
        "/invoices",
        operation_id="list_invoices",
        response_model=Page[InvoiceSheet],
        responses={**LIST, **problems(400, 401, 403)},
    )
    async def list_invoices(
        principal: Reader,
        limit: Limit = 100,
        cursor: Cursor = None,
        number: Annotated[
            str | None, Query(max_length=256, description="Only documents with this number, as printed.")
        ] = None,
    ) -> Response:
        """Documents of which the caller is seller or buyer, in the order of recording."""
        pager = Pager(side, principal, what=f"invoices:{number}", cursor=cursor)
        after = _place(pager.after)

        def build(reading: Reading, viewer: Viewer) -> Page[InvoiceSheet]:
            if principal.party_key is None and not viewer.sees_all:
                return Page[InvoiceSheet](items=[], next_cursor=None)
            with side.store.read() as work:
                found = work.invoice_pages.page(
                    party_key=None if viewer.sees_all else principal.party_key,
                    after=after,
                    number=number,
                    limit=limit + 1,
                )
                items = [invoice_sheet(work, reading, viewer, record) for record in found[:limit]]
            more = len(found) > limit
            last = found[limit - 1] if more else None
            return Page[InvoiceSheet](
                items=items,
                next_cursor=None
                if last is None
                else pager.sealed([last.recorded_at.isoformat(), last.content_sha256]),
            )

        return await list_answer(side, principal, build)

    @routes.get(
        "/invoices/{invoice_id}",
        operation_id="show_invoice",
        response_model=InvoiceSheet,
        responses={**OBJECT, **problems(401, 403, 404)},
    )
    async def show_invoice(
        request: Request,
        principal: Reader,
        invoice_id: Annotated[
            str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the document.", examples=["ab" * 32])
        ],
    ) -> Response:
        """One document."""

        def render(reading: Reading, viewer: Viewer) -> InvoiceSheet:
            with side.store.read() as work:
                record = work.invoices.by_content(invoice_id)
                if record is None or not _sees(principal, viewer, record):
                    raise DomainError(refusals.INVOICE_NOT_FOUND, reference=invoice_id, seller="")
                return invoice_sheet(work, reading, viewer, record)

        return await fresh_answer(side, request, principal, render)

    return routes


def _sees(principal: Principal, viewer: Viewer, record: InvoiceRecord) -> bool:
    """By party keys: a document may be there before its parties are on the ledger."""
    if viewer.sees_all:
        return True
    return principal.party_key is not None and principal.party_key in (record.seller_key, record.buyer_key)


def _place(after: object) -> InvoicePlace | None:
    if after is None:
        return None
    if not isinstance(after, list) or len(after) != 2:
        raise DomainError(CURSOR_INVALID)
    return datetime.fromisoformat(str(after[0])), str(after[1])


def invoice_sheet(
    work: ServiceUnitOfWork, reading: Reading, viewer: Viewer, record: InvoiceRecord
) -> InvoiceSheet:
    """A document as seller and buyer see it."""
    invoice = record.invoice
    unit = invoice.currency.code
    sides = {}
    for name, key, stated in (
        ("seller", record.seller_key, invoice.seller),
        ("buyer", record.buyer_key, invoice.buyer),
    ):
        party = work.parties.by_key(key)
        sides[name] = InvoiceSide(
            name=stated.name,
            country=stated.country,
            party_id=None if party is None else party.party_id,
        )
    notes = work.invoices.notes_over(record.fingerprint)
    return InvoiceSheet(
        invoice_id=record.content_sha256,
        number=invoice.number,
        type=invoice.type,
        format=invoice.format,
        state=record.state,
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        seller=sides["seller"],
        buyer=sides["buyer"],
        net=Money(amount_minor=invoice.totals.net_minor, currency=unit),
        tax=Money(amount_minor=invoice.totals.tax_minor, currency=unit),
        gross=Money(amount_minor=invoice.totals.gross_minor, currency=unit),
        payable=Money(amount_minor=invoice.payable_minor, currency=unit),
        available=Money(amount_minor=_available(reading, record), currency=unit),
        note_ids=[note_id for note_id in notes if reading.visibility.sees_note(viewer, note_id)],
        payment_terms=invoice.payment_terms,
        recorded_at=record.recorded_at,
    )


def _available(reading: Reading, record: InvoiceRecord) -> int:
    if record.invoice.type is InvoiceType.CREDIT_NOTE or record.state is InvoiceState.DUPLICATE:
        return 0
    known = reading.state.invoices.get(record.fingerprint)
    return max(record.invoice.payable_minor, 0) if known is None else known.available_minor
