"""Writes that may be repeated: one key, one effect, one first answer, all in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Header, Request
from starlette.responses import Response

from counterfoil.domain.access import Principal
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.idempotency import FirstAnswer
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.commands.accept_command import digest_of, replayed

ServiceUnit = ServiceUnitOfWork
REPLAY_HEADER = "Idempotent-Replay"
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Names this very request within the organisation. Repeated with the same body it gives"
        " the first answer again; with another body it is refused. Keys never expire.",
        examples=["erp-7-2026-11-22-000042"],
    ),
]
REPLAYED = {
    REPLAY_HEADER: {
        "description": "true: the request was made before, and this is its first answer.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
_IN_WORK = FirstAnswer(request_hash="0" * 64, code=0, headers_json="{}", body="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer. body: None for none; kept: what a repetition gets where the body has a secret."""

    code: int
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, object] | None = None


def once(
    service: HttpService,
    principal: Principal,
    request: Request,
    *,
    key: str,
    body: bytes,
    act: Callable[[ServiceUnitOfWork], Answer],
) -> Response:
    """Do what `act` does once for this key of the organisation, and answer repetitions with the first answer.

    The key is taken first: a request with the same key at the same time waits until this one is kept or
    dropped. What `act` raises drops everything, the key included. Raises DomainError IdempotencyKeyReused.
    """
    hashed = digest_of(request.method, request.url.path, body)
    with service.store.concurrent() as unit:
        first = FirstAnswer(
            request_hash=hashed, code=_IN_WORK.code, headers_json=_IN_WORK.headers_json, body=_IN_WORK.body
        )
        if unit.idempotency.keep(org_id=principal.org_id, key=key, answer=first, at=service.now()):
            answer = act(unit)
            kept = answer.body if answer.kept is None else answer.kept
            unit.idempotency.complete(
                org_id=principal.org_id,
                key=key,
                answer=FirstAnswer(
                    request_hash=hashed,
                    code=answer.code,
                    headers_json=json.dumps(dict(answer.headers)),
                    body="" if kept is None else _text(kept),
                ),
            )
            return _response(
                answer.code, dict(answer.headers), "" if answer.body is None else _text(answer.body)
            )
        known = unit.idempotency.find(org_id=principal.org_id, key=key)
    first = replayed(known, hashed).answer
    return _response(first.code, {**json.loads(first.headers_json), REPLAY_HEADER: "true"}, first.body)


def _text(body: Mapping[str, object]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _response(code: int, headers: dict[str, str], body: str) -> Response:
    return Response(body, status_code=code, headers=headers, media_type="application/json" if body else None)
