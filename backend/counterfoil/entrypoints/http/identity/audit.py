"""The audit log: for administrators what their organisation did, for the operator and auditors everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from counterfoil.domain.access import NOT_PERMITTED, OrganisationKind, Principal, Scope, UserRole
from counterfoil.domain.audit_chain import ChainedEntry
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.http.identity.bodies import (
    AuditEntries,
    AuditEntryAnswer,
    AuditVerification,
)
from counterfoil.entrypoints.http.identity.serving import PageLimit, Reader, page
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.usecases.identity.audit_log import known_anchors, verify_audit_log

_AT_A_TIME = 1000

AuditCursor = Annotated[
    str | None, Query(pattern=r"^[0-9]{1,18}$", description="next_cursor of the page before.")
]


def audit_router(service: HttpService) -> APIRouter:
    """Routes under /audit-log."""
    router = APIRouter(prefix="/audit-log", tags=["audit log"])

    @router.get("", operation_id="list_audit_log", responses=problems(401, 403, 422))
    def list_entries(principal: Reader, limit: PageLimit = 50, cursor: AuditCursor = None) -> AuditEntries:
        """Entries in order, oldest first."""
        org_id = _reach(principal)
        with service.store.read() as work:
            found = work.audit.entries(after=int(cursor or 0), limit=limit + 1, org_id=org_id)
        entries, following = page(found, limit, lambda kept: str(kept.entry.sequence))
        return AuditEntries(items=[_answer(kept) for kept in entries], next_cursor=following)

    @router.get(
        "/export",
        operation_id="export_audit_log",
        response_class=StreamingResponse,
        responses={
            200: {"description": "One entry a line.", "content": {"application/x-ndjson": {}}},
            **problems(401, 403),
        },
    )
    def export(principal: Reader) -> StreamingResponse:
        """All entries as JSON lines, oldest first, with everything that their hashes cover."""
        org_id = _reach(principal)
        return StreamingResponse(_lines(service, org_id), media_type="application/x-ndjson")

    @router.get("/verification", operation_id="verify_audit_log", responses=problems(401, 403))
    def verification(principal: Reader) -> AuditVerification:
        """Follow the whole log, for the operator and auditors.

        Compared with the anchors as the service noted them; `counterfoil audit verify` asks the chain itself.
        """
        if _reach(principal) is not None:
            raise DomainError(NOT_PERMITTED, needed="the operator's organisation or an auditor's")
        with service.store.read() as work:
            found = verify_audit_log(work, anchors=known_anchors(work))
        return AuditVerification(
            sequence=found.head.sequence,
            entry_hash=found.head.entry_hash,
            anchors=found.anchors,
            anchored_up_to=found.anchored_up_to,
        )

    return router


def _reach(principal: Principal) -> str | None:
    """Whose entries somebody sees: None for everybody's. Raises DomainError NotPermitted."""
    match principal.org_kind:
        case OrganisationKind.AUDITOR:
            return None
        case OrganisationKind.OPERATOR:
            principal.demand(Scope.ADMIN, (UserRole.ADMIN,))
            return None
        case OrganisationKind.MEMBER:
            principal.demand(Scope.ADMIN, (UserRole.ADMIN,))
            return principal.org_id


def _lines(service: HttpService, org_id: str | None) -> Iterator[str]:
    after = 0
    while True:
        # A transaction for each part: a slow reader must not hold one open.
        with service.store.read() as work:
            entries = work.audit.entries(after=after, limit=_AT_A_TIME, org_id=org_id)
        for kept in entries:
            yield _answer(kept).model_dump_json() + "\n"
        if len(entries) < _AT_A_TIME:
            return
        after = entries[-1].entry.sequence


def _answer(kept: ChainedEntry) -> AuditEntryAnswer:
    entry = kept.entry
    return AuditEntryAnswer(
        sequence=entry.sequence,
        at=entry.at,
        org_id=entry.org_id,
        user_id=entry.user_id,
        action=entry.action,
        subject=entry.subject,
        correlation_id=entry.correlation_id,
        detail=json.loads(entry.detail_json),
        previous_hash=kept.previous_hash,
        entry_hash=kept.entry_hash,
    )
