"""Opening a zip that nobody vouches for.

Everything is judged from the central directory before a byte is unpacked: number of entries, names, sizes,
ratios, encryption, methods. Nothing is ever written to disk, and no entry is unpacked further than the size
that it declares.
"""

from __future__ import annotations

import io
import posixpath
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from counterfoil.domain.invoices.invoice_findings import TOO_LARGE
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits
from counterfoil.ingest.safe_xml import refuse

MAX_RATIO = 250
"""Page descriptions compress twenty or thirty to one; a bomb a thousand to one."""
RATIO_MATTERS_FROM_BYTES = 64 * 1024
MAX_NAME_CHARS = 240

_CENTRAL_HEADER = b"PK\x01\x02"
_ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ARCHIVES = (".zip", ".ofd", ".jar", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar")

Refuse = Callable[[str], InvoiceRefused]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipKind:
    """What kind of package is opened. name: in sentences; field: of refusals; refuse: makes one of a reason.

    may_hold_archives: whether an entry may be an archive itself; it is never opened here.
    """

    name: str
    field: str
    refuse: Refuse
    may_hold_archives: bool = False


class BoundedZip:
    """The entries of a zip by path. Built only if every entry is acceptable."""

    def __init__(self, content: bytes, *, limits: ReadLimits, kind: ZipKind) -> None:
        """Open and judge the package. Raises InvoiceRefused, as the kind refuses or DocumentTooLarge."""
        self._kind = kind
        refused = kind.refuse
        # Counted before zipfile builds an object for each: a directory of 400,000 entries fits in 20 MB.
        if content.count(_CENTRAL_HEADER) > limits.max_container_entries:
            raise refused(f"it has more than {limits.max_container_entries} entries")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            listed = self._zip.infolist()
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError) as error:
            raise refused(f"its directory cannot be read ({str(error)[:80]})") from None
        if not listed:
            raise refused("it is empty")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        seen: set[str] = set()
        total = 0
        for entry in listed:
            # Not is_dir(), which fails on the empty name that a damaged directory can state.
            if entry.filename.endswith("/"):
                _check_name(entry.filename.rstrip("/"), kind)
                continue
            _check_entry(entry, kind)
            # Two names that differ only in case are one file for half of the programs that open it.
            folded = posixpath.normpath(entry.filename).casefold()
            if folded in seen:
                raise refused(f"the name {entry.filename[:80]!r} occurs twice")
            seen.add(folded)
            total += entry.file_size
            if total > limits.max_bytes:
                raise refuse(
                    TOO_LARGE, kind.field, what=f"{kind.name} unpacked", limit_bytes=limits.max_bytes
                )
            self._entries[posixpath.normpath(entry.filename)] = entry

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of all files, as in the directory."""
        return tuple(self._entries)

    def read(self, path: str) -> bytes:
        """The bytes of one entry, exactly as many as it declares. Raises InvoiceRefused."""
        refused = self._kind.refuse
        entry = self._entries.get(path)
        if entry is None:
            raise refused(f"{path[:80]!r} is not in it")
        try:
            with self._zip.open(entry) as stream:
                content = stream.read(entry.file_size + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            struct.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            OSError,
        ) as error:
            raise refused(f"{path[:80]!r} is damaged ({str(error)[:80]})") from None
        if len(content) != entry.file_size:
            raise refused(f"{path[:80]!r} is not as long as its header says")
        if not self._kind.may_hold_archives and content.startswith(b"PK\x03\x04"):
            raise refused(f"{path[:80]!r} is another archive")
        return content


def _check_entry(entry: zipfile.ZipInfo, kind: ZipKind) -> None:
    name, refused = entry.filename, kind.refuse
    _check_name(name, kind)
    if entry.flag_bits & _ENCRYPTED_FLAGS:
        raise refused(f"{name[:80]!r} is encrypted")
    if entry.compress_type not in _METHODS:
        raise refused(f"{name[:80]!r} uses an unusual compression method")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise refused(f"{name[:80]!r} is a link")
    if not kind.may_hold_archives and name.lower().endswith(_ARCHIVES):
        raise refused(f"{name[:80]!r} is another archive")
    if entry.file_size > RATIO_MATTERS_FROM_BYTES and entry.file_size > MAX_RATIO * max(
        entry.compress_size, 1
    ):
        raise refused(f"{name[:80]!r} unpacks to more than {MAX_RATIO} times its size")


def _check_name(name: str, kind: ZipKind) -> None:
    """Refuse names that leave the package or mean different things to different programs."""
    parts = name.split("/")
    if (
        not name
        or len(name) > MAX_NAME_CHARS
        or name.startswith("/")
        or "\\" in name
        or ":" in name
        or ".." in parts
        or any(ord(character) < 0x20 for character in name)
    ):
        raise kind.refuse(f"the name {name[:80]!r} is not a path inside it")
