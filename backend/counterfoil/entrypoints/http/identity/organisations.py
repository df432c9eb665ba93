"""Organisations, their approval policies, and their identity providers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from counterfoil.domain.access import NOT_PERMITTED, OrganisationKind, Principal
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import ORGANISATION
from counterfoil.entrypoints.http.idempotency import Answer, IdempotencyKey
from counterfoil.entrypoints.http.identity.bodies import (
    OrganisationAnswer,
    OrganisationBody,
    OrganisationCreatedAnswer,
    Organisations,
    PolicyAnswer,
    PolicyBody,
)
from counterfoil.entrypoints.http.identity.serving import (
    Administrator,
    PageLimit,
    Reader,
    Writes,
    page,
    shown,
    user_answer,
)
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.identity import IdentityWork, OrganisationRecord, OrganisationState
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking
from counterfoil.usecases.identity.organisations import (
    create_organisation,
    set_organisation_state,
    set_policy,
)

OrganisationId = Annotated[
    str, Path(max_length=64, pattern=r"^[!-~]+$", description="Id of an organisation.")
]
OrganisationCursor = Annotated[
    str | None,
    Query(pattern=rf"^{ORGANISATION}_[0-9a-z]{{26}}$", description="next_cursor of the page before."),
]


def organisations_router(service: HttpService) -> APIRouter:
    """Routes under /organisations."""
    router = APIRouter(prefix="/organisations", tags=["organisations"])
    writes = Writes(service)

    @router.get("", operation_id="list_organisations", responses=problems(401, 403, 422))
    def list_organisations(
        principal: Reader, limit: PageLimit = 50, cursor: OrganisationCursor = None
    ) -> Organisations:
        """All organisations, for the operator."""
        _demand_operator(principal)
        with service.store.read() as work:
            found = work.identity.organisations(after=cursor or "", limit=limit + 1)
            organisations, following = page(found, limit, lambda organisation: organisation.org_id)
            return Organisations(
                items=[_answer(work, organisation) for organisation in organisations],
                next_cursor=following,
            )

    @router.get("/{org_id}", operation_id="show_organisation", responses=problems(401, 404, 422))
    def show_organisation(org_id: OrganisationId, principal: Reader) -> OrganisationAnswer:
        """The own organisation; for the operator any."""
        with service.store.read() as work:
            organisation = work.identity.organisation(org_id)
            may = org_id == principal.org_id or principal.org_kind is OrganisationKind.OPERATOR
            if organisation is None or not may:
                raise DomainError(refusals.ORGANISATION_UNKNOWN, org_id=org_id)
            return _answer(work, organisation)

    @router.post(
        "",
        status_code=201,
        operation_id="create_organisation",
        response_model=OrganisationCreatedAnswer,
        responses=problems(400, 401, 403, 409, 413, 415, 422),
    )
    def create(
        body: OrganisationBody, principal: Administrator, request: Request, key: IdempotencyKey
    ) -> Response:
        """Set an organisation up, for the operator. Hand the code over to its first administrator."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            created = create_organisation(
                work,
                asked,
                name=body.name,
                kind=body.kind,
                party_id=body.party_id,
                admin_login=body.admin_login,
                admin_name=body.admin_name,
            )
            answer = OrganisationCreatedAnswer(
                organisation=_answer(work, created.organisation),
                admin=user_answer(work, created.admin),
                code=created.code,
            )
            return shown(answer, code=201, kept=answer.model_copy(update={"code": None}))

        return writes.once(request, principal, key, body, change)

    def put_state(
        request: Request, principal: Principal, key: str, *, org_id: str, state: OrganisationState
    ) -> Response:
        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            return shown(_answer(work, set_organisation_state(work, asked, org_id=org_id, state=state)))

        return writes.once(request, principal, key, None, change)

    @router.post(
        "/{org_id}/suspend",
        operation_id="suspend_organisation",
        response_model=OrganisationAnswer,
        responses=problems(400, 401, 403, 404, 409, 422),
    )
    def suspend(
        org_id: OrganisationId, principal: Administrator, request: Request, key: IdempotencyKey
    ) -> Response:
        """Let none of its users in, for the operator. What it has on the ledger stays."""
        return put_state(request, principal, key, org_id=org_id, state=OrganisationState.SUSPENDED)

    @router.post(
        "/{org_id}/reactivate",
        operation_id="reactivate_organisation",
        response_model=OrganisationAnswer,
        responses=problems(400, 401, 403, 404, 409, 422),
    )
    def reactivate(
        org_id: OrganisationId, principal: Administrator, request: Request, key: IdempotencyKey
    ) -> Response:
        """Let its users in again, for the operator."""
        return put_state(request, principal, key, org_id=org_id, state=OrganisationState.ACTIVE)

    return router


def policies_router(service: HttpService) -> APIRouter:
    """Routes under /policies."""
    router = APIRouter(prefix="/policies", tags=["policies"])
    writes = Writes(service)

    @router.get("", operation_id="show_policy", responses=problems(401))
    def show_policy(principal: Reader) -> PolicyAnswer:
        """How many others must approve, by operation, in the own organisation."""
        with service.store.read() as work:
            return PolicyAnswer(approvals=work.identity.policy_of(principal.org_id))

    @router.put(
        "",
        operation_id="set_policy",
        response_model=PolicyAnswer,
        responses=problems(400, 401, 403, 409, 413, 415, 422),
    )
    def put(body: PolicyBody, principal: Administrator, request: Request, key: IdempotencyKey) -> Response:
        """Put this policy in place. Without a line for `*`, one other must approve (four eyes)."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            return shown(PolicyAnswer(approvals=set_policy(work, asked, policy=body.approvals)))

        return writes.once(request, principal, key, body, change)

    return router


def _answer(work: IdentityWork, organisation: OrganisationRecord) -> OrganisationAnswer:
    party = None if organisation.party_key is None else work.parties.by_key(organisation.party_key)
    return OrganisationAnswer.of(organisation, None if party is None else party.party_id)


def _demand_operator(principal: Principal) -> None:
    if principal.org_kind is not OrganisationKind.OPERATOR:
        raise DomainError(NOT_PERMITTED, needed="the operator's organisation")
