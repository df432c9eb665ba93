"""Token buckets: how many requests one credential, or one address, may send."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock
from time import monotonic

_MOST_BUCKETS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """per_s: requests a second in the long run. burst: how many at once after a pause."""

    per_s: float
    burst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """credential: of one session or token. address: of one client address, for everything. refused: of one
    address, for requests whose credential is refused; small, because nobody has business with many of them.
    """

    credential: Rate = Rate(per_s=1000, burst=5000)
    address: Rate = Rate(per_s=2000, burst=10_000)
    refused: Rate = Rate(per_s=5, burst=50)


class Buckets:
    """Buckets of one rate by name, refilled as time goes by. Safe to use from several threads."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = monotonic) -> None:
        """clock: seconds from any beginning, never going back."""
        self._rate = rate
        self._clock = clock
        self._lock = Lock()
        # Full buckets are those of nobody: the ones not used for longest go first.
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> int:
        """Take one request out of a bucket: 0, or the seconds until there will be one."""
        with self._lock:
            level, now = self._level(name)
            if level < 1:
                self._keep(name, level, now)
                return max(1, ceil((1 - level) / self._rate.per_s))
            self._keep(name, level - 1, now)
            return 0

    def wait_s(self, name: str) -> int:
        """As `take`, without taking: 0 where there is a request left."""
        with self._lock:
            level, _ = self._level(name)
            return 0 if level >= 1 else max(1, ceil((1 - level) / self._rate.per_s))

    def _level(self, name: str) -> tuple[float, float]:
        now = self._clock()
        level, at = self._levels.get(name, (self._rate.burst, now))
        return min(self._rate.burst, level + (now - at) * self._rate.per_s), now

    def _keep(self, name: str, level: float, now: float) -> None:
        self._levels[name] = (level, now)
        self._levels.move_to_end(name)
        while len(self._levels) > _MOST_BUCKETS:
            self._levels.popitem(last=False)
