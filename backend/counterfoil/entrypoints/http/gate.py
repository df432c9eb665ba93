"""Who asks: credentials looked up once and kept in memory for as long as nobody's rights changed.

Every process reads the identity version every few milliseconds, and forgets what it knows when it has
counted up. Where the version cannot be read for a second, nothing that is kept in memory counts any more.
Writes do not rely on any of this: each checks the rights within its own transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from time import monotonic

from anyio import to_thread
from fastapi import Request

from counterfoil.domain.access import CREDENTIAL_INVALID, NOT_AUTHENTICATED, Principal
from counterfoil.domain.errors import CounterfoilError, DomainError
from counterfoil.entrypoints.http.rate_limits import Buckets, RateLimits
from counterfoil.ports.identity import IdentityStore
from counterfoil.usecases.identity.refusals import RATE_LIMITED
from counterfoil.usecases.identity.rights import SESSION_IDLE, Identified, identify
from counterfoil.usecases.identity.secrets import secret_hash

POLL_S = 0.05
_STALE_AFTER_S = 1.0
_TOUCH_AFTER = timedelta(minutes=1)
_MOST_KEPT = 20_000
_LOGGER = logging.getLogger("counterfoil.http.gate")


@dataclass(slots=True)
class _Kept:
    """used_at: last use that this process saw; touched_at: last use that the store knows. Sessions only."""

    identified: Identified
    used_at: datetime
    touched_at: datetime | None


class Gate:
    """Lets requests in. start() and close() it with the application."""

    def __init__(
        self,
        store: IdentityStore,
        *,
        limits: RateLimits | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """now: of sessions and tokens. clock: of rate limits and of the age of what is kept, in seconds."""
        rates = limits or RateLimits()
        self._store = store
        self._now = now
        self._clock = clock
        self._of_credential = Buckets(rates.credential, clock=clock)
        self._of_address = Buckets(rates.address, clock=clock)
        self._of_refused = Buckets(rates.refused, clock=clock)
        self._lock = Lock()
        self._kept: dict[str, _Kept] = {}
        self._version = -1
        self._version_read_at = float("-inf")
        self._stopping = Event()
        self._poll: Thread | None = None

    def start(self) -> None:
        """Begin to follow the identity version. Without it every request is looked up."""
        if self._poll is None:
            self._stopping.clear()
            self._poll = Thread(target=self._follow, name="identity-version", daemon=True)
            self._poll.start()

    def close(self) -> None:
        """Stop following. Harmless when repeated."""
        self._stopping.set()
        if self._poll is not None:
            self._poll.join()
            self._poll = None

    async def authenticate(self, request: Request) -> Principal:
        """Who sends the request. Raises DomainError NotAuthenticated, CredentialInvalid or RateLimited."""
        secret = bearer(request.headers.get("authorization", ""))
        address = address_of(request)
        found = self.remembered(secret, address)
        if found is not None:
            return found
        # The store is asked in a thread, so that other requests do not wait.
        return await to_thread.run_sync(self.identify, secret, address)

    def remembered(self, secret: str, address: str) -> Principal | None:
        """Who it is, if memory has it; None: ask with `identify`. Raises DomainError RateLimited."""
        _refuse_after(self._of_address.take(address))
        kept = self._lookup(secret)
        if kept is None:
            return None
        principal = kept.identified.principal
        _refuse_after(self._of_credential.take(principal.credential_id))
        kept.used_at = self._now()
        return principal

    def identify(self, secret: str, address: str) -> Principal:
        """Who it is, from the store. Raises DomainError NotAuthenticated, CredentialInvalid, RateLimited."""
        if not secret:
            raise DomainError(NOT_AUTHENTICATED)
        _refuse_after(self._of_refused.wait_s(address))
        now = self._now()
        try:
            # The version first: if rights change in between, what is kept is forgotten once more.
            with self._store.read() as work:
                version = work.identity.version()
                identified = identify(work, secret, now=now)
        except DomainError as refused:
            if refused.code == CREDENTIAL_INVALID:
                self._of_refused.take(address)
                _LOGGER.warning(
                    "a credential was refused",
                    extra={"code": refused.code, "address_hash": secret_hash(address)[:16]},
                )
            raise
        _refuse_after(self._of_credential.take(identified.principal.credential_id))
        touched = self._touch(secret, identified, now)
        with self._lock:
            if version == self._version:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[secret_hash(secret)] = _Kept(identified, now, touched)
        return identified.principal

    def admit_stranger(self, request: Request) -> str:
        """The address of somebody who logs in, counted. Raises DomainError RateLimited."""
        address = address_of(request)
        _refuse_after(self._of_address.take(address))
        _refuse_after(self._of_refused.take(address))
        return address

    def read_version(self) -> None:
        """Forget everything if rights changed since the last time; what the poll does each time."""
        asked_at = self._clock()
        with self._store.read() as work:
            version = work.identity.version()
        with self._lock:
            if version != self._version:
                self._kept.clear()
                self._version = version
            self._version_read_at = asked_at

    def _lookup(self, secret: str) -> _Kept | None:
        """What is kept of a secret, as long as it can be relied on."""
        if self._clock() - self._version_read_at > _STALE_AFTER_S:
            return None
        kept = self._kept.get(secret_hash(secret))
        if kept is None:
            return None
        now = self._now()
        if now >= kept.identified.expires_at:
            return None
        if kept.touched_at is not None:
            idle = now - kept.used_at >= SESSION_IDLE
            # Asked at the store again about once a minute, which also notes there that it is in use.
            if idle or now - kept.touched_at >= _TOUCH_AFTER:
                return None
        return kept

    def _touch(self, secret: str, identified: Identified, now: datetime) -> datetime | None:
        last = identified.last_used_at
        if last is None:
            return None
        if now - last < _TOUCH_AFTER:
            return last
        with self._store.concurrent() as work:
            work.credentials.touch_session(secret_hash(secret), now)
        return now

    def _follow(self) -> None:
        while not self._stopping.wait(POLL_S):
            try:
                self.read_version()
            except CounterfoilError as failed:
                # What is kept grows stale, and requests ask the store themselves and say what is wrong.
                _LOGGER.warning("the identity version could not be read", extra={"code": failed.code})
                self._stopping.wait(_STALE_AFTER_S)


def bearer(header: str) -> str:
    """The secret of an Authorization header. Raises DomainError NotAuthenticated without one."""
    kind, _, secret = header.partition(" ")
    if kind.casefold() != "bearer" or not secret:
        raise DomainError(NOT_AUTHENTICATED)
    return secret.strip()


def address_of(request: Request) -> str:
    """The client's address; behind a proxy, the one that the server was told to trust it for."""
    return request.client.host if request.client is not None else ""


def _refuse_after(wait_s: int) -> None:
    if wait_s > 0:
        raise DomainError(RATE_LIMITED, retry_after_s=wait_s)
