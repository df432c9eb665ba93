"""Checking an ID token of OpenID Connect: signed by the provider, for us, for this very login, and fresh.

Only signatures by a key pair are accepted, of algorithms that we name: a token can choose neither `none` nor
one that takes the provider's public key for a shared secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry

from counterfoil.domain.errors import DomainError
from counterfoil.usecases.identity.refusals import OIDC_REFUSED

PublicKey = RSAKey | ECKey | OKPKey

LEEWAY = timedelta(seconds=60)
"""How far the provider's clock may be from ours."""
_OLDEST = timedelta(minutes=10)
_LONGEST_TOKEN = 32_768
_LONGEST_SUBJECT = 255
# Of 2048 bits, in base 64.
_SHORTEST_MODULUS = 342
_KEY_TYPES: Mapping[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}
ALGORITHMS = tuple(_KEY_TYPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedToken:
    """For whom and for which login a token must be."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdClaims:
    """What the provider says of somebody. subject: how it calls that one, for ever."""

    subject: str
    name: str


class _Registry(JWSRegistry):
    """Our algorithms and no others. `EdDSA` is old for the name Ed25519, and providers still write it."""

    def get_alg(self, name: str) -> Any:
        if name not in _KEY_TYPES:
            raise UnsupportedAlgorithmError(f"algorithm {name!r}")
        return self.algorithms[name]


_REGISTRY = _Registry(strict_check_header=False)


def usable_keys(key_set: Mapping[str, Any]) -> tuple[PublicKey, ...]:
    """Those public keys of a JWK set that we accept signatures of; what else is in it is passed over."""
    found = []
    entries = key_set.get("keys")
    for entry in entries if isinstance(entries, list) else ():
        key = _usable(entry)
        if key is not None:
            found.append(key)
    return tuple(found)


def key_id_of(token: str) -> str | None:
    """Which key the token says it is signed with. Raises DomainError OidcRefused where it is no token."""
    header = _header(token)
    key_id = header.get("kid")
    return key_id if isinstance(key_id, str) else None


def knows_key(keys: Iterable[PublicKey], key_id: str | None) -> bool:
    """Whether a key of that id is among these; any will do for a token that names none."""
    return any(key_id is None or key.kid == key_id for key in keys)


def check_id_token(token: str, keys: Iterable[PublicKey], expected: ExpectedToken) -> IdClaims:
    """The claims of a token that is what it should be. Raises DomainError OidcRefused with the reason."""
    claims = _verified(token, keys)
    if claims.get("iss") != expected.issuer:
        raise _refused("it is of another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    # One audience only: who else is in it could hand the token on to us.
    if audiences != [expected.client_id] or claims.get("azp", expected.client_id) != expected.client_id:
        raise _refused("it is for somebody else")
    if claims.get("nonce") != expected.nonce:
        raise _refused("it belongs to another login")
    _check_times(claims, expected.now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise _refused("it does not say of whom it is")
    name = claims.get("name")
    return IdClaims(subject=subject, name=name if isinstance(name, str) else "")


def _verified(token: str, keys: Iterable[PublicKey]) -> Mapping[str, Any]:
    header = _header(token)
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in _KEY_TYPES:
        raise _refused("its algorithm is not accepted")
    for key in keys:
        if _fits(key, str(algorithm)) and key_id in (None, key.kid):
            claims = _payload(token, key, str(algorithm))
            if claims is not None:
                return claims
    raise _refused("its signature is not the provider's")


def _payload(token: str, key: PublicKey, algorithm: str) -> Mapping[str, Any] | None:
    try:
        verified = jws.deserialize_compact(token, key, algorithms=[algorithm], registry=_REGISTRY)
        claims = json.loads(verified.payload)
    except (JoseError, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def _header(token: str) -> Mapping[str, Any]:
    if len(token) > _LONGEST_TOKEN:
        raise _refused("it is too long")
    try:
        return jws.extract_compact(token.encode(), registry=_REGISTRY).headers()
    except (JoseError, ValueError) as unfit:
        raise _refused("it cannot be read") from unfit


def _usable(entry: object) -> PublicKey | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    if entry.get("kty") == "RSA" and len(str(entry.get("n", ""))) < _SHORTEST_MODULUS:
        return None
    try:
        key = import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if isinstance(key, OctKey) else key


def _fits(key: PublicKey, algorithm: str) -> bool:
    kind, curve = _KEY_TYPES[algorithm]
    stated = key.dict_value.get("alg")
    if stated is not None and stated not in _KEY_TYPES:
        return False
    return key.key_type == kind and (curve is None or key.curve_name == curve)  # type: ignore[union-attr]  # an RSA key is asked for no curve


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    stated = [claims.get(name) for name in ("exp", "iat")]
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in stated):
        raise _refused("it does not say how long it holds")
    expires_s, issued_s = (float(each) for each in stated if each is not None)
    now_s, leeway_s = now.timestamp(), LEEWAY.total_seconds()
    if now_s >= expires_s + leeway_s:
        raise _refused("it has run out")
    if issued_s > now_s + leeway_s:
        raise _refused("it is of the future")
    if issued_s < now_s - _OLDEST.total_seconds() - leeway_s:
        raise _refused("it is too old")
    not_before = claims.get("nbf")
    if not_before is not None and (
        isinstance(not_before, bool)
        or not isinstance(not_before, int | float)
        or not_before > now_s + leeway_s
    ):
        raise _refused("it does not hold yet")


def _refused(reason: str) -> DomainError:
    return DomainError(OIDC_REFUSED, reason=f"the ID token: {reason}")
