"""Identifiers: spelling, check digits, and the keys under which a registry knows a party."""

from __future__ import annotations

import pytest

from counterfoil.domain.invoices.invoice import IdScheme, InvoiceParty, PartyIdentifier, Severity
from counterfoil.domain.party_id import (
    canonical_party_id,
    check_digit_holds,
    check_party,
    order_by_strength,
    party_keys,
    scheme_of,
)


def party(*identifiers: PartyIdentifier, name: str = "Firma", country: str | None = "DE") -> InvoiceParty:
    return InvoiceParty(name=name, identifiers=order_by_strength(list(identifiers)), country=country)


def known(scheme: IdScheme, value: str, code: str | None = None) -> PartyIdentifier:
    return PartyIdentifier(scheme=scheme, value=value, scheme_code=code)


@pytest.mark.parametrize(
    ("scheme", "value", "country", "canonical"),
    [
        (IdScheme.VAT, " de 136.695.976 ", None, "DE136695976"),
        (IdScheme.VAT, "136695976", "DE", "DE136695976"),
        (IdScheme.VAT, "094019245", "GR", "EL094019245"),
        (IdScheme.VAT, "\uff24\uff25136695976", None, "DE136695976"),
        (IdScheme.USCC, "91320281ma9jl41tx0", "CN", "91320281MA9JL41TX0"),
        (IdScheme.GLN, "4012345 00000 9", None, "4012345000009"),
        (IdScheme.REGISTRATION, "hrb 4711  Wetzlar", "DE", "HRB4711WETZLAR"),
    ],
)
def test_one_spelling(scheme: IdScheme, value: str, country: str | None, canonical: str) -> None:
    assert canonical_party_id(scheme, value, country=country) == canonical


@pytest.mark.parametrize(
    ("scheme", "good", "bad"),
    [
        (IdScheme.USCC, "91320281MA9JL41TX0", "91320281MA9JL41TX1"),
        (IdScheme.USCC, "91320594MA9LC07W4B", "91320549MA9LC07W4B"),
        (IdScheme.LEI, "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R13"),
        (IdScheme.VAT, "DE136695976", "DE136695979"),
        (IdScheme.VAT, "FR40303265045", "FR41303265045"),
        (IdScheme.GLN, "4012345000009", "4012345000008"),
    ],
)
def test_check_digits(scheme: IdScheme, good: str, bad: str) -> None:
    assert check_digit_holds(known(scheme, good)) is True
    assert check_digit_holds(known(scheme, bad)) is False


@pytest.mark.parametrize("scheme", [IdScheme.REGISTRATION, IdScheme.ENDPOINT, IdScheme.OTHER])
def test_numbers_without_a_check(scheme: IdScheme) -> None:
    assert check_digit_holds(known(scheme, "123")) is None


def test_vat_of_a_country_without_a_known_check_is_not_judged() -> None:
    assert check_digit_holds(known(IdScheme.VAT, "ZZ123")) is None


@pytest.mark.parametrize(
    ("code", "value", "country", "scheme"),
    [
        ("0088", "4012345000009", "DE", IdScheme.GLN),
        ("0199", "5493001KJTIIGC8Y1R12", "DE", IdScheme.LEI),
        ("9930", "DE136695976", "DE", IdScheme.VAT),
        ("0211", "IT01598570354", "IT", IdScheme.VAT),
        ("0007", "5567321707", "SE", IdScheme.REGISTRATION),
        (None, "91320281MA9JL41TX0", "CN", IdScheme.USCC),
        (None, "91320281MA9JL41TX0", "DE", None),
        ("EM", "a@b.example", "DE", None),
        (None, "4711", "DE", None),
    ],
)
def test_schemes_of_codes(code: str | None, value: str, country: str, scheme: IdScheme | None) -> None:
    assert scheme_of(code, value, country=country) is scheme


def test_strongest_first_and_once() -> None:
    vat, lei, other = known(IdScheme.VAT, "A"), known(IdScheme.LEI, "B"), known(IdScheme.OTHER, "C")
    assert order_by_strength([other, vat, lei, vat]) == (lei, vat, other)


def test_keys_of_a_party() -> None:
    vat = known(IdScheme.VAT, "DE136695976")
    number = known(IdScheme.REGISTRATION, "HRB4711")
    coded = known(IdScheme.REGISTRATION, "5567321707", "0007")
    assert party_keys(party(number, vat, coded)) == (
        "vat:DE136695976",
        "registration:DE:HRB4711",
        "registration:0007:5567321707",
    )


def test_weak_numbers_are_no_keys() -> None:
    """Customer number 1 of one supplier is not customer number 1 of another."""
    one = known(IdScheme.OTHER, "1")
    assert party_keys(party(one, name="Alpha")) == ("name:DE:ALPHA",)
    assert not set(party_keys(party(one, name="Alpha"))) & set(party_keys(party(one, name="Beta")))
    mailbox = known(IdScheme.ENDPOINT, "X@Y", "EM")
    assert party_keys(party(one, mailbox)) == ("endpoint:EM:X@Y",)
    assert party_keys(party(mailbox, known(IdScheme.GLN, "4012345000009"))) == ("gln:4012345000009",)


def test_a_number_that_fails_its_check_counts_only_alone() -> None:
    failed = known(IdScheme.VAT, "DE136695979")
    assert party_keys(party(failed, known(IdScheme.GLN, "4012345000009"))) == ("gln:4012345000009",)
    assert party_keys(party(failed)) == ("vat:DE136695979",)


@pytest.mark.parametrize(
    ("identifiers", "is_seller", "expected"),
    [
        ([], True, [("SellerWithoutIdentifier", Severity.ERROR)]),
        ([known(IdScheme.OTHER, "1")], True, [("SellerWithoutIdentifier", Severity.WARNING)]),
        ([], False, [("BuyerWithoutIdentifier", Severity.WARNING)]),
        ([known(IdScheme.VAT, "DE136695979")], False, [("PartyIdCheckFailed", Severity.WARNING)]),
        ([known(IdScheme.USCC, "91320281MA9JL41TX1")], True, [("PartyIdCheckFailed", Severity.ERROR)]),
        (
            [known(IdScheme.USCC, "91320281MA9JL41TX1"), known(IdScheme.VAT, "DE136695976")],
            True,
            [("PartyIdCheckFailed", Severity.WARNING)],
        ),
        (
            [known(IdScheme.VAT, "DE136695979"), known(IdScheme.REGISTRATION, "1")],
            True,
            [("PartyIdCheckFailed", Severity.WARNING)],
        ),
        ([known(IdScheme.VAT, "DE136695976")], True, []),
    ],
)
def test_findings(
    identifiers: list[PartyIdentifier], is_seller: bool, expected: list[tuple[str, Severity]]
) -> None:
    found = check_party(party(*identifiers), field="BT-27", is_seller=is_seller)
    assert [(finding.code, finding.severity) for finding in found] == expected
