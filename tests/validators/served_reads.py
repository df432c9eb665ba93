"""The service's HTTP side over a home, asked as one of its users."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx

from counterfoil.entrypoints.http.app import create_app
from counterfoil.entrypoints.serving.http_process import http_service
from counterfoil.settings import Settings
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.identity.login import open_session
from ledger_support import PASSPHRASE
from served_app import served

BLOCK = "Counterfoil-Block"


@contextmanager
def served_reads(settings: Settings, store: Store, *, user_id: str) -> Iterator[httpx.Client]:
    """A client that asks as that user."""
    with store.concurrent() as work:
        user = work.identity.user(user_id)
        assert user is not None
        secret = open_session(work, user, now=datetime.now(UTC)).secret
    with served(create_app(http_service(settings, store, passphrase=lambda _: PASSPHRASE))) as client:
        client.headers["Authorization"] = f"Bearer {secret}"
        yield client
