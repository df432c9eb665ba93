"""Document numbers and lots: another spelling, a typing error, the next of the series, another number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.external_liens.external_lien import LotReference
from counterfoil.domain.external_liens.lot_comparison import LotRelation, fold_lot, relate_lots
from counterfoil.domain.external_liens.number_comparison import NumberRelation, fold_number, relate_numbers
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number, canonical_without_separators

R = NumberRelation
PAIRS = [
    ("RE-2026-0042", "re-2026-42", R.EQUAL),
    ("RE-2026-0042", " \uff32\uff25\u20102026\u20100042", R.EQUAL),
    ("RE-2026-0042", "RE20260042", R.SPELLING),
    ("RE-2026-0042", "RE/2026/42", R.SPELLING),
    ("B0-1SZ8", "BO-ISZ8", R.SPELLING),
    ("2026-101", "2026-11", None),
    ("2026-1010", "2026-1100", R.TYPO),
    ("RE-2026-10042", "RE-2026-1042", R.TYPO),
    ("RE-2026-10042", "RE-2026-10402", R.TYPO),
    ("RE-2026-10042", "RF-2026-10042", R.TYPO),
    ("RE-2026-10042", "RE-2026-10043", R.NEIGHBOUR),
    ("RE-2026-10042", "RE-2025-10042", R.NEIGHBOUR),
    ("26322000000418705316", "26322000001418705316", R.TYPO),
    ("26322000000418705316", "26322000000418705317", R.NEIGHBOUR),
    ("26322000000418705316", "26322000000418706416", None),
    ("INV-7", "INV-8", None),
    ("A1", "A12", None),
    ("RE-2026-10042", "RE-2026-10055", None),
    ("", "", None),
    ("--", "--", None),
]


@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_how_two_numbers_relate(one: str, other: str, expected: NumberRelation | None) -> None:
    assert relate_numbers(fold_number(one), fold_number(other)) is expected
    assert relate_numbers(fold_number(other), fold_number(one)) is expected


def test_the_first_number_of_every_series_points_at_nothing_alone() -> None:
    assert not fold_number("INV-1").is_distinctive
    assert not fold_number("RECHNUNG").is_distinctive
    assert fold_number("2026-0917").is_distinctive


NUMBERS = st.text(alphabet="0123456789ABCXZO-/. ", min_size=1, max_size=20)


@given(st.text(max_size=30))
def test_the_short_fold_of_ascii_is_the_general_one(text: str) -> None:
    folded = fold_number(text)
    confusable = str.maketrans("OQDILSBZG", "000115826")
    assert folded.canonical == canonical_invoice_number(text)
    assert folded.closed == canonical_without_separators(text).translate(confusable)


@given(NUMBERS)
def test_a_number_equals_itself_under_every_folding(number: str) -> None:
    wide = "".join(chr(ord(mark) + 0xFEE0) if "!" <= mark <= "~" else mark for mark in number)
    for other in (number, number.lower(), wide, f" {number}\u200b"):
        relation = relate_numbers(fold_number(number), fold_number(other))
        assert relation is (None if fold_number(number).is_empty else R.EQUAL)


@given(NUMBERS, NUMBERS)
def test_relating_numbers_is_symmetric(one: str, other: str) -> None:
    left, right = fold_number(one), fold_number(other)
    assert relate_numbers(left, right) is relate_numbers(right, left)


@given(NUMBERS, NUMBERS)
def test_numbers_that_relate_share_a_key_of_the_index(one: str, other: str) -> None:
    left, right = fold_number(one), fold_number(other)
    relation = relate_numbers(left, right)
    if relation in (R.EQUAL, R.SPELLING):
        assert set(left.keys()) & set(right.keys())
    elif relation is not None:
        assert left.typo_keys() & right.typo_keys()


def lot(site: str = "", bay: str = "", batch: str = "", serial: str = "") -> LotReference:
    return LotReference(site=site, bay=bay, batch=batch, serial=serial)


LOTS = [
    (lot("CNTAO-7", "A01", "B260917"), lot("cntao 7".replace(" ", "-"), "a1", "b260917"), LotRelation.EQUAL),
    (lot("CNTAO-7", "A01", "B260917"), lot("CNTAO7", "A01", "B260917"), LotRelation.EQUAL),
    (lot("CNTAO-7", "A01"), lot("CNTAO-7", "A01", "B260917", "C1"), LotRelation.COVERS),
    (lot(serial="C0045112"), lot("CNTAO-7", "A01", "B1", "C0045112"), LotRelation.COVERS),
    (lot("CNTAO-7", "A01", "B260917"), lot("CNTAO-7", "A01", "B269017"), LotRelation.TYPO),
    (lot("CNTAO-7", "A01", "B1", "C0045112"), lot("CNSHA-2", "F3", "B9", "C0045112"), LotRelation.MOVED),
    (lot("CNTAO-7", "A01", "B260917"), lot("CNTAO-7", "A01", "B260918"), None),
    (lot("CNTAO-7", "A01", "B260917"), lot("CNTAO-7", "A01", "B260955"), None),
    (lot("CNTAO-7"), lot("CNTAO-7"), None),
    (lot(batch="B1"), lot(batch="B1"), None),
    (lot(serial="12"), lot(serial="12"), None),
    (lot("CNTAO-7", "A01"), lot("CNTAO-8", "A01"), None),
    (lot(), lot(), None),
]


@pytest.mark.parametrize(("one", "other", "expected"), LOTS)
def test_how_two_lots_relate(one: LotReference, other: LotReference, expected: LotRelation | None) -> None:
    left, right = fold_lot(one), fold_lot(other)
    assert relate_lots(left, right) is expected
    assert relate_lots(right, left) is expected
    if expected is not None:
        assert set(left.anchors()) & set(right.anchors())
