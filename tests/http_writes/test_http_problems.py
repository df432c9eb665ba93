"""What cannot be accepted is told as a problem document that names every field at fault."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import counterfoil
from counterfoil.domain.errors import error_spec, error_table
from counterfoil.entrypoints.http.document import openapi_document
from counterfoil.entrypoints.http.problem_statuses import STATUSES, status_of
from http_writes.writes_support import Desk, pointers

REJECT = "/v1/notes/5/reject"
TRANSFER = "/v1/cash/transfer"


def paid(**changed: Any) -> dict[str, Any]:
    """A payment that is accepted, with something else in its place."""
    stated: dict[str, Any] = {
        "to_party_id": 2,
        "amount": {"amount_minor": 100, "currency": "EUR"},
        "reference": "rent",
    }
    return stated | changed


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (paid(amount={"amount_minor": 0, "currency": "EUR"}), "/amount/amount_minor"),
        (paid(amount={"amount_minor": -1, "currency": "EUR"}), "/amount/amount_minor"),
        (paid(amount={"amount_minor": 2**48, "currency": "EUR"}), "/amount/amount_minor"),
        (paid(amount={"amount_minor": 10**400, "currency": "EUR"}), "/amount/amount_minor"),
        (paid(amount={"amount_minor": 1.5, "currency": "EUR"}), "/amount/amount_minor"),
        (paid(amount={"amount_minor": 100.0, "currency": "EUR"}), "/amount/amount_minor"),
        (paid(amount={"amount_minor": "100", "currency": "EUR"}), "/amount/amount_minor"),
        (paid(amount={"amount_minor": True, "currency": "EUR"}), "/amount/amount_minor"),
        (paid(amount={"amount_minor": 100, "currency": "eur"}), "/amount/currency"),
        (paid(amount={"amount_minor": 100, "currency": "ABC"}), "/amount/currency"),
        (paid(amount={"amount_minor": 100}), "/amount/currency"),
        (paid(amount=100), "/amount"),
        (paid(to_party_id=0), "/to_party_id"),
        (paid(to_party_id=2**24), "/to_party_id"),
        (paid(to_party_id=None), "/to_party_id"),
        (paid(reference=""), "/reference"),
        (paid(reference="   "), "/reference"),
        (paid(reference="x" * 201), "/reference"),
        (paid(reference="nul\x00"), "/reference"),
        (paid(reference="bell\x07"), "/reference"),
        (paid(memo="more"), "/memo"),
        (paid(**{"a/b~c": 1}), "/a~1b~0c"),
        ([], ""),
        ("text", ""),
        (None, "/to_party_id"),
    ],
    ids=lambda each: str(each)[:60],
)
def test_field_that_cannot_be_accepted_is_named_by_its_pointer(desk: Desk, body: Any, field: str) -> None:
    answer = desk.post("mara", TRANSFER, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "RequestInvalid"), answer.text
    assert field in pointers(answer)
    assert desk.commands() == []


def test_every_field_at_fault_is_named_at_once(desk: Desk) -> None:
    answer = desk.post("mara", TRANSFER, {"to_party_id": "two", "amount": {}, "memo": 1})
    assert set(pointers(answer)) == {
        "/to_party_id",
        "/amount/amount_minor",
        "/amount/currency",
        "/reference",
        "/memo",
    }


def test_answer_does_not_repeat_what_was_sent(desk: Desk) -> None:
    answer = desk.post("mara", TRANSFER, paid(reference=["<script>secret</script>"]))
    assert answer.status_code == 422
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"reason": NaN}',
        b'{"reason": }',
        b"\xff\xfe{}",
        b'{"reason": "\xff"}',
        b'{"reason": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"{} {}",
        b"\x00",
    ],
    ids=lambda each: repr(each[:20]),
)
def test_body_that_is_no_json_is_refused_as_such(desk: Desk, content: bytes) -> None:
    headers = desk.headers("mara", **{"Content-Type": "application/json"})
    answer = desk.client.post(REJECT, content=content, headers=headers)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["code"] in ("JsonMalformed", "RequestInvalid")
    assert desk.commands() == []


@pytest.mark.parametrize(
    "stated", ["text/plain", "application/x-www-form-urlencoded", "application/json5", "multipart/form-data"]
)
def test_body_of_another_type_is_refused(desk: Desk, stated: str) -> None:
    headers = desk.headers("mara", **{"Content-Type": stated})
    answer = desk.client.post(REJECT, content=b'{"reason": "no"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "MediaTypeUnsupported")
    unstated = desk.client.post(REJECT, content=b'{"reason": "no"}', headers=desk.headers("mara"))
    assert (unstated.status_code, unstated.json()["code"]) == (415, "MediaTypeUnsupported")


def test_body_beyond_the_limit_is_refused_whatever_its_length_is_said_to_be(desk: Desk) -> None:
    large = b'{"reason": "' + b"x" * desk.service.most_json_bytes + b'"}'
    headers = desk.headers("mara", **{"Content-Type": "application/json"})

    def in_pieces() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for content in (large, in_pieces()):
        answer = desk.client.post(REJECT, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "BodyTooLarge")
    assert desk.commands() == []


@pytest.mark.parametrize("note", ["0", "-1", "1.5", "five", str(2**53), "9" * 400, "%00", "5%2F6"])
def test_number_in_the_path_that_is_none_is_refused(desk: Desk, note: str) -> None:
    answer = desk.post("mara", f"/v1/notes/{note}/reject", {"reason": "no"})
    assert answer.status_code in (404, 422), answer.text
    if answer.status_code == 422:
        assert list(pointers(answer)) == ["path:note_id"]
    assert desk.commands() == []


def test_address_and_method_that_are_not_there_are_problems(desk: Desk) -> None:
    for path in ("/", "/v1", "/v1/notes/5/confirm/", "/v2/notes", "/v1/nothing", "/docs/../v1/x"):
        answer = desk.post("mara", path, {})
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
        assert answer.json()["code"] == "PathUnknown"
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"):
        answer = desk.client.request(method, REJECT, headers=desk.headers("mara"))
        assert answer.status_code == 405, method
        assert answer.headers["Allow"] == "POST"


def test_every_answer_names_its_request_and_protects_its_reader(desk: Desk) -> None:
    for answer in (
        desk.get("mara", "/v1/commands"),
        desk.post("mara", REJECT, {}),
        desk.post(None, "/v1/nothing", {}),
        desk.get("mara", "/openapi.json"),
    ):
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "Content-Security-Policy" in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
    named = desk.post("mara", REJECT, {}, **{"X-Request-Id": "erp-42"})
    assert named.headers["X-Request-Id"] == named.json()["correlation_id"] == "erp-42"
    hostile = desk.post("mara", REJECT, {}, **{"X-Request-Id": "a" * 65})
    assert hostile.headers["X-Request-Id"] != "a" * 65


def test_correlation_id_is_kept_with_the_command(desk: Desk) -> None:
    desk.post("mara", REJECT, {"reason": "no"}, **{"X-Request-Id": "erp-43"})
    assert desk.commands()[0].correlation_id == "erp-43"


def test_defect_is_told_by_its_correlation_id_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError("a secret of the inside")

    monkeypatch.setattr("counterfoil.entrypoints.http.giving.CommandIntake.give", broken)
    # The server ends the connection after a defect; the next test must not meet what is left of it.
    answer = desk.post("mara", REJECT, {"reason": "no"}, Connection="close")
    assert (answer.status_code, answer.json()["code"]) == (500, "ServiceFailed")
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert answer.headers["X-Request-Id"] == answer.json()["correlation_id"]


def test_store_that_is_out_of_reach_is_told_without_its_inside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from counterfoil.store.failures import STORE_FAILED, StoreError  # noqa: PLC0415 - only this test needs it

    def out_of_reach(*_given: object, **_named: object) -> None:
        raise StoreError(STORE_FAILED, reason="/var/lib/secret is full")

    monkeypatch.setattr("counterfoil.entrypoints.http.giving.CommandIntake.give", out_of_reach)
    answer = desk.post("mara", REJECT, {"reason": "no"})
    assert (answer.status_code, answer.json()["code"]) == (503, "ServiceUnavailable")
    assert "secret" not in answer.text
    assert answer.headers["Retry-After"] == "2"


def _whole_table() -> None:
    """Let every module of the program declare its codes."""
    for found in walk_packages(counterfoil.__path__, "counterfoil."):
        if not found.name.startswith(("counterfoil.store.migrations", "counterfoil.entrypoints.cli")):
            import_module(found.name)


def test_statuses_are_of_codes_that_exist() -> None:
    _whole_table()
    assert [code for code in STATUSES if error_spec(code) is None] == []


def test_code_of_every_class_has_the_status_that_its_name_promises() -> None:
    _whole_table()
    for spec in error_table():
        if spec.code.endswith("NotFound"):
            assert status_of(spec.code) == 404, spec.code
        assert status_of(spec.code) in (400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503)


def test_document_says_of_every_route_which_problems_it_may_answer_with() -> None:
    document = openapi_document()
    assert document["openapi"].startswith("3.1")
    seen = set()
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            assert route["operationId"] not in seen, route["operationId"]
            seen.add(route["operationId"])
            assert route.get("summary"), (method, path)
            assert route.get("tags"), (method, path)
            answers = route["responses"]
            for status, answer in answers.items():
                if int(status) >= 400 and path.startswith("/v1"):
                    assert "application/problem+json" in answer["content"], (method, path, status)
            if path.startswith("/v1") and method == "post" and "sessions" not in path:
                assert {"401", "403", "422"} <= set(answers), (method, path)
