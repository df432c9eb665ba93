"""Invoices as rows of a table: read exactly, each fault with its row and column, hostile files refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from counterfoil.domain.invoices.invoice import InvoiceType
from counterfoil.ingest.invoice_table import COLUMNS, RowRead, TableLimits, read_invoice_table
from counterfoil.ingest.invoice_template import template_csv, template_xlsx
from counterfoil.ingest.protocol import InvoiceRefused

ROW: dict[str, Any] = {
    "invoice_number": "A-1",
    "issue_date": "2026-11-20",
    "due_date": "2027-01-19",
    "currency": "EUR",
    "seller_name": "Gusswerk Lahn GmbH",
    "seller_id": "vat:DE347081522",
    "buyer_name": "Halden Werke AG",
    "buyer_id": "vat:DE136695976",
    "net_amount": "1000.00",
    "tax_rate": "19",
    "tax_amount": "190.00",
    "gross_amount": "1190.00",
}


def as_csv(*rows: Mapping[str, Any], separator: str = ",") -> bytes:
    lines = [separator.join(COLUMNS)]
    lines += [separator.join(str(row.get(name, "")) for name in COLUMNS) for row in rows]
    return "\r\n".join(lines).encode()


def as_xlsx(*rows: Mapping[str, Any]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([row.get(name) for name in COLUMNS])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def read(content: bytes, **limits: int) -> list[RowRead]:
    return list(read_invoice_table(content, file_name="t", limits=TableLimits(**limits)))


def faults(content: bytes) -> dict[str, str]:
    """Columns at fault of the only row, with their codes."""
    [row] = read(content)
    assert row.result.refused
    return {each.field: each.code for each in row.result.findings}


@pytest.mark.parametrize("template", [template_csv, template_xlsx])
def test_template_is_read_as_the_invoice_that_it_shows(template: Any) -> None:
    [row] = read(template())
    invoice = row.result.invoice
    assert invoice is not None
    assert not row.result.refused
    assert (row.row, invoice.number, invoice.payable_minor) == (2, "RE-2026-0815", 1_190_000)
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 11, 20), date(2027, 1, 19))
    assert invoice.seller.name == "M\u00fcller Pr\u00e4zisionsteile GmbH"


def test_csv_and_xlsx_of_the_same_row_are_the_same_document() -> None:
    as_cells = ROW | {
        "issue_date": date(2026, 11, 20),
        "net_amount": 1000,
        "tax_amount": 190.0,
        "tax_rate": 19,
    }
    found = {
        each.result.invoice.content_sha256
        for content in (
            as_csv(ROW),
            as_csv(ROW, separator=";"),
            as_csv(ROW, separator="\t"),
            as_xlsx(ROW),
            as_xlsx({**as_cells, "gross_amount": 1190}),
        )
        for each in read(content)
        if each.result.invoice is not None
    }
    assert len(found) == 1


def test_rows_are_numbered_as_the_table_shows_them_and_stop_no_other() -> None:
    rows = read(
        as_csv(ROW, {}, {**ROW, "invoice_number": "A-2", "currency": "XYZ"}, {**ROW, "invoice_number": "A-3"})
    )
    assert [(each.row, each.result.refused) for each in rows] == [(2, False), (4, True), (5, False)]
    quoted = as_csv(ROW).replace(b"Halden Werke AG", b'"Halden\r\nWerke AG"') + b"\r\n"
    after = quoted + as_csv({**ROW, "invoice_number": "A-2"}).split(b"\r\n")[1]
    assert [each.row for each in read(after)] == [2, 4]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("invoice_number", "", "FieldMissing"),
        ("currency", "EURO", "UnknownCurrency"),
        ("currency", "XTS", "CurrencyWithoutMinorUnit"),
        ("issue_date", "20.11.2026", "FieldMalformed"),
        ("issue_date", "2026-02-30", "FieldMalformed"),
        ("net_amount", "1.000,00", "FieldMalformed"),
        ("net_amount", "1e3", "FieldMalformed"),
        ("net_amount", "NaN", "FieldMalformed"),
        ("net_amount", "\uff11\uff10", "FieldMalformed"),
        ("net_amount", "1000.005", "AmountTooPrecise"),
        ("gross_amount", "", "FieldMissing"),
        ("seller_id", "DE347081522", "FieldMalformed"),
        ("seller_id", "endpoint:x@y", "FieldMalformed"),
        ("buyer_id", "vat:", "FieldMalformed"),
        ("type", "receipt", "FieldMalformed"),
        ("net_amount", "=1000", "CellFormula"),
        ("buyer_name", "=HYPERLINK(0)", "CellFormula"),
        ("buyer_name", "@SUM(1)", "CellFormula"),
    ],
)
def test_fault_names_its_column(column: str, value: str, code: str) -> None:
    row = {**ROW, column: f'"{value}"' if "," in value else value}
    assert faults(as_csv(row))[column] == code


def test_every_fault_of_a_row_is_told_at_once() -> None:
    found = faults(as_csv({**ROW, "currency": "", "issue_date": "soon", "buyer_id": "x"}))
    assert found == {"currency": "FieldMissing", "issue_date": "FieldMalformed", "buyer_id": "FieldMalformed"}


def test_formula_of_a_sheet_is_refused() -> None:
    assert faults(as_xlsx({**ROW, "gross_amount": "=I2+K2"}))["gross_amount"] == "CellFormula"


def test_amount_that_is_no_exact_decimal_in_the_sheet_is_refused() -> None:
    assert faults(as_xlsx({**ROW, "net_amount": 1000.005}))["net_amount"] == "AmountTooPrecise"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"gross_amount": "1200.00"}, "TotalMismatch"),
        ({"payable_amount": "1000.00"}, "TotalMismatch"),
        ({"tax_rate": "7"}, "TaxMismatch"),
        ({"buyer_id": "vat:DE347081522"}, "SellerIsBuyer"),
    ],
)
def test_row_whose_sums_or_parties_do_not_hold_is_refused(changed: dict[str, str], code: str) -> None:
    [row] = read(as_csv(ROW | changed))
    assert row.result.refused
    assert code in {each.code for each in row.result.findings}


def test_credit_note_names_its_invoice() -> None:
    [row] = read(as_csv({**ROW, "type": "credit-note", "preceding_invoice": "A-0"}))
    invoice = row.result.invoice
    assert invoice is not None
    assert invoice.type is InvoiceType.CREDIT_NOTE
    assert [each.number for each in invoice.preceding_invoices] == ["A-0"]


def _zip(*parts: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            package.writestr(name, content)
    return written.getvalue()


def _replaced(name: str, content: bytes) -> bytes:
    """A workbook with another part in the place of one."""
    with zipfile.ZipFile(io.BytesIO(as_xlsx(ROW))) as package:
        parts = [(each, package.read(each)) for each in package.namelist()]
    return _zip(*((each, content if each == name else part) for each, part in parts))


_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>'
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"invoice_number\nA-1",
        as_csv(ROW).replace(b"due_date", b"due_data", 1),
        as_csv(ROW).replace(b"due_date", b"currency", 1),
        as_csv(ROW) + b",1,2,3",
        as_csv(ROW) + b"\xff\xfe",
        as_csv({**ROW, "buyer_name": "nul\x00"}),
        as_csv({**ROW, "buyer_name": '"open'}),
        b"PK\x03\x04" + b"x" * 100,
        _zip(("a.txt", b"no workbook")),
        _zip(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")),
        _replaced("xl/worksheets/sheet1.xml", b"<worksheet><unclosed>"),
        _replaced("xl/worksheets/sheet1.xml", _BOMB),
        _replaced("xl/workbook.xml", _BOMB),
        _replaced("xl/workbook.xml", '<?xml version="1.0" encoding="utf-16"?><x/>'.encode("utf-16")),
        _zip(("../xl/workbook.xml", b"<x/>")),
    ],
)
def test_file_that_is_no_table_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(InvoiceRefused) as refused:
        read(content)
    assert refused.value.finding.field == "file"


def test_workbook_that_unpacks_beyond_measure_is_refused() -> None:
    bomb = _replaced("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    with pytest.raises(InvoiceRefused):
        read(bomb)


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (as_csv(ROW, ROW, ROW), {"max_rows": 2}),
        (as_xlsx(ROW, ROW, ROW), {"max_rows": 2}),
        (as_csv(ROW), {"max_bytes": 100}),
        (as_xlsx(ROW), {"max_unpacked_bytes": 100}),
        (as_csv(ROW), {"max_columns": 5}),
        (as_xlsx(ROW), {"max_columns": 5}),
        (as_csv(ROW), {"max_cell_chars": 10}),
    ],
)
def test_table_beyond_its_bounds_is_refused(content: bytes, limits: dict[str, int]) -> None:
    with pytest.raises(InvoiceRefused):
        read(content, **limits)
