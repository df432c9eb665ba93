"""Files that are kept encrypted, who may read them, and the keys for that, as Protocols and records.

An owner is 'party:PARTY_KEY' or 'service'. A subject is what files belong to: 'note:5', 'receipt:7',
'invoice:FINGERPRINT', 'command:cmd_...'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from counterfoil.domain.errors import declare

FILE_DAMAGED = declare(
    "FileDamaged",
    "the stored file {file_id} is not what was put there",
    "Restore the store from a backup; the file cannot be read.",
)
FILE_KEY_UNFIT = declare(
    "FileKeyUnfit",
    "the wrapped key of file {file_id} does not open with the key {key_id}",
    "Have the file's key wrapped for you again by somebody who can read it.",
)
PUBLIC_KEY_UNFIT = declare(
    "PublicKeyUnfit",
    "the bytes are no public key of {suite}",
    "Send the 32 bytes of an X25519 public key as 64 hexadecimal digits.",
)

SERVICE = "service"


def owner_of(party_key: str) -> str:
    """The owner that a party is in the directory of keys."""
    return f"party:{party_key}"


class Basis(StrEnum):
    """Why an owner reads a subject's files. LEDGER: the ledger says so, and ends it. SHARED: a reader did."""

    LEDGER = "ledger"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionKey:
    """A public key of an owner. private_sealed: None where the owner keeps the private key itself, or where
    it was destroyed. retired_at: from then on nothing new is wrapped for it.
    """

    key_id: str
    owner: str
    suite: str
    public: bytes
    private_sealed: str | None
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A file without its stored bytes. file_id: SHA-256 of these; content_sha256: of the content.
    opaque: its uploader encrypted it, and the service cannot.
    """

    file_id: str
    content_sha256: str
    media_type: str
    size_bytes: int
    opaque: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFile:
    """A file in its place under a subject."""

    subject: str
    position: int
    file_name: str
    added_by: str
    added_at: datetime
    file: FileRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who may read a subject's files. up_to_position: None while access lasts, then the last one covered."""

    subject: str
    owner: str
    basis: Basis
    entitled_at: datetime
    ended_at: datetime | None = None
    up_to_position: int | None = None

    def may_read(self, position: int) -> bool:
        """Whether a position is covered."""
        return self.up_to_position is None or position <= self.up_to_position


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrap:
    """A file's content key, wrapped for one key."""

    file_id: str
    key_id: str
    wrapped: bytes


class FileCipher(Protocol):
    """counterfoil.sealing.file_cipher.FileCipher says what is encrypted how."""

    @property
    def suite(self) -> str: ...
    def new_key_pair(self) -> tuple[bytes, bytes]: ...
    def check_public_key(self, public: bytes) -> None: ...
    def encrypt(self, content: bytes) -> tuple[bytes, bytes]: ...
    def decrypt(self, stored: bytes, key: bytes, *, content_sha256: str) -> bytes: ...
    def wrap(self, key: bytes, public: bytes, *, file_id: str, key_id: str) -> bytes: ...
    def unwrap(self, wrapped: bytes, private: bytes, *, file_id: str, key_id: str) -> bytes: ...


class Files(Protocol):
    """The repository. What changes a subject begins with `take_positions`, which holds others off it."""

    # Keys.
    def current_key(self, owner: str) -> EncryptionKey | None: ...
    def current_keys(self, owners: Iterable[str]) -> Mapping[str, EncryptionKey]: ...
    def key(self, key_id: str) -> EncryptionKey | None: ...
    def keys_of(self, owner: str) -> tuple[EncryptionKey, ...]: ...
    def add_key(self, key: EncryptionKey) -> bool: ...
    def retire_key(self, key_id: str, *, at: datetime, destroy: bool) -> None: ...

    # Subjects.
    def take_positions(self, subject: str, count: int) -> int: ...
    def add(self, entries: Sequence[tuple[SubjectFile, bytes]]) -> None: ...
    def link(self, entry: SubjectFile) -> None: ...
    def of_subject(self, subject: str) -> tuple[SubjectFile, ...]: ...
    def places_of(self, file_id: str) -> tuple[SubjectFile, ...]: ...
    def readable_by(
        self, owner: str, *, after: tuple[str, int] | None, limit: int, subject: str | None = None
    ) -> tuple[SubjectFile, ...]: ...
    def subjects_among(self, subjects: Iterable[str]) -> tuple[str, ...]: ...
    def subjects(self, *, after: str, limit: int) -> tuple[str, ...]: ...

    # Content.
    def by_id(self, file_id: str) -> FileRecord | None: ...
    def by_content(self, content_sha256: str) -> tuple[FileRecord, ...]: ...
    def stored_bytes(self, file_id: str) -> bytes: ...

    # Readers and their wraps.
    def readers_of(self, subject: str) -> tuple[Reader, ...]: ...
    def reader(self, subject: str, owner: str) -> Reader | None: ...
    def put_reader(self, reader: Reader) -> None: ...
    def add_wraps(self, wraps: Sequence[Wrap], *, at: datetime) -> None: ...
    def wraps_of(self, file_id: str) -> tuple[Wrap, ...]: ...
    def wraps_for_owner(self, owner: str) -> tuple[Wrap, ...]: ...
    def drop_wraps(self, key_id: str) -> None: ...
    def missing_wraps(self, *, limit: int) -> tuple[tuple[str, str], ...]: ...


class FilesUnitOfWork(Protocol):
    """A transaction that has the files."""

    @property
    def files(self) -> Files: ...
