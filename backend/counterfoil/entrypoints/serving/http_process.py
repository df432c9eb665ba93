"""The HTTP process: wires what the routes need, and serves them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from counterfoil.bootstrap import home_keys, open_store, read_deployment
from counterfoil.chain.event_codec import decode_event
from counterfoil.chain.relay.instructions import DeployedInstructions
from counterfoil.entrypoints.http.app import create_app
from counterfoil.entrypoints.http.gate import Gate
from counterfoil.entrypoints.http.rate_limits import Rate, RateLimits
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.entrypoints.serving.handover import Handover
from counterfoil.observing.http_metrics import MeasuredApp
from counterfoil.observing.service_metrics import ServiceMetrics
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.settings import Settings
from counterfoil.store.schema import SCHEMA_VERSION
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.identity.passwords import Passwords
from counterfoil.usecases.operating.readiness import Limits
from counterfoil.usecases.reading.read_side import ReadSide

_KEEP_ALIVE_S = 30
_BACKLOG = 2048
_BURST_S = 5


def _now() -> datetime:
    return datetime.now(UTC)


def http_service(
    settings: Settings, store: Store, *, passphrase: Callable[[str], str], now: Callable[[], datetime] = _now
) -> HttpService:
    """Everything behind the routes of one process. Raises what keys and deployment raise."""
    sealing = home_keys(settings, passphrase).service_key()
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(ServiceMetrics(store, now=now))
    token = settings.metrics_token
    return HttpService(
        store=store,
        gate=Gate(store, limits=rate_limits(settings), now=now),
        reading=ReadSide(store, decode_event, sealing=sealing),
        files=EncryptedFiles(cipher=FileCipher(), sealing=sealing, now=now),
        sealing=sealing,
        passwords=Passwords(),
        instructions=DeployedInstructions(read_deployment(settings)),
        now=now,
        limits=Limits(
            schema_version=SCHEMA_VERSION, beat_age_s=settings.beat_age_s, lag_blocks=settings.lag_blocks
        ),
        metrics=registry,
        metrics_token=None if token is None else token.get_secret_value(),
        public_url=settings.own_url,
        private_identity_providers=settings.private_identity_providers,
        webhooks_private=settings.private_webhooks,
    )


def rate_limits(settings: Settings) -> RateLimits:
    """What one credential and one address may send."""
    credential, address = settings.credential_requests_per_s, settings.address_requests_per_s
    return RateLimits(
        credential=Rate(per_s=credential, burst=_BURST_S * credential),
        address=Rate(per_s=address, burst=_BURST_S * address),
    )


def measured(app: FastAPI, service: HttpService) -> MeasuredApp:
    """The application with a histogram and a span around each request."""
    if service.metrics is None:
        raise ValueError("the service has no registry for its metrics")
    return MeasuredApp(app, service.metrics)


def run_http(handover: Handover) -> None:
    """Serve until SIGTERM: then no connection is taken any more, and what is under way is finished."""
    settings = handover.settings
    store = open_store(settings, connections=settings.http_connections)
    try:
        service = http_service(settings, store, passphrase=lambda _: handover.passphrase.get_secret_value())
        config = uvicorn.Config(
            measured(create_app(service), service),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=max(1, int(settings.stop_after_s / 2)),
            backlog=_BACKLOG,
        )
        uvicorn.Server(config).run()
    finally:
        store.close()
