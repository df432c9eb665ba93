"""When a message that did not arrive is sent again."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 6 * 3600
MOST_ATTEMPTS = 24
"""With these pauses the last attempt is three days after the first."""
_SPREAD = 0.2


def next_attempt(attempts: int, *, now: datetime, chance: Random) -> datetime | None:
    """When to try again after this many failed attempts; None: not any more.

    Each pause is twice the one before, up to six hours, and spread by a fifth, so that endpoints that failed
    together are not tried together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    pause = min(FIRST_PAUSE_S * 2 ** (attempts - 1), LONGEST_PAUSE_S)
    return now + timedelta(seconds=pause * chance.uniform(1 - _SPREAD, 1 + _SPREAD))
