"""The routes of webhooks: for administrators, for their own organisation, the secret shown once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from counterfoil.domain.access import UserRole
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.delivery.messages import Cursor
from counterfoil.usecases.delivery.webhook_loop import secret_purpose
from http_writes.writes_support import Desk, open_desk

HOOK = {"url": "https://erp.example.com/counterfoil", "events": ["NoteConfirmed", "command.done"]}


@pytest.fixture(scope="module")
def desk(shared_store: Callable[[], Store]) -> Iterator[Desk]:
    with open_desk(shared_store()) as found:
        found.town.add_user("nora", "Suedtor", {UserRole.ADMIN})
        yield found


@pytest.fixture(autouse=True)
def _begin(desk: Desk) -> None:
    desk.begin()


def created(desk: Desk, **changed: Any) -> dict[str, Any]:
    answer = desk.post("abel", "/v1/webhooks", {**HOOK, **changed})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_secret_is_shown_once_and_kept_sealed(desk: Desk) -> None:
    first = desk.post("abel", "/v1/webhooks", HOOK, key="once")
    again = desk.post("abel", "/v1/webhooks", HOOK, key="once")
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    assert first.headers["cache-control"] == "no-store"
    assert again.headers["idempotent-replay"] == "true"
    assert again.json() == {**first.json(), "secret": None}
    webhook_id = first.json()["webhook_id"]
    assert "secret" not in desk.get("abel", f"/v1/webhooks/{webhook_id}").json()
    with desk.store.read() as work:
        kept = work.webhooks.endpoint(webhook_id)
    assert kept is not None
    assert secret not in kept.secret_sealed
    opened = desk.service.sealing.unseal(kept.secret_sealed, secret_purpose(webhook_id))
    assert opened.decode() == secret
    assert Cursor.read(kept.cursor).commands_since == kept.created_at


def test_another_body_under_the_same_key_is_refused(desk: Desk) -> None:
    assert desk.post("abel", "/v1/webhooks", HOOK, key="same").status_code == 201
    other = desk.post("abel", "/v1/webhooks", {**HOOK, "events": []}, key="same")
    assert (other.status_code, other.json()["code"]) == (409, "IdempotencyKeyReused")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"url": "http://erp.example.com/"}, "WebhookUrlRefused"),
        ({"url": "https://10.0.0.1/"}, "WebhookUrlRefused"),
        ({"url": "https://localhost.example:1/#x"}, "WebhookUrlRefused"),
        ({"events": ["NoteEaten"]}, "WebhookEventUnknown"),
        ({"url": ""}, "RequestInvalid"),
        ({"more": 1}, "RequestInvalid"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(desk: Desk, changed: dict[str, Any], code: str) -> None:
    answer = desk.post("abel", "/v1/webhooks", {**HOOK, **changed})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("who", ["mara", "chen", "vera", "rita"])
def test_only_administrators_have_to_do_with_webhooks(desk: Desk, who: str) -> None:
    webhook_id = created(desk)["webhook_id"]
    assert desk.post(who, "/v1/webhooks", HOOK).status_code == 403
    assert desk.get(who, "/v1/webhooks").status_code == 403
    assert desk.get(who, f"/v1/webhooks/{webhook_id}").status_code == 403


def test_another_organisations_webhook_is_not_there(desk: Desk) -> None:
    webhook_id = created(desk)["webhook_id"]
    assert desk.get("nora", f"/v1/webhooks/{webhook_id}").json()["code"] == "WebhookNotFound"
    assert desk.get("nora", "/v1/webhooks").json()["items"] == []
    headers = desk.headers("nora")
    assert desk.client.delete(f"/v1/webhooks/{webhook_id}", headers=headers).status_code == 404
    assert desk.get("abel", f"/v1/webhooks/{webhook_id}").status_code == 200


def test_a_webhook_is_paused_goes_on_and_is_removed(desk: Desk) -> None:
    webhook_id = created(desk)["webhook_id"]
    path = f"/v1/webhooks/{webhook_id}"

    def change(paused: bool) -> str:
        headers = desk.headers("abel")
        return str(desk.client.patch(path, json={"paused": paused}, headers=headers).json()["state"])

    assert change(True) == "paused"
    assert desk.get("abel", path).json()["state"] == "paused"
    assert change(False) == "active"
    assert desk.client.delete(path, headers=desk.headers("abel")).status_code == 204
    assert desk.get("abel", path).status_code == 404
    assert webhook_id not in [each["webhook_id"] for each in desk.get("abel", "/v1/webhooks").json()["items"]]


def test_an_organisation_has_so_many_webhooks_and_no_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counterfoil.entrypoints.http.webhooks.MOST_WEBHOOKS", 0)
    answer = desk.post("abel", "/v1/webhooks", HOOK)
    assert (answer.status_code, answer.json()["code"]) == (409, "WebhooksTaken")


def test_every_change_stands_in_the_audit_log(desk: Desk) -> None:
    webhook_id = created(desk)["webhook_id"]
    desk.client.delete(f"/v1/webhooks/{webhook_id}", headers=desk.headers("abel"))
    entries = desk.get("abel", "/v1/audit-log").json()["items"]
    actions = [each["action"] for each in entries if each["subject"] == webhook_id]
    assert sorted(actions) == ["webhook.created", "webhook.removed"]


def test_deliveries_are_listed_and_replayed(desk: Desk) -> None:
    webhook_id = created(desk)["webhook_id"]
    with desk.store.begin() as work:
        from counterfoil.ports.webhooks import DeliveryRecord, DeliveryState  # noqa: PLC0415 - beside its one use

        now = desk.town.clock()
        work.webhooks.enqueue(
            [
                DeliveryRecord(
                    delivery_id=f"msg_{number:040x}",
                    endpoint_id=webhook_id,
                    event="NoteConfirmed",
                    body_json='{"type":"NoteConfirmed"}',
                    next_at=now,
                    created_at=now,
                    state=DeliveryState.GIVEN_UP,
                    attempts=24,
                )
                for number in range(5)
            ]
        )
    path = f"/v1/webhooks/{webhook_id}/deliveries"
    first = desk.get("abel", path, limit=2).json()
    rest = desk.get("abel", path, limit=9, cursor=first["next_cursor"]).json()
    ids = [each["delivery_id"] for each in first["items"] + rest["items"]]
    assert ids == [f"msg_{number:040x}" for number in (4, 3, 2, 1, 0)]
    assert {each["state"] for each in first["items"]} == {"given_up"}
    assert desk.get("abel", path, cursor="nonsense").json()["code"] == "CursorInvalid"
    replayed = desk.post("abel", f"{path}/{ids[0]}/replay").json()
    assert (replayed["state"], replayed["attempts"], replayed["replays"]) == ("waiting", 0, 1)
    shown = desk.get("abel", f"{path}/{ids[0]}").json()
    assert shown["body"] == {"type": "NoteConfirmed"}
    assert desk.get("abel", path, state="waiting").json()["items"][0]["delivery_id"] == ids[0]
    other = created(desk)["webhook_id"]
    assert desk.get("abel", f"/v1/webhooks/{other}/deliveries/{ids[0]}").status_code == 404
    assert desk.post("nora", f"{path}/{ids[0]}/replay").status_code == 404
