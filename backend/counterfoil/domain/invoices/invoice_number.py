"""One spelling for each invoice number, and the fingerprint that goes on chain instead of it.

Invariant 4 says that the same invoice in another spelling is the same invoice. What is folded: letter case,
width and other compatibility forms (NFKC), whitespace, invisible characters, dash variants, digits of other
scripts, leading zeros in every run of digits, and Cyrillic or Greek letters that look like Latin ones. What
is not folded: punctuation, and O against 0 or I against 1, which sellers do use side by side.
"""

from __future__ import annotations

import re
import unicodedata

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.keyed_hash import FINGERPRINT_KEY_LENGTH, KEY_BYTES, keyed_hash

NUMBER_EMPTY = declare(
    "InvoiceNumberEmpty",
    "the invoice number {number!r} contains nothing that identifies an invoice",
    "State the number that the seller printed on the invoice.",
)
FINGERPRINT_WITHOUT_SELLER = declare(
    "FingerprintWithoutSeller",
    "an invoice cannot be fingerprinted without its seller's party key",
    "Register the seller first.",
)

_MAX_FOLDS = 8
_DOMAIN = b"counterfoil/invoice-fingerprint/v1"
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_PLAIN = re.compile(r"[A-Z0-9\-/._#]*")
# Drawn as nothing although Unicode counts them as letters or marks.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Drawn as a dash although their category is not Pd.
_DASHES = frozenset("\u2212\u2043\u02d7\u30fc\u2796\u23af\u2500\u2501")
_LOOKALIKES = str.maketrans(
    # Cyrillic, then Greek capitals; each stands above the Latin letter that a reader takes it for.
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u04ae"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "ABESIJKMHOPCTYXYABEZHIKMNOPTYX",
)
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")


def canonical_invoice_number(text: str) -> str:
    """The one spelling under which an invoice number is compared. Idempotent; may be empty."""
    if _PLAIN.fullmatch(text):  # nearly all numbers: nothing to fold but zeros
        return _ZEROS.sub("", text)
    # Taking a character out can make its neighbours combine, so fold until nothing changes any more.
    for _ in range(_MAX_FOLDS):
        before, text = text, _fold(text)
        if text == before:
            break
    return text


def canonical_without_separators(text: str) -> str:
    """The same spelling with letters and digits only, and zeros folded after the rest has closed up.

    For numbers that one writer groups with dashes, slashes or points and the next does not. Idempotent; may
    be empty.
    """
    if text.isascii():  # nothing but case to fold, and nothing that could combine
        return _ZEROS.sub("", "".join(filter(str.isalnum, text.upper())))
    for _ in range(_MAX_FOLDS):
        before, text = text, "".join(filter(str.isalnum, _fold_characters(text)))
        if text == before:
            break
    return _ZEROS.sub("", text)


def _fold(text: str) -> str:
    return _ZEROS.sub("", _fold_characters(text))


def _fold_characters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).upper()
    kept = "".join(_folded(character) for character in unicodedata.normalize("NFKC", folded))
    return kept.translate(_LOOKALIKES)


def _folded(character: str) -> str:
    category = unicodedata.category(character)
    if is_invisible(character):
        return ""
    if category == "Pd" or character in _DASHES:
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return character


def is_invisible(character: str) -> bool:
    """True for whitespace, controls, format characters, variation selectors and blank letters."""
    category = unicodedata.category(character)
    return (
        category[0] in "ZC"
        or character in _BLANKS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def hidden_characters(text: str) -> tuple[str, ...]:
    """Code points in the text that a reader cannot see, other than ordinary spaces, as U+200B."""
    return tuple(
        f"U+{ord(character):04X}" for character in text if character != " " and is_invisible(character)
    )


def mixed_scripts(text: str) -> tuple[str, ...]:
    """The look-alike scripts that the letters come from, where they are more than one; else empty.

    Chinese, Japanese or Arabic letters beside Latin ones are ordinary and cannot be taken for each other,
    so only scripts with Latin look-alikes count.
    """
    found: set[str] = set()
    for character in unicodedata.normalize("NFKC", text):
        if character.isalpha() and not character.isascii():
            name = unicodedata.name(character, "")
            found.update(script for script in _SCRIPTS if name.startswith(script))
        elif character.isalpha():
            found.add("LATIN")
    return tuple(sorted(found)) if len(found) > 1 else ()


def invoice_fingerprint(*, key: bytes, seller_id: str, number: str) -> bytes:
    """32 bytes that stand for an invoice on chain: HMAC-SHA256 of seller and canonical number.

    key: 32 secret bytes held by the members; without them an invoice number cannot be guessed from the
    chain by trying numbers. seller_id: the key of the seller in the party registry, which the registry
    resolves from any identifier that a document states (see party_id.party_keys); a raw identifier would
    give one invoice two fingerprints when one format states the VAT number and another the company number.

    Raises DomainError FingerprintKeyLength, FingerprintWithoutSeller or InvoiceNumberEmpty.
    """
    if len(key) != KEY_BYTES:
        raise DomainError(FINGERPRINT_KEY_LENGTH, length=len(key))
    if not seller_id:
        raise DomainError(FINGERPRINT_WITHOUT_SELLER)
    canonical = canonical_invoice_number(number)
    if not any(character.isalnum() for character in canonical):
        raise DomainError(NUMBER_EMPTY, number=number)
    return keyed_hash(key=key, domain=_DOMAIN, fields=(seller_id, canonical))
