"""Reading an extract of a lien registry: CSV or JSON, told by content; every row by itself.

`read_external_liens` does not raise for bad content. What is wrong with a row is said with its line, field
and reason, and the other rows are read all the same. Nothing in a file is ever computed or followed.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timezone
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from counterfoil.domain.errors import DomainError
from counterfoil.domain.external_liens.external_lien import ExternalLien
from counterfoil.domain.party_id import PARTY_ID_CHECK_DIGIT, check_digit_holds
from counterfoil.ingest.external_lien_csv import CsvRefusedError, CsvRow, csv_rows
from counterfoil.ingest.external_lien_entry import LienEntry, parse_zone
from counterfoil.ingest.external_lien_faults import (
    EXTRACT_TOO_LARGE,
    EXTRACT_UNREADABLE,
    FIELD_MALFORMED,
    FIELD_MISSING,
    REGISTRATION_CONTRADICTS,
    ROW_REPEATED,
    fault,
)
from counterfoil.ingest.json_nesting import check_nesting
from counterfoil.ports.external_liens import RowFault

_SHOWN = 60
_MOST_NESTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractLimits:
    """Bounds on one extract. max_bytes: of the file; max_rows: registrations; max_columns: of a CSV file."""

    max_bytes: int = 128 * 1024 * 1024
    max_rows: int = 500_000
    max_columns: int = 200


@dataclass(frozen=True, slots=True)
class ReadLien:
    """A registration and the line (CSV) or entry (JSON) that states it."""

    line: int
    lien: ExternalLien


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExtract:
    """What became of a file. encoding: as it was read, empty where it was not. faults: by line."""

    rows: tuple[ReadLien, ...]
    faults: tuple[RowFault, ...]
    encoding: str = ""

    @property
    def refused(self) -> bool:
        """Whether any row, or the whole file, was not taken."""
        return any(not each.is_warning for each in self.faults)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    entry: Any
    names: Mapping[str, str]


DEFAULT_LIMITS = ExtractLimits()


def read_external_liens(
    content: bytes,
    *,
    registry: str | None = None,
    zone: timezone | None = None,
    limits: ExtractLimits = DEFAULT_LIMITS,
) -> ReadExtract:
    """Read one extract. registry, zone: for rows that name none. Time and memory are bounded by `limits`.

    Never raises for bad content.
    """
    if len(content) > limits.max_bytes:
        limit = f"{limits.max_bytes} bytes"
        return _refused(fault(EXTRACT_TOO_LARGE, line=0, field="file", what="the file", limit=limit))
    decoded = _decode(content)
    if decoded is None:
        reason = "it is neither UTF-8 nor GB18030 text"
        return _refused(fault(EXTRACT_UNREADABLE, line=0, field="file", reason=reason))
    text, encoding = decoded
    faults: list[RowFault] = []
    if text.lstrip()[:1] in ("{", "["):
        rows, registry, zone = _json_rows(text, faults, registry, zone)
    else:
        rows = _csv_rows(text, faults, limits)
    liens = _liens(rows, faults, registry=registry or "", zone=zone, limits=limits)
    faults.sort(key=lambda each: each.line)
    return ReadExtract(rows=tuple(liens), faults=tuple(faults), encoding=encoding)


def _refused(wrong: RowFault) -> ReadExtract:
    return ReadExtract(rows=(), faults=(wrong,))


def _decode(content: bytes) -> tuple[str, str] | None:
    """UTF-8 with or without a mark, UTF-16 with one, else GB18030."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig", "gb18030")
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, encoding
    return None


def _csv_rows(text: str, faults: list[RowFault], limits: ExtractLimits) -> Iterator[_Row]:
    try:
        of_header, rows = csv_rows(text, max_columns=limits.max_columns)
    except CsvRefusedError as refused:
        faults += refused.faults
        return
    faults += of_header
    for row in rows:
        if not isinstance(row, CsvRow):
            faults.append(row)
            continue
        faults += row.faults
        if all(each.is_warning for each in row.faults):
            yield _Row(row.line, row.entry, row.names)


def _json_rows(
    text: str, faults: list[RowFault], registry: str | None, zone: timezone | None
) -> tuple[Iterable[_Row], str | None, timezone | None]:
    try:
        check_nesting(text, deepest=_MOST_NESTED)
        found = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_key_twice
        )
    except json.JSONDecodeError as broken:
        faults.append(fault(EXTRACT_UNREADABLE, line=broken.lineno, field="file", reason=broken.msg))
        return (), registry, zone
    except ValueError as broken:
        faults.append(fault(EXTRACT_UNREADABLE, line=0, field="file", reason=str(broken)[:_SHOWN]))
        return (), registry, zone
    if not isinstance(found, dict) or not isinstance(found.get("liens"), list):
        reason = 'it is not an object with a list "liens"'
        faults.append(fault(EXTRACT_UNREADABLE, line=0, field="liens", reason=reason))
        return (), registry, zone
    wrong = _file_fields(found)
    if wrong:
        faults += wrong
        return (), registry, zone
    rows = (_Row(place, entry, {}) for place, entry in enumerate(found["liens"], start=1))
    stated_zone = parse_zone(found["time_zone"]) if found.get("time_zone") else None
    return rows, found.get("registry") or registry, stated_zone or zone


def _file_fields(found: dict[str, Any]) -> list[RowFault]:
    wrong = [
        fault(FIELD_MALFORMED, line=0, field=name[:_SHOWN], reason="the format has no such field")
        for name in found
        if name not in ("registry", "time_zone", "liens")
    ]
    for name in ("registry", "time_zone"):
        if not isinstance(found.get(name, ""), str):
            wrong.append(fault(FIELD_MALFORMED, line=0, field=name, reason="it is not text"))
    if not wrong and found.get("time_zone"):
        try:
            parse_zone(found["time_zone"])
        except ValueError as unfit:
            wrong.append(fault(FIELD_MALFORMED, line=0, field="time_zone", reason=str(unfit)))
    return wrong


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is stated twice in one object")
    return found


def _liens(
    rows: Iterable[_Row],
    faults: list[RowFault],
    *,
    registry: str,
    zone: timezone | None,
    limits: ExtractLimits,
) -> Iterator[ReadLien]:
    known: dict[tuple[str, str], ReadLien] = {}
    for count, row in enumerate(rows):
        if count >= limits.max_rows:
            faults.append(
                fault(EXTRACT_TOO_LARGE, line=row.line, field="file", what="the list", limit=limits.max_rows)
            )
            return
        lien = _lien(row, faults, registry=registry, zone=zone)
        if lien is None:
            continue
        earlier = known.setdefault(lien.registration_key, ReadLien(row.line, lien))
        if earlier.line == row.line:
            yield earlier
            continue
        same = replace(lien, registration_number=earlier.lien.registration_number) == earlier.lien
        faults.append(
            fault(
                ROW_REPEATED if same else REGISTRATION_CONTRADICTS,
                line=row.line,
                field=_named(row, ("registration_number",)),
                is_warning=same,
                number=lien.registration_number[:_SHOWN],
                first=earlier.line,
            )
        )


def _lien(row: _Row, faults: list[RowFault], *, registry: str, zone: timezone | None) -> ExternalLien | None:
    try:
        entry = LienEntry.model_validate(row.entry, context={"zone": zone})
    except ValidationError as unfit:
        faults += [
            fault(
                FIELD_MISSING if each["type"] in ("missing", "string_too_short") else FIELD_MALFORMED,
                line=row.line,
                field=_named(row, each["loc"]),
                reason=each["msg"].removeprefix("Value error, "),
            )
            for each in unfit.errors(include_url=False, include_input=False)
        ]
        return None
    if not (entry.registry or registry):
        faults.append(fault(FIELD_MISSING, line=row.line, field=_named(row, ("registry",))))
        return None
    try:
        lien = entry.to_lien(registry=registry)
    except DomainError as refused:
        field = _named(row, ("secured", "amount"))
        faults.append(fault(FIELD_MALFORMED, line=row.line, field=field, reason=refused.message))
        return None
    if lien.expires_at is not None and lien.expires_at <= lien.registered_at:
        field = _named(row, ("expires_at",))
        reason = "the registration ends before it begins"
        faults.append(fault(FIELD_MALFORMED, line=row.line, field=field, reason=reason))
        return None
    faults += _identifier_warnings(row, lien)
    return lien


def _identifier_warnings(row: _Row, lien: ExternalLien) -> Iterator[RowFault]:
    """Numbers that fail their own check: kept, because clerks mistype them and matching allows for it."""
    for identifier in lien.debtor.identifiers:
        if check_digit_holds(identifier) is False:
            yield fault(
                PARTY_ID_CHECK_DIGIT,
                line=row.line,
                field=_named(row, ("debtor", identifier.scheme)),
                is_warning=True,
                scheme=identifier.scheme.upper(),
                value=identifier.value[:_SHOWN],
                party=lien.debtor.name[:_SHOWN],
            )


def _named(row: _Row, place: tuple[int | str, ...]) -> str:
    """How the file calls the field at a place of the entry: its column, or its path in the JSON."""
    if not row.names:
        return "/".join(str(part) for part in place)
    words = [str(part) for part in place if not isinstance(part, int)]
    if words and words[0] == "documents":
        return _document_column(row, place)
    for column in ("_".join(words), words[-1] if words else "", words[0] if words else ""):
        if column in row.names:
            return row.names[column]
    return "_".join(words)


def _document_column(row: _Row, place: tuple[int | str, ...]) -> str:
    kind = row.entry["documents"][place[1]]["kind"] if len(place) > 1 else ""
    column = f"{str(kind).replace('-', '_')}_numbers"
    return row.names.get(column, column)
