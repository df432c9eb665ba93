"""API tokens: for programs, with scopes and an end, shown once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from counterfoil.domain.access import NOT_PERMITTED, Scope, UserRole, scopes_of
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import TOKEN as TOKEN_ID
from counterfoil.domain.ids import new_id
from counterfoil.ports.identity import IdentityWork, TokenRecord
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking, record
from counterfoil.usecases.identity.rights import check_afresh
from counterfoil.usecases.identity.secrets import TOKEN, new_secret, secret_hash

LONGEST_LIFE = timedelta(days=366)


def create_token(
    work: IdentityWork, asking: Asking, *, name: str, scopes: Iterable[Scope], expires_at: datetime
) -> tuple[TokenRecord, str]:
    """A token of the user who asks, and its secret.

    Only a session makes tokens, so that a stolen token makes no further ones. Raises DomainError TokenUnfit,
    and what `check_afresh` raises.
    """
    wanted = frozenset(scopes)
    if not asking.principal.credential_id.startswith("session:"):
        raise _unfit("only somebody who is logged in makes tokens")
    rights = check_afresh(work, asking.principal, now=asking.now, scope=Scope.READ)
    beyond = wanted - scopes_of(rights.principal.roles)
    if beyond:
        raise _unfit(f"the user's roles do not allow {', '.join(sorted(beyond))}")
    if not wanted:
        raise _unfit("it has no scope")
    if not asking.now < expires_at <= asking.now + LONGEST_LIFE:
        raise _unfit("expires_at must be later than now, by a year at most")
    secret = new_secret(TOKEN)
    token = TokenRecord(
        token_id=new_id(TOKEN_ID, at_ms=int(asking.now.timestamp() * 1000)),
        token_hash=secret_hash(secret),
        user_id=asking.principal.user_id,
        name=name,
        scopes=wanted,
        created_at=asking.now,
        expires_at=expires_at,
    )
    work.credentials.add_token(token)
    detail = {"name": name, "scopes": sorted(wanted), "expires_at": expires_at.isoformat()}
    record(work, asking, "token.created", f"token:{token.token_id}", detail, rights_changed=False)
    return token, secret


def revoke_token(work: IdentityWork, asking: Asking, *, token_id: str) -> TokenRecord:
    """Revoke an own token, or as an administrator one of any user of the organisation.

    A token revokes itself and no other, so that who steals one that only reads stops nothing else. Revoking
    again changes nothing. Raises DomainError TokenUnknown, also for somebody else's, or NotPermitted.
    """
    rights = check_afresh(work, asking.principal, now=asking.now, scope=Scope.READ)
    token = work.credentials.token(token_id)
    owner = None if token is None else work.identity.user(token.user_id)
    administers = UserRole.ADMIN in rights.principal.roles and Scope.ADMIN in rights.principal.scopes
    if (
        token is None
        or owner is None
        or owner.org_id != asking.principal.org_id
        or not (administers or owner.user_id == asking.principal.user_id)
    ):
        raise DomainError(refusals.TOKEN_UNKNOWN, token_id=token_id)
    credential_id = asking.principal.credential_id
    if not (administers or credential_id.startswith("session:") or credential_id == token_id):
        raise DomainError(NOT_PERMITTED, needed="a session")
    if not work.credentials.revoke_token(token_id, asking.now):
        return token
    record(work, asking, "token.revoked", f"token:{token_id}")
    return replace(token, revoked_at=asking.now)


def _unfit(reason: str) -> DomainError:
    return DomainError(refusals.TOKEN_UNFIT, reason=reason)
