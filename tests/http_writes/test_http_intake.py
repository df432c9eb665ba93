"""Files that come in: kept encrypted with their command, once; what cannot be taken in leaves nothing."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from httpx import Response

from counterfoil.entrypoints.http.app import create_app
from counterfoil.ingest.invoice_template import template_csv, template_xlsx
from http_writes.writes_support import Desk, pointers, service_of
from served_app import served

INVOICE = b"<?xml version='1.0'?><Invoice>of somebody</Invoice>"


def send(desk: Desk, who: str, path: str, *, key: str | None = None, **content: Any) -> Response:
    return desk.client.post(path, headers=desk.headers(who, key=key), **content)


def kept_files(desk: Desk, command_id: str) -> list[tuple[str, bytes]]:
    """Names and contents of what was kept with a command."""
    with desk.store.read() as work:
        placed = work.files.of_subject(f"command:{command_id}")
        return [
            (each.file_name, desk.service.files.content_for_service(work, each.file.content_sha256))
            for each in placed
        ]


def test_invoice_as_body_is_kept_with_its_command(desk_on_both: Desk) -> None:
    desk = desk_on_both
    headers = desk.headers("mara", **{"Content-Type": "application/xml"})
    answer = desk.client.post("/v1/invoices?file_name=a.xml", content=INVOICE, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.json()["body"] == {
        "files": [{"name": "a.xml", "kind": "document", "content_sha256": sha256(INVOICE).hexdigest()}]
    }
    assert kept_files(desk, answer.json()["command_id"]) == [("a.xml", INVOICE)]


def test_batch_keeps_every_file_and_opens_packages(desk: Desk) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("b.xml", INVOICE + b"b")
        package.writestr("c.xml", INVOICE + b"c")
    files = [
        ("files", ("a.xml", INVOICE)),
        ("files", ("more.zip", packed.getvalue())),
        ("files", ("rows.csv", template_csv())),
        ("files", ("rows.xlsx", template_xlsx())),
    ]
    answer = send(desk, "mara", "/v1/invoice-batches", files=files)
    assert answer.status_code == 202, answer.text
    assert [(each["name"], each["kind"]) for each in answer.json()["body"]["files"]] == [
        ("a.xml", "document"),
        ("more.zip/b.xml", "document"),
        ("more.zip/c.xml", "document"),
        ("rows.csv", "table"),
        ("rows.xlsx", "table"),
    ]
    assert len(kept_files(desk, answer.json()["command_id"])) == 5


def test_batch_of_a_thousand_files_is_one_command(desk: Desk) -> None:
    files = [("files", (f"{number}.xml", INVOICE + str(number).encode())) for number in range(1_000)]
    answer = send(desk, "mara", "/v1/invoice-batches", files=files)
    assert answer.status_code == 202, answer.text
    assert len(answer.json()["body"]["files"]) == 1_000


def test_packages_together_unpack_to_no_more_than_one_may(desk: Desk) -> None:
    """Each of them is small enough; all of them would fill the memory."""
    packed = []
    for name in "ab":
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
            for number in range(2):
                package.writestr(f"{name}{number}.xml", INVOICE + b" " * 30_000)
        packed.append(("files", (f"{name}.zip", held.getvalue())))
    service = replace(service_of(desk.store, desk.town), most_upload_bytes=20_000)
    with served(create_app(service)) as client:

        def status(files: Any) -> int:
            answer = client.post("/v1/invoice-batches", files=files, headers=desk.headers("mara"))
            return answer.status_code

        assert status(packed[:1]) == 202
        assert status(packed) == 413


def test_somebody_unknown_is_refused_before_its_file_is_read(desk: Desk) -> None:
    """The form could not be read: had it been looked at, the answer would say so."""
    for path in ("/v1/documents", "/v1/documents/opaque", "/v1/invoice-batches"):
        for credential in ({}, {"Authorization": "Bearer cft_nobody"}):
            headers = {"Content-Type": "multipart/form-data", "Idempotency-Key": "k", **credential}
            answer = desk.client.post(path, content=b"no form", headers=headers)
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), path
            assert answer.headers["X-Request-Id"] == answer.json()["correlation_id"]


def test_repeated_upload_keeps_nothing_twice(desk_on_both: Desk) -> None:
    desk = desk_on_both
    first = send(desk, "mara", "/v1/invoices", key="k", files={"file": ("a.xml", INVOICE)})
    again = send(desk, "mara", "/v1/invoices", key="k", files={"file": ("a.xml", INVOICE)})
    other = send(desk, "mara", "/v1/invoices", key="k", files={"file": ("a.xml", INVOICE + b" ")})
    assert again.content == first.content
    assert again.headers["Idempotent-Replay"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "IdempotencyKeyReused")
    assert len(kept_files(desk, first.json()["command_id"])) == 1
    assert len(desk.commands()) == 1


def test_name_of_a_file_carries_nothing_that_a_terminal_would_obey(desk: Desk) -> None:
    headers = desk.headers("mara", **{"Content-Type": "application/xml"})
    answer = desk.client.post(
        "/v1/invoices", params={"file_name": "a\x1b[2J\u202ex.xml"}, content=INVOICE, headers=headers
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["body"]["files"][0]["name"] == "a\ufffd[2J\ufffdx.xml"


def refused_uploads() -> dict[str, tuple[str, dict[str, Any], int]]:
    bad_zip = io.BytesIO()
    with zipfile.ZipFile(bad_zip, "w") as package:
        package.writestr("../a.xml", INVOICE)
    xml = {"Content-Type": "application/xml"}
    return {
        "empty body": ("/v1/invoices", {"content": b"", "headers": xml}, 400),
        "two of one": (
            "/v1/invoices",
            {"files": [("file", ("a", INVOICE)), ("file", ("b", INVOICE))]},
            400,
        ),
        "other field": ("/v1/invoices", {"files": {"document": ("a", INVOICE)}}, 400),
        "text field": ("/v1/invoice-batches", {"data": {"files": "x"}, "files": {"x": b""}}, 400),
        "batch as json": ("/v1/invoice-batches", {"json": {}}, 415),
        "batch as xml": ("/v1/invoice-batches", {"content": INVOICE, "headers": xml}, 415),
        "no files": (
            "/v1/invoice-batches",
            {"content": b"--x--\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            400,
        ),
        "no boundary": (
            "/v1/invoice-batches",
            {"content": b"--x--\r\n", "headers": {"Content-Type": "multipart/form-data"}},
            400,
        ),
        "bad zip": ("/v1/invoice-batches", {"files": {"files": ("a.zip", bad_zip.getvalue())}}, 422),
    }


@pytest.mark.parametrize("case", refused_uploads())
def test_upload_that_cannot_be_taken_in_leaves_nothing(desk: Desk, case: str) -> None:
    path, content, status = refused_uploads()[case]
    headers = desk.headers("mara", **content.pop("headers", {}))
    answer = desk.client.post(path, headers=headers, **content)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert desk.commands() == []


def test_uploads_are_for_makers_of_members(desk: Desk) -> None:
    for who, code in (("otto", "NotForOrganisation"), ("chen", "NotPermitted"), ("rita", "NotPermitted")):
        answer = send(desk, who, "/v1/invoices", files={"file": ("a.xml", INVOICE)})
        assert (answer.status_code, answer.json()["code"]) == (403, code)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_template_is_given_to_whoever_is_logged_in(desk: Desk, suffix: str) -> None:
    answer = desk.get("vera", f"/v1/invoice-template.{suffix}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="invoice-template.{suffix}"'
    assert desk.get(None, f"/v1/invoice-template.{suffix}").status_code == 401


def test_extract_of_a_registry_is_for_the_operator(desk: Desk) -> None:
    headers = {"Content-Type": "text/csv"}
    path = "/v1/external-liens/import?registry=ZDW&time_zone=%2B08:00"
    answer = desk.client.post(path, content=b"a,b\n", headers=desk.headers("otto", **headers))
    assert answer.status_code == 202, answer.text
    assert (answer.json()["actor"]["office"], answer.json()["body"]["registry"]) == ("examiner", "ZDW")
    member = desk.client.post(path, content=b"a,b\n", headers=desk.headers("mara", **headers))
    assert member.status_code == 403
    zone = desk.client.post(
        "/v1/external-liens/import?time_zone=CET", content=b"a", headers=desk.headers("otto", **headers)
    )
    assert list(pointers(zone)) == ["query:time_zone"]
    assert json.loads(desk.commands()[0].body_json)["time_zone"] == "+08:00"
