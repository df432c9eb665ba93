"""Encrypted files: adding them to notes, invoices, receipts ..., reading them, sharing them, and keys."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile
from pydantic import Json

from counterfoil.domain.access import OrganisationKind, Principal, Scope, UserRole
from counterfoil.domain.errors import DomainError
from counterfoil.domain.file_acquaintance import known_parties
from counterfoil.domain.file_entitlement import entitled_parties
from counterfoil.entrypoints.http.document_shapes import (
    HASH_PATTERN,
    SUBJECT_PATTERN,
    Document,
    DocumentReader,
    Documents,
    DocumentWraps,
    KeyBody,
    PublicKey,
    ShareBody,
    Wraps,
    WrapsBody,
)
from counterfoil.entrypoints.http.http_refusals import NOT_FOR_ORGANISATION
from counterfoil.entrypoints.http.idempotency import Answer, IdempotencyKey, once
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import Cursor, Limit, Pager, Reader
from counterfoil.entrypoints.http.security import require
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.files import Reader as FileReader
from counterfoil.ports.files import SubjectFile, owner_of
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.files.give_access import (
    demand_may_add,
    demand_reader,
    end_share,
    share,
    shown_readers,
)
from counterfoil.usecases.files.uploads import OpaqueUpload, Upload
from counterfoil.usecases.identity.rights import check_afresh

Maker = Annotated[Principal, Depends(require(Scope.WRITE, UserRole.MAKER))]
Administrator = Annotated[Principal, Depends(require(Scope.ADMIN, UserRole.ADMIN))]
DocumentId = Annotated[str, Path(pattern=HASH_PATTERN, description="The document_id of a document.")]
SubjectForm = Annotated[str, Form(pattern=SUBJECT_PATTERN, description="What the file belongs to.")]
_MEDIA_TYPE = "application/octet-stream"
_LONGEST_NAME = 255
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


def router(service: HttpService) -> APIRouter:
    """The routes, without the prefix of the version."""
    routes = APIRouter(tags=["documents"])
    _add_uploads(routes, service)
    _add_readings(routes, service)
    _add_sharing(routes, service)
    _add_keys(routes, service)
    return routes


def _add_uploads(routes: APIRouter, service: HttpService) -> None:
    @routes.post(
        "/documents",
        operation_id="add_document",
        summary="Add a file; the service encrypts it",
        status_code=201,
        response_model=Document,
        responses=problems(401, 403, 404, 409, 413, 422),
    )
    def add_document(
        request: Request,
        principal: Maker,
        key: IdempotencyKey,
        subject: SubjectForm,
        file: Annotated[UploadFile, File(description="The file in clear.")],
    ) -> Response:
        upload = Upload(
            file_name=_name_of(file),
            media_type=file.content_type or _MEDIA_TYPE,
            content=file.file.read(),
        )

        def act(work: ServiceUnitOfWork) -> Answer:
            owner = _demand(service, work, principal, subject)
            (entry,) = service.files.add(work, subject=subject, uploads=[upload], added_by=owner)
            return _created(entry)

        return once(
            service,
            principal,
            request,
            key=key,
            body=_digest_text(subject, upload.file_name, upload.content),
            act=act,
        )

    @routes.post(
        "/documents/opaque",
        operation_id="add_opaque_document",
        summary="Add a file that you encrypted; the service cannot read it",
        status_code=201,
        response_model=Document,
        responses=problems(401, 403, 404, 409, 413, 422),
    )
    def add_opaque_document(
        *,
        request: Request,
        principal: Maker,
        key: IdempotencyKey,
        subject: SubjectForm,
        file: Annotated[UploadFile, File(description="Nonce, encrypted content and tag (AES-256-GCM).")],
        content_sha256: Annotated[str, Form(pattern=HASH_PATTERN, description="Of the content in clear.")],
        size_bytes: Annotated[int, Form(ge=0, le=2**40, description="Of the content in clear.")],
        wraps: Annotated[Json[Wraps], Form(description="JSON object: wraps by key id, your own among them.")],
        media_type: Annotated[
            str, Form(max_length=128, description="Of the content in clear.")
        ] = _MEDIA_TYPE,
    ) -> Response:
        upload = OpaqueUpload(
            file_name=_name_of(file),
            media_type=media_type,
            content_sha256=content_sha256,
            size_bytes=size_bytes,
            stored=file.file.read(),
            wraps={key_id: bytes.fromhex(wrapped) for key_id, wrapped in wraps.items()},
        )

        def act(work: ServiceUnitOfWork) -> Answer:
            owner = _demand(service, work, principal, subject)
            return _created(service.files.add_opaque(work, subject=subject, upload=upload, added_by=owner))

        body = _digest_text(
            subject, f"{upload.file_name}\n{content_sha256}\n{sorted(wraps.items())}", upload.stored
        )
        return once(service, principal, request, key=key, body=body, act=act)


def _add_readings(routes: APIRouter, service: HttpService) -> None:
    @routes.get(
        "/documents",
        operation_id="list_documents",
        summary="The files that you may read",
        responses=problems(400, 401, 403, 422),
    )
    def list_documents(
        principal: Reader,
        subject: Annotated[
            str | None, Query(pattern=SUBJECT_PATTERN, description="Only files of this subject.")
        ] = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> Documents:
        pager = Pager(service.reading, principal, what=f"documents:{subject or ''}", cursor=cursor)
        after = None if pager.after is None else (str(pager.after[0]), int(pager.after[1]))
        with service.store.read() as work:
            found = work.files.readable_by(_owner(principal), after=after, limit=limit + 1, subject=subject)
        page = found[:limit]
        last = page[-1] if len(found) > limit else None
        return Documents(
            items=[Document.of(entry) for entry in page],
            next_cursor=None if last is None else pager.sealed([last.subject, last.position]),
        )

    @routes.get(
        "/documents/{document_id}",
        operation_id="show_document",
        summary="A file without its content",
        responses=problems(401, 403, 404, 422),
    )
    def show_document(principal: Reader, document_id: DocumentId) -> Document:
        with service.store.read() as work:
            return Document.of(service.files.find(work, file_id=document_id, owner=_owner(principal)))

    @routes.get(
        "/documents/{document_id}/content",
        operation_id="read_document",
        summary="The content in clear, where the service keeps your key",
        response_class=Response,
        responses={**_BYTES, **problems(401, 403, 404, 409, 422)},
    )
    def read_document(principal: Reader, document_id: DocumentId) -> Response:
        with service.store.read() as work:
            content = service.files.content(work, file_id=document_id, owner=_owner(principal))
        # Never as the type that its uploader stated: no browser shall run it.
        return Response(content, media_type=_MEDIA_TYPE, headers={"Content-Disposition": "attachment"})

    @routes.get(
        "/documents/{document_id}/stored",
        operation_id="read_stored_document",
        summary="The file as it is stored, to be decrypted with your own key",
        response_class=Response,
        responses={**_BYTES, **problems(401, 403, 404, 409, 422)},
    )
    def read_stored_document(principal: Reader, document_id: DocumentId) -> Response:
        with service.store.read() as work:
            stored, _ = service.files.stored(work, file_id=document_id, owner=_owner(principal))
        return Response(stored, media_type=_MEDIA_TYPE, headers={"Content-Disposition": "attachment"})

    @routes.get(
        "/documents/{document_id}/wraps",
        operation_id="show_document_wraps",
        summary="The content key wrapped for you, and for whom it is still to be wrapped",
        responses=problems(401, 403, 404, 409, 422),
    )
    def show_document_wraps(principal: Reader, document_id: DocumentId) -> DocumentWraps:
        with service.store.read() as work:
            _, wrap = service.files.stored(work, file_id=document_id, owner=_owner(principal))
            owners = _owners_to_wrap_for(service, work, principal, document_id)
            wanted = [
                each for each in service.files.wanted_wraps(work, file_id=document_id) if each.owner in owners
            ]
            return DocumentWraps(
                document_id=document_id,
                key_id=wrap.key_id,
                wrapped_hex=wrap.wrapped.hex(),
                wanted=[PublicKey.of(each, party_id=_party_of(work, each.owner)) for each in wanted],
            )


def _add_sharing(routes: APIRouter, service: HttpService) -> None:
    @routes.post(
        "/documents/{document_id}/wraps",
        operation_id="add_document_wraps",
        summary="Give other readers the key of a file that only its readers can open",
        status_code=204,
        response_class=Response,
        responses=problems(401, 403, 404, 409, 422),
    )
    def add_document_wraps(
        request: Request, principal: Maker, key: IdempotencyKey, document_id: DocumentId, body: WrapsBody
    ) -> Response:
        wraps = {key_id: bytes.fromhex(wrapped) for key_id, wrapped in body.wraps.items()}

        def act(work: ServiceUnitOfWork) -> Answer:
            _check(service, work, principal)
            service.files.add_given_wraps(work, file_id=document_id, owner=_owner(principal), wraps=wraps)
            return Answer(code=204)

        return once(service, principal, request, key=key, body=body.model_dump_json().encode(), act=act)

    @routes.get(
        "/document-readers",
        operation_id="list_document_readers",
        summary="Who reads the files of a subject that you read",
        responses=problems(401, 403, 404, 422),
    )
    def list_document_readers(
        principal: Reader,
        subject: Annotated[str, Query(pattern=SUBJECT_PATTERN, description="What the files belong to.")],
    ) -> list[DocumentReader]:
        with service.store.read() as work:
            demand_reader(work, subject, _owner(principal))
            shown = shown_readers(work, subject, known=_known(service, principal, subject))
            return [_reader(work, each) for each in shown]

    @routes.post(
        "/document-readers",
        operation_id="share_documents",
        summary="Let a further party read a subject's files",
        status_code=201,
        response_model=DocumentReader,
        responses=problems(401, 403, 404, 409, 422),
    )
    def share_documents(request: Request, principal: Maker, key: IdempotencyKey, body: ShareBody) -> Response:
        def act(work: ServiceUnitOfWork) -> Answer:
            _check(service, work, principal)
            reader = share(
                work, service.files, subject=body.subject, owner=_owner(principal), party_id=body.party_id
            )
            return Answer(code=201, body=_reader(work, reader).model_dump(mode="json"))

        return once(service, principal, request, key=key, body=body.model_dump_json().encode(), act=act)

    @routes.post(
        "/document-readers/end",
        operation_id="end_document_share",
        summary="End access that was shared; what the party had it keeps",
        status_code=204,
        response_class=Response,
        responses=problems(401, 403, 404, 409, 422),
    )
    def end_document_share(
        request: Request, principal: Maker, key: IdempotencyKey, body: ShareBody
    ) -> Response:
        def act(work: ServiceUnitOfWork) -> Answer:
            _check(service, work, principal)
            end_share(
                work, service.files, subject=body.subject, owner=_owner(principal), party_id=body.party_id
            )
            return Answer(code=204)

        return once(service, principal, request, key=key, body=body.model_dump_json().encode(), act=act)


def _add_keys(routes: APIRouter, service: HttpService) -> None:
    @routes.get(
        "/encryption-keys",
        operation_id="list_encryption_keys",
        summary="Your organisation's encryption keys, newest last",
        responses=problems(401, 403),
    )
    def list_encryption_keys(principal: Reader) -> list[PublicKey]:
        with service.store.read() as work:
            found = work.files.keys_of(_owner(principal))
        return [PublicKey.of(each, party_id=principal.party_id) for each in found if each.retired_at is None]

    @routes.post(
        "/encryption-keys",
        operation_id="rotate_encryption_key",
        summary="Replace the key that files are wrapped for",
        status_code=201,
        response_model=PublicKey,
        responses=problems(401, 403, 409, 422),
    )
    def rotate_encryption_key(
        request: Request, principal: Administrator, key: IdempotencyKey, body: KeyBody
    ) -> Response:
        def act(work: ServiceUnitOfWork) -> Answer:
            check_afresh(work, principal, now=service.now(), scope=Scope.ADMIN, role=UserRole.ADMIN)
            public = None if body.public_hex is None else bytes.fromhex(body.public_hex)
            made = service.files.rotate_key(work, _owner(principal), public=public)
            shown = PublicKey.of(made, party_id=principal.party_id)
            return Answer(code=201, body=shown.model_dump(mode="json"))

        return once(service, principal, request, key=key, body=body.model_dump_json().encode(), act=act)


def _owner(principal: Principal) -> str:
    """The owner that the caller's organisation is. Raises DomainError NotForOrganisation."""
    if principal.org_kind is not OrganisationKind.MEMBER or principal.party_key is None:
        raise DomainError(
            NOT_FOR_ORGANISATION, operation="documents", whom="organisations that act for a party"
        )
    return owner_of(principal.party_key)


def _check(service: HttpService, work: ServiceUnitOfWork, principal: Principal) -> None:
    check_afresh(work, principal, now=service.now(), scope=Scope.WRITE, role=UserRole.MAKER)


def _demand(service: HttpService, work: ServiceUnitOfWork, principal: Principal, subject: str) -> str:
    """The caller as an owner that may add files there, who reads them from then on with the others."""
    _check(service, work, principal)
    owner = _owner(principal)
    with service.reading.reading() as view:
        party_ids = entitled_parties(view.state, subject)
    entitled = demand_may_add(work, subject=subject, owner=owner, party_ids=party_ids)
    if entitled:
        service.files.settle(work, subject, entitled)
    return owner


def _known(service: HttpService, principal: Principal, subject: str) -> frozenset[int] | None:
    """The parties around a subject that the caller knows from the ledger; None: all."""
    with service.reading.reading() as view:
        viewer = view.viewer(org_kind=principal.org_kind.value, party_id=principal.party_id)
        return known_parties(view.visibility, viewer, subject)


def _owners_to_wrap_for(
    service: HttpService, work: ServiceUnitOfWork, principal: Principal, document_id: str
) -> set[str]:
    """The readers of a file that the caller may be told of, over the subjects where it reads the file."""
    owner = _owner(principal)
    found: set[str] = set()
    for entry in work.files.places_of(document_id):
        own = work.files.reader(entry.subject, owner)
        if own is not None and own.may_read(entry.position):
            shown = shown_readers(work, entry.subject, known=_known(service, principal, entry.subject))
            found.update(each.owner for each in shown)
    return found


def _created(entry: SubjectFile) -> Answer:
    shown = Document.of(entry)
    return Answer(
        code=201,
        body=shown.model_dump(mode="json"),
        headers={"Location": f"/v1/documents/{shown.document_id}"},
    )


def _reader(work: ServiceUnitOfWork, reader: FileReader) -> DocumentReader:
    return DocumentReader.of(reader, party_id=_party_of(work, reader.owner))


def _party_of(work: ServiceUnitOfWork, owner: str) -> int | None:
    party = work.parties.by_key(owner.removeprefix("party:"))
    return None if party is None else party.party_id


def _name_of(file: UploadFile) -> str:
    return (file.filename or "unnamed")[:_LONGEST_NAME]


def _digest_text(subject: str, name: str, content: bytes) -> bytes:
    """What makes two uploads the same: the boundary between the parts of a body does not."""
    return b"\n".join((subject.encode(), name.encode(), content))
