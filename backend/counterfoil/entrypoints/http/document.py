"""The OpenAPI document of the whole application, for clients and guides that are made from it."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, cast

from counterfoil.entrypoints.http.app import create_app
from counterfoil.entrypoints.http.openapi import document_of
from counterfoil.entrypoints.http.service import HttpService


class _NotServed:
    """Stands where a service would be: the document is made of declarations, and nothing is ever asked."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"{name} was asked of an application that only describes itself")


def openapi_document() -> dict[str, Any]:
    """The document, without a database or a home."""
    nothing = cast(Any, _NotServed())
    needed = {
        field.name: nothing
        for field in fields(HttpService)
        if field.default is MISSING and field.default_factory is MISSING
    }
    return document_of(create_app(HttpService(**needed)))
