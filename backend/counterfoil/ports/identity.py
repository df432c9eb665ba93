"""What the service keeps of its organisations and users, as records and Protocols.

Locking. An organisation's row and a user's row are what changes of rights wait for: whoever changes them
locks the organisation alone first, whoever relies on them locks both shared. PostgreSQL evaluates only locked
rows anew after a wait, so everything that is relied on is either locked or read in a later statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Protocol

from counterfoil.domain.access import OrganisationKind, Scope, UserRole
from counterfoil.domain.approvals import Limits
from counterfoil.domain.audit_chain import AuditHead, ChainedEntry
from counterfoil.ports.store import Parties


class Lock(Enum):
    """How long a row stays as it was read. SHARED: nobody changes it before we end. ALONE: nobody else reads
    it with a lock either. On SQLite a transaction that may write is alone anyway.
    """

    NONE = "none"
    SHARED = "shared"
    ALONE = "alone"


class OrganisationState(StrEnum):
    """SUSPENDED: none of its users gets in, and nothing of it is approved."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class UserState(StrEnum):
    """DISABLED: does not get in; what it did stays."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRecord:
    """oidc_json: its identity provider without the client secret, which is sealed beside it."""

    org_id: str
    name: str
    kind: OrganisationKind
    party_key: str | None
    state: OrganisationState
    created_at: datetime
    oidc_json: str | None = None
    oidc_secret_sealed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """login: lower case, unique over all organisations. reset_hash: SHA-256 of the code with which the user
    sets a password. version: counts up with every change of what the user may do.
    """

    user_id: str
    org_id: str
    login: str
    display_name: str
    state: UserState
    created_at: datetime
    version: int = 1
    password_hash: str | None = None
    password_changed_at: datetime | None = None
    oidc_subject: str | None = None
    reset_hash: str | None = None
    reset_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantsRecord:
    """What a user was granted: roles, and limits by operation and currency."""

    roles: frozenset[UserRole]
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """session_hash: SHA-256 of the secret, as hexadecimal text."""

    session_hash: str
    user_id: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """An API token. token_hash: SHA-256 of the secret, as hexadecimal text."""

    token_id: str
    token_hash: str
    user_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRecord:
    """A session or token together with whose it is. scopes: of a token; None for a session, which has all
    that its user's roles give. last_used_at: of a session.
    """

    credential_id: str
    scopes: frozenset[Scope] | None
    expires_at: datetime
    last_used_at: datetime | None
    ended_at: datetime | None
    user_id: str
    user_state: UserState
    org_id: str
    org_kind: OrganisationKind
    org_state: OrganisationState
    party_key: str | None
    party_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcLoginRecord:
    """A login in flight at an identity provider."""

    state_hash: str
    org_id: str
    nonce: str
    code_verifier_sealed: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLogins:
    """How often it went wrong, and when last."""

    count: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAnchorRecord:
    """A head of the audit log that goes, or went, on chain."""

    sequence: int
    head_hash: str
    anchored: bool
    tx_hash: str | None = None
    block_number: int | None = None


class Identity(Protocol):
    """Organisations, users, and what these may do. Changes count the user's or everybody's version up."""

    def add_organisation(self, organisation: OrganisationRecord) -> None: ...
    def organisation(self, org_id: str, *, lock: Lock = Lock.NONE) -> OrganisationRecord | None: ...
    def organisations(self, *, after: str = "", limit: int = 100) -> tuple[OrganisationRecord, ...]: ...
    def has_operator(self) -> bool: ...
    def has_party(self, party_key: str) -> bool: ...
    def set_organisation_state(self, org_id: str, state: OrganisationState) -> None: ...
    def set_oidc(self, org_id: str, *, oidc_json: str | None, secret_sealed: str | None) -> None: ...
    def policy_of(self, org_id: str) -> dict[str, int]: ...
    def set_policy(self, org_id: str, policy: Mapping[str, int]) -> None: ...

    def add_user(self, user: UserRecord) -> None: ...
    def user(self, user_id: str, *, lock: Lock = Lock.NONE) -> UserRecord | None: ...
    def user_by_login(self, login: str, *, lock: Lock = Lock.NONE) -> UserRecord | None: ...
    def user_by_reset(self, reset_hash: str, *, lock: Lock = Lock.NONE) -> UserRecord | None: ...
    def user_by_subject(self, org_id: str, subject: str) -> UserRecord | None: ...
    def forget_subjects(self, org_id: str) -> None: ...
    def users_of(self, org_id: str, *, after: str = "", limit: int = 100) -> tuple[UserRecord, ...]: ...
    def save_user(self, user: UserRecord) -> None: ...
    def grants_of(self, user_ids: Iterable[str]) -> dict[str, GrantsRecord]: ...
    def set_roles(self, user_id: str, roles: Iterable[UserRole]) -> None: ...
    def set_limits(self, user_id: str, limits: Limits) -> None: ...
    def active_admins(self, org_id: str) -> frozenset[str]: ...

    def version(self) -> int: ...
    def count_up(self) -> None: ...


class Credentials(Protocol):
    """Sessions, API tokens, login attempts, logins in flight."""

    def add_session(self, session: SessionRecord) -> None: ...
    def touch_session(self, session_hash: str, at: datetime) -> None: ...
    def open_sessions_of(self, user_id: str, *, now: datetime) -> tuple[SessionRecord, ...]: ...
    def end_session(self, session_hash: str, at: datetime) -> bool: ...
    def end_sessions_of(self, user_id: str, at: datetime) -> int: ...

    def add_token(self, token: TokenRecord) -> None: ...
    def token(self, token_id: str) -> TokenRecord | None: ...
    def tokens_of(self, user_ids: Iterable[str]) -> tuple[TokenRecord, ...]: ...
    def revoke_token(self, token_id: str, at: datetime) -> bool: ...
    def revoke_tokens_of(self, user_id: str, at: datetime) -> int: ...

    def by_secret(self, secret_hash: str, *, of_session: bool) -> CredentialRecord | None: ...
    def by_id(self, credential_id: str, *, lock: Lock = Lock.NONE) -> CredentialRecord | None: ...

    def lock_login(self, login_hash: str) -> None: ...
    def failures_of_login(self, login_hash: str, *, since: datetime) -> FailedLogins: ...
    def failures_of_address(self, address_hash: str, *, since: datetime) -> FailedLogins: ...
    def succeeded_from(self, login_hash: str, address_hash: str, *, since: datetime) -> bool: ...
    def add_attempt(self, *, at: datetime, login_hash: str, address_hash: str) -> int: ...
    def attempt_succeeded(self, attempt_id: int) -> None: ...
    def forget_attempts(self, *, before: datetime) -> None: ...

    def add_oidc_login(self, login: OidcLoginRecord) -> None: ...
    def take_oidc_login(self, state_hash: str) -> OidcLoginRecord | None: ...
    def forget_oidc_logins(self, *, before: datetime) -> None: ...


class Audit(Protocol):
    """The audit log, append-only, and which of its heads are on chain.

    append waits for every other transaction that appended until that ends, so it is the last thing that a
    transaction does.
    """

    def head(self) -> AuditHead: ...
    def append(
        self,
        *,
        at: datetime,
        org_id: str | None,
        user_id: str | None,
        action: str,
        subject: str,
        correlation_id: str,
        detail: Mapping[str, object],
    ) -> ChainedEntry: ...
    def entries(
        self, *, after: int = 0, limit: int = 1000, org_id: str | None = None
    ) -> Sequence[ChainedEntry]: ...
    def anchors(self) -> tuple[AuditAnchorRecord, ...]: ...
    def add_anchor(self, head: AuditHead) -> None: ...
    def anchored(self, sequence: int, *, tx_hash: str | None, block_number: int | None) -> None: ...


class IdentityWork(Protocol):
    """The part of a unit of work that identity needs."""

    @property
    def parties(self) -> Parties: ...
    @property
    def identity(self) -> Identity: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def audit(self) -> Audit: ...


class IdentityStore(Protocol):
    """The doors of the store that identity uses."""

    def concurrent(self) -> AbstractContextManager[IdentityWork]: ...
    def read(self) -> AbstractContextManager[IdentityWork]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredHead:
    """A head as the chain has it. tx_hash, block_number: None where only the contract's state was asked."""

    sequence: int
    head_hash: str
    tx_hash: str | None = None
    block_number: int | None = None


class AnchorLedger(Protocol):
    """The contract Anchors, with the service's own anchoring key."""

    def last_anchor(self) -> AnchoredHead | None:
        """The newest head that this key put there."""
        ...

    def all_anchors(self) -> tuple[AnchoredHead, ...]:
        """Every head that this key put there, oldest first."""
        ...

    def anchor(self, head: AuditHead) -> AnchoredHead:
        """Put a head there, and wait for its block."""
        ...
