"""Identity over HTTP: the routes as callers see them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from counterfoil.domain.access import OrganisationKind, UserRole
from counterfoil.domain.commands import CommandState
from counterfoil.entrypoints.http.app import create_app
from counterfoil.usecases.identity.oidc import set_identity_provider
from counterfoil.usecases.identity.oidc_provider import OidcClient
from counterfoil.usecases.identity.users import link_subject
from database_support import Database
from http_writes.writes_support import Desk, open_desk
from identity.fake_identity_provider import CLIENT_ID, CLIENT_SECRET, serve_provider
from identity.identity_support import BODY_HASH, PASSWORD
from served_app import served

NEW_PASSWORD = "eight small yellow boats"


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path) -> Iterator[Desk]:
    path = tmp_path / "store.sqlite"
    shutil.copy(sqlite_template, path)
    store = Database(is_sqlite=True, address=str(path)).open()
    try:
        with open_desk(store) as opened:
            opened.town.add_user("erika", "Nordwind", {UserRole.MAKER}, password=PASSWORD)
            yield opened
    finally:
        store.close()


def code_of(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def log_in(desk: Desk, password: str = PASSWORD, login: str = "Erika") -> Response:
    return desk.client.post("/v1/sessions", json={"login": login, "password": password})


def as_bearer(secret: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}", **more}


def test_a_session_from_login_to_logout(desk: Desk) -> None:
    opened = log_in(desk)
    assert opened.status_code == 201
    assert opened.headers["cache-control"] == "no-store"
    held = as_bearer(opened.json()["token"])
    seen = desk.client.get("/v1/session", headers=held).json()
    assert (seen["user"]["login"], seen["organisation"]["party_id"]) == ("erika", 1)
    assert (seen["scopes"], seen["credential"]) == (["read", "write"], "session")
    assert desk.client.delete("/v1/sessions", headers=held).status_code == 204
    assert code_of(desk.client.get("/v1/session", headers=held)) == (401, "CredentialInvalid")


def test_a_user_sees_its_sessions_and_ends_one(desk: Desk) -> None:
    one, other = (as_bearer(log_in(desk).json()["token"]) for _ in range(2))
    stranger = as_bearer(_secret(desk, "sven"))
    listed = desk.client.get("/v1/sessions", headers=one).json()["items"]
    assert [each["current"] for each in listed].count(True) == 1
    (second,) = [each["session_id"] for each in listed if not each["current"]]
    foreign = desk.client.delete("/v1/sessions", params={"session_id": second}, headers=stranger)
    assert code_of(foreign) == (404, "SessionUnknown")
    assert desk.client.get("/v1/session", headers=other).status_code == 200
    ended = desk.client.delete("/v1/sessions", params={"session_id": second}, headers=one)
    assert ended.status_code == 204
    assert desk.client.get("/v1/session", headers=other).status_code == 401
    again = desk.client.delete("/v1/sessions", params={"session_id": second}, headers=one)
    assert code_of(again) == (404, "SessionUnknown")
    assert len(desk.client.get("/v1/sessions", headers=one).json()["items"]) == 1
    assert desk.client.delete("/v1/sessions", params={"everywhere": "true"}, headers=one).status_code == 204
    assert desk.client.get("/v1/session", headers=one).status_code == 401


def test_an_administrator_ends_the_sessions_of_a_user(desk: Desk) -> None:
    held = as_bearer(log_in(desk).json()["token"])
    path = f"/v1/users/{desk.town.users['erika']}/end-sessions"
    assert code_of(desk.post("chen", path)) == (403, "NotPermitted")
    assert desk.post("abel", path).status_code == 200
    assert desk.client.get("/v1/session", headers=held).status_code == 401
    assert log_in(desk).status_code == 201


def test_who_is_nobody_is_told_how_to_say_who(desk: Desk) -> None:
    for headers in ({}, {"Authorization": "Basic eDp5"}, as_bearer("cfs_wrong")):
        answer = desk.client.get("/v1/session", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_failed_logins_answer_alike_and_then_say_when(desk: Desk) -> None:
    answers = []
    for login in ("erika", "nobody"):
        answer = log_in(desk, "wrong", login)
        told = answer.json()
        told.pop("correlation_id")
        answers.append((answer.status_code, told))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
    for _ in range(4):
        log_in(desk, "wrong")
    delayed = log_in(desk)
    assert code_of(delayed) == (429, "LoginDelayed")
    assert int(delayed.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "body", [{}, {"login": "erika"}, {"login": "erika", "password": PASSWORD, "more": 1}, {"login": 1}, []]
)
def test_a_login_of_another_shape_is_unfit(desk: Desk, body: Any) -> None:
    answer = desk.client.post("/v1/sessions", json=body)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text


def test_a_password_changes_and_ends_all_sessions(desk: Desk) -> None:
    one, other = (log_in(desk).json()["token"] for _ in range(2))
    changed = desk.client.post(
        "/v1/session/password",
        headers=as_bearer(one),
        json={"current_password": PASSWORD, "new_password": NEW_PASSWORD},
    )
    assert changed.status_code == 204
    for secret in (one, other):
        assert desk.client.get("/v1/session", headers=as_bearer(secret)).status_code == 401
    assert log_in(desk).status_code == 401
    assert log_in(desk, NEW_PASSWORD).status_code == 201


def test_a_password_does_not_change_without_the_one_before_or_to_a_bad_one(desk: Desk) -> None:
    held = as_bearer(log_in(desk).json()["token"])
    for old, new, refused in (
        ("wrong", NEW_PASSWORD, (401, "LoginFailed")),
        (PASSWORD, "short", (422, "PasswordUnfit")),
        (PASSWORD, "password12345", (422, "PasswordUnfit")),
    ):
        answer = desk.client.post(
            "/v1/session/password", headers=held, json={"current_password": old, "new_password": new}
        )
        assert code_of(answer) == refused
        assert new not in answer.text
    assert desk.client.get("/v1/session", headers=held).status_code == 200


def test_a_user_from_creation_to_the_first_login(desk: Desk) -> None:
    body = {
        "login": "New@nordwind.example",
        "display_name": "Neu",
        "roles": ["maker"],
        "limits": [{"currency": "EUR", "limit_minor": 5}],
    }
    made = desk.post("abel", "/v1/users", body, key="k-1")
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    user, code = made.json()["user"], made.json()["code"]
    assert user["limits"] == [{"operation": "*", "currency": "EUR", "limit_minor": 5}]
    assert not user["has_password"]
    again = desk.post("abel", "/v1/users", body, key="k-1")
    assert again.headers["idempotent-replay"] == "true"
    assert again.json() == {"user": user, "code": None}
    with desk.store.read() as work:
        kept = work.idempotency.find(org_id=user["org_id"], key="k-1")
    assert code not in repr(kept)

    set_password = desk.client.post(
        "/v1/sessions/password-by-code", json={"code": code, "password": NEW_PASSWORD}
    )
    assert set_password.status_code == 204
    assert log_in(desk, NEW_PASSWORD, "new@nordwind.example").status_code == 201
    answer = desk.client.post("/v1/sessions/password-by-code", json={"code": code, "password": NEW_PASSWORD})
    assert code_of(answer) == (400, "ResetInvalid")


def test_users_of_others_are_not_there(desk: Desk) -> None:
    for path in ("", "/roles", "/limits", "/disable"):
        answers = []
        for user_id in (desk.town.users["sven"], "usr_" + "0" * 26):
            address = f"/v1/users/{user_id}{path}"
            match path:
                case "":
                    answer = desk.get("abel", address)
                case "/disable":
                    answer = desk.post("abel", address)
                case _:
                    body = {"roles": ["viewer"]} if path == "/roles" else {"limits": []}
                    answer = desk.client.put(address, json=body, headers=desk.headers("abel"))
            told = answer.json()
            told.pop("correlation_id")
            answers.append((answer.status_code, json.dumps(told).replace(user_id, "")))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404


def test_lists_of_users_go_page_by_page_and_hold_only_ones_own(desk: Desk) -> None:
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({} if cursor is None else {"cursor": cursor})
        page = desk.get("abel", "/v1/users", **params).json()
        assert len(page["items"]) <= 2
        seen += [user["login"] for user in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["mara", "chen", "vera", "abel", "erika"]
    assert desk.get("abel", "/v1/users", cursor="nonsense").status_code == 422
    assert code_of(desk.get("mara", "/v1/users")) == (403, "NotPermitted")


def test_disabling_takes_effect_with_its_answer(desk: Desk) -> None:
    assert desk.get("mara", "/v1/session").status_code == 200
    assert desk.post("abel", f"/v1/users/{desk.town.users['mara']}/disable").status_code == 200
    headers = as_bearer(desk.town.secrets["mara"])
    assert code_of(desk.client.get("/v1/session", headers=headers)) == (401, "CredentialInvalid")


def test_an_organisation_from_creation_to_suspension(desk: Desk) -> None:
    body = {"name": "Revision", "kind": "auditor", "admin_login": "boss@rev.example", "admin_name": "B"}
    made = desk.post("otto", "/v1/organisations", body)
    assert made.status_code == 201
    org_id = made.json()["organisation"]["org_id"]
    assert made.json()["code"].startswith("cfr_")
    assert desk.post("otto", f"/v1/organisations/{org_id}/suspend").json()["state"] == "suspended"
    assert desk.post("otto", f"/v1/organisations/{org_id}/reactivate").json()["state"] == "active"
    assert code_of(desk.post("abel", f"/v1/organisations/{org_id}/suspend")) == (403, "NotPermitted")
    own = desk.town.organisations["Nordwind"]
    assert desk.get("vera", f"/v1/organisations/{own}").json()["name"] == "Nordwind"
    other = desk.town.organisations["Suedtor"]
    assert code_of(desk.get("vera", f"/v1/organisations/{other}")) == (404, "OrganisationUnknown")
    assert len(desk.get("otto", "/v1/organisations").json()["items"]) == 5
    assert code_of(desk.get("abel", "/v1/organisations")) == (403, "NotPermitted")
    operators = {**body, "kind": OrganisationKind.OPERATOR.value, "admin_login": "x@rev.example"}
    assert desk.post("otto", "/v1/organisations", operators).status_code == 422


def test_policies_are_read_by_all_and_set_by_administrators(desk: Desk) -> None:
    put = desk.client.put(
        "/v1/policies", json={"approvals": {"confirm_note": 2}}, headers=desk.headers("abel")
    )
    assert put.json() == {"approvals": {"*": 1, "confirm_note": 2}}
    assert desk.get("vera", "/v1/policies").json() == put.json()
    for approvals in ({"*": 9}, {"*": -1}, {"*": True}, {"No Operation": 1}, {"*": "1"}):
        answer = desk.client.put("/v1/policies", json={"approvals": approvals}, headers=desk.headers("abel"))
        assert answer.status_code == 422
    answer = desk.client.put("/v1/policies", json={"approvals": {}}, headers=desk.headers("mara"))
    assert code_of(answer) == (403, "NotPermitted")


def test_a_token_from_creation_to_revocation(desk: Desk) -> None:
    expires_at = (desk.town.clock() + timedelta(days=30)).isoformat()
    body = {"name": "erp", "scopes": ["read"], "expires_at": expires_at}
    made = desk.post("mara", "/v1/tokens", body, key="t-1")
    assert made.status_code == 201
    secret, token_id = made.json()["secret"], made.json()["token"]["token_id"]
    assert desk.post("mara", "/v1/tokens", body, key="t-1").json()["secret"] is None
    seen = desk.client.get("/v1/session", headers=as_bearer(secret)).json()
    assert (seen["scopes"], seen["credential"]) == (["read"], "token")
    assert [each["token_id"] for each in desk.get("mara", "/v1/tokens").json()["items"]] == [token_id]
    assert [each["token_id"] for each in desk.get("abel", "/v1/tokens").json()["items"]] == [token_id]
    assert desk.get("chen", "/v1/tokens").json()["items"] == []
    assert secret not in desk.get("mara", "/v1/tokens").text

    denied = desk.client.post(
        "/v1/tokens", json={**body, "name": "more"}, headers=as_bearer(secret, **{"Idempotency-Key": "t-2"})
    )
    assert code_of(denied) == (422, "TokenUnfit")
    foreign = desk.client.delete(f"/v1/tokens/{token_id}", headers=desk.headers("sven"))
    assert code_of(foreign) == (404, "TokenUnknown")
    assert desk.client.delete(f"/v1/tokens/{token_id}", headers=desk.headers("abel")).status_code == 200
    assert desk.client.delete("/v1/sessions", headers=as_bearer(secret)).status_code in (401, 403)


def test_a_command_is_approved_as_it_was_read(desk: Desk) -> None:
    command_id = desk.town.add_command("mara", amount_minor=5, currency="EUR")
    path = f"/v1/commands/{command_id}"
    assert code_of(desk.post("chen", f"{path}/approve", {"body_hash": "0" * 64})) == (409, "CommandChanged")
    assert desk.post("chen", f"{path}/approve", {}).status_code == 422
    assert code_of(desk.post("mara", f"{path}/approve", {"body_hash": BODY_HASH})) == (403, "NotPermitted")
    assert code_of(desk.post("sven", f"{path}/withdraw", {})) == (404, "CommandUnknown")
    approved = desk.post("chen", f"{path}/approve", {"body_hash": BODY_HASH, "comment": "ok"}, key="a-1")
    assert approved.status_code == 200
    assert approved.json()["state"] == "received"
    assert approved.json()["approvals"]["decisions"][0]["user_id"] == desk.town.users["chen"]
    again = desk.post("chen", f"{path}/approve", {"body_hash": BODY_HASH, "comment": "ok"}, key="a-1")
    assert again.json() == approved.json()
    assert code_of(desk.post("chen", f"{path}/reject", {"body_hash": BODY_HASH})) == (
        409,
        "CommandNotWaiting",
    )


def test_a_command_is_rejected_or_withdrawn(desk: Desk) -> None:
    rejected, withdrawn = desk.town.add_command("mara"), desk.town.add_command("mara")
    answer = desk.post("chen", f"/v1/commands/{rejected}/reject", {"body_hash": BODY_HASH})
    assert answer.json()["state"] == CommandState.REJECTED
    answer = desk.post("mara", f"/v1/commands/{withdrawn}/withdraw", {"comment": "typo"})
    assert answer.json()["state"] == CommandState.WITHDRAWN
    assert code_of(desk.post("mara", f"/v1/commands/{rejected}/withdraw", {})) == (409, "CommandUnderWay")


def test_the_audit_log_shows_each_what_is_its_own(desk: Desk) -> None:
    for who, policy in (("abel", {"*": 2}), ("otto", {"*": 3})):
        desk.client.put("/v1/policies", json={"approvals": policy}, headers=desk.headers(who))
    ours = desk.get("abel", "/v1/audit-log").json()["items"]
    assert {entry["org_id"] for entry in ours} == {desk.town.organisations["Nordwind"]}
    everything = desk.get("rita", "/v1/audit-log", limit=1).json()
    assert everything["next_cursor"] == "1"
    following = desk.get("rita", "/v1/audit-log", limit=1, cursor="1").json()
    assert following["items"][0]["sequence"] == 2
    assert following["items"][0]["previous_hash"] == everything["items"][0]["entry_hash"]
    assert desk.get("otto", "/v1/audit-log/verification").json()["sequence"] == 2
    assert code_of(desk.get("abel", "/v1/audit-log/verification")) == (403, "NotPermitted")
    lines = desk.get("rita", "/v1/audit-log/export").text.splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2]
    assert len(desk.get("abel", "/v1/audit-log/export").text.splitlines()) == 1
    for who in ("mara", "chen", "vera"):
        for path in ("", "/export", "/verification"):
            assert code_of(desk.get(who, f"/v1/audit-log{path}")) == (403, "NotPermitted")


def test_logging_in_at_an_identity_provider(desk: Desk) -> None:
    with (
        serve_provider(desk.town.clock) as provider,
        served(create_app(replace(desk.service, private_identity_providers=True))) as client,
    ):
        org_id = desk.town.organisations["Nordwind"]
        named = client.put(
            "/v1/identity-provider",
            json={"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
            headers=desk.headers("abel"),
        )
        assert named.status_code == 200
        assert CLIENT_SECRET not in named.text
        linked = client.put(
            f"/v1/users/{desk.town.users['mara']}/subject",
            json={"subject": "sub-1"},
            headers=desk.headers("abel"),
        )
        assert linked.json()["oidc_subject"] == "sub-1"

        begun = client.get(f"/v1/oidc/{org_id}/login")
        assert begun.status_code == 303
        cookie = begun.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        back = provider.authorize(begun.headers["location"])
        stolen = client.get("/v1/oidc/callback", params=back, headers={"Cookie": "counterfoil_login=x"})
        assert code_of(stolen) == (400, "OidcRefused")
        client.cookies.clear()
        held = {"Cookie": cookie.split(";")[0]}
        ended = client.get("/v1/oidc/callback", params=back, headers=held)
        assert ended.status_code == 200, ended.text
        seen = client.get("/v1/session", headers=as_bearer(ended.json()["token"])).json()
        assert seen["user"]["login"] == "mara"
        replayed = client.get("/v1/oidc/callback", params=back, headers=held)
        assert code_of(replayed) == (400, "OidcRefused")
        denied = client.get("/v1/oidc/callback", params={"error": "access_denied", "state": "x"})
        assert code_of(denied) == (400, "OidcRefused")
        removed = client.delete("/v1/identity-provider", headers=desk.headers("abel"))
        assert removed.status_code == 204
        assert code_of(client.get(f"/v1/oidc/{org_id}/login")) == (404, "OidcMissing")


def test_an_identity_provider_in_the_own_network_is_refused(desk: Desk) -> None:
    asking = desk.town.asking("abel")
    client = OidcClient(
        issuer="https://127.0.0.1", client_id=CLIENT_ID, client_secret=None, create_users=True
    )
    with desk.store.concurrent() as work:
        set_identity_provider(work, asking, desk.service.sealing, client)
        link_subject(work, asking, user_id=desk.town.users["mara"], subject="s")
    answer = desk.client.get(f"/v1/oidc/{desk.town.organisations['Nordwind']}/login")
    assert code_of(answer) == (422, "OidcUnfit")


def test_what_is_not_permitted_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.get("mara", "/v1/users")
    (line,) = [found for found in caplog.records if found.name == "counterfoil.http.security"]
    assert (line.__dict__["code"], line.__dict__["user_id"]) == ("NotPermitted", desk.town.users["mara"])


def test_every_write_needs_an_idempotency_key(desk: Desk) -> None:
    bare = as_bearer(desk.town.secrets.get("abel") or _secret(desk, "abel"))
    user_id = desk.town.users["mara"]
    writes = [
        ("POST", "/v1/users", {"login": "abc", "display_name": "x", "roles": ["maker"]}),
        ("PUT", f"/v1/users/{user_id}/roles", {"roles": ["maker"]}),
        ("PUT", f"/v1/users/{user_id}/limits", {"limits": []}),
        ("PUT", f"/v1/users/{user_id}/subject", {"subject": None}),
        ("POST", f"/v1/users/{user_id}/disable", None),
        ("POST", f"/v1/users/{user_id}/enable", None),
        ("POST", f"/v1/users/{user_id}/reset", None),
        ("PUT", "/v1/policies", {"approvals": {}}),
        ("PUT", "/v1/identity-provider", {"issuer": "https://a.example", "client_id": "c"}),
        ("DELETE", "/v1/identity-provider", None),
        ("DELETE", "/v1/tokens/tok_x", None),
    ]
    for method, path, body in writes:
        answer = desk.client.request(method, path, json=body, headers=bare)
        assert code_of(answer) == (400, "IdempotencyKeyMissing"), path


def _secret(desk: Desk, who: str) -> str:
    desk.town.principal(who)
    return desk.town.secrets[who]
