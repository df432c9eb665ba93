"""The files of a directory of invoices."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice_findings import FILE_UNREADABLE
from counterfoil.entrypoints.demo.out_directory import MARKER
from counterfoil.ingest.protocol import ReadLimits
from counterfoil.usecases.invoices.record_invoices import InvoiceDocument, RejectedDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What a directory has. copies: byte for byte the same as an earlier file, by the earlier file's name."""

    documents: tuple[InvoiceDocument, ...]
    copies: tuple[tuple[str, str], ...]
    unreadable: tuple[RejectedDocument, ...]


def open_folder(directory: Path, *, leave_out: Sequence[Path] = ()) -> Folder:
    """Every file below a directory by path, without hidden ones and without an earlier demonstration's.

    Files are named by their path below the directory. leave_out: files or directories that are no invoices.
    """
    documents: list[InvoiceDocument] = []
    copies: list[tuple[str, str]] = []
    unreadable: list[RejectedDocument] = []
    first_by_content: dict[bytes, str] = {}
    skipped = {path.resolve() for path in leave_out}
    for path in sorted(_files(directory, skipped)):
        name = _shown(path.relative_to(directory))
        try:
            content = _content(path)
        except OSError as failed:
            refused = DomainError(FILE_UNREADABLE, reason=failed.strerror or str(failed))
            unreadable.append(RejectedDocument(file_name=name, code=refused.code, message=refused.message))
            continue
        digest = hashlib.sha256(content).digest()
        earlier = first_by_content.setdefault(digest, name)
        if earlier == name:
            documents.append(InvoiceDocument(file_name=name, content=content))
        else:
            copies.append((name, earlier))
    return Folder(documents=tuple(documents), copies=tuple(copies), unreadable=tuple(unreadable))


def _files(directory: Path, skipped: set[Path]) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(directory):
        here = Path(folder)
        subfolders[:] = [
            name
            for name in subfolders
            if not name.startswith(".")
            and (here / name).resolve() not in skipped
            and not (here / name / MARKER).exists()
        ]
        for name in names:
            path = here / name
            if not name.startswith(".") and path.is_file() and path.resolve() not in skipped:
                yield path


def _shown(path: Path) -> str:
    """A file's name as text: what no text can have, or what would steer a terminal, stands there escaped."""
    text = os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text
    )


def _content(path: Path) -> bytes:
    """The file, or one byte more than the reader takes: enough for it to refuse the file as too large."""
    with path.open("rb") as file:
        return file.read(ReadLimits().max_bytes + 1)
