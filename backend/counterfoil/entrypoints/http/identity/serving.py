"""What the routes of identity share: who asks, pages, answers that must not be kept by anybody between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from counterfoil.domain.access import Principal, Scope, UserRole
from counterfoil.entrypoints.http.idempotency import Answer, once
from counterfoil.entrypoints.http.identity.bodies import UserAnswer, json_of
from counterfoil.entrypoints.http.security import require
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.identity import IdentityWork, UserRecord
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.identity.asking import Asking

Reader = Annotated[Principal, Depends(require(Scope.READ))]
Administrator = Annotated[Principal, Depends(require(Scope.ADMIN, UserRole.ADMIN))]
Decider = Annotated[Principal, Depends(require(Scope.APPROVE, UserRole.CHECKER))]
PageLimit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]

NO_STORE = {"Cache-Control": "no-store"}
"""Header of answers that hold a secret."""

Item = TypeVar("Item")


def asking(service: HttpService, request: Request, principal: Principal) -> Asking:
    """The request as use cases see it."""
    return Asking(principal=principal, now=service.now(), correlation_id=correlation_id(request))


def correlation_id(request: Request) -> str:
    """What joins log lines, audit entries and commands of one request."""
    found: str = getattr(request.state, "correlation_id", "")
    return found


def page(
    items: Sequence[Item], limit: int, cursor_of: Callable[[Item], str]
) -> tuple[list[Item], str | None]:
    """Of limit + 1 items those of this page, and the cursor of the next one if there is one."""
    shown = list(items[:limit])
    return shown, cursor_of(shown[-1]) if len(items) > limit else None


def user_answer(work: IdentityWork, user: UserRecord) -> UserAnswer:
    """A user with what it was granted."""
    return UserAnswer.of(user, work.identity.grants_of((user.user_id,))[user.user_id])


def keep_nothing(response: Response) -> None:
    """Tell everybody between that the answer is nobody else's."""
    response.headers.update(NO_STORE)


class Writes:
    """Changes under an idempotency key, each in one transaction with its answer."""

    def __init__(self, service: HttpService) -> None:
        self._service = service

    def once(
        self,
        request: Request,
        principal: Principal,
        key: str,
        body: BaseModel | None,
        change: Callable[[ServiceUnitOfWork, Asking], Answer],
    ) -> Response:
        """The answer of the change, or the first one if the key was used before for the same."""
        asked = asking(self._service, request, principal)
        answer = once(
            self._service,
            principal,
            request,
            key=key,
            body=b"" if body is None else body.model_dump_json().encode(),
            act=lambda work: change(work, asked),
        )
        # Other processes learn of changed rights at their next poll, this one at once.
        self._service.gate.read_version()
        return answer


def shown(model: BaseModel, *, code: int = 200, kept: BaseModel | None = None) -> Answer:
    """An answer. kept: what a repeat of the request gets, where the answer holds a secret."""
    if kept is None:
        return Answer(code=code, body=json_of(model))
    return Answer(code=code, body=json_of(model), headers=NO_STORE, kept=json_of(kept))
