"""From a secret to whom it stands for, and the same asked again inside the transaction that relies on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.domain.access import (
    CREDENTIAL_INVALID,
    NOT_AUTHENTICATED,
    Principal,
    Scope,
    UserRole,
    scopes_of,
)
from counterfoil.domain.approvals import Limits
from counterfoil.domain.errors import DomainError
from counterfoil.ports.identity import (
    CredentialRecord,
    GrantsRecord,
    IdentityWork,
    Lock,
    OrganisationState,
    UserState,
)
from counterfoil.usecases.identity.secrets import SESSION, TOKEN, secret_hash

SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
_LONGEST_SECRET = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Who asks, as it stands within this transaction. limits: of the user, for amounts."""

    principal: Principal
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Who asks. last_used_at: of a session; None for a token. expires_at: when it ends at the latest."""

    principal: Principal
    expires_at: datetime
    last_used_at: datetime | None


def identify(work: IdentityWork, secret: str, *, now: datetime) -> Identified:
    """Whom a session or API token stands for. Raises DomainError NotAuthenticated or CredentialInvalid."""
    if not secret:
        raise DomainError(NOT_AUTHENTICATED)
    of_session = secret.startswith(SESSION)
    if len(secret) > _LONGEST_SECRET or not (of_session or secret.startswith(TOKEN)):
        raise DomainError(CREDENTIAL_INVALID)
    credential = work.credentials.by_secret(secret_hash(secret), of_session=of_session)
    if credential is None:
        raise DomainError(CREDENTIAL_INVALID)
    grants = work.identity.grants_of((credential.user_id,))[credential.user_id]
    return Identified(
        principal=_principal(credential, grants, now=now),
        expires_at=credential.expires_at,
        last_used_at=credential.last_used_at,
    )


def check_afresh(
    work: IdentityWork,
    principal: Principal,
    *,
    now: datetime,
    scope: Scope,
    role: UserRole | None = None,
    any_of: Iterable[UserRole] = (),
) -> Rights:
    """The rights of who asks, read anew, and kept as they are until this transaction ends.

    What a request was let in with may be milliseconds old; a user who was disabled meanwhile does not get a
    command in. The credential, the user and the organisation are locked shared, which every change of them
    waits for. Raises DomainError CredentialInvalid or NotPermitted.
    """
    credential = work.credentials.by_id(principal.credential_id, lock=Lock.SHARED)
    if credential is None:
        raise DomainError(CREDENTIAL_INVALID)
    # A statement of its own: what is joined without a lock would be from before the wait for the locks.
    grants = work.identity.grants_of((credential.user_id,))[credential.user_id]
    fresh = _principal(credential, grants, now=now)
    fresh.demand(scope, (*any_of, *(() if role is None else (role,))))
    return Rights(principal=fresh, limits=grants.limits)


def _principal(credential: CredentialRecord, grants: GrantsRecord, *, now: datetime) -> Principal:
    idle_since = credential.last_used_at
    if (
        credential.ended_at is not None
        or now >= credential.expires_at
        or (idle_since is not None and now >= idle_since + SESSION_IDLE)
        or credential.user_state is not UserState.ACTIVE
        or credential.org_state is not OrganisationState.ACTIVE
    ):
        raise DomainError(CREDENTIAL_INVALID)
    allowed = scopes_of(grants.roles)
    return Principal(
        user_id=credential.user_id,
        org_id=credential.org_id,
        org_kind=credential.org_kind,
        party_key=credential.party_key,
        party_id=credential.party_id,
        roles=grants.roles,
        scopes=allowed if credential.scopes is None else allowed & credential.scopes,
        credential_id=credential.credential_id,
    )
