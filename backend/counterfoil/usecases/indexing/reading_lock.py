"""Many readers or one writer: what a fold needs whose readers run in other threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ReadingLock:
    """Readers share it; a writer waits until they are out and keeps new ones waiting meanwhile.

    A thread that reads may read again inside. It cannot write inside.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._writers_waiting = 0
        self._writing = False
        self._depth = threading.local()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Nothing is written until the block ends."""
        depth: int = getattr(self._depth, "value", 0)
        if depth == 0:
            with self._changed:
                # Writers first: under steady reading they would otherwise never have their turn.
                while self._writing or self._writers_waiting:
                    self._changed.wait()
                self._readers += 1
        self._depth.value = depth + 1
        try:
            yield
        finally:
            self._depth.value = depth
            if depth == 0:
                with self._changed:
                    self._readers -= 1
                    if self._readers == 0:
                        self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody reads or writes until the block ends. Raises RuntimeError in a thread that is reading."""
        if getattr(self._depth, "value", 0):
            raise RuntimeError("this thread reads, and would wait for itself")
        with self._changed:
            self._writers_waiting += 1
            while self._writing or self._readers:
                self._changed.wait()
            self._writers_waiting -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
