"""The template for invoices as rows of a table, with one row as an example."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from counterfoil.ingest.invoice_table import COLUMNS, REQUIRED

_EXAMPLE: dict[str, object] = {
    "invoice_number": "RE-2026-0815",
    "type": "invoice",
    "issue_date": date(2026, 11, 20),
    "due_date": date(2027, 1, 19),
    "currency": "EUR",
    "seller_name": "Müller Präzisionsteile GmbH",
    "seller_id": "vat:DE136695976",
    "seller_country": "DE",
    "buyer_name": "Nordwerk Maschinenbau AG",
    "buyer_id": "vat:DE129274202",
    "buyer_country": "DE",
    "net_amount": Decimal("10000.00"),
    "tax_rate": 19,
    "tax_amount": Decimal("1900.00"),
    "gross_amount": Decimal("11900.00"),
    "order_reference": "4500012345",
}


def template_csv() -> bytes:
    """The template as CSV in UTF-8 with a mark, which spreadsheet programs need to see that it is."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerow(_shown(_EXAMPLE.get(name)) for name in COLUMNS)
    return written.getvalue().encode("utf-8-sig")


def template_xlsx() -> bytes:
    """The template as XLSX; a second sheet explains the columns."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "invoices"
    sheet.append(list(COLUMNS))
    sheet.append([_EXAMPLE.get(name) for name in COLUMNS])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for place, name in enumerate(COLUMNS):
        sheet.column_dimensions[get_column_letter(place + 1)].width = max(14, len(name) + 2)
    sheet.freeze_panes = "A2"
    explained = book.create_sheet("columns")
    explained.append(["column", "needed", "meaning"])
    for name, meaning in COLUMNS.items():
        explained.append([name, "yes" if name in REQUIRED else "no", meaning])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _shown(value: object) -> str:
    return "" if value is None else str(value)
