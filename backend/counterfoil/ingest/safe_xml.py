"""Parsing XML that nobody vouches for.

An invoice needs no document type declaration, no entities and no exotic encodings, so all of them are
refused before a parser sees the document. The text is decoded here, strictly, and handed to libxml2 as
UTF-8: what was checked and what is parsed cannot differ.
"""

from __future__ import annotations

import codecs
import re

from lxml import etree

from counterfoil.domain.errors import error_spec
from counterfoil.domain.invoices.invoice_findings import (
    EMPTY_FILE,
    ENCODING_REFUSED,
    TOO_COMPLEX,
    TOO_LARGE,
    XML_FORBIDDEN,
    XML_MALFORMED,
)
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits

_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    # GB 18030 contains GBK, which contains GB 2312; senders label it with any of the three names.
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
}
_UTF16_NAMES = frozenset({"utf-16", "utf16", "utf-16le", "utf-16be"})
_UTF16_STARTS = {b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}
_DECLARED = re.compile(r"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{0,40})[\"']")
_DECLARATION = re.compile(r"<\?xml\s[^>]{0,400}?\?>")
_FIELD = "document"


def refuse(code: str, field: str = _FIELD, /, **facts: object) -> InvoiceRefused:
    """An InvoiceRefused with the sentence of the error table."""
    spec = error_spec(code)
    message = spec.message.format(**facts) if spec else code
    return InvoiceRefused(code, field, message)


def looks_like_xml(content: bytes) -> bool:
    """True if the first visible character is "<", in any encoding that is accepted here."""
    head = content[:256]
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.removeprefix(mark)
    return head.lstrip(b"\x00 \t\r\n").startswith(b"<")


def decode_xml(content: bytes) -> str:
    """The text of an XML document, decoded strictly. Raises InvoiceRefused(EncodingRefused).

    The encoding comes from the byte order mark, else from the shape of the first two bytes, else from the
    XML declaration, else it is UTF-8. Where two of them are present they must agree.
    """
    codec, start, by_mark = _codec_by_bytes(content)
    head = content[start : start + 1024].decode(codec or "latin-1", errors="replace")
    declared = _DECLARED.match(head.lstrip())
    if declared:
        codec = _agreed(declared.group(1), codec=codec, by_mark=by_mark)
    try:
        return content[start:].decode(codec or "utf-8")
    except UnicodeDecodeError as error:
        reason = f"the bytes at position {error.start + start} are not valid {codec or 'utf-8'}"
        raise refuse(ENCODING_REFUSED, reason=reason) from None


def _codec_by_bytes(content: bytes) -> tuple[str | None, int, bool]:
    """Codec that the first bytes prove, length of the mark, and whether it was a byte order mark."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) or content[:4] in (
        b"<\x00\x00\x00",
        b"\x00\x00\x00<",
    ):
        raise refuse(ENCODING_REFUSED, reason="UTF-32 is not accepted")
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8", 3, True
    if content.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2, True
    if content.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2, True
    if content[:2] in _UTF16_STARTS:
        return _UTF16_STARTS[content[:2]], 0, False
    if content[:4] == b"\x4c\x6f\xa7\x94":
        raise refuse(ENCODING_REFUSED, reason="EBCDIC is not accepted")
    return None, 0, False


def _agreed(label: str, *, codec: str | None, by_mark: bool) -> str:
    """The codec, if the declared name is known and agrees with what the bytes showed."""
    name = label.strip().lower().replace("_", "-")
    if codec in ("utf-16-le", "utf-16-be"):
        other_end = {"utf-16-le": "utf-16be", "utf-16-be": "utf-16le"}[codec]
        if name not in _UTF16_NAMES or name == other_end:
            raise refuse(ENCODING_REFUSED, reason=f"declared {label!r}, but the bytes are {codec}")
        return codec
    if name in _UTF16_NAMES:
        raise refuse(ENCODING_REFUSED, reason=f"declared {label!r}, but the bytes are not UTF-16")
    known = _CODECS.get(name)
    if known is None:
        raise refuse(ENCODING_REFUSED, reason=f"{label!r} is not an accepted encoding")
    if by_mark and known != codec:
        raise refuse(ENCODING_REFUSED, reason=f"declared {label!r}, but the byte order mark says {codec}")
    return known


def _refuse_doctype(text: str) -> None:
    """Walk the prolog, where alone a DOCTYPE may stand, and refuse one. Linear in the prolog's length."""
    position, end = 0, len(text)
    while position < end:
        position = text.find("<", position)
        if position < 0 or not text.startswith(("<!", "<?"), position):
            return
        if text.startswith("<!--", position):
            close = text.find("-->", position + 4)
            position = close + 3
        elif text.startswith("<?", position):
            close = text.find("?>", position + 2)
            position = close + 2
        else:
            raise refuse(XML_FORBIDDEN, construct="a document type declaration")
        if close < 0:
            return


def parse_xml(content: bytes, *, limits: ReadLimits) -> etree._Element:
    """The root element, without comments and processing instructions.

    Raises InvoiceRefused with EmptyFile, DocumentTooLarge, DocumentTooComplex, EncodingRefused,
    XmlForbiddenConstruct or XmlMalformed. Never opens a file or a connection.
    """
    if not content.strip():
        raise refuse(EMPTY_FILE)
    if len(content) > limits.max_bytes:
        raise refuse(TOO_LARGE, what="the document", limit_bytes=limits.max_bytes)
    text = decode_xml(content)
    if text.count("<") > limits.max_markup:
        raise refuse(TOO_COMPLEX, what="the number of XML tags", limit=limits.max_markup)
    _refuse_doctype(text)
    # The declaration goes: it names an encoding that the re-encoded bytes no longer have.
    body = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1).encode("utf-8", errors="surrogatepass")
    try:
        root = etree.fromstring(body, parser=_parser())
    except etree.XMLSyntaxError as error:
        raise refuse(XML_MALFORMED, reason=_plain(error)) from None
    except ValueError as error:
        raise refuse(XML_MALFORMED, reason=str(error)[:200]) from None
    if root is None:
        raise refuse(XML_MALFORMED, reason="there is no root element")
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse(XML_FORBIDDEN, construct="a document type declaration")
    _check_depth(root, limits=limits)
    return root


def _parser() -> etree.XMLParser:
    """A fresh parser each time: libxml2 parsers keep per-document state."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def _check_depth(root: etree._Element, *, limits: ReadLimits) -> None:
    """Refuse deep nesting, level by level: no recursion that the document could exhaust."""
    level = [root]
    for _ in range(limits.max_depth):
        level = [child for element in level for child in element]
        if not level:
            return
    raise refuse(TOO_COMPLEX, what="the nesting of elements", limit=limits.max_depth)


def _plain(error: etree.XMLSyntaxError) -> str:
    """The parser's reason, with the line, cut to a length that a terminal shows."""
    reason = str(error.msg or "it ends too early").split("(<string>")[0].strip()
    # libxml2 names an option of its own that lifts a limit; the sender cannot use it.
    return re.sub(r",? (?:use|try) XML_PARSE_HUGE[^,]*", "", reason)[:200]
