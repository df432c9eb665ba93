"""Cells of a table file, CSV or XLSX, as text: bounded in time and memory whoever wrote it.

Every cell becomes the text that a person would have typed: a day as 2026-11-22, a number in plain decimals,
exactly as the file holds it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock_time
from decimal import Decimal

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from counterfoil.domain.errors import declare
from counterfoil.domain.invoices.invoice_findings import TOO_COMPLEX, TOO_LARGE
from counterfoil.ingest.bounded_zip import BoundedZip, ZipKind
from counterfoil.ingest.protocol import InvoiceRefused, ReadLimits
from counterfoil.ingest.safe_xml import refuse

TABLE_UNREADABLE = declare(
    "TableUnreadable",
    "the table cannot be read: {reason}",
    "Save it as CSV in UTF-8, or as XLSX, with the columns of the template.",
)
_FIELD = "file"
_ZIP_MARK = b"PK\x03\x04"
_SEPARATORS = ",;\t"
_FORMULA_MARKS = ("=", "@", "+=", "-=")
_XML_PARTS = (".xml", ".rels", ".vml")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DAMAGED = (
    zipfile.BadZipFile,
    InvalidFileException,
    etree.XMLSyntaxError,
    SyntaxError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    OSError,
)
"""What openpyxl raises over a damaged workbook, which its documentation does not list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLimits:
    """Bounds of one table. max_unpacked_bytes: of an XLSX, over all its parts."""

    max_bytes: int = 20 * 2**20
    max_unpacked_bytes: int = 200 * 2**20
    max_rows: int = 20_000
    max_columns: int = 100
    max_cell_chars: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row by column. number: as the table counts; formulas: columns whose cell is a formula."""

    number: int
    values: Mapping[str, str]
    formulas: frozenset[str] = field(default_factory=frozenset)


def read_rows(
    content: bytes, *, columns: Sequence[str], required: Sequence[str], limits: TableLimits
) -> Iterator[Row]:
    """The rows after the first one, which names the columns; empty rows are left out.

    columns: known names; others are refused, because a misspelt column would be an unread one. Raises
    InvoiceRefused TableUnreadable, DocumentTooLarge or DocumentTooComplex.
    """
    if len(content) > limits.max_bytes:
        raise refuse(TOO_LARGE, _FIELD, what="the table", limit_bytes=limits.max_bytes)
    cells = _xlsx_rows(content, limits) if content.startswith(_ZIP_MARK) else _csv_rows(content, limits)
    number, header = next(cells, (1, ()))
    names = _names(header, columns, required)
    count = 0
    for number, found in cells:
        if not any(cell.text for cell in found):
            continue
        count += 1
        if count > limits.max_rows:
            raise refuse(TOO_COMPLEX, _FIELD, what="the number of rows", limit=limits.max_rows)
        yield _row(number, names, found)


def _unreadable(reason: str) -> InvoiceRefused:
    return refuse(TABLE_UNREADABLE, _FIELD, reason=reason)


_XLSX = ZipKind(name="the workbook", field=_FIELD, refuse=_unreadable, may_hold_archives=True)


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    is_formula: bool = False


def _row(number: int, names: Sequence[str], cells: Sequence[_Cell]) -> Row:
    if any(cell.text for cell in cells[len(names) :]):
        raise _unreadable(f"row {number} has more cells than there are columns")
    named = list(zip(names, cells, strict=False))
    return Row(
        number=number,
        values={name: cell.text for name, cell in named if name},
        formulas=frozenset(name for name, cell in named if name and cell.is_formula),
    )


def _names(header: Sequence[_Cell], columns: Sequence[str], required: Sequence[str]) -> list[str]:
    names = [re.sub(r"[\s-]+", "_", cell.text.strip().lower()) for cell in header]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if name and name not in columns:
            raise _unreadable(f"the column {name[:60]!r} is unknown")
        if name and names.count(name) > 1:
            raise _unreadable(f"the column {name[:60]!r} stands there twice")
    missing = [name for name in required if name not in names]
    if missing:
        raise _unreadable(f"the column {missing[0]} is missing")
    return names


def _checked(text: str, limits: TableLimits, number: int) -> str:
    if len(text) > limits.max_cell_chars:
        raise refuse(TOO_COMPLEX, _FIELD, what=f"a cell of row {number}", limit=limits.max_cell_chars)
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t\r":
            raise _unreadable(f"row {number} contains the character U+{ord(character):04X}")
    return text.strip()


# -- CSV --


def _csv_rows(content: bytes, limits: TableLimits) -> Iterator[tuple[int, list[_Cell]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("it is not UTF-8 text") from None
    head = text[: text.find("\n") + 1] or text
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begun = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as broken:
            raise _unreadable(f"line {reader.line_num}: {str(broken)[:80]}") from None
        if cells is None:
            return
        if len(cells) > limits.max_columns:
            raise refuse(TOO_COMPLEX, _FIELD, what="the number of columns", limit=limits.max_columns)
        yield begun, [_csv_cell(cell, limits, begun) for cell in cells]
        begun = reader.line_num + 1


def _csv_cell(text: str, limits: TableLimits, number: int) -> _Cell:
    checked = _checked(text, limits, number)
    return _Cell(checked, is_formula=checked.startswith(_FORMULA_MARKS))


# -- XLSX --


def _xlsx_rows(content: bytes, limits: TableLimits) -> Iterator[tuple[int, list[_Cell]]]:
    _judge(content, limits)
    try:
        # Values as the file holds them; links to other files are not followed.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        # What the sheet says of its own size is not believed.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=limits.max_rows + 100, max_col=limits.max_columns + 1)
    except _DAMAGED as broken:
        raise _unreadable(f"the workbook is damaged ({type(broken).__name__})") from None
    for number in range(1, limits.max_rows + 101):
        try:
            cells = next(rows, None)
        except _DAMAGED as broken:
            raise _unreadable(f"row {number} is damaged ({type(broken).__name__})") from None
        if cells is None:
            return
        if len(cells) > limits.max_columns and cells[limits.max_columns].value is not None:
            raise refuse(TOO_COMPLEX, _FIELD, what="the number of columns", limit=limits.max_columns)
        yield number, [_xlsx_cell(cell.value, cell.data_type, limits, number) for cell in cells]


def _judge(content: bytes, limits: TableLimits) -> None:
    """Refuse a package, or markup in it, that no spreadsheet program writes, before openpyxl reads it."""
    bounds = ReadLimits(max_bytes=limits.max_unpacked_bytes)
    package = BoundedZip(content, limits=bounds, kind=_XLSX)
    if "[Content_Types].xml" not in package or "xl/workbook.xml" not in package:
        raise _unreadable("it is no XLSX workbook")
    for path in package.paths:
        if not path.lower().endswith(_XML_PARTS):
            continue
        part = package.read(path)
        declared = _DECLARED.search(part[:300])
        if part.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")) or (
            declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")
        ):
            raise _unreadable(f"{path[:80]!r} is not UTF-8")
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise _unreadable(f"{path[:80]!r} declares a document type")


def _xlsx_cell(value: object, data_type: str, limits: TableLimits, number: int) -> _Cell:
    if data_type == "f":
        return _Cell("=", is_formula=True)
    if data_type == "e":
        return _Cell(_checked(str(value), limits, number))
    match value:
        case None:
            text = ""
        case bool():
            text = str(value).lower()
        case datetime() if value.time() == clock_time(0):
            text = value.date().isoformat()
        case date():
            text = value.isoformat()
        case int():
            text = str(value)
        case float():
            # The shortest decimal that is this number: what the file's own text says, up to 15 digits.
            text = format(Decimal(repr(value)), "f")
        case _:
            text = str(value)
    return _Cell(_checked(text, limits, number))
