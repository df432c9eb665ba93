"""The OpenAPI document: what FastAPI makes of the routes, with the bodies that the registry declares."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from counterfoil.entrypoints.http.commands import Signature
from counterfoil.entrypoints.http.problems import Problem, problems
from counterfoil.entrypoints.http.writes import request_model
from counterfoil.entrypoints.operations import operations

DESCRIPTION = """\
The ledger as a service: every write is a command that is kept before it is answered, takes effect once
whatever happens, and can be read until its end.

- Send `Authorization: Bearer ...` with a session or an API token.
- Send `Idempotency-Key` with every write, and the same one when you repeat it.
- A write answers 202 with the command; `Prefer: wait=10` waits for its end.
- Amounts are whole minor units with their currency, times are RFC 3339 in UTC.
- Problems are `application/problem+json` with a stable `code`, explained at `/errors/{code}`.
- What an organisation may not see is answered like what does not exist.
"""
_REF = "#/components/schemas/{model}"


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        made = _completed(FastAPI.openapi(app))
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in _declared().items():
            schemas.setdefault(name, schema)
        app.openapi_schema = made
    return app.openapi_schema


def _declared() -> dict[str, Any]:
    models: list[type[BaseModel]] = [Problem, Signature]
    models += [request_model(operation) for operation in operations() if not operation.takes_files]
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    found: dict[str, Any] = definitions["$defs"]
    return found


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    """Without the framework's own form of errors, and with the problems that go with what a route takes."""
    schemas = document.get("components", {}).get("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    for methods in document["paths"].values():
        for route in methods.values():
            answers = route["responses"]
            if "422" in answers:
                answers["422"]["content"] = problem
            # Who needs a credential may lack it, or its scope; what is sent may be unreadable or too much.
            further = [401, 403] if route.get("security") else []
            further += [400, 413] if "requestBody" in route else []
            for status in further:
                answers.setdefault(str(status), problems(status)[status])
    return document


def describe(app: FastAPI) -> None:
    """Let the application answer with this document."""
    app.title = "Counterfoil"
    app.version = version("counterfoil")
    app.description = DESCRIPTION
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]  # the way that FastAPI documents
