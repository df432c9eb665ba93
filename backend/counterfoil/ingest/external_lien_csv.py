"""The CSV form of an extract: one registration a row, columns named in English or Chinese.

A row that cannot be read takes no other row with it: rows are cut first, by lines and quotation marks, and an
open quotation mark ends with its line.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from counterfoil.ingest.external_lien_faults import (
    COLUMN_MISSING,
    COLUMN_TWICE,
    COLUMN_UNKNOWN,
    FIELD_MALFORMED,
    FORMULA_CELL,
    QUOTE_OPEN,
    ROW_SHAPE,
    fault,
)
from counterfoil.ports.external_liens import RowFault

MOST_LINES_A_ROW = 50
_COLUMNS = {
    "registration_number": ("登记证明编号", "登记编号", "初始登记编号", "登记号"),
    "registry": ("登记机构", "登记系统", "登记机关"),
    "registered_at": ("登记时间", "登记日期"),
    "expires_at": ("登记到期日", "登记到期时间", "到期日"),
    "debtor_name": ("担保人", "担保人名称", "出质人", "出质人名称", "抵押人", "转让人", "债务人名称"),
    "debtor_uscc": ("统一社会信用代码", "担保人统一社会信用代码", "出质人统一社会信用代码"),
    "debtor_lei": ("法人识别编码",),
    "debtor_vat": ("税号", "纳税人识别号"),
    "secured_party": ("担保权人", "担保权人名称", "质权人", "抵押权人", "受让人"),
    "collateral_kind": ("担保财产类型", "担保类型", "财产类型", "业务类型"),
    "goods_code": ("货物编码", "商品编码", "税则号列"),
    "goods_description": ("担保财产描述", "财产描述", "货物名称", "货物描述"),
    "site": ("仓库", "库址", "存放地点"),
    "bay": ("货位", "库位"),
    "batch": ("批次", "批号"),
    "serial": ("序列号", "卷号", "封号"),
    "invoice_numbers": ("发票号码", "发票号"),
    "note_numbers": ("票据号码", "凭证编号"),
    "receipt_numbers": ("仓单号", "仓单编号"),
    "bill_of_lading_numbers": ("提单号",),
    "other_numbers": ("其他编号", "合同编号"),
    "secured_amount": ("主债权金额", "担保金额", "债权金额"),
    "secured_currency": ("币种", "货币"),
}
COLUMNS = MappingProxyType(_COLUMNS)
"""Every column with its Chinese names."""
REQUIRED = ("registration_number", "registered_at", "debtor_name", "secured_party", "collateral_kind")

_DOCUMENTS = {
    "invoice_numbers": "invoice",
    "note_numbers": "note",
    "receipt_numbers": "receipt",
    "bill_of_lading_numbers": "bill-of-lading",
    "other_numbers": "other",
}
_LOT_PARTS = ("site", "bay", "batch", "serial")
_SEVERAL = re.compile("[;\uff1b\u3001]")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_NUMBER = re.compile(r"[+-]?[0-9.,]+")
_SEPARATORS = ",\t;"


def _column_key(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).strip().lower()
    return re.sub(r"[\s_\-]+", "_", folded)


_BY_NAME = {_column_key(name): column for column, others in _COLUMNS.items() for name in (column, *others)}


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row as an entry. names: how the file calls each column; faults: of the row."""

    line: int
    entry: Mapping[str, Any]
    names: Mapping[str, str]
    faults: tuple[RowFault, ...]


class CsvRefusedError(ValueError):
    """The file has no usable header. faults: why."""

    def __init__(self, faults: list[RowFault]) -> None:
        super().__init__(faults[0].reason)
        self.faults = faults


def csv_rows(text: str, *, max_columns: int) -> tuple[list[RowFault], Iterator[CsvRow | RowFault]]:
    """Faults of the header, then each row, or what is wrong with it.

    Raises CsvRefusedError where the header does not name the columns that every registration needs.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    records = _records(lines)
    first = next((record for record in records if isinstance(record, RowFault) or record[1].strip()), None)
    if first is None:
        raise CsvRefusedError([fault(COLUMN_MISSING, line=1, field="header", column=REQUIRED[0])])
    if isinstance(first, RowFault):
        raise CsvRefusedError([first])
    separator = max(_SEPARATORS, key=lambda mark: len(_known(_cells(first[1], mark))))
    header = [cell.strip() for cell in _cells(first[1], separator)]
    columns, faults = _header(header, line=first[0], max_columns=max_columns)
    return faults, _rows(records, separator, header, columns)


def _records(lines: list[str]) -> Iterator[tuple[int, str] | RowFault]:
    """Line number and text of each row: lines are joined while a quotation mark is open."""
    place = 0
    while place < len(lines):
        end, marks = place, lines[place].count('"')
        while marks % 2 and end + 1 < min(len(lines), place + MOST_LINES_A_ROW):
            end += 1
            marks += lines[end].count('"')
        if marks % 2:
            yield fault(QUOTE_OPEN, line=place + 1, field="row", limit=MOST_LINES_A_ROW)
            place += 1
            continue
        yield place + 1, "\n".join(lines[place : end + 1])
        place = end + 1


def _cells(record: str, separator: str) -> list[str]:
    """The cells; raises csv.Error."""
    rows = list(csv.reader(record.splitlines(keepends=True), delimiter=separator, strict=True))
    return [cell for row in rows for cell in row]


def _known(cells: list[str]) -> list[str]:
    return [cell for cell in cells if _column_key(cell) in _BY_NAME]


def _header(header: list[str], *, line: int, max_columns: int) -> tuple[list[str | None], list[RowFault]]:
    if len(header) > max_columns:
        reason = f"{len(header)} columns, at most {max_columns} are read"
        raise CsvRefusedError([fault(ROW_SHAPE, line=line, field="header", reason=reason)])
    columns = [_BY_NAME.get(_column_key(name)) for name in header]
    wrong = [
        fault(COLUMN_TWICE, line=line, field=name, column=column)
        for place, (name, column) in enumerate(zip(header, columns, strict=True))
        if column is not None and column in columns[:place]
    ]
    wrong += [
        fault(COLUMN_MISSING, line=line, field=column, column=column)
        for column in REQUIRED
        if column not in columns
    ]
    if wrong:
        raise CsvRefusedError(wrong)
    return columns, [
        fault(COLUMN_UNKNOWN, line=line, field=name[:60], is_warning=True, column=name[:60])
        for name, column in zip(header, columns, strict=True)
        if column is None and name
    ]


def _rows(
    records: Iterator[tuple[int, str] | RowFault],
    separator: str,
    header: list[str],
    columns: list[str | None],
) -> Iterator[CsvRow | RowFault]:
    for record in records:
        if isinstance(record, RowFault):
            yield record
            continue
        line, text = record
        if not text.strip(separator + " \t\n"):
            continue
        try:
            cells = _cells(text, separator)
        except csv.Error as broken:
            yield fault(ROW_SHAPE, line=line, field="row", reason=str(broken))
            continue
        if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
            reason = f"it has {len(cells)} cells, the header has {len(header)}"
            yield fault(ROW_SHAPE, line=line, field="row", reason=reason)
            continue
        yield _row(line, header, columns, cells)


def _row(line: int, header: list[str], columns: list[str | None], cells: list[str]) -> CsvRow:
    faults: list[RowFault] = []
    stated: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, column, cell in zip(header, columns, cells[: len(header)], strict=True):
        if column is None:
            continue
        text = cell.strip()
        unwrapped = _TEXT_FORMULA.fullmatch(text)  # how spreadsheets keep the zeros of a number
        if unwrapped is not None:
            text = unwrapped[1].strip()
        elif text[:1] in ("=", "@", "+", "-") and not _NUMBER.fullmatch(text):
            faults.append(fault(FORMULA_CELL, line=line, field=name, is_warning=True))
        names[column] = name
        if text:
            stated[column] = text
    return CsvRow(line, _entry(line, stated, names, faults), names, tuple(faults))


def _entry(
    line: int, stated: dict[str, str], names: dict[str, str], faults: list[RowFault]
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        name: stated[name]
        for name in ("registration_number", "registry", "registered_at", "expires_at", "secured_party")
        if name in stated
    }
    if "collateral_kind" in stated:
        entry["collateral_kind"] = stated["collateral_kind"]
    for group in ("debtor", "goods", "secured"):
        inside = {
            column.removeprefix(f"{group}_"): text
            for column, text in stated.items()
            if column.startswith(f"{group}_") and column != "secured_party"
        }
        if inside or group == "debtor":
            entry[group] = inside
    entry["lots"] = _lots(line, stated, names, faults)
    entry["documents"] = [
        {"kind": kind, "number": number}
        for column, kind in _DOCUMENTS.items()
        for number in _several(stated.get(column, ""))
    ]
    return entry


def _several(text: str) -> list[str]:
    return [part.strip() for part in _SEVERAL.split(text) if part.strip()]


def _lots(
    line: int, stated: dict[str, str], names: dict[str, str], faults: list[RowFault]
) -> list[dict[str, str]]:
    """Lots from columns with several values each: as many in each, or one that counts for all."""
    parts = {part: _several(stated[part]) for part in _LOT_PARTS if _several(stated.get(part, ""))}
    count = max((len(values) for values in parts.values()), default=0)
    for part, values in parts.items():
        if len(values) not in (1, count):
            reason = f"{len(values)} values where another column of the lots has {count}"
            faults.append(fault(FIELD_MALFORMED, line=line, field=names[part], reason=reason))
            return []
    return [
        {part: values[place if len(values) > 1 else 0] for part, values in parts.items()}
        for place in range(count)
    ]
