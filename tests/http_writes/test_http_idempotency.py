"""One key, one command, one first answer: repeated, reused, and at the same time, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import delete

from counterfoil.domain.commands import CommandState
from counterfoil.domain.ids import undated
from counterfoil.store.schema import commands, idempotency_keys
from http_writes.writes_support import Desk

CONFIRM = "/v1/notes/5/confirm"


def test_repeated_request_gets_the_first_answer_and_makes_no_second_command(desk_on_both: Desk) -> None:
    desk = desk_on_both
    first = desk.post("mara", CONFIRM, {}, key="erp-1")
    again = desk.post("mara", CONFIRM, {}, key="erp-1")
    assert (first.status_code, again.status_code) == (202, 202), first.text
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert len(desk.commands()) == 1


def test_first_answer_stays_the_answer_when_the_command_has_moved_on(desk: Desk) -> None:
    first = desk.post("mara", CONFIRM, {}, key="erp-1")
    desk.change(first.json()["command_id"], CommandState.DONE, result_json="{}")
    again = desk.post("mara", CONFIRM, {}, key="erp-1")
    assert again.content == first.content
    assert desk.get("mara", first.headers["Location"]).json()["state"] == "done"


def test_same_statement_in_another_spelling_is_the_same_request(desk: Desk) -> None:
    body = {"reason": "wrong goods", "note_id": 5}
    del body["note_id"]
    first = desk.post("mara", "/v1/notes/5/reject", body, key="k")
    spaced = desk.client.post(
        "/v1/notes/5/reject",
        content=b'{ "reason" : "wrong\\u0020goods"\n}',
        headers=desk.headers("mara", key="k", **{"Content-Type": "application/json; charset=utf-8"}),
    )
    assert spaced.headers.get("Idempotent-Replay") == "true"
    assert spaced.content == first.content


def test_key_with_another_body_is_refused_and_does_nothing(desk_on_both: Desk) -> None:
    desk = desk_on_both
    desk.post("mara", "/v1/notes/5/reject", {"reason": "wrong goods"}, key="k")
    other = desk.post("mara", "/v1/notes/5/reject", {"reason": "wrong price"}, key="k")
    assert (other.status_code, other.json()["code"]) == (409, "IdempotencyKeyReused")
    assert len(desk.commands()) == 1


def test_key_at_another_address_is_refused(desk: Desk) -> None:
    desk.post("mara", CONFIRM, {}, key="k")
    for path in ("/v1/notes/6/confirm", "/v1/notes/5/withdraw"):
        answer = desk.post("mara", path, {}, key="k")
        assert (answer.status_code, answer.json()["code"]) == (409, "IdempotencyKeyReused"), path
    assert len(desk.commands()) == 1


def test_organisations_have_keys_of_their_own(desk: Desk) -> None:
    first = desk.post("mara", CONFIRM, {}, key="k")
    other = desk.post("sven", CONFIRM, {}, key="k")
    assert (first.status_code, other.status_code) == (202, 202)
    assert "Idempotent-Replay" not in other.headers
    assert first.json()["command_id"] != other.json()["command_id"]


def test_refused_request_keeps_no_key(desk: Desk) -> None:
    refused = desk.post("mara", "/v1/notes/5/reject", {"reason": ""}, key="k")
    assert refused.status_code == 422
    assert desk.post("mara", "/v1/notes/5/reject", {"reason": "wrong goods"}, key="k").status_code == 202


def test_request_beyond_the_limit_keeps_no_key(desk: Desk) -> None:
    large = {"to_party_id": 2, "amount": {"amount_minor": 10**8, "currency": "EUR"}, "reference": "rent"}
    refused = desk.post("mara", "/v1/cash/transfer", large, key="k")
    assert (refused.status_code, refused.json()["code"]) == (403, "LimitTooLow")
    small = {**large, "amount": {"amount_minor": 10_000, "currency": "EUR"}}
    assert desk.post("mara", "/v1/cash/transfer", small, key="k").status_code == 202


def test_of_requests_at_the_same_time_one_makes_the_command(desk_on_both: Desk) -> None:
    desk = desk_on_both
    at_once = 8
    barrier = Barrier(at_once)
    headers = desk.headers("mara", key="same", **{"Content-Type": "application/json"})

    def send(_place: int) -> tuple[int, bytes, bool]:
        barrier.wait()
        answer = desk.client.post(CONFIRM, content=b"{}", headers=headers)
        return answer.status_code, answer.content, "Idempotent-Replay" in answer.headers

    with ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(send, range(at_once)))
    assert {status for status, _, _ in answers} == {202}
    assert len({content for _, content, _ in answers}) == 1
    assert sorted(replayed for _, _, replayed in answers) == [False] + [True] * (at_once - 1)
    assert len(desk.commands()) == 1


def test_of_different_requests_under_one_key_at_the_same_time_one_is_refused(desk_on_both: Desk) -> None:
    desk = desk_on_both
    barrier = Barrier(2)
    headers = desk.headers("mara", key="same", **{"Content-Type": "application/json"})

    def send(note: int) -> int:
        barrier.wait()
        return desk.client.post(f"/v1/notes/{note}/confirm", content=b"{}", headers=headers).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, (5, 6))) == [202, 409]
    assert len(desk.commands()) == 1


def test_key_is_needed_and_has_a_shape(desk: Desk) -> None:
    headers = desk.headers("mara", **{"Content-Type": "application/json"})
    del headers["Idempotency-Key"]
    missing = desk.client.post(CONFIRM, content=b"{}", headers=headers)
    assert (missing.status_code, missing.json()["code"]) == (400, "IdempotencyKeyMissing")
    for key in ("", "with space", "k" * 256, "schl\u00fcssel".encode("latin-1")):
        stated = [*headers.items(), ("Idempotency-Key", key)]
        answer = desk.client.post(CONFIRM, content=b"{}", headers=stated)
        assert answer.status_code == 422, key
        assert answer.json()["errors"][0]["field"] == "header:Idempotency-Key"
    assert desk.commands() == []


def test_a_request_repeated_to_a_store_that_lost_it_makes_the_same_instructions(desk: Desk) -> None:
    """A restored backup knows neither key nor command; the nonces, made of both, are spent on the chain."""
    first = desk.post("mara", CONFIRM, {}, key="erp-1").json()["command_id"]
    with desk.store.begin() as work:
        connection = work.commands._connection
        connection.execute(delete(idempotency_keys).where(idempotency_keys.c.command_id == first))
        connection.execute(delete(commands).where(commands.c.command_id == first))
    again = desk.post("mara", CONFIRM, {}, key="erp-1").json()["command_id"]
    assert undated(again) == undated(first)

    others = (
        ("mara", CONFIRM, "erp-2"),
        ("mara", "/v1/notes/6/confirm", "erp-3"),
        ("sven", CONFIRM, "erp-1"),
    )
    made = {undated(desk.post(who, path, {}, key=key).json()["command_id"]) for who, path, key in others}
    assert len(made | {undated(first)}) == 4
