"""Logging in with a password, and what keeps people from guessing one.

Five failures in a row make the next attempt wait, twice as long with each further one, counted for the login
and for the address that asks; an address from which the user came in lately waits for its own failures only.
A login that nobody has is treated in every step like one that somebody has:
the same work, the same answer, the same waits. An attempt counts as failed before the password is compared,
so that many at once are not more than one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from counterfoil.domain.errors import DomainError
from counterfoil.ports.identity import (
    FailedLogins,
    IdentityStore,
    IdentityWork,
    Lock,
    OrganisationState,
    SessionRecord,
    UserRecord,
    UserState,
)
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.passwords import Passwords
from counterfoil.usecases.identity.rights import SESSION_LIFE
from counterfoil.usecases.identity.secrets import SESSION, new_secret, secret_hash

FREE_FAILURES = 5
FIRST_DELAY_S = 1
LONGEST_DELAY_S = 15 * 60
LOGIN_MEMORY = timedelta(hours=24)
ADDRESS_MEMORY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorkeeper:
    """What logging in works with. now: the service's clock, aware UTC."""

    store: IdentityStore
    passwords: Passwords
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A session. secret: shown this once; the store has its hash."""

    secret: str
    user_id: str
    org_id: str
    expires_at: datetime


def log_in(
    door: Doorkeeper, *, login: str, password: str, address: str, correlation_id: str
) -> OpenedSession:
    """Open a session for whoever knows the password.

    login: in any case. address: of the client, for counting; kept as a hash only. Raises DomainError
    LoginFailed or LoginDelayed, which say nothing of whether there is such a login.
    """
    folded = fold_login(login)
    attempt = _attempt(door, folded, address)
    with door.store.read() as work:
        found = work.identity.user_by_login(folded)
    known = found.password_hash if found is not None else None
    matches = door.passwords.verify(known, password)
    opened = None
    with door.store.concurrent() as work:
        user = _admitted(work, folded, known) if matches else None
        if user is None:
            _tell_failure(work, door.now(), folded, found, correlation_id)
        else:
            opened = _succeed(work, door.now(), user, attempt, correlation_id)
    # Outside the transaction: the failure must stay in the log.
    if opened is None:
        raise DomainError(refusals.LOGIN_FAILED)
    if known is not None and door.passwords.needs_rehash(known):
        _rehash(door, opened.user_id, known, password)
    return opened


def open_session(work: IdentityWork, user: UserRecord, *, now: datetime) -> OpenedSession:
    """A fresh session of a user who has been recognised; it replaces none that there may be."""
    secret = new_secret(SESSION)
    session = SessionRecord(
        session_hash=secret_hash(secret),
        user_id=user.user_id,
        created_at=now,
        expires_at=now + SESSION_LIFE,
        last_used_at=now,
    )
    work.credentials.add_session(session)
    return OpenedSession(
        secret=secret, user_id=user.user_id, org_id=user.org_id, expires_at=session.expires_at
    )


def prove_password(door: Doorkeeper, user_id: str, *, password: str, address: str) -> str:
    """The hash that the user's password was compared with; counted like an attempt to log in.

    For a user who is logged in and changes what a thief of the session must not. Raises DomainError
    LoginFailed or LoginDelayed.
    """
    with door.store.read() as work:
        user = work.identity.user(user_id)
    login = user.login if user is not None else ""
    attempt = _attempt(door, login, address)
    known = user.password_hash if user is not None else None
    if not door.passwords.verify(known, password) or known is None:
        raise DomainError(refusals.LOGIN_FAILED)
    with door.store.concurrent() as work:
        work.credentials.attempt_succeeded(attempt)
    return known


def fold_login(login: str) -> str:
    """The one spelling of a login."""
    return login.strip().casefold()


def _attempt(door: Doorkeeper, login: str, address: str) -> int:
    now = door.now()
    login_hash, address_hash = secret_hash(login), secret_hash(address)
    with door.store.concurrent() as work:
        attempts = work.credentials
        attempts.lock_login(login_hash)
        wait_s = _delay_s(attempts.failures_of_address(address_hash, since=now - ADDRESS_MEMORY), now)
        # Otherwise whoever fails on purpose from elsewhere would keep the user out of its own office.
        if not attempts.succeeded_from(login_hash, address_hash, since=now - LOGIN_MEMORY):
            of_login = attempts.failures_of_login(login_hash, since=now - LOGIN_MEMORY)
            wait_s = max(wait_s, _delay_s(of_login, now))
        if wait_s > 0:
            # Not counted: whoever waits in vain would otherwise never get in again.
            raise DomainError(refusals.LOGIN_DELAYED, retry_after_s=ceil(wait_s))
        attempts.forget_attempts(before=now - LOGIN_MEMORY)
        return attempts.add_attempt(at=now, login_hash=login_hash, address_hash=address_hash)


def _delay_s(failures: FailedLogins, now: datetime) -> float:
    if failures.last_at is None or failures.count < FREE_FAILURES:
        return 0
    # The exponent is bounded, because a power of thousands is a number nobody waits for.
    doublings = min(failures.count - FREE_FAILURES, 16)
    delay = timedelta(seconds=min(FIRST_DELAY_S * 2**doublings, LONGEST_DELAY_S))
    return (failures.last_at + delay - now).total_seconds()


def _admitted(work: IdentityWork, login: str, compared_hash: str | None) -> UserRecord | None:
    """The user, if it may still come in with the password that was compared meanwhile."""
    user = work.identity.user_by_login(login)
    if user is None:
        return None
    organisation = work.identity.organisation(user.org_id, lock=Lock.SHARED)
    user = work.identity.user(user.user_id, lock=Lock.SHARED)
    if (
        user is None
        or organisation is None
        or organisation.state is not OrganisationState.ACTIVE
        or user.state is not UserState.ACTIVE
        or user.password_hash != compared_hash
    ):
        return None
    return user


def _rehash(door: Doorkeeper, user_id: str, compared_hash: str, password: str) -> None:
    """Hash the same password with today's parameters, unless it was changed meanwhile."""
    rehashed = door.passwords.hash(password)
    with door.store.concurrent() as work:
        user = work.identity.user(user_id, lock=Lock.ALONE)
        if user is not None and user.password_hash == compared_hash:
            work.identity.save_user(replace(user, password_hash=rehashed))


def _succeed(
    work: IdentityWork, now: datetime, user: UserRecord, attempt: int, correlation_id: str
) -> OpenedSession:
    work.credentials.attempt_succeeded(attempt)
    opened = open_session(work, user, now=now)
    work.audit.append(
        at=now,
        org_id=user.org_id,
        user_id=user.user_id,
        action="session.opened",
        subject=f"user:{user.user_id}",
        correlation_id=correlation_id,
        detail={"by": "password"},
    )
    return opened


def _tell_failure(
    work: IdentityWork, now: datetime, login: str, user: UserRecord | None, correlation_id: str
) -> None:
    # People type passwords into the field for the login; of one that nobody has only the hash is kept.
    subject = f"login-hash:{secret_hash(login)}" if user is None else f"user:{user.user_id}"
    work.audit.append(
        at=now,
        org_id=None if user is None else user.org_id,
        user_id=None,
        action="login.failed",
        subject=subject,
        correlation_id=correlation_id,
        detail={},
    )
