"""Bills of lading: one key for a carrier's number, however carrier, agent or bank writes it.

The identity is the pair of the contractual carrier and the number that it gave. The carrier's code (SCAC,
two to four letters) stands before the number in one document and is left out in the next, and a group uses
several codes, so the code is taken off the number and the group's first code put beside it. Who issues the
bill on the ledger is no part of it: carrier and agent must not both bring the same bill. Equal serial
numbers of different carriers stay different. With the keys unique on chain, a second set of originals under
the same number (the duplicates that banks met in 2023) finds its number used.

What this cannot fold: a house bill has a number of its own, so it and the master bill over the same goods
are two keys; only the containers' seal numbers (physical_lot) show that the goods are the same. A number
that was invented, O written for 0, and a bill put out again under a new number are new bills here. A code
must be in its group before the first bill that bears it: adding it later changes the keys of those bills.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.invoices.invoice_number import canonical_without_separators
from counterfoil.domain.keyed_hash import keyed_hash

CARRIER_CODE_MALFORMED = declare(
    "CarrierCodeMalformed",
    "carrier: {code!r} is not a carrier code of two to four letters",
    "State the carrier's SCAC, for example MAEU.",
)
CARRIER_CODE_IN_TWO_GROUPS = declare(
    "CarrierCodeInTwoGroups",
    "carrier: {code} belongs to {first} and to {second}",
    "Put each code into the group of the one carrier that numbers with it.",
)
BILL_NUMBER_EMPTY = declare(
    "BillNumberEmpty",
    "bill_number: {number!r} contains nothing that identifies a bill of {carrier}",
    "State the number that the carrier printed on the bill.",
)
BILL_OF_ANOTHER_CARRIER = declare(
    "BillOfAnotherCarrier",
    "bill_number: {number!r} bears the code of {found}, and the carrier stated is {carrier}",
    "State the carrier who issued the bill; a house bill bears its own carrier's number.",
)

_DOMAIN = b"counterfoil/bill-of-lading/v1"
_CODE = re.compile(r"[A-Z]{2,4}")
_SHORTEST_FOREIGN_CODE = 4


@dataclass(frozen=True, slots=True, order=True)
class BillId:
    """A bill in canonical form. carrier: the first code of its carrier's group; number: without any code."""

    carrier: str
    number: str

    def key(self, fingerprint_key: bytes) -> bytes:
        """32 bytes that stand for the bill on chain, under the consortium's 32-byte fingerprint key.

        Raises DomainError FingerprintKeyLength.
        """
        return keyed_hash(key=fingerprint_key, domain=_DOMAIN, fields=(self.carrier, self.number))


class Carriers:
    """The codes that each carrier and its agents number with.

    groups: for each carrier its codes, the one that identifies it first. A carrier outside all groups is
    known by its one code. Raises DomainError CarrierCodeMalformed or CarrierCodeInTwoGroups.
    """

    __slots__ = ("_first_of",)

    def __init__(self, groups: Iterable[Iterable[str]] = ()) -> None:
        self._first_of: dict[str, str] = {}
        for group in groups:
            codes = [_canonical_code(code) for code in group]
            for code in codes:
                known = self._first_of.setdefault(code, codes[0])
                if known != codes[0]:
                    raise DomainError(CARRIER_CODE_IN_TWO_GROUPS, code=code, first=known, second=codes[0])

    def bill(self, *, carrier: str, number: str) -> BillId:
        """The bill that a carrier's number names, in any spelling and with or without the carrier's code.

        carrier: any code of the group. Raises DomainError CarrierCodeMalformed, BillNumberEmpty, or
        BillOfAnotherCarrier where the number begins with the four-letter code of another known carrier.
        """
        stated = _canonical_code(carrier)
        first = self._first_of.get(stated, stated)
        own = sorted({stated, *(code for code, of in self._first_of.items() if of == first)}, key=_longest)
        text = canonical_without_separators(number)
        self._refuse_foreign(text, first=first, number=number)
        while found := next((code for code in own if text.startswith(code)), None):
            # Folded again: what stood behind the code may begin with zeros.
            text = canonical_without_separators(text.removeprefix(found))
        if not any(character.isdecimal() for character in text):
            raise DomainError(BILL_NUMBER_EMPTY, number=number[:60], carrier=first)
        self._refuse_foreign(text, first=first, number=number)
        return BillId(first, text)

    def _refuse_foreign(self, text: str, *, first: str, number: str) -> None:
        # Shorter codes are left alone: numbers of their own often begin with two or three letters.
        found = self._first_of.get(text[:_SHORTEST_FOREIGN_CODE], first)
        if found != first:
            raise DomainError(BILL_OF_ANOTHER_CARRIER, number=number[:60], found=found, carrier=first)


def _canonical_code(code: str) -> str:
    folded = canonical_without_separators(code)
    if not _CODE.fullmatch(folded):
        raise DomainError(CARRIER_CODE_MALFORMED, code=code[:20])
    return folded


def _longest(code: str) -> tuple[int, str]:
    return -len(code), code


# Codes under which tracking services accept one carrier's bills: second-hand, no register was read.
KNOWN_CARRIERS = Carriers(
    (
        ("MAEU", "MRKU"),
        ("MSCU", "MEDU"),
        ("CMDU", "CMAU"),
        ("COSU", "CCLU", "CBHU"),
        ("HLCU",),
        ("EGLV",),
        ("OOLU",),
        ("ONEY",),
        ("YMLU",),
        ("HDMU",),
        ("ZIMU",),
        ("SUDU",),
        ("APLU",),
        ("SMLM",),
    )
)
