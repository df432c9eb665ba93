"""Errors as application/problem+json (RFC 9457), made from the one error table."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.exceptions import HTTPException
from starlette.responses import Response

from counterfoil.domain.errors import CounterfoilError, DomainError, error_spec
from counterfoil.entrypoints.http.http_refusals import (
    BODY_TOO_LARGE,
    IDEMPOTENCY_KEY_MISSING,
    JSON_MALFORMED,
    METHOD_NOT_ALLOWED,
    REQUEST_INVALID,
    REQUEST_MALFORMED,
    ROUTE_UNKNOWN,
    SERVICE_FAILED,
    SERVICE_UNAVAILABLE,
)
from counterfoil.entrypoints.http.problem_statuses import FAILED, UNAVAILABLE, status_of
from counterfoil.usecases.outbox.problems import plain

MEDIA_TYPE = "application/problem+json"
_MOST_FIELDS = 100
_WORD = re.compile(r"[A-Z][a-z0-9]*")
_TITLES = {
    400: "The request cannot be read",
    401: "Nobody is logged in",
    403: "Not permitted",
    404: "There is no such thing, or not for you",
    405: "Not possible here",
    409: "Refused by a rule, or by the state of the ledger",
    413: "Too large",
    415: "Of another type than can be read",
    422: "A field cannot be accepted",
    429: "Too many requests",
    500: "A fault of the service",
    503: "Not possible at the moment",
}
_log = logging.getLogger("counterfoil.http")


class FieldFault(BaseModel):
    """A field that cannot be accepted."""

    field: Annotated[
        str,
        Field(
            description="JSON pointer into the body, or place:name such as query:limit.",
            examples=["/amount/amount_minor"],
        ),
    ]
    reason: Annotated[str, Field(examples=["Input should be a valid integer"])]


class Problem(BaseModel):
    """What went wrong, from the one table of errors."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[str, Field(description="Where the code is explained.", examples=["/errors/NoteNotFound"])]
    title: Annotated[str, Field(examples=["Note not found"])]
    status: Annotated[int, Field(ge=400, le=599, examples=[404])]
    code: Annotated[str, Field(description="Stable.", examples=["NoteNotFound"])]
    detail: Annotated[str, Field(examples=["there is no note 5"])]
    remedy: Annotated[str, Field(description="What you can do.", examples=["List the notes."])]
    correlation_id: Annotated[
        str, Field(description="Names this request in the service's log.", examples=["8f14e45fceea167a"])
    ]
    facts: Annotated[
        dict[str, JsonValue] | None, Field(description="The values behind the detail.", examples=[{}])
    ] = None
    errors: Annotated[list[FieldFault] | None, Field(description="Fields at fault, where there are.")] = None
    command_id: Annotated[
        str | None, Field(description="The command that was refused, where there is one.")
    ] = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for these statuses, beside those that every route may answer."""
    return {
        status: {
            "description": _TITLES[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*statuses, 429, 500, 503})
    }


def correlation_of(request: Request) -> str:
    """The name of this request in the log; the frame around the application gives it."""
    found: str = getattr(request.state, "correlation_id", "")
    return found


def problem_of(
    code: str,
    *,
    detail: str,
    correlation_id: str,
    remedy: str | None = None,
    facts: Mapping[str, object] | None = None,
    errors: Sequence[FieldFault] = (),
    command_id: str | None = None,
) -> Problem:
    """A problem of the table. facts are left out where they could tell something of the service's inside."""
    status = status_of(code)
    if status in (FAILED, UNAVAILABLE):
        code = SERVICE_UNAVAILABLE if status == UNAVAILABLE else SERVICE_FAILED
        facts, errors, remedy = None, (), None
        spec = error_spec(code)
        detail = "" if spec is None else spec.message
    spec = error_spec(code)
    shown = {name: plain(value) for name, value in (facts or {}).items()}
    return Problem(
        type=f"/errors/{code}",
        title=" ".join(_WORD.findall(code)).capitalize(),
        status=status,
        code=code,
        detail=detail,
        remedy=(spec.remedy if spec else "") if remedy is None else remedy,
        correlation_id=correlation_id,
        facts=shown or None,  # type: ignore[arg-type]  # `plain` makes JSON values only
        errors=list(errors) or None,
        command_id=command_id,
    )


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer."""
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def refusal(request: Request, error: CounterfoilError, *, errors: Sequence[FieldFault] = ()) -> Response:
    """An error of ours as an answer."""
    status = status_of(error.code)
    correlation_id = correlation_of(request)
    if status >= FAILED:
        _log.error(
            "request failed",
            extra={"code": error.code, "correlation_id": correlation_id},
            exc_info=error,
        )
    headers = {}
    if "retry_after_s" in error.facts:
        headers["Retry-After"] = str(error.facts["retry_after_s"])
    elif status == UNAVAILABLE:
        headers["Retry-After"] = "2"
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    problem = problem_of(
        error.code,
        detail=error.message,
        correlation_id=correlation_id,
        facts=error.facts,
        errors=errors,
    )
    return problem_response(problem, headers)


def fault_pointer(place: Sequence[int | str]) -> str:
    """Where a field stands: /amount/currency in the body, query:limit elsewhere."""
    where, rest = (str(place[0]), place[1:]) if place else ("body", ())
    if where != "body":
        return f"{where}:{'.'.join(str(part) for part in rest)}"
    return pointer(rest)


def pointer(place: Sequence[int | str]) -> str:
    """A JSON pointer (RFC 6901); the whole body is the empty pointer."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in place)


def reason_of(fault: Mapping[str, Any]) -> str:
    """Why a field is refused, without what was sent."""
    if fault["type"] == "extra_forbidden":
        return "this field is unknown"
    if fault["type"] == "missing":
        return "this field is missing"
    return str(fault["msg"]).removeprefix("Value error, ")


class BodyInvalid(DomainError):  # noqa: N818 - reads as what happened
    """Fields of the request cannot be accepted."""

    def __init__(self, errors: Sequence[FieldFault]) -> None:
        self.errors = tuple(errors[:_MOST_FIELDS])
        super().__init__(REQUEST_INVALID, count=len(errors))


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error of the application leave it as a problem."""
    app.add_exception_handler(CounterfoilError, _ours)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(Exception, _unexpected)


async def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, BodyInvalid):
        return refusal(request, error, errors=error.errors)
    if isinstance(error, CounterfoilError):
        return refusal(request, error)
    return await _unexpected(request, error)


async def _unfit(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        return await _unexpected(request, error)
    faults = error.errors()
    for fault in faults:
        if fault["type"] == "json_invalid":
            reason = str(fault.get("ctx", {}).get("error", "it is not well-formed"))
            return refusal(request, DomainError(JSON_MALFORMED, reason=reason))
        if fault["type"] == "missing" and tuple(fault["loc"]) == ("header", "Idempotency-Key"):
            return refusal(request, DomainError(IDEMPOTENCY_KEY_MISSING))
    stated = [
        FieldFault(field=fault_pointer(tuple(fault["loc"])), reason=reason_of(fault)) for fault in faults
    ]
    return refusal(request, BodyInvalid(stated), errors=stated[:_MOST_FIELDS])


async def _of_framework(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return await _unexpected(request, error)
    path = request.url.path[:200]
    ours = {
        404: DomainError(ROUTE_UNKNOWN, path=path),
        405: DomainError(METHOD_NOT_ALLOWED, method=request.method[:20], path=path),
        413: DomainError(BODY_TOO_LARGE, limit_bytes=error.detail),
    }.get(error.status_code) or DomainError(REQUEST_MALFORMED, reason="it is not as HTTP wants it")
    answer = refusal(request, ours)
    answer.headers.update(error.headers or {})
    return answer


async def _unexpected(request: Request, error: Exception) -> Response:
    """A defect: told by its correlation id alone. The server logs the trace."""
    correlation_id = correlation_of(request)
    _log.error("request failed", extra={"code": type(error).__name__, "correlation_id": correlation_id})
    answer = refusal(request, DomainError(SERVICE_FAILED))
    # This answer is made outside the frame that adds it to all others.
    answer.headers["X-Request-Id"] = correlation_id
    return answer
