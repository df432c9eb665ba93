"""Nonces of the tests' keys, given out to processes that share them.

All deployments on a network have the same keys. The node's own count would be late: another process may
have sent in between.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Lane:
    """A key's turn to send. next: the nonce to use; the sender moves it on."""

    def __init__(self, nonce: int) -> None:
        self.next = nonce


class Nonces:
    """One small file a key, locked from reading its number until the transactions are sent."""

    def __init__(self, directory: Path) -> None:
        """directory: empty at the start of a network, whose keys have sent nothing."""
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def lane(self, address: str) -> Iterator[Lane]:
        """The only sender of this key for as long as it lasts; after a failure the number stays as it was."""
        with (self._directory / address).open("a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            lane = Lane(int(file.read() or 0))
            yield lane
            file.truncate(0)
            file.write(str(lane.next))
