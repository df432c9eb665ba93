"""Measures each HTTP request: how long it took, by route, and a span for it.

A pure ASGI wrapper: it adds no task and buffers nothing, so that streams stay streams.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from counterfoil.observing.tracing import span

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_UNROUTED = "(none)"
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MeasuredApp:
    """The application with measures around it."""

    def __init__(self, app: AsgiApp, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "counterfoil_http_request_seconds",
            "From the request's arrival to the end of its answer; streams count when they end.",
            ["method", "route", "code"],
            buckets=_BUCKETS_S,
            registry=registry,
        )
        self._open = Gauge("counterfoil_http_requests_open", "Requests being answered.", registry=registry)
        self._failed = Counter(
            "counterfoil_http_failures", "Requests that ended in an exception.", registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer and measure."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        code = 500

        async def noting(message: MutableMapping[str, Any]) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            await send(message)

        began = time.perf_counter()
        self._open.inc()
        try:
            with span("http.request", traceparent=_traceparent(scope), method=_method(scope)):
                await self._app(scope, receive, noting)
        except BaseException:
            self._failed.inc()
            raise
        finally:
            self._open.dec()
            self._note(scope, code, time.perf_counter() - began)

    def _note(self, scope: Scope, code: int, seconds: float) -> None:
        self._seconds.labels(_method(scope), _route(scope), str(code)).observe(seconds)


def _method(scope: Scope) -> str:
    # Whatever a client invents would be a series of its own.
    method = str(scope["method"])
    return method if method in _KNOWN_METHODS else "other"


def _route(scope: Scope) -> str:
    """The path's pattern: the path itself has identifiers in it."""
    found = getattr(scope.get("route"), "path", None)
    return found if isinstance(found, str) else _UNROUTED


def _traceparent(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"traceparent":
            return str(value, "latin-1")
    return None
