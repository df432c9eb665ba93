"""Loops of the worker: each in a thread of its own, all ended together.

A loop that meets a trouble that is known to pass says so in the worker's sign of life and tries again, later
each time. A loop that meets a defect ends, and with it the worker: whoever started it starts it again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from counterfoil.domain.errors import CounterfoilError

_log = logging.getLogger("counterfoil.worker")
_FIRST_PAUSE_S = 0.02
_LONGEST_TROUBLE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """turn: does a piece of work; True where there may be more at once. longest_pause_s: between turns that
    found nothing to do; the first such pause is 20 ms. on_end: called after the last turn.
    """

    name: str
    turn: Callable[[], bool]
    longest_pause_s: float
    on_end: Callable[[], None] | None = None


@dataclass(slots=True)
class _Runner:
    loop: Loop
    stop: threading.Event
    on_end: Callable[[str], None]
    trouble: str | None = None
    has_ended: bool = False
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, name=self.loop.name, daemon=True)

    def _run(self) -> None:
        pause_s = 0.0
        try:
            while not self.stop.wait(pause_s):
                pause_s = self._after_turn(pause_s)
            if self.loop.on_end is not None:
                self.loop.on_end()
        finally:
            self.has_ended = True
            self.on_end(self.loop.name)

    def _after_turn(self, pause_s: float) -> float:
        """One turn; how long to pause after it."""
        longest = self.loop.longest_pause_s
        try:
            moved = self.loop.turn()
        except CounterfoilError as troubled:
            if self.trouble is None:
                _log.warning("a loop is in trouble", extra={"point": self.loop.name, "code": troubled.code})
            self.trouble = f"{self.loop.name}: {troubled.code}: {troubled.message}"
            longest = _LONGEST_TROUBLE_S
        else:
            self.trouble = None
            if moved:
                return 0.0
        return min(longest, max(_FIRST_PAUSE_S, pause_s * 2))


class Supervisor:
    """Runs loops until it is told to stop, or until one of them ends by itself."""

    def __init__(self, loops: Sequence[Loop], *, stop: threading.Event) -> None:
        """stop: set from outside to end all loops; each finishes the turn that it is in."""
        self._stop = stop
        self._ended: list[str] = []
        self._wake = threading.Event()
        self._runners = [_Runner(loop, stop, self._note_end) for loop in loops]

    @property
    def troubles(self) -> tuple[str, ...]:
        """What keeps loops from their work now, one sentence each."""
        return tuple(each.trouble for each in self._runners if each.trouble is not None)

    def start(self) -> None:
        """Start every loop."""
        for runner in self._runners:
            runner.thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the end is near; False where it is."""
        if self._ended or self._stop.is_set():
            return False
        self._wake.wait(seconds)
        return not (self._ended or self._stop.is_set())

    def finish(self, *, patience_s: float) -> tuple[str, ...]:
        """End all loops; the names of those that ended by themselves before, or did not end in time."""
        early = tuple(self._ended) if not self._stop.is_set() else ()
        self._stop.set()
        deadline = time.monotonic() + patience_s
        for runner in self._runners:
            runner.thread.join(max(0.0, deadline - time.monotonic()))
        return early + tuple(each.loop.name for each in self._runners if each.thread.is_alive())

    def _note_end(self, name: str) -> None:
        if not self._stop.is_set():
            self._ended.append(name)
        self._wake.set()
