"""OFD packages made to hurt: each gets a refusal that says why, before anything is unpacked."""

from __future__ import annotations

import io
import struct
import tracemalloc
import warnings
import zipfile

import pytest

from counterfoil.ingest.reader import ReadLimits
from ingest.cn_support import CUSTOM, EINVOICE, OFD_NS, codes, make_zip, ofd_files, read

GOOD = make_zip(ofd_files(CUSTOM, attachment=EINVOICE.encode()))
MEBIBYTE = 1024 * 1024


def reason(content: bytes, *, limits: ReadLimits | None = None) -> str:
    """The one refusal's sentence, after making sure that it is an OFD refusal and there is no invoice."""
    result = read(content, limits=limits)
    assert result.invoice is None
    assert codes(result) == ["OfdRefused"], result.findings
    return result.findings[0].message


def with_entry(name: str, content: bytes = b"x") -> bytes:
    """The good package and one more entry, under whatever name."""
    buffer = io.BytesIO(GOOD)
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as package:
        warnings.simplefilter("ignore", UserWarning)
        package.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def central_field(content: bytes, name: bytes, offset: int, form: str, value: int) -> bytes:
    """The package with one field of one central directory header overwritten."""
    start = content.rindex(name) - 46
    assert content[start : start + 4] == b"PK\x01\x02"
    changed = bytearray(content)
    struct.pack_into(form, changed, start + offset, value)
    return bytes(changed)


def test_the_package_that_the_others_are_made_from_is_good() -> None:
    assert not read(GOOD).refused


@pytest.mark.parametrize(
    "name",
    [
        "../outside.xml",
        "Doc_0/../../outside.xml",
        "/etc/outside.xml",
        "C:/outside.xml",
        "Doc_0\\..\\outside.xml",
        "Doc_0/line\nbreak.xml",
        "Doc_0/" + "a" * 300,
        "../directory/",
    ],
)
def test_names_that_lead_out(name: str) -> None:
    assert "is not a path inside it" in reason(with_entry(name))


@pytest.mark.parametrize("name", ["OFD.xml", "ofd.XML", "./OFD.xml", "Doc_0//Document.xml"])
def test_names_that_occur_twice(name: str) -> None:
    assert "occurs twice" in reason(with_entry(name))


@pytest.mark.parametrize("name", ["Doc_0/inner.zip", "Doc_0/inner.OFD", "Doc_0/inner.tar.gz"])
def test_archives_in_the_archive(name: str) -> None:
    assert "is another archive" in reason(with_entry(name))


def test_archive_in_the_archive_under_another_name() -> None:
    files = ofd_files(attachment=GOOD)
    assert "is another archive" in reason(make_zip(files))


def test_link_is_refused() -> None:
    buffer = io.BytesIO(GOOD)
    entry = zipfile.ZipInfo("Doc_0/link")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr(entry, "/etc/passwd")
    assert "is a link" in reason(buffer.getvalue())


def test_encrypted_entry_is_refused() -> None:
    assert "is encrypted" in reason(central_field(GOOD, b"OFD.xml", 8, "<H", 0x0001))


def test_unusual_compression_is_refused() -> None:
    packed = make_zip(ofd_files(CUSTOM), compression=zipfile.ZIP_LZMA)
    assert "unusual compression" in reason(packed)
    assert "unusual compression" in reason(central_field(GOOD, b"OFD.xml", 10, "<H", 99))


def test_bomb_is_refused_by_its_ratio_without_being_unpacked() -> None:
    bomb = make_zip(ofd_files(CUSTOM) | {"Doc_0/bomb.xml": b" " * (16 * MEBIBYTE)})
    tracemalloc.start()
    try:
        assert "times its size" in reason(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEBIBYTE


def test_many_modest_entries_are_refused_by_their_sum() -> None:
    part = bytes(range(256)) * 256
    files = ofd_files(CUSTOM) | {f"Doc_0/part{index}.bin": part for index in range(20)}
    result = read(make_zip(files, compression=zipfile.ZIP_STORED), limits=ReadLimits(max_bytes=2 * MEBIBYTE))
    assert result.invoice is not None
    packed = make_zip(files)
    assert len(packed) < MEBIBYTE
    result = read(packed, limits=ReadLimits(max_bytes=MEBIBYTE))
    assert codes(result) == ["DocumentTooLarge"]
    assert "unpacked" in result.findings[0].message


def test_entries_are_counted_before_the_directory_is_read() -> None:
    files = ofd_files(CUSTOM) | {f"f{index}": b"" for index in range(60)}
    many = make_zip(files)
    assert not read(many).refused
    assert "more than 50 entries" in reason(many, limits=ReadLimits(max_container_entries=50))


@pytest.mark.parametrize("claimed", [10, 10_000])
def test_size_that_the_header_states_falsely(claimed: int) -> None:
    lying = central_field(GOOD, b"Doc_0/Attachs/original_invoice.xml", 24, "<I", claimed)
    message = reason(lying)
    assert "is damaged" in message or "not as long as its header says" in message


def test_size_understated_does_not_unpack_the_rest() -> None:
    bomb = make_zip(ofd_files(CUSTOM, attachment=b"<EInvoice>" + b" " * (32 * MEBIBYTE)))
    lying = central_field(bomb, b"Doc_0/Attachs/original_invoice.xml", 24, "<I", 1000)
    tracemalloc.start()
    try:
        message = reason(lying)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "original_invoice.xml" in message
    assert peak < MEBIBYTE


def test_wrong_checksum_is_refused() -> None:
    assert "is damaged" in reason(central_field(GOOD, b"OFD.xml", 16, "<I", 0))


@pytest.mark.parametrize("location", ["../../outside.xml", "..\\outside.xml", "http://example.org/x.xml"])
def test_location_that_leads_out(location: str) -> None:
    files = ofd_files(CUSTOM, attachment=EINVOICE.encode(), location=location, path="Doc_0/Attachs/x.xml")
    # One level up from Doc_0/Attachs is Doc_0, two are the package: only a third step leaves it.
    if location.startswith("../"):
        files = ofd_files(
            CUSTOM, attachment=EINVOICE.encode(), location=f"../{location}", path="Doc_0/Attachs/x.xml"
        )
    assert "leads out of it" in reason(make_zip(files))


def test_document_root_that_leads_out() -> None:
    ofd = f"<ofd:OFD {OFD_NS}><ofd:DocBody><ofd:DocRoot>../x.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    assert "leads out of it" in reason(make_zip({"OFD.xml": ofd.encode()}))


def test_document_that_lists_itself_as_attachment_ends() -> None:
    files = ofd_files(CUSTOM, attachment=EINVOICE.encode(), location="Attachments.xml")
    assert not read(make_zip(files)).refused


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\xff" * 200,
        b"PK\x05\x06" + b"\x00" * 18,
        GOOD[:-30],
        GOOD[: len(GOOD) // 2],
        GOOD[:-22] + b"\xff" * 22,
    ],
    ids=["four-bytes", "noise", "empty", "no-end", "half", "end-overwritten"],
)
def test_broken_zips(content: bytes) -> None:
    assert reason(content)


def test_no_single_changed_byte_makes_the_reader_fail() -> None:
    """Every byte of a small package set to 0xFF and to 0: always a result, never an exception."""
    small = make_zip(ofd_files(CUSTOM), compression=zipfile.ZIP_STORED)
    outcomes = set()
    for position in range(4, len(small)):
        for value in (0x00, 0xFF):
            changed = small[:position] + bytes([value]) + small[position + 1 :]
            outcomes.update(codes(read(changed)))
    assert "OfdRefused" in outcomes
