"""A durable key-value database in one SQLite file, as py-evm wants it.

Writes collect in memory until `commit`, which puts all of them to disk in one SQLite transaction with full
synchronisation: after `commit` returns, neither a killed process nor a power cut loses them; before, none is
visible. Each stored value ends in a CRC-32 of key and value, so that a damaged page is noticed when it is
read.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from eth.abc import AtomicWriteBatchAPI
from eth.db.atomic import AtomicDBWriteBatch
from eth.db.backends.base import BaseAtomicDB

from counterfoil.chain import errors
from counterfoil.chain.errors import EmbeddedChainError

APPLICATION_ID = 0x43464F49  # "CFOI", so that another program's SQLite file is not taken for a chain
FORMAT_VERSION = 1
STORE_NAME = "chain.sqlite"
LOCK_NAME = "chain.lock"
_CRC_BYTES = 4
_CACHE_ENTRIES = 50_000


def _checksum(key: bytes, value: bytes) -> bytes:
    return zlib.crc32(value, zlib.crc32(key)).to_bytes(_CRC_BYTES, "big")


class DirectoryLock:
    """An exclusive lock on a directory, held until released or until the process ends in whatever way."""

    def __init__(self, directory: Path) -> None:
        """Take the lock at once; raises EmbeddedChainError(ChainLocked) if another holder has it."""
        path = directory / LOCK_NAME
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as refused:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            stated = f" (process {holder})" if holder else ""
            raise EmbeddedChainError(
                errors.CHAIN_LOCKED, directory=str(directory), holder=stated
            ) from refused
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode("ascii"), 0)

    def release(self) -> None:
        """Give the lock up. The file stays: removing it would let two processes lock two different files."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


def sync_directory(directory: Path) -> None:
    """Make the names of new files in the directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class SqliteKeyValue(BaseAtomicDB):
    """The key-value database under one chain. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; raises EmbeddedChainError(ChainStoreCorrupt) where it is not a whole
        store.
        """
        self.path = path
        self._pending: dict[bytes, bytes | None] = {}
        self._cache: dict[bytes, bytes] = {}
        self._broken: str | None = None
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._prepare()
        except sqlite3.DatabaseError as damaged:
            raise self._corrupt(str(damaged)) from damaged

    def _prepare(self) -> None:
        run = self._connection.execute
        # The lock file keeps other writers out. SQLite's own locks stay shared, so that a backup can read.
        (application,) = run("PRAGMA application_id").fetchone()
        (tables,) = run("SELECT count(*) FROM sqlite_master").fetchone()
        if application not in (0, APPLICATION_ID) or (application == 0 and tables):
            raise self._corrupt("it belongs to another program")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA wal_autocheckpoint = 4000")
        run("PRAGMA cache_size = -65536")
        run("PRAGMA wal_checkpoint(TRUNCATE)")
        if not tables:
            run("BEGIN IMMEDIATE")
            run(f"PRAGMA application_id = {APPLICATION_ID}")
            run(f"PRAGMA user_version = {FORMAT_VERSION}")
            run("CREATE TABLE kv (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID")
            run("COMMIT")
            sync_directory(self.path.parent)
            return
        (version,) = run("PRAGMA user_version").fetchone()
        if version != FORMAT_VERSION:
            raise self._corrupt(f"its format is {version}, this program reads {FORMAT_VERSION}")
        (pages,) = run("PRAGMA page_count").fetchone()
        (page_size,) = run("PRAGMA page_size").fetchone()
        if self.path.stat().st_size < pages * page_size:
            raise self._corrupt("it is cut short")

    def _corrupt(self, reason: str) -> EmbeddedChainError:
        return EmbeddedChainError(errors.CHAIN_STORE_CORRUPT, path=str(self.path), reason=reason)

    def _check_usable(self) -> None:
        if self._broken is not None:
            raise EmbeddedChainError(errors.CHAIN_STORE_FAILED, path=str(self.path), reason=self._broken)

    def __getitem__(self, key: bytes) -> bytes:
        if key in self._pending:
            value = self._pending[key]
            if value is None:
                raise KeyError(key)
            return value
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        return self._read(key)

    def _read(self, key: bytes) -> bytes:
        self._check_usable()
        try:
            row = self._connection.execute("SELECT v FROM kv WHERE k = ?", (key,)).fetchone()
        except sqlite3.DatabaseError as damaged:
            raise self._corrupt(str(damaged)) from damaged
        if row is None:
            raise KeyError(key)
        stored = bytes(row[0])
        value = stored[:-_CRC_BYTES]
        if stored[-_CRC_BYTES:] != _checksum(key, value):
            raise self._corrupt(f"the value of key 0x{key.hex()} does not match its checksum")
        self._remember(key, value)
        return value

    def _remember(self, key: bytes, value: bytes) -> None:
        if len(self._cache) >= _CACHE_ENTRIES:
            self._cache.clear()  # rare, and cheaper on every read than keeping an order of use
        self._cache[key] = value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._pending[key] = value

    def __delitem__(self, key: bytes) -> None:
        if key not in self:
            raise KeyError(key)
        self._pending[key] = None

    def _exists(self, key: bytes) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    @contextmanager
    def atomic_batch(self) -> Iterator[AtomicWriteBatchAPI]:
        """A group of writes that all reach the pending block, or none where the body raises."""
        with AtomicDBWriteBatch._commit_unless_raises(self) as batch:
            yield batch

    def commit(self) -> None:
        """Put all pending writes to disk in one transaction; returns only once they are durable.

        Raises EmbeddedChainError(ChainStoreFailed) where the disk refuses. The store then refuses all further
        use until it is opened again, because only a fresh look at the file can tell whether the transaction
        took place.
        """
        self._check_usable()
        if not self._pending:
            return
        puts = [
            (key, value + _checksum(key, value)) for key, value in self._pending.items() if value is not None
        ]
        gone = [(key,) for key, value in self._pending.items() if value is None]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO kv (k, v) VALUES (?, ?)", puts)
            self._connection.executemany("DELETE FROM kv WHERE k = ?", gone)
            self._connection.execute("COMMIT")
        except sqlite3.Error as failed:
            self._broken = str(failed)
            self._pending.clear()
            self._cache.clear()
            with suppress(
                sqlite3.Error
            ):  # the transaction may already have been rolled back by SQLite itself
                self._connection.execute("ROLLBACK")
            raise EmbeddedChainError(
                errors.CHAIN_STORE_FAILED, path=str(self.path), reason=str(failed)
            ) from failed
        for key, value in self._pending.items():
            if value is None:
                self._cache.pop(key, None)
            else:
                self._remember(key, value)
        self._pending.clear()

    def check_all(self) -> int:
        """Read every page and every value; returns how many values there are. Raises as reading a damaged one
        does.
        """
        self._check_usable()
        try:
            ((verdict,), *_) = self._connection.execute("PRAGMA integrity_check(1)").fetchall()
            if verdict != "ok":
                raise self._corrupt(str(verdict))
            count = 0
            for key, stored in self._connection.execute("SELECT k, v FROM kv"):
                if stored[-_CRC_BYTES:] != _checksum(key, stored[:-_CRC_BYTES]):
                    raise self._corrupt(f"the value of key 0x{key.hex()} does not match its checksum")
                count += 1
        except sqlite3.DatabaseError as damaged:
            raise self._corrupt(str(damaged)) from damaged
        return count

    def discard(self) -> None:
        """Forget all pending writes."""
        self._pending.clear()

    def close(self) -> None:
        """Close the file. Pending writes are dropped: whoever wanted them kept has committed them."""
        self._pending.clear()
        self._cache.clear()
        self._connection.close()
