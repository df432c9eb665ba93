"""Take an extract of a lien registry into the store. The caller reads it; nothing touches the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.ports.external_liens import ExternalLienRecord, ExtractRead, RowFault
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLiens:
    """What became of an extract. added: registrations that are new or say something new.

    known_count: rows that said what is kept already. faults: what was wrong, row by row.
    """

    added: tuple[ExternalLienRecord, ...]
    known_count: int
    faults: tuple[RowFault, ...]

    @property
    def refused_count(self) -> int:
        """Faults that kept a row, or the whole file, out."""
        return sum(not fault.is_warning for fault in self.faults)


def import_external_liens(bench: Workbench, *, file_name: str, extract: ExtractRead) -> ImportedLiens:
    """Keep every row that was read; a registration that says something else replaces what it said before.

    Importing the same file again changes nothing. Never raises for bad rows: they are in `faults`.
    """
    key = bench.keys.fingerprint_key()
    at = datetime.now(UTC)
    records = [
        ExternalLienRecord(
            content_key=row.lien.content_key(key=key), lien=row.lien, file_name=file_name, imported_at=at
        )
        for row in extract.rows
    ]
    with bench.store.begin() as work:
        added = work.external_liens.add_all(records)
    return ImportedLiens(
        added=added, known_count=len(extract.rows) - len(added), faults=tuple(extract.faults)
    )
