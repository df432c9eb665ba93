"""What a file that was handed in is: documents, tables, and packages of both."""

from __future__ import annotations

import io
import zipfile

import pytest

from counterfoil.ingest.invoice_template import template_csv, template_xlsx
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits
from counterfoil.ingest.uploads import UploadKind, parts_of

XML = b"<?xml version='1.0'?><Invoice/>"


def package(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return written.getvalue()


def kinds(name: str, content: bytes) -> list[tuple[str, UploadKind]]:
    return [(part.name, part.kind) for part in parts_of(name, content, limits=ReadLimits())]


def test_file_is_told_by_its_content_and_a_table_by_its_name_as_well() -> None:
    assert kinds("a.xml", XML) == [("a.xml", UploadKind.DOCUMENT)]
    assert kinds("a.csv", XML) == [("a.csv", UploadKind.DOCUMENT)]
    assert kinds("a.csv", template_csv()) == [("a.csv", UploadKind.TABLE)]
    assert kinds("anything", template_xlsx()) == [("anything", UploadKind.TABLE)]
    assert kinds("a.pdf", b"%PDF-1.7") == [("a.pdf", UploadKind.DOCUMENT)]
    assert kinds("a.ofd", package(**{"OFD.xml": XML})) == [("a.ofd", UploadKind.DOCUMENT)]


def test_package_is_opened_once() -> None:
    inner = package(**{"deep.xml": XML})
    found = kinds(
        "all.zip",
        package(
            **{
                "one.xml": XML,
                "more/two.csv": template_csv(),
                "three.xlsx": template_xlsx(),
                "four.zip": inner,
                "__MACOSX/one.xml": b"rubbish",
                ".DS_Store": b"rubbish",
            }
        ),
    )
    assert found == [
        ("all.zip/one.xml", UploadKind.DOCUMENT),
        ("all.zip/more/two.csv", UploadKind.TABLE),
        ("all.zip/three.xlsx", UploadKind.TABLE),
        # What is packed twice is handed on as it is; the reader then says that it is no invoice.
        ("all.zip/four.zip", UploadKind.DOCUMENT),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 not a zip",
        package(**{"../out.xml": XML}),
        package(**{"/abs.xml": XML}),
        package(**{f"{number}.xml": XML for number in range(1_001)}),
        package(**{"bomb.xml": b" " * 30_000_000}),
    ],
    ids=["damaged", "parent", "absolute", "many", "bomb"],
)
def test_package_that_nobody_vouches_for_is_refused(content: bytes) -> None:
    with pytest.raises(InvoiceRefused):
        kinds("all.zip", content)
