"""Who reads a note's files is the supply chain of its debtor: a reader is told of those that it knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from model_ledger import CORE, FIRST, LENDER, SECOND, lived
from reads_api import Caller, app_over
from reads_world import World, party_key

from counterfoil.chain.service_key import ServiceKey
from counterfoil.entrypoints.http import documents
from counterfoil.entrypoints.http.gate import Gate
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ports.files import Basis, Reader, owner_of
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.files.uploads import OpaqueUpload
from counterfoil.usecases.identity.passwords import Passwords
from identity.identity_support import CHEAP

NOW = datetime(2026, 9, 1, tzinfo=UTC)
NOTE = "note:1"
READERS = (CORE, FIRST, SECOND, LENDER)
# Second was given a lot by First and lends to it; Lender lends to First on another lot. Core pays them all.
KNOWN = {
    CORE: {CORE, FIRST, SECOND, LENDER},
    FIRST: {CORE, FIRST, SECOND, LENDER},
    SECOND: {CORE, FIRST, SECOND},
    LENDER: {CORE, FIRST, LENDER},
}


class Documents:
    """The routes of files over a note that four parties read."""

    def __init__(self, store: Store, caller: Caller, files: EncryptedFiles) -> None:
        self.store = store
        self.files = files
        self._caller = caller

    def get(self, path: str, party_id: int) -> Any:
        answer = self._caller.get(f"/v1{path}", headers={"x-party": str(party_id)})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def reads(self, party_id: int, basis: Basis) -> None:
        with self.store.concurrent() as work:
            owner = owner_of(party_key(party_id))
            work.files.take_positions(NOTE, 0)
            work.files.put_reader(Reader(subject=NOTE, owner=owner, basis=basis, entitled_at=NOW))
            self.files.current_key(work, owner)


@pytest.fixture
def found(store: Store) -> Iterator[Documents]:
    world = World(store, lived())
    world.store_events()
    side = world.side()
    side.follow()
    app, _ = app_over(side)
    files = EncryptedFiles(cipher=FileCipher(), sealing=ServiceKey(bytes(32)), now=lambda: NOW)
    service = HttpService(
        store=store,
        gate=Gate(store),
        reading=side,
        files=files,
        sealing=ServiceKey(bytes(32)),
        passwords=Passwords(CHEAP),
    )
    app.include_router(documents.router(service), prefix="/v1")
    with asyncio.Runner() as runner:
        caller = Caller(app, runner)
        made = Documents(store, caller, files)
        for party_id in READERS:
            made.reads(party_id, Basis.LEDGER)
        yield made
        caller.close()


@pytest.mark.parametrize("party_id", READERS)
def test_a_reader_is_told_of_the_readers_that_it_knows(found: Documents, party_id: int) -> None:
    shown = found.get(f"/document-readers?subject={NOTE}", party_id)
    assert {each["party_id"] for each in shown} == KNOWN[party_id]


def test_whom_a_reader_gave_access_all_are_told_of(found: Documents) -> None:
    found.reads(LENDER, Basis.SHARED)
    shown = found.get(f"/document-readers?subject={NOTE}", SECOND)
    assert {each["party_id"] for each in shown} == {CORE, FIRST, SECOND, LENDER}


@pytest.mark.parametrize("party_id", READERS)
def test_a_reader_wraps_for_the_readers_that_it_knows(found: Documents, party_id: int) -> None:
    with found.store.concurrent() as work:
        own = found.files.current_key(work, owner_of(party_key(party_id)))
        entry = found.files.add_opaque(
            work,
            subject=NOTE,
            upload=OpaqueUpload(
                file_name="a",
                media_type="text/plain",
                content_sha256="ab" * 32,
                size_bytes=1,
                stored=b"sealed elsewhere",
                wraps={own.key_id: bytes(80)},
            ),
            added_by=own.owner,
        )
    shown = found.get(f"/documents/{entry.file.file_id}/wraps", party_id)
    assert {each["party_id"] for each in shown["wanted"]} == KNOWN[party_id] - {party_id}
