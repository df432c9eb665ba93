"""Commands: what became of them, what their keys are to sign, and the signatures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import Response

from counterfoil.domain.access import OrganisationKind, Principal, Scope, UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import CounterfoilError, DomainError, declare
from counterfoil.entrypoints.http.bodies import read_json
from counterfoil.entrypoints.http.command_resource import Command, CommandPage, shown
from counterfoil.entrypoints.http.giving import Maker, location_of
from counterfoil.entrypoints.http.idempotency import REPLAYED, Answer, IdempotencyKey, once
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.read.answering import CURSOR_INVALID
from counterfoil.entrypoints.http.security import require
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.outbox import InstructionsPort
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.identity.refusals import COMMAND_UNKNOWN
from counterfoil.usecases.identity.rights import check_afresh
from counterfoil.usecases.outbox.signatures import attach_signature, instruction_to_sign

SIGNING_UNAVAILABLE = declare(
    "SigningUnavailable",
    "this service knows no ledger that keys could sign for",
    "Ask whoever runs the service.",
)
_TAG = "commands"
_MOST = 200

CommandId = Annotated[
    str,
    Path(
        pattern=r"^cmd_[0-9a-z]{26}$",
        description="The command.",
        examples=["cmd_01kb2p5m8s3v7x9y2z4a6c8e0g"],
    ),
]
Reader = Annotated[Principal, Depends(require(Scope.READ))]


class Instruction(BaseModel):
    """What a key of the party signs, as EIP-712 typed data. nonce: decimal text, it has 256 bits."""

    model_config = ConfigDict(extra="forbid")

    command_id: str
    step: Annotated[int, Field(ge=0)]
    key: Annotated[str, Field(examples=["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"])]
    nonce: str
    typed_data: dict[str, JsonValue]
    digest: str


class Signature(BaseModel):
    """A signature that was made elsewhere, as `counterfoil sign` writes it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    key: Annotated[
        str,
        Field(
            pattern=r"^0x[0-9a-fA-F]{40}$",
            description="Address of the key that signed.",
            examples=["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"],
        ),
    ]
    nonce: Annotated[
        str,
        Field(pattern=r"^[0-9]{1,78}$", description="The nonce of the instruction.", examples=["812374"]),
    ]
    signature: Annotated[
        str,
        Field(
            pattern=r"^0x[0-9a-fA-F]{130}$",
            description="r, s and v: 65 bytes.",
            examples=["0x" + "ab" * 64 + "1b"],
        ),
    ]


def commands_router(service: HttpService) -> APIRouter:
    """The routes under /commands that are nobody else's."""
    router = APIRouter(tags=[_TAG])
    _add_reads(router, service)
    _add_signing(router, service)
    return router


def _add_reads(router: APIRouter, service: HttpService) -> None:
    @router.get(
        "/commands",
        operation_id="list_commands",
        summary="List commands",
        response_model=CommandPage,
        responses=problems(400, 401, 403, 422),
    )
    async def list_commands(
        principal: Reader,
        state: Annotated[
            list[CommandState] | None, Query(description="Only in these states; repeat for more.")
        ] = None,
        operation: Annotated[str | None, Query(max_length=64, description="Only this operation.")] = None,
        limit: Annotated[int, Query(ge=1, le=_MOST, description="How many at most.")] = 50,
        cursor: Annotated[
            str | None, Query(max_length=1024, description="`next_cursor` of the page before.")
        ] = None,
    ) -> Response:
        """The organisation's commands, newest first; the operator and auditors see everybody's."""
        asked = _Asked(states=tuple(state or ()), operation=operation, limit=limit, cursor=cursor)
        page = await run_in_threadpool(_page, service, principal, asked)
        return Response(page.model_dump_json(), media_type="application/json")

    @router.get(
        "/commands/{command_id}",
        operation_id="get_command",
        summary="Read a command",
        response_model=Command,
        responses={
            200: {"headers": {"ETag": {"schema": {"type": "string"}, "description": "Of these bytes."}}},
            304: {"description": "What If-None-Match names is still so."},
            **problems(401, 403, 404, 422),
        },
    )
    async def get_command(
        command_id: CommandId,
        principal: Reader,
        if_none_match: Annotated[str | None, Header(max_length=1024)] = None,
    ) -> Response:
        """A command with the decisions about it, from acceptance to its end."""
        body = await run_in_threadpool(_read, service, principal, command_id)
        etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
        if if_none_match is not None and etag in if_none_match:
            return Response(status_code=304, headers={"ETag": etag})
        return Response(body, media_type="application/json", headers={"ETag": etag})


def _add_signing(router: APIRouter, service: HttpService) -> None:
    @router.get(
        "/commands/{command_id}/instruction",
        operation_id="get_instruction",
        summary="Read what is to be signed",
        response_model=Instruction,
        responses=problems(401, 403, 404, 409, 422),
    )
    async def get_instruction(
        command_id: CommandId, principal: Annotated[Principal, Depends(require(Scope.READ))]
    ) -> Response:
        """The instruction of a command in the state awaiting_signature, to be signed offline."""
        found = await run_in_threadpool(_instruction, service, principal, command_id)
        return Response(found.model_dump_json(), media_type="application/json")

    @router.post(
        "/commands/{command_id}/signature",
        operation_id="sign_command",
        summary="Hand a signature in",
        status_code=200,
        response_model=Command,
        responses={200: {"headers": REPLAYED}, **problems(400, 401, 403, 404, 409, 413, 415, 422)},
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Signature"}}},
            }
        },
    )
    async def sign_command(
        command_id: CommandId, request: Request, principal: Maker, key: IdempotencyKey
    ) -> Response:
        """Hand in a signature of a key that the ledger has for the party; the service then relays it."""
        stated = await read_json(request, Signature)

        def act(work: ServiceUnitOfWork) -> Answer:
            return _signed(service, work, principal, command_id, stated)

        body = stated.model_dump_json().encode()
        return await run_in_threadpool(lambda: once(service, principal, request, key=key, body=body, act=act))


def _owner(principal: Principal) -> str | None:
    """Whose commands these are; None: everybody's."""
    return principal.org_id if principal.org_kind is OrganisationKind.MEMBER else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    states: tuple[CommandState, ...]
    operation: str | None
    limit: int
    cursor: str | None


def _page(service: HttpService, principal: Principal, asked: _Asked) -> CommandPage:
    purpose = f"cursor:{principal.org_id}:commands:{','.join(sorted(asked.states))}:{asked.operation or ''}"
    before = None if asked.cursor is None else _opened(service, asked.cursor, purpose)
    with service.store.read() as work:
        found = work.commands.of_org(
            _owner(principal),
            states=asked.states,
            operation=asked.operation,
            before=before,
            limit=asked.limit + 1,
        )
        decisions = work.commands.decisions_about(each.command_id for each in found[: asked.limit])
    items = [shown(each, decisions.get(each.command_id, ())) for each in found[: asked.limit]]
    last = None
    if len(found) > asked.limit:
        last = service.sealing.seal(json.dumps(items[-1].command_id).encode(), purpose)
    return CommandPage(items=items, next_cursor=last)


def _opened(service: HttpService, cursor: str, purpose: str) -> str:
    try:
        return str(json.loads(service.sealing.unseal(cursor, purpose)))
    except (CounterfoilError, ValueError) as broken:
        raise DomainError(CURSOR_INVALID) from broken


def _read(service: HttpService, principal: Principal, command_id: str) -> bytes:
    with service.store.read() as work:
        command = work.commands.by_id(command_id)
        owner = _owner(principal)
        if command is None or owner not in (None, command.org_id):
            raise DomainError(COMMAND_UNKNOWN, command_id=command_id)
        decisions = work.commands.decisions_of(command_id)
    return shown(command, decisions).model_dump_json().encode()


def _instructions(service: HttpService) -> InstructionsPort:
    if service.instructions is None:
        raise DomainError(SIGNING_UNAVAILABLE)
    return service.instructions


def _instruction(service: HttpService, principal: Principal, command_id: str) -> Instruction:
    with service.store.read() as work:
        found = instruction_to_sign(
            work, _instructions(service), command_id=command_id, org_id=_owner(principal)
        )
    return Instruction.model_validate(dict(found))


def _signed(
    service: HttpService, work: ServiceUnitOfWork, principal: Principal, command_id: str, stated: Signature
) -> Answer:
    now = service.now()
    rights = check_afresh(work, principal, now=now, scope=Scope.WRITE, role=UserRole.MAKER)
    command = attach_signature(
        work,
        _instructions(service),
        command_id=command_id,
        org_id=rights.principal.org_id,
        key=stated.key,
        nonce=int(stated.nonce),
        signature=bytes.fromhex(stated.signature[2:]),
        active_keys=_active_keys(service, rights.principal),
        now=now,
    )
    body: dict[str, Any] = json.loads(shown(command).model_dump_json())
    return Answer(code=200, body=body, headers={"Content-Location": location_of(command_id)})


def _active_keys(service: HttpService, principal: Principal) -> frozenset[str]:
    """Keys that the ledger has for the party, as far as this process has read it."""
    with service.reading.reading() as reading:
        party = None if principal.party_id is None else reading.state.parties.get(principal.party_id)
    return frozenset() if party is None else party.keys
