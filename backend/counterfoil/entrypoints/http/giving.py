"""How a request becomes a command, and what its giver is answered."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from counterfoil.domain.access import OrganisationKind, Principal, Scope, UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import COMMAND, new_id
from counterfoil.entrypoints.http.command_resource import shown
from counterfoil.entrypoints.http.http_refusals import NOT_FOR_ORGANISATION
from counterfoil.entrypoints.http.idempotency import REPLAY_HEADER
from counterfoil.entrypoints.http.problems import correlation_of, problem_of, problem_response
from counterfoil.entrypoints.http.security import require
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.entrypoints.http.waiting import CommandWatch
from counterfoil.entrypoints.operations import Body, Operation, body_hash
from counterfoil.observing.tracing import current_traceparent
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.idempotency import FirstAnswer
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.commands.accept_command import Accepted, accept_command, digest_of
from counterfoil.usecases.commands.intake import CommandIntake, Given

Maker = Annotated[Principal, Depends(require(Scope.WRITE, UserRole.MAKER))]
Prefer = Annotated[
    str | None,
    Header(
        max_length=200,
        description="wait=SECONDS (at most 60): answer when the command is over, if that takes no longer.",
        examples=["wait=10"],
    ),
]
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,4})\"?(?=$|[,;\s])", re.IGNORECASE)
_ACCEPTED = 202


def waited_seconds(prefer: str | None, *, most: int) -> int:
    """How long the request is willing to wait; 0 where it does not say, or says it unreadably."""
    found = _WAIT.search(prefer or "")
    return 0 if found is None else min(int(found[1]), most)


def acting(operation: Operation[Any], principal: Principal) -> str:
    """For whom the command acts. Raises DomainError NotForOrganisation."""
    if operation.office is not None:
        if principal.org_kind is not OrganisationKind.OPERATOR:
            raise DomainError(NOT_FOR_ORGANISATION, operation=operation.name, whom="the operator")
        return f"office:{operation.office.name.lower()}"
    if principal.org_kind is not OrganisationKind.MEMBER or principal.party_id is None:
        raise DomainError(
            NOT_FOR_ORGANISATION,
            operation=operation.name,
            whom="organisations that act for a registered party",
        )
    return f"party:{principal.party_id}"


class CommandGiver:
    """Takes commands down."""

    def __init__(self, service: HttpService) -> None:
        self._service = service
        self._intake = CommandIntake(service.store)
        self._watch = CommandWatch(service)

    async def give(
        self,
        request: Request,
        principal: Principal,
        operation: Operation[Any],
        body: Body,
        *,
        key: str,
        prefer: str | None,
        command_id: str | None = None,
        beside: Callable[[ServiceUnitOfWork], None] | None = None,
    ) -> Response:
        """Keep the command and answer, at once or when it is over.

        command_id, beside: where something is kept beside the command under its id. Raises what
        `accept_command` raises, and DomainError NotForOrganisation.
        """
        command = self._command(request, principal, operation, body, key=key, command_id=command_id)
        hashed = digest_of("POST", operation.path, command.body_json)
        if beside is None:
            given = Given(
                principal=principal,
                command=command,
                key=key,
                request_hash=hashed,
                stated=operation.stated(body),
                answer=_first_answer(command, hashed),
            )
            accepted = await asyncio.wrap_future(self._intake.give(given))
            return await self._answered(request, accepted, prefer)

        def accept() -> Accepted:
            return accept_command(
                self._service.store,
                principal,
                command,
                key=key,
                request_hash=hashed,
                stated=operation.stated(body),
                answered=lambda kept: _first_answer(kept, hashed),
                now=command.created_at,
                beside=beside,
            )

        accepted = await run_in_threadpool(accept)
        return await self._answered(request, accepted, prefer)

    def close(self) -> None:
        """Take down what has come, and end."""
        self._intake.close()

    async def _answered(self, request: Request, accepted: Accepted, prefer: str | None) -> Response:
        answer = accepted.answer
        headers = json.loads(answer.headers_json)
        if accepted.replayed:
            headers[REPLAY_HEADER] = "true"
        seconds = waited_seconds(prefer, most=self._service.longest_wait_s)
        if seconds and answer.command_id is not None:
            headers["Preference-Applied"] = f"wait={seconds}"
            finished = await self._watch.wait(answer.command_id, seconds)
            if finished is not None:
                return _answer_of(request, finished, headers)
        return _json(answer.body, answer.code, headers)

    def _command(
        self,
        request: Request,
        principal: Principal,
        operation: Operation[Any],
        body: Body,
        *,
        key: str,
        command_id: str | None,
    ) -> CommandRecord:
        now = self._service.now()
        body_json = body.canonical_json()
        # The same request repeated makes the same instructions, whatever became of its first command.
        made_of = digest_of(principal.org_id, key, operation.name, body_json).encode()
        return CommandRecord(
            command_id=command_id or new_id(COMMAND, at_ms=int(now.timestamp() * 1000), made_of=made_of),
            org_id=principal.org_id,
            actor=acting(operation, principal),
            operation=operation.name,
            body_json=body_json,
            body_hash=body_hash(body_json),
            made_by=principal.user_id,
            created_at=now,
            expires_at=now + self._service.command_life,
            correlation_id=correlation_of(request),
            waiting_for="the service prepares it",
            waiting_since=now,
            traceparent=current_traceparent(),
        )


def _first_answer(command: CommandRecord, hashed: str) -> FirstAnswer:
    return FirstAnswer(
        request_hash=hashed,
        code=_ACCEPTED,
        headers_json=json.dumps({"Location": location_of(command.command_id)}),
        body=shown(command).model_dump_json(),
        command_id=command.command_id,
    )


def location_of(command_id: str) -> str:
    """Where a command is read."""
    return f"/v1/commands/{command_id}"


def _answer_of(request: Request, command: CommandRecord, headers: dict[str, str]) -> Response:
    """A command that is over, or that waits for people."""
    text = shown(command).model_dump_json()
    if not command.state.is_final:
        return _json(text, _ACCEPTED, headers)
    if command.state is CommandState.DONE or command.problem_json is None:
        return _json(text, 200, headers)
    told = json.loads(command.problem_json)
    problem = problem_of(
        told["code"],
        detail=told["detail"],
        remedy=told["remedy"],
        facts=told.get("facts"),
        correlation_id=correlation_of(request),
        command_id=command.command_id,
    )
    return problem_response(problem, headers)


def _json(body: str, code: int, headers: dict[str, str]) -> Response:
    return Response(body, status_code=code, headers=headers, media_type="application/json")
