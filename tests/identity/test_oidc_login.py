"""Logging in at an identity provider, and every way in which one tries to get in without."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from counterfoil.chain.service_key import ServiceKey
from counterfoil.domain.access import Principal, UserRole
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.identity import OrganisationState
from counterfoil.usecases.identity.login import OpenedSession
from counterfoil.usecases.identity.oidc import (
    OidcBegun,
    OidcDesk,
    begin_login,
    end_login,
    set_identity_provider,
)
from counterfoil.usecases.identity.oidc_provider import OidcClient, Providers
from counterfoil.usecases.identity.rights import identify
from counterfoil.usecases.identity.users import disable_user, link_subject
from identity.fake_identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    FakeIdentityProvider,
    rsa_key,
    serve_provider,
)
from identity.identity_support import Town, at_once, codes

Changes = Callable[[dict[str, Any]], None]


@pytest.fixture
def provider(small_town: Town) -> Iterator[FakeIdentityProvider]:
    with serve_provider(small_town.clock) as served:
        yield served


@pytest.fixture
def desk(small_town: Town, provider: FakeIdentityProvider) -> OidcDesk:
    """Nordwind has the provider, and mara is its sub-1."""
    made = OidcDesk(
        store=small_town.store,
        sealing=ServiceKey(secrets.token_bytes(32)),
        providers=Providers(now=small_town.clock, allow_private=True),
        redirect_uri="https://service.example/v1/oidc/callback",
        now=small_town.clock,
    )
    sets_provider(small_town, made, provider.issuer)
    asking = small_town.asking("abel")
    with small_town.store.concurrent() as work:
        link_subject(work, asking, user_id=small_town.users["mara"], subject="sub-1")
    return made


def sets_provider(
    town: Town, desk: OidcDesk, issuer: str, *, create_users: bool = False, secret: str | None = CLIENT_SECRET
) -> None:
    asking = town.asking("abel")
    client = OidcClient(issuer=issuer, client_id=CLIENT_ID, client_secret=secret, create_users=create_users)
    with town.store.concurrent() as work:
        set_identity_provider(work, asking, desk.sealing, client)


def begins(town: Town, desk: OidcDesk) -> OidcBegun:
    return begin_login(desk, org_id=town.organisations["Nordwind"])


def ends(desk: OidcDesk, begun: OidcBegun, back: dict[str, str], **changed: Any) -> OpenedSession:
    given: dict[str, Any] = {
        "state": back["state"],
        "cookie_state": begun.state,
        "code": back["code"],
        "issuer": back.get("iss"),
        "correlation_id": "c",
        **changed,
    }
    return end_login(desk, **given)


def logs_in(
    town: Town, desk: OidcDesk, provider: FakeIdentityProvider, *, subject: str = "sub-1"
) -> Principal:
    begun = begins(town, desk)
    opened = ends(desk, begun, provider.authorize(begun.url, subject=subject))
    with town.store.read() as work:
        return identify(work, opened.secret, now=town.clock()).principal


def refusal(town: Town, desk: OidcDesk, provider: FakeIdentityProvider, **named: str) -> CounterfoilError:
    with pytest.raises(CounterfoilError) as refused:
        logs_in(town, desk, provider, **named)
    assert "session.opened" not in town.actions()
    return refused.value


def test_who_is_linked_comes_in_as_that_user(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    principal = logs_in(small_town, desk, provider)
    assert principal.user_id == small_town.users["mara"]
    assert principal.roles == {UserRole.MAKER}
    with small_town.store.read() as work:
        entry = work.audit.entries()[-1].entry
    assert (entry.action, json.loads(entry.detail_json)["by"]) == ("session.opened", "identity provider")


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", lambda: rsa_key("k")),
        ("ES256", lambda: ECKey.generate_key("P-256", {"kid": "k"})),
        ("EdDSA", lambda: OKPKey.generate_key("Ed25519", {"kid": "k"})),
    ],
)
def test_each_accepted_algorithm_works(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider, algorithm: str, key: Callable[[], Any]
) -> None:
    provider.key, provider.algorithm = key(), algorithm
    provider.published.append(provider.key)
    assert logs_in(small_town, desk, provider).user_id == small_town.users["mara"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "somebody-else"}, "for somebody else"),
        ({"aud": [CLIENT_ID, "somebody-else"]}, "for somebody else"),
        ({"aud": []}, "for somebody else"),
        ({"aud": None}, "for somebody else"),
        ({"aud": CLIENT_ID, "azp": "somebody-else"}, "for somebody else"),
        ({"nonce": "another"}, "another login"),
        ({"nonce": None}, "another login"),
        ({"exp": 0}, "run out"),
        ({"exp": None}, "how long"),
        ({"exp": "2099"}, "how long"),
        ({"exp": True}, "how long"),
        ({"iat": None}, "how long"),
        ({"iat": 4_000_000_000}, "future"),
        ({"iat": 1_000_000_000}, "too old"),
        ({"nbf": 4_000_000_000}, "not hold yet"),
        ({"sub": None}, "of whom"),
        ({"sub": ""}, "of whom"),
        ({"sub": 7}, "of whom"),
        ({"sub": "x" * 256}, "of whom"),
    ],
)
def test_a_signed_token_that_is_not_for_this_login_is_refused(
    small_town: Town,
    desk: OidcDesk,
    provider: FakeIdentityProvider,
    changes: dict[str, Any],
    reason: str,
) -> None:
    def change(claims: dict[str, Any]) -> None:
        for name, value in changes.items():
            if value is None:
                del claims[name]
            else:
                claims[name] = value

    provider.change_claims = change
    refused = refusal(small_town, desk, provider)
    assert refused.code == "OidcRefused"
    assert reason in refused.message


def test_an_audience_of_one_in_a_list_is_fine(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    provider.change_claims = lambda claims: claims.update(aud=[CLIENT_ID], azp=CLIENT_ID)
    logs_in(small_town, desk, provider)


def unsigned(token: str) -> str:
    """Algorithm none, no signature."""
    _, claims, _ = token.split(".")
    return f"eyJhbGciOiJub25lIiwia2lkIjoib25lIn0.{claims}."


@pytest.mark.parametrize(
    "change",
    [
        unsigned,
        lambda token: token.rsplit(".", 1)[0] + ".",
        lambda token: token[:-8] + "AAAAAAAA",
        lambda token: token.split(".")[0] + "." + "e30" + "." + token.split(".")[2],
        lambda token: token + ".x.y",
        lambda token: "",
        lambda token: "no token",
        lambda token: "a" * 40_000,
        lambda token: "é.è.à",
    ],
    ids=["none", "cut", "forged", "other-claims", "five-parts", "empty", "words", "long", "not-ascii"],
)
def test_a_token_without_the_providers_signature_is_refused(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider, change: Callable[[str], str]
) -> None:
    provider.change_token = change
    assert refusal(small_town, desk, provider).code == "OidcRefused"


def test_the_public_key_is_no_shared_secret(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    provider.confuse_key()
    refused = refusal(small_town, desk, provider)
    assert "algorithm" in refused.message


def test_a_key_brought_along_in_the_header_is_not_used(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    thief = RSAKey.generate_key(2048, {"kid": "one"})
    provider.key = thief
    provider.change_header = lambda header: header.update(jwk=thief.as_dict(private=False))
    assert refusal(small_town, desk, provider).code == "OidcRefused"


@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("PS256", lambda: rsa_key("k")),
        ("RS512", lambda: rsa_key("k")),
        ("ES384", lambda: ECKey.generate_key("P-384", {"kid": "k"})),
        ("RS256", lambda: RSAKey.generate_key(1024, {"kid": "k"})),
    ],
    ids=["PS256", "RS512", "ES384", "small-key"],
)
def test_other_algorithms_and_small_keys_are_refused(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider, algorithm: str, key: Callable[[], Any]
) -> None:
    provider.key, provider.algorithm = key(), algorithm
    provider.published.append(provider.key)
    assert refusal(small_town, desk, provider).code == "OidcRefused"


def test_an_encryption_key_signs_nothing(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "k", "use": "enc"})
    provider.published.append(provider.key)
    provider.change_header = lambda header: None
    provider.key = RSAKey.import_key({**provider.key.as_dict(private=True), "use": "sig"})
    assert refusal(small_town, desk, provider).code == "OidcRefused"


def test_keys_are_kept_and_read_again_when_a_new_one_signs(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    logs_in(small_town, desk, provider)
    logs_in(small_town, desk, provider)
    assert provider.asked.count("/keys") == 1
    provider.key = rsa_key("two")
    provider.published[:] = [provider.key]
    with pytest.raises(CounterfoilError):
        logs_in(small_town, desk, provider)
    assert provider.asked.count("/keys") == 1, "not more often than every thirty seconds"
    small_town.clock.advance(seconds=30)
    logs_in(small_town, desk, provider)
    assert provider.asked.count("/keys") == 2


def test_a_withdrawn_key_is_forgotten_within_the_hour(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    logs_in(small_town, desk, provider)
    provider.published[:] = [rsa_key("two")]
    small_town.clock.advance(hours=1)
    small_town.secrets.clear()
    with pytest.raises(CounterfoilError) as refused:
        logs_in(small_town, desk, provider)
    assert refused.value.code == "OidcRefused"


def test_a_provider_that_sends_a_byte_now_and_then_holds_nobody_up(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    """Each byte comes in time; all of them never would."""
    slow = replace(desk, providers=Providers(now=small_town.clock, allow_private=True, whole_s=0.3))
    provider.drips = True
    with pytest.raises(CounterfoilError) as refused:
        begins(small_town, slow)
    assert (refused.value.code, refused.value.facts["reason"]) == ("OidcUnreachable", "it takes too long")


def test_answers_are_not_unpacked(small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider) -> None:
    provider.packed = True
    with pytest.raises(CounterfoilError) as refused:
        begins(small_town, desk)
    assert refused.value.code == "OidcUnreachable"


def test_a_login_is_ended_once(small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider) -> None:
    begun = begins(small_town, desk)
    back = provider.authorize(begun.url)
    ends(desk, begun, back)
    with pytest.raises(CounterfoilError) as refused:
        ends(desk, begun, {**back, "code": provider.authorize(begun.url)["code"]})
    assert refused.value.code == "OidcRefused"


def test_a_login_ended_twice_at_once_is_ended_once(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    begun = begins(small_town, desk)
    backs = [provider.authorize(begun.url) for _ in range(3)]
    results = at_once(*[lambda back=back: ends(desk, begun, back) for back in backs])  # type: ignore[misc]  # each lambda has its own
    assert codes(results) == ["OidcRefused"] * 2


def test_a_failed_login_uses_its_state_up(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    begun = begins(small_town, desk)
    back = provider.authorize(begun.url)
    for code in ("wrong", back["code"]):
        with pytest.raises(CounterfoilError) as refused:
            ends(desk, begun, {**back, "code": code})
        assert refused.value.code == "OidcRefused"


@pytest.mark.parametrize("cookie", ["", "another"])
def test_another_browser_does_not_end_a_login(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider, cookie: str
) -> None:
    begun = begins(small_town, desk)
    with pytest.raises(CounterfoilError) as refused:
        ends(desk, begun, provider.authorize(begun.url), cookie_state=cookie)
    assert refused.value.code == "OidcRefused"


def test_a_state_of_ones_own_is_of_no_use(desk: OidcDesk, provider: FakeIdentityProvider) -> None:
    own = OidcBegun(url="", state="mine")
    with pytest.raises(CounterfoilError) as refused:
        ends(desk, own, {"state": "mine", "code": "x"})
    assert refused.value.code == "OidcRefused"


def test_a_login_waits_ten_minutes(small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider) -> None:
    begun = begins(small_town, desk)
    small_town.clock.advance(minutes=10)
    with pytest.raises(CounterfoilError) as refused:
        ends(desk, begun, provider.authorize(begun.url))
    assert refused.value.code == "OidcRefused"


def test_an_answer_of_another_issuer_is_refused(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    begun = begins(small_town, desk)
    back = {**provider.authorize(begun.url), "iss": "https://evil.example"}
    with pytest.raises(CounterfoilError) as refused:
        ends(desk, begun, back)
    assert refused.value.code == "OidcRefused"


def test_a_code_of_another_login_is_refused(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    """Its challenge is of another verifier: what PKCE is for."""
    mine, victims = begins(small_town, desk), begins(small_town, desk)
    stolen = provider.authorize(victims.url)["code"]
    with pytest.raises(CounterfoilError) as refused:
        ends(desk, mine, {**provider.authorize(mine.url), "code": stolen})
    assert refused.value.code == "OidcRefused"


def test_who_is_not_known_does_not_come_in(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    assert refusal(small_town, desk, provider, subject="sub-2").code == "LoginFailed"


def test_who_is_disabled_does_not_come_in(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    asking = small_town.asking("abel")
    with small_town.store.concurrent() as work:
        disable_user(work, asking, user_id=small_town.users["mara"])
    assert refusal(small_town, desk, provider).code == "LoginFailed"


def test_who_is_not_known_becomes_a_viewer_where_the_organisation_wants_it(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    sets_provider(small_town, desk, provider.issuer, create_users=True)
    provider.change_claims = lambda claims: claims.update(name="Chen\u202e\x07 ", preferred_username="abel")
    first = logs_in(small_town, desk, provider, subject="sub-2")
    again = logs_in(small_town, desk, provider, subject="sub-2")
    assert first.user_id == again.user_id
    assert (first.roles, first.org_id) == ({UserRole.VIEWER}, small_town.organisations["Nordwind"])
    with small_town.store.read() as work:
        user = work.identity.user(first.user_id)
    assert user is not None
    assert (user.display_name, user.password_hash) == ("Chen", None)
    assert user.login.startswith("oidc-")


def test_one_subject_that_comes_twice_at_once_becomes_one_user(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    sets_provider(small_town, desk, provider.issuer, create_users=True)
    results = at_once(*[lambda: logs_in(small_town, desk, provider, subject="sub-3")] * 3)
    assert codes(results) == []
    assert len({found.user_id for found in results if isinstance(found, Principal)}) == 1


def test_another_issuer_links_nobody_any_more(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    """Otherwise whoever runs the new one could come in as anybody by its subject."""
    with serve_provider(small_town.clock) as other:
        sets_provider(small_town, desk, other.issuer)
        assert refusal(small_town, desk, other).code == "LoginFailed"


def test_without_a_provider_and_while_suspended_nobody_begins(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    for org_id in (small_town.organisations["Suedtor"], "org_" + "0" * 26, "x"):
        with pytest.raises(CounterfoilError) as refused:
            begin_login(desk, org_id=org_id)
        assert refused.value.code == "OidcMissing"
    begun = begins(small_town, desk)
    with small_town.store.concurrent() as work:
        work.identity.set_organisation_state(
            small_town.organisations["Nordwind"], OrganisationState.SUSPENDED
        )
    with pytest.raises(CounterfoilError) as refused:
        ends(desk, begun, provider.authorize(begun.url))
    assert refused.value.code == "OidcMissing"


@pytest.mark.parametrize(
    ("answered", "code"),
    [
        (("/.well-known/openid-configuration", (500, b"")), "OidcUnreachable"),
        (("/.well-known/openid-configuration", (302, b"http://127.0.0.1:1/")), "OidcUnreachable"),
        (("/.well-known/openid-configuration", (200, b"[]")), "OidcUnreachable"),
        (("/.well-known/openid-configuration", (200, b"<html>")), "OidcUnreachable"),
        (("/.well-known/openid-configuration", (200, b" " * 600_000)), "OidcUnreachable"),
        (("/.well-known/openid-configuration", (200, b'{"issuer": "https://other.example"}')), "OidcUnfit"),
        (("/keys", (500, b"")), "OidcUnreachable"),
        (("/keys", (200, b'{"keys": "none"}')), "OidcRefused"),
        (("/keys", (200, b'{"keys": [{"kty": "RSA", "kid": "one"}, 7, null]}')), "OidcRefused"),
        (("/token", (400, b'{"error": "invalid_grant"}')), "OidcRefused"),
        (("/token", (503, b"")), "OidcUnreachable"),
        (("/token", (200, b'{"access_token": "x"}')), "OidcRefused"),
        (("/token", (200, b'{"id_token": 7}')), "OidcRefused"),
    ],
)
def test_a_provider_that_answers_nonsense_lets_nobody_in(
    small_town: Town,
    desk: OidcDesk,
    provider: FakeIdentityProvider,
    answered: tuple[str, tuple[int, bytes]],
    code: str,
) -> None:
    path, answer = answered
    provider.answers[path] = answer
    assert refusal(small_town, desk, provider).code == code


def test_a_provider_that_is_not_there_lets_nobody_in(small_town: Town, desk: OidcDesk) -> None:
    sets_provider(small_town, desk, "http://127.0.0.1:9")
    with pytest.raises(CounterfoilError) as refused:
        begins(small_town, desk)
    assert refused.value.code == "OidcUnreachable"


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example",
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://169.254.169.254",
        "https://[::1]",
        "https://[::ffff:10.0.0.1]",
        "https://user:pw@id.example",
    ],
)
def test_providers_stand_on_the_public_internet_and_speak_https(small_town: Town, issuer: str) -> None:
    providers = Providers(now=small_town.clock, allow_private=False)
    with pytest.raises(CounterfoilError) as refused:
        providers.find(issuer)
    assert refused.value.code == "OidcUnfit"


def test_what_the_provider_names_is_held_to_the_same(
    small_town: Town, desk: OidcDesk, provider: FakeIdentityProvider
) -> None:
    provider.described["token_endpoint"] = "ftp://127.0.0.1/token"
    assert refusal(small_town, desk, provider).code == "OidcUnfit"


def test_the_secret_is_sealed(small_town: Town, desk: OidcDesk) -> None:
    with small_town.store.read() as work:
        organisation = work.identity.organisation(small_town.organisations["Nordwind"])
    assert organisation is not None
    assert CLIENT_SECRET not in repr(organisation)
    assert organisation.oidc_secret_sealed is not None


def test_only_administrators_name_the_provider(small_town: Town, desk: OidcDesk) -> None:
    asking = small_town.asking("chen")
    with pytest.raises(CounterfoilError) as refused, small_town.store.concurrent() as work:
        set_identity_provider(work, asking, desk.sealing, None)
    assert refused.value.code == "NotPermitted"
