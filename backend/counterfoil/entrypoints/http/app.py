"""The HTTP application: every route, in one frame, with one way to tell problems."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware

from counterfoil.entrypoints.http import documents, health
from counterfoil.entrypoints.http.commands import commands_router
from counterfoil.entrypoints.http.frame import Frame
from counterfoil.entrypoints.http.giving import CommandGiver
from counterfoil.entrypoints.http.identity import identity_routers
from counterfoil.entrypoints.http.intake import intake_router
from counterfoil.entrypoints.http.openapi import describe
from counterfoil.entrypoints.http.problems import add_problem_handlers
from counterfoil.entrypoints.http.read import read_routers
from counterfoil.entrypoints.http.reference import reference_router
from counterfoil.entrypoints.http.segments import SegmentRouter
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.entrypoints.http.webhooks import webhook_router
from counterfoil.entrypoints.http.writes import write_routers

PREFIX = "/v1"


def create_app(service: HttpService) -> FastAPI:
    """The application. It follows the store from its start to its end."""

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        service.gate.start()
        service.reading.start()
        try:
            yield
        finally:
            giver.close()
            service.reading.stop()
            service.gate.close()

    # The pages that FastAPI brings load scripts from elsewhere; ours stand in reference.py.
    app = FastAPI(
        lifespan=living, docs_url=None, redoc_url=None, openapi_url="/openapi.json", redirect_slashes=False
    )
    app.state.service = service
    app.state.gate = service.gate
    giver = CommandGiver(service)
    for router in _versioned(service, giver):
        app.include_router(SegmentRouter(router, prefix=PREFIX), prefix=PREFIX)
    app.include_router(health.router(service))
    app.include_router(reference_router(app))
    add_problem_handlers(app)
    if service.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(service.cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Prefer"],
            expose_headers=[
                "ETag",
                "Location",
                "Idempotent-Replay",
                "Counterfoil-Block",
                "Counterfoil-Block-Time",
                "X-Request-Id",
            ],
        )
    app.add_middleware(Frame, service=service)
    describe(app)
    return app


def _versioned(service: HttpService, giver: CommandGiver) -> tuple[APIRouter, ...]:
    """Reads come first: routes are tried in their order."""
    return (
        *read_routers(service.reading),
        commands_router(service),
        intake_router(service, giver),
        *write_routers(giver),
        *identity_routers(service),
        documents.router(service),
        webhook_router(service),
    )
