"""Files are read by whoever is entitled, while they are, and by nobody who has the database alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text

from counterfoil.chain.service_key import ServiceKey
from counterfoil.domain.errors import CounterfoilError, DomainError
from counterfoil.ports.files import SERVICE, Basis, SubjectFile, owner_of
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.store.schema import metadata
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.files.uploads import OpaqueUpload, Upload
from database_support import Database

SELLER, BUYER, FUNDER, STRANGER = (owner_of(key) for key in ("seller", "buyer", "funder", "stranger"))
NOTE = "note:5"
CONTENT = b"Delivery note 88-1: forty pallets, sealed at the works"
CIPHER = FileCipher()


def upload(content: bytes = CONTENT, *, name: str = "delivery.txt") -> Upload:
    return Upload(file_name=name, media_type="text/plain", content=content)


def add(store: Store, files: EncryptedFiles, content: bytes = CONTENT, *, subject: str = NOTE) -> SubjectFile:
    with store.concurrent() as work:
        return files.add(work, subject=subject, uploads=[upload(content)], added_by=SELLER)[0]


def content_of(store: Store, files: EncryptedFiles, entry: SubjectFile, owner: str) -> bytes:
    with store.read() as work:
        return files.content(work, file_id=entry.file.file_id, owner=owner)


def refusal(store: Store, files: EncryptedFiles, entry: SubjectFile, owner: str) -> str:
    with pytest.raises(CounterfoilError) as refused:
        content_of(store, files, entry, owner)
    return refused.value.code


def entitle(store: Store, files: EncryptedFiles, *owners: str, subject: str = NOTE) -> None:
    with store.concurrent() as work:
        for owner in owners:
            files.entitle(work, subject, owner, basis=Basis.LEDGER)


def test_whoever_adds_a_file_reads_it_and_nobody_else(store: Store, files: EncryptedFiles) -> None:
    entry = add(store, files)

    assert content_of(store, files, entry, SELLER) == CONTENT
    assert refusal(store, files, entry, BUYER) == "FileUnknown"
    assert refusal(store, files, entry, SERVICE) == "FileUnknown"
    assert entry.file.content_sha256 == sha256(CONTENT).hexdigest()
    with store.read() as work:
        stored, wrap = files.stored(work, file_id=entry.file.file_id, owner=SELLER)
        assert sha256(stored).hexdigest() == entry.file.file_id == wrap.file_id
        assert work.files.of_subject(NOTE) == (entry,)
        assert work.files.readable_by(SELLER, after=None, limit=9) == (entry,)
        assert work.files.readable_by(BUYER, after=None, limit=9) == ()


def test_a_file_that_is_not_there_and_one_that_is_not_for_you_are_told_alike(
    store: Store, files: EncryptedFiles
) -> None:
    entry = add(store, files)
    with store.read() as work:
        with pytest.raises(DomainError) as hidden:
            files.content(work, file_id=entry.file.file_id, owner=STRANGER)
        with pytest.raises(DomainError) as absent:
            files.content(work, file_id="0" * 64, owner=STRANGER)
    assert hidden.value.code == absent.value.code == "FileUnknown"
    assert hidden.value.message.replace(entry.file.file_id, "0" * 64) == absent.value.message


def test_who_becomes_entitled_reads_what_is_there_and_what_comes(store: Store, files: EncryptedFiles) -> None:
    before = add(store, files)
    entitle(store, files, FUNDER)
    after = add(store, files, b"second version")

    assert content_of(store, files, before, FUNDER) == CONTENT
    assert content_of(store, files, after, FUNDER) == b"second version"


def test_whose_time_is_over_keeps_what_it_had_and_gets_nothing_later(
    store: Store, files: EncryptedFiles
) -> None:
    entitle(store, files, BUYER, FUNDER)
    before = add(store, files)
    with store.concurrent() as work:
        files.end(work, NOTE, FUNDER)
        files.end(work, NOTE, FUNDER)
        files.end(work, NOTE, STRANGER)
    after = add(store, files, b"second version")

    assert content_of(store, files, before, FUNDER) == CONTENT
    assert refusal(store, files, after, FUNDER) == "FileUnknown"
    assert content_of(store, files, after, BUYER) == b"second version"
    with store.read() as work:
        owners = {work.files.key(wrap.key_id).owner for wrap in work.files.wraps_of(after.file.file_id)}
        assert owners == {SERVICE, SELLER, BUYER}
        assert work.files.readable_by(FUNDER, after=None, limit=9) == (before,)

    entitle(store, files, FUNDER)  # it holds the note again
    assert content_of(store, files, after, FUNDER) == b"second version"


def test_the_ledgers_readers_are_made_exactly_those_of_now(store: Store, files: EncryptedFiles) -> None:
    entry = add(store, files)
    with store.concurrent() as work:
        files.entitle(work, NOTE, STRANGER, basis=Basis.SHARED)
        assert files.settle(work, NOTE, frozenset({SELLER, BUYER, STRANGER}))
        assert not files.settle(work, NOTE, frozenset({SELLER, BUYER, STRANGER}))
        assert files.settle(work, NOTE, frozenset({BUYER}))
    later = add_as(store, files, BUYER, b"later")

    assert content_of(store, files, entry, SELLER) == CONTENT
    assert refusal(store, files, later, SELLER) == "FileUnknown"
    assert content_of(store, files, later, STRANGER) == b"later"  # a reader's gift is not the ledger's to end


def add_as(store: Store, files: EncryptedFiles, owner: str, content: bytes) -> SubjectFile:
    with store.concurrent() as work:
        return files.add(work, subject=NOTE, uploads=[upload(content)], added_by=owner)[0]


def test_a_file_under_a_further_subject_is_read_there(store: Store, files: EncryptedFiles) -> None:
    entry = add(store, files, subject="command:cmd_1")
    entitle(store, files, FUNDER, subject="invoice:ab")
    with store.concurrent() as work:
        files.link(work, entry, subject="invoice:ab", readers=[BUYER])

    for owner in (SELLER, BUYER, FUNDER):
        assert content_of(store, files, entry, owner) == CONTENT
    assert refusal(store, files, entry, STRANGER) == "FileUnknown"
    with store.read() as work:
        assert files.content_for_service(work, entry.file.content_sha256) == CONTENT
        with pytest.raises(DomainError) as refused:
            files.content_for_service(work, "0" * 64)
    assert refused.value.code == "FileUnknown"


def test_thousands_of_files_come_in_one_transaction(store: Store, files: EncryptedFiles) -> None:
    uploads = [upload(b"%d" % number, name=f"{number}.txt") for number in range(1000)]
    with store.concurrent() as work:
        added = files.add(work, subject="command:cmd_2", uploads=uploads, added_by=SELLER)

    assert [entry.position for entry in added] == list(range(1000))
    assert content_of(store, files, added[777], SELLER) == b"777"
    with store.read() as work:
        first = work.files.readable_by(SELLER, after=None, limit=600)
        rest = work.files.readable_by(SELLER, after=(first[-1].subject, first[-1].position), limit=600)
    assert first + rest == added


def test_nothing_in_the_database_says_what_a_file_says(
    store: Store, files: EncryptedFiles, database: Database
) -> None:
    entitle(store, files, BUYER)
    add(store, files)
    with store.concurrent() as work:
        service_private = work.files.current_key(SERVICE)
    assert service_private is not None

    engine = database.engine()
    with engine.begin() as connection:
        everything = b"".join(
            value if isinstance(value, bytes) else str(value).encode()
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
            for value in row
        )
    engine.dispose()
    assert len(everything) > len(CONTENT)
    words = [CONTENT, CONTENT.hex().encode(), *CONTENT.split(), b"pallets", b"sealed at"]
    assert [word for word in words if len(word) > 4 and word in everything] == []
    if database.is_sqlite:
        for file in Path(database.address).parent.glob("store.sqlite*"):
            assert b"pallets" not in file.read_bytes()


def test_another_installations_key_opens_nothing(store: Store, files: EncryptedFiles) -> None:
    entry = add(store, files)
    other = EncryptedFiles(
        cipher=CIPHER, sealing=ServiceKey(b"\x06" * 32), now=lambda: datetime(2026, 9, 1, tzinfo=UTC)
    )
    assert refusal(store, other, entry, SELLER) == "SealBroken"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("update files set ciphertext = substr(ciphertext, 1, 40)", "FileDamaged"),
        (
            "update files set ciphertext = (select f.ciphertext from files as f where f.size_bytes <> 54)"
            " where size_bytes = 54",
            "FileDamaged",
        ),
        (
            "update file_keys set wrapped_hex = (select wrapped_hex from file_keys as f"
            " where f.key_id = file_keys.key_id and f.file_id <> file_keys.file_id)"
            " where file_id = (select file_id from files where size_bytes = 54)",
            "FileKeyUnfit",
        ),
        (
            "update file_keys set wrapped_hex = (select wrapped_hex from file_keys as f"
            " where f.file_id = file_keys.file_id and f.key_id <> file_keys.key_id)"
            " where key_id = (select key_id from encryption_keys where owner = 'party:seller')",
            "FileKeyUnfit",
        ),
        (f"update files set content_sha256 = '{'0' * 64}'", "FileDamaged"),
        (
            "update encryption_keys set private_sealed = (select private_sealed from encryption_keys as k"
            " where k.key_id <> encryption_keys.key_id) where owner = 'party:seller'",
            "SealBroken",
        ),
    ],
    ids=[
        "shortened",
        "swapped",
        "wrap of other file",
        "wrap of other reader",
        "other content",
        "swapped key",
    ],
)
def test_rows_that_somebody_changed_are_noticed(
    store: Store, files: EncryptedFiles, database: Database, spoil: str, code: str
) -> None:
    entry, _ = add(store, files), add(store, files, b"another file of the same note, of another length")
    engine = database.engine()
    with engine.begin() as connection:
        connection.execute(text(spoil))
    engine.dispose()

    assert refusal(store, files, entry, SELLER) == code


# -- keys --


def test_a_rotated_key_opens_everything_and_the_old_one_is_gone(store: Store, files: EncryptedFiles) -> None:
    first, second = add(store, files), add(store, files, b"second")
    with store.concurrent() as work:
        old = files.current_key(work, SELLER)
        new = files.rotate_key(work, SELLER)
    third = add(store, files, b"third")

    assert new.key_id != old.key_id
    for entry, content in ((first, CONTENT), (second, b"second"), (third, b"third")):
        assert content_of(store, files, entry, SELLER) == content
    with store.read() as work:
        retired = work.files.key(old.key_id)
        assert retired is not None
        assert (retired.private_sealed, retired.retired_at is None) == (None, False)
        assert all(wrap.key_id != old.key_id for wrap in work.files.wraps_of(first.file.file_id))
        assert [key.key_id for key in work.files.keys_of(SELLER)] == [old.key_id, new.key_id]


def test_the_services_own_key_rotates_as_well(store: Store, files: EncryptedFiles) -> None:
    entry = add(store, files)
    with store.concurrent() as work:
        files.rotate_key(work, SERVICE)
    entitle(store, files, FUNDER)

    assert content_of(store, files, entry, FUNDER) == CONTENT
    with store.read() as work:
        assert files.content_for_service(work, entry.file.content_sha256) == CONTENT


def test_an_owner_that_keeps_its_key_decrypts_for_itself(store: Store, files: EncryptedFiles) -> None:
    entry = add(store, files)
    public, private = CIPHER.new_key_pair()
    with store.concurrent() as work:
        own = files.rotate_key(work, SELLER, public=public)

    assert refusal(store, files, entry, SELLER) == "EncryptionKeyHeldElsewhere"
    with store.read() as work:
        stored, wrap = files.stored(work, file_id=entry.file.file_id, owner=SELLER)
    assert wrap.key_id == own.key_id
    content_key = CIPHER.unwrap(wrap.wrapped, private, file_id=wrap.file_id, key_id=wrap.key_id)
    assert CIPHER.decrypt(stored, content_key, content_sha256=entry.file.content_sha256) == CONTENT
    with store.concurrent() as work, pytest.raises(CounterfoilError) as refused:
        files.rotate_key(work, SELLER, public=bytes(32))
    assert refused.value.code == "PublicKeyUnfit"


def test_a_wrap_for_a_key_that_was_retired_meanwhile_is_made_again(
    store: Store, files: EncryptedFiles
) -> None:
    entry = add(store, files)
    with store.concurrent() as work:
        old = files.current_key(work, SELLER)
        work.files.retire_key(old.key_id, at=old.created_at, destroy=False)
        files.current_key(work, SELLER)  # a fresh one, for which nothing is wrapped

    with store.concurrent() as work:
        assert files.mend_wraps(work) == 1
        assert files.mend_wraps(work) == 0
    with store.read() as work:
        _, wrap = files.stored(work, file_id=entry.file.file_id, owner=SELLER)
        current = work.files.current_key(SELLER)
    assert current is not None
    assert wrap.key_id == current.key_id
    assert content_of(store, files, entry, SELLER) == CONTENT


# -- files that the service cannot read --


def opaque(
    store: Store, files: EncryptedFiles, *, also: tuple[str, ...] = ()
) -> tuple[OpaqueUpload, bytes, dict[str, bytes]]:
    """A file as a party's own program makes it; the private keys by owner."""
    content_key, stored = CIPHER.encrypt(CONTENT)
    private_keys: dict[str, bytes] = {}
    wraps: dict[str, bytes] = {}
    file_id = sha256(stored).hexdigest()
    with store.concurrent() as work:
        for owner in (SELLER, *also):
            public, private_keys[owner] = CIPHER.new_key_pair()
            key = files.rotate_key(work, owner, public=public)
            wraps[key.key_id] = CIPHER.wrap(content_key, public, file_id=file_id, key_id=key.key_id)
    made = OpaqueUpload(
        file_name="terms.pdf.enc",
        media_type="application/pdf",
        content_sha256=sha256(CONTENT).hexdigest(),
        size_bytes=len(CONTENT),
        stored=stored,
        wraps=wraps,
    )
    return made, content_key, private_keys


def test_an_opaque_file_is_for_its_readers_alone(store: Store, files: EncryptedFiles) -> None:
    made, _, private_keys = opaque(store, files)
    with store.concurrent() as work:
        entry = files.add_opaque(work, subject=NOTE, upload=made, added_by=SELLER)

    assert refusal(store, files, entry, SELLER) == "FileOpaque"
    with store.read() as work:
        with pytest.raises(DomainError) as refused:
            files.content_for_service(work, entry.file.content_sha256)
        assert refused.value.code == "FileUnknown"
        stored, wrap = files.stored(work, file_id=entry.file.file_id, owner=SELLER)
    key = CIPHER.unwrap(wrap.wrapped, private_keys[SELLER], file_id=wrap.file_id, key_id=wrap.key_id)
    assert CIPHER.decrypt(stored, key, content_sha256=entry.file.content_sha256) == CONTENT


def test_readers_of_an_opaque_file_wrap_for_one_another(store: Store, files: EncryptedFiles) -> None:
    made, content_key, _ = opaque(store, files)
    with store.concurrent() as work:
        entry = files.add_opaque(work, subject=NOTE, upload=made, added_by=SELLER)
        files.entitle(work, NOTE, FUNDER, basis=Basis.LEDGER)
    file_id = entry.file.file_id
    with store.read() as work, pytest.raises(DomainError) as refused:
        files.stored(work, file_id=file_id, owner=FUNDER)
    assert refused.value.code == "FileKeyNotWrapped"

    with store.concurrent() as work:
        (wanted,) = files.wanted_wraps(work, file_id=file_id)
        assert wanted.owner == FUNDER
        wrap = CIPHER.wrap(content_key, wanted.public, file_id=file_id, key_id=wanted.key_id)
        files.add_given_wraps(work, file_id=file_id, owner=SELLER, wraps={wanted.key_id: wrap})
        assert files.wanted_wraps(work, file_id=file_id) == ()
    with store.read() as work:
        assert files.stored(work, file_id=file_id, owner=FUNDER)[1].wrapped == wrap
    # The funder's key, which the service keeps for it, is replaced: its wrap goes along.
    with store.concurrent() as work:
        files.rotate_key(work, FUNDER)
        assert files.wanted_wraps(work, file_id=file_id) == ()


def test_wraps_that_nobody_asked_for_are_refused(store: Store, files: EncryptedFiles) -> None:
    made, content_key, _ = opaque(store, files)
    with store.concurrent() as work:
        stranger = files.current_key(work, STRANGER)
        entry = files.add_opaque(work, subject=NOTE, upload=made, added_by=SELLER)
    file_id = entry.file.file_id
    wrap = CIPHER.wrap(content_key, stranger.public, file_id=file_id, key_id=stranger.key_id)
    own = next(iter(made.wraps))

    for owner, wraps, code in (
        (SELLER, {stranger.key_id: wrap}, "WrapRefused"),
        (SELLER, {"enc_unknown": wrap}, "WrapRefused"),
        (SELLER, {own: b"short"}, "WrapRefused"),
        (STRANGER, {stranger.key_id: wrap}, "FileUnknown"),
    ):
        with store.concurrent() as work, pytest.raises(DomainError) as refused:
            files.add_given_wraps(work, file_id=file_id, owner=owner, wraps=wraps)
        assert refused.value.code == code


def test_a_wrap_that_is_there_is_not_replaced(store: Store, files: EncryptedFiles) -> None:
    """Otherwise one reader could lock the others out."""
    made, _, _ = opaque(store, files, also=(BUYER,))
    with store.concurrent() as work:
        files.entitle(work, NOTE, BUYER, basis=Basis.LEDGER)
        entry = files.add_opaque(work, subject=NOTE, upload=made, added_by=SELLER)
        seller_key = files.current_key(work, SELLER).key_id
        files.add_given_wraps(work, file_id=entry.file.file_id, owner=BUYER, wraps={seller_key: b"\0" * 80})
    with store.read() as work:
        _, wrap = files.stored(work, file_id=entry.file.file_id, owner=SELLER)
    assert wrap.wrapped == made.wraps[seller_key]


def test_an_opaque_file_without_a_wrap_for_its_owner_is_refused_whole(
    store: Store, files: EncryptedFiles
) -> None:
    opaque(store, files)

    def add_unwrapped() -> None:
        with store.concurrent() as work:
            empty = OpaqueUpload(
                file_name="a", media_type="b/c", content_sha256="0" * 64, size_bytes=1, stored=b"x", wraps={}
            )
            files.add_opaque(work, subject=NOTE, upload=empty, added_by=SELLER)

    with pytest.raises(DomainError) as refused:
        add_unwrapped()
    assert refused.value.code == "WrapRefused"
    with store.read() as work:
        assert work.files.of_subject(NOTE) == ()


# -- at the same time --


def test_whoever_is_entitled_while_files_are_added_reads_them_all(
    store: Store, files: EncryptedFiles
) -> None:
    add(store, files)
    start = threading.Barrier(4)

    def add_some(number: int) -> list[SubjectFile]:
        start.wait()
        return [add(store, files, b"%d" % number) for _ in range(6)]

    def entitle_in_between() -> None:
        start.wait()
        entitle(store, files, FUNDER)

    with ThreadPoolExecutor(4) as pool:
        adding = [pool.submit(add_some, number) for number in range(3)]
        pool.submit(entitle_in_between).result()
        added = [entry for each in adding for entry in each.result()]

    assert sorted(entry.position for entry in added) == list(range(1, 19))
    for entry in added:
        assert content_of(store, files, entry, FUNDER)


def test_a_first_key_is_made_once_whoever_needs_it(store: Store, files: EncryptedFiles) -> None:
    start = threading.Barrier(4)

    def need(number: int) -> str:
        start.wait()
        with store.concurrent() as work:
            files.add(work, subject=f"note:{number}", uploads=[upload()], added_by=SELLER)
            return files.current_key(work, SELLER).key_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(need, range(4)))) == 1
