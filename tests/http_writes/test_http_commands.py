"""Every operation as a request: its example is accepted, kept as stated, and read by whom it is for."""

from __future__ import annotations

import hashlib
import json
from threading import Timer
from typing import Any

import pytest

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.entrypoints.http.writes import example_of
from counterfoil.entrypoints.operations import Operation, operations
from counterfoil.ports.commands import StepRecord
from http_writes.writes_support import Desk

JSON_OPERATIONS = [each for each in operations() if not each.takes_files]
CONFIRM = "/v1/notes/5/confirm"


def address(operation: Operation[Any]) -> str:
    """Where the example of an operation is sent."""
    example = operation.example()
    return "/v1" + operation.path.format(**{name: example[name] for name in operation.path_fields})


@pytest.mark.parametrize("operation", JSON_OPERATIONS, ids=lambda each: each.name)
def test_example_of_every_operation_is_accepted_and_kept_as_stated(
    desk: Desk, operation: Operation[Any]
) -> None:
    who = "mara" if operation.office is None else "otto"
    answer = desk.post(who, address(operation), example_of(operation))
    assert answer.status_code == 202, answer.text
    shown = answer.json()
    assert (shown["operation"], shown["state"]) == (operation.name, "received")
    assert answer.headers["Location"] == f"/v1/commands/{shown['command_id']}"
    [kept] = desk.commands()
    body = operation.read_body(kept.body_json)
    assert body == operation.read_body(json.dumps(operation.example()))
    assert kept.body_hash == hashlib.sha256(kept.body_json.encode()).hexdigest() == shown["body_hash"]
    assert kept.actor == (
        "party:1" if operation.office is None else f"office:{operation.office.name.lower()}"
    )
    assert (kept.made_by, kept.org_id) == (
        desk.town.users[who],
        desk.town.organisations["Nordwind" if who == "mara" else "Betrieb"],
    )


@pytest.mark.parametrize("operation", JSON_OPERATIONS, ids=lambda each: each.name)
def test_operation_is_refused_to_whoever_it_is_not_for(desk: Desk, operation: Operation[Any]) -> None:
    others = {"otto": "NotForOrganisation"} if operation.office is None else {"mara": "NotForOrganisation"}
    for who in ("chen", "vera", "abel", "rita"):
        others[who] = "NotPermitted"
    for who, code in others.items():
        answer = desk.post(who, address(operation), example_of(operation))
        assert (answer.status_code, answer.json()["code"]) == (403, code), who
    nobody = desk.post(None, address(operation), example_of(operation))
    assert (nobody.status_code, nobody.json()["code"]) == (401, "NotAuthenticated")
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    assert desk.commands() == []


def test_command_is_read_by_its_organisation_the_operator_and_auditors_only(desk: Desk) -> None:
    command_id = desk.post("mara", CONFIRM, {}).json()["command_id"]
    for who in ("mara", "chen", "vera", "abel", "otto", "rita"):
        assert desk.get(who, f"/v1/commands/{command_id}").json()["command_id"] == command_id
        listed = desk.get(who, "/v1/commands", limit=200, operation="confirm_note").json()["items"]
        assert command_id in [each["command_id"] for each in listed]
    foreign = desk.get("sven", f"/v1/commands/{command_id}")
    missing = desk.get("sven", "/v1/commands/cmd_00000000000000000000000000")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    told, of_missing = foreign.json(), missing.json()
    for each in (told, of_missing):
        del each["correlation_id"], each["facts"], each["detail"]
    assert told == of_missing
    theirs = desk.get("sven", "/v1/commands", limit=200).json()["items"]
    assert command_id not in [each["command_id"] for each in theirs]


def test_list_shows_a_command_as_it_is_read_alone_with_the_decisions_about_it(desk: Desk) -> None:
    command_id, other = (desk.post("mara", CONFIRM, {}).json()["command_id"] for _ in range(2))
    desk.change(command_id, CommandState.AWAITING_APPROVAL, approvals_needed=1)
    alone = desk.get("chen", f"/v1/commands/{command_id}").json()
    rejected = desk.post("chen", f"/v1/commands/{command_id}/reject", {"body_hash": alone["body_hash"]})
    assert rejected.status_code == 200, rejected.text
    page = desk.get("chen", "/v1/commands", limit=200).json()["items"]
    listed = {each["command_id"]: each for each in page}
    assert listed[command_id] == desk.get("chen", f"/v1/commands/{command_id}").json()
    assert [each["decision"] for each in listed[command_id]["approvals"]["decisions"]] == ["rejected"]
    assert listed[other]["approvals"]["decisions"] == []


def test_list_goes_on_where_the_page_before_ended_and_filters(desk: Desk) -> None:
    given = [desk.post("sven", f"/v1/notes/{note}/confirm", {}).json()["command_id"] for note in range(1, 6)]
    desk.post("sven", "/v1/notes/9/withdraw", {})
    found: list[str] = []
    cursor: str | None = None
    while True:
        stated = {"operation": "confirm_note", "limit": 2} | ({} if cursor is None else {"cursor": cursor})
        page = desk.get("sven", "/v1/commands", **stated).json()
        found += [each["command_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == sorted(given, reverse=True)
    desk.change(given[0], CommandState.DONE, result_json="{}")
    done = desk.get("sven", "/v1/commands", state="done", operation="confirm_note").json()["items"]
    assert [each["command_id"] for each in done] == [given[0]]


def test_cursor_of_another_list_or_organisation_is_none(desk: Desk) -> None:
    for note in (1, 2):
        desk.post("mara", f"/v1/notes/{note}/confirm", {})
        desk.post("sven", f"/v1/notes/{note}/confirm", {})
    cursor = desk.get("mara", "/v1/commands", limit=1).json()["next_cursor"]
    for who, stated in (
        ("sven", {"cursor": cursor}),
        ("mara", {"cursor": cursor, "operation": "confirm_note"}),
        ("mara", {"cursor": cursor[:-2]}),
        ("mara", {"cursor": "nonsense"}),
    ):
        answer = desk.get(who, "/v1/commands", **stated)
        assert (answer.status_code, answer.json()["code"]) == (400, "CursorInvalid"), stated


def test_answer_is_not_sent_again_where_it_is_known(desk: Desk) -> None:
    command_id = desk.post("mara", CONFIRM, {}).json()["command_id"]
    first = desk.get("mara", f"/v1/commands/{command_id}")
    headers = desk.headers("mara", **{"If-None-Match": first.headers["ETag"]})
    again = desk.client.get(f"/v1/commands/{command_id}", headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    desk.change(command_id, CommandState.DONE, result_json="{}")
    changed = desk.client.get(f"/v1/commands/{command_id}", headers=headers)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def _finish(desk: Desk, state: CommandState, **columns: Any) -> None:
    """As the worker does it while the request waits."""
    [command] = desk.commands()
    desk.change(command.command_id, state, **columns)


def test_request_that_waits_gets_the_finished_command(desk: Desk) -> None:
    timer = Timer(0.3, _finish, (desk, CommandState.DONE), {"result_json": '{"created":{"note_id":5}}'})
    timer.start()
    answer = desk.post("mara", CONFIRM, {}, Prefer="respond-async, wait=30")
    timer.join()
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "done"
    assert answer.json()["result"] == {"created": {"note_id": 5}}
    assert answer.headers["Preference-Applied"] == "wait=30"


def test_request_that_waits_gets_the_refusal_as_a_problem(desk: Desk) -> None:
    told = {
        "code": "NoteNotFound",
        "detail": "there is no note 5",
        "remedy": "List them.",
        "facts": {"note_id": 5},
    }
    timer = Timer(0.3, _finish, (desk, CommandState.REFUSED), {"problem_json": json.dumps(told)})
    timer.start()
    answer = desk.post("mara", CONFIRM, {}, Prefer="wait=30")
    timer.join()
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["detail"], problem["facts"]) == (
        "NoteNotFound",
        "there is no note 5",
        {"note_id": 5},
    )
    assert problem["command_id"] == desk.commands()[0].command_id
    assert answer.headers["Location"] == f"/v1/commands/{problem['command_id']}"


def test_request_does_not_wait_for_people(desk: Desk) -> None:
    timer = Timer(0.2, _finish, (desk, CommandState.AWAITING_APPROVAL), {"approvals_needed": 1})
    timer.start()
    answer = desk.post("mara", CONFIRM, {}, Prefer="wait=60")
    timer.join()
    assert (answer.status_code, answer.json()["state"]) == (202, "awaiting_approval")


def test_request_that_waited_in_vain_gets_the_first_answer(desk: Desk) -> None:
    answer = desk.post("mara", CONFIRM, {}, Prefer="wait=1")
    assert (answer.status_code, answer.json()["state"]) == (202, "received")


def test_repetition_may_wait_for_the_first_command(desk: Desk) -> None:
    first = desk.post("mara", CONFIRM, {}, key="k")
    _finish(desk, CommandState.DONE, result_json="{}")
    again = desk.post("mara", CONFIRM, {}, key="k", Prefer="wait=5")
    assert (again.status_code, again.json()["state"]) == (200, "done")
    assert again.json()["command_id"] == first.json()["command_id"]
    assert again.headers["Idempotent-Replay"] == "true"


@pytest.mark.parametrize("prefer", ["wait", "wait=", "wait=-1", "wait=soon", "await=5", ""])
def test_preference_that_cannot_be_read_is_left_alone(desk: Desk, prefer: str) -> None:
    answer = desk.post("mara", CONFIRM, {}, Prefer=prefer)
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


KEY = "0x" + "1" * 40
SIGNATURE = {"key": KEY, "nonce": "77", "signature": "0x" + "ab" * 64 + "1b"}


def _awaiting_signature(desk: Desk) -> str:
    command_id: str = desk.post("mara", CONFIRM, {}).json()["command_id"]
    with desk.store.concurrent() as work:
        work.commands.add_step(
            StepRecord(
                command_id=command_id,
                step=0,
                contract="Ledger",
                function="confirmNote(uint64)",
                type_hash=bytes(32),
                encoded_args=b"",
                key=KEY,
                nonce=77,
                deadline_s=2_000_000_000,
                gas_limit=0,
                state=StepState.UNSIGNED,
            )
        )
    desk.change(command_id, CommandState.AWAITING_SIGNATURE)
    return command_id


def test_instruction_is_shown_to_the_own_organisation_and_signatures_of_others_are_refused(
    desk: Desk,
) -> None:
    path = f"/v1/commands/{_awaiting_signature(desk)}"
    shown = desk.get("mara", f"{path}/instruction")
    assert shown.status_code == 200, shown.text
    assert (shown.json()["key"], shown.json()["nonce"]) == (KEY, "77")
    assert desk.get("sven", f"{path}/instruction").status_code == 404
    for stated, code in (
        ({**SIGNATURE, "nonce": "78"}, "SignatureOfOtherNonce"),
        ({**SIGNATURE, "key": "0x" + "2" * 40}, "SignerMisstated"),
        # The ledger of these tests is empty: no key is the party's.
        (SIGNATURE, "SignedByStranger"),
    ):
        answer = desk.post("mara", f"{path}/signature", stated)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert desk.post("sven", f"{path}/signature", SIGNATURE).status_code == 404
    assert desk.post("chen", f"{path}/signature", SIGNATURE).status_code == 403
    assert desk.commands()[0].state is CommandState.AWAITING_SIGNATURE


def test_nothing_is_to_be_signed_of_a_command_that_waits_for_no_signature(desk: Desk) -> None:
    command_id = desk.post("mara", CONFIRM, {}).json()["command_id"]
    answer = desk.post("mara", f"/v1/commands/{command_id}/signature", SIGNATURE)
    assert (answer.status_code, answer.json()["code"]) == (409, "SignatureNotAwaited")
    shown = desk.get("mara", f"/v1/commands/{command_id}/instruction")
    assert (shown.status_code, shown.json()["code"]) == (409, "SignatureNotAwaited")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "0x12"),
        ("key", 5),
        ("nonce", 77),
        ("nonce", "-1"),
        ("nonce", "1" * 79),
        ("signature", "0x" + "ab" * 64),
        ("signature", "ab" * 65),
        ("seal", "x"),
    ],
)
def test_signature_in_another_form_is_refused(desk: Desk, field: str, value: object) -> None:
    answer = desk.post(
        "mara", "/v1/commands/cmd_00000000000000000000000000/signature", {**SIGNATURE, field: value}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"/{field}"
