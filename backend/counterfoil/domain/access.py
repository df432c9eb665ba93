"""Who asks the service for something, and what these may ask: organisations, users' roles, scopes.

A role says what a user is trusted with; a scope, what a credential may be used for. A request needs both: a
token of a maker with the scope read enters nothing, and one with the scope write that a viewer got hold of
does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from counterfoil.domain.errors import DomainError, declare

NOT_AUTHENTICATED = declare(
    "NotAuthenticated",
    "the request says nothing of who asks",
    "Log in at /v1/sessions, or send an API token, as the header 'Authorization: Bearer ...'.",
)
CREDENTIAL_INVALID = declare(
    "CredentialInvalid",
    "the session or token is unknown, over or revoked",
    "Log in again, or have a new token made.",
)
NOT_PERMITTED = declare(
    "NotPermitted",
    "this needs {needed}",
    "Ask an administrator of your organisation for the role, or use a token that has the scope.",
)


class OrganisationKind(StrEnum):
    """MEMBER: acts for one party of the ledger. OPERATOR: runs the service and acts for its offices.
    AUDITOR: reads everything, never acts.
    """

    MEMBER = "member"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class UserRole(StrEnum):
    """ADMIN: users, tokens, policies of the organisation. MAKER: enters commands. CHECKER: approves what
    others entered. VIEWER: reads.
    """

    ADMIN = "admin"
    MAKER = "maker"
    CHECKER = "checker"
    VIEWER = "viewer"


class Scope(StrEnum):
    """What a credential may be used for."""

    READ = "read"
    WRITE = "write"
    APPROVE = "approve"
    ADMIN = "admin"


SCOPES_OF_ROLE: Mapping[UserRole, frozenset[Scope]] = MappingProxyType(
    {
        UserRole.ADMIN: frozenset({Scope.READ, Scope.ADMIN}),
        UserRole.MAKER: frozenset({Scope.READ, Scope.WRITE}),
        UserRole.CHECKER: frozenset({Scope.READ, Scope.APPROVE}),
        UserRole.VIEWER: frozenset({Scope.READ}),
    }
)

ROLES_OF_KIND: Mapping[OrganisationKind, frozenset[UserRole]] = MappingProxyType(
    {
        OrganisationKind.MEMBER: frozenset(UserRole),
        OrganisationKind.OPERATOR: frozenset(UserRole),
        OrganisationKind.AUDITOR: frozenset({UserRole.ADMIN, UserRole.VIEWER}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. party_key: of the party that a member acts for; party_id: its number on the ledger, None
    before its registration is there. credential_id: the session or token, without what it is proved by.
    """

    user_id: str
    org_id: str
    org_kind: OrganisationKind
    party_key: str | None
    party_id: int | None
    roles: frozenset[UserRole]
    scopes: frozenset[Scope]
    credential_id: str

    def demand(self, scope: Scope, any_of: Iterable[UserRole] = ()) -> None:
        """Refuse unless the credential has the scope and the user one of these roles, where any are named.

        Raises DomainError NotPermitted.
        """
        wanted = frozenset(any_of)
        if scope in self.scopes and (not wanted or self.roles & wanted):
            return
        needed = f"the scope {scope.value}"
        if wanted:
            needed += f" and the role {' or '.join(sorted(wanted))}"
        raise DomainError(NOT_PERMITTED, needed=needed)


def scopes_of(roles: Iterable[UserRole]) -> frozenset[Scope]:
    """Everything that a user with these roles may use a credential for."""
    return frozenset(scope for role in roles for scope in SCOPES_OF_ROLE[role])
