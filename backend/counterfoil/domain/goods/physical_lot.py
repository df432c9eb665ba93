"""Physical lots: the goods themselves, by the marks on them, so that nothing backs two live receipts.

A lot that carries a number of its own (a coil's serial, a container's seal) is that number of that maker and
nothing else: moved to another bay, or shown to a second keeper at another site, it is the same lot with the
same key. A lot without one is known by where it lies: site, bay and batch.

What this cannot see: a number painted over, O read for 0, a maker under two names, or a numbered lot that
one keeper states by its number and another by its place alone. Goods that never existed have keys too; that
somebody saw them, and read the numbers on them, is what an inspector attests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.goods.good import Quantity, Site
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number
from counterfoil.domain.keyed_hash import keyed_hash

LOT_FIELD_MISSING = declare(
    "LotFieldMissing",
    "{field}: {value!r} identifies nothing, and {reason}",
    "State the lot by the maker and the number on the goods, or by site, bay and batch.",
)
LOT_NUMBERED_TWICE = declare(
    "LotNumberedTwice",
    "a lot has either a serial number or a seal number, not serial {serial!r} and seal {seal!r}",
    "State the number that stays with the goods: the serial where there is one.",
)
LOT_STATED_TWICE = declare(
    "LotStatedTwice",
    "lots[{first}] and lots[{second}] are the same physical lot ({label})",
    "State each lot once; the spelling of its marks makes no other lot of it.",
)

_BY_NUMBER = b"counterfoil/physical-lot/number/v1"
_BY_PLACE = b"counterfoil/physical-lot/place/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalLot:
    """One lot as the keeper describes it; fields keep the spelling of the document.

    serial: given by the maker. seal: the number of the seal or container that closes the lot, whose maker is
    the one who set the seal. bay and batch say where it lies and from which delivery. Numbered lots need
    maker and number, others bay and batch. Raises DomainError LotFieldMissing or LotNumberedTwice.
    """

    site: Site
    quantity: Quantity
    bay: str = ""
    batch: str = ""
    maker: str = ""
    serial: str = ""
    seal: str = ""

    def __post_init__(self) -> None:
        if self.serial and self.seal:
            raise DomainError(LOT_NUMBERED_TWICE, serial=self.serial, seal=self.seal)
        if self.serial or self.seal:
            number = "serial" if self.serial else "seal"
            _require(number, self.serial or self.seal, "a number was meant to be stated")
            _require("maker", self.maker, f"a {number} number is unique only beside its maker")
        else:
            for field, value in (("bay", self.bay), ("batch", self.batch)):
                _require(field, value, "the lot has neither serial nor seal number")

    @property
    def is_numbered(self) -> bool:
        """Whether the lot is known by a number on it and not by its place."""
        return bool(self.serial or self.seal)

    @property
    def canonical_fields(self) -> tuple[str, ...]:
        """What identifies the lot, each field in one spelling: maker, number; or site, bay, batch.

        A number is the same whether it is called serial or seal: a word must not make a second lot.
        """
        if self.is_numbered:
            fields: tuple[str, ...] = (self.maker, self.serial or self.seal)
        else:
            fields = (self.site.code, self.bay, self.batch)
        return tuple(canonical_invoice_number(each) for each in fields)

    @property
    def label(self) -> str:
        """For people: the identifying fields as the document spells them."""
        if self.is_numbered:
            return f"{self.maker} {'serial' if self.serial else 'seal'} {self.serial or self.seal}"
        return f"{self.site.code} bay {self.bay} batch {self.batch}"

    def key(self, fingerprint_key: bytes) -> bytes:
        """32 bytes that stand for the lot on chain, under the consortium's 32-byte fingerprint key.

        Quantity is no part of it: half a lot is still that lot. Raises DomainError FingerprintKeyLength.
        """
        domain = _BY_NUMBER if self.is_numbered else _BY_PLACE
        return keyed_hash(key=fingerprint_key, domain=domain, fields=self.canonical_fields)


def check_distinct(lots: Sequence[PhysicalLot]) -> None:
    """Raise DomainError LotStatedTwice, naming both places, where two lots are the same."""
    found: dict[tuple[bool, tuple[str, ...]], int] = {}
    for place, lot in enumerate(lots):
        first = found.setdefault((lot.is_numbered, lot.canonical_fields), place)
        if first != place:
            raise DomainError(
                LOT_STATED_TWICE, field=f"lots[{place}]", first=first, second=place, label=lot.label
            )


def lot_keys(lots: Sequence[PhysicalLot], *, fingerprint_key: bytes) -> tuple[bytes, ...]:
    """The keys of a receipt's lots in their order. Raises DomainError LotStatedTwice naming both places."""
    check_distinct(lots)
    return tuple(lot.key(fingerprint_key) for lot in lots)


def _require(field: str, value: str, reason: str) -> None:
    if not any(character.isalnum() for character in canonical_invoice_number(value)):
        raise DomainError(LOT_FIELD_MISSING, field=field, value=value[:60], reason=reason)
