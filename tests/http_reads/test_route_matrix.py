"""Every route x every role x somebody else's object: answered as if it did not exist.

The routes are those of the application's own description. A new one with a parameter in its path, or a new
operation that names an object, fails here until somebody has said what its objects are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from matrix_world import STRANGER, STRANGERS, Matrix, everything, open_matrix

from counterfoil.domain.errors import DomainError
from counterfoil.domain.projection.fold import apply
from counterfoil.domain.sightings import Sightings
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.visibility import Viewer, Visibility
from counterfoil.entrypoints.operations import Operation, operations
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.reading.unseen import refuse_unseen

# Parameters that name nothing of one organisation: parties stand in the directory that everybody reads, keys
# and proposals on the chain; and what only offices of the operator reach.
OF_NOBODY = {"party_id", "keeper_party_id", "key", "proposal_id", "redemption_id", "match_hash"}
# A login at an organisation's identity provider begins before anybody is known: that is what it is for.
BEFORE_LOGIN = {"/v1/oidc/{org_id}/login", "/v1/oidc/callback"}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "approve_command": {"body_hash": "0" * 64, "comment": ""},
    "reject_command": {"body_hash": "0" * 64, "comment": "no"},
    "sign_command": {"key": "0x" + "11" * 20, "nonce": "1", "signature": "0x" + "22" * 65},
    "change_webhook": {"paused": True},
    "set_user_roles": {"roles": ["viewer"]},
    "set_user_limits": {"limits": []},
    "link_user": {"subject": "somebody"},
}
# Operations that may name what their party does not see, and why that is so.
MAY_NAME_UNSEEN = {
    "offer_loan": "a funder offers for a lot that its holder told it of",
    "offer_purchase": "as above",
    "offer_facility": "a funder offers for assets that their holder told it of",
    "attest_receipt": "an inspector is nobody's before it has attested",
    "attest_stock": "as above",
    "take_in": "a keeper's own stock; the depositor is a party",
}


@pytest.fixture(scope="module")
def matrix(shared_store: Callable[[], Store]) -> Iterator[Matrix]:
    with open_matrix(shared_store()) as found:
        yield found


@pytest.fixture(scope="module")
def routes(matrix: Matrix) -> list[tuple[str, str, str]]:
    """(method, path, operation id) of everything under /v1."""
    described = matrix.client.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path, stated["operationId"])
        for path, methods in described.items()
        if path.startswith("/v1/")
        for method, stated in methods.items()
    ]


def parameters(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def body_of(operation_id: str, values: Mapping[str, str]) -> Mapping[str, Any]:
    """A body that would be taken if the object were the caller's."""
    for operation in operations():
        if operation.name == operation_id:
            stated = operation.example()
            return {name: value for name, value in stated.items() if name not in operation.path_fields}
    return BODIES.get(operation_id, {})


# What differs from request to request, whatever was asked for.
OF_THE_REQUEST = (
    "actor",
    "correlation_id",
    "command_id",
    "created_at",
    "waiting_since",
    "expires_at",
    "body",
    "body_hash",
)


def told(answer: Any, path: str, values: Mapping[str, str]) -> tuple[int, Any]:
    """Status and body, without what names this request and the object that it asked for."""
    stated = [values[name] for name in parameters(path) if name in values]
    # An asset is also told by its number alone.
    stated += [value.partition(":")[2] for value in stated if value.startswith("receipt:")]
    try:
        body = answer.json()
    except ValueError:
        return answer.status_code, answer.text
    return answer.status_code, without(body, stated)


def without(part: Any, stated: list[str], *, of_facts: bool = False) -> Any:
    """The same with a sign in the place of each stated value; of numbers only in the facts of a problem."""
    if isinstance(part, dict):
        return {
            name: without(value, stated, of_facts=of_facts or name == "facts")
            for name, value in part.items()
            if name not in OF_THE_REQUEST
        }
    if isinstance(part, list):
        return [without(each, stated, of_facts=of_facts) for each in part]
    if isinstance(part, str):
        for value in sorted(stated, key=len, reverse=True):
            part = re.sub(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", "#", part)
        return part
    return "#" if of_facts and str(part) in stated else part


def test_every_parameter_has_a_row(matrix: Matrix, routes: list[tuple[str, str, str]]) -> None:
    named = {name for _, path, _ in routes for name in parameters(path)}
    assert named - OF_NOBODY == set(matrix.foreign) == set(matrix.missing)


@pytest.mark.parametrize("who", STRANGERS)
def test_a_strangers_request_is_answered_as_if_the_object_did_not_exist(
    matrix: Matrix, routes: list[tuple[str, str, str]], who: str
) -> None:
    asked = 0
    for method, path, operation_id in routes:
        if not parameters(path) or set(parameters(path)) <= OF_NOBODY or path in BEFORE_LOGIN:
            continue
        others = dict.fromkeys(OF_NOBODY, "1")
        foreign = matrix.ask(
            who, method, path.format(**others, **matrix.foreign), body_of(operation_id, matrix.foreign)
        )
        missing = matrix.ask(
            who, method, path.format(**others, **matrix.missing), body_of(operation_id, matrix.missing)
        )
        assert told(foreign, path, matrix.foreign) == told(missing, path, matrix.missing), (method, path)
        assert foreign.status_code in (202, 403, 404, 422), (method, path, foreign.text)
        if method == "GET":
            assert foreign.status_code in (403, 404), (method, path)
        assert foreign.headers.keys() == missing.headers.keys(), (method, path)
        asked += 1
    assert asked > 80


@pytest.mark.parametrize("who", STRANGERS)
def test_no_list_has_anything_of_others(matrix: Matrix, routes: list[tuple[str, str, str]], who: str) -> None:
    asked = 0
    ids = [value for name, value in matrix.foreign.items() if len(value) > 10]
    for method, path, _ in routes:
        if method != "GET" or parameters(path) or path.endswith("/stream") or path in BEFORE_LOGIN:
            continue
        answer = matrix.ask(who, method, path, None)
        assert answer.status_code in (200, 403, 404, 409, 422), (path, answer.text)
        for value in ids:
            assert value not in answer.text, (path, value)
        asked += 1
    assert asked > 25


def test_the_owner_itself_finds_them(matrix: Matrix, routes: list[tuple[str, str, str]]) -> None:
    """Otherwise the rows above would show nothing."""
    for method, path, _ in routes:
        if method == "GET" and parameters(path) and not set(parameters(path)) <= OF_NOBODY | {"org_id"}:
            answer = matrix.ask("owner", method, path.format(**matrix.foreign), None)
            expected = (200, 409) if "instruction" in path else (200,)
            assert answer.status_code in expected, (path, answer.text)


# -- commands: accepted whatever they are about, refused before anything is worked out --


@pytest.fixture(scope="module")
def rules() -> Visibility:
    state, sightings = LedgerState(), Sightings()
    for recorded in everything().events:
        sightings.see(state, recorded.event)
        apply(state, recorded)
    return Visibility(state, sightings)


FOREIGN: Mapping[str, Any] = {
    "note": 2,
    "lot": "2/0/0",
    "receipt": 2,
    "stock": 1,
    "bill": 1,
    "financing": 1,
    "facility": 1,
    "asset": "receipt:2",
}
MISSING: Mapping[str, Any] = {
    "note": 777,
    "lot": "777/0/0",
    "receipt": 777,
    "stock": 777,
    "bill": 777,
    "financing": 777,
    "facility": 777,
    "asset": "receipt:777",
}
OF_PARTIES = [operation for operation in operations() if operation.office is None]


def names_objects(operation: Operation[Any]) -> bool:
    """Whether a field of the body is, by its name, a reference to an object of the ledger."""
    marks = ("note_id", "lot", "receipt", "stock", "bill_id", "financing_id", "facility_id", "asset")
    return any(any(mark in name for mark in marks) for name in operation.body.model_fields)


@pytest.mark.parametrize("operation", OF_PARTIES, ids=lambda each: each.name)
def test_a_command_about_somebody_elses_object_is_refused_like_one_about_nothing(
    operation: Operation[Any], rules: Visibility
) -> None:
    body = operation.read_body(json.dumps(operation.example()))
    kinds = [kind for kind, _ in body.subjects()]
    if not kinds:
        assert not names_objects(operation) or operation.name in MAY_NAME_UNSEEN, "say what it is about"
        return

    def refusal(references: Mapping[str, Any]) -> tuple[str, list[str]]:
        with pytest.raises(DomainError) as refused:
            refuse_unseen(rules, Viewer(STRANGER), [(kind, references[kind]) for kind in kinds])
        return refused.value.code, sorted(refused.value.facts)

    assert refusal(FOREIGN) == refusal(MISSING)
    assert refusal(FOREIGN)[0].endswith("NotFound")
    refuse_unseen(rules, Viewer(None, sees_all=True), [(kind, FOREIGN[kind]) for kind in kinds])
