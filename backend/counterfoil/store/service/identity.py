"""Organisations, users and their grants in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.domain.access import OrganisationKind, UserRole
from counterfoil.domain.approvals import Limits
from counterfoil.ports.identity import (
    GrantsRecord,
    Lock,
    OrganisationRecord,
    OrganisationState,
    UserRecord,
    UserState,
)
from counterfoil.store.schema import (
    approval_policies,
    identity_version,
    organisations,
    user_limits,
    user_roles,
    users,
)

# One statement, built once: it is read within every command that somebody gives.
_GRANTS = union_all(
    select(
        user_roles.c.user_id,
        user_roles.c.role.label("name"),
        null().label("currency"),
        literal(0).label("limit_minor"),
    ).where(user_roles.c.user_id.in_(bindparam("user_ids", expanding=True))),
    select(
        user_limits.c.user_id,
        user_limits.c.operation,
        user_limits.c.currency,
        user_limits.c.limit_minor,
    ).where(user_limits.c.user_id.in_(bindparam("user_ids", expanding=True))),
)


class SqlIdentity:
    """The Identity protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_organisation(self, organisation: OrganisationRecord) -> None:
        """Keep a new organisation."""
        self._connection.execute(
            insert(organisations).values(
                org_id=organisation.org_id,
                name=organisation.name,
                kind=organisation.kind.value,
                party_key=organisation.party_key,
                state=organisation.state.value,
                oidc_json=organisation.oidc_json,
                oidc_secret_sealed=organisation.oidc_secret_sealed,
                created_at=organisation.created_at,
            )
        )

    def organisation(self, org_id: str, *, lock: Lock = Lock.NONE) -> OrganisationRecord | None:
        """The organisation of that id."""
        row = self._one(select(organisations).where(organisations.c.org_id == org_id), lock)
        return None if row is None else _organisation(row)

    def organisations(self, *, after: str = "", limit: int = 100) -> tuple[OrganisationRecord, ...]:
        """In order of their ids, those behind `after`."""
        rows = self._connection.execute(
            select(organisations)
            .where(organisations.c.org_id > after)
            .order_by(organisations.c.org_id)
            .limit(limit)
        )
        return tuple(_organisation(row) for row in rows)

    def has_operator(self) -> bool:
        """Whether anybody operates the service yet."""
        return self._any(organisations.c.kind == OrganisationKind.OPERATOR.value)

    def has_party(self, party_key: str) -> bool:
        """Whether an organisation acts for the party."""
        return self._any(organisations.c.party_key == party_key)

    def set_organisation_state(self, org_id: str, state: OrganisationState) -> None:
        """Suspend an organisation or let it in again."""
        self._change_organisation(org_id, state=state.value)

    def set_oidc(self, org_id: str, *, oidc_json: str | None, secret_sealed: str | None) -> None:
        """Keep an organisation's identity provider, or None for none."""
        self._change_organisation(org_id, oidc_json=oidc_json, oidc_secret_sealed=secret_sealed)

    def policy_of(self, org_id: str) -> dict[str, int]:
        """Approvals by operation."""
        rows = self._connection.execute(
            select(approval_policies.c.operation, approval_policies.c.approvals)
            .where(approval_policies.c.org_id == org_id)
            .order_by(approval_policies.c.operation)
        )
        return {row.operation: row.approvals for row in rows}

    def set_policy(self, org_id: str, policy: Mapping[str, int]) -> None:
        """Put this policy in place of the one before."""
        self._connection.execute(delete(approval_policies).where(approval_policies.c.org_id == org_id))
        if policy:
            self._connection.execute(
                insert(approval_policies),
                [
                    {"org_id": org_id, "operation": operation, "approvals": approvals}
                    for operation, approvals in policy.items()
                ],
            )

    def add_user(self, user: UserRecord) -> None:
        """Keep a new user."""
        self._connection.execute(insert(users).values(**_user_values(user)))

    def user(self, user_id: str, *, lock: Lock = Lock.NONE) -> UserRecord | None:
        """The user of that id."""
        row = self._one(select(users).where(users.c.user_id == user_id), lock)
        return None if row is None else _user(row)

    def user_by_login(self, login: str, *, lock: Lock = Lock.NONE) -> UserRecord | None:
        """The user of that login, which is in lower case."""
        row = self._one(select(users).where(users.c.login == login), lock)
        return None if row is None else _user(row)

    def user_by_reset(self, reset_hash: str, *, lock: Lock = Lock.NONE) -> UserRecord | None:
        """The user whose password may be set with that code."""
        row = self._one(select(users).where(users.c.reset_hash == reset_hash), lock)
        return None if row is None else _user(row)

    def user_by_subject(self, org_id: str, subject: str) -> UserRecord | None:
        """The user whom the organisation's identity provider calls so."""
        row = self._one(
            select(users).where(users.c.org_id == org_id, users.c.oidc_subject == subject), Lock.NONE
        )
        return None if row is None else _user(row)

    def forget_subjects(self, org_id: str) -> None:
        """Let no user of the organisation be one of an identity provider any more."""
        self._connection.execute(
            update(users)
            .where(users.c.org_id == org_id, users.c.oidc_subject.is_not(None))
            .values(oidc_subject=None, version=users.c.version + 1)
        )

    def users_of(self, org_id: str, *, after: str = "", limit: int = 100) -> tuple[UserRecord, ...]:
        """Users of an organisation in order of their ids, those behind `after`."""
        rows = self._connection.execute(
            select(users)
            .where(users.c.org_id == org_id, users.c.user_id > after)
            .order_by(users.c.user_id)
            .limit(limit)
        )
        return tuple(_user(row) for row in rows)

    def save_user(self, user: UserRecord) -> None:
        """Put this record in place of the user's, and count the user's version up."""
        values = _user_values(user)
        del values["user_id"], values["version"]
        self._connection.execute(
            update(users).where(users.c.user_id == user.user_id).values(**values, version=users.c.version + 1)
        )

    def grants_of(self, user_ids: Iterable[str]) -> dict[str, GrantsRecord]:
        """Roles and limits of each of these users; those who have none are there too."""
        wanted = tuple(dict.fromkeys(user_ids))
        roles: dict[str, set[UserRole]] = {user_id: set() for user_id in wanted}
        limits: dict[str, dict[tuple[str, str], int]] = {user_id: {} for user_id in wanted}
        for user_id, name, currency, limit_minor in self._connection.execute(_GRANTS, {"user_ids": wanted}):
            if currency is None:
                roles[user_id].add(UserRole(name))
            else:
                limits[user_id][name, currency] = limit_minor
        return {
            user_id: GrantsRecord(roles=frozenset(roles[user_id]), limits=limits[user_id])
            for user_id in wanted
        }

    def set_roles(self, user_id: str, roles: Iterable[UserRole]) -> None:
        """Put these roles in place of those before."""
        self._connection.execute(delete(user_roles).where(user_roles.c.user_id == user_id))
        rows = [{"user_id": user_id, "role": role.value} for role in sorted(frozenset(roles))]
        if rows:
            self._connection.execute(insert(user_roles), rows)

    def set_limits(self, user_id: str, limits: Limits) -> None:
        """Put these limits in place of those before."""
        self._connection.execute(delete(user_limits).where(user_limits.c.user_id == user_id))
        rows = [
            {"user_id": user_id, "operation": operation, "currency": currency, "limit_minor": limit_minor}
            for (operation, currency), limit_minor in sorted(limits.items())
        ]
        if rows:
            self._connection.execute(insert(user_limits), rows)

    def active_admins(self, org_id: str) -> frozenset[str]:
        """Users of the organisation who can administer it."""
        rows = self._connection.scalars(
            select(users.c.user_id)
            .join(user_roles, user_roles.c.user_id == users.c.user_id)
            .where(
                users.c.org_id == org_id,
                users.c.state == UserState.ACTIVE.value,
                user_roles.c.role == UserRole.ADMIN.value,
            )
        )
        return frozenset(rows)

    def version(self) -> int:
        """How often anybody's rights changed."""
        return self._connection.scalar(select(identity_version.c.version)) or 0

    def count_up(self) -> None:
        """Tell every process that keeps rights in memory to read them again.

        Waits for every other transaction that did the same: one of the last statements of a transaction.
        """
        counted = _upsert(self._connection).values(only_row=1, version=1)
        self._connection.execute(counted)

    def _change_organisation(self, org_id: str, **values: object) -> None:
        self._connection.execute(
            update(organisations).where(organisations.c.org_id == org_id).values(**values)
        )

    def _any(self, condition: Any) -> bool:
        return bool(self._connection.scalar(select(exists().where(condition))))

    def _one(self, statement: Select[Any], lock: Lock) -> Row[Any] | None:
        return self._connection.execute(locked(statement, lock)).first()


def locked(statement: Select[Any], lock: Lock, *tables: Any) -> Select[Any]:
    """The statement with its rows locked; tables: only theirs, where the statement joins several."""
    if lock is Lock.NONE:
        return statement
    return statement.with_for_update(read=lock is Lock.SHARED, of=tables or None)


def _upsert(connection: Connection) -> Insert:
    counted = {"version": identity_version.c.version + 1}
    if connection.dialect.name == "postgresql":
        return postgresql.insert(identity_version).on_conflict_do_update(
            index_elements=["only_row"], set_=counted
        )
    return sqlite.insert(identity_version).on_conflict_do_update(index_elements=["only_row"], set_=counted)


def _organisation(row: Row[Any]) -> OrganisationRecord:
    return OrganisationRecord(
        org_id=row.org_id,
        name=row.name,
        kind=OrganisationKind(row.kind),
        party_key=row.party_key,
        state=OrganisationState(row.state),
        created_at=row.created_at,
        oidc_json=row.oidc_json,
        oidc_secret_sealed=row.oidc_secret_sealed,
    )


def _user(row: Row[Any]) -> UserRecord:
    return UserRecord(
        user_id=row.user_id,
        org_id=row.org_id,
        login=row.login,
        display_name=row.display_name,
        state=UserState(row.state),
        created_at=row.created_at,
        version=row.version,
        password_hash=row.password_hash,
        password_changed_at=row.password_changed_at,
        oidc_subject=row.oidc_subject,
        reset_hash=row.reset_hash,
        reset_expires_at=row.reset_expires_at,
    )


def _user_values(user: UserRecord) -> dict[str, object]:
    return {
        "user_id": user.user_id,
        "org_id": user.org_id,
        "login": user.login,
        "display_name": user.display_name,
        "state": user.state.value,
        "created_at": user.created_at,
        "version": user.version,
        "password_hash": user.password_hash,
        "password_changed_at": user.password_changed_at,
        "oidc_subject": user.oidc_subject,
        "reset_hash": user.reset_hash,
        "reset_expires_at": user.reset_expires_at,
    }
