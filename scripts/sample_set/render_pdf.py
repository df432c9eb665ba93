"""Writing a document as Factur-X: a page for people with the CII invoice embedded for machines.

The page uses a standard font that is not embedded, so the file states the Factur-X metadata but does not
claim to be PDF/A-3; readers do not need the claim to find the invoice.
"""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from sample_set.documents import Document
from sample_set.render_en16931 import make_cii

ATTACHMENT = "factur-x.xml"
_A4 = (595, 842)
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
    </rdf:Description>
    <rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
      <fx:DocumentType>INVOICE</fx:DocumentType>
      <fx:DocumentFileName>{file_name}</fx:DocumentFileName>
      <fx:Version>1.0</fx:Version>
      <fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
    </rdf:Description>
  </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def make_factur_x(document: Document) -> bytes:
    """The PDF. The same document gives the same bytes with the same version of pypdf."""
    writer = PdfWriter()
    page = writer.add_blank_page(*_A4)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(_stream(_page(document)))
    attached = writer.add_attachment(ATTACHMENT, make_cii(document))
    attached.subtype = NameObject("/text/xml")
    attached.associated_file_relationship = NameObject("/Alternative")
    attached.description = TextStringObject(f"Factur-X invoice {document.number}")
    root = writer._root_object
    root[NameObject("/AF")] = ArrayObject([attached.pdf_object.indirect_reference])
    title = f"Invoice {document.number}, {document.seller.trading_name}"
    xmp = _XMP.format(title=escape(title), file_name=ATTACHMENT)
    metadata = _stream(xmp.encode())
    metadata[NameObject("/Type")] = NameObject("/Metadata")
    metadata[NameObject("/Subtype")] = NameObject("/XML")
    root[NameObject("/Metadata")] = writer._add_object(metadata)
    writer.add_metadata({"/Title": title})
    # The identifier is random by default; a fixed one keeps regenerated files equal.
    writer._ID = ArrayObject([ByteStringObject(b"counterfoilsample"), ByteStringObject(b"counterfoilsample")])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _stream(content: bytes) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(content)
    return stream


def _page(document: Document) -> bytes:
    """PDF operators that write the invoice line by line."""
    seller, buyer = document.seller, document.buyer
    texts = [
        (18, f"Invoice {document.number}"),
        (10, f"{seller.name}, {seller.street}, {seller.postcode} {seller.city}, {seller.identifier}"),
        (10, f"To: {buyer.trading_name}, {buyer.identifier}"),
        (10, f"Issued {document.issued.isoformat()}, due {document.due}, {document.terms}"),
        (10, f"Your order {document.order}, contract {document.contract}"),
        (10, ""),
        *(
            (10, f"{line.quantity} x {line.description} at {line.price:,} = {line.net:,} {document.currency}")
            for line in document.lines
        ),
        (10, ""),
        (10, f"Net {document.net:,}   tax {document.tax:,}"),
        (12, f"Payable {document.gross:,} {document.currency}"),
    ]
    operators = [b"BT", b"60 780 Td"]
    for size, text in texts:
        plain = text.encode("cp1252", errors="replace")
        for sign in (b"\\", b"(", b")"):
            plain = plain.replace(sign, b"\\" + sign)
        operators += [b"/F1 %d Tf" % size, b"(" + plain + b") Tj", b"0 -20 Td"]
    return b"\n".join([*operators, b"ET"])
