"""API tokens for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from counterfoil.domain.access import Scope, UserRole
from counterfoil.entrypoints.http.idempotency import Answer, IdempotencyKey
from counterfoil.entrypoints.http.identity.bodies import (
    TokenAnswer,
    TokenBody,
    Tokens,
    TokenWithSecret,
)
from counterfoil.entrypoints.http.identity.serving import Reader, Writes, shown
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.identity import IdentityWork
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.identity.asking import Asking
from counterfoil.usecases.identity.tokens import create_token, revoke_token

_MOST_USERS = 10_000

TokenId = Annotated[str, Path(max_length=64, pattern=r"^[!-~]+$", description="Id of a token.")]


def tokens_router(service: HttpService) -> APIRouter:
    """Routes under /tokens."""
    router = APIRouter(prefix="/tokens", tags=["tokens"])
    writes = Writes(service)

    @router.get("", operation_id="list_tokens", responses=problems(401))
    def list_tokens(principal: Reader) -> Tokens:
        """The own tokens; for an administrator those of the whole organisation."""
        administers = UserRole.ADMIN in principal.roles and Scope.ADMIN in principal.scopes
        with service.store.read() as work:
            users = _users(work, principal.org_id) if administers else [principal.user_id]
            return Tokens(items=[TokenAnswer.of(token) for token in work.credentials.tokens_of(users)])

    @router.post(
        "",
        status_code=201,
        operation_id="create_token",
        response_model=TokenWithSecret,
        responses=problems(400, 401, 403, 409, 413, 415, 422),
    )
    def create(body: TokenBody, principal: Reader, request: Request, key: IdempotencyKey) -> Response:
        """Make a token for the user who is logged in. Its secret is shown this once."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            token, secret = create_token(
                work, asked, name=body.name, scopes=body.scopes, expires_at=body.expires_at
            )
            answer = TokenAnswer.of(token)
            return shown(
                TokenWithSecret(token=answer, secret=secret),
                code=201,
                kept=TokenWithSecret(token=answer, secret=None),
            )

        return writes.once(request, principal, key, body, change)

    @router.delete(
        "/{token_id}",
        operation_id="revoke_token",
        response_model=TokenAnswer,
        responses=problems(400, 401, 403, 404, 409, 422),
    )
    def revoke(token_id: TokenId, principal: Reader, request: Request, key: IdempotencyKey) -> Response:
        """Revoke an own token; an administrator revokes any of the organisation."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            return shown(TokenAnswer.of(revoke_token(work, asked, token_id=token_id)))

        return writes.once(request, principal, key, None, change)

    return router


def _users(work: IdentityWork, org_id: str) -> list[str]:
    return [user.user_id for user in work.identity.users_of(org_id, limit=_MOST_USERS)]
