"""The OpenAPI document of the whole application, for clients and guides that are made from it."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, cast

from counterfoil.entrypoints.http.app import create_app
from counterfoil.entrypoints.http.openapi import document_of
from counterfoil.entrypoints.http.service import HttpService


class _NotServed:
    """Stands where a service would be: routes may hold on to parts of it, and nothing is ever asked."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _NotServed()

    def __call__(self, *_given: object, **_named: object) -> Any:
        raise RuntimeError("an application that only describes itself was asked something")


def openapi_document() -> dict[str, Any]:
    """The document, without a database or a home."""
    nothing = cast(Any, _NotServed())
    needed = {
        field.name: nothing
        for field in fields(HttpService)
        if field.default is MISSING and field.default_factory is MISSING
    }
    return document_of(create_app(HttpService(**needed)))
