"""The command line against a service: what it asks, what it shows, and when it stays local."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest

from counterfoil.client import Client
from counterfoil.client.operation import operations
from counterfoil.entrypoints.cli import remote
from counterfoil.entrypoints.cli.remote import grouped, run_remote
from counterfoil.entrypoints.cli.server_option import remote_arguments


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """Requests that reached the service, which answers by path."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path == "/v1/notes" and request.method == "GET":
            item = {"note_id": 7, "state": "live", "face": {"amount_minor": 120, "currency": "EUR"}}
            return httpx.Response(200, json={"items": [item], "next_cursor": "later"})
        if request.url.path.endswith("/confirm"):
            return httpx.Response(200, json={"command_id": "cmd_1", "state": "done", "result": {"block": 3}})
        problem = {"code": "NoteNotFound", "detail": "there is no note 9", "remedy": "See the list."}
        return httpx.Response(404, json=problem, headers={"content-type": "application/problem+json"})

    class Wired(Client):
        """The client on a service that is a function."""

        def __init__(self, base_url: str, token: str | None) -> None:
            http = httpx.Client(transport=httpx.MockTransport(handler))
            super().__init__(base_url, token=token, http=http)

    monkeypatch.setattr(remote, "Client", Wired)
    monkeypatch.setenv("COUNTERFOIL_TOKEN", "cft_secret")
    return seen


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--server", "http://s", "note", "list"], ("http://s", ["note", "list"])),
        (["--server=http://s", "note", "list"], ("http://s", ["note", "list"])),
        (["note", "list", "--server", "http://s"], None),
        (["note", "list"], None),
        (["--server"], None),
        ([], None),
    ],
)
def test_only_a_leading_server_makes_a_command_remote(arguments: list[str], expected: object) -> None:
    assert remote_arguments(arguments) == expected


def test_every_operation_has_a_command_of_its_own() -> None:
    commands = [operation for verbs in grouped(operations()).values() for operation in verbs.values()]
    assert sorted(each.name for each in commands) == sorted(each.name for each in operations())
    assert len(commands) > 100
    groups = grouped(operations())
    assert groups["note"]["confirm"].path == "/v1/notes/{note_id}/confirm"
    assert groups["note"]["list"].verb == "GET"
    assert groups["lot"]["split"].name == "split_lot"


def test_a_write_carries_body_token_key_and_patience(asked: list[httpx.Request]) -> None:
    face = json.dumps({"amount_minor": 120, "currency": "EUR"})
    arguments = ["note", "confirm", "7", "--face", face, "--idempotency-key", "erp-1", "--wait", "5"]
    assert run_remote("http://service", arguments) == 0

    (request,) = asked
    assert request.url.path == "/v1/notes/7/confirm"
    assert json.loads(request.content) == {"face": {"amount_minor": 120, "currency": "EUR"}}
    assert request.headers["Authorization"] == "Bearer cft_secret"
    assert request.headers["Idempotency-Key"] == "erp-1"
    assert request.headers["Prefer"] == "wait=5"


def test_a_whole_body_comes_from_standard_input(
    asked: list[httpx.Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"face": null}'))
    assert run_remote("http://service", ["note", "confirm", "7", "--body", "-"]) == 0
    assert json.loads(asked[0].content) == {"face": None}


def test_a_list_is_a_table_that_says_where_it_goes_on(
    asked: list[httpx.Request], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_remote("http://service", ["note", "list", "--limit", "1"]) == 0
    printed = capsys.readouterr().out
    assert "live" in printed
    assert "120 EUR (minor units)" in printed
    assert "more: --cursor later" in printed
    assert asked[0].url.params["limit"] == "1"


def test_json_is_the_answer_as_it_came(
    asked: list[httpx.Request], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_remote("http://service", ["note", "list", "--json"]) == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert printed["items"][0]["note_id"] == 7
    assert asked


def test_a_refusal_is_a_sentence_with_its_remedy(
    asked: list[httpx.Request], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_remote("http://service", ["note", "show", "9"]) == 1
    shown = capsys.readouterr().err
    assert "Refused: There is no note 9. (NoteNotFound)" in shown
    assert "See the list." in shown
    assert len(asked) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["note", "confirm", "seven"],
        ["note", "confirm", "7", "--face", "{"],
        ["note", "confirm", "7", "--unknown", "1"],
        ["nothing", "list"],
        ["note"],
    ],
)
def test_wrong_usage_asks_nothing_of_the_service(asked: list[httpx.Request], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run_remote("http://service", arguments)
    assert stopped.value.code == 2
    assert asked == []
