"""Users of the own organisation, for its administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import USER
from counterfoil.entrypoints.http.idempotency import Answer, IdempotencyKey
from counterfoil.entrypoints.http.identity.bodies import (
    LimitsBody,
    RolesBody,
    SubjectBody,
    UserAnswer,
    UserBody,
    Users,
    UserWithCode,
    limits_of,
)
from counterfoil.entrypoints.http.identity.serving import (
    Administrator,
    PageLimit,
    Writes,
    page,
    shown,
    user_answer,
)
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking
from counterfoil.usecases.identity.users import (
    create_user,
    disable_user,
    enable_user,
    end_sessions,
    link_subject,
    reset_password,
    set_limits,
    set_roles,
)

UserId = Annotated[
    str, Path(max_length=64, pattern=r"^[!-~]+$", description="Id of a user of the own organisation.")
]
UserCursor = Annotated[
    str | None, Query(pattern=rf"^{USER}_[0-9a-z]{{26}}$", description="next_cursor of the page before.")
]


def users_router(service: HttpService) -> APIRouter:
    """Routes under /users."""
    router = APIRouter(prefix="/users", tags=["users"])
    writes = Writes(service)

    @router.get("", operation_id="list_users", responses=problems(401, 403, 422))
    def list_users(principal: Administrator, limit: PageLimit = 50, cursor: UserCursor = None) -> Users:
        """Users of the own organisation."""
        with service.store.read() as work:
            found = work.identity.users_of(principal.org_id, after=cursor or "", limit=limit + 1)
            users, following = page(found, limit, lambda user: user.user_id)
            return Users(items=[user_answer(work, user) for user in users], next_cursor=following)

    @router.get("/{user_id}", operation_id="show_user", responses=problems(401, 403, 404, 422))
    def show_user(user_id: UserId, principal: Administrator) -> UserAnswer:
        """One user of the own organisation."""
        with service.store.read() as work:
            user = work.identity.user(user_id)
            if user is None or user.org_id != principal.org_id:
                raise DomainError(refusals.USER_UNKNOWN, user_id=user_id)
            return user_answer(work, user)

    @router.post(
        "",
        status_code=201,
        operation_id="create_user",
        response_model=UserWithCode,
        responses=problems(400, 401, 403, 409, 413, 415, 422),
    )
    def create(body: UserBody, principal: Administrator, request: Request, key: IdempotencyKey) -> Response:
        """Create a user. Hand the code over: with it the user sets a password within 48 hours."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            user, code = create_user(
                work,
                asked,
                login=body.login,
                display_name=body.display_name,
                roles=body.roles,
                limits=limits_of(body.limits),
            )
            answer = user_answer(work, user)
            return shown(
                UserWithCode(user=answer, code=code), code=201, kept=UserWithCode(user=answer, code=None)
            )

        return writes.once(request, principal, key, body, change)

    @router.put(
        "/{user_id}/roles",
        operation_id="set_user_roles",
        response_model=UserAnswer,
        responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    )
    def put_roles(
        user_id: UserId, body: RolesBody, principal: Administrator, request: Request, key: IdempotencyKey
    ) -> Response:
        """Put these roles in place of the user's."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            return shown(user_answer(work, set_roles(work, asked, user_id=user_id, roles=body.roles)))

        return writes.once(request, principal, key, body, change)

    @router.put(
        "/{user_id}/limits",
        operation_id="set_user_limits",
        response_model=UserAnswer,
        responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    )
    def put_limits(
        user_id: UserId, body: LimitsBody, principal: Administrator, request: Request, key: IdempotencyKey
    ) -> Response:
        """Put these limits in place of the user's. Without a limit, nothing of a currency is allowed."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            user = set_limits(work, asked, user_id=user_id, limits=limits_of(body.limits))
            return shown(user_answer(work, user))

        return writes.once(request, principal, key, body, change)

    @router.put(
        "/{user_id}/subject",
        operation_id="link_user",
        response_model=UserAnswer,
        responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    )
    def put_subject(
        user_id: UserId, body: SubjectBody, principal: Administrator, request: Request, key: IdempotencyKey
    ) -> Response:
        """Link a user to what the organisation's identity provider calls it."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            user = link_subject(work, asked, user_id=user_id, subject=body.subject)
            return shown(user_answer(work, user))

        return writes.once(request, principal, key, body, change)

    @router.post(
        "/{user_id}/disable",
        operation_id="disable_user",
        response_model=UserAnswer,
        responses=problems(400, 401, 403, 404, 409, 422),
    )
    def disable(user_id: UserId, principal: Administrator, request: Request, key: IdempotencyKey) -> Response:
        """Let a user in no more: its sessions end, its tokens are revoked, its approvals stop counting."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            return shown(user_answer(work, disable_user(work, asked, user_id=user_id)))

        return writes.once(request, principal, key, None, change)

    @router.post(
        "/{user_id}/end-sessions",
        operation_id="end_user_sessions",
        response_model=UserAnswer,
        responses=problems(400, 401, 403, 404, 409, 422),
    )
    def end_all_sessions(
        user_id: UserId, principal: Administrator, request: Request, key: IdempotencyKey
    ) -> Response:
        """End all sessions of a user, which may log in again; its tokens go on."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            return shown(user_answer(work, end_sessions(work, asked, user_id=user_id)))

        return writes.once(request, principal, key, None, change)

    @router.post(
        "/{user_id}/enable",
        operation_id="enable_user",
        response_model=UserAnswer,
        responses=problems(400, 401, 403, 404, 409, 422),
    )
    def enable(user_id: UserId, principal: Administrator, request: Request, key: IdempotencyKey) -> Response:
        """Let a disabled user in again."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            return shown(user_answer(work, enable_user(work, asked, user_id=user_id)))

        return writes.once(request, principal, key, None, change)

    @router.post(
        "/{user_id}/reset",
        operation_id="reset_user_password",
        response_model=UserWithCode,
        responses=problems(400, 401, 403, 404, 409, 422),
    )
    def reset(user_id: UserId, principal: Administrator, request: Request, key: IdempotencyKey) -> Response:
        """Void the user's password, sessions and tokens, and give a code for setting a new password."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            user, code = reset_password(work, asked, user_id=user_id)
            answer = user_answer(work, user)
            return shown(UserWithCode(user=answer, code=code), kept=UserWithCode(user=answer, code=None))

        return writes.once(request, principal, key, None, change)

    return router
