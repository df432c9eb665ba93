"""Whoever the ledger entitles to an object reads its files; whose time is over gets no later ones."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.file_entitlement import KINDS, entitled_parties
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.subjects import subjects_of
from counterfoil.ports.files import FilesUnitOfWork, owner_of
from counterfoil.ports.store import UnitOfWork
from counterfoil.usecases.files.encrypted_files import EncryptedFiles

_PAGE = 200


class SharingUnitOfWork(UnitOfWork, FilesUnitOfWork, Protocol):
    """A transaction with the files, the parties and the invoices."""


class SharingStore(Protocol):
    """A store whose units of work have the files."""

    def concurrent(self) -> AbstractContextManager[SharingUnitOfWork]: ...
    def read(self) -> AbstractContextManager[SharingUnitOfWork]: ...


def is_of_ledger(subject: str) -> bool:
    """Whether the ledger decides who reads a subject's files."""
    return subject.partition(":")[0] in KINDS


def entitled_owners(work: UnitOfWork, state: LedgerState, subject: str) -> frozenset[str]:
    """The owners that the ledger, and for an invoice its two sides, entitle to a subject's files."""
    return owners_among(work, entitled_parties(state, subject), subject)


def owners_among(work: UnitOfWork, party_ids: Iterable[int], subject: str) -> frozenset[str]:
    """The owners that these parties are, and for an invoice its two sides."""
    keys = {party.party_key for party_id in party_ids if (party := work.parties.by_id(party_id)) is not None}
    kind, _, name = subject.partition(":")
    if kind == "invoice":
        keys |= _sides(work, name)
    return frozenset(owner_of(key) for key in keys)


def share_files_after(
    store: SharingStore, files: EncryptedFiles, *, state: LedgerState, recorded: Iterable[Recorded]
) -> int:
    """Settle who reads the files of what these events are about; how many subjects changed.

    state: after the events. Harmless when repeated: it looks at who is entitled now, not at what happened.
    """
    subjects: set[str] = set()
    for each in recorded:
        for subject in subjects_of(each):
            subjects.add(subject)
            subjects.update(_invoices_of(state, subject))
    with store.read() as work:
        known = [each for each in work.files.subjects_among(subjects) if is_of_ledger(each)]
    return _settle(store, files, state, known)


def share_all_files(store: SharingStore, files: EncryptedFiles, *, state: LedgerState) -> int:
    """As `share_files_after`, for every subject: after a start, when it is not known what was missed."""
    changed = 0
    last = ""
    while True:
        with store.read() as work:
            page = work.files.subjects(after=last, limit=_PAGE)
        if not page:
            break
        last = page[-1]
        changed += _settle(store, files, state, [each for each in page if is_of_ledger(each)])
    mend_wraps(store, files)
    return changed


def mend_wraps(store: SharingStore, files: EncryptedFiles) -> int:
    """Wrap whatever an entitled reader cannot open yet; how many wraps that took."""
    mended = 0
    while True:
        with store.concurrent() as work:
            found = files.mend_wraps(work)
        mended += found
        if not found:
            return mended


def _settle(store: SharingStore, files: EncryptedFiles, state: LedgerState, subjects: Iterable[str]) -> int:
    changed = 0
    for subject in subjects:
        # One transaction each: a subject is locked for as long as its own wraps take.
        with store.concurrent() as work:
            changed += files.settle(work, subject, entitled_owners(work, state, subject))
    return changed


def _sides(work: UnitOfWork, fingerprint: str) -> set[str]:
    try:
        wanted = bytes.fromhex(fingerprint)
    except ValueError:
        return set()
    found = work.invoices.by_fingerprint(wanted)
    return {key for record in found for key in (record.seller_key, record.buyer_key)}


def _invoices_of(state: LedgerState, subject: str) -> set[str]:
    kind, _, name = subject.partition(":")
    note = state.notes.get(int(name)) if kind == "note" else None
    return set() if note is None else {f"invoice:{share.fingerprint.hex()}" for share in note.invoices}
