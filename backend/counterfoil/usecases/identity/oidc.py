"""Logging in at an organisation's own identity provider: authorization code flow with PKCE, state and nonce.

The login in flight is kept under the hash of its state, and taken out by whoever comes back with it: nobody
comes back twice. The browser that began it holds the state in a cookie too, so that nobody ends a login that
another one began.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from counterfoil.domain.access import UserRole
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import USER, new_id
from counterfoil.ports.identity import (
    IdentityStore,
    IdentityWork,
    Lock,
    OidcLoginRecord,
    OrganisationRecord,
    OrganisationState,
    UserRecord,
    UserState,
)
from counterfoil.ports.sealing import Sealing
from counterfoil.usecases.identity import refusals
from counterfoil.usecases.identity.asking import Asking, administering, record
from counterfoil.usecases.identity.id_token import IdClaims
from counterfoil.usecases.identity.login import OpenedSession, open_session
from counterfoil.usecases.identity.oidc_provider import OidcClient, Providers
from counterfoil.usecases.identity.secrets import secret_hash

LOGIN_LIFE = timedelta(minutes=10)
_SCOPE = "openid profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcDesk:
    """What these logins work with. redirect_uri: where providers send people back to."""

    store: IdentityStore
    sealing: Sealing
    providers: Providers
    redirect_uri: str
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcBegun:
    """Where to send the browser. state: for its cookie."""

    url: str
    state: str


def set_identity_provider(
    work: IdentityWork, asking: Asking, sealing: Sealing, client: OidcClient | None
) -> OrganisationRecord:
    """Put an identity provider in place of the own organisation's, or None for none.

    Users stay linked to the subjects of the provider so far only if the issuer stays the same. Raises what
    `administering` raises.
    """
    organisation = administering(work, asking, asking.principal.org_id)
    before = None if organisation.oidc_json is None else json.loads(organisation.oidc_json)["issuer"]
    if before is not None and (client is None or client.issuer != before):
        work.identity.forget_subjects(organisation.org_id)
    described, sealed = None, None
    if client is not None:
        described = json.dumps(
            {"issuer": client.issuer, "client_id": client.client_id, "create_users": client.create_users}
        )
        if client.client_secret is not None:
            sealed = sealing.seal(client.client_secret.encode(), _purpose(organisation.org_id))
    work.identity.set_oidc(organisation.org_id, oidc_json=described, secret_sealed=sealed)
    detail = {} if client is None else {"issuer": client.issuer, "create_users": client.create_users}
    record(work, asking, "identity_provider.set", f"organisation:{organisation.org_id}", detail)
    return organisation


def client_of(organisation: OrganisationRecord, sealing: Sealing) -> OidcClient | None:
    """The organisation's identity provider, with the secret opened."""
    if organisation.oidc_json is None:
        return None
    described = json.loads(organisation.oidc_json)
    sealed = organisation.oidc_secret_sealed
    secret = None if sealed is None else sealing.unseal(sealed, _purpose(organisation.org_id)).decode()
    return OidcClient(
        issuer=described["issuer"],
        client_id=described["client_id"],
        client_secret=secret,
        create_users=described["create_users"],
    )


def begin_login(desk: OidcDesk, *, org_id: str) -> OidcBegun:
    """Begin a login. Raises DomainError OidcMissing, OidcUnfit or OidcUnreachable."""
    with desk.store.read() as work:
        client = _client(desk, work.identity.organisation(org_id))
    provider = desk.providers.find(client.issuer)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    state_hash = secret_hash(state)
    now = desk.now()
    with desk.store.concurrent() as work:
        work.credentials.forget_oidc_logins(before=now)
        work.credentials.add_oidc_login(
            OidcLoginRecord(
                state_hash=state_hash,
                org_id=org_id,
                nonce=nonce,
                code_verifier_sealed=desk.sealing.seal(verifier.encode(), f"oidc-login:{state_hash}"),
                expires_at=now + LOGIN_LIFE,
            )
        )
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": desk.redirect_uri,
        "scope": _SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    joined = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return OidcBegun(url=f"{provider.authorization_endpoint}{joined}{urlencode(asked)}", state=state)


def end_login(
    desk: OidcDesk, *, state: str, cookie_state: str, code: str, issuer: str | None, correlation_id: str
) -> OpenedSession:
    """A session for whoever comes back with this code.

    issuer: as the answer names it (RFC 9207), None where it names none. Raises DomainError OidcRefused,
    OidcMissing, OidcUnfit, OidcUnreachable, or LoginFailed for somebody whom we do not know.
    """
    login = _take(desk, state, cookie_state)
    with desk.store.read() as work:
        client = _client(desk, work.identity.organisation(login.org_id))
    if issuer is not None and issuer != client.issuer:
        raise _refused("it is of another issuer")
    verifier = desk.sealing.unseal(login.code_verifier_sealed, f"oidc-login:{login.state_hash}").decode()
    answered = desk.providers.exchange(
        client, code=code, code_verifier=verifier, redirect_uri=desk.redirect_uri
    )
    token = answered.get("id_token")
    if not isinstance(token, str):
        raise _refused("it has no ID token")
    claims = desk.providers.check(client, token, nonce=login.nonce)
    with desk.store.concurrent() as work:
        return _admit(work, login.org_id, client, claims, now=desk.now(), correlation_id=correlation_id)


def _take(desk: OidcDesk, state: str, cookie_state: str) -> OidcLoginRecord:
    if not state or not hmac.compare_digest(state.encode(), cookie_state.encode()):
        raise _refused("this browser did not begin the login")
    # Kept in a transaction of its own: the state is used up whatever comes of it.
    with desk.store.concurrent() as work:
        login = work.credentials.take_oidc_login(secret_hash(state))
    if login is None or desk.now() >= login.expires_at:
        raise _refused("the login is unknown, over or used already")
    return login


def _client(desk: OidcDesk, organisation: OrganisationRecord | None) -> OidcClient:
    client = None
    if organisation is not None and organisation.state is OrganisationState.ACTIVE:
        client = client_of(organisation, desk.sealing)
    if client is None:
        raise DomainError(refusals.OIDC_MISSING)
    return client


def _admit(
    work: IdentityWork,
    org_id: str,
    client: OidcClient,
    claims: IdClaims,
    *,
    now: datetime,
    correlation_id: str,
) -> OpenedSession:
    # Alone where a user may be made, so that one subject does not become two users.
    organisation = work.identity.organisation(org_id, lock=Lock.ALONE)
    # Read again: the provider may have been changed while we talked to it.
    if (
        organisation is None
        or organisation.state is not OrganisationState.ACTIVE
        or organisation.oidc_json is None
        or json.loads(organisation.oidc_json)["issuer"] != client.issuer
    ):
        raise DomainError(refusals.OIDC_MISSING)
    user = work.identity.user_by_subject(org_id, claims.subject)
    made = user is None and client.create_users
    if made:
        user = _make_viewer(work, organisation, client, claims, now=now)
    if user is not None:
        user = work.identity.user(user.user_id, lock=Lock.SHARED)
    if user is None or user.state is not UserState.ACTIVE:
        raise DomainError(refusals.LOGIN_FAILED)
    opened = open_session(work, user, now=now)
    work.audit.append(
        at=now,
        org_id=org_id,
        user_id=user.user_id,
        action="session.opened",
        subject=f"user:{user.user_id}",
        correlation_id=correlation_id,
        detail={"by": "identity provider", "issuer": client.issuer, "user_made": made},
    )
    return opened


def _make_viewer(
    work: IdentityWork,
    organisation: OrganisationRecord,
    client: OidcClient,
    claims: IdClaims,
    *,
    now: datetime,
) -> UserRecord:
    named = "".join(mark for mark in claims.name if mark.isprintable()).strip()
    known_by = hashlib.sha256(f"{client.issuer}\n{claims.subject}".encode()).hexdigest()[:24]
    user = UserRecord(
        user_id=new_id(USER, at_ms=int(now.timestamp() * 1000)),
        org_id=organisation.org_id,
        # Never what the provider claims: a login, too, could be somebody else's.
        login=f"oidc-{known_by}@{organisation.org_id}",
        display_name=named[:200] or "User of the identity provider",
        state=UserState.ACTIVE,
        created_at=now,
        oidc_subject=claims.subject,
    )
    work.identity.add_user(user)
    work.identity.set_roles(user.user_id, {UserRole.VIEWER})
    return user


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _purpose(org_id: str) -> str:
    return f"oidc:{org_id}"


def _refused(reason: str) -> DomainError:
    return DomainError(refusals.OIDC_REFUSED, reason=reason)
