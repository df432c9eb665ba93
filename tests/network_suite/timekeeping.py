"""Who moves the network's clock on.

Tests that share a network run at the same second. One that wants a later second waits until all the
others wait as well or have ended; then the clock goes to the earliest second that is wanted. So nobody
sees time pass that it did not ask for. A test with a network of its own moves its clock itself.
"""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Protocol

from network_suite.held_network import HeldNetwork


class Timekeeper(Protocol):
    """A network, and its time."""

    @property
    def network(self) -> HeldNetwork:
        """Where this process's tests run."""
        ...

    def reach(self, second: int) -> None:
        """Come back when blocks carry this second."""
        ...

    def renew(self) -> None:
        """Put a fresh network in the place of this one."""
        ...


class SharedTime:
    """In a process of its own beside others, on a network that their common parent looks after."""

    def __init__(self, network: HeldNetwork, parent: Connection) -> None:
        self.network = network
        self._parent = parent

    def reach(self, second: int) -> None:
        """Wait for the parent to move the clock."""
        if second < self.network.now_s:
            raise ValueError(f"the network's clock is at {self.network.now_s}, after {second}")
        if second > self.network.now_s:
            self._parent.send(("until", second))
            self.network.now_s = int(self._parent.recv())

    def renew(self) -> None:
        """Refused: others are on this network."""
        raise ValueError("a test that starts again needs a network of its own: mark it with own_network")


class OwnTime:
    """With a network that nobody else uses."""

    def __init__(self, start: Callable[[], HeldNetwork]) -> None:
        self._start = start
        self.network = start()

    def reach(self, second: int) -> None:
        """Move the clock, if need be."""
        if second < self.network.now_s:
            raise ValueError(f"the network's clock is at {self.network.now_s}, after {second}")
        if second > self.network.now_s:
            self.network.move_to(second)

    def renew(self) -> None:
        """Put a fresh network in the place of this one."""
        self.network.close()
        self.network = self._start()

    def close(self) -> None:
        """End the network."""
        self.network.close()


_current: Timekeeper | None = None


def keep(timekeeper: Timekeeper) -> None:
    """Let this one keep the time of this process's tests."""
    global _current  # noqa: PLW0603 - one process has one network, and test modules cannot be handed it
    _current = timekeeper


def timekeeper() -> Timekeeper:
    """Who keeps the time of this process's tests."""
    if _current is None:
        raise LookupError("no network was started for this process")
    return _current
