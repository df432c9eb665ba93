"""Files that come in: invoices, batches of them, extracts of registries; and the template for tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import Response

from counterfoil.domain.access import Principal, Scope
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import COMMAND, new_id
from counterfoil.entrypoints.http.bodies import made
from counterfoil.entrypoints.http.giving import CommandGiver, Maker, Prefer, acting
from counterfoil.entrypoints.http.http_refusals import MEDIA_TYPE_UNSUPPORTED, REQUEST_MALFORMED
from counterfoil.entrypoints.http.idempotency import IdempotencyKey
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.security import require
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.entrypoints.http.writes import COMMAND_ANSWERS, described
from counterfoil.entrypoints.operations import operation_named
from counterfoil.entrypoints.operations.external_liens import ImportExternalLiens
from counterfoil.entrypoints.operations.invoices import MOST_FILES, FileRef, RecordInvoices
from counterfoil.ingest.invoice_template import template_csv, template_xlsx
from counterfoil.ingest.protocol import ReadLimits
from counterfoil.ingest.uploads import UploadedPart, UploadKind, parts_of
from counterfoil.ports.files import SERVICE, owner_of
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.files.uploads import Upload

_MULTIPART = "multipart/form-data"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA_TYPES = {UploadKind.TABLE: "text/csv", UploadKind.DOCUMENT: "application/octet-stream"}
_UNPACKED_TO = 4
_BINARY: dict[str, Any] = {"type": "string", "contentMediaType": "application/octet-stream"}
_ONE_FILE: dict[str, Any] = {
    "type": "object",
    "properties": {"file": _BINARY},
    "required": ["file"],
    "additionalProperties": False,
}
_SEVERAL_FILES: dict[str, Any] = {
    "type": "object",
    "properties": {"files": {"type": "array", "items": _BINARY, "minItems": 1, "maxItems": MOST_FILES}},
    "required": ["files"],
    "additionalProperties": False,
}
FileName = Annotated[
    str | None,
    Query(
        max_length=200,
        description="Name of the file, for messages, where the body is the file itself.",
        examples=["RE-2026-0815.xml"],
    ),
]
Reader = Annotated[Principal, Depends(require(Scope.READ))]


@dataclass(frozen=True, slots=True)
class _Sent:
    """A file as it was sent."""

    name: str
    media_type: str
    content: bytes


def intake_router(service: HttpService, giver: CommandGiver) -> APIRouter:
    """The routes that take files."""
    router = APIRouter(tags=["invoices"])
    _add_templates(router)
    _add_invoices(router, service, giver)
    _add_extracts(router, service, giver)
    return router


def _add_templates(router: APIRouter) -> None:
    for suffix, media_type, make in (
        ("csv", "text/csv; charset=utf-8", template_csv),
        ("xlsx", _XLSX, template_xlsx),
    ):
        router.add_api_route(
            f"/invoice-template.{suffix}",
            _template(suffix, media_type, make),
            methods=["GET"],
            operation_id=f"get_invoice_template_{suffix}",
            summary=f"Template for invoices as {suffix.upper()}",
            description="Columns, and one row as an example. Fill it in and send it to /v1/invoice-batches.",
            response_class=Response,
            responses={
                200: {"content": {media_type.partition(";")[0]: {"schema": _BINARY}}},
                **problems(401, 403),
            },
        )


def _template(suffix: str, media_type: str, make: Callable[[], bytes]) -> Callable[..., Any]:
    async def template(_principal: Reader) -> Response:
        content = await run_in_threadpool(make)
        named = f'attachment; filename="invoice-template.{suffix}"'
        return Response(content, media_type=media_type, headers={"Content-Disposition": named})

    return template


def _add_invoices(router: APIRouter, service: HttpService, giver: CommandGiver) -> None:
    operation = operation_named("record_invoices")

    async def keep(
        request: Request, principal: Principal, sent: list[_Sent], key: str, prefer: str | None
    ) -> Response:
        parts = await run_in_threadpool(_parts, service, sent)
        body = made(RecordInvoices, files=tuple(_ref(each) for each in parts))
        files = _Files(service, principal, parts)
        return await giver.give(
            request,
            principal,
            operation,
            body,
            key=key,
            prefer=prefer,
            command_id=files.command_id,
            beside=files.keep,
        )

    @router.post(
        "/invoices",
        operation_id="record_invoice",
        summary="Record one invoice",
        description=f"{described(operation)}\n\nThe body is the document: UBL, CII, Factur-X or ZUGFeRD PDF,"
        " Chinese e-invoice XML or OFD; its format is found by its content.",
        status_code=202,
        response_class=Response,
        responses=COMMAND_ANSWERS,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    _MULTIPART: {"schema": _ONE_FILE},
                    "application/xml": {"schema": {"type": "string"}},
                    "application/pdf": {"schema": _BINARY},
                    "application/octet-stream": {"schema": _BINARY},
                },
            }
        },
    )
    async def record_invoice(
        request: Request,
        principal: Maker,
        idempotency_key: IdempotencyKey,
        prefer: Prefer = None,
        file_name: FileName = None,
    ) -> Response:
        acting(operation, principal)
        if _type_of(request) == _MULTIPART:
            sent = await _files_of(request, "file", most=1)
        else:
            sent = [await _whole(request, file_name or "the document")]
        return await keep(request, principal, sent, idempotency_key, prefer)

    @router.post(
        "/invoice-batches",
        operation_id=operation.name,
        summary="Record a batch of invoices",
        description=f"{described(operation)}\n\nEach file is a document, a table (CSV or XLSX, see the"
        " template) or a zip of these. The command's result has a line for each document and row, with its"
        " state and what is wrong with it; lines that are refused stop no other.",
        status_code=202,
        response_class=Response,
        responses=COMMAND_ANSWERS,
        openapi_extra={
            "requestBody": {"required": True, "content": {_MULTIPART: {"schema": _SEVERAL_FILES}}}
        },
    )
    async def record_batch(
        request: Request, principal: Maker, idempotency_key: IdempotencyKey, prefer: Prefer = None
    ) -> Response:
        acting(operation, principal)
        _require(request, _MULTIPART)
        sent = await _files_of(request, "files", most=MOST_FILES)
        return await keep(request, principal, sent, idempotency_key, prefer)


class ExtractTerms(BaseModel):
    """What is said of an extract beside its content."""

    file_name: Annotated[str | None, Field(max_length=200, description="For messages.")] = None
    registry: Annotated[
        str | None, Field(min_length=1, max_length=200, description="For rows that name no registry.")
    ] = None
    time_zone: Annotated[
        str | None, Field(pattern=r"^[+-][0-9]{2}:[0-5][0-9]$", description="For times without offset.")
    ] = None


_Terms = Annotated[ExtractTerms, Query()]


def _add_extracts(router: APIRouter, service: HttpService, giver: CommandGiver) -> None:
    operation = operation_named("import_external_liens")

    @router.post(
        operation.path,
        operation_id=operation.name,
        tags=[operation.resource],
        summary=operation.summary,
        description=described(operation),
        status_code=202,
        response_class=Response,
        responses=COMMAND_ANSWERS,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "text/csv": {"schema": {"type": "string"}},
                    "application/json": {"schema": {}},
                },
            }
        },
    )
    async def import_extract(
        request: Request,
        principal: Maker,
        idempotency_key: IdempotencyKey,
        terms: _Terms,
        prefer: Prefer = None,
    ) -> Response:
        acting(operation, principal)
        _require(request, "text/csv", "application/json")
        sent = await _whole(request, terms.file_name or "the extract")
        part = UploadedPart(name=sent.name, kind=UploadKind.TABLE, content=sent.content)
        body = made(ImportExternalLiens, file=_ref(part), registry=terms.registry, time_zone=terms.time_zone)
        files = _Files(service, principal, [part])
        return await giver.give(
            request,
            principal,
            operation,
            body,
            key=idempotency_key,
            prefer=prefer,
            command_id=files.command_id,
            beside=files.keep,
        )


class _Files:
    """Keeps files with the command that they came with."""

    def __init__(self, service: HttpService, principal: Principal, parts: list[UploadedPart]) -> None:
        self.command_id = new_id(COMMAND, at_ms=int(service.now().timestamp() * 1000))
        self._service = service
        self._owner = SERVICE if principal.party_key is None else owner_of(principal.party_key)
        self._parts = parts

    def keep(self, work: ServiceUnitOfWork) -> None:
        """Keep them, encrypted, in the command's transaction."""
        distinct = {each.content: each for each in self._parts}
        self._service.files.add(
            work,
            subject=f"command:{self.command_id}",
            uploads=[
                Upload(file_name=each.name, media_type=_MEDIA_TYPES[each.kind], content=each.content)
                for each in distinct.values()
            ],
            added_by=self._owner,
        )


def _parts(service: HttpService, sent: list[_Sent]) -> list[UploadedPart]:
    """What was sent, unpacked. The bound is for all packages together: there may be thousands of them."""
    parts: list[UploadedPart] = []
    room = service.most_upload_bytes * _UNPACKED_TO
    for each in sent:
        limits = ReadLimits(max_bytes=room, max_container_entries=MOST_FILES)
        for part in parts_of(each.name, each.content, limits=limits):
            room = max(0, room - len(part.content))
            parts.append(part)
            if len(parts) > MOST_FILES:
                # One too many: the body's model says so.
                return parts
    return parts


def _ref(part: UploadedPart) -> FileRef:
    return FileRef(name=part.name[:500], kind=part.kind, content_sha256=sha256(part.content).hexdigest())


def _type_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _require(request: Request, *wanted: str) -> None:
    stated = _type_of(request)
    if stated not in wanted:
        raise DomainError(MEDIA_TYPE_UNSUPPORTED, stated=stated[:60] or "nothing", wanted=" or ".join(wanted))


async def _whole(request: Request, name: str) -> _Sent:
    content = await request.body()
    if not content:
        raise DomainError(REQUEST_MALFORMED, reason="the body is empty")
    return _Sent(_shown(name), _type_of(request), content)


async def _files_of(request: Request, field: str, *, most: int) -> list[_Sent]:
    async with request.form(max_files=most, max_fields=0) as form:
        if any(name != field for name in form):
            raise DomainError(REQUEST_MALFORMED, reason=f"its only parts are files named {field}")
        sent = []
        for each in form.getlist(field):
            if isinstance(each, UploadFile):
                content = await each.read()
                sent.append(_Sent(_shown(each.filename or "unnamed"), each.content_type or "", content))
    if not sent:
        raise DomainError(REQUEST_MALFORMED, reason=f"it has no file named {field}")
    return sent


def _shown(name: str) -> str:
    """A name without what a terminal or a browser would obey."""
    kept = "".join(
        "\ufffd" if unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Co", "Cn") else mark for mark in name
    )
    return kept[:200]
