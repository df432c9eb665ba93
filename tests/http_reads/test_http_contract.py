"""The whole OpenAPI document against the application, by schemathesis, as every kind of caller.

Whatever is sent, no answer is a fault of the service, and every answer is one that the document describes:
its status, its type, its headers and its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matrix_world import Matrix, open_matrix
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from counterfoil.domain.access import OrganisationKind, Scope, UserRole
from counterfoil.entrypoints.http.document import openapi_document
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.identity.tokens import create_token
from http_writes.writes_support import EUROS

# Answers without an end; the feed has tests of its own.
STREAMS = {"stream_events"}
# Would end what the other callers are let in with, or makes Argon2 work for each example.
SPARED = {"log_out", "end_user_sessions", "change_password"}
# Its 503 says that the service is not ready, which is what these tests compose.
UNREADY = {"show_ready"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 2

DOCUMENT = openapi_document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    result.ok().definition.raw["operationId"]: result.ok() for result in SCHEMA.get_all_operations()
}


@dataclass
class Callers:
    """matrix: the application. credentials: what each caller sends, None for nothing."""

    matrix: Matrix
    credentials: Mapping[str, str | None]
    keys: Iterator[int]


@pytest.fixture(scope="module")
def callers(shared_store: Callable[[], Store]) -> Iterator[Callers]:
    with open_matrix(shared_store()) as matrix:
        town = matrix.town
        town.add_organisation("Operator", OrganisationKind.OPERATOR)
        town.add_organisation("Auditor", OrganisationKind.AUDITOR)
        town.add_user("operator", "Operator", set(UserRole), EUROS)
        town.add_user("auditor", "Auditor", {UserRole.VIEWER})
        found: dict[str, str | None] = {"nobody": None, "wrong": "cft_" + "x" * 43}
        for who in ("owner", "admin", "maker", "checker", "viewer", "operator", "auditor"):
            town.principal(who)
            found[who] = town.secrets[who]
        asking = town.asking("owner")
        for scope in Scope:
            with matrix.store.concurrent() as work:
                _, found[f"token for {scope.value}"] = create_token(
                    work,
                    asking,
                    name=scope.value,
                    scopes=[scope],
                    expires_at=town.clock() + timedelta(days=9),
                )
        yield Callers(matrix, found, count(1))


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - STREAMS - SPARED - UNREADY))
def test_every_answer_is_one_that_the_document_describes(callers: Callers, name: str) -> None:
    operation = OPERATIONS[name]
    foreign = callers.matrix.foreign
    sent = count()

    @given(case=operation.as_strategy(), names_what_is_there=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def probe(case: schemathesis.Case, names_what_is_there: bool) -> None:
        if names_what_is_there:
            # Numbers drawn at random name nothing: half of the requests are about what is there.
            case.path_parameters = {
                each: foreign.get(each, value) for each, value in case.path_parameters.items()
            }
        # There is no worker here that a request could wait for.
        case.headers = {each: value for each, value in case.headers.items() if each.lower() != "prefer"}
        everybody = next(sent) == 0
        for who, credential in callers.credentials.items():
            if not (everybody or who in ("owner", "operator")):
                continue
            headers: dict[str, Any] = {"Idempotency-Key": f"contract-{next(callers.keys)}"}
            if credential is not None:
                headers["Authorization"] = f"Bearer {credential}"
            case.call_and_validate(
                base_url=str(callers.matrix.client.base_url).rstrip("/"), headers=headers, checks=CHECKS
            )

    probe()


def test_nothing_is_spared_that_is_not_there() -> None:
    assert OPERATIONS.keys() >= STREAMS | SPARED | UNREADY
