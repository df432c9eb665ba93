"""The client's own part: keys for repeating, repeats, problems. The service is a function in these tests."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from counterfoil.client.transport import NoAnswerError, ProblemError, Transport

Handler = Callable[[httpx.Request], httpx.Response]


def transport(
    handler: Handler, *, token: str | None = None, attempts: int = 4
) -> tuple[Transport, list[float]]:
    pauses: list[float] = []
    made = Transport(
        "http://service/",
        token=token,
        attempts=attempts,
        http=httpx.Client(transport=httpx.MockTransport(handler)),
        pause=pauses.append,
    )
    return made, pauses


def test_a_write_keeps_its_key_and_body_through_every_repeat() -> None:
    seen: list[tuple[str, bytes]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["Idempotency-Key"], request.read()))
        if len(seen) < 3:
            raise httpx.ReadTimeout("no answer", request=request)
        return httpx.Response(202, json={"command_id": "cmd_1"})

    client, pauses = transport(handler, token="cft_secret")
    with client:
        answer = client.request("POST", "/v1/notes", body={"terms": "净30天"})

    assert answer.body == {"command_id": "cmd_1"}
    assert len(set(seen)) == 1
    assert len(seen) == 3
    assert seen[0][1] == '{"terms": "净30天"}'.encode()
    assert pauses == sorted(pauses)
    assert len(pauses) == 2


def test_two_writes_have_two_keys() -> None:
    keys: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return httpx.Response(202, json={})

    client, _ = transport(handler)
    client.request("POST", "/v1/notes", body={})
    client.request("POST", "/v1/notes", body={})
    assert len(set(keys)) == 2


def test_no_answer_names_the_key_to_repeat_with() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    client, pauses = transport(handler, attempts=2)
    with pytest.raises(NoAnswerError, match="idempotency key erp-7") as silent:
        client.request("POST", "/v1/notes", body={}, idempotency_key="erp-7")
    assert silent.value.idempotency_key == "erp-7"
    assert len(pauses) == 1


def test_a_refusal_is_not_repeated() -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(
            422,
            headers={"content-type": "application/problem+json"},
            json={
                "code": "BodyInvalid",
                "detail": "the body is not usable",
                "remedy": "Correct it.",
                "errors": [{"field": "/face_minor", "reason": "must be positive"}],
                "correlation_id": "req-1",
            },
        )

    client, pauses = transport(handler)
    with pytest.raises(ProblemError, match=r"BodyInvalid: .*\(/face_minor: must be positive\)") as refused:
        client.request("POST", "/v1/notes", body={})
    assert (refused.value.http_code, refused.value.correlation_id) == (422, "req-1")
    assert len(asked) == 1
    assert pauses == []


def test_a_busy_service_says_how_long_to_wait() -> None:
    answers = [
        httpx.Response(429, headers={"retry-after": "7"}, json={"code": "RateLimited"}),
        httpx.Response(200, json={"items": []}),
    ]
    client, pauses = transport(lambda _: answers.pop(0))
    assert client.request("GET", "/v1/notes").body == {"items": []}
    assert pauses == [7.0]


def test_a_service_that_stays_busy_is_a_problem_with_its_own_words() -> None:
    client, _ = transport(
        lambda _: httpx.Response(429, json={"code": "RateLimited", "detail": "too many requests"}),
        attempts=2,
    )
    with pytest.raises(ProblemError, match="RateLimited: too many requests"):
        client.request("GET", "/v1/notes")


def test_what_stands_between_us_and_the_service_is_a_problem_too() -> None:
    client, _ = transport(lambda _: httpx.Response(403, text="<html>proxy</html>"))
    with pytest.raises(ProblemError, match="403: HTTP 403 Forbidden"):
        client.request("GET", "/v1/notes")


def test_a_redirect_does_not_take_the_token_elsewhere() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": "http://elsewhere/v1/notes"})

    client, _ = transport(handler, token="cft_secret")
    with pytest.raises(ProblemError, match="302: HTTP 302 Found"):
        client.request("GET", "/v1/notes")
    assert asked == ["service"]


def test_every_page_is_read_once() -> None:
    pages = {None: (["a", "b"], "2"), "2": (["c"], None)}

    def handler(request: httpx.Request) -> httpx.Response:
        items, following = pages[request.url.params.get("cursor")]
        assert request.url.params["limit"] == "2"
        return httpx.Response(200, json={"items": items, "next_cursor": following})

    client, _ = transport(handler)
    assert list(client.pages("/v1/notes", query={"limit": 2})) == ["a", "b", "c"]


def test_the_token_stands_in_no_representation() -> None:
    client, _ = transport(lambda _: httpx.Response(200), token="cft_secret")
    assert "cft_secret" not in repr(client)
