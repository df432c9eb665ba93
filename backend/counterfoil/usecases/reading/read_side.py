"""The reading side of the service: the read model followed in a thread of its own, and what answers need.

    side = ReadSide(store, decode, sealing=service_key)
    side.start()
    with side.reading() as reading:
        reading.visibility.of_lot(viewer, lot_id)

Readings hold while the model takes no further events; they are short. Whatever is shown is shown as of
`reading.block_number`.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.visibility import Viewer, Visibility, viewer_of
from counterfoil.ports.engine import EventRecord
from counterfoil.ports.sealing import Sealing
from counterfoil.ports.service_store import ServiceStorePort
from counterfoil.usecases.read_model import FollowingReadModel
from counterfoil.usecases.reading.company import Company
from counterfoil.usecases.reading.names import Names

POLL_S = 0.05
CACHE_BYTES = 256 * 1024 * 1024

_log = logging.getLogger("counterfoil.reading")


@dataclass(frozen=True, slots=True)
class Reading:
    """The ledger at a block. block_time_s: of that block; epoch: counts up when blocks were rolled back."""

    state: LedgerState
    company: Company
    names: Names
    block_number: int
    block_time_s: int
    epoch: int

    @property
    def visibility(self) -> Visibility:
        """Who may see what of it."""
        return Visibility(self.state, self.company.sightings)

    def viewer(self, *, org_kind: str, party_id: int | None) -> Viewer:
        """What an organisation looks with."""
        return viewer_of(self.state, org_kind=org_kind, party_id=party_id)


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer, ready to be sent. version: of the object that it shows; etag: of these bytes."""

    version: tuple[int, int, int]
    block_number: int
    block_time_s: int
    etag: str
    body: bytes


class ReadSide:
    """Follows the store and keeps what was rendered.

    decode: makes an event of a stored record, without a chain. sealing: for cursors, which callers carry but
    may not read or change. poll_s: how often the store is asked for new events. trouble: why it follows no
    more, a code of the error table or ReadSideEnded; None while it does.
    """

    def __init__(
        self,
        store: ServiceStorePort,
        decode: Callable[[EventRecord], Recorded | None],
        *,
        sealing: Sealing,
        poll_s: float = POLL_S,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self.store = store
        self.sealing = sealing
        self.decode = decode
        self.model = FollowingReadModel(store, decode, beside=Company)
        self.names = Names(store)
        self._poll_s = poll_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._listeners: set[Callable[[], None]] = set()
        self._listening = threading.Lock()
        self._rendered: OrderedDict[tuple[str, str, Viewer], Rendered] = OrderedDict()
        self._rendering = threading.Lock()
        self._room = cache_bytes
        self.trouble: str | None = None

    @property
    def block_number(self) -> int:
        """The block at which answers hold; -1 before the first was read."""
        return self.model.block_number

    @property
    def block(self) -> tuple[int, int]:
        """Number and time of that block, in seconds since the epoch."""
        return self.model.block

    def start(self) -> None:
        """Fold what the store has, then follow it until `stop`. Raises what the first fold raises."""
        self.follow()
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="read-side", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Follow no more. Harmless when repeated."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def follow(self) -> bool:
        """Take what the store has new; whether there was anything. Tells the listeners."""
        if not self.model.follow():
            return False
        with self._listening:
            listeners = tuple(self._listeners)
        for tell in listeners:
            tell()
        return True

    def listen(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Have something called, from the following thread, after new events. Returns how to end that."""
        with self._listening:
            self._listeners.add(tell)

        def end() -> None:
            with self._listening:
                self._listeners.discard(tell)

        return end

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """The ledger as it is now; it does not change before the block ends."""
        with self.model.reading() as view:
            company = view.beside
            if not isinstance(company, Company):
                raise TypeError("the read model goes without its company")
            self.names.refresh(company.parties)
            yield Reading(
                state=view.state,
                company=company,
                names=self.names,
                block_number=view.block_number,
                block_time_s=view.block_time_s,
                epoch=view.epoch,
            )

    # -- what was rendered --

    def version_of(self, subject: str) -> tuple[int, int, int]:
        """Changes with every event that touches the object, and with the names of parties."""
        company = self.model.beside
        if not isinstance(company, Company):
            return (-1, -1, -1)
        return (self.model.epoch, company.parties, company.versions.get(subject, 0))

    def kept(self, subject: str, of: str, viewer: Viewer) -> Rendered | None:
        """The answer for this viewer, if the object has not changed since it was rendered. of: a part."""
        found = self._rendered.get((subject, of, viewer))
        return found if found is not None and found.version == self.version_of(subject) else None

    def keep(self, subject: str, of: str, viewer: Viewer, rendered: Rendered) -> None:
        """Keep an answer; the ones that were not asked for longest make room."""
        with self._rendering:
            before = self._rendered.pop((subject, of, viewer), None)
            self._room += 0 if before is None else len(before.body)
            self._rendered[subject, of, viewer] = rendered
            self._room -= len(rendered.body)
            while self._room < 0 and self._rendered:
                _, oldest = self._rendered.popitem(last=False)
                self._room += len(oldest.body)

    def _run(self) -> None:
        try:
            self._follow_until_stopped()
        finally:
            if not self._stop.is_set():
                # Whatever ended it stands in the log already; from here on answers would only grow old.
                self.trouble = "ReadSideEnded"

    def _follow_until_stopped(self) -> None:
        while not self._stop.wait(self._poll_s):
            try:
                while self.follow() and not self._stop.is_set():
                    pass
                self.trouble = None
            except CounterfoilError as failed:
                # Reads go on from the last good block; readiness shows the trouble.
                if self.trouble != failed.code:
                    _log.error("the read side cannot follow the store", extra={"code": failed.code})
                self.trouble = failed.code
