"""The frame around the application: sizes of bodies, correlation ids, headers of every answer, the log."""

from __future__ import annotations

import logging
import re
import secrets
from time import monotonic

from fastapi import HTTPException, Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.http.problems import refusal
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.entrypoints.logs import correlation

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_UPLOADS = ("/v1/invoices", "/v1/invoice-batches", "/v1/documents", "/v1/external-liens/import")
_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
_HEADERS = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_log = logging.getLogger("counterfoil.http")


class Frame:
    """Pure ASGI: streams pass through as they come."""

    def __init__(self, app: ASGIApp, *, service: HttpService) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Raises what the application raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        stated = headers.get("x-request-id", "")
        correlation_id = stated if _REQUEST_ID.fullmatch(stated) else secrets.token_hex(16)
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        named = correlation.set(correlation_id)
        begun = monotonic()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(MutableHeaders(scope=message), correlation_id)
            await send(message)

        try:
            refused = await self._refused(scope)
            if refused is None:
                await self._app(scope, self._limited(scope, headers, receive), sending)
            else:
                await refused(scope, receive, sending)
        finally:
            _told(scope, status, monotonic() - begun)
            correlation.reset(named)

    async def _refused(self, scope: Scope) -> Response | None:
        """The answer to somebody unknown who would send a file; None for everybody else.

        Forms are read before a route asks who sends them, and nobody unknown makes us read so much.
        """
        if scope["method"] not in _WITH_BODY or not scope["path"].startswith(_UPLOADS):
            return None
        request = Request(scope)
        try:
            await self._service.gate.authenticate(request)
        except CounterfoilError as refused:
            return refusal(request, refused)
        return None

    def _limited(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """The body, cut off with 413 where it goes beyond the limit, whatever its length is said to be."""
        is_upload = scope["path"].startswith(_UPLOADS)
        limit = self._service.most_upload_bytes if is_upload else self._service.most_json_bytes
        stated = headers.get("content-length", "")
        is_beyond = stated.isdecimal() and (len(stated) > 15 or int(stated) > limit)
        received = 0

        async def receiving() -> Message:
            nonlocal received
            if is_beyond:
                raise HTTPException(413, detail=limit)
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    raise HTTPException(413, detail=limit)
            return message

        return receiving


def _told(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "unknown")
    _log.info(
        "request",
        extra={
            "route": f"{scope['method']} {route}",
            "http_status": status,
            "duration_ms": round(seconds * 1000, 1),
        },
    )


def _complete(headers: MutableHeaders, correlation_id: str) -> None:
    for name, value in _HEADERS:
        headers[name] = value
    headers["x-request-id"] = correlation_id
    headers.setdefault("cache-control", "no-store")
    headers.setdefault("content-security-policy", _API_POLICY)
