"""One invoice, one fingerprint: which spellings are the same number, and which are not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice_number import (
    canonical_invoice_number,
    hidden_characters,
    invoice_fingerprint,
    mixed_scripts,
)

KEY = bytes(range(32))
PLAIN = "INV-2026-42/A"

SAME = [
    "inv-2026-42/a",
    " INV-2026-42/A ",
    "INV - 2026 - 42 / A",
    "INV-2026-0042/A",
    "INV-2026-00000042/A",
    "\uff29\uff2e\uff36\uff0d\uff12\uff10\uff12\uff16\uff0d\uff14\uff12\uff0f\uff21",
    "INV\u20132026\u201442/A",
    "INV\u22122026\u201142/A",
    "INV-20\u200b26-42/A",
    "\ufeffINV-2026-42/A\u00a0",
    "I\u00adNV-2026-42/A\u3000",
    "INV-2026-42/A\ufe0f",
    "INV-\u0662\u0660\u0662\u0666-\u0664\u0662/A",
    "\u0406NV-2026-42/\u0410",
    "\u0399NV-2026-42/\u0391",
    "\U0001d408NV-2026-42/A",
    "INV-2026-42/A\u3164",
    "INV\t-\n2026-42/A",
]

DIFFERENT = [
    "INV-2026-420/A",
    "INV-2026-42/B",
    "INV-2026-42A",
    "INV-2026-42",
    "INV-2026-402/A",
    "INV-20260-42/A",
    "1NV-2026-42/A",
    "INV_2026_42/A",
]


@pytest.mark.parametrize("spelling", SAME, ids=[ascii(spelling) for spelling in SAME])
def test_other_spellings_are_the_same_number(spelling: str) -> None:
    assert canonical_invoice_number(spelling) == PLAIN
    assert invoice_fingerprint(key=KEY, seller_id="p1", number=spelling) == invoice_fingerprint(
        key=KEY, seller_id="p1", number=PLAIN
    )


@pytest.mark.parametrize("other", DIFFERENT)
def test_other_numbers_stay_different(other: str) -> None:
    assert canonical_invoice_number(other) != PLAIN


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0", "0"),
        ("000", "0"),
        ("007", "7"),
        ("A0B00C0010", "A0B0C10"),
        ("1.0", "1.0"),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_zeros(text: str, canonical: str) -> None:
    assert canonical_invoice_number(text) == canonical


@given(st.text(max_size=40))
def test_canonical_is_stable_and_ignores_case_width_and_space(text: str) -> None:
    canonical = canonical_invoice_number(text)
    assert canonical_invoice_number(canonical) == canonical
    assert canonical_invoice_number(f" \u200b{text}\u3000") == canonical
    assert not any(character.isspace() for character in canonical)


@given(st.text(alphabet="ABCXYZ0123456789-/", min_size=1, max_size=30))
def test_full_width_lower_case_and_spaced_out_are_folded(text: str) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in text)
    assert unicodedata.normalize("NFKC", wide) == text
    canonical = canonical_invoice_number(text)
    assert canonical_invoice_number(wide) == canonical
    assert canonical_invoice_number(text.lower()) == canonical
    assert canonical_invoice_number(" ".join(text)) == canonical


def test_mixed_scripts_and_hidden_characters_are_named() -> None:
    assert mixed_scripts("R\u0415-1") == ("CYRILLIC", "LATIN")
    assert mixed_scripts("R\u0395-1") == ("GREEK", "LATIN")
    assert mixed_scripts("RE-1") == mixed_scripts("\u0420\u0415-1") == mixed_scripts("\u53d1\u7968A-1") == ()
    assert hidden_characters("A 1") == ()
    assert hidden_characters("A\u200b1\u202e") == ("U+200B", "U+202E")


def test_fingerprint_depends_on_key_seller_and_number() -> None:
    base = invoice_fingerprint(key=KEY, seller_id="p1", number="7")
    assert len(base) == 32
    others = {
        invoice_fingerprint(key=bytes(32), seller_id="p1", number="7"),
        invoice_fingerprint(key=KEY, seller_id="p2", number="7"),
        invoice_fingerprint(key=KEY, seller_id="p1", number="8"),
        invoice_fingerprint(key=KEY, seller_id="p17", number="7"),
        invoice_fingerprint(key=KEY, seller_id="p", number="17"),
        invoice_fingerprint(key=KEY, seller_id="p1", number="17"),
    }
    assert len(others) == 6
    assert base not in others


def test_fingerprint_is_fixed_for_ever() -> None:
    """Changing the function would let every invoice already on chain in a second time."""
    value = invoice_fingerprint(key=KEY, seller_id="vat:DE136695976", number="RE-2026-0042")
    assert value.hex() == "b2b1c23c2ef344d73076b077d9186fa5f07cb272745e547f08642640be4ce66b"


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_short_or_long_keys_are_refused(length: int) -> None:
    with pytest.raises(DomainError) as refused:
        invoice_fingerprint(key=bytes(length), seller_id="p1", number="7")
    assert refused.value.code == "FingerprintKeyLength"


@pytest.mark.parametrize("number", ["", "  ", "\u200b", "---", "/"])
def test_a_number_that_says_nothing_has_no_fingerprint(number: str) -> None:
    with pytest.raises(DomainError) as refused:
        invoice_fingerprint(key=KEY, seller_id="p1", number=number)
    assert refused.value.code == "InvoiceNumberEmpty"


def test_no_fingerprint_without_a_seller() -> None:
    with pytest.raises(DomainError) as refused:
        invoice_fingerprint(key=KEY, seller_id="", number="7")
    assert refused.value.code == "FingerprintWithoutSeller"
