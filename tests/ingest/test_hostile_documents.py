# ruff: noqa: E501 - pieces of XML stay on one line
"""Documents written to hurt the reader: each is refused, with a reason, and none is expanded or followed."""

from __future__ import annotations

import random
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from en_support import CII, UBL, changed, codes, errors, pdf_with, read
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from counterfoil.domain.invoices.invoice import InvoiceFormat, Severity
from counterfoil.ingest.reader import ReadLimits, ReadResult, read_invoice

BODY = UBL.partition("?>")[2]
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def refusal(content: bytes, *, limits: ReadLimits | None = None) -> str:
    """The code of the first ERROR; fails if there is an invoice."""
    result = read_invoice(content, limits=limits or ReadLimits())
    assert result.invoice is None
    assert result.refused
    return codes(result, Severity.ERROR)[0]


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE Invoice SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Invoice PUBLIC "-//x" "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE Invoice [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
        LAUGHS,
        "<!-- comment first --><?pi?><!DOCTYPE Invoice>",
        "<!doctype Invoice>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused(prolog: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding.upper()}"?>{prolog}{BODY}'
    assert refusal(text.encode(encoding)) == "XmlForbiddenConstruct"


def test_a_document_type_beside_the_prolog_is_no_way_in() -> None:
    inside = read(UBL, ("<cbc:CustomizationID>", "<!DOCTYPE x><cbc:CustomizationID>"))
    assert codes(inside) == ["XmlMalformed"]
    only_text = read(UBL, ("90 days net", "<![CDATA[<!DOCTYPE x> 90 days]]>"))
    assert only_text.findings == ()


def test_undeclared_entities_are_refused() -> None:
    assert codes(read(UBL, ("Pompen", "&lol;"))) == ["XmlMalformed"]


def test_a_stylesheet_instruction_and_an_include_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("stolen")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    result = read(UBL, ("?>\n<Inv", f'?>\n<?xml-stylesheet href="{secret}"?><Inv'), ("90 days net", include))
    assert ("FieldWithElements", "BT-20") in errors(result)
    assert "stolen" not in repr(result)


@pytest.mark.parametrize("depth", [201, 255, 300, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    content = b"<a>" * depth + b"</a>" * depth
    assert refusal(content) in {"DocumentTooComplex", "XmlMalformed"}


def test_nesting_up_to_the_limit_is_not_what_is_refused() -> None:
    assert refusal(b"<a>" * 200 + b"</a>" * 200) == "UnknownFormat"


def test_sizes_are_bounded() -> None:
    limits = ReadLimits(max_bytes=1000, max_markup=50)
    assert refusal(b"<a>" + b" " * 1000 + b"</a>", limits=limits) == "DocumentTooLarge"
    assert refusal(b"<a>" + b"<b/>" * 50 + b"</a>", limits=limits) == "DocumentTooComplex"
    assert refusal(b"<a>" + bytes(50 * 1024 * 1024) + b"</a>") == "DocumentTooLarge"
    line = UBL[UBL.index("<cac:InvoiceLine>") : UBL.index("</cac:InvoiceLine>") + 18]
    few = ReadLimits(max_lines=10)
    assert refusal(changed(UBL, ("</Invoice>", line * 9 + "</Invoice>")), limits=few) == "DocumentTooComplex"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EmptyFile"),
        (b" \n\t ", "UnknownFormat"),
        (b"\x00" * 100, "UnknownFormat"),
        (b"hello", "UnknownFormat"),
        (b"<", "XmlMalformed"),
        (b"<html><body>Invoice 380 EUR</body></html>", "UnknownFormat"),
        (b"PK\x03\x04 not really", "ANY"),
        (b"%PDF-1.7\n", "PdfBroken"),
        (random.Random(7).randbytes(4096), "UnknownFormat"),
        (UBL.encode()[:1500], "XmlMalformed"),
        (UBL.encode() + b"<again/>", "XmlMalformed"),
        (UBL.encode().replace(b"Pompen", b"Pom\x00pen"), "XmlMalformed"),
        (UBL.encode().replace(b"Pompen", b"Pom\x08pen"), "XmlMalformed"),
        (UBL.encode().replace(b"Pompen", b"Pom&#0;pen"), "XmlMalformed"),
    ],
    ids=range(14),
)
def test_no_invoice_at_all(content: bytes, code: str) -> None:
    assert code in (refusal(content), "ANY")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-15", "cp1252"]
)
def test_accepted_encodings(encoding: str) -> None:
    name = {"utf-8-sig": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "windows-1252"}.get(
        encoding, encoding
    )
    text = UBL.replace('encoding="UTF-8"', f'encoding="{name}"').replace("Pompen", "P\u00f6mpen")
    result = read_invoice(text.encode(encoding))
    assert result.findings == ()
    assert result.invoice is not None
    assert result.invoice.buyer.name == "P\u00f6mpen Holland BV"


@pytest.mark.parametrize("label", ["GB18030", "gbk", "GB2312"])
def test_chinese_encodings(label: str) -> None:
    text = UBL.replace('encoding="UTF-8"', f'encoding="{label}"').replace("Pompen", "\u6f9c\u5ddd")
    result = read_invoice(text.encode("gb18030"))
    assert result.invoice is not None
    assert result.invoice.buyer.name == "\u6f9c\u5ddd Holland BV"


def relabelled(name: str) -> str:
    return UBL.replace('encoding="UTF-8"', f'encoding="{name}"')


@pytest.mark.parametrize(
    "content",
    [
        relabelled("UTF-7").encode("utf-7"),
        relabelled("UTF-7").encode(),
        relabelled("utf-32").encode("utf-32"),
        relabelled("cp037").encode("cp037"),
        relabelled("cp500").encode(),
        relabelled("hz-gb-2312").encode(),
        relabelled("idna").encode(),
        relabelled("rot13").encode(),
        relabelled("").encode(),
        relabelled("UTF-16").encode(),
        relabelled("UTF-8").encode("utf-16"),
        relabelled("UTF-16BE").encode("utf-16-le"),
        b"\xef\xbb\xbf" + relabelled("iso-8859-1").encode(),
        UBL.replace("Pompen", "P\u00f6mpen").encode("latin-1"),
        UBL.encode().replace(b"Pompen", b"\xed\xa0\x80"),
        UBL.encode().replace(b"Pompen", b"\xc0\xbc"),
        UBL.encode("utf-16")[:-1],
    ],
    ids=range(17),
)  # fmt: skip
def test_encodings_that_hide_something_are_refused(content: bytes) -> None:
    assert refusal(content) in {"EncodingRefused", "UnknownFormat"}


def test_recognised_by_content_whatever_the_name() -> None:
    for name in ("invoice.pdf", "x.ofd", "noextension", "../../etc/passwd"):
        result = read_invoice(CII.encode(), file_name=name)
        assert result.format is InvoiceFormat.CII
        assert result.file_name == name
    assert (
        read_invoice(pdf_with({"factur-x.xml": CII.encode()}), file_name="a.xml").format
        is InvoiceFormat.FACTUR_X
    )


# --- envelopes ---

SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"


def wrapped(*payloads: str, times: int = 1) -> bytes:
    inside = "".join(payloads)
    for _ in range(times):
        header = "<s:StandardBusinessDocumentHeader><s:HeaderVersion>1.0</s:HeaderVersion></s:StandardBusinessDocumentHeader>"
        inside = f'<s:StandardBusinessDocument xmlns:s="{SBDH}">{header}{inside}</s:StandardBusinessDocument>'
    return inside.encode()


@pytest.mark.parametrize("times", [1, 2, 5])
def test_wrapped_invoices_are_read_and_checked(times: int) -> None:
    cii = CII.partition("?>")[2]
    for payload, number in ((BODY, "ubl"), (cii, "cii")):
        result = read_invoice(wrapped(payload, times=times))
        assert codes(result) == ["WrapperRemoved"]
        assert result.format == number
        assert result.invoice is not None
        assert "BR-CO-16" in result.invoice.checks


def test_a_tampered_invoice_does_not_pass_because_it_is_wrapped() -> None:
    result = read_invoice(wrapped(BODY.replace(">1100.00</cbc:Payable", ">9100.00</cbc:Payable")))
    assert ("TotalMismatch", "BT-115") in errors(result)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (wrapped(), "WrapperRefused"),
        (wrapped(BODY, BODY), "WrapperRefused"),
        (wrapped(BODY, times=6), "WrapperRefused"),
        (wrapped("<other/>"), "UnknownFormat"),
        (f"<Envelope>{BODY}</Envelope>".encode(), "UnknownFormat"),
        (b'<Invoice xmlns="urn:somebody:else"><ID>1</ID></Invoice>', "UnknownFormat"),
        (b'<CrossIndustryDocument xmlns="urn:ferd:CrossIndustryDocument:invoice:1p0"/>', "UnknownFormat"),
    ],
    ids=["empty", "two", "six", "other", "unknown-envelope", "other-namespace", "zugferd-1"],
)
def test_envelopes_without_one_invoice_are_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


# --- PDF ---


def bomb(levels: int, size: int) -> bytes:
    """A PDF whose embedded file unpacks to `size` bytes, packed `levels` times."""
    packed = bytes(size)
    for _ in range(levels):
        packed = zlib.compress(packed, 9)
    writer = PdfWriter()
    writer.add_blank_page(width=9, height=9)
    stream = StreamObject()
    stream._data = packed
    stream[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode")] * levels)
    return with_embedded(writer, {"factur-x.xml": stream})


def with_embedded(writer: PdfWriter, streams: dict[str, StreamObject]) -> bytes:
    names = ArrayObject()
    for name, stream in streams.items():
        files = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
        names.append(TextStringObject(name))
        names.append(DictionaryObject({NameObject("/F"): TextStringObject(name), NameObject("/EF"): files}))
    tree = DictionaryObject({NameObject("/Names"): names})
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): tree})
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_pdf_bombs_are_not_unpacked(levels: int) -> None:
    content = bomb(levels, 40 * 1024 * 1024)
    assert len(content) < 60_000
    assert refusal(content) == "DocumentTooLarge"


def test_pdf_is_read_like_its_xml() -> None:
    for name in ("factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"):
        result = read_invoice(pdf_with({"photo.jpg": b"\xff\xd8", name: CII.encode()}))
        assert codes(result) == ["PdfPageNotCompared"]
        assert (result.format, result.refused) == (InvoiceFormat.FACTUR_X, False)
        assert result.invoice is not None
        assert result.invoice.number == "RE-2026-0042"
    tampered = changed(CII, (">1100.00</ram:DuePay", ">1100.01</ram:DuePay"))
    assert ("TotalMismatch", "BT-115") in errors(read_invoice(pdf_with({"factur-x.xml": tampered})))


GOOD_PDF = pdf_with({"factur-x.xml": CII.encode()})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf_with({}), "PdfWithoutInvoice"),
        (pdf_with({"order-x.xml": CII.encode()}), "PdfWithoutInvoice"),
        (pdf_with({"factur-x.xml": CII.encode()}, password="secret"), "PdfEncrypted"),
        (pdf_with({"factur-x.xml": CII.encode(), "xrechnung.xml": b"<other/>"}), "PdfSeveralInvoices"),
        (pdf_with({"factur-x.xml": LAUGHS.encode() + b"<x>&c;</x>"}), "XmlForbiddenConstruct"),
        (pdf_with({"factur-x.xml": b"%PDF-1.7"}), "UnknownFormat"),
        (GOOD_PDF.replace(b"startxref", b"startxxxx"), "PdfBroken"),
        (GOOD_PDF[: len(GOOD_PDF) // 2], "PdfBroken"),
        (GOOD_PDF.replace(b"/Root", b"/Toor"), "PdfBroken"),
        (b"%PDF-1.7\n" + b"<</a " * 200_001 + b"startxref\n9\n%%EOF", "DocumentTooComplex"),
        (b"%PDF-1.7\n" + b"startxref\n0\n" * 501 + b"%%EOF", "DocumentTooComplex"),
        (b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"\nendobj\nstartxref\n9\n%%EOF", "PdfBroken"),
    ],
    ids=range(12),
)
def test_pdfs_that_are_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_loop_in_the_name_tree_ends() -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(GOOD_PDF)))
    names = writer.root_object["/Names"]
    assert isinstance(names, DictionaryObject)
    node = DictionaryObject({NameObject("/Limits"): ArrayObject([NumberObject(1)])})
    reference = writer._add_object(node)
    node[NameObject("/Kids")] = ArrayObject([reference, reference])
    names[NameObject("/EmbeddedFiles")] = reference
    buffer = BytesIO()
    writer.write(buffer)
    assert refusal(buffer.getvalue()) == "PdfWithoutInvoice"


# --- anything ---

DOCUMENTS = [UBL.encode(), CII.encode(), GOOD_PDF, wrapped(BODY)]


@settings(max_examples=400, deadline=None)
@given(
    document=st.sampled_from(DOCUMENTS),
    edits=st.lists(
        st.tuples(
            st.floats(min_value=0, max_value=1),
            st.integers(min_value=0, max_value=40),
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    [b"<a>", b"</a>", b"&x;", b"<!--", b"-", b"9" * 30, b"\xef\xbb\xbf", b"1 0 R", b"[["]
                ),
            ),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_mutated_documents_are_read_or_refused(
    document: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    for place, cut, piece in edits:
        at = int(place * len(document))
        document = document[:at] + piece + document[at + cut :]
    assert_told(read_invoice(document))


@settings(max_examples=200, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.text(max_size=200).map(lambda text: f"<a>{text}</a>".encode("utf-8", "surrogatepass")),
    )
)
def test_arbitrary_bytes_are_refused(content: bytes) -> None:
    result = read_invoice(content)
    assert result.invoice is None
    assert_told(result)


def assert_told(result: ReadResult) -> None:
    """A refusal has its reason, and an invoice that passes has been checked."""
    if result.refused:
        assert codes(result, Severity.ERROR)
    else:
        assert result.invoice is not None
        assert {"BR-CO-15", "BR-CO-16"} <= set(result.invoice.checks)
    assert all(found.field and found.message for found in result.findings)
