"""Whether the process lives, whether the service is ready, and its metrics. No credential is asked."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Annotated

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from counterfoil.domain.errors import DomainError, declare
from counterfoil.entrypoints.http.problems import problems
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.usecases.operating.readiness import Check, Readiness, readiness

METRICS_CLOSED = declare(
    "MetricsClosed",
    "metrics are for this machine, and for whoever has their token",
    "Ask from the machine itself, or send the token of COUNTERFOIL_METRICS_TOKEN as a bearer token.",
)


class LiveView(BaseModel):
    """The process answers."""

    model_config = ConfigDict(extra="forbid")

    live: Annotated[bool, Field(description="Always true where there is an answer.", examples=[True])]


class CheckView(BaseModel):
    """One condition of being ready."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(description="What was looked at.", examples=["worker"])]
    passed: Annotated[bool, Field(description="Whether it is as it should be.")]
    told: Annotated[str, Field(description="What was found.", examples=["last sign 1 s ago"])]


class ReadyView(BaseModel):
    """Whether requests should be sent here."""

    model_config = ConfigDict(extra="forbid")

    ready: Annotated[bool, Field(description="Whether every condition holds.")]
    checks: Annotated[list[CheckView], Field(description="The conditions, in the order of looking.")]


def router(service: HttpService) -> APIRouter:
    """The routes outside /v1."""
    found = APIRouter(tags=["health"])

    @found.get("/health/live", operation_id="show_live", summary="Whether the process lives")
    async def live() -> LiveView:
        return LiveView(live=True)

    @found.get(
        "/health/ready",
        operation_id="show_ready",
        summary="Whether the service is ready",
        responses={503: {"model": ReadyView, "description": "It is not; the checks say why."}},
    )
    def ready(response: Response) -> ReadyView:
        seen = _look(service)
        response.status_code = 200 if seen.ready else 503
        return ReadyView(
            ready=seen.ready,
            checks=[CheckView(name=each.name, passed=each.passed, told=each.told) for each in seen.checks],
        )

    @found.get(
        "/metrics",
        operation_id="show_metrics",
        summary="Metrics for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problems(403)},
    )
    async def metrics(request: Request) -> Response:
        if service.metrics is None or not _may_read_metrics(request, service.metrics_token):
            raise DomainError(METRICS_CLOSED)
        # Collecting asks the database: not on the thread that answers everybody.
        content = await run_in_threadpool(generate_latest, service.metrics)
        return Response(content, media_type=CONTENT_TYPE_LATEST)

    return found


def _look(service: HttpService) -> Readiness:
    if service.limits is None:
        return Readiness(checks=(Check(name="limits", passed=False, told="nobody said what ready means"),))
    found = readiness(service.store, limits=service.limits, now=service.now())
    trouble = service.reading.trouble
    told = "it follows the store" if trouble is None else f"it does not follow the store: {trouble}"
    return Readiness(checks=(*found.checks, Check(name="reading", passed=trouble is None, told=told)))


def _may_read_metrics(request: Request, token: str | None) -> bool:
    sent = request.headers.get("authorization", "")
    if token is not None:
        return secrets.compare_digest(sent.encode(), f"Bearer {token}".encode())
    client = request.client.host if request.client is not None else ""
    try:
        # Whatever came through a proxy on this machine came from elsewhere.
        return ipaddress.ip_address(client).is_loopback and "x-forwarded-for" not in request.headers
    except ValueError:
        return False
