"""Opening an OFD package, which is a zip that nobody vouches for.

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

from counterfoil.domain.invoices.invoice_findings import TOO_LARGE
from counterfoil.ingest.formats.cn_findings import OFD_REFUSED
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
_FIELD = "OFD"


def _refused(reason: str) -> InvoiceRefused:
    return refuse(OFD_REFUSED, _FIELD, reason=reason)


class OfdArchive:
    """The entries of an OFD package by path. Built only if every entry is acceptable."""

    def __init__(self, content: bytes, *, limits: ReadLimits) -> None:
        """Open and judge the package. Raises InvoiceRefused(OfdRefused or DocumentTooLarge)."""
        # Counted before zipfile builds an object for each: a directory of 400,000 entries fits in 20 MB.
        if content.count(_CENTRAL_HEADER) > limits.max_container_entries:
            raise _refused(f"it has more than {limits.max_container_entries} entries")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            listed = self._zip.infolist()
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError) as error:
            raise _refused(f"its directory cannot be read ({str(error)[:80]})") from None
        if not listed:
            raise _refused("it is empty")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        seen: set[str] = set()
        total = 0
        for entry in listed:
            # Not is_dir(), which fails on the empty name that a damaged directory can state.
            if entry.filename.endswith("/"):
                _check_name(entry.filename.rstrip("/"))
                continue
            _check_entry(entry)
            # Two names that differ only in case are one file for half of the programs that open it.
            folded = posixpath.normpath(entry.filename).casefold()
            if folded in seen:
                raise _refused(f"the name {entry.filename[:80]!r} occurs twice")
            seen.add(folded)
            total += entry.file_size
            if total > limits.max_bytes:
                raise refuse(TOO_LARGE, _FIELD, what="the OFD package unpacked", limit_bytes=limits.max_bytes)
            self._entries[posixpath.normpath(entry.filename)] = entry

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of all files, as in the directory."""
        return tuple(self._entries)

    def read(self, path: str) -> bytes:
        """The bytes of one entry, exactly as many as it declares. Raises InvoiceRefused(OfdRefused)."""
        entry = self._entries.get(path)
        if entry is None:
            raise _refused(f"{path[:80]!r} is not in it")
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
            raise _refused(f"{path[:80]!r} is damaged ({str(error)[:80]})") from None
        if len(content) != entry.file_size:
            raise _refused(f"{path[:80]!r} is not as long as its header says")
        if content.startswith(b"PK\x03\x04"):
            raise _refused(f"{path[:80]!r} is another archive")
        return content


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    _check_name(name)
    if entry.flag_bits & _ENCRYPTED_FLAGS:
        raise _refused(f"{name[:80]!r} is encrypted")
    if entry.compress_type not in _METHODS:
        raise _refused(f"{name[:80]!r} uses an unusual compression method")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _refused(f"{name[:80]!r} is a link")
    if name.lower().endswith(_ARCHIVES):
        raise _refused(f"{name[:80]!r} is another archive")
    if entry.file_size > RATIO_MATTERS_FROM_BYTES and entry.file_size > MAX_RATIO * max(
        entry.compress_size, 1
    ):
        raise _refused(f"{name[:80]!r} unpacks to more than {MAX_RATIO} times its size")


def _check_name(name: str) -> None:
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
        raise _refused(f"the name {name[:80]!r} is not a path inside it")


def resolve(location: str, *, base: str) -> str:
    """The path that a location in a package file means; base: directory of that file.

    A leading slash is the package's root. Raises InvoiceRefused(OfdRefused) where it leads outside.
    """
    text = location.strip()
    joined = posixpath.normpath(text.lstrip("/") if text.startswith("/") else posixpath.join(base, text))
    if joined.startswith("..") or "\\" in text or ":" in text or not text:
        raise _refused(f"the location {text[:80]!r} leads out of it")
    return joined
