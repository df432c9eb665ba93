"""Opening envelopes: the Standard Business Document, also one inside another.

A validator that looks at the envelope's root finds no rule to apply and reports success. Here the invoice
inside is what gets read; an envelope with no invoice or with several is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from counterfoil.domain.invoices.invoice_findings import WRAPPER_REFUSED
from counterfoil.ingest.protocol import ReadLimits
from counterfoil.ingest.safe_xml import refuse

_SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
_WRAPPER = f"{{{_SBDH}}}StandardBusinessDocument"
_HEADER = f"{{{_SBDH}}}StandardBusinessDocumentHeader"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """The document inside, and how many envelopes were around it."""

    root: etree._Element
    wrappers: int


def unwrap(root: etree._Element, *, limits: ReadLimits) -> Unwrapped:
    """The payload of the innermost envelope. Raises InvoiceRefused(WrapperRefused)."""
    for opened in range(limits.max_wrappers + 1):
        if root.tag != _WRAPPER:
            return Unwrapped(root=root, wrappers=opened)
        payloads = [child for child in root if child.tag != _HEADER]
        if len(payloads) != 1:
            reason = f"holds {len(payloads)} documents where one invoice is expected"
            raise refuse(WRAPPER_REFUSED, name="StandardBusinessDocument", reason=reason)
        root = payloads[0]
    reason = f"stands inside more than {limits.max_wrappers} others"
    raise refuse(WRAPPER_REFUSED, name="StandardBusinessDocument", reason=reason)
