"""Extracts of lien registries: both forms say the same, and a row with a fault takes no other row along."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.domain.external_liens.external_lien import (
    CollateralKind,
    DocumentNumber,
    DocumentNumberKind,
    ExternalLien,
    LotReference,
    NamedParty,
)
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier
from counterfoil.domain.money import Currency, Money
from counterfoil.ingest.external_lien_csv import COLUMNS
from counterfoil.ingest.external_lien_entry import json_schema
from counterfoil.ingest.external_liens import ExtractLimits, ReadExtract, read_external_liens

ROOT = Path(__file__).parents[2]
BEIJING = timezone(timedelta(hours=8))
ENGLISH = (
    "registration_number,registered_at,expires_at,debtor_name,debtor_uscc,secured_party,collateral_kind,"
    "goods_description,site,bay,batch,receipt_numbers,secured_amount,secured_currency"
)
CHINESE = (
    "登记证明编号,登记时间,登记到期日,出质人名称,统一社会信用代码,质权人,担保财产类型,"
    "财产描述,仓库,货位,批次,仓单号,主债权金额,币种"
)
ROW = (
    "00123,2026-03-01T10:00:00+08:00,2027-03-01,苏州恒发钢铁有限公司,91320594MA9LC07W4B,示例银行,仓单,"
    "热轧卷板,CNTAO-7,A01;A02,B1;B2,WR-1,1000000.00,人民币"
)
LIEN = ExternalLien(
    registry="示例登记系统",
    registration_number="00123",
    registered_at=datetime(2026, 3, 1, 2, tzinfo=UTC),
    expires_at=datetime(2027, 3, 1, 16, tzinfo=UTC),
    debtor=NamedParty(
        name="苏州恒发钢铁有限公司",
        identifiers=(PartyIdentifier(scheme=IdScheme.USCC, value="91320594MA9LC07W4B"),),
    ),
    secured_party="示例银行",
    collateral_kind=CollateralKind.WAREHOUSE_RECEIPT,
    goods_description="热轧卷板",
    lots=(
        LotReference(site="CNTAO-7", bay="A01", batch="B1"),
        LotReference(site="CNTAO-7", bay="A02", batch="B2"),
    ),
    document_numbers=(DocumentNumber(kind=DocumentNumberKind.RECEIPT, number="WR-1"),),
    secured=Money(100_000_000, Currency.of("CNY")),
)
ENTRY: dict[str, Any] = {
    "registration_number": "00123",
    "registered_at": "2026-03-01T10:00:00+08:00",
    "expires_at": "2027-03-01",
    "debtor": {"name": "苏州恒发钢铁有限公司", "uscc": "91320594MA9LC07W4B"},
    "secured_party": "示例银行",
    "collateral_kind": "warehouse-receipt",
    "goods": {"description": "热轧卷板"},
    "lots": [
        {"site": "CNTAO-7", "bay": "A01", "batch": "B1"},
        {"site": "CNTAO-7", "bay": "A02", "batch": "B2"},
    ],
    "documents": [{"kind": "receipt", "number": "WR-1"}],
    "secured": {"amount": "1000000.00", "currency": "CNY"},
}


def read(text: str | bytes, **options: Any) -> ReadExtract:
    content = text if isinstance(text, bytes) else text.encode()
    return read_external_liens(content, **{"registry": "示例登记系统", "zone": BEIJING, **options})


def read_json(*entries: object, **file: object) -> ReadExtract:
    return read(json.dumps({"liens": list(entries), **file}, ensure_ascii=False))


def faults(found: ReadExtract) -> list[tuple[int, str, str]]:
    return [(each.line, each.field, each.code) for each in found.faults]


@pytest.mark.parametrize("header", [ENGLISH, CHINESE, ENGLISH.upper().replace("_", " ")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_one_row_in_every_spelling_of_the_form(header: str, encoding: str, ending: str) -> None:
    found = read(f"{header}\n{ROW}\n".replace("\n", ending).encode(encoding))
    assert faults(found) == []
    assert [row.lien for row in found.rows] == [LIEN]
    assert found.rows[0].line == 2


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_other_separators_are_told_by_the_header(separator: str) -> None:
    quoted = separator.join(f'"{cell}"' for cell in ROW.split(","))
    found = read(f"{ENGLISH.replace(',', separator)}\n{quoted}\n")
    assert [row.lien for row in found.rows] == [LIEN]


def test_json_says_the_same() -> None:
    assert [row.lien for row in read_json(ENTRY).rows] == [LIEN]
    stated = read_json(ENTRY, registry="示例登记系统", time_zone="+08:00")
    assert stated.rows == read_json(ENTRY).rows
    alone = json.dumps({"liens": [ENTRY], "registry": "示例登记系统", "time_zone": "+08:00"})
    assert read(alone, registry=None, zone=None).rows == stated.rows


BAD_CELLS = [
    ("00123", "", "registration_number", "ExtractFieldMissing"),
    ("00123", "---", "registration_number", "ExtractFieldMalformed"),
    ("2026-03-01T10:00:00+08:00", "", "registered_at", "ExtractFieldMissing"),
    ("2026-03-01T10:00:00+08:00", "2026-02-30", "registered_at", "ExtractFieldMalformed"),
    ("2026-03-01T10:00:00+08:00", "2026-03-01T25:00", "registered_at", "ExtractFieldMalformed"),
    ("2026-03-01T10:00:00+08:00", "01.03.2026", "registered_at", "ExtractFieldMalformed"),
    ("2027-03-01", "2025-03-01", "expires_at", "ExtractFieldMalformed"),
    ("2027-03-01", "9999-12-31", "expires_at", "ExtractFieldMalformed"),
    ("苏州恒发钢铁有限公司", " ", "debtor_name", "ExtractFieldMissing"),
    ("苏州恒发钢铁有限公司", "x" * 501, "debtor_name", "ExtractFieldMalformed"),
    ("苏州恒发钢铁有限公司", "a\x1b[31mb", "debtor_name", "ExtractFieldMalformed"),
    ("苏州恒发钢铁有限公司", "a\u202eb", "debtor_name", "ExtractFieldMalformed"),
    ("示例银行", "", "secured_party", "ExtractFieldMissing"),
    ("仓单", "房产", "collateral_kind", "ExtractFieldMalformed"),
    ("A01;A02", "A01;A02;A03", "batch", "ExtractFieldMalformed"),
    ("WR-1", "--", "receipt_numbers", "ExtractFieldMalformed"),
    ("1000000.00", "-1", "secured_amount", "ExtractFieldMalformed"),
    ("1000000.00", "1e6", "secured_amount", "ExtractFieldMalformed"),
    ("1000000.00", '"1,000,000.00"', "secured_amount", "ExtractFieldMalformed"),
    ("1000000.00", "1.005", "secured_amount", "ExtractFieldMalformed"),
    ("1000000.00", "", "secured_amount", "ExtractFieldMissing"),
    ("人民币", "XYZ", "secured_currency", "ExtractFieldMalformed"),
]


@pytest.mark.parametrize(("good", "bad", "field", "code"), BAD_CELLS)
def test_a_bad_cell_is_named_and_takes_no_other_row_with_it(
    good: str, bad: str, field: str, code: str
) -> None:
    before, after = ROW.replace("00123", "00122"), ROW.replace("00123", "00124")
    found = read(f"{ENGLISH}\n{before}\n{ROW.replace(good, bad)}\n{after}\n")
    assert (3, field, code) in faults(found)
    assert all(each.line == 3 and each.reason for each in found.faults)
    assert [row.lien.registration_number for row in found.rows] == ["00122", "00124"]


BAD_ROWS = [
    ('00125,"open', "row", "ExtractQuoteOpen"),
    ("1,2,3", "row", "ExtractRowShape"),
    (f"{ROW},one more", "row", "ExtractRowShape"),
    (f'00125"x"y,{ROW[6:]}'.replace("CNTAO-7", '"a"b'), "row", "ExtractRowShape"),
]


@pytest.mark.parametrize(("row", "field", "code"), BAD_ROWS)
def test_a_row_that_cannot_be_cut_takes_no_other_row_with_it(row: str, field: str, code: str) -> None:
    rows = "\n".join(ROW.replace("00123", f"9{n:04d}") for n in range(120))
    found = read(f"{ENGLISH}\n{row}\n{rows}\n")
    assert faults(found) == [(2, field, code)]
    assert len(found.rows) == 120


def test_cells_may_hold_separators_quotes_and_lines() -> None:
    found = read(
        f"{ENGLISH}\n"
        + ROW.replace("热轧卷板", '"热轧, ""卷""\n板"')
        + "\n"
        + ROW.replace("00123", "124")
        + "\n"
    )
    assert [row.lien.goods_description for row in found.rows] == ['热轧, "卷" 板', "热轧卷板"]
    assert [row.line for row in found.rows] == [2, 4]


@pytest.mark.parametrize(
    "cell", ["=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+cmd", '"=HYPERLINK(""http://x"",""y"")"']
)
def test_a_formula_stays_text_and_is_pointed_at(cell: str) -> None:
    found = read(f"{ENGLISH}\n" + ROW.replace("苏州恒发钢铁有限公司", cell) + "\n")
    assert faults(found) == [(2, "debtor_name", "ExtractFormulaCell")]
    assert found.faults[0].is_warning
    assert not found.refused
    assert found.rows[0].lien.debtor.name == cell.strip('"').replace('""', '"')


def test_numbers_kept_as_text_by_a_spreadsheet_are_numbers() -> None:
    found = read(
        f"{ENGLISH}\n"
        + ROW.replace("WR-1", '"=""000871"""').replace("A01;A02", "-A01").replace("B1;B2", "B1")
        + "\n"
    )
    assert found.rows[0].lien.document_numbers[0].number == "000871"
    assert faults(found) == [(2, "bay", "ExtractFormulaCell")]


def test_a_repeated_registration_is_read_once_and_a_contradicting_one_is_refused() -> None:
    again, other = ROW.replace("00123", "123"), ROW.replace("示例银行", "另一银行")
    found = read(f"{ENGLISH}\n{ROW}\n{again}\n{other}\n")
    assert len(found.rows) == 1
    assert faults(found) == [
        (3, "registration_number", "ExtractRowRepeated"),
        (4, "registration_number", "ExtractRegistrationContradicts"),
    ]
    assert [each.is_warning for each in found.faults] == [True, False]
    assert "line 2" in found.faults[1].reason


def test_two_registries_may_use_one_number() -> None:
    rows = read_json(ENTRY, {**ENTRY, "registry": "another"}).rows
    assert [row.lien.registry for row in rows] == ["示例登记系统", "another"]


def test_a_registry_is_needed_from_somewhere() -> None:
    found = read(f"{ENGLISH}\n{ROW}\n", registry=None)
    assert (found.rows, faults(found)) == ((), [(2, "registry", "ExtractFieldMissing")])


def test_a_time_without_zone_is_refused_where_nobody_names_one() -> None:
    local = ROW.replace("T10:00:00+08:00", " 10:00:00")
    assert read(f"{ENGLISH}\n{local}\n").rows[0].lien == LIEN
    found = read(f"{ENGLISH}\n{local}\n", zone=None)
    assert found.rows == ()
    assert [each[1] for each in faults(found)] == ["registered_at", "expires_at"]


@pytest.mark.parametrize("text", ["2026年3月1日", "2026/03/01", "2026-3-1", "2026-02-28T16:00Z"])
def test_usual_spellings_of_a_day(text: str) -> None:
    found = read(f"{ENGLISH}\n{ROW.replace('2026-03-01T10:00:00+08:00', text)}\n")
    assert found.rows[0].lien.registered_at == datetime(2026, 2, 28, 16, tzinfo=UTC)


def test_an_identifier_that_fails_its_check_is_kept_and_pointed_at() -> None:
    found = read(f"{ENGLISH}\n{ROW.replace('W4B', 'W4C')}\n")
    assert faults(found) == [(2, "debtor_uscc", "PartyIdCheckFailed")]
    assert not found.refused
    assert found.rows[0].lien.debtor.identifiers[0].value == "91320594MA9LC07W4C"


HEADERS = [
    (
        "registration_number,registered_at\n",
        {"debtor_name", "secured_party", "collateral_kind"},
        "ExtractColumnMissing",
    ),
    (f"{ENGLISH},登记编号\n{ROW},1\n", {"登记编号"}, "ExtractColumnTwice"),
    ("", {"header"}, "ExtractColumnMissing"),
    ('"registration_number\n', {"row"}, "ExtractQuoteOpen"),
]


@pytest.mark.parametrize(("text", "fields", "code"), HEADERS)
def test_a_header_that_cannot_be_used_refuses_the_file(text: str, fields: set[str], code: str) -> None:
    found = read(text)
    assert found.rows == ()
    assert {(each.field, each.code) for each in found.faults} == {(field, code) for field in fields}


def test_an_unknown_column_is_said_once() -> None:
    found = read(f"{ENGLISH},备注\x1b\n{ROW},=x\n")
    assert faults(found) == [(1, "备注\ufffd", "ExtractColumnUnknown")]
    assert [row.lien for row in found.rows] == [LIEN]


BAD_JSON = [
    ("{", 1, "file"),
    ('{"liens": [\n\n1,]}', 3, "file"),
    ("[]", 0, "liens"),
    ('{"liens": {}}', 0, "liens"),
    ('{"liens": [], "liens": []}', 0, "file"),
    ('{"liens": [NaN]}', 0, "file"),
    ('{"liens": [' + "[" * 100_000, 0, "file"),
    ('{"liens": [], "extra": 1}', 0, "extra"),
    ('{"liens": [], "registry": 1}', 0, "registry"),
    ('{"liens": [], "time_zone": "CET"}', 0, "time_zone"),
]


@pytest.mark.parametrize(("text", "line", "field"), BAD_JSON)
def test_json_that_is_no_extract_is_refused(text: str, line: int, field: str) -> None:
    found = read(text)
    assert found.rows == ()
    assert [each[:2] for each in faults(found)] == [(line, field)]


def test_nesting_does_not_end_the_process_where_recursion_is_let_deep() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        for opening in ("[", '{"a":', '["\\"[", '):
            found = read('{"liens": [' + opening * 200_000)
            assert faults(found) == [(0, "file", "ExtractUnreadable")]
            assert "nested" in found.faults[0].reason
    finally:
        sys.setrecursionlimit(before)
    named = "bank " + "[" * 400
    assert read_json({**ENTRY, "secured_party": named}).rows[0].lien.secured_party == named


BAD_ENTRIES = [
    ({"debtor": {"name": "x", "tax": "1"}}, "debtor/tax"),
    ({"debtor": "x"}, "debtor"),
    ({"registration_number": 123}, "registration_number"),
    ({"lots": [{"site": "a"}, {"place": "b"}]}, "lots/1/place"),
    ({"lots": [{}] * 1001}, "lots"),
    ({"documents": [{"kind": "letter", "number": "1"}]}, "documents/0/kind"),
    ({"secured": {"amount": True, "currency": "CNY"}}, "secured/amount"),
    ({"registered_at": 1_700_000_000}, "registered_at"),
    ({"surprise": 1}, "surprise"),
]


@pytest.mark.parametrize(("change", "field"), BAD_ENTRIES)
def test_a_bad_entry_is_named_by_its_path(change: dict[str, Any], field: str) -> None:
    found = read_json(
        ENTRY, {**ENTRY, "registration_number": "2", **change}, 5, {**ENTRY, "registration_number": "3"}
    )
    assert [row.line for row in found.rows] == [1, 4]
    assert (2, field) in [each[:2] for each in faults(found)]
    assert [each for each in found.faults if each.line == 3]


def test_amounts_never_pass_through_a_binary_float() -> None:
    text = json.dumps({"liens": [ENTRY]}).replace('"1000000.00"', "100000000000000.07")
    assert read(text).rows[0].lien.secured == Money(10_000_000_000_000_007, Currency.of("CNY"))


def test_limits_are_said() -> None:
    text = f"{ENGLISH}\n" + "".join(ROW.replace("00123", str(n)) + "\n" for n in range(1, 6))
    too_long = read(text, limits=ExtractLimits(max_bytes=100))
    assert faults(too_long) == [(0, "file", "ExtractTooLarge")]
    too_many = read(text, limits=ExtractLimits(max_rows=3))
    assert (len(too_many.rows), faults(too_many)) == (3, [(5, "file", "ExtractTooLarge")])
    too_wide = read(text, limits=ExtractLimits(max_columns=5))
    assert faults(too_wide) == [(1, "header", "ExtractRowShape")]


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"\xff\xfea"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    assert faults(read(content)) == [(0, "file", "ExtractUnreadable")]


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_no_bytes_make_reading_raise(content: bytes) -> None:
    assert read(content).rows == ()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=14))
@settings(max_examples=300)
def test_no_cells_make_reading_raise_or_cost_the_next_row(cells: list[str]) -> None:
    hostile = ",".join(cells)
    found = read(f"{ENGLISH}\n{ROW}\n{hostile}\n{ROW.replace('00123', '00124')}\n")
    assert found.rows[0].lien == LIEN
    if '"' not in hostile:
        assert found.rows[-1].lien.registration_number == "00124"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    )
)
def test_no_json_value_makes_reading_raise(value: object) -> None:
    assert read_json(value, ENTRY).rows[-1].lien == LIEN


def test_the_guide_has_every_column_and_the_schema_is_current() -> None:
    guide = (ROOT / "docs/guides/external_liens.md").read_text(encoding="utf-8")
    for column, names in COLUMNS.items():
        assert f"`{column}`" in guide
        assert all(name in guide for name in names)
    shipped = json.loads((ROOT / "docs/guides/external_liens.schema.json").read_text(encoding="utf-8"))
    assert shipped == json_schema()


@pytest.mark.parametrize("name", ["extract.csv", "extract.json"])
def test_the_samples_are_read_without_a_fault(name: str) -> None:
    content = (ROOT / "samples/external_liens" / name).read_bytes()
    found = read_external_liens(content, registry="示例登记系统", zone=BEIJING)
    assert found.faults == ()
    assert len(found.rows) >= 4


def test_both_samples_say_the_same() -> None:
    folder = ROOT / "samples/external_liens"
    both = [
        read_external_liens((folder / name).read_bytes(), registry="示例登记系统", zone=BEIJING)
        for name in ("extract.csv", "extract.json")
    ]
    assert [row.lien for row in both[0].rows] == [row.lien for row in both[1].rows]
