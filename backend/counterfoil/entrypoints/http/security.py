"""What a route asks of who calls it: `Depends(require(Scope.WRITE, UserRole.MAKER))`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from counterfoil.domain.access import Principal, Scope, UserRole
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.http.gate import Gate

_LOGGER = logging.getLogger("counterfoil.http.security")
# Only for the description: the gate reads the header itself, so that one place decides what is accepted.
BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="A session (`cfs_...`, from POST /v1/sessions) or an API token (`cft_...`).",
)


def require(scope: Scope, *any_of: UserRole) -> Callable[..., Awaitable[Principal]]:
    """A dependency that lets in who has the scope and, where any are named, one of the roles.

    It raises DomainError NotAuthenticated, CredentialInvalid, NotPermitted or RateLimited.
    """

    async def principal_of(
        request: Request,
        _described: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> Principal:
        gate: Gate = request.app.state.gate
        principal = await gate.authenticate(request)
        try:
            principal.demand(scope, any_of)
        except DomainError as refused:
            _LOGGER.warning(
                "a request was not permitted",
                extra={"code": refused.code, "user_id": principal.user_id, "org_id": principal.org_id},
            )
            raise
        return principal

    return principal_of
