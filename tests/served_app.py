"""An application served on a port of its own, for tests that ask it as a caller does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep

import httpx
import uvicorn
from fastapi import FastAPI

_STARTS_WITHIN_S = 30.0


@contextmanager
def served(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of the application on loopback. Errors while it starts are raised here."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, ws="none", loop="asyncio", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, name="served", daemon=True)
    thread.start()
    deadline = monotonic() + _STARTS_WITHIN_S
    while not server.started:
        if not thread.is_alive() or monotonic() > deadline:
            raise RuntimeError("the application did not start")
        sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(_STARTS_WITHIN_S)
