"""Talking to an organisation's identity provider: its own description, its keys, and a code for a token.

An administrator of an organisation names the provider, so its address is treated like any that somebody else
chooses: https and public unless the service is set up otherwise, connected to where it was resolved to, no
redirects, bounded answers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import httpx

from counterfoil.domain.errors import DomainError
from counterfoil.usecases.delivery.targets import URL_REFUSED, Target, find_target
from counterfoil.usecases.identity.id_token import (
    ExpectedToken,
    IdClaims,
    PublicKey,
    check_id_token,
    key_id_of,
    knows_key,
    usable_keys,
)
from counterfoil.usecases.identity.refusals import OIDC_REFUSED, OIDC_UNFIT, OIDC_UNREACHABLE

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_WHOLE_S = 15.0
_MOST_BYTES = 512 * 1024
_KEEP = timedelta(hours=1)
_ASK_AGAIN_AFTER = timedelta(seconds=30)
_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcClient:
    """What an organisation set up. client_secret: None for a client without one, which PKCE protects."""

    issuer: str
    client_id: str
    client_secret: str | None
    create_users: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(slots=True)
class _Kept:
    provider: Provider
    read_at: datetime
    keys: tuple[PublicKey, ...] = ()
    keys_read_at: datetime | None = None


class Providers:
    """Identity providers by issuer, with their keys kept for an hour; safe to use from several threads."""

    def __init__(
        self, *, now: Callable[[], datetime], allow_private: bool, whole_s: float = _WHOLE_S
    ) -> None:
        """allow_private: providers may stand in the own network and speak plain http. whole_s: most that one
        question takes from connecting to the last byte, however slowly the bytes come, in seconds.
        """
        self._now = now
        self._whole_s = whole_s
        self._allow_private = allow_private
        self._lock = Lock()
        self._kept: dict[str, _Kept] = {}

    def find(self, issuer: str) -> Provider:
        """The provider of that issuer. Raises DomainError OidcUnfit or OidcUnreachable."""
        return self._find(issuer).provider

    def exchange(
        self, client: OidcClient, *, code: str, code_verifier: str, redirect_uri: str
    ) -> Mapping[str, Any]:
        """The token answer for a code. Raises DomainError OidcRefused where the provider says no."""
        provider = self.find(client.issuer)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
            "client_id": client.client_id,
        }
        auth = None
        if client.client_secret is not None:
            auth = httpx.BasicAuth(_form_coded(client.client_id), _form_coded(client.client_secret))
        return self._ask("POST", provider.token_endpoint, form=form, auth=auth)

    def check(self, client: OidcClient, token: str, *, nonce: str) -> IdClaims:
        """The claims of an ID token; an unknown key makes us read the provider's keys again, now and then.

        Raises DomainError OidcRefused or OidcUnreachable.
        """
        kept = self._find(client.issuer)
        now = self._now()
        key_id = key_id_of(token)
        old_after = _KEEP if knows_key(kept.keys, key_id) else _ASK_AGAIN_AFTER
        if kept.keys_read_at is None or now - kept.keys_read_at >= old_after:
            self._read_keys(kept)
        expected = ExpectedToken(issuer=client.issuer, client_id=client.client_id, nonce=nonce, now=now)
        return check_id_token(token, kept.keys, expected)

    def _find(self, issuer: str) -> _Kept:
        now = self._now()
        with self._lock:
            kept = self._kept.get(issuer)
        if kept is not None and now - kept.read_at < _KEEP:
            return kept
        described = self._ask("GET", issuer.rstrip("/") + _WELL_KNOWN)
        if described.get("issuer") != issuer:
            raise DomainError(OIDC_UNFIT, reason="it calls itself by another issuer")
        fresh = _Kept(_provider(described), now)
        with self._lock:
            self._kept[issuer] = fresh
        return fresh

    def _read_keys(self, kept: _Kept) -> None:
        keys = usable_keys(self._ask("GET", kept.provider.jwks_uri))
        kept.keys, kept.keys_read_at = keys, self._now()

    def _ask(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> Mapping[str, Any]:
        try:
            target = find_target(url, allow_private=self._allow_private)
        except DomainError as refused:
            if refused.code != URL_REFUSED:
                raise
            raise DomainError(OIDC_UNFIT, reason=str(refused.facts["reason"])) from refused
        try:
            # A loop of its own for each question: only so can the whole of it be given an end.
            return asyncio.run(self._answer(method, target, form, auth))
        except TimeoutError as late:
            raise _unreachable("it takes too long") from late
        except (httpx.HTTPError, httpx.InvalidURL) as failed:
            raise _unreachable(type(failed).__name__) from failed

    async def _answer(
        self, method: str, target: Target, form: Mapping[str, str] | None, auth: httpx.Auth | None
    ) -> Mapping[str, Any]:
        async with (
            asyncio.timeout(self._whole_s),
            httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, follow_redirects=False) as client,
            client.stream(
                method,
                target.url,
                data=form,
                auth=auth or httpx.USE_CLIENT_DEFAULT,
                # Not packed: a few bytes that unpack to gigabytes would be unpacked before they are counted.
                headers={
                    "Host": target.host_header,
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                },
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            return await _json_of(answer, is_token=form is not None)


async def _json_of(answer: httpx.Response, *, is_token: bool) -> Mapping[str, Any]:
    content = bytearray()
    async for part in answer.aiter_raw():
        content += part
        if len(content) > _MOST_BYTES:
            raise _unreachable("it is too long")
    if is_token and 400 <= answer.status_code < 500:
        raise DomainError(OIDC_REFUSED, reason="the provider does not take the code")
    if answer.status_code != 200:
        raise _unreachable(f"HTTP {answer.status_code}")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as unfit:
        raise _unreachable("it is no JSON") from unfit
    if not isinstance(found, dict):
        raise _unreachable("it is no JSON object")
    return found


def _provider(described: Mapping[str, Any]) -> Provider:
    def endpoint(name: str) -> str:
        found = described.get(name)
        if not isinstance(found, str) or not found:
            raise DomainError(OIDC_UNFIT, reason=f"it states no {name}")
        return found

    return Provider(
        issuer=endpoint("issuer"),
        authorization_endpoint=endpoint("authorization_endpoint"),
        token_endpoint=endpoint("token_endpoint"),
        jwks_uri=endpoint("jwks_uri"),
    )


def _form_coded(text: str) -> str:
    # RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
    return str(httpx.QueryParams({"k": text}))[2:]


def _unreachable(reason: str) -> DomainError:
    return DomainError(OIDC_UNREACHABLE, reason=reason)
