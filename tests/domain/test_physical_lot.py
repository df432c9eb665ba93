"""One physical lot, one key: which descriptions are the same goods, and which are not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import Quantity, Site, Unit
from counterfoil.domain.goods.physical_lot import PhysicalLot, lot_keys

KEY = bytes(range(32))
QUANTITY = Quantity(25_125, Unit.of("TNE"))
DAGANG = Site("CNTAO-DAGANG-7")
FOSHAN = Site("CNFOS-LELIU-2")


def lot(site: Site = DAGANG, **fields: Any) -> PhysicalLot:
    return PhysicalLot(site=site, quantity=fields.pop("quantity", QUANTITY), **fields)


def coil(**fields: Any) -> PhysicalLot:
    return lot(**{"maker": "Baosteel", "serial": "HR-2026-0042", **fields})


def heap(**fields: Any) -> PhysicalLot:
    return lot(**{"bay": "A-03", "batch": "2026/117", **fields})


@pytest.mark.parametrize(
    "same",
    [
        coil(serial="hr-2026-42"),
        coil(serial=" HR \u2013 2026 \u2013 00042 ", maker="BAOSTEEL"),
        coil(serial="\uff28\uff32-\uff12\uff10\uff12\uff16-42"),
        coil(serial="\u041dR-2026-42"),
        coil(maker="Bao steel\u200b"),
        coil(site=FOSHAN),
        coil(bay="B-9", batch="another"),
        coil(quantity=Quantity(1, Unit.of("KGM"))),
        lot(maker="Baosteel", seal="HR-2026-0042"),
    ],
    ids=["case", "dashes", "width", "look-alikes", "space", "site", "bay", "quantity", "called a seal"],
)
def test_a_numbered_lot_is_the_same_wherever_it_lies_and_however_it_is_spelled(same: PhysicalLot) -> None:
    assert same.key(KEY) == coil().key(KEY)


@pytest.mark.parametrize(
    "other",
    [
        coil(serial="HR-2026-0043"),
        coil(serial="HR-2026-420"),
        coil(maker="Ansteel"),
        coil(maker="BaosteelH", serial="R-2026-0042"),
        coil(maker="Baostee", serial="lHR-2026-0042"),
        heap(),
    ],
)
def test_another_number_or_maker_is_another_lot(other: PhysicalLot) -> None:
    assert other.key(KEY) != coil().key(KEY)


def test_a_lot_without_number_is_known_by_its_place() -> None:
    base = heap().key(KEY)
    assert heap(bay="a \u2010 3", batch="2026/0117").key(KEY) == base
    assert heap(site=Site("cntao-dagang-07")).key(KEY) == base
    assert heap(maker="whoever sent it").key(KEY) == base
    others = [
        heap(site=FOSHAN),
        heap(bay="A-04"),
        heap(batch="2026/118"),
        heap(bay="A-032", batch="026/117"),
        heap(bay="2026/117", batch="A-03"),
        heap(site=Site("CNTAO-DAGANG-7A"), bay="-03"),
    ]
    assert len({base, *(each.key(KEY) for each in others)}) == 7


def test_a_number_and_a_place_with_the_same_words_are_different_lots() -> None:
    numbered = lot(site=Site("S"), maker="S", serial="B")
    placed = lot(site=Site("S"), bay="S", batch="B")
    assert numbered.key(KEY) != placed.key(KEY)


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_fields_do_not_run_into_each_other(left: str, right: str) -> None:
    """The boundary between maker and number is part of the key, wherever a letter is moved across it."""
    letters = "".join(filter(str.isalpha, left + right)) or "AB"
    pairs = [("M" + letters[:cut], letters[cut:] + "N") for cut in range(len(letters) + 1)]
    lots = [lot(maker=maker, serial=serial) for maker, serial in pairs]
    identities = {each.canonical_fields for each in lots}
    assert len({each.key(KEY) for each in lots}) == len(identities)


@given(
    st.text(alphabet="ABXYZ0123456789-/", min_size=1, max_size=24).filter(
        lambda text: any(map(str.isalnum, text))
    )
)
def test_width_case_and_spacing_never_make_another_lot(serial: str) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in serial)
    keys = {coil(serial=each).key(KEY) for each in (serial, serial.lower(), " ".join(serial), wide)}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "bay"),
        ({"bay": "A"}, "batch"),
        ({"batch": "1"}, "bay"),
        ({"bay": "--", "batch": "1"}, "bay"),
        ({"bay": "A", "batch": "\u200b"}, "batch"),
        ({"serial": "7"}, "maker"),
        ({"seal": "7"}, "maker"),
        ({"serial": "7", "maker": " "}, "maker"),
        ({"serial": " ", "maker": "M", "bay": "A", "batch": "1"}, "serial"),
        ({"seal": "#", "maker": "M"}, "seal"),
    ],
)
def test_a_lot_that_cannot_be_told_from_others_is_refused(fields: dict[str, str], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        lot(**fields)
    assert refused.value.code == "LotFieldMissing"
    assert refused.value.facts["field"] == field
    assert field in refused.value.message


def test_two_numbers_on_one_lot_are_refused() -> None:
    with pytest.raises(DomainError) as refused:
        coil(seal="S-1")
    assert refused.value.code == "LotNumberedTwice"


def test_the_same_lot_twice_in_one_receipt_is_refused_with_both_places() -> None:
    lots = [heap(), coil(), coil(site=FOSHAN, serial="hr-2026-00042")]
    with pytest.raises(DomainError) as refused:
        lot_keys(lots, fingerprint_key=KEY)
    assert refused.value.code == "LotStatedTwice"
    assert (refused.value.facts["first"], refused.value.facts["second"]) == (1, 2)
    assert lot_keys(lots[:2], fingerprint_key=KEY) == (heap().key(KEY), coil().key(KEY))


def test_the_key_needs_the_consortium_secret() -> None:
    assert coil().key(bytes(32)) != coil().key(KEY)
    for length in (0, 31, 33):
        with pytest.raises(DomainError) as refused:
            coil().key(bytes(length))
        assert refused.value.code == "FingerprintKeyLength"


def test_keys_of_lots_are_fixed_for_ever() -> None:
    """Changing them would let every lot already on chain in a second time."""
    assert coil().key(KEY).hex() == "04e26b7e35d887bd92e95607e3c077410974c53272322c584c1f4cb6f967743c"
    assert heap().key(KEY).hex() == "5b9844b30125f4fdb138ddf3977fab2b21fff711b2c8815c1049e1d444aad5b8"
