"""Sessions, API tokens, login attempts and logins in flight in the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    update,
)

from counterfoil.domain.access import OrganisationKind, Scope
from counterfoil.ports.identity import (
    CredentialRecord,
    FailedLogins,
    Lock,
    OidcLoginRecord,
    OrganisationState,
    SessionRecord,
    TokenRecord,
    UserState,
)
from counterfoil.store.schema import (
    api_tokens,
    login_attempts,
    oidc_logins,
    organisations,
    parties,
    sessions,
    users,
)
from counterfoil.store.service.identity import locked

SESSION_ID = "session:"
"""In front of a session's hash where it names the session."""

_OWNER = (
    users.c.user_id,
    users.c.state.label("user_state"),
    organisations.c.org_id,
    organisations.c.kind.label("org_kind"),
    organisations.c.state.label("org_state"),
    organisations.c.party_key,
    parties.c.party_id,
)


def _with_owner(credentials: Table, *columns: Any) -> Select[Any]:
    return (
        select(*columns, credentials.c.expires_at, *_OWNER)
        .join(users, users.c.user_id == credentials.c.user_id)
        .join(organisations, organisations.c.org_id == users.c.org_id)
        .outerjoin(parties, parties.c.party_key == organisations.c.party_key)
    )


_SESSIONS = _with_owner(
    sessions,
    (SESSION_ID + sessions.c.session_hash).label("credential_id"),
    null().label("scopes"),
    sessions.c.last_used_at,
    sessions.c.ended_at,
)
_TOKENS = _with_owner(
    api_tokens,
    api_tokens.c.token_id.label("credential_id"),
    api_tokens.c.scopes,
    null().label("last_used_at"),
    api_tokens.c.revoked_at.label("ended_at"),
)


def _by(statement: Select[Any], credentials: Table, column: Column[str]) -> dict[Lock, Select[Any]]:
    """The statement for one credential by each lock, built once: every command asks so."""
    chosen = statement.where(column == bindparam("named"))
    # In the order of whoever changes rights: PostgreSQL locks the tables as they are listed.
    return {lock: locked(chosen, lock, organisations, users, credentials) for lock in Lock}


_SESSIONS_BY_HASH = _by(_SESSIONS, sessions, sessions.c.session_hash)
_TOKENS_BY_ID = _by(_TOKENS, api_tokens, api_tokens.c.token_id)
_TOKENS_BY_HASH = _TOKENS.where(api_tokens.c.token_hash == bindparam("named"))


class SqlCredentials:
    """The Credentials protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_session(self, session: SessionRecord) -> None:
        """Keep a new session."""
        self._connection.execute(
            insert(sessions).values(
                session_hash=session.session_hash,
                user_id=session.user_id,
                created_at=session.created_at,
                expires_at=session.expires_at,
                last_used_at=session.last_used_at,
                ended_at=session.ended_at,
            )
        )

    def touch_session(self, session_hash: str, at: datetime) -> None:
        """Note that a session was used; never moves the time back."""
        self._connection.execute(
            update(sessions)
            .where(sessions.c.session_hash == session_hash, sessions.c.last_used_at < at)
            .values(last_used_at=at)
        )

    def open_sessions_of(self, user_id: str, *, now: datetime) -> tuple[SessionRecord, ...]:
        """Sessions of a user that nobody ended and that have not reached their end, oldest first."""
        rows = self._connection.execute(
            select(sessions)
            .where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None), sessions.c.expires_at > now)
            .order_by(sessions.c.created_at, sessions.c.session_hash)
        )
        return tuple(
            SessionRecord(
                session_hash=row.session_hash,
                user_id=row.user_id,
                created_at=row.created_at,
                expires_at=row.expires_at,
                last_used_at=row.last_used_at,
            )
            for row in rows
        )

    def end_session(self, session_hash: str, at: datetime) -> bool:
        """End a session; whether it was not over yet."""
        ended = self._connection.execute(
            update(sessions)
            .where(sessions.c.session_hash == session_hash, sessions.c.ended_at.is_(None))
            .values(ended_at=at)
        )
        return ended.rowcount == 1

    def end_sessions_of(self, user_id: str, at: datetime) -> int:
        """End all sessions of a user; how many were not over yet."""
        ended = self._connection.execute(
            update(sessions)
            .where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None))
            .values(ended_at=at)
        )
        return ended.rowcount

    def add_token(self, token: TokenRecord) -> None:
        """Keep a new API token."""
        self._connection.execute(
            insert(api_tokens).values(
                token_id=token.token_id,
                token_hash=token.token_hash,
                user_id=token.user_id,
                name=token.name,
                scopes=" ".join(sorted(token.scopes)),
                created_at=token.created_at,
                expires_at=token.expires_at,
                revoked_at=token.revoked_at,
            )
        )

    def token(self, token_id: str) -> TokenRecord | None:
        """The token of that id."""
        row = self._connection.execute(select(api_tokens).where(api_tokens.c.token_id == token_id)).first()
        return None if row is None else _token(row)

    def tokens_of(self, user_ids: Iterable[str]) -> tuple[TokenRecord, ...]:
        """All tokens of these users, oldest first."""
        rows = self._connection.execute(
            select(api_tokens)
            .where(api_tokens.c.user_id.in_(tuple(user_ids)))
            .order_by(api_tokens.c.token_id)
        )
        return tuple(_token(row) for row in rows)

    def revoke_token(self, token_id: str, at: datetime) -> bool:
        """Revoke a token; whether it was not revoked yet."""
        revoked = self._connection.execute(
            update(api_tokens)
            .where(api_tokens.c.token_id == token_id, api_tokens.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return revoked.rowcount == 1

    def revoke_tokens_of(self, user_id: str, at: datetime) -> int:
        """Revoke all tokens of a user; how many were not revoked yet."""
        revoked = self._connection.execute(
            update(api_tokens)
            .where(api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return revoked.rowcount

    def by_secret(self, secret_hash: str, *, of_session: bool) -> CredentialRecord | None:
        """The session or token that is proved by what has this hash, with its owner."""
        statement = _SESSIONS_BY_HASH[Lock.NONE] if of_session else _TOKENS_BY_HASH
        return self._credential(statement, secret_hash)

    def by_id(self, credential_id: str, *, lock: Lock = Lock.NONE) -> CredentialRecord | None:
        """The session or token of that id, with its owner; locks it, the user and the organisation."""
        if credential_id.startswith(SESSION_ID):
            return self._credential(_SESSIONS_BY_HASH[lock], credential_id.removeprefix(SESSION_ID))
        return self._credential(_TOKENS_BY_ID[lock], credential_id)

    def lock_login(self, login_hash: str) -> None:
        """Let attempts at one login go one after the other."""
        if self._connection.dialect.name == "postgresql":
            # A login that nobody has has no row to lock; its hash stands for it.
            key = int.from_bytes(bytes.fromhex(login_hash)[:8], signed=True)
            self._connection.execute(select(func.pg_advisory_xact_lock(key)))

    def failures_of_login(self, login_hash: str, *, since: datetime) -> FailedLogins:
        """Failures of a login since then and since its last success."""
        last_success = (
            select(func.max(login_attempts.c.attempt_id))
            .where(login_attempts.c.login_hash == login_hash, login_attempts.c.succeeded.is_(True))
            .scalar_subquery()
        )
        return self._failures(
            login_attempts.c.login_hash == login_hash,
            login_attempts.c.at >= since,
            login_attempts.c.attempt_id > func.coalesce(last_success, 0),
        )

    def failures_of_address(self, address_hash: str, *, since: datetime) -> FailedLogins:
        """Failures from an address since then; a success there excuses none of them."""
        return self._failures(login_attempts.c.address_hash == address_hash, login_attempts.c.at >= since)

    def succeeded_from(self, login_hash: str, address_hash: str, *, since: datetime) -> bool:
        """Whether somebody came in with that login from that address since then."""
        found = self._connection.scalar(
            select(login_attempts.c.attempt_id)
            .where(
                login_attempts.c.login_hash == login_hash,
                login_attempts.c.address_hash == address_hash,
                login_attempts.c.succeeded.is_(True),
                login_attempts.c.at >= since,
            )
            .limit(1)
        )
        return found is not None

    def add_attempt(self, *, at: datetime, login_hash: str, address_hash: str) -> int:
        """Keep an attempt, as failed until it is known to have succeeded; its number."""
        made = self._connection.execute(
            insert(login_attempts)
            .values(at=at, login_hash=login_hash, address_hash=address_hash, succeeded=False)
            .returning(login_attempts.c.attempt_id)
        )
        number: int = made.scalar_one()
        return number

    def attempt_succeeded(self, attempt_id: int) -> None:
        """Note that an attempt succeeded."""
        self._connection.execute(
            update(login_attempts).where(login_attempts.c.attempt_id == attempt_id).values(succeeded=True)
        )

    def forget_attempts(self, *, before: datetime) -> None:
        """Drop attempts of which nobody asks any more."""
        self._connection.execute(delete(login_attempts).where(login_attempts.c.at < before))

    def add_oidc_login(self, login: OidcLoginRecord) -> None:
        """Keep a login that goes on at an identity provider."""
        self._connection.execute(
            insert(oidc_logins).values(
                state_hash=login.state_hash,
                org_id=login.org_id,
                nonce=login.nonce,
                code_verifier_sealed=login.code_verifier_sealed,
                expires_at=login.expires_at,
            )
        )

    def take_oidc_login(self, state_hash: str) -> OidcLoginRecord | None:
        """The login in flight, once: whoever comes second finds nothing."""
        row = self._connection.execute(
            delete(oidc_logins).where(oidc_logins.c.state_hash == state_hash).returning(*oidc_logins.c)
        ).first()
        if row is None:
            return None
        return OidcLoginRecord(
            state_hash=row.state_hash,
            org_id=row.org_id,
            nonce=row.nonce,
            code_verifier_sealed=row.code_verifier_sealed,
            expires_at=row.expires_at,
        )

    def forget_oidc_logins(self, *, before: datetime) -> None:
        """Drop logins that nobody came back from."""
        self._connection.execute(delete(oidc_logins).where(oidc_logins.c.expires_at < before))

    def _credential(self, statement: Select[Any], named: str) -> CredentialRecord | None:
        row = self._connection.execute(statement, {"named": named}).first()
        if row is None:
            return None
        return CredentialRecord(
            credential_id=row.credential_id,
            scopes=None if row.scopes is None else _scopes(row.scopes),
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            ended_at=row.ended_at,
            user_id=row.user_id,
            user_state=UserState(row.user_state),
            org_id=row.org_id,
            org_kind=OrganisationKind(row.org_kind),
            org_state=OrganisationState(row.org_state),
            party_key=row.party_key,
            party_id=row.party_id,
        )

    def _failures(self, *conditions: ColumnElement[bool]) -> FailedLogins:
        row = self._connection.execute(
            select(func.count().label("failures"), func.max(login_attempts.c.at).label("last_at")).where(
                login_attempts.c.succeeded.is_(False), *conditions
            )
        ).one()
        return FailedLogins(count=row.failures, last_at=row.last_at)


def _token(row: Row[Any]) -> TokenRecord:
    return TokenRecord(
        token_id=row.token_id,
        token_hash=row.token_hash,
        user_id=row.user_id,
        name=row.name,
        scopes=_scopes(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(Scope(scope) for scope in text.split())
