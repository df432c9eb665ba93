"""Ending sessions, and changing the own password, which ends all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from counterfoil.domain.access import CREDENTIAL_INVALID, NOT_PERMITTED
from counterfoil.domain.errors import DomainError
from counterfoil.domain.passwords import check_password
from counterfoil.ports.identity import IdentityWork, Lock, OrganisationState, UserRecord, UserState
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking, record
from counterfoil.usecases.identity.passwords import Passwords
from counterfoil.usecases.identity.rights import SESSION_IDLE
from counterfoil.usecases.identity.secrets import secret_hash

_SESSION_ID = "session:"


def log_out(work: IdentityWork, asking: Asking) -> None:
    """End the session that asks. Raises DomainError NotPermitted for an API token: it is revoked instead."""
    own = _session_of(asking)
    if not work.credentials.end_session(own, asking.now):
        raise DomainError(CREDENTIAL_INVALID)
    record(work, asking, "session.ended", f"user:{asking.principal.user_id}")


def _session_of(asking: Asking) -> str:
    """The hash that names the session that asks. Raises DomainError NotPermitted for an API token."""
    credential_id = asking.principal.credential_id
    if not credential_id.startswith(_SESSION_ID):
        raise DomainError(NOT_PERMITTED, needed="a session")
    return credential_id.removeprefix(_SESSION_ID)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session that can still be used. session_id: names it, and opens nothing."""

    session_id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


def open_sessions(work: IdentityWork, user_id: str, *, now: datetime) -> tuple[OpenSession, ...]:
    """Sessions of a user that can still be used, oldest first."""
    return tuple(
        OpenSession(
            session_id=session_id_of(kept.session_hash),
            created_at=kept.created_at,
            last_used_at=kept.last_used_at,
            expires_at=kept.expires_at,
        )
        for kept in work.credentials.open_sessions_of(user_id, now=now)
        if now < kept.last_used_at + SESSION_IDLE
    )


def session_id_of(session_hash: str) -> str:
    """What a session is called: too little of its hash to be one."""
    return f"ses_{session_hash[:16]}"


def end_own_session(work: IdentityWork, asking: Asking, *, session_id: str) -> None:
    """End one session of the user who asks, from a session.

    Raises DomainError SessionUnknown, also for somebody else's, or NotPermitted.
    """
    _session_of(asking)
    user_id = asking.principal.user_id
    for kept in work.credentials.open_sessions_of(user_id, now=asking.now):
        if session_id_of(kept.session_hash) == session_id and work.credentials.end_session(
            kept.session_hash, asking.now
        ):
            record(work, asking, "session.ended", f"user:{user_id}", {"session_id": session_id})
            return
    raise DomainError(refusals.SESSION_UNKNOWN, session_id=session_id)


def log_out_everywhere(work: IdentityWork, asking: Asking) -> int:
    """End all sessions of the user who asks, from one of them; how many were open.

    Raises DomainError NotPermitted for an API token, which has no business with people's sessions.
    """
    _session_of(asking)
    ended = work.credentials.end_sessions_of(asking.principal.user_id, asking.now)
    record(work, asking, "session.all_ended", f"user:{asking.principal.user_id}", {"count": ended})
    return ended


def change_password(
    work: IdentityWork, asking: Asking, passwords: Passwords, *, proved_hash: str, password: str
) -> None:
    """Put a new password in place of the one that was proved with `prove_password`; ends all sessions.

    Raises DomainError PasswordUnfit, or LoginFailed where the password changed since it was proved.
    """
    organisation = work.identity.organisation(asking.principal.org_id, lock=Lock.SHARED)
    user = work.identity.user(asking.principal.user_id, lock=Lock.ALONE)
    if (
        user is None
        or organisation is None
        or user.state is not UserState.ACTIVE
        or user.password_hash != proved_hash
    ):
        raise DomainError(refusals.LOGIN_FAILED)
    _put_password(work, user, organisation.name, passwords, password=password, now=asking.now)
    record(work, asking, "password.changed", f"user:{user.user_id}")


def set_password_by_code(
    work: IdentityWork,
    passwords: Passwords,
    *,
    code: str,
    password: str,
    now: datetime,
    correlation_id: str,
) -> UserRecord:
    """Set a password with the code that an administrator handed over; the code is then used up.

    Ends all sessions. Raises DomainError ResetInvalid or PasswordUnfit; an unfit password uses nothing up.
    """
    found = work.identity.user_by_reset(secret_hash(code))
    if found is None:
        raise DomainError(refusals.RESET_INVALID)
    organisation = work.identity.organisation(found.org_id, lock=Lock.SHARED)
    # By the code again: of two who use it at once, the second finds it gone.
    user = work.identity.user_by_reset(secret_hash(code), lock=Lock.ALONE)
    if (
        user is None
        or organisation is None
        or organisation.state is not OrganisationState.ACTIVE
        or user.state is not UserState.ACTIVE
        or user.reset_expires_at is None
        or now >= user.reset_expires_at
    ):
        raise DomainError(refusals.RESET_INVALID)
    _put_password(work, user, organisation.name, passwords, password=password, now=now)
    work.identity.count_up()
    work.audit.append(
        at=now,
        org_id=user.org_id,
        user_id=user.user_id,
        action="password.set",
        subject=f"user:{user.user_id}",
        correlation_id=correlation_id,
        detail={},
    )
    return user


def _put_password(
    work: IdentityWork,
    user: UserRecord,
    organisation_name: str,
    passwords: Passwords,
    *,
    password: str,
    now: datetime,
) -> None:
    check_password(password, login=user.login, names=(organisation_name, user.display_name))
    work.identity.save_user(
        replace(
            user,
            password_hash=passwords.hash(password),
            password_changed_at=now,
            reset_hash=None,
            reset_expires_at=None,
        )
    )
    work.credentials.end_sessions_of(user.user_id, now)
