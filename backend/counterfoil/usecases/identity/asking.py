"""Who asks for a change and when, and the entry of the audit log that every change ends with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from counterfoil.domain.access import OrganisationKind, Principal, Scope, UserRole
from counterfoil.domain.errors import DomainError
from counterfoil.ports.identity import IdentityWork, Lock, OrganisationRecord
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.rights import check_afresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A request for a change. principal: as the request was let in; its rights are read afresh. now: the
    service's clock, aware UTC.
    """

    principal: Principal
    now: datetime
    correlation_id: str


def administering(work: IdentityWork, asking: Asking, org_id: str) -> OrganisationRecord:
    """Begin a change of an organisation: its changes go one after the other, and the rights are read afresh.

    An operator's administrators reach every organisation, others only their own; another one is as if it did
    not exist. Raises DomainError OrganisationUnknown, CredentialInvalid or NotPermitted.
    """
    own = asking.principal.org_id == org_id
    # Locked before the administrator's own rows, so that two who disable each other do not wait in a ring.
    organisation = work.identity.organisation(org_id, lock=Lock.ALONE)
    rights = check_afresh(work, asking.principal, now=asking.now, scope=Scope.ADMIN, role=UserRole.ADMIN)
    if organisation is None or (not own and rights.principal.org_kind is not OrganisationKind.OPERATOR):
        raise DomainError(refusals.ORGANISATION_UNKNOWN, org_id=org_id)
    return organisation


def record(
    work: IdentityWork,
    asking: Asking,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
    *,
    rights_changed: bool = True,
    concerns: str | None = None,
) -> None:
    """End a change: tell caches that rights changed, and put it in the audit log.

    concerns: the organisation whose matter it is; where that is another one than that of who asks, the entry
    stands once for each of them, because an organisation reads its own entries only.
    """
    if rights_changed:
        work.identity.count_up()
    own = asking.principal.org_id
    for org_id in (own,) if concerns in (None, own) else (own, concerns):
        work.audit.append(
            at=asking.now,
            org_id=org_id,
            user_id=asking.principal.user_id,
            action=action,
            subject=subject,
            correlation_id=asking.correlation_id,
            detail=detail or {},
        )
