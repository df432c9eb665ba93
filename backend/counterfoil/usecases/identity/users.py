"""Users of an organisation: who there is, what they may do, and letting them set a password.

An administrator never knows a user's password: it hands a code over, with which the user sets one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from counterfoil.domain.access import ROLES_OF_KIND, OrganisationKind, UserRole
from counterfoil.domain.approvals import Limits
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import USER, new_id
from counterfoil.ports.identity import IdentityWork, Lock, OrganisationRecord, UserRecord, UserState
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking, administering, record
from counterfoil.usecases.identity.login import fold_login
from counterfoil.usecases.identity.secrets import RESET, new_secret, secret_hash

RESET_LIFE = timedelta(hours=48)


def create_user(
    work: IdentityWork,
    asking: Asking,
    *,
    login: str,
    display_name: str,
    roles: Iterable[UserRole],
    limits: Limits,
) -> tuple[UserRecord, str]:
    """A new user of the own organisation, and the code with which it sets its password within 48 hours.

    Raises DomainError LoginTaken or RolesUnfit, and what `administering` raises.
    """
    organisation = administering(work, asking, asking.principal.org_id)
    user, code = add_user(
        work,
        organisation,
        login=login,
        display_name=display_name,
        roles=frozenset(roles),
        limits=limits,
        now=asking.now,
    )
    detail = {"login": user.login, **_grants(roles, limits)}
    record(work, asking, "user.created", f"user:{user.user_id}", detail, rights_changed=False)
    return user, code


def add_user(
    work: IdentityWork,
    organisation: OrganisationRecord,
    *,
    login: str,
    display_name: str,
    roles: frozenset[UserRole],
    limits: Limits,
    now: datetime,
) -> tuple[UserRecord, str]:
    """Keep a new user of an organisation that is locked, without telling the audit log."""
    folded = fold_login(login)
    _check_roles(organisation.kind, roles)
    if work.identity.user_by_login(folded) is not None:
        raise DomainError(refusals.LOGIN_TAKEN, login=folded)
    code = new_secret(RESET)
    user = UserRecord(
        user_id=new_id(USER, at_ms=int(now.timestamp() * 1000)),
        org_id=organisation.org_id,
        login=folded,
        display_name=display_name,
        state=UserState.ACTIVE,
        created_at=now,
        reset_hash=secret_hash(code),
        reset_expires_at=now + RESET_LIFE,
    )
    work.identity.add_user(user)
    work.identity.set_roles(user.user_id, roles)
    work.identity.set_limits(user.user_id, limits)
    return user, code


def set_roles(work: IdentityWork, asking: Asking, *, user_id: str, roles: Iterable[UserRole]) -> UserRecord:
    """Put these roles in place of the user's. Raises DomainError UserUnknown, RolesUnfit or LastAdmin."""
    wanted = frozenset(roles)
    organisation, user = _own_user(work, asking, user_id)
    _check_roles(organisation.kind, wanted)
    work.identity.set_roles(user_id, wanted)
    _keep_an_admin(work, organisation)
    work.identity.save_user(user)
    record(work, asking, "user.roles_set", f"user:{user_id}", {"roles": sorted(wanted)})
    return user


def set_limits(work: IdentityWork, asking: Asking, *, user_id: str, limits: Limits) -> UserRecord:
    """Put these limits in place of the user's. Raises DomainError UserUnknown."""
    _, user = _own_user(work, asking, user_id)
    work.identity.set_limits(user_id, limits)
    work.identity.save_user(user)
    record(work, asking, "user.limits_set", f"user:{user_id}", {"limits": _limits(limits)})
    return user


def disable_user(work: IdentityWork, asking: Asking, *, user_id: str) -> UserRecord:
    """Let a user in no more: its sessions end and its tokens are revoked. Raises UserUnknown, LastAdmin."""
    organisation, user = _own_user(work, asking, user_id)
    disabled = replace(user, state=UserState.DISABLED, reset_hash=None, reset_expires_at=None)
    work.identity.save_user(disabled)
    _keep_an_admin(work, organisation)
    _end_credentials(work, asking, user_id)
    record(work, asking, "user.disabled", f"user:{user_id}")
    return disabled


def enable_user(work: IdentityWork, asking: Asking, *, user_id: str) -> UserRecord:
    """Let a user in again. Raises DomainError UserUnknown."""
    _, user = _own_user(work, asking, user_id)
    enabled = replace(user, state=UserState.ACTIVE)
    work.identity.save_user(enabled)
    record(work, asking, "user.enabled", f"user:{user_id}")
    return enabled


def end_sessions(work: IdentityWork, asking: Asking, *, user_id: str) -> UserRecord:
    """End all sessions of a user, whose tokens go on. Raises DomainError UserUnknown."""
    _, user = _own_user(work, asking, user_id)
    ended = work.credentials.end_sessions_of(user_id, asking.now)
    work.identity.save_user(user)
    record(work, asking, "user.sessions_ended", f"user:{user_id}", {"count": ended})
    return user


def reset_password(work: IdentityWork, asking: Asking, *, user_id: str) -> tuple[UserRecord, str]:
    """A new code with which the user sets a password; the old one is void, sessions and tokens end.

    An operator's administrator may do so for the administrators of other organisations, who otherwise had
    nobody to ask. Raises DomainError UserUnknown.
    """
    _, user = _locked_user(work, asking, user_id, reaches=_is_admin(work, user_id))
    code = new_secret(RESET)
    changed = replace(
        user,
        password_hash=None,
        reset_hash=secret_hash(code),
        reset_expires_at=asking.now + RESET_LIFE,
    )
    work.identity.save_user(changed)
    _end_credentials(work, asking, user_id)
    record(work, asking, "user.reset", f"user:{user_id}", concerns=user.org_id)
    return changed, code


def link_subject(work: IdentityWork, asking: Asking, *, user_id: str, subject: str | None) -> UserRecord:
    """Say how the organisation's identity provider calls a user; None: it is nobody of the provider's.

    Raises DomainError UserUnknown, or LoginTaken where another user is called so.
    """
    organisation, user = _own_user(work, asking, user_id)
    if subject is not None:
        other = work.identity.user_by_subject(organisation.org_id, subject)
        if other is not None and other.user_id != user_id:
            raise DomainError(refusals.LOGIN_TAKEN, login=subject)
    linked = replace(user, oidc_subject=subject)
    work.identity.save_user(linked)
    record(work, asking, "user.linked", f"user:{user_id}", {"linked": subject is not None})
    return linked


def _own_user(work: IdentityWork, asking: Asking, user_id: str) -> tuple[OrganisationRecord, UserRecord]:
    return _locked_user(work, asking, user_id, reaches=lambda: False)


def _locked_user(
    work: IdentityWork, asking: Asking, user_id: str, *, reaches: Callable[[], bool]
) -> tuple[OrganisationRecord, UserRecord]:
    """The user to change and its organisation, both locked alone.

    reaches: whether an operator may change this one of another organisation, asked once all is locked.
    """
    found = work.identity.user(user_id)
    own = asking.principal.org_id
    foreign = found is not None and found.org_id != own
    operates = asking.principal.org_kind is OrganisationKind.OPERATOR
    # Somebody else's user is locked for nobody: the answer is that of a user who does not exist.
    org_id = found.org_id if found is not None and foreign and operates else own
    organisation = administering(work, asking, org_id)
    user = work.identity.user(user_id, lock=Lock.ALONE)
    if user is None or user.org_id != org_id or (foreign and not reaches()):
        raise DomainError(refusals.USER_UNKNOWN, user_id=user_id)
    return organisation, user


def _is_admin(work: IdentityWork, user_id: str) -> Callable[[], bool]:
    return lambda: UserRole.ADMIN in work.identity.grants_of((user_id,))[user_id].roles


def _end_credentials(work: IdentityWork, asking: Asking, user_id: str) -> None:
    work.credentials.end_sessions_of(user_id, asking.now)
    work.credentials.revoke_tokens_of(user_id, asking.now)


def _keep_an_admin(work: IdentityWork, organisation: OrganisationRecord) -> None:
    if not work.identity.active_admins(organisation.org_id):
        raise DomainError(refusals.LAST_ADMIN)


def _check_roles(kind: OrganisationKind, roles: Iterable[UserRole]) -> None:
    for role in sorted(roles):
        if role not in ROLES_OF_KIND[kind]:
            raise DomainError(refusals.ROLES_UNFIT, role=role.value)


def _grants(roles: Iterable[UserRole], limits: Limits) -> dict[str, object]:
    return {"roles": sorted(roles), "limits": _limits(limits)}


def _limits(limits: Limits) -> list[dict[str, object]]:
    return [
        {"operation": operation, "currency": currency, "limit_minor": limit_minor}
        for (operation, currency), limit_minor in sorted(limits.items())
    ]
