"""Keeps files encrypted, each under a key of its own that is wrapped for everybody who may read it.

The service wraps each content key for itself as well, so that it can give it to whoever becomes entitled.
Files that their uploader encrypted are the exception: of these the service has no key, and the readers wrap
for one another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import ENCRYPTION_KEY, new_id
from counterfoil.ports.files import (
    SERVICE,
    Basis,
    EncryptionKey,
    FileCipher,
    FileRecord,
    FilesUnitOfWork,
    Reader,
    SubjectFile,
    Wrap,
)
from counterfoil.ports.sealing import Sealing
from counterfoil.usecases.files.file_refusals import (
    FILE_OPAQUE,
    FILE_UNKNOWN,
    KEY_IS_YOURS,
    WRAP_MISSING,
    WRAP_REFUSED,
)
from counterfoil.usecases.files.uploads import OpaqueUpload, Upload

_WRAP_BYTES = 80
_PAGE = 200


class EncryptedFiles:
    """The use cases on one unit of work. Those that change something want it from `store.concurrent()`."""

    def __init__(self, *, cipher: FileCipher, sealing: Sealing, now: Callable[[], datetime]) -> None:
        self._cipher = cipher
        self._sealing = sealing
        self._now = now

    # -- adding --

    def add(
        self, work: FilesUnitOfWork, *, subject: str, uploads: Sequence[Upload], added_by: str
    ) -> tuple[SubjectFile, ...]:
        """Keep files under a subject, for everybody who reads it, and for whoever adds them."""
        first = work.files.take_positions(subject, len(uploads))
        self._entitle_if_new(work, subject, added_by)
        keys = self._keys_of_readers(work, subject)
        entries: list[tuple[SubjectFile, bytes]] = []
        wraps: list[Wrap] = []
        for position, upload in enumerate(uploads, start=first):
            content_key, stored = self._cipher.encrypt(upload.content)
            file = self._record(
                stored,
                content_sha256=sha256(upload.content).hexdigest(),
                media_type=upload.media_type,
                size_bytes=len(upload.content),
                opaque=False,
            )
            wraps.extend(self._wrap(content_key, file.file_id, key) for key in keys)
            entries.append((self._placed(file, subject, position, upload.file_name, added_by), stored))
        work.files.add(entries)
        work.files.add_wraps(wraps, at=self._now())
        return tuple(entry for entry, _ in entries)

    def add_opaque(
        self, work: FilesUnitOfWork, *, subject: str, upload: OpaqueUpload, added_by: str
    ) -> SubjectFile:
        """Keep a file that the service cannot read. Raises DomainError WrapRefused.

        Among its wraps must be one for a key of whoever adds it; readers without one wait until they get it.
        """
        position = work.files.take_positions(subject, 1)
        self._entitle_if_new(work, subject, added_by)
        file = self._record(
            upload.stored,
            content_sha256=upload.content_sha256,
            media_type=upload.media_type,
            size_bytes=upload.size_bytes,
            opaque=True,
        )
        entry = self._placed(file, subject, position, upload.file_name, added_by)
        work.files.add([(entry, upload.stored)])
        own = work.files.current_key(added_by)
        if own is None or own.key_id not in upload.wraps:
            raise DomainError(
                WRAP_REFUSED, key_id=own.key_id if own else "", reason="your own key must be among the wraps"
            )
        self._add_given_wraps(work, file.file_id, upload.wraps)
        return entry

    def link(
        self, work: FilesUnitOfWork, entry: SubjectFile, *, subject: str, readers: Iterable[str] = ()
    ) -> SubjectFile:
        """Put a file under a further subject, whose readers read it from then on.

        readers: entitled with it, because the ledger says so.
        """
        position = work.files.take_positions(subject, 1)
        for owner in sorted({entry.added_by, *readers}):
            self._entitle_if_new(work, subject, owner)
        placed = self._placed(entry.file, subject, position, entry.file_name, entry.added_by)
        work.files.link(placed)
        if not entry.file.opaque:
            self._wrap_for(work, [entry.file.file_id], self._keys_of_readers(work, subject))
        return placed

    # -- reading --

    def find(self, work: FilesUnitOfWork, *, file_id: str, owner: str) -> SubjectFile:
        """A file in a place where the owner may read it. Raises DomainError FileUnknown otherwise."""
        for entry in work.files.places_of(file_id):
            reader = work.files.reader(entry.subject, owner)
            if reader is not None and reader.may_read(entry.position):
                return entry
        raise DomainError(FILE_UNKNOWN, file_id=file_id)

    def content(self, work: FilesUnitOfWork, *, file_id: str, owner: str) -> bytes:
        """A file in clear, opened with the owner's key, which the service keeps.

        Raises DomainError FileUnknown, FileOpaque, EncryptionKeyHeldElsewhere, FileKeyNotWrapped, and
        CounterfoilError FileDamaged, FileKeyUnfit, SealBroken.
        """
        file = self.find(work, file_id=file_id, owner=owner).file
        if file.opaque:
            raise DomainError(FILE_OPAQUE, file_id=file_id)
        key, wrapped = self._wrap_of(work, file_id, owner)
        if key.private_sealed is None:
            raise DomainError(KEY_IS_YOURS, key_id=key.key_id)
        return self._open(work, file, key, wrapped)

    def stored(self, work: FilesUnitOfWork, *, file_id: str, owner: str) -> tuple[bytes, Wrap]:
        """A file as it is stored, and its key wrapped for the owner; raises as `content` does."""
        self.find(work, file_id=file_id, owner=owner)
        key, wrapped = self._wrap_of(work, file_id, owner)
        return work.files.stored_bytes(file_id), Wrap(file_id=file_id, key_id=key.key_id, wrapped=wrapped)

    def content_for_service(self, work: FilesUnitOfWork, content_sha256: str) -> bytes:
        """What was uploaded in clear, for the service's own work on it. Raises DomainError FileUnknown."""
        for file in work.files.by_content(content_sha256):
            if not file.opaque:
                key, wrapped = self._wrap_of(work, file.file_id, SERVICE)
                return self._open(work, file, key, wrapped)
        raise DomainError(FILE_UNKNOWN, file_id=content_sha256)

    # -- who may read --

    def entitle(self, work: FilesUnitOfWork, subject: str, owner: str, *, basis: Basis) -> Reader:
        """Let an owner read a subject's files, those that are there and those to come."""
        work.files.take_positions(subject, 0)
        reader = Reader(subject=subject, owner=owner, basis=basis, entitled_at=self._now())
        before = work.files.reader(subject, owner)
        if before is not None and before.ended_at is None and before.basis in (basis, Basis.SHARED):
            return before
        work.files.put_reader(reader)
        clear = [entry.file.file_id for entry in work.files.of_subject(subject) if not entry.file.opaque]
        self._wrap_for(work, clear, [self._current_key(work, owner)])
        return reader

    def end(self, work: FilesUnitOfWork, subject: str, owner: str) -> None:
        """Keep later files from a reader, who keeps what it had. Harmless where it is no reader."""
        last = work.files.take_positions(subject, 0) - 1
        before = work.files.reader(subject, owner)
        if before is not None and before.ended_at is None:
            work.files.put_reader(replace(before, ended_at=self._now(), up_to_position=last))

    def settle(self, work: FilesUnitOfWork, subject: str, owners: frozenset[str]) -> bool:
        """Make the ledger's readers of a subject exactly these; whether that changed anything.

        Whom a reader gave access stays as it is.
        """
        work.files.take_positions(subject, 0)
        reading = [reader for reader in work.files.readers_of(subject) if reader.ended_at is None]
        joining = owners - {reader.owner for reader in reading}
        leaving = {reader.owner for reader in reading if reader.basis is Basis.LEDGER} - owners
        for owner in sorted(joining):
            self.entitle(work, subject, owner, basis=Basis.LEDGER)
        for owner in sorted(leaving):
            self.end(work, subject, owner)
        return bool(joining or leaving)

    # -- wraps and keys --

    def wanted_wraps(self, work: FilesUnitOfWork, *, file_id: str) -> tuple[EncryptionKey, ...]:
        """The keys of entitled readers that a file is not wrapped for: for opaque files, readers' work."""
        wrapped = {wrap.key_id for wrap in work.files.wraps_of(file_id)}
        keys = self._keys_entitled_to(work, file_id)
        return tuple(key for key in keys.values() if key.key_id not in wrapped)

    def add_given_wraps(
        self, work: FilesUnitOfWork, *, file_id: str, owner: str, wraps: Mapping[str, bytes]
    ) -> None:
        """Keep wraps that a reader made for others. Raises DomainError FileUnknown, WrapRefused."""
        self.find(work, file_id=file_id, owner=owner)
        self._add_given_wraps(work, file_id, wraps)

    def current_key(self, work: FilesUnitOfWork, owner: str) -> EncryptionKey:
        """The key that others wrap for; made and kept by the service where the owner has none."""
        return self._current_key(work, owner)

    def rotate_key(self, work: FilesUnitOfWork, owner: str, *, public: bytes | None = None) -> EncryptionKey:
        """Give an owner a fresh key, wrap for it what was wrapped for the one before, and destroy that.

        public: the owner's own key, whose private half the service never has; None: one that the service
        keeps. Files that only the owner's readers can wrap stay wrapped for the old key as well. Raises
        CounterfoilError PublicKeyUnfit.
        """
        if public is not None:
            self._cipher.check_public_key(public)
        before = work.files.current_key(owner)
        opened = self._content_keys_of(work, owner, before)
        if before is not None:
            work.files.retire_key(before.key_id, at=self._now(), destroy=True)
        fresh = self._make_key(work, owner, public)
        work.files.add_wraps(
            [self._wrap(key, file_id, fresh) for file_id, key in opened.items()], at=self._now()
        )
        if before is not None and before.private_sealed is not None:
            work.files.drop_wraps(before.key_id)
        return fresh

    def mend_wraps(self, work: FilesUnitOfWork, *, limit: int = _PAGE) -> int:
        """Wrap what an entitled reader cannot open yet, such as after a key changed meanwhile; how many."""
        missing = work.files.missing_wraps(limit=limit)
        keys = {key_id: work.files.key(key_id) for _, key_id in missing}
        wraps = [
            self._wrap(self._content_key(work, file_id, SERVICE), file_id, key)
            for file_id, key_id in missing
            if (key := keys[key_id]) is not None
        ]
        work.files.add_wraps(wraps, at=self._now())
        return len(wraps)

    # -- the parts --

    def _record(
        self, stored: bytes, *, content_sha256: str, media_type: str, size_bytes: int, opaque: bool
    ) -> FileRecord:
        return FileRecord(
            file_id=sha256(stored).hexdigest(),
            content_sha256=content_sha256,
            media_type=media_type,
            size_bytes=size_bytes,
            opaque=opaque,
            created_at=self._now(),
        )

    def _placed(
        self, file: FileRecord, subject: str, position: int, file_name: str, added_by: str
    ) -> SubjectFile:
        return SubjectFile(
            subject=subject,
            position=position,
            file_name=file_name,
            added_by=added_by,
            added_at=self._now(),
            file=file,
        )

    def _entitle_if_new(self, work: FilesUnitOfWork, subject: str, owner: str) -> None:
        reader = work.files.reader(subject, owner)
        if reader is None or reader.ended_at is not None:
            self.entitle(work, subject, owner, basis=Basis.LEDGER)

    def _keys_of_readers(self, work: FilesUnitOfWork, subject: str) -> list[EncryptionKey]:
        reading = [reader.owner for reader in work.files.readers_of(subject) if reader.ended_at is None]
        found = work.files.current_keys([SERVICE, *reading])
        return [found.get(owner) or self._current_key(work, owner) for owner in [SERVICE, *reading]]

    def _keys_entitled_to(self, work: FilesUnitOfWork, file_id: str) -> Mapping[str, EncryptionKey]:
        owners = {
            reader.owner
            for entry in work.files.places_of(file_id)
            for reader in work.files.readers_of(entry.subject)
            if reader.may_read(entry.position)
        }
        return work.files.current_keys(owners)

    def _current_key(self, work: FilesUnitOfWork, owner: str) -> EncryptionKey:
        return work.files.current_key(owner) or self._make_key(work, owner, None)

    def _make_key(self, work: FilesUnitOfWork, owner: str, public: bytes | None) -> EncryptionKey:
        now = self._now()
        key_id = new_id(ENCRYPTION_KEY, at_ms=int(now.timestamp() * 1000))
        sealed = None
        if public is None:
            public, private = self._cipher.new_key_pair()
            sealed = self._sealing.seal(private, _purpose(key_id))
        made = EncryptionKey(
            key_id=key_id,
            owner=owner,
            suite=self._cipher.suite,
            public=public,
            private_sealed=sealed,
            created_at=now,
        )
        if work.files.add_key(made):
            return made
        # Somebody else made one at the same moment: theirs counts.
        found = work.files.current_key(owner)
        if found is None:
            raise LookupError(f"the key {key_id} was not kept, and there is no other")
        return found

    def _wrap(self, content_key: bytes, file_id: str, key: EncryptionKey) -> Wrap:
        wrapped = self._cipher.wrap(content_key, key.public, file_id=file_id, key_id=key.key_id)
        return Wrap(file_id=file_id, key_id=key.key_id, wrapped=wrapped)

    def _wrap_for(
        self, work: FilesUnitOfWork, file_ids: Iterable[str], keys: Sequence[EncryptionKey]
    ) -> None:
        wraps: list[Wrap] = []
        for file_id in dict.fromkeys(file_ids):
            wrapped = {wrap.key_id for wrap in work.files.wraps_of(file_id)}
            missing = [key for key in keys if key.key_id not in wrapped]
            if missing:
                content_key = self._content_key(work, file_id, SERVICE)
                wraps.extend(self._wrap(content_key, file_id, key) for key in missing)
        work.files.add_wraps(wraps, at=self._now())

    def _add_given_wraps(self, work: FilesUnitOfWork, file_id: str, wraps: Mapping[str, bytes]) -> None:
        allowed = {key.key_id for key in self._keys_entitled_to(work, file_id).values()}
        for key_id, wrapped in wraps.items():
            if key_id not in allowed:
                raise DomainError(
                    WRAP_REFUSED, key_id=key_id, reason="it is no current key of a reader of this file"
                )
            if len(wrapped) != _WRAP_BYTES:
                raise DomainError(WRAP_REFUSED, key_id=key_id, reason=f"a wrap has {_WRAP_BYTES} bytes")
        work.files.add_wraps(
            [Wrap(file_id=file_id, key_id=key_id, wrapped=wrapped) for key_id, wrapped in wraps.items()],
            at=self._now(),
        )

    def _wrap_of(self, work: FilesUnitOfWork, file_id: str, owner: str) -> tuple[EncryptionKey, bytes]:
        """The newest key of an owner that a file is wrapped for."""
        wraps = {wrap.key_id: wrap.wrapped for wrap in work.files.wraps_of(file_id)}
        for key in reversed(work.files.keys_of(owner)):
            if key.key_id in wraps:
                return key, wraps[key.key_id]
        raise DomainError(WRAP_MISSING, file_id=file_id)

    def _content_key(self, work: FilesUnitOfWork, file_id: str, owner: str) -> bytes:
        key, wrapped = self._wrap_of(work, file_id, owner)
        return self._unwrap(file_id, key, wrapped)

    def _unwrap(self, file_id: str, key: EncryptionKey, wrapped: bytes) -> bytes:
        if key.private_sealed is None:
            raise DomainError(KEY_IS_YOURS, key_id=key.key_id)
        private = self._sealing.unseal(key.private_sealed, _purpose(key.key_id))
        return self._cipher.unwrap(wrapped, private, file_id=file_id, key_id=key.key_id)

    def _open(self, work: FilesUnitOfWork, file: FileRecord, key: EncryptionKey, wrapped: bytes) -> bytes:
        content_key = self._unwrap(file.file_id, key, wrapped)
        return self._cipher.decrypt(
            work.files.stored_bytes(file.file_id), content_key, content_sha256=file.content_sha256
        )

    def _content_keys_of(
        self, work: FilesUnitOfWork, owner: str, current: EncryptionKey | None
    ) -> dict[str, bytes]:
        """The content keys, by file, of all that is wrapped for an owner and that the service can open."""
        opened: dict[str, bytes] = {}
        for wrap in work.files.wraps_for_owner(owner):
            file = work.files.by_id(wrap.file_id)
            if file is not None and not file.opaque:
                opened[wrap.file_id] = self._content_key(work, wrap.file_id, SERVICE)
            elif current is not None and current.private_sealed is not None and wrap.key_id == current.key_id:
                # Of an opaque file the owner's own key is the only one, here kept by the service.
                opened[wrap.file_id] = self._unwrap(wrap.file_id, current, wrap.wrapped)
        return opened


def _purpose(key_id: str) -> str:
    return f"encryption-key:{key_id}"
