"""Goods and quantities: exact, refused with a name, and keyed the same however they are spelled."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import MAX_STEPS, Good, Quantity, Site, Unit, divide_value

TONNE = Unit.of("TNE")
COIL = Good(code="HRC", grade="Q235B", unit=TONNE, name="hot-rolled coil")


def refusal(code: str, text: str, unit: Unit = TONNE) -> DomainError:
    with pytest.raises(DomainError) as refused:
        Quantity.parse(text, unit, field="lots[0].quantity")
    assert refused.value.code == code
    return refused.value


@pytest.mark.parametrize(
    ("text", "unit", "steps"),
    [
        ("25.125", "TNE", 25_125),
        ("25", "tne", 25_000),
        (" 0.001 ", "TNE", 1),
        ("00025.1", "TNE", 25_100),
        ("+7", "C62", 7),
        ("7.000", "C62", 7),
        ("1.50000", "KGM", 1_500),
    ],
)
def test_a_decimal_text_is_read_exactly(text: str, unit: str, steps: int) -> None:
    assert Quantity.parse(text, Unit.of(unit)).steps == steps


def test_a_number_that_no_float_holds_is_read_exactly() -> None:
    unit = Unit.of("TNE", decimals=9)
    assert Quantity.parse("9007199254.740993001", unit).steps == 9_007_199_254_740_993_001


@pytest.mark.parametrize(
    "text",
    ["", " ", "1,5", "1.5 t", "1e3", "NaN", "inf", "1.", ".5", "1_000", "\uff11", "0x10", "--1", "1.2.3"],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    assert refusal("QuantityMalformed", text).facts["field"] == "lots[0].quantity"


def test_a_fraction_below_one_step_is_refused_and_says_how_many_decimals_there_are() -> None:
    refused = refusal("QuantityTooPrecise", "1.0005")
    assert refused.facts["decimals"] == 3
    assert "lots[0].quantity" in refused.message
    assert refusal("QuantityTooPrecise", "1.5", Unit.of("C62")).facts["decimals"] == 0


@pytest.mark.parametrize("text", ["0", "0.000", "-1", "-0.5", "-0"])
def test_nothing_and_less_are_refused(text: str) -> None:
    refusal("QuantityNotPositive", text)


def test_the_largest_quantity_of_the_ledger_is_the_last_that_passes() -> None:
    unit = Unit.of("C62")
    assert Quantity.parse(str(MAX_STEPS), unit).steps == MAX_STEPS
    assert "18446744073709551615" in refusal("QuantityOutOfRange", str(MAX_STEPS + 1), unit).message
    refusal("QuantityOutOfRange", "18446744073709551.616")
    assert Quantity.parse("18446744073709551.615", TONNE).steps == MAX_STEPS
    with pytest.raises(DomainError, match="more than the ledger holds"):
        Quantity(10**60, unit)


@pytest.mark.parametrize("steps", [0, -1])
def test_a_quantity_cannot_be_made_of_nothing(steps: int) -> None:
    with pytest.raises(DomainError) as refused:
        Quantity(steps, TONNE)
    assert refused.value.code == "QuantityNotPositive"


@pytest.mark.parametrize("code", ["", "tons", "XXX", "T", "HUR"])
def test_unknown_units_are_refused(code: str) -> None:
    with pytest.raises(DomainError) as refused:
        Unit.of(code)
    assert refused.value.code == "UnitUnknown"


@pytest.mark.parametrize(("code", "decimals"), [("TNE", 10), ("TNE", -1), ("C62", 1), ("SET", 3)])
def test_pieces_have_no_fractions_and_nothing_has_ten_decimals(code: str, decimals: int) -> None:
    with pytest.raises(DomainError) as refused:
        Unit.of(code, decimals=decimals)
    assert refused.value.code == "UnitDecimalsInvalid"


@given(st.integers(1, MAX_STEPS), st.integers(0, 9))
def test_what_is_written_reads_as_the_same_quantity(steps: int, decimals: int) -> None:
    unit = Unit.of("KGM", decimals=decimals)
    quantity = Quantity(steps, unit)
    written = str(quantity).removesuffix(" KGM")
    assert Quantity.parse(written, unit) == quantity
    assert Decimal(written) == quantity.amount


def test_quantities_merge_and_part_in_one_unit_only() -> None:
    part, rest = COIL.quantity("7.125"), COIL.quantity("12.875")
    whole = part + rest
    assert whole == COIL.quantity("20")
    assert whole - part == rest
    assert whole.split([part, rest]) == (part, rest)
    for stranger in (Quantity(1, Unit.of("KGM")), Quantity(1, Unit.of("TNE", decimals=2))):
        with pytest.raises(DomainError) as refused:
            whole + stranger
        assert refused.value.code == "QuantityOfAnotherUnit"
    with pytest.raises(DomainError) as refused:
        whole.split([part, part])
    assert refused.value.facts == {"parts_steps": 14_250, "whole_steps": 20_000}
    with pytest.raises(DomainError) as refused:
        whole - whole
    assert refused.value.code == "QuantityNotPositive"
    with pytest.raises(DomainError) as refused:
        Quantity(MAX_STEPS, TONNE) + part
    assert refused.value.code == "QuantityOutOfRange"


def test_value_follows_quantity_and_the_last_part_takes_the_remainder() -> None:
    assert divide_value(100, 3, [1, 1, 1]) == (33, 33, 34)
    assert divide_value(100_001, 20_000, [7_125, 12_875]) == (35_625, 64_376)
    assert divide_value(2, 10, [3, 3, 4]) == (0, 0, 2)
    assert divide_value(5, 7, [7]) == (5,)


@given(st.integers(0, 2**48 - 1), st.lists(st.integers(1, 2**60), min_size=1, max_size=12))
def test_no_value_is_made_or_lost_by_a_division(value_minor: int, parts: list[int]) -> None:
    whole = sum(parts)
    values = divide_value(value_minor, whole, parts)
    assert sum(values) == value_minor
    assert all(
        given * whole <= value_minor * part < (given + 1) * whole
        for given, part in zip(values[:-1], parts[:-1], strict=True)
    )
    assert values[-1] * whole >= value_minor * parts[-1]


@pytest.mark.parametrize("parts", [[], [10, 1], [9], [10, 0], [11, -1]])
def test_parts_that_are_no_partition_are_refused(parts: list[int]) -> None:
    with pytest.raises(DomainError) as refused:
        divide_value(100, 10, parts)
    assert refused.value.code == "PartsDifferFromWhole"


@pytest.mark.parametrize(
    ("code", "grade"),
    [
        ("hrc", "q235b"),
        (" HRC ", "Q 235 B"),
        ("\uff28\uff32\uff23", "Q0235B"),
        ("\u041dR\u0421", "Q235\u0412"),
    ],
)
def test_a_good_has_one_key_in_every_spelling_and_language(code: str, grade: str) -> None:
    spelled = Good(code=code, grade=grade, unit=TONNE, name="\u70ed\u8f67\u5377\u677f")
    assert spelled.key == COIL.key


def test_another_grade_unit_or_scale_is_another_good() -> None:
    others = [
        Good(code="HRC", grade="Q235A", unit=TONNE),
        Good(code="CRC", grade="Q235B", unit=TONNE),
        Good(code="HRC", grade="Q235B", unit=Unit.of("KGM")),
        Good(code="HRC", grade="Q235B", unit=Unit.of("TNE", decimals=2)),
        Good(code="HRCQ", grade="235B", unit=TONNE),
        Good(code="HRC\nQ", grade="235B", unit=TONNE),
    ]
    assert len({COIL.key, *(each.key for each in others[:5])}) == 6
    assert others[5].key == others[4].key


def test_keys_of_goods_and_sites_are_fixed_for_ever() -> None:
    """Changing them would cut every receipt on chain off from its stock."""
    assert COIL.key.hex() == "97e35bdca0089f4f8254077374ec771767b3024c963a7004d9e1e45476a878db"
    assert (
        Site("CNTAO-DAGANG-7").key.hex() == "d6d6477d7491d97dd441afb1c9c427584e748ff493607baff30192f3e1f88480"
    )


def test_sites_are_the_same_in_every_spelling_and_need_one() -> None:
    site = Site("CNTAO-DAGANG-7")
    assert Site("cntao\u2013dagang\u201007").key == site.key
    assert Site("CNTAO-DAGANG-70").key != site.key
    with pytest.raises(DomainError) as refused:
        Site(" - ")
    assert refused.value.facts["field"] == "site"


@pytest.mark.parametrize(
    ("code", "grade", "field"), [("", "A", "good.code"), ("A", "\u200b--", "good.grade")]
)
def test_a_good_without_code_or_grade_is_refused(code: str, grade: str, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        Good(code=code, grade=grade, unit=TONNE)
    assert refused.value.code == "GoodsFieldEmpty"
    assert refused.value.facts["field"] == field
