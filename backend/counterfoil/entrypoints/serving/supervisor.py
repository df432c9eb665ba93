"""Keeps the HTTP process and the worker running, and stops them in order.

A process that ends is started again, after a pause that grows while it keeps ending soon. One that says it
would fail again (a wrong passphrase, a store of a later version) ends the service: nobody is helped by a
loop. On SIGTERM or SIGINT the HTTP process finishes what it is answering while the worker still works, then
the worker finishes its step; whoever is not done in time is killed, which loses nothing that was accepted.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.entrypoints.serving.handover import NOT_USABLE, Handover, Part, start_part

SERVICE_RUNNING = declare(
    "ServiceRunning",
    "a service runs on {home} already{holder}",
    "Stop it first, or name another home.",
)
PART_FAILED = declare(
    "ServicePartFailed",
    "the service stopped: its part {part} ended with exit code {exit_code}",
    "The lines before this one say why; correct that and start the service again.",
)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_STEADY_AFTER_S = 60.0
_LOOK_EVERY_S = 0.1
_log = logging.getLogger("counterfoil.serving")


@dataclass(slots=True)
class _Kept:
    """A process that is kept running. due_at: when it is started again, while it is not running."""

    part: Part
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S


def is_open(host: str, port: int) -> bool:
    """Whether connections are taken there now."""
    try:
        with socket.create_connection((host, port), timeout=_LOOK_EVERY_S):
            return True
    except OSError:
        return False


class Supervisor:
    """Runs the service in the foreground until it is told to stop."""

    def __init__(
        self,
        handover: Handover,
        *,
        start: Callable[[Part, Handover], subprocess.Popen[bytes]] = start_part,
        is_open: Callable[[str, int], bool] = is_open,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """start: starts one process. is_open: whether host and port take connections. clock: seconds."""
        self._handover = handover
        self._start = start
        self._is_open = is_open
        self._clock = clock
        self._stop = threading.Event()
        self._kept = [_Kept(Part.HTTP), _Kept(Part.WORKER)]

    def stop(self) -> None:
        """Ask for the end; from a signal or another thread."""
        self._stop.set()

    def run(self, *, on_open: Callable[[], None] = lambda: None) -> None:
        """Prepare, start both processes, keep them running; returns when all have ended.

        on_open: called once HTTP takes connections. Raises CounterfoilError ServiceRunning,
        ServicePartFailed.
        """
        settings = self._handover.settings
        said = False
        with locked(settings.service_lock_path), self._signals():
            self._prepare()
            try:
                for kept in self._kept:
                    self._begin(kept)
                while not self._stop.wait(_LOOK_EVERY_S):
                    for kept in self._kept:
                        self._look_after(kept)
                    if not said and self._is_open(settings.host, settings.port):
                        said = True
                        on_open()
            finally:
                self._end_all()

    def _prepare(self) -> None:
        process = self._start(Part.PREPARE, self._handover)
        exit_code = process.wait()
        _close_pipe(process)
        if exit_code:
            raise CounterfoilError(PART_FAILED, part=Part.PREPARE.value, exit_code=exit_code)

    def _begin(self, kept: _Kept) -> None:
        kept.process = self._start(kept.part, self._handover)
        kept.started_at = self._clock()
        _log.info("a process starts", extra={"part": kept.part.value})

    def _look_after(self, kept: _Kept) -> None:
        now = self._clock()
        if kept.process is None:
            if now >= kept.due_at:
                self._begin(kept)
            return
        exit_code = kept.process.poll()
        if exit_code is None:
            return
        _close_pipe(kept.process)
        kept.process = None
        _log.error("a process ended", extra={"part": kept.part.value, "exit_code": exit_code})
        if exit_code == NOT_USABLE:
            raise CounterfoilError(PART_FAILED, part=kept.part.value, exit_code=exit_code)
        if now - kept.started_at >= _STEADY_AFTER_S:
            kept.pause_s = _FIRST_PAUSE_S
        kept.due_at = now + kept.pause_s
        kept.pause_s = min(kept.pause_s * 2, _LONGEST_PAUSE_S)

    def _end_all(self) -> None:
        """HTTP first, so that whoever waits for a command still gets its answer; then the worker."""
        deadline = self._clock() + self._handover.settings.stop_after_s
        share_s = self._handover.settings.stop_after_s * 0.6
        for kept, until in zip(self._kept, (self._clock() + share_s, deadline), strict=True):
            if kept.process is not None:
                self._end(kept.process, until)
                kept.process = None

    def _end(self, process: subprocess.Popen[bytes], until: float) -> None:
        process.terminate()
        try:
            process.wait(timeout=max(until - self._clock(), 0.1))
        except subprocess.TimeoutExpired:
            _log.error("a process did not end in time and is killed")
            process.kill()
            process.wait()
        _close_pipe(process)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the home's lock, which names this process. Raises CounterfoilError ServiceRunning."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stated = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise CounterfoilError(
                SERVICE_RUNNING,
                home=str(path.parent),
                holder=f" (process {stated})" if stated else "",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _close_pipe(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        # What it did not read any more is of no use to anybody.
        with suppress(BrokenPipeError):
            process.stdin.close()
