"""Logging in and out, who one is, and the own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from counterfoil.domain.access import CREDENTIAL_INVALID, NOT_PERMITTED
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.http.identity.bodies import (
    LoginBody,
    OrganisationAnswer,
    PasswordChangeBody,
    PasswordSetBody,
    SessionAnswer,
    SessionLine,
    Sessions,
    SessionView,
)
from counterfoil.entrypoints.http.identity.serving import (
    Reader,
    asking,
    correlation_id,
    keep_nothing,
    user_answer,
)
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.usecases.identity.login import Doorkeeper, log_in, prove_password
from counterfoil.usecases.identity.sessions import (
    change_password,
    end_own_session,
    log_out,
    log_out_everywhere,
    open_sessions,
    session_id_of,
    set_password_by_code,
)


def sessions_router(service: HttpService) -> APIRouter:
    """Routes under /sessions and /session."""
    router = APIRouter(tags=["sessions"])
    door = Doorkeeper(store=service.store, passwords=service.passwords, now=service.now)

    @router.post(
        "/sessions", status_code=201, operation_id="log_in", responses=problems(400, 401, 413, 415, 422, 429)
    )
    def log_in_(body: LoginBody, request: Request, response: Response) -> SessionAnswer:
        """Open a session with login and password: at most 12 hours, and 30 minutes without use."""
        address = service.gate.admit_stranger(request)
        opened = log_in(
            door,
            login=body.login,
            password=body.password,
            address=address,
            correlation_id=correlation_id(request),
        )
        keep_nothing(response)
        return SessionAnswer(
            token=opened.secret,
            expires_at=opened.expires_at,
            user_id=opened.user_id,
            org_id=opened.org_id,
        )

    @router.get("/sessions", operation_id="list_sessions", responses=problems(401))
    def list_sessions(principal: Reader) -> Sessions:
        """The user's open sessions. Their times of use are exact to about a minute."""
        with service.store.read() as work:
            found = open_sessions(work, principal.user_id, now=service.now())
        return Sessions(
            items=[
                SessionLine(
                    session_id=each.session_id,
                    created_at=each.created_at,
                    last_used_at=each.last_used_at,
                    expires_at=each.expires_at,
                    current=each.session_id
                    == session_id_of(principal.credential_id.removeprefix("session:")),
                )
                for each in found
            ]
        )

    @router.delete(
        "/sessions", status_code=204, operation_id="log_out", responses=problems(401, 403, 404, 422)
    )
    def log_out_(
        principal: Reader,
        request: Request,
        *,
        everywhere: Annotated[bool, Query(description="End all sessions of the user.")] = False,
        session_id: Annotated[
            str | None, Query(pattern=r"^ses_[0-9a-f]{16}$", description="End this session of the user.")
        ] = None,
    ) -> None:
        """End the session that asks, another one of the user's, or all of them."""
        with service.store.concurrent() as work:
            if everywhere:
                log_out_everywhere(work, asking(service, request, principal))
            elif session_id is not None:
                end_own_session(work, asking(service, request, principal), session_id=session_id)
            else:
                log_out(work, asking(service, request, principal))
        service.gate.read_version()

    @router.get("/session", operation_id="show_session", responses=problems(401))
    def show_session(principal: Reader) -> SessionView:
        """Who asks: user, organisation, roles, limits, scopes."""
        with service.store.read() as work:
            user = work.identity.user(principal.user_id)
            organisation = work.identity.organisation(principal.org_id)
            if user is None or organisation is None:
                raise DomainError(CREDENTIAL_INVALID)
            return SessionView(
                user=user_answer(work, user),
                organisation=OrganisationAnswer.of(organisation, principal.party_id),
                scopes=sorted(principal.scopes),
                credential="session" if principal.credential_id.startswith("session:") else "token",
            )

    @router.post(
        "/session/password",
        status_code=204,
        operation_id="change_password",
        responses=problems(400, 401, 403, 413, 415, 422, 429),
    )
    def change_password_(body: PasswordChangeBody, principal: Reader, request: Request) -> None:
        """Change the own password; ends all sessions of the user, this one too."""
        if not principal.credential_id.startswith("session:"):
            raise DomainError(NOT_PERMITTED, needed="a session")
        proved = prove_password(
            door,
            principal.user_id,
            password=body.current_password,
            address=service.gate.admit_stranger(request),
        )
        with service.store.concurrent() as work:
            change_password(
                work,
                asking(service, request, principal),
                service.passwords,
                proved_hash=proved,
                password=body.new_password,
            )
        service.gate.read_version()

    @router.post(
        "/sessions/password-by-code",
        status_code=204,
        operation_id="set_password_by_code",
        responses=problems(400, 401, 413, 415, 422, 429),
    )
    def set_password(body: PasswordSetBody, request: Request) -> None:
        """Set a password with the code that an administrator handed over; then log in with it."""
        service.gate.admit_stranger(request)
        with service.store.concurrent() as work:
            set_password_by_code(
                work,
                service.passwords,
                code=body.code,
                password=body.password,
                now=service.now(),
                correlation_id=correlation_id(request),
            )
        service.gate.read_version()

    return router
