"""What a reader of a subject does about its other readers."""

from __future__ import annotations

from counterfoil.domain.errors import DomainError
from counterfoil.ports.files import Basis, FilesUnitOfWork, Reader, owner_of
from counterfoil.ports.store import UnitOfWork
from counterfoil.usecases.files.encrypted_files import EncryptedFiles
from counterfoil.usecases.files.file_refusals import READER_UNKNOWN, SUBJECT_UNKNOWN
from counterfoil.usecases.files.share_files import SharingUnitOfWork, is_of_ledger, owners_among


def demand_reader(work: FilesUnitOfWork, subject: str, owner: str) -> None:
    """Raises DomainError FileSubjectUnknown unless the owner reads the subject's files, now and later."""
    reader = work.files.reader(subject, owner)
    if reader is None or reader.ended_at is not None:
        raise DomainError(SUBJECT_UNKNOWN, subject=subject)


def demand_may_add(
    work: SharingUnitOfWork, *, subject: str, owner: str, party_ids: frozenset[int]
) -> frozenset[str]:
    """Who the ledger lets read the subject. Raises DomainError FileSubjectUnknown unless the owner is one, or
    was given access.

    party_ids: those that the ledger entitles now.
    """
    entitled = owners_among(work, party_ids, subject) if is_of_ledger(subject) else frozenset()
    if owner not in entitled:
        demand_reader(work, subject, owner)
    return entitled


def shown_readers(
    work: SharingUnitOfWork, subject: str, *, known: frozenset[int] | None
) -> tuple[Reader, ...]:
    """Everybody who reads a subject's files, as one reader is told of them.

    known: the parties that it knows, None for all. Whom a reader gave access is shown to the others, so that
    they can end it.
    """
    readers = work.files.readers_of(subject)
    if known is None:
        return readers
    owners = owners_among(work, known, "")
    return tuple(each for each in readers if each.basis is Basis.SHARED or each.owner in owners)


def share(
    work: SharingUnitOfWork, files: EncryptedFiles, *, subject: str, owner: str, party_id: int
) -> Reader:
    """Let a further party read what the owner reads.

    Raises DomainError FileSubjectUnknown, FileReaderUnknown.
    """
    demand_reader(work, subject, owner)
    return files.entitle(work, subject, _owner_by_id(work, party_id, subject), basis=Basis.SHARED)


def end_share(
    work: SharingUnitOfWork, files: EncryptedFiles, *, subject: str, owner: str, party_id: int
) -> None:
    """End what was shared; the party keeps what it had.

    Raises DomainError FileSubjectUnknown, FileReaderUnknown.
    """
    demand_reader(work, subject, owner)
    other = _owner_by_id(work, party_id, subject)
    reader = work.files.reader(subject, other)
    if reader is None or reader.basis is not Basis.SHARED or reader.ended_at is not None:
        raise DomainError(READER_UNKNOWN, party_id=party_id, subject=subject)
    files.end(work, subject, other)


def _owner_by_id(work: UnitOfWork, party_id: int, subject: str) -> str:
    party = work.parties.by_id(party_id)
    if party is None:
        raise DomainError(READER_UNKNOWN, party_id=party_id, subject=subject)
    return owner_of(party.party_key)
