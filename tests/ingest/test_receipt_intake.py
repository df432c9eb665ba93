"""The keeper's file: read as written, and every fault named with its field and line."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.goods.good import Unit
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.ingest.receipt_intake import FieldFault, ReceiptRefused, read_receipt

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "receipt.yaml"
TEXT = SAMPLE.read_text(encoding="utf-8")
STATED: dict[str, Any] = yaml.load(TEXT, Loader=yaml.BaseLoader)  # builds text only


def written(**parts: Any) -> bytes:
    """The sample as JSON with parts changed: goods__quantity="1"; None takes a part out."""
    stated = copy.deepcopy(STATED)
    for path, value in parts.items():
        *above, last = [int(part) if part.isdigit() else part for part in path.split("__")]
        part: Any = stated
        for name in above:
            part = part[name]
        if value is None:
            del part[last]
        else:
            part[last] = value
    return json.dumps(stated).encode()


def faults(content: bytes | str) -> tuple[FieldFault, ...]:
    with pytest.raises(ReceiptRefused) as refused:
        read_receipt(content.encode() if isinstance(content, str) else content, file_name="r.yaml")
    assert refused.value.code == "ReceiptFileUnusable"
    assert "r.yaml" in refused.value.message
    assert all(fault.message in refused.value.message for fault in refused.value.faults)
    return refused.value.faults


def test_the_sample_is_read_as_written() -> None:
    receipt = read_receipt(TEXT.encode())
    assert receipt.number == "JGC-2026-000117"
    assert receipt.issued_on == date(2026, 11, 2)
    assert receipt.goods.good.unit == Unit("TNE", 3)
    assert receipt.goods.quantity.steps == 75_330
    assert [lot.serial for lot in receipt.lots] == ["HY26-10-00417", "HY26-10-00418", "HY26-10-00421"]
    assert receipt.fee.price.minor == 45
    assert receipt.insurance is not None
    assert receipt.insurance.sum_insured.minor == 32_000_000
    assert receipt.valuation is not None
    assert receipt.valuation.value.minor == 29_378_700
    assert receipt.inspection_reference == "HJ-2026-11-0093"


def test_yaml_and_json_are_the_same_receipt() -> None:
    assert read_receipt(written()) == read_receipt(TEXT.encode())
    assert read_receipt(b"\xef\xbb\xbf" + TEXT.encode()) == read_receipt(TEXT.encode())


def test_numbers_of_json_are_taken_as_they_are_written() -> None:
    content = written().replace(b'"25.125"', b"25.125").replace(b'"75.330"', b"75.330").replace(b'"3"', b"3")
    assert read_receipt(content) == read_receipt(TEXT.encode())


def test_optional_parts_may_be_left_out() -> None:
    receipt = read_receipt(
        written(
            insurance=None,
            inspection=None,
            valuation=None,
            receipt__contract=None,
            keeper__address=None,
            depositor__identity=None,
        )
    )
    assert (receipt.insurance, receipt.valuation, receipt.inspection_reference) == (None, None, "")


def test_a_single_lot_has_the_whole_quantity_and_decimals_can_be_stated() -> None:
    receipt = read_receipt(
        written(lots=[{"bay": "A-1", "batch": "7"}], goods__decimals="2", goods__quantity="75.33")
    )
    assert receipt.lots[0].quantity == receipt.goods.quantity
    assert receipt.goods.quantity.steps == 7_533


REQUIRED = [
    "receipt__number",
    "receipt__issued_by",
    "receipt__issued_at",
    "receipt__issued_on",
    "keeper__name",
    "keeper__identity",
    "depositor__name",
    "depositor__address",
    "goods__code",
    "goods__grade",
    "goods__name",
    "goods__unit",
    "goods__quantity",
    "goods__quality",
    "goods__packaging",
    "goods__pieces",
    "goods__marks",
    "loss_standard",
    "storage__site",
    "storage__from",
    "storage__to",
    "storage__fee",
    "storage__fee__amount",
    "storage__fee__currency",
    "storage__fee__basis",
    "lots",
    "insurance__insurer",
    "insurance__from",
    "valuation__on",
    "inspection__reference",
]


@pytest.mark.parametrize("path", REQUIRED)
def test_whatever_is_required_is_missed_by_its_name(path: str) -> None:
    (fault,) = faults(written(**{path: None}))
    assert (fault.field, fault.message) == (path.replace("__", "."), "this field is missing")


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("goods__unit", "tons", "UnitUnknown"),
        ("goods__decimals", "12", "UnitDecimalsInvalid"),
        ("goods__decimals", "few", "ReceiptFileForm"),
        ("goods__quantity", "75.3301", "QuantityTooPrecise"),
        ("goods__quantity", "75,330", "QuantityMalformed"),
        ("goods__quantity", "0", "QuantityNotPositive"),
        ("goods__quantity", "-1", "QuantityNotPositive"),
        ("goods__quantity", "99999999999999999999", "QuantityOutOfRange"),
        ("goods__pieces", "three", "ReceiptFileForm"),
        ("goods__pieces", "0", "ReceiptFieldInvalid"),
        ("goods__code", "--", "GoodsFieldEmpty"),
        ("goods__grade", "#", "GoodsFieldEmpty"),
        ("storage__site", "-", "GoodsFieldEmpty"),
        ("storage__from", "02.11.2026", "ReceiptFileForm"),
        ("storage__from", "2026-02-30", "ReceiptFileForm"),
        ("storage__to", "2026-11-01", "ReceiptFieldInvalid"),
        ("insurance__to", "2020-01-01", "ReceiptFieldInvalid"),
        ("insurance__amount", "0", "ReceiptFieldInvalid"),
        ("insurance__amount", "1e3", "ReceiptFileForm"),
        ("valuation__amount", "1.005", "AmountTooPrecise"),
        ("valuation__currency", "yuan", "UnknownCurrency"),
        ("storage__fee__amount", "-1", "ReceiptFileForm"),
        ("lots__1__quantity", "25.0801", "QuantityTooPrecise"),
        ("lots__1__serial", "-", "LotFieldMissing"),
        ("lots__1__maker", "-", "LotFieldMissing"),
        ("lots__1__seal", "S-1", "LotNumberedTwice"),
        ("lots__1__serial", "hy26-10-417", "LotStatedTwice"),
        ("receipt__issued_on", "soon", "ReceiptFileForm"),
        ("receipt__number", "", "ReceiptFileForm"),
        ("receipt__number", "A" * 501, "ReceiptFileForm"),
        ("receipt__number", "WR\u202e1", "ReceiptFileForm"),
        ("receipt__number", ["a"], "ReceiptFileForm"),
        ("receipt__number", True, "ReceiptFileForm"),
        ("receipt__number", "\ud800", "ReceiptFileForm"),
        ("keeper__seal", "x", "ReceiptFileForm"),
        ("goods", "coils", "ReceiptFileForm"),
        ("lots", [], "ReceiptFileForm"),
        ("lots", "none", "ReceiptFileForm"),
    ],
)
def test_a_fault_names_its_field(path: str, value: object, code: str) -> None:
    (fault,) = faults(written(**{path: value}))
    expected = path.replace("__1__", "[1].").replace("__", ".")
    expected = "lots[1]" if code in ("LotNumberedTwice", "LotStatedTwice") else expected
    assert (fault.field, fault.code) == (expected, code)


def test_lots_that_do_not_make_up_the_receipt_are_refused() -> None:
    (fault,) = faults(written(lots__0__quantity="25.126"))
    assert (fault.field, fault.code) == ("lots", "ReceiptFieldInvalid")
    assert "75.331 TNE" in fault.message


def test_several_lots_need_a_quantity_each() -> None:
    (fault,) = faults(written(lots__2__quantity=None))
    assert (fault.field, fault.message) == ("lots[2].quantity", "this field is missing")


def test_all_faults_of_the_form_come_at_once_with_their_lines() -> None:
    content = TEXT.replace("  issued_at: 张家港\n", "").replace("  grade: Q355B", "  grad: Q355B")
    found = faults(content)
    assert [fault.field for fault in found] == ["receipt.issued_at", "goods.grade", "goods.grad"]
    line_of_grad = content.splitlines().index("  grad: Q355B") + 1
    assert found[-1].line == line_of_grad
    assert str(found[-1]) == f"line {line_of_grad}, goods.grad: this field is unknown"


def test_all_faults_of_the_values_come_at_once_with_their_lines() -> None:
    content = (
        TEXT.replace("quantity: 25.080", "quantity: 25.0801")
        .replace("to: 2027-05-01\n  fee", "to: never\n  fee")
        .replace("pieces: 3", "pieces: three")
        .replace("currency: CNY\n  on", "currency: XYZ\n  on")
    )
    found = {fault.field: fault.line for fault in faults(content)}
    lines = content.splitlines()
    assert found == {
        "lots[1].quantity": next(number for number, line in enumerate(lines, 1) if "25.0801" in line),
        "goods.pieces": lines.index("  pieces: three") + 1,
        "storage.to": lines.index("  to: never") + 1,
        "valuation.currency": lines.index("  currency: XYZ") + 1,
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "mapping"),
        (b"- a", "mapping"),
        (b"\xff\xfe", "UTF-8"),
        (b"a: [", "expected"),
        (b"a: 1\na: 2", "twice"),
        (b"a: &x [1]\nb: *x", "aliases"),
        (b"a: " + b"[" * 50 + b"]" * 50, "nested too deeply"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": 1', "not JSON"),
        (b'{"a": ' + b"[" * 50 + b"]" * 50 + b"}", "nested too deeply"),
        (b'{"a":' + b"[" * 100_000, "nested too deeply"),
        (b"? [a]\n: b", "a key must be a word"),
        (b"#" * (2**20 + 1), "larger than"),
    ],
    ids=range(13),
)
def test_what_is_no_document_is_refused(content: bytes, reason: str) -> None:
    assert any(reason in fault.message for fault in faults(content))


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_no_bytes_do_anything_but_be_refused(content: bytes) -> None:
    with pytest.raises(ReceiptRefused):
        read_receipt(content)


@given(st.data())
def test_no_value_in_any_field_does_anything_but_be_read_or_refused(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in REQUIRED if path not in ("lots", "storage__fee")]))
    value = data.draw(
        st.none() | st.booleans() | st.text(max_size=12) | st.lists(st.text(max_size=3), max_size=2)
    )
    found: ReceiptDocument | tuple[FieldFault, ...]
    try:
        found = read_receipt(written(**{path: "" if value is None else value}))
    except ReceiptRefused as refused:
        found = refused.faults
    assert isinstance(found, ReceiptDocument) or (found and all(fault.field for fault in found))
