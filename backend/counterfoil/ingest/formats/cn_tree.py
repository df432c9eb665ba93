"""Reading elements by the path of their local names, for documents whose namespaces vary by sender."""

from __future__ import annotations

from lxml import etree

from counterfoil.ingest.formats.cn_assemble import StatedField
from counterfoil.ingest.formats.cn_findings import SEVERAL_INVOICES
from counterfoil.ingest.safe_xml import refuse


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


class PathTree:
    """Paths of local names below the root; a path that should be there once and is not is refused."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root

    def all(self, path: str) -> list[etree._Element]:
        """Every element at the path."""
        level = [self._root]
        for name in path.split("/"):
            # lxml compares the names itself: a document of a million elements is walked in its own code.
            level = [child for element in level for child in element.iterchildren(f"{{*}}{name}")]
        return level

    def field(self, path: str) -> StatedField:
        """The text at the path. Raises InvoiceRefused(CnSeveralInvoices) where two texts are there."""
        texts = {text for element in self.all(path) if (text := (element.text or "").strip())}
        if len(texts) > 1:
            raise refuse(SEVERAL_INVOICES, path, name=path.rpartition("/")[2])
        return StatedField(text=next(iter(texts), None), field=path)
