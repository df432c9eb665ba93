"""Every command that waits for the chain says so where the network itself stands still."""

from __future__ import annotations

import re
from collections.abc import Callable

from counterfoil.domain.commands import CommandState
from counterfoil.ports.service_store import ServiceStorePort

_WAITS_FOR_THE_CHAIN = (CommandState.RECEIVED, CommandState.READY, CommandState.SENT)
# The age in the sentence grows, and what is asked does not change with it.
_NUMBER_OF_SECONDS = re.compile(r"\d+ s old")
_OPENING = " (now: "
_CLOSING = ")"
_TURNS_OF_ONE_NOTE = 20


class NetworkNotes:
    """Adds to what commands wait for why the network keeps them waiting, and takes it away again.

    For one thread. Commands that come in meanwhile are given the same note at the next turn; the first turn
    takes away what a worker left behind that ended meanwhile.
    """

    def __init__(self, store: ServiceStorePort, trouble: Callable[[], str | None]) -> None:
        """trouble: what is wrong with the network, in a sentence; None where nothing is."""
        self._store = store
        self._trouble = trouble
        self._noted: str | None = None
        self._turns = 0
        self._is_clean = False

    def turn(self) -> bool:
        """Bring the notes up to date; False, because there is never more at once."""
        found = self._trouble()
        if found is None and self._is_clean:
            return False
        self._turns += 1
        if found is None or self._has_changed(found):
            self._noted, self._turns = found, 0
        note = "" if self._noted is None else f"{_OPENING}{self._noted}{_CLOSING}"
        with self._store.concurrent() as work:
            for sentence in work.commands.waiting_sentences(_WAITS_FOR_THE_CHAIN):
                noted = sentence.partition(_OPENING)[0] + note
                if noted != sentence:
                    work.commands.reword_waiting(_WAITS_FOR_THE_CHAIN, sentence, noted)
        self._is_clean = found is None
        return False

    def _has_changed(self, found: str) -> bool:
        """Whether a note says something else than before, or its age is too old to be left."""
        if self._noted is None or self._turns >= _TURNS_OF_ONE_NOTE:
            return True
        return _NUMBER_OF_SECONDS.sub("", found) != _NUMBER_OF_SECONDS.sub("", self._noted)
