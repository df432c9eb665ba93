"""The receipt's document: complete or refused, and disclosed field by field under one root."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import Good, Quantity, Site, Unit
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.goods.receipt_document import (
    Insurance,
    Period,
    ReceiptDocument,
    ReceiptGoods,
    ReceiptParty,
    StorageFee,
    Valuation,
)
from counterfoil.domain.goods.receipt_elements import ELEMENTS, ElementPlace, missing_elements
from counterfoil.domain.goods.salted_fields import (
    Disclosure,
    SaltedDocument,
    fields_root,
    salt_fields,
    verify_disclosure,
)
from counterfoil.domain.money import Currency, Money
from counterfoil.domain.rules import Certainty

CNY = Currency.of("CNY")
TNE = Unit.of("TNE")
COIL = Good(code="HRC", grade="Q235B", name="hot-rolled coil", unit=TNE)
SITE = Site("CNTAO-DAGANG-7")
LOTS = tuple(
    PhysicalLot(site=SITE, quantity=Quantity(10_000, TNE), maker="Baosteel", serial=f"C-{number}")
    for number in (1, 2)
)


def receipt(**changed: Any) -> ReceiptDocument:
    fields: dict[str, Any] = {
        "number": "WR-2026-0001",
        "issued_by": "Li Wei",
        "issued_at": "Qingdao",
        "issued_on": date(2026, 11, 1),
        "keeper": ReceiptParty(name="Dagang Storage", identity="91370200MA3C000001"),
        "depositor": ReceiptParty(name="Acme Steel", address="1 Port Road, Qingdao"),
        "goods": ReceiptGoods(
            good=COIL,
            quantity=Quantity(20_000, TNE),
            quality="GB/T 3274, prime",
            packaging="bare coils, strapped",
            pieces=2,
            marks="C-1, C-2",
        ),
        "loss_standard": "none; the coils are weighed in and out",
        "site": SITE,
        "period": Period(first=date(2026, 11, 1), last=date(2027, 4, 30)),
        "fee": StorageFee(price=Money(50, CNY), basis="a tonne and a day"),
        "lots": LOTS,
        "insurance": Insurance(
            sum_insured=Money(8_000_000, CNY),
            period=Period(first=date(2026, 11, 1), last=date(2027, 4, 30)),
            insurer="Harbour Mutual",
        ),
        "valuation": Valuation(value=Money(7_600_000, CNY), valued_on=date(2026, 10, 30)),
    }
    return ReceiptDocument(**{**fields, **changed})


def goods(**changed: Any) -> ReceiptGoods:
    return replace(receipt().goods, **changed)


def test_every_element_that_is_recorded_in_the_document_has_fields_in_it() -> None:
    full = receipt(
        contract="SC-7",
        inspection_reference="INS-1",
        remarks="none",
        keeper=ReceiptParty(name="K", address="2 Port Road", identity="91370200MA3C000001"),
        depositor=ReceiptParty(name="D", address="x", identity="91370200MA3C000002"),
    )
    names = full.fields()
    for element in ELEMENTS:
        if element.place is ElementPlace.DOCUMENT:
            for field in element.fields:
                assert any(name == field or name.startswith((f"{field}.", f"{field}[")) for name in names), (
                    field
                )
    known = [field for element in ELEMENTS for field in element.fields]
    for name in names:
        assert any(name == field or name.startswith((f"{field}.", f"{field}[")) for field in known), name


def test_all_eight_matters_of_article_909_are_read_and_only_insurance_may_be_left_out() -> None:
    law = [element for element in ELEMENTS if element.source.startswith("Civil Code art. 909(")]
    assert {element.source[-2] for element in law} == set("12345678")
    assert all(element.certainty is Certainty.READ for element in law)
    assert [element.name for element in law if not element.required] == ["insurance: amount, period, insurer"]
    standard = [element for element in ELEMENTS if element.source.startswith("GB/T")]
    assert standard
    assert all(element.certainty is Certainty.SECOND_HAND for element in standard)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": ""}, "receipt.number"),
        ({"number": "  "}, "receipt.number"),
        ({"issued_by": ""}, "receipt.issued_by"),
        ({"issued_at": ""}, "receipt.issued_at"),
        ({"keeper": ReceiptParty(name="", identity="x")}, "keeper.name"),
        ({"keeper": ReceiptParty(name="K")}, "keeper.identity"),
        ({"depositor": ReceiptParty(name="", address="x")}, "depositor.name"),
        ({"depositor": ReceiptParty(name="D")}, "depositor.address"),
        ({"goods": goods(quality="")}, "goods.quality"),
        ({"goods": goods(packaging=" ")}, "goods.packaging"),
        ({"goods": goods(marks="")}, "goods.marks"),
        ({"goods": goods(good=replace(COIL, name=""))}, "goods.name"),
        ({"loss_standard": ""}, "loss_standard"),
        ({"lots": ()}, "lots"),
    ],
)
def test_a_receipt_without_a_required_element_is_refused_by_field(
    changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        receipt(**changed)
    assert refused.value.code == "ReceiptFieldMissing"
    assert refused.value.facts["field"] == field
    assert field in refused.value.message


LATE = Period(first=date(2026, 11, 2), last=date(2026, 11, 1))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"period": LATE}, "storage.to"),
        ({"insurance": Insurance(sum_insured=Money(1, CNY), period=LATE, insurer="H")}, "insurance.to"),
        ({"insurance": replace(receipt().insurance, insurer=" ")}, "insurance.insurer"),
        ({"insurance": replace(receipt().insurance, sum_insured=Money(0, CNY))}, "insurance.amount"),
        ({"valuation": Valuation(value=Money(-1, CNY), valued_on=date(2026, 1, 1))}, "valuation.amount"),
        ({"fee": StorageFee(price=Money(-1, CNY), basis="x")}, "storage.fee.amount"),
        ({"goods": goods(pieces=0)}, "goods.pieces"),
        ({"goods": goods(quantity=Quantity(20_001, TNE))}, "lots"),
        ({"goods": goods(quantity=Quantity(20_000, Unit.of("KGM")))}, "goods.quantity"),
        ({"lots": (replace(LOTS[0], site=Site("CNFOS-1")), LOTS[1])}, "lots[0].site"),
        (
            {"lots": (LOTS[0], replace(LOTS[1], quantity=Quantity(10_000, Unit.of("KGM"))))},
            "lots[1].quantity",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_by_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        receipt(**changed)
    assert refused.value.code == "ReceiptFieldInvalid"
    assert refused.value.facts["field"] == field


def test_the_same_lot_twice_is_refused_before_anything_is_hashed() -> None:
    with pytest.raises(DomainError) as refused:
        receipt(lots=(LOTS[0], replace(LOTS[0], serial="c-01")))
    assert refused.value.code == "LotStatedTwice"


def test_storage_for_nothing_and_no_insurance_are_possible() -> None:
    plain = receipt(fee=StorageFee(price=Money(0, CNY), basis="free"), insurance=None, valuation=None)
    assert not [name for name in plain.fields() if name.startswith(("insurance", "valuation"))]


def test_fields_say_what_the_document_says() -> None:
    fields = receipt().fields()
    assert fields["goods.quantity"] == "20.000 TNE"
    assert fields["insurance.amount"] == "8000000 CNY"
    assert fields["storage.to"] == "2027-04-30"
    assert fields["lots[1].serial"] == "C-2"
    assert fields["storage.site"] == "CNTAO-DAGANG-7"
    assert "lots[0].bay" not in fields


def salted() -> SaltedDocument:
    return salt_fields(receipt().fields())


def test_a_disclosure_shows_what_was_asked_for_and_nothing_else() -> None:
    document = salted()
    shown = document.disclose(["goods", "lots[0]", "depositor.name"])
    values = verify_disclosure(shown, root=document.root)
    assert values["goods.quantity"] == "20.000 TNE"
    assert {name for name in values if name.startswith("lots")} == {
        "lots[0].maker",
        "lots[0].serial",
        "lots[0].quantity",
    }
    assert "depositor.address" not in values
    assert not missing_elements({*values, *shown.hidden})
    assert set(shown.hidden) == set(receipt().fields()) - set(values)


def test_equal_values_have_unlike_hashes_and_every_salting_another_root() -> None:
    first, second = salted(), salted()
    assert len({field.salt for field in (*first.fields, *second.fields)}) == 2 * len(first.fields)
    assert len({field.hash for field in first.fields}) == len(first.fields)
    assert first.root != second.root


def test_unknown_fields_cannot_be_disclosed() -> None:
    for name in ("good", "goods.", "lots[9]", ""):
        with pytest.raises(DomainError) as refused:
            salted().disclose([name])
        assert refused.value.code == "DisclosureFieldUnknown"


def refused_field(disclosure: Disclosure, root: bytes) -> object:
    with pytest.raises(DomainError) as refused:
        verify_disclosure(disclosure, root=root)
    assert refused.value.code == "DisclosureInvalid"
    return refused.value.facts["field"]


def test_whatever_is_changed_in_a_disclosure_is_found() -> None:
    document = salted()
    good = document.disclose(["goods.quantity", "goods.marks"])
    marks, quantity = good.shown
    hidden = dict(good.hidden)
    first = next(iter(hidden))
    forged = [
        replace(good, shown=(marks, replace(quantity, value="40.000 TNE"))),
        replace(good, shown=(marks, replace(quantity, salt=bytes(32)))),
        replace(good, shown=(marks, replace(quantity, name="goods.weight"))),
        replace(good, shown=(marks,)),
        replace(good, shown=(replace(marks, name=quantity.name), replace(quantity, name=marks.name))),
        replace(good, hidden={name: hashed for name, hashed in hidden.items() if name != first}),
        replace(good, hidden={**hidden, first: bytes(32)}),
        replace(good, hidden={**hidden, "insurance.more": bytes(32)}),
    ]
    for disclosure in forged:
        assert refused_field(disclosure, document.root) == "root"
    assert refused_field(replace(good, shown=(marks, marks, quantity)), document.root) == marks.name
    assert (
        refused_field(replace(good, hidden={**hidden, marks.name: marks.hash}), document.root) == marks.name
    )
    assert refused_field(replace(good, hidden={**hidden, first: b"short"}), document.root) == first
    short = replace(quantity, salt=b"short")
    assert refused_field(replace(good, shown=(marks, short)), document.root) == "goods.quantity"
    assert refused_field(good, bytes(32)) == "root"
    assert verify_disclosure(good, root=document.root)["goods.quantity"] == "20.000 TNE"


def test_a_document_with_two_quantities_has_no_root_that_both_lenders_accept() -> None:
    """The keeper hashes one name twice, to show one value to each lender; a root has each name once."""
    document = salted()
    other = replace(document.fields[0], value="something else", salt=bytes(range(32)))
    doubled = SaltedDocument((*document.fields, other))
    shown = [
        Disclosure(
            shown=(field,), hidden={each.name: each.hash for each in doubled.fields if each is not field}
        )
        for field in (document.fields[0], other)
    ]
    for disclosure in shown:
        assert refused_field(disclosure, doubled.root) == other.name


@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), min_size=1, max_size=8), st.data()
)
def test_any_subset_verifies_and_the_root_does_not_depend_on_it(
    values: dict[str, str], data: st.DataObject
) -> None:
    document = salt_fields(values)
    names = data.draw(st.sets(st.sampled_from(sorted(values))))
    shown = verify_disclosure(document.disclose(names), root=document.root)
    assert names <= set(shown)
    assert all(values[name] == value for name, value in shown.items())


def test_the_boundary_between_names_values_and_fields_is_part_of_the_root() -> None:
    salt = bytes(range(32))
    made = [
        salt_fields(values, new_salt=lambda: salt)
        for values in ({"ab": "c"}, {"a": "bc"}, {"a": "b", "c": ""})
    ]
    assert len({document.root for document in made}) == 3
    assert len({document.fields[0].hash for document in made}) == 3
    assert fields_root({}) != fields_root({"": bytes(32)})
