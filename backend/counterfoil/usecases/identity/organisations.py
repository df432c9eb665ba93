"""Organisations: the operator's first, members and auditors, suspending them, their approval policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from counterfoil.domain.access import (
    NOT_PERMITTED,
    OrganisationKind,
    UserRole,
)
from counterfoil.domain.approvals import EVERY_OPERATION, STANDARD_APPROVALS
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import ORGANISATION, new_id
from counterfoil.domain.passwords import check_password
from counterfoil.ports.identity import (
    IdentityWork,
    OrganisationRecord,
    OrganisationState,
    UserRecord,
)
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking, administering, record
from counterfoil.usecases.identity.passwords import Passwords
from counterfoil.usecases.identity.users import add_user


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCreated:
    """A new organisation, its first administrator, and the code with which that one sets a password."""

    organisation: OrganisationRecord
    admin: UserRecord
    code: str


def create_operator(
    work: IdentityWork,
    passwords: Passwords,
    *,
    name: str,
    login: str,
    display_name: str,
    password: str,
    now: datetime,
) -> tuple[OrganisationRecord, UserRecord]:
    """The first organisation of all, with an administrator who can log in.

    In a unit of work that runs alone, so that there is no second one. Raises DomainError OperatorExists or
    PasswordUnfit.
    """
    if work.identity.has_operator():
        raise DomainError(refusals.OPERATOR_EXISTS)
    check_password(password, login=login, names=(name, display_name))
    organisation = _organisation(OrganisationKind.OPERATOR, name, None, now)
    work.identity.add_organisation(organisation)
    work.identity.set_policy(organisation.org_id, {EVERY_OPERATION: STANDARD_APPROVALS})
    added, _ = add_user(
        work,
        organisation,
        login=login,
        display_name=display_name,
        roles=frozenset({UserRole.ADMIN}),
        limits={},
        now=now,
    )
    admin = replace(
        added,
        password_hash=passwords.hash(password),
        password_changed_at=now,
        reset_hash=None,
        reset_expires_at=None,
    )
    work.identity.save_user(admin)
    work.identity.count_up()
    work.audit.append(
        at=now,
        org_id=organisation.org_id,
        user_id=admin.user_id,
        action="operator.created",
        subject=f"organisation:{organisation.org_id}",
        correlation_id="",
        detail={"name": name, "login": admin.login},
    )
    return organisation, admin


def create_organisation(
    work: IdentityWork,
    asking: Asking,
    *,
    name: str,
    kind: OrganisationKind,
    party_id: int | None,
    admin_login: str,
    admin_name: str,
) -> OrganisationCreated:
    """A member for a registered party, or an auditor, by an administrator of the operator.

    party_id: the party's number on the ledger, for a member only. Raises DomainError NotPermitted,
    OrganisationUnfit or LoginTaken.
    """
    own = administering(work, asking, asking.principal.org_id)
    if own.kind is not OrganisationKind.OPERATOR:
        raise DomainError(NOT_PERMITTED, needed="an administrator of the operator")
    organisation = _organisation(kind, name, _party_key(work, kind, party_id), asking.now)
    work.identity.add_organisation(organisation)
    work.identity.set_policy(organisation.org_id, {EVERY_OPERATION: STANDARD_APPROVALS})
    admin, code = add_user(
        work,
        organisation,
        login=admin_login,
        display_name=admin_name,
        roles=frozenset({UserRole.ADMIN}),
        limits={},
        now=asking.now,
    )
    detail = {"name": name, "kind": kind.value, "party_id": party_id, "admin": admin.user_id}
    subject = f"organisation:{organisation.org_id}"
    record(work, asking, "organisation.created", subject, detail, rights_changed=False)
    return OrganisationCreated(organisation=organisation, admin=admin, code=code)


def set_organisation_state(
    work: IdentityWork, asking: Asking, *, org_id: str, state: OrganisationState
) -> OrganisationRecord:
    """Suspend an organisation, or let it in again, by an administrator of the operator.

    Raises DomainError NotPermitted, OrganisationUnknown or OwnOrganisation.
    """
    if asking.principal.org_kind is not OrganisationKind.OPERATOR:
        raise DomainError(NOT_PERMITTED, needed="an administrator of the operator")
    organisation = administering(work, asking, org_id)
    if org_id == asking.principal.org_id:
        raise DomainError(refusals.OWN_ORGANISATION)
    work.identity.set_organisation_state(org_id, state)
    record(work, asking, f"organisation.{state.value}", f"organisation:{org_id}", concerns=org_id)
    return replace(organisation, state=state)


def set_policy(work: IdentityWork, asking: Asking, *, policy: Mapping[str, int]) -> dict[str, int]:
    """Put this approval policy in place of the own organisation's: approvals by operation, '*' for the rest.

    Commands that wait for approvals are decided by the policy at the time of each decision.
    """
    organisation = administering(work, asking, asking.principal.org_id)
    kept = {EVERY_OPERATION: STANDARD_APPROVALS, **policy}
    work.identity.set_policy(organisation.org_id, kept)
    record(work, asking, "policy.set", f"organisation:{organisation.org_id}", {"approvals": kept})
    return kept


def _organisation(
    kind: OrganisationKind, name: str, party_key: str | None, now: datetime
) -> OrganisationRecord:
    return OrganisationRecord(
        org_id=new_id(ORGANISATION, at_ms=int(now.timestamp() * 1000)),
        name=name,
        kind=kind,
        party_key=party_key,
        state=OrganisationState.ACTIVE,
        created_at=now,
    )


def _party_key(work: IdentityWork, kind: OrganisationKind, party_id: int | None) -> str | None:
    if kind is not OrganisationKind.MEMBER:
        if party_id is not None:
            raise _unfit(f"an organisation of kind {kind.value} acts for no party")
        return None
    if party_id is None:
        raise _unfit("a member needs party_id, the number of its party on the ledger")
    party = work.parties.by_id(party_id)
    if party is None:
        raise _unfit(f"there is no party {party_id}")
    if work.identity.has_party(party.party_key):
        raise _unfit(f"another organisation acts for party {party_id}")
    return party.party_key


def _unfit(reason: str) -> DomainError:
    return DomainError(refusals.ORGANISATION_UNFIT, reason=reason)
