"""Money: an integer of minor units and a currency. No floats, anywhere.

Exponents and numeric codes come from the iso4217 package, which carries the tables of the ISO 4217
maintenance agency.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import iso4217

from counterfoil.domain.errors import DomainError, declare

UNKNOWN_CURRENCY = declare(
    "UnknownCurrency",
    "{code} is not an ISO 4217 currency code",
    "State the currency with its three-letter code, for example EUR or CNY.",
)
CURRENCY_WITHOUT_UNIT = declare(
    "CurrencyWithoutMinorUnit",
    "{code} has no minor unit and cannot be used for amounts",
    "Use a currency of payment.",
)
CURRENCY_MISMATCH = declare(
    "CurrencyMismatch",
    "amounts of {left} and {right} cannot be combined",
    "Convert nothing silently: keep one note a currency.",
)
AMOUNT_TOO_PRECISE = declare(
    "AmountTooPrecise",
    "{amount} {currency} has more decimals than the currency's {exponent}",
    "State the amount in whole minor units.",
)
AMOUNT_OUT_OF_RANGE = declare(
    "AmountOutOfRange",
    "{amount_minor} minor units do not fit the ledger's range of 0 to {maximum_minor}",
    "Split the amount over several notes.",
)

MAX_AMOUNT_MINOR = 2**48 - 1
"""The ledger packs amounts into 48 bits: 2.8 million million minor units."""


@dataclass(frozen=True, slots=True, order=True)
class Currency:
    """An ISO 4217 currency. code: three letters; numeric: 1..999; exponent: decimals of the minor unit."""

    code: str
    numeric: int
    exponent: int

    @classmethod
    def of(cls, code: str) -> Currency:
        """The currency of a three-letter code. Raises UnknownCurrency or CurrencyWithoutMinorUnit."""
        try:
            found = iso4217.Currency(code.strip().upper())
        except (ValueError, KeyError):
            raise DomainError(UNKNOWN_CURRENCY, code=code) from None
        return cls._from(found)

    @classmethod
    def of_numeric(cls, numeric: int) -> Currency:
        """The currency of a numeric code, as the chain stores it. Raises DomainError UnknownCurrency."""
        for found in iso4217.Currency:
            if found.number == numeric:
                return cls._from(found)
        raise DomainError(UNKNOWN_CURRENCY, code=numeric)

    @classmethod
    def _from(cls, found: iso4217.Currency) -> Currency:
        if found.exponent is None or found.number is None:
            raise DomainError(CURRENCY_WITHOUT_UNIT, code=found.code)
        return cls(found.code, found.number, found.exponent)

    def minor(self, amount: Decimal) -> int:
        """The amount in minor units, exactly. Raises AmountTooPrecise where a fraction is left."""
        scaled = amount.scaleb(self.exponent)
        if scaled != scaled.to_integral_value():
            raise DomainError(AMOUNT_TOO_PRECISE, amount=amount, currency=self.code, exponent=self.exponent)
        return int(scaled)

    def round_minor(self, amount: Decimal) -> int:
        """The amount in minor units, half away from zero: the rounding of EN 16931 totals."""
        return int(amount.scaleb(self.exponent).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    def major(self, amount_minor: int) -> Decimal:
        """Minor units as a decimal amount."""
        return Decimal(amount_minor).scaleb(-self.exponent)

    def format(self, amount_minor: int) -> str:
        """For people: 1,234.56 EUR."""
        return f"{self.major(amount_minor):,.{self.exponent}f} {self.code}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency; may be negative in documents, never on the ledger."""

    minor: int
    currency: Currency

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise DomainError(CURRENCY_MISMATCH, left=self.currency.code, right=other.currency.code)
        return other.minor

    def __str__(self) -> str:
        return self.currency.format(self.minor)


def check_ledger_amount(amount_minor: int) -> int:
    """The amount, if it fits the ledger. Raises DomainError AmountOutOfRange."""
    if not 0 <= amount_minor <= MAX_AMOUNT_MINOR:
        raise DomainError(AMOUNT_OUT_OF_RANGE, amount_minor=amount_minor, maximum_minor=MAX_AMOUNT_MINOR)
    return amount_minor
