"""Encrypted files, their readers and keys, on SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, exists, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.ports.files import Basis, EncryptionKey, FileRecord, Reader, SubjectFile, Wrap
from counterfoil.store.schema import (
    encryption_keys,
    file_heads,
    file_keys,
    file_readers,
    file_subjects,
    files,
)

_FILE = (
    files.c.file_id,
    files.c.content_sha256,
    files.c.media_type,
    files.c.size_bytes,
    files.c.opaque,
    files.c.created_at,
)
_AT_ONCE = 500


class SqlFiles:
    """The Files protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # Both databases have the clause ON CONFLICT, but each in a module of its own.
        self._insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert

    # -- keys --

    def current_key(self, owner: str) -> EncryptionKey | None:
        """The key for which wraps are made now."""
        return self.current_keys((owner,)).get(owner)

    def current_keys(self, owners: Iterable[str]) -> Mapping[str, EncryptionKey]:
        """The keys for which wraps are made now, by owner; owners without one are left out."""
        rows = self._connection.execute(
            select(encryption_keys).where(
                encryption_keys.c.owner.in_(sorted(owners)), encryption_keys.c.retired_at.is_(None)
            )
        )
        return {row.owner: _key(row) for row in rows}

    def key(self, key_id: str) -> EncryptionKey | None:
        """A key, also one that is retired."""
        row = self._connection.execute(
            select(encryption_keys).where(encryption_keys.c.key_id == key_id)
        ).first()
        return None if row is None else _key(row)

    def keys_of(self, owner: str) -> tuple[EncryptionKey, ...]:
        """Every key that an owner ever had, oldest first, the current one last."""
        rows = self._connection.execute(
            select(encryption_keys)
            .where(encryption_keys.c.owner == owner)
            .order_by(
                encryption_keys.c.retired_at.is_(None),
                encryption_keys.c.created_at,
                encryption_keys.c.key_id,
            )
        )
        return tuple(_key(row) for row in rows)

    def add_key(self, key: EncryptionKey) -> bool:
        """Make it the owner's current key; False where the owner has one, which stays."""
        added = self._connection.execute(
            self._insert(encryption_keys)
            .values(
                key_id=key.key_id,
                owner=key.owner,
                suite=key.suite,
                public_hex=key.public.hex(),
                private_sealed=key.private_sealed,
                created_at=key.created_at,
                retired_at=key.retired_at,
            )
            .on_conflict_do_nothing()
        )
        return added.rowcount == 1

    def retire_key(self, key_id: str, *, at: datetime, destroy: bool) -> None:
        """Nothing new is wrapped for it. destroy: the private key is forgotten with it."""
        change: dict[str, Any] = {"retired_at": at}
        if destroy:
            change["private_sealed"] = None
        self._connection.execute(
            update(encryption_keys).where(encryption_keys.c.key_id == key_id).values(**change)
        )

    # -- subjects --

    def take_positions(self, subject: str, count: int) -> int:
        """The first of so many fresh positions. Until the unit of work ends, others wait for the subject."""
        taken = (
            self._insert(file_heads)
            .values(subject=subject, next_position=count)
            .on_conflict_do_update(
                index_elements=[file_heads.c.subject],
                set_={"next_position": file_heads.c.next_position + count},
            )
            .returning(file_heads.c.next_position)
        )
        return int(self._connection.execute(taken).scalar_one()) - count

    def add(self, entries: Sequence[tuple[SubjectFile, bytes]]) -> None:
        """Keep files with their stored bytes, each in its place."""
        if not entries:
            return
        self._connection.execute(
            insert(files),
            [
                {
                    "file_id": entry.file.file_id,
                    "content_sha256": entry.file.content_sha256,
                    "media_type": entry.file.media_type,
                    "size_bytes": entry.file.size_bytes,
                    "opaque": entry.file.opaque,
                    "ciphertext": stored,
                    "created_at": entry.file.created_at,
                }
                for entry, stored in entries
            ],
        )
        self._connection.execute(insert(file_subjects), [_place(entry) for entry, _ in entries])

    def link(self, entry: SubjectFile) -> None:
        """Put a file that is here under a further subject."""
        self._connection.execute(insert(file_subjects), [_place(entry)])

    def of_subject(self, subject: str) -> tuple[SubjectFile, ...]:
        """A subject's files, oldest first."""
        return self._subject_files(
            _places().where(file_subjects.c.subject == subject).order_by(file_subjects.c.position)
        )

    def places_of(self, file_id: str) -> tuple[SubjectFile, ...]:
        """Every place of a file."""
        return self._subject_files(
            _places()
            .where(file_subjects.c.file_id == file_id)
            .order_by(file_subjects.c.subject, file_subjects.c.position)
        )

    def readable_by(
        self, owner: str, *, after: tuple[str, int] | None, limit: int, subject: str | None = None
    ) -> tuple[SubjectFile, ...]:
        """The files that an owner may read, by subject and position. subject: of this one only."""
        query = (
            _places()
            .join(file_readers, file_readers.c.subject == file_subjects.c.subject)
            .where(file_readers.c.owner == owner, _COVERED)
            .order_by(file_subjects.c.subject, file_subjects.c.position)
            .limit(limit)
        )
        if subject is not None:
            query = query.where(file_subjects.c.subject == subject)
        if after is not None:
            query = query.where(tuple_(file_subjects.c.subject, file_subjects.c.position) > tuple_(*after))
        return self._subject_files(query)

    def subjects_among(self, subjects: Iterable[str]) -> tuple[str, ...]:
        """Those of the subjects that have readers or files."""
        wanted = sorted(set(subjects))
        found: list[str] = []
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            found.extend(
                self._connection.scalars(select(file_heads.c.subject).where(file_heads.c.subject.in_(part)))
            )
        return tuple(sorted(found))

    def subjects(self, *, after: str, limit: int) -> tuple[str, ...]:
        """All subjects, in order."""
        return tuple(
            self._connection.scalars(
                select(file_heads.c.subject)
                .where(file_heads.c.subject > after)
                .order_by(file_heads.c.subject)
                .limit(limit)
            )
        )

    # -- content --

    def by_id(self, file_id: str) -> FileRecord | None:
        """A file without its bytes."""
        row = self._connection.execute(select(*_FILE).where(files.c.file_id == file_id)).first()
        return None if row is None else _file(row)

    def by_content(self, content_sha256: str) -> tuple[FileRecord, ...]:
        """The files that say the same; opaque ones say so of themselves."""
        rows = self._connection.execute(
            select(*_FILE)
            .where(files.c.content_sha256 == content_sha256)
            .order_by(files.c.created_at, files.c.file_id)
        )
        return tuple(_file(row) for row in rows)

    def stored_bytes(self, file_id: str) -> bytes:
        """What is stored of a file that is here."""
        found = self._connection.execute(
            select(files.c.ciphertext).where(files.c.file_id == file_id)
        ).scalar_one()
        return bytes(found)

    # -- readers and their wraps --

    def readers_of(self, subject: str) -> tuple[Reader, ...]:
        """Everybody who ever could read the subject's files."""
        rows = self._connection.execute(
            select(file_readers).where(file_readers.c.subject == subject).order_by(file_readers.c.owner)
        )
        return tuple(_reader(row) for row in rows)

    def reader(self, subject: str, owner: str) -> Reader | None:
        """One reader of a subject."""
        row = self._connection.execute(
            select(file_readers).where(file_readers.c.subject == subject, file_readers.c.owner == owner)
        ).first()
        return None if row is None else _reader(row)

    def put_reader(self, reader: Reader) -> None:
        """Keep a reader as it is now."""
        change = {
            "basis": reader.basis.value,
            "entitled_at": reader.entitled_at,
            "ended_at": reader.ended_at,
            "up_to_position": reader.up_to_position,
        }
        self._connection.execute(
            self._insert(file_readers)
            .values(subject=reader.subject, owner=reader.owner, **change)
            .on_conflict_do_update(index_elements=["subject", "owner"], set_=change)
        )

    def add_wraps(self, wraps: Sequence[Wrap], *, at: datetime) -> None:
        """Keep wraps; where a key has one for the file already, that one stays."""
        if wraps:
            self._connection.execute(
                self._insert(file_keys).on_conflict_do_nothing(),
                [
                    {
                        "file_id": wrap.file_id,
                        "key_id": wrap.key_id,
                        "wrapped_hex": wrap.wrapped.hex(),
                        "wrapped_at": at,
                    }
                    for wrap in wraps
                ],
            )

    def wraps_of(self, file_id: str) -> tuple[Wrap, ...]:
        """A file's wraps."""
        return self._wraps(select(file_keys).where(file_keys.c.file_id == file_id))

    def wraps_for_owner(self, owner: str) -> tuple[Wrap, ...]:
        """The wraps for any key of an owner."""
        return self._wraps(
            select(file_keys)
            .join(encryption_keys, encryption_keys.c.key_id == file_keys.c.key_id)
            .where(encryption_keys.c.owner == owner)
        )

    def drop_wraps(self, key_id: str) -> None:
        """Forget what is wrapped for a key."""
        self._connection.execute(file_keys.delete().where(file_keys.c.key_id == key_id))

    def missing_wraps(self, *, limit: int) -> tuple[tuple[str, str], ...]:
        """File and current key of entitled readers without a wrap, for files that the service can wrap."""
        rows = self._connection.execute(
            select(file_subjects.c.file_id, encryption_keys.c.key_id)
            .distinct()
            .join_from(file_subjects, file_readers, file_readers.c.subject == file_subjects.c.subject)
            .join(files, files.c.file_id == file_subjects.c.file_id)
            .join(
                encryption_keys,
                and_(encryption_keys.c.owner == file_readers.c.owner, encryption_keys.c.retired_at.is_(None)),
            )
            .where(
                _COVERED,
                files.c.opaque.is_(False),
                ~exists().where(
                    file_keys.c.file_id == file_subjects.c.file_id,
                    file_keys.c.key_id == encryption_keys.c.key_id,
                ),
            )
            .order_by(file_subjects.c.file_id, encryption_keys.c.key_id)
            .limit(limit)
        )
        return tuple((row.file_id, row.key_id) for row in rows)

    def count(self) -> int:
        """How many files are here."""
        return int(self._connection.scalar(select(func.count()).select_from(files)) or 0)

    def _wraps(self, query: Select[Any]) -> tuple[Wrap, ...]:
        rows = self._connection.execute(query.order_by(file_keys.c.file_id, file_keys.c.key_id))
        return tuple(
            Wrap(file_id=row.file_id, key_id=row.key_id, wrapped=bytes.fromhex(row.wrapped_hex))
            for row in rows
        )

    def _subject_files(self, query: Select[Any]) -> tuple[SubjectFile, ...]:
        return tuple(
            SubjectFile(
                subject=row.subject,
                position=row.position,
                file_name=row.file_name,
                added_by=row.added_by,
                added_at=row.added_at,
                file=_file(row),
            )
            for row in self._connection.execute(query)
        )


_COVERED = or_(
    file_readers.c.up_to_position.is_(None), file_readers.c.up_to_position >= file_subjects.c.position
)


def _places() -> Select[Any]:
    return select(
        file_subjects.c.subject,
        file_subjects.c.position,
        file_subjects.c.file_name,
        file_subjects.c.added_by,
        file_subjects.c.added_at,
        *_FILE,
    ).join_from(file_subjects, files, files.c.file_id == file_subjects.c.file_id)


def _place(entry: SubjectFile) -> dict[str, Any]:
    return {
        "subject": entry.subject,
        "position": entry.position,
        "file_id": entry.file.file_id,
        "file_name": entry.file_name,
        "added_by": entry.added_by,
        "added_at": entry.added_at,
    }


def _file(row: Any) -> FileRecord:  # a row of any query that has the columns of _FILE
    return FileRecord(
        file_id=row.file_id,
        content_sha256=row.content_sha256,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        opaque=row.opaque,
        created_at=row.created_at,
    )


def _key(row: Row[Any]) -> EncryptionKey:
    return EncryptionKey(
        key_id=row.key_id,
        owner=row.owner,
        suite=row.suite,
        public=bytes.fromhex(row.public_hex),
        private_sealed=row.private_sealed,
        created_at=row.created_at,
        retired_at=row.retired_at,
    )


def _reader(row: Row[Any]) -> Reader:
    return Reader(
        subject=row.subject,
        owner=row.owner,
        basis=Basis(row.basis),
        entitled_at=row.entitled_at,
        ended_at=row.ended_at,
        up_to_position=row.up_to_position,
    )
