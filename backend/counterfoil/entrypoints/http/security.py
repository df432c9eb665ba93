"""What a route asks of who calls it: `Depends(require(Scope.WRITE, UserRole.MAKER))`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from counterfoil.domain.access import Principal, Scope, UserRole
from counterfoil.entrypoints.http.gate import Gate

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
        principal.demand(scope, any_of)
        return principal

    return principal_of
