"""The pages for people: made from the document, complete, and without anything from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re

from counterfoil.domain.errors import error_table
from http_writes.writes_support import Desk


def test_reference_has_every_operation_and_loads_nothing(desk: Desk) -> None:
    page = desk.client.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    document = desk.client.get("/openapi.json").json()
    for methods in document["paths"].values():
        for route in methods.values():
            assert f'<details id="{route["operationId"]}">' in page.text
    assert "<script" not in page.text
    assert not re.search(r"""(?:src|@import|url\()\s*=?\s*["']?https?:""", page.text)
    assert set(re.findall(r'href="(/[^"]*)"', page.text)) == {"/openapi.json", "/errors"}
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; frame-ancestors 'none'; style-src 'sha256-")


def test_style_of_the_pages_is_what_their_policy_allows(desk: Desk) -> None:
    page = desk.client.get("/errors")
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    hashed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{hashed}'" in page.headers["Content-Security-Policy"]


def test_every_code_has_its_page(desk: Desk) -> None:
    listed = desk.client.get("/errors").text
    for spec in error_table():
        assert f'href="/errors/{spec.code}"' in listed
    page = desk.client.get("/errors/NoteNotFound")
    assert "there is no note" in page.text
    unknown = desk.client.get("/errors/Nonsense")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "PathUnknown")
