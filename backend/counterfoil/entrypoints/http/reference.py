"""The reference page and the pages of error codes, made from the document and the error table.

Everything stands in the page itself: nothing is loaded from elsewhere, and no script runs.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path
from starlette.responses import Response

from counterfoil.domain.errors import DomainError, error_spec, error_table
from counterfoil.entrypoints.http.http_refusals import ROUTE_UNKNOWN
from counterfoil.entrypoints.http.openapi import document_of
from counterfoil.entrypoints.http.problem_statuses import status_of
from counterfoil.entrypoints.http.reference_parts import STYLE, operation_part, paragraphs

_POLICY = (
    "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "max-age=300"}
_METHODS = ("get", "post", "put", "patch", "delete")


def reference_router(app: FastAPI) -> APIRouter:
    """The pages for people."""
    router = APIRouter(include_in_schema=False)

    @cache
    def reference() -> str:
        return _reference(document_of(app))

    @router.get("/docs")
    def docs() -> Response:
        """Every address, with its fields and an example."""
        return _page(reference())

    @router.get("/errors")
    def errors() -> Response:
        """All codes."""
        return _page(_errors())

    @router.get("/errors/{code}")
    def error(code: Annotated[str, Path(max_length=100)]) -> Response:
        """What a code means, and what can be done."""
        if error_spec(code) is None:
            raise DomainError(ROUTE_UNKNOWN, path="/errors/...")
        return _page(_error(code))

    return router


def _page(body: str) -> Response:
    return Response(body, media_type="text/html", headers=_HEADERS)


def _framed(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )


def _reference(document: dict[str, Any]) -> str:
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                route = methods[method]
                part = operation_part(document, method, path, route)
                by_tag.setdefault(route["tags"][0], []).append(part)
    contents = "".join(
        f'<li><a href="#{_anchor(tag)}">{escape(tag)}</a> <span>{len(parts)}</span></li>'
        for tag, parts in sorted(by_tag.items())
    )
    sections = "".join(
        f'<section id="{_anchor(tag)}"><h2>{escape(tag)}</h2>{"".join(parts)}</section>'
        for tag, parts in sorted(by_tag.items())
    )
    info = document["info"]
    return _framed(
        "Counterfoil service",
        f"<nav><p><strong>Counterfoil</strong> {escape(info['version'])}</p><ul>{contents}</ul>"
        '<p><a href="/openapi.json">openapi.json</a><br><a href="/errors">Error codes</a></p></nav>'
        f"<main><h1>The service</h1>{paragraphs(info['description'])}{sections}</main>",
    )


def _anchor(tag: str) -> str:
    return f"of-{tag.replace(' ', '-')}"


def _errors() -> str:
    rows = "".join(
        f'<tr><td><a href="/errors/{spec.code}"><code>{spec.code}</code></a></td>'
        f"<td>{status_of(spec.code)}</td><td>{escape(spec.message)}</td></tr>"
        for spec in error_table()
    )
    return _framed(
        "Error codes",
        '<main class="wide"><p><a href="/docs">Reference</a></p><h1>Error codes</h1>'
        f"<table><tr><th>Code</th><th>Status</th><th>What it says</th></tr>{rows}</table></main>",
    )


def _error(code: str) -> str:
    spec = error_spec(code)
    if spec is None:
        raise TypeError(f"no such code: {code}")
    return _framed(
        code,
        '<main class="wide"><p><a href="/errors">Error codes</a></p>'
        f"<h1><code>{escape(code)}</code></h1><p>HTTP status {status_of(code)}</p>"
        f"<h2>What it says</h2><p>{escape(spec.message)}</p>"
        f"<h2>What you can do</h2><p>{escape(spec.remedy)}</p></main>",
    )
