"""Goods in store: what they are, how they are measured, and the keys by which the ledger knows them.

A quantity is a whole number of the smallest steps of a unit (for 1.250 t with three decimals: 1250), as the
contracts hold it. Unit and decimals are part of the good's key: the chain stores bare numbers, and 1250 must
never mean tonnes to one member and kilograms to the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from eth_utils import keccak

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number

UNIT_UNKNOWN = declare(
    "UnitUnknown",
    "{unit} is not a unit in which goods are stored here",
    "State the unit with its UN/ECE Recommendation 20 code, for example TNE, KGM, MTQ or C62.",
)
UNIT_DECIMALS_INVALID = declare(
    "UnitDecimalsInvalid",
    "decimals: {decimals} is not possible for {unit}, at most {most} are",
    "State fewer decimals; pieces have none.",
)
GOODS_FIELD_EMPTY = declare(
    "GoodsFieldEmpty",
    "{field}: {value!r} contains nothing that identifies it",
    "State it as the catalogue of goods or the keeper's plan of sites does.",
)
QUANTITY_MALFORMED = declare(
    "QuantityMalformed",
    "{field}: {text!r} is not a plain decimal number",
    "Write digits and at most one point, such as 25.125, without unit, exponent or separators.",
)
QUANTITY_TOO_PRECISE = declare(
    "QuantityTooPrecise",
    "{field}: {text} {unit} has more decimals than the {decimals} of this good",
    "State the quantity in whole steps of the good's unit.",
)
QUANTITY_NOT_POSITIVE = declare(
    "QuantityNotPositive",
    "{field}: {text} {unit} is not above zero",
    "State how much there is.",
)
QUANTITY_OUT_OF_RANGE = declare(
    "QuantityOutOfRange",
    "{field}: {text} {unit} is more than the ledger holds, {most} {unit}",
    "Use a larger unit or fewer decimals for this good.",
)
QUANTITY_OF_ANOTHER_UNIT = declare(
    "QuantityOfAnotherUnit",
    "quantities in {left} and {right} cannot be combined",
    "Convert nothing silently: keep one unit a good.",
)
PARTS_DIFFER_FROM_WHOLE = declare(
    "PartsDifferFromWhole",
    "the parts sum to {parts_steps} steps, the whole has {whole_steps}",
    "State parts that make up the whole exactly, each above zero.",
)

MAX_STEPS = 2**64 - 1
"""The contracts hold a quantity in 64 bits."""
MOST_DECIMALS = 9

_GOOD_DOMAIN = "counterfoil/good/v1"
_SITE_DOMAIN = "counterfoil/site/v1"
_QUANTITY = re.compile(r"([+-]?)([0-9]{1,30})(?:\.([0-9]{1,30}))?")
_DIVISIBLE = MappingProxyType(
    {
        "TNE": "tonne",
        "KGM": "kilogram",
        "GRM": "gram",
        "DTN": "decitonne",
        "STN": "short ton",
        "LTN": "long ton",
        "LBR": "pound",
        "APZ": "troy ounce",
        "MTQ": "cubic metre",
        "LTR": "litre",
        "HLT": "hectolitre",
        "BLL": "barrel",
        "GLL": "US gallon",
        "MTR": "metre",
        "KMT": "kilometre",
        "MTK": "square metre",
    }
)
_COUNTED = MappingProxyType(
    {
        "C62": "one",
        "H87": "piece",
        "NAR": "number of articles",
        "PR": "pair",
        "SET": "set",
        "DZN": "dozen",
    }
)
_USUAL_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure. code: UN/ECE Recommendation 20; decimals: 0..9, one step is 10**-decimals units."""

    code: str
    decimals: int

    def __post_init__(self) -> None:
        if self.code not in _DIVISIBLE and self.code not in _COUNTED:
            raise DomainError(UNIT_UNKNOWN, unit=self.code)
        most = MOST_DECIMALS if self.code in _DIVISIBLE else 0
        if not 0 <= self.decimals <= most:
            raise DomainError(UNIT_DECIMALS_INVALID, unit=self.code, decimals=self.decimals, most=most)

    @classmethod
    def of(cls, code: str, *, decimals: int | None = None) -> Unit:
        """The unit of a code in any case. decimals: 3 where nothing is stated, 0 for what is counted.

        Raises DomainError UnitUnknown or UnitDecimalsInvalid.
        """
        folded = canonical_invoice_number(code)
        usual = 0 if folded in _COUNTED else _USUAL_DECIMALS
        return cls(folded, usual if decimals is None else decimals)

    @property
    def name(self) -> str:
        """The unit in words."""
        return _DIVISIBLE.get(self.code) or _COUNTED[self.code]


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much of a good. steps: 1..2**64-1 of 10**-decimals units."""

    steps: int
    unit: Unit

    def __post_init__(self) -> None:
        _check_range(
            self.steps, self.unit, field="quantity", text=f"{_plain(self.steps, self.unit.decimals)}"
        )

    @classmethod
    def parse(cls, text: str, unit: Unit, *, field: str = "quantity") -> Quantity:
        """The quantity of a decimal text such as 25.125, exactly; never through a binary float.

        field: how a refusal names it. Raises DomainError QuantityMalformed, QuantityTooPrecise,
        QuantityNotPositive or QuantityOutOfRange.
        """
        stripped = text.strip()
        match = _QUANTITY.fullmatch(stripped)
        if match is None:
            raise DomainError(QUANTITY_MALFORMED, field=field, text=text[:60])
        sign, whole, fraction = match[1], match[2], (match[3] or "").rstrip("0")
        if len(fraction) > unit.decimals:
            raise DomainError(
                QUANTITY_TOO_PRECISE, field=field, text=stripped, unit=unit.code, decimals=unit.decimals
            )
        steps = int(whole + fraction.ljust(unit.decimals, "0"))
        _check_range(-steps if sign == "-" else steps, unit, field=field, text=stripped)
        return cls(steps, unit)

    @property
    def amount(self) -> Decimal:
        """In units, exactly."""
        return Decimal(self.steps).scaleb(-self.unit.decimals)

    def __str__(self) -> str:
        return f"{_plain(self.steps, self.unit.decimals)} {self.unit.code}"

    def __add__(self, other: Quantity) -> Quantity:
        """The merged quantity. Raises QuantityOfAnotherUnit or QuantityOutOfRange."""
        return Quantity(self.steps + self._same(other), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        """What is left. Raises QuantityOfAnotherUnit, or QuantityNotPositive where nothing is."""
        return Quantity(self.steps - self._same(other), self.unit)

    def split(self, parts: Sequence[Quantity]) -> tuple[Quantity, ...]:
        """The parts, if they make up this quantity. Raises PartsDifferFromWhole, QuantityOfAnotherUnit."""
        total = sum(self._same(part) for part in parts)
        if total != self.steps:
            raise DomainError(PARTS_DIFFER_FROM_WHOLE, parts_steps=total, whole_steps=self.steps)
        return tuple(parts)

    def _same(self, other: Quantity) -> int:
        if other.unit != self.unit:
            raise DomainError(
                QUANTITY_OF_ANOTHER_UNIT, left=_unit_text(self.unit), right=_unit_text(other.unit)
            )
        return other.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A kind of goods. code: of the consortium's catalogue; grade: quality; name: for people, not in the key.

    Raises DomainError GoodsFieldEmpty naming good.code or good.grade.
    """

    code: str
    grade: str
    unit: Unit
    name: str = ""

    def __post_init__(self) -> None:
        require_identifying("good.code", self.code)
        require_identifying("good.grade", self.grade)

    @property
    def canonical_text(self) -> str:
        """What the key is the hash of: code and grade in one spelling, unit and decimals, a line each.

        No canonical field contains a line break, so fields cannot run into each other.
        """
        code, grade = canonical_invoice_number(self.code), canonical_invoice_number(self.grade)
        return "\n".join((_GOOD_DOMAIN, code, grade, self.unit.code, str(self.unit.decimals)))

    @property
    def key(self) -> bytes:
        """32 bytes: keccak256 of the canonical text. Without a secret: everybody may know what is stored."""
        return keccak(text=self.canonical_text)

    def quantity(self, text: str, *, field: str = "quantity") -> Quantity:
        """So much of this good. Raises as Quantity.parse."""
        return Quantity.parse(text, self.unit, field=field)


@dataclass(frozen=True, slots=True)
class Site:
    """A place of storage. code: unique in the consortium, whoever keeps goods there.

    Two keepers in one shed must state the same code, or the same heap could be counted for both; so the code
    is that of the place (UN/LOCODE, terminal, shed: CNTAO-DAGANG-7) and not a keeper's own short one. Raises
    DomainError GoodsFieldEmpty naming site.
    """

    code: str

    def __post_init__(self) -> None:
        require_identifying("site", self.code)

    @property
    def canonical_code(self) -> str:
        """The code in one spelling."""
        return canonical_invoice_number(self.code)

    @property
    def key(self) -> bytes:
        """32 bytes: keccak256 of the canonical text."""
        return keccak(text=f"{_SITE_DOMAIN}\n{self.canonical_code}")


def divide_value(value_minor: int, whole_steps: int, parts_steps: Sequence[int]) -> tuple[int, ...]:
    """A declared value divided over the parts of a quantity, in minor units; the sum is always the value.

    As the contracts do it: value * part / whole, rounded down, and the last part takes what is left. Raises
    DomainError PartsDifferFromWhole where the parts are not all above zero or do not make up the whole.
    """
    if sum(parts_steps) != whole_steps or any(part < 1 for part in parts_steps):
        raise DomainError(PARTS_DIFFER_FROM_WHOLE, parts_steps=sum(parts_steps), whole_steps=whole_steps)
    values = [value_minor * part // whole_steps for part in parts_steps[:-1]]
    return (*values, value_minor - sum(values))


def require_identifying(field: str, value: str) -> str:
    """The value, if a letter or digit is left of it in canonical spelling. Raises GoodsFieldEmpty."""
    if not any(character.isalnum() for character in canonical_invoice_number(value)):
        raise DomainError(GOODS_FIELD_EMPTY, field=field, value=value[:60])
    return value


def _check_range(steps: int, unit: Unit, *, field: str, text: str) -> None:
    if steps <= 0:
        raise DomainError(QUANTITY_NOT_POSITIVE, field=field, text=text, unit=unit.code)
    if steps > MAX_STEPS:
        most = _plain(MAX_STEPS, unit.decimals)
        raise DomainError(QUANTITY_OUT_OF_RANGE, field=field, text=text, unit=unit.code, most=most)


def _plain(steps: int, decimals: int) -> str:
    whole, fraction = divmod(abs(steps), 10**decimals)
    text = f"{whole}.{fraction:0{decimals}d}" if decimals else str(whole)
    return f"-{text}" if steps < 0 else text


def _unit_text(unit: Unit) -> str:
    return f"{unit.code} with {unit.decimals} decimals"
