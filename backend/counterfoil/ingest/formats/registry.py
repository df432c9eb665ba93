"""The formats that can be read. A new format is one module and one line here."""

from __future__ import annotations

from counterfoil.ingest.formats import cn_einvoice, cn_legacy, cn_mof, ofd
from counterfoil.ingest.protocol import ContainerFormat, XmlFormat

XML_FORMATS: tuple[XmlFormat, ...] = (cn_einvoice, cn_mof, cn_legacy)
"""Asked in order; the first whose `matches(root)` is true parses the document."""

CONTAINER_FORMATS: tuple[ContainerFormat, ...] = (ofd,)
"""Asked before XML, by the first bytes of the file."""
