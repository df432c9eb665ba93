"""A backup taken under load restores, catches up, and equals the chain; a damaged one is refused."""

from __future__ import annotations

import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import insert

from counterfoil.bootstrap import OpenLedger, open_ledger, open_store, store_engine
from counterfoil.chain.home_keys import HomeKeys
from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.backup.archive import unpacked
from counterfoil.entrypoints.backup.create_backup import create_backup
from counterfoil.entrypoints.backup.restore_backup import restore_backup, verify_backup
from counterfoil.entrypoints.backup.sealed_stream import CHUNK_BYTES, SealBrokenError, seal, unseal
from counterfoil.ports.files import owner_of
from counterfoil.sealing.file_cipher import FileCipher
from counterfoil.settings import Settings
from counterfoil.store.dump import rows_as_text, table_names
from counterfoil.store.engines import Door, through
from counterfoil.store.schema import chain_transactions, sender_lanes
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.files.uploads import Upload
from database_support import Database
from ledger_support import CHEAP_SCRYPT_N, HALDEN, LAHN, PASSPHRASE

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SECRET = b"the works' own drawing of the casting"


@contextmanager
def opened(settings: Settings) -> Iterator[OpenLedger]:
    with open_ledger(settings, passphrase=lambda _: PASSPHRASE) as ledger:
        yield ledger


def issue(ledger: OpenLedger, number: int) -> None:
    issue_cash(
        ledger.bench, party=HALDEN.key, currency="EUR", amount_minor=100 + number, deposit=f"load {number}"
    )


@contextmanager
def under_load(settings: Settings) -> Iterator[None]:
    """Another thread gives commands for as long as the block runs, and has given some before it begins."""
    begun, stop = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with opened(settings) as ledger:
                number = 0
                while not stop.is_set():
                    issue(ledger, number)
                    number += 1
                    if number == 3:
                        begun.set()
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            begun.set()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not failed


def all_rows(settings: Settings) -> dict[str, list[str]]:
    engine = store_engine(settings)
    with through(engine, Door.READING).begin() as connection:
        found = {name: list(rows_as_text(connection, name)) for name in table_names()}
    engine.dispose()
    return found


def files_of(settings: Settings) -> EncryptedFiles:
    keys = HomeKeys(settings.keys_directory, lambda _: PASSPHRASE, scrypt_n=CHEAP_SCRYPT_N)
    keys.ensure_service_key()
    return EncryptedFiles(cipher=FileCipher(), sealing=keys.service_key(), now=lambda: NOW)


def add_secret(settings: Settings) -> str:
    store, files = open_store(settings), files_of(settings)
    with store.concurrent() as work:
        upload = Upload(file_name="drawing", media_type="image/x", content=SECRET)
        (entry,) = files.add(work, subject="note:1", uploads=[upload], added_by=owner_of(LAHN.key))
    store.close()
    return entry.file.file_id


def elsewhere(settings: Settings, tmp_path: Path, **changed: object) -> Settings:
    return settings.model_copy(update={"home": tmp_path / "restored", **changed})


def test_a_backup_under_load_restores_and_catches_up(settings: Settings, tmp_path: Path) -> None:
    file_id = add_secret(settings)
    target = tmp_path / "backup"
    with under_load(settings):
        made = create_backup(settings, target, passphrase=None)
    with opened(settings) as ledger:
        last_block = ledger.bench.read_model.block_number

    assert made.chain_block is not None
    assert made.store_block <= made.chain_block <= last_block
    restored = elsewhere(settings, tmp_path)
    assert restore_backup(restored, target, passphrase=None) == made
    with unpacked(target, passphrase=None) as (_, folder):
        kept = {
            name: (folder / "store" / f"{name}.jsonl").read_text("utf-8").splitlines(keepends=True)
            for name in table_names()
        }
    assert all_rows(restored) == kept

    with opened(restored) as ledger:
        assert ledger.bench.read_model.block_number == made.chain_block
        assert [result for result in check_books(ledger.bench) if not result.ok] == []
        issue(ledger, 97)  # and it goes on
        assert [result for result in check_books(ledger.bench) if not result.ok] == []
    store = open_store(restored)
    with store.read() as work:
        assert files_of(restored).content(work, file_id=file_id, owner=owner_of(LAHN.key)) == SECRET
    store.close()


def test_a_backup_at_rest_restores_the_same_rows_and_blocks(settings: Settings, tmp_path: Path) -> None:
    before = all_rows(settings)
    made = create_backup(settings, tmp_path / "backup", passphrase=None)
    restored = elsewhere(settings, tmp_path)
    restore_backup(restored, tmp_path / "backup", passphrase=None)

    assert all_rows(restored) == before == all_rows(settings)
    assert sum(made.rows.values()) == sum(map(len, before.values()))
    with opened(settings) as ledger, opened(restored) as copy:
        assert copy.bench.read_model.state == ledger.bench.read_model.state
        assert copy.bench.ledger.head() == ledger.bench.ledger.head()
    assert (restored.keys_directory / "service.sealed.json").exists() is False
    assert all(path.stat().st_mode & 0o077 == 0 for path in restored.keys_directory.iterdir())


@pytest.mark.needs_postgresql
def test_a_backup_of_either_database_restores_into_the_other(
    settings: Settings, postgresql: Database, tmp_path: Path
) -> None:
    """A pilot on a file moves to PostgreSQL that way, and back."""
    add_secret(settings)
    create_backup(settings, tmp_path / "one", passphrase=None)
    moved = elsewhere(settings, tmp_path, database=SecretStr(postgresql.address))
    restore_backup(moved, tmp_path / "one", passphrase=None)
    assert all_rows(moved) == all_rows(settings)
    with opened(moved) as ledger:
        assert [result for result in check_books(ledger.bench) if not result.ok] == []
        issue(ledger, 98)

    with under_load(moved):
        made = create_backup(moved, tmp_path / "two", passphrase=None)
    assert made.database == "postgresql"
    back = settings.model_copy(update={"home": tmp_path / "back"})
    restore_backup(back, tmp_path / "two", passphrase=None)
    with opened(back) as ledger:
        assert [result for result in check_books(ledger.bench) if not result.ok] == []


@pytest.mark.needs_postgresql
def test_a_restored_database_counts_its_numbers_on(
    settings: Settings, postgresql: Database, tmp_path: Path
) -> None:
    lane = {"address": "0x" + "1" * 40, "next_nonce": 3}
    rows = [
        {
            "tx_id": number,
            "lane": lane["address"],
            "nonce": number,
            "raw_hex": "00",
            "tx_hash": f"0x{number}",
            "state": "replaced",
            "waiting_for": "",
            "signed_at": NOW,
            "sent_count": 0,
            "replaced_by": number + 1 if number < 9 else None,
        }
        for number in (7, 8, 9)
    ]
    engine = store_engine(settings)
    with engine.begin() as connection:
        connection.execute(insert(sender_lanes), [lane])
        connection.execute(insert(chain_transactions), rows[::-1])
    engine.dispose()
    create_backup(settings, tmp_path / "backup", passphrase=None)
    moved = elsewhere(settings, tmp_path, database=SecretStr(postgresql.address))
    restore_backup(moved, tmp_path / "backup", passphrase=None)

    assert all_rows(moved) == all_rows(settings)
    engine = store_engine(moved)
    with engine.begin() as connection:
        fresh = {key: value for key, value in rows[2].items() if key != "tx_id"} | {"tx_hash": "0xaa"}
        (number,) = connection.execute(insert(chain_transactions).values(fresh)).inserted_primary_key
    engine.dispose()
    assert number == 10


def test_an_encrypted_backup_opens_with_its_passphrase_only(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    made = create_backup(settings, target, passphrase="of the vault")

    assert HALDEN.name.encode() not in target.read_bytes()
    assert verify_backup(target, passphrase="of the vault") == made
    for wrong in ("of the Vault", "", None):
        with pytest.raises(CounterfoilError) as refused:
            verify_backup(target, passphrase=wrong)
        assert refused.value.code == "BackupLocked"
    restore_backup(elsewhere(settings, tmp_path), target, passphrase="of the vault")


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_what_was_sealed_opens_again(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    sealed, opened_again = BytesIO(), BytesIO()
    seal(BytesIO(content), sealed, "p", scrypt_n=CHEAP_SCRYPT_N)
    sealed.seek(0)
    unseal(sealed, opened_again, "p")
    assert opened_again.getvalue() == content


def test_a_sealed_stream_with_chunks_moved_or_missing_is_refused() -> None:
    target = BytesIO()
    seal(BytesIO(b"a" * CHUNK_BYTES * 3), target, "p", scrypt_n=CHEAP_SCRYPT_N)
    header, body = target.getvalue().split(b"\n", 1)
    chunk = CHUNK_BYTES + 16
    first, second, third = body[:chunk], body[chunk : 2 * chunk], body[2 * chunk :]
    for spoilt in (
        second + first + third,
        first + third,
        first + second,
        first + first + second + third,
        body[:-1],
        body + b"\0",
        b"",
    ):
        with pytest.raises(SealBrokenError):
            unseal(BytesIO(header + b"\n" + spoilt), BytesIO(), "p")
    for spoilt_header in (header.replace(b'"n": 16', b'"n": 32'), b"{}", b"", b'{"format": 7'):
        with pytest.raises(SealBrokenError):
            unseal(BytesIO(spoilt_header + b"\n" + body), BytesIO(), "p")


def rewrite(source: Path, target: Path, *, drop: str = "", change: str = "", add: str = "") -> None:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            held = content.read()
            if member.name == drop:
                continue
            if member.name == change:
                held += b"\n"
                member.size = len(held)
            new.addfile(member, BytesIO(held))
        if add:
            extra = tarfile.TarInfo(add)
            extra.size = 1
            new.addfile(extra, BytesIO(b"x"))


@pytest.mark.parametrize(
    "spoil",
    [
        {"drop": "store/parties.jsonl"},
        {"drop": "chain/chain.sqlite"},
        {"drop": "manifest.json"},
        {"change": "store/parties.jsonl"},
        {"change": "keys/fingerprint.sealed.json"},
        {"change": "manifest.json", "drop": "deployment.json"},
        {"add": "keys/another.key.json"},
        {"add": "../outside"},
    ],
    ids=str,
)
def test_a_backup_with_a_part_missing_changed_or_added_is_refused(
    settings: Settings, tmp_path: Path, spoil: dict[str, str]
) -> None:
    create_backup(settings, tmp_path / "whole", passphrase=None)
    rewrite(tmp_path / "whole", tmp_path / "spoilt", **spoil)

    with pytest.raises(CounterfoilError) as refused:
        restore_backup(elsewhere(settings, tmp_path), tmp_path / "spoilt", passphrase=None)
    assert refused.value.code == "BackupBroken"
    assert not (tmp_path / "restored").exists()
    assert not list(tmp_path.glob("**/outside"))


def test_a_file_that_is_no_backup_or_is_cut_is_refused(settings: Settings, tmp_path: Path) -> None:
    create_backup(settings, tmp_path / "whole", passphrase=None)
    content = (tmp_path / "whole").read_bytes()
    for cut in (b"", b"no archive", content[: len(content) // 2], content[:700]):
        (tmp_path / "cut").write_bytes(cut)
        with pytest.raises(CounterfoilError) as refused:
            verify_backup(tmp_path / "cut", passphrase=None)
        assert refused.value.code == "BackupBroken"


def test_nothing_is_overwritten(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    create_backup(settings, target, passphrase=None)
    before = target.read_bytes()

    with pytest.raises(CounterfoilError) as refused:
        create_backup(settings, target, passphrase=None)
    assert refused.value.code == "BackupExists"
    assert target.read_bytes() == before
    with pytest.raises(CounterfoilError) as refused:
        restore_backup(settings, target, passphrase=None)
    assert refused.value.code == "RestoreNotEmpty"
    with pytest.raises(CounterfoilError) as refused:
        create_backup(elsewhere(settings, tmp_path), tmp_path / "other", passphrase=None)
    assert refused.value.code == "NothingToBackUp"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "home"]


@pytest.mark.needs_postgresql
def test_a_database_with_tables_is_not_restored_into(
    settings: Settings, postgresql: Database, tmp_path: Path
) -> None:
    create_backup(settings, tmp_path / "backup", passphrase=None)
    postgresql.open().close()
    with pytest.raises(CounterfoilError) as refused:
        restore_backup(
            elsewhere(settings, tmp_path, database=SecretStr(postgresql.address)),
            tmp_path / "backup",
            passphrase=None,
        )
    assert refused.value.code == "RestoreNotEmpty"
