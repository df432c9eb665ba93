"""Logging in at an organisation's identity provider, and naming it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Cookie, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.http.idempotency import Answer, IdempotencyKey
from counterfoil.entrypoints.http.identity.bodies import (
    IdentityProviderAnswer,
    IdentityProviderBody,
    SessionAnswer,
)
from counterfoil.entrypoints.http.identity.serving import (
    Administrator,
    Writes,
    correlation_id,
    keep_nothing,
    shown,
)
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking
from counterfoil.usecases.identity.oidc import (
    LOGIN_LIFE,
    OidcDesk,
    begin_login,
    client_of,
    end_login,
    set_identity_provider,
)
from counterfoil.usecases.identity.oidc_provider import OidcClient, Providers

_COOKIE = "counterfoil_login"
_CALLBACK = "/v1/oidc/callback"

OrganisationId = Annotated[
    str, Path(max_length=64, pattern=r"^[!-~]+$", description="Id of an organisation.")
]
Word = Annotated[str, Query(max_length=2048)]


def oidc_router(service: HttpService) -> APIRouter:
    """Routes under /oidc."""
    router = APIRouter(prefix="/oidc", tags=["sessions"])
    desk = OidcDesk(
        store=service.store,
        sealing=service.sealing,
        providers=Providers(now=service.now, allow_private=service.private_identity_providers),
        redirect_uri=service.public_url.rstrip("/") + _CALLBACK,
        now=service.now,
    )
    secure = service.public_url.startswith("https://")

    @router.get(
        "/{org_id}/login",
        operation_id="begin_oidc_login",
        status_code=303,
        response_class=RedirectResponse,
        responses=problems(404, 422, 429),
    )
    def begin(org_id: OrganisationId, request: Request) -> RedirectResponse:
        """Send the browser to the organisation's identity provider."""
        service.gate.admit_stranger(request)
        begun = begin_login(desk, org_id=org_id)
        answer = RedirectResponse(begun.url, status_code=303)
        # Lax: it must come along when the provider sends the browser back.
        answer.set_cookie(
            _COOKIE,
            begun.state,
            max_age=int(LOGIN_LIFE.total_seconds()),
            path=_CALLBACK,
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        keep_nothing(answer)
        return answer

    @router.get("/callback", operation_id="end_oidc_login", responses=problems(400, 401, 404, 422, 429))
    def end(
        request: Request,
        response: Response,
        *,
        state: Word = "",
        code: Word = "",
        iss: Word | None = None,
        error: Word | None = None,
        counterfoil_login: Annotated[str, Cookie(max_length=128)] = "",
    ) -> SessionAnswer:
        """Where the identity provider sends the browser back to: a session for whoever it says has come."""
        service.gate.admit_stranger(request)
        if error is not None or not code:
            raise DomainError(refusals.OIDC_REFUSED, reason="the provider sent no code")
        opened = end_login(
            desk,
            state=state,
            cookie_state=counterfoil_login,
            code=code,
            issuer=iss,
            correlation_id=correlation_id(request),
        )
        response.delete_cookie(_COOKIE, path=_CALLBACK, secure=secure, httponly=True, samesite="lax")
        keep_nothing(response)
        return SessionAnswer(
            token=opened.secret, expires_at=opened.expires_at, user_id=opened.user_id, org_id=opened.org_id
        )

    return router


def identity_provider_router(service: HttpService) -> APIRouter:
    """Routes under /identity-provider: that of the own organisation."""
    router = APIRouter(prefix="/identity-provider", tags=["organisations"])
    writes = Writes(service)

    @router.get("", operation_id="show_identity_provider", responses=problems(401, 403, 404))
    def show(principal: Administrator) -> IdentityProviderAnswer:
        """The OpenID Connect provider of the own organisation."""
        with service.store.read() as work:
            organisation = work.identity.organisation(principal.org_id)
        client = None if organisation is None else client_of(organisation, service.sealing)
        if client is None:
            raise DomainError(refusals.OIDC_MISSING)
        return _answer(client)

    @router.put(
        "",
        operation_id="set_identity_provider",
        response_model=IdentityProviderAnswer,
        responses=problems(400, 401, 403, 409, 413, 415, 422),
    )
    def put(
        body: IdentityProviderBody, principal: Administrator, request: Request, key: IdempotencyKey
    ) -> Response:
        """Name the provider. With another issuer than before, no user is linked to a subject any more."""
        client = OidcClient(
            issuer=body.issuer,
            client_id=body.client_id,
            client_secret=body.client_secret,
            create_users=body.create_users,
        )

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            set_identity_provider(work, asked, service.sealing, client)
            return shown(_answer(client))

        return writes.once(request, principal, key, body, change)

    @router.delete(
        "",
        status_code=204,
        operation_id="remove_identity_provider",
        responses=problems(400, 401, 403, 409, 422),
    )
    def remove(principal: Administrator, request: Request, key: IdempotencyKey) -> Response:
        """Have no provider: users log in with passwords only."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            set_identity_provider(work, asked, service.sealing, None)
            return Answer(code=204)

        return writes.once(request, principal, key, None, change)

    return router


def _answer(client: OidcClient) -> IdentityProviderAnswer:
    return IdentityProviderAnswer(
        issuer=client.issuer,
        client_id=client.client_id,
        has_client_secret=client.client_secret is not None,
        create_users=client.create_users,
    )
