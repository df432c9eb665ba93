"""The service's worker in a thread, started again when it ends, as the supervisor starts its process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.worker.process import run_worker
from counterfoil.settings import Settings
from ledger_support import PASSPHRASE

_PAUSE_S = 0.5


class RunningWorker:
    """ends: the codes of the errors that ended it, in order; each time it was started again."""

    def __init__(self, settings: Settings) -> None:
        self.ends: list[str] = []
        self._settings = settings
        self._closed = threading.Event()
        self._stop = threading.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
        self._work: Future[None] = self._thread.submit(self._run)

    def close(self) -> None:
        """Stop in order, and raise what it failed with beyond known errors."""
        self._closed.set()
        self._stop.set()
        self._thread.shutdown()
        self._work.result()

    def _run(self) -> None:
        while not self._closed.is_set():
            # A worker sets its event when it ends, so that each has its own.
            self._stop = threading.Event()
            if self._closed.is_set():
                return
            try:
                run_worker(self._settings, passphrase=lambda _: PASSPHRASE, stop=self._stop)
            except CounterfoilError as ended:
                self.ends.append(ended.code)
                self._closed.wait(_PAUSE_S)


@contextmanager
def running_worker(settings: Settings) -> Iterator[RunningWorker]:
    """A worker until the end of the block."""
    worker = RunningWorker(settings)
    try:
        yield worker
    finally:
        worker.close()
