"""The formats that can be read. A new format is one module and one line here."""

from __future__ import annotations

from counterfoil.ingest.formats import cii, cn_einvoice, cn_legacy, cn_mof, factur_x, ofd, ubl
from counterfoil.ingest.protocol import ContainerFormat, XmlFormat

XML_FORMATS: tuple[XmlFormat, ...] = (ubl, cii, cn_einvoice, cn_mof, cn_legacy)
"""Asked in order; the first whose `matches(root)` is true parses the document."""

CONTAINER_FORMATS: tuple[ContainerFormat, ...] = (factur_x, ofd)
"""Asked before XML, by the first bytes of the file."""
