"""One bill of lading, one key: the numbering variants that must collide, and the bills that must not."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.bill_number import KNOWN_CARRIERS, BillId, Carriers

KEY = bytes(range(32))
CARRIERS = Carriers([("MAEU", "MRKU", "SEAU"), ("MSCU", "MEDU"), ("HDMU",), ("KT",)])


def refusal(code: str, *, carrier: str, number: str) -> DomainError:
    with pytest.raises(DomainError) as refused:
        CARRIERS.bill(carrier=carrier, number=number)
    assert refused.value.code == code
    return refused.value


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("MAEU", "MAEU123456789"),
        ("MAEU", "123456789"),
        ("maeu", "maeu 123 456 789"),
        ("MRKU", "123456789"),
        ("MRKU", "MRKU-123456789"),
        ("MRKU", "MAEU123456789"),
        ("SEAU", "SEAU/123456789"),
        ("MAEU", "MAEUMAEU123456789"),
        ("MAEU", "MRKUMAEU123456789"),
        ("MAEU", "MAEU0123456789"),
        ("MAEU", "MAEU-000123456789"),
        ("MAEU", "12345-6789"),
        ("MAEU", "#123.456.789"),
        ("MAEU", "\uff2d\uff21\uff25\uff35\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19"),
        ("M\u0410EU", "\u041cAEU\u2013123456789"),
        ("MAEU", "MAEU\u200b123456789"),
    ],
)
def test_the_variants_of_carrier_agent_and_bank_are_one_bill(carrier: str, number: str) -> None:
    found = CARRIERS.bill(carrier=carrier, number=number)
    assert found == BillId("MAEU", "123456789")
    assert found.key(KEY) == BillId("MAEU", "123456789").key(KEY)


def test_equal_serial_numbers_of_other_carriers_and_other_numbers_are_other_bills() -> None:
    bills = [
        CARRIERS.bill(carrier=carrier, number=number)
        for carrier, number in [
            ("MAEU", "123456789"),
            ("MSCU", "123456789"),
            ("HDMU", "123456789"),
            ("XYZU", "123456789"),
            ("MAEU", "123456788"),
            ("MAEU", "1234567890"),
            ("MAEU", "123456789A"),
            ("MAEU", "S123456789"),
        ]
    ]
    assert len({bill.key(KEY) for bill in bills}) == len(bills)


def test_letters_that_belong_to_the_number_stay_in_it() -> None:
    assert CARRIERS.bill(carrier="HDMU", number="HDMU QSWB 0012345").number == "QSWB12345"
    assert CARRIERS.bill(carrier="HDMU", number="QSWB12345").number == "QSWB12345"
    # A code of two letters is taken off its own carrier's numbers and of nobody else's.
    assert CARRIERS.bill(carrier="KT", number="KT-77").number == "77"
    assert CARRIERS.bill(carrier="MAEU", number="KT77").number == "KT77"


@pytest.mark.parametrize("number", ["MSCU123456789", "medu 123456789", "MAEUMSCU123456789"])
def test_a_number_with_another_carriers_code_is_refused(number: str) -> None:
    facts = refusal("BillOfAnotherCarrier", carrier="MAEU", number=number).facts
    assert (facts["found"], facts["carrier"]) == ("MSCU", "MAEU")


def test_an_unknown_carrier_cannot_take_a_known_carriers_bill() -> None:
    refusal("BillOfAnotherCarrier", carrier="XYZU", number="MAEU123456789")


@pytest.mark.parametrize("number", ["", "  ", "MAEU", "MAEU-", "MAEUMRKU", "---", "ABC", "\u200b"])
def test_a_number_that_names_no_bill_is_refused(number: str) -> None:
    refusal("BillNumberEmpty", carrier="MAEU", number=number)


@pytest.mark.parametrize("carrier", ["", "M", "MAEUX", "MA3U", "12", "Maersk Line"])
def test_a_carrier_without_a_code_is_refused(carrier: str) -> None:
    refusal("CarrierCodeMalformed", carrier=carrier, number="123")


def test_a_code_belongs_to_one_carrier() -> None:
    with pytest.raises(DomainError) as refused:
        Carriers([("MAEU", "MRKU"), ("MSCU", "mrku")])
    assert refused.value.code == "CarrierCodeInTwoGroups"
    assert refused.value.facts == {"code": "MRKU", "first": "MAEU", "second": "MSCU"}


@given(
    st.text(alphabet="ABX0123456789", min_size=1, max_size=14).filter(
        lambda text: any(map(str.isdigit, text))
    ),
    st.sampled_from(["MAEU", "MRKU", "SEAU"]),
    st.sampled_from(["", "-", " ", "/", "\u2014", "."]),
)
def test_prefix_separator_and_case_never_make_another_bill(number: str, code: str, separator: str) -> None:
    plain = CARRIERS.bill(carrier="MAEU", number=number)
    assert CARRIERS.bill(carrier=code, number=f"{code}{separator}{number}") == plain
    assert CARRIERS.bill(carrier=code, number=separator.join(number).lower()) == plain
    assert CARRIERS.bill(carrier="MAEU", number=plain.number) == plain


def test_the_carriers_known_from_the_start_are_sound() -> None:
    assert KNOWN_CARRIERS.bill(carrier="MRKU", number="MAEU123456789") == BillId("MAEU", "123456789")
    assert KNOWN_CARRIERS.bill(carrier="CMAU", number="ABC1234567").carrier == "CMDU"


def test_the_key_is_fixed_for_ever_and_needs_the_secret() -> None:
    """Changing the function would let every bill already on chain in a second time."""
    parts = [b"counterfoil/bill-of-lading/v1", b"MAEU", b"123456789"]
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    expected = hmac.new(KEY, hashlib.sha256(message).digest(), hashlib.sha256).digest()
    bill = BillId("MAEU", "123456789")
    assert bill.key(KEY) == expected != bill.key(bytes(32))
    with pytest.raises(DomainError) as refused:
        bill.key(b"short")
    assert refused.value.code == "FingerprintKeyLength"
