"""The package of an OFD document, and how paths in it lead on."""

from __future__ import annotations

import posixpath

from counterfoil.ingest.bounded_zip import BoundedZip, ZipKind
from counterfoil.ingest.formats.cn_findings import OFD_REFUSED
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits
from counterfoil.ingest.safe_xml import refuse

_FIELD = "OFD"


def _refused(reason: str) -> InvoiceRefused:
    return refuse(OFD_REFUSED, _FIELD, reason=reason)


_KIND = ZipKind(name="the OFD package", field=_FIELD, refuse=_refused)


class OfdArchive(BoundedZip):
    """The entries of an OFD package by path."""

    def __init__(self, content: bytes, *, limits: ReadLimits) -> None:
        """Open and judge the package. Raises InvoiceRefused(OfdRefused or DocumentTooLarge)."""
        super().__init__(content, limits=limits, kind=_KIND)


def resolve(location: str, *, base: str) -> str:
    """The path that a location in a package file means; base: directory of that file.

    A leading slash is the package's root. Raises InvoiceRefused(OfdRefused) where it leads outside.
    """
    text = location.strip()
    joined = posixpath.normpath(text.lstrip("/") if text.startswith("/") else posixpath.join(base, text))
    if joined.startswith("..") or "\\" in text or ":" in text or not text:
        raise _refused(f"the location {text[:80]!r} leads out of it")
    return joined
