"""Files over HTTP: what a caller may read it gets, what it may not does not exist, a repeat adds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import count

import pytest
from httpx import Response

from counterfoil.ports.files import Basis, owner_of
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.store.unit_of_work import open_sqlite
from http_writes.writes_support import Desk, open_desk

CONTENT = b"Delivery note 88-1"
CIPHER = FileCipher()
_NOTES = count(5)


@pytest.fixture(scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    store = open_sqlite(tmp_path_factory.mktemp("documents") / "store.sqlite")
    with open_desk(store) as opened:
        yield opened
    store.close()


@pytest.fixture
def desk(_shared: Desk) -> Desk:
    """The application, made once."""
    _shared.begin()
    return _shared


@pytest.fixture
def subject(desk: Desk) -> str:
    """A note of this test alone, whose files Nordwind reads; Suedtor does not."""
    fresh = f"note:{next(_NOTES)}"
    nordwind = owner(desk, "mara")
    with desk.store.concurrent() as work:
        desk.service.files.entitle(work, fresh, nordwind, basis=Basis.LEDGER)
    return fresh


def owner(desk: Desk, who: str) -> str:
    key = desk.town.principal(who).party_key
    assert key is not None
    return owner_of(key)


def upload(
    desk: Desk, who: str | None, subject: str, *, key: str = "1", content: bytes = CONTENT
) -> Response:
    return desk.client.post(
        "/v1/documents",
        data={"subject": subject},
        files={"file": ("note.txt", content, "text/plain")},
        headers=desk.headers(who, key=key),
    )


def test_a_file_is_added_once_and_read_by_its_readers(desk: Desk, subject: str) -> None:
    added = upload(desk, "mara", subject)
    assert added.status_code == 201
    document = added.json()
    assert document["content_sha256"] == sha256(CONTENT).hexdigest()
    again = upload(desk, "mara", subject)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (document, "true")
    assert upload(desk, "mara", subject, content=b"another").status_code == 409

    path = f"/v1/documents/{document['document_id']}"
    assert added.headers["Location"] == path
    assert desk.get("mara", "/v1/documents", subject=subject).json()["items"] == [document]
    read = desk.get("vera", f"{path}/content")
    assert (read.content, read.headers["Content-Type"]) == (CONTENT, "application/octet-stream")
    assert "attachment" in read.headers["Content-Disposition"]
    stored = desk.get("mara", f"{path}/stored").content
    assert sha256(stored).hexdigest() == document["document_id"]


def test_what_is_somebody_elses_does_not_exist(desk: Desk, subject: str) -> None:
    path = f"/v1/documents/{upload(desk, 'mara', subject).json()['document_id']}"
    absent = f"/v1/documents/{'0' * 64}"
    for part in ("", "/content", "/stored", "/wraps"):
        hidden, missing = desk.get("sven", path + part), desk.get("sven", absent + part)
        assert hidden.status_code == missing.status_code == 404
        assert hidden.json()["code"] == missing.json()["code"] == "FileUnknown"
    assert desk.get("sven", "/v1/documents").json() == {"items": [], "next_cursor": None}
    assert upload(desk, "sven", subject).status_code == 404
    assert upload(desk, "mara", "note:4", key="2").json()["code"] == "FileSubjectUnknown"
    assert desk.get("sven", "/v1/document-readers", subject=subject).status_code == 404


@pytest.mark.parametrize(("who", "code"), [(None, 401), ("vera", 403), ("chen", 403), ("otto", 403)])
def test_who_may_not_write_adds_nothing(desk: Desk, subject: str, who: str | None, code: int) -> None:
    assert upload(desk, who, subject).status_code == code


def test_pages_follow_on_one_another(desk: Desk, subject: str) -> None:
    added = [upload(desk, "mara", subject, key=str(n), content=b"%d" % n).json() for n in range(3)]
    first = desk.get("mara", "/v1/documents", subject=subject, limit=2).json()
    rest = desk.get("mara", "/v1/documents", subject=subject, limit=2, cursor=first["next_cursor"]).json()
    assert first["items"] + rest["items"] == added
    assert rest["next_cursor"] is None
    assert desk.get("mara", "/v1/documents", cursor="x").status_code == 400


def test_an_own_key_is_given_ciphertext_and_wrap_only(desk: Desk, subject: str) -> None:
    document_id = upload(desk, "mara", subject).json()["document_id"]
    public, private = CIPHER.new_key_pair()
    assert desk.post("mara", "/v1/encryption-keys", {"public_hex": public.hex()}).status_code == 403
    made = desk.post("abel", "/v1/encryption-keys", {"public_hex": public.hex()})
    assert (made.status_code, made.json()["held_by"]) == (201, "owner")
    assert desk.post("abel", "/v1/encryption-keys", {"public_hex": "00" * 32}).status_code == 422

    refused = desk.get("mara", f"/v1/documents/{document_id}/content")
    assert (refused.status_code, refused.json()["code"]) == (409, "EncryptionKeyHeldElsewhere")
    wraps = desk.get("mara", f"/v1/documents/{document_id}/wraps").json()
    key = CIPHER.unwrap(
        bytes.fromhex(wraps["wrapped_hex"]), private, file_id=document_id, key_id=wraps["key_id"]
    )
    stored = desk.get("mara", f"/v1/documents/{document_id}/stored").content
    assert CIPHER.decrypt(stored, key, content_sha256=sha256(CONTENT).hexdigest()) == CONTENT
