"""Deciding about commands of the own organisation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from counterfoil.entrypoints.http.command_resource import Command
from counterfoil.entrypoints.http.command_resource import shown as command_answer
from counterfoil.entrypoints.http.idempotency import Answer, IdempotencyKey
from counterfoil.entrypoints.http.identity.bodies import DecisionBody, WithdrawBody
from counterfoil.entrypoints.http.identity.serving import Decider, Reader, Writes, shown
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.identity.asking import Asking
from counterfoil.usecases.identity.deciding import approve, reject, withdraw

CommandId = Annotated[
    str, Path(max_length=64, pattern=r"^[!-~]+$", description="Id of a command of the own organisation.")
]


def decisions_router(service: HttpService) -> APIRouter:
    """Routes under /commands that decide."""
    router = APIRouter(prefix="/commands", tags=["commands"])
    writes = Writes(service)

    @router.post(
        "/{command_id}/approve",
        operation_id="approve_command",
        response_model=Command,
        responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    )
    def approve_(
        command_id: CommandId, body: DecisionBody, principal: Decider, request: Request, key: IdempotencyKey
    ) -> Response:
        """Approve a command that somebody else entered, as it was read."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            decided = approve(
                work, asked, command_id=command_id, body_hash=body.body_hash, comment=body.comment
            )
            return _answer(work, decided)

        return writes.once(request, principal, key, body, change)

    @router.post(
        "/{command_id}/reject",
        operation_id="reject_command",
        response_model=Command,
        responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    )
    def reject_(
        command_id: CommandId, body: DecisionBody, principal: Decider, request: Request, key: IdempotencyKey
    ) -> Response:
        """Reject a command that somebody else entered: nothing of it happens."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            decided = reject(
                work, asked, command_id=command_id, body_hash=body.body_hash, comment=body.comment
            )
            return _answer(work, decided)

        return writes.once(request, principal, key, body, change)

    @router.post(
        "/{command_id}/withdraw",
        operation_id="withdraw_command",
        response_model=Command,
        responses=problems(400, 401, 403, 404, 409, 413, 415, 422),
    )
    def withdraw_(
        command_id: CommandId, body: WithdrawBody, principal: Reader, request: Request, key: IdempotencyKey
    ) -> Response:
        """Take an own command back while it waits for approval or for a signature."""

        def change(work: ServiceUnitOfWork, asked: Asking) -> Answer:
            return _answer(work, withdraw(work, asked, command_id=command_id, comment=body.comment))

        return writes.once(request, principal, key, body, change)

    return router


def _answer(work: ServiceUnitOfWork, command: CommandRecord) -> Answer:
    return shown(command_answer(command, work.commands.decisions_of(command.command_id)))
