"""Identifiers of legal entities: one spelling each, their check digits, and the keys a registry resolves.

Documents name the same company by different identifiers: the UBL version states a company number, the CII
version only the VAT number. So no single identifier is "the" seller. `party_keys` gives every key under
which a party may be known; the party registry keeps them as aliases of one party, refuses a document whose
keys lead to two parties, and everything that must not depend on the format (the invoice fingerprint above
all) uses the registry's party key.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from stdnum import ean, get_cc_module, lei
from stdnum.cn import uscc

from counterfoil.domain.errors import declare
from counterfoil.domain.invoices.invoice import Finding, IdScheme, InvoiceParty, PartyIdentifier, Severity
from counterfoil.domain.invoices.invoice_findings import found

PARTY_ID_CHECK_DIGIT = declare(
    "PartyIdCheckFailed",
    "the {scheme} {value} of {party} fails its own check",
    "Compare it with the register of companies and have the document corrected.",
)
SELLER_WITHOUT_ID = declare(
    "SellerWithoutIdentifier",
    "the seller {party} states no identifier of a legal entity",
    "The seller must state a VAT number, a company number, a USCC, an LEI or a GLN (BR-CO-26).",
)
BUYER_WITHOUT_ID = declare(
    "BuyerWithoutIdentifier",
    "the buyer {party} states no identifier of a legal entity and can only be told by its name",
    "Have the seller state the buyer's VAT or company number; compare the name before confirming.",
)

_NOT_ALNUM = re.compile(r"[^A-Z0-9]")
_USCC_SHAPE = re.compile(r"[0-9A-Z]{18}")
_STRENGTH = {scheme: rank for rank, scheme in enumerate(IdScheme)}
_WEAK = frozenset({IdScheme.ENDPOINT, IdScheme.OTHER})
_COMPACT = frozenset({IdScheme.USCC, IdScheme.LEI, IdScheme.VAT, IdScheme.GLN})
# EAS codes of VAT numbers, of the published code list; the country decides which check applies.
_VAT_EAS = {
    "9910": "HU", "9914": "AT", "9915": "AT", "9918": "", "9919": "AT", "9920": "ES", "9922": "AD",
    "9923": "AL", "9924": "BA", "9925": "BE", "9926": "BG", "9927": "CH", "9928": "CY", "9929": "CZ",
    "9930": "DE", "9931": "EE", "9932": "GB", "9933": "GR", "9934": "HR", "9935": "IE", "9936": "LI",
    "9937": "LT", "9938": "LU", "9939": "LV", "9940": "MC", "9941": "ME", "9942": "MK", "9943": "MT",
    "9944": "NL", "9945": "PL", "9946": "PT", "9947": "RO", "9948": "RS", "9949": "SI", "9950": "SK",
    "9951": "SM", "9952": "TR", "9953": "VA", "9957": "FR", "0211": "IT", "0223": "",
}  # fmt: skip
_NOT_VAT_EAS = frozenset({"9915", "9918", "9919"})


def scheme_of(scheme_code: str | None, value: str, *, country: str | None) -> IdScheme | None:
    """What an ICD or EAS code says about an identifier; None where it says nothing.

    A value of USCC shape whose party sits in China is a USCC whatever the code: no ICD code is in use
    for it.
    """
    code = (scheme_code or "").strip().upper()
    if code == "0088":
        return IdScheme.GLN
    if code == "0199":
        return IdScheme.LEI
    if country == "CN" and _USCC_SHAPE.fullmatch(_compact(value)):
        return IdScheme.USCC
    if code in _VAT_EAS and code not in _NOT_VAT_EAS:
        return IdScheme.VAT
    if re.fullmatch(r"[09][0-9]{3}", code):
        return IdScheme.REGISTRATION
    return None


def canonical_party_id(scheme: IdScheme, value: str, *, country: str | None = None) -> str:
    """An identifier in one spelling: width, case, spaces and separators folded.

    A VAT number gets the prefix of its country where the document left it out and the country is known.
    """
    if scheme not in _COMPACT:
        folded = unicodedata.normalize("NFKC", value).upper()
        return "".join(folded.split())
    compact = _compact(value)
    if scheme is IdScheme.VAT and country and compact[:1].isdigit() and country != "CN":
        compact = {"GR": "EL"}.get(country, country) + compact
    return compact


def _compact(value: str) -> str:
    return _NOT_ALNUM.sub("", unicodedata.normalize("NFKC", value).upper())


def check_digit_holds(identifier: PartyIdentifier) -> bool | None:
    """True or False where the identifier carries its own check; None where there is none to apply."""
    match identifier.scheme:
        case IdScheme.USCC:
            return bool(uscc.is_valid(identifier.value))
        case IdScheme.LEI:
            return bool(lei.is_valid(identifier.value))
        case IdScheme.GLN:
            return len(identifier.value) == 13 and bool(ean.is_valid(identifier.value))
        case IdScheme.VAT:
            return _vat_holds(identifier.value)
        case IdScheme.REGISTRATION | IdScheme.ENDPOINT | IdScheme.OTHER:
            return None


@lru_cache(maxsize=4096)
def _vat_holds(value: str) -> bool | None:
    if value[:2] in ("XI", "EU") or not value[:2].isalpha():
        return None
    checker = get_cc_module(value[:2].lower(), "vat")
    return None if checker is None else bool(checker.is_valid(value))


def order_by_strength(identifiers: list[PartyIdentifier]) -> tuple[PartyIdentifier, ...]:
    """Without repetitions, strongest first; the document's order decides between equals."""
    return tuple(sorted(dict.fromkeys(identifiers), key=lambda identifier: _STRENGTH[identifier.scheme]))


def identifier_key(identifier: PartyIdentifier, *, country: str | None = None) -> str:
    """The key of one identifier in the party registry, for example vat:DE123456789.

    Numbers of a national register are unique only within it, so they carry their scheme code or country.
    """
    if identifier.scheme in _COMPACT:
        return f"{identifier.scheme}:{identifier.value}"
    return f"{identifier.scheme}:{identifier.scheme_code or country or ''}:{identifier.value}"


def party_keys(party: InvoiceParty) -> tuple[str, ...]:
    """Every key that may lead the registry to this party, strongest first; never empty.

    A number that only seller and buyer agreed on (scheme OTHER) is no key: supplier 1 of one customer is
    not supplier 1 of another. A number that fails its own check counts only where no sound one stands
    beside it. An endpoint may be a mailbox shared by a group, so it counts only where nothing stronger is
    stated; failing that, the name within its country.
    """
    stated = [identifier for identifier in party.identifiers if identifier.scheme not in _WEAK]
    sound = [identifier for identifier in stated if check_digit_holds(identifier) is not False]
    if stated:
        return tuple(identifier_key(identifier, country=party.country) for identifier in sound or stated)
    endpoints = tuple(
        identifier_key(identifier, country=party.country)
        for identifier in party.identifiers
        if identifier.scheme is IdScheme.ENDPOINT
    )
    return endpoints or (f"name:{party.country or ''}:{canonical_party_id(IdScheme.OTHER, party.name)}",)


def check_party(party: InvoiceParty, *, field: str, is_seller: bool) -> tuple[Finding, ...]:
    """Findings about a party's identifiers. field: BT-27 for a seller's name, BT-44 for a buyer's.

    A failed check of a USCC is an ERROR where no sound identifier of a legal entity stands beside it: its
    invoices come from a tax platform that issues no wrong ones. Any other failed check is a WARNING. VAT
    numbers, LEIs and GLNs are typed by senders, the standard's own examples carry invented ones, and who a
    party is, is settled when it is onboarded.
    """
    strong = [identifier for identifier in party.identifiers if identifier.scheme not in _WEAK]
    if not strong:
        code = SELLER_WITHOUT_ID if is_seller else BUYER_WITHOUT_ID
        severity = Severity.ERROR if is_seller and not party.identifiers else Severity.WARNING
        return (found(code, field, severity=severity, party=party.name or "(no name)"),)
    failed = [identifier for identifier in strong if check_digit_holds(identifier) is False]
    alone = len(failed) == len(strong)
    return tuple(
        found(
            PARTY_ID_CHECK_DIGIT,
            field,
            severity=Severity.ERROR if alone and identifier.scheme is IdScheme.USCC else Severity.WARNING,
            scheme=identifier.scheme.upper(),
            value=identifier.value,
            party=party.name,
        )
        for identifier in failed
    )
