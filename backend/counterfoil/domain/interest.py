"""Simple interest; contracts/types/Interest.sol computes the same numbers."""

from __future__ import annotations

from counterfoil.domain.money import MAX_AMOUNT_MINOR

SECONDS_A_DAY = 86_400
_BPS = 10_000


def day_of(at_s: int) -> int:
    """UTC day number of a time in seconds."""
    return at_s // SECONDS_A_DAY


def simple_interest_minor(*, principal_minor: int, rate_bps: int, day_basis: int, days_run: int) -> int:
    """principal x rate x days / (10,000 x basis), rounded half up to the minor unit.

    day_basis: 360 or 365. The first day counts, the last one does not: days_run is the difference of two UTC
    day numbers.
    """
    divisor = _BPS * day_basis
    return (principal_minor * rate_bps * days_run + divisor // 2) // divisor


def owed_minor(
    *, principal_minor: int, interest_minor: int, rate_bps: int, day_basis: int, days_run: int
) -> int:
    """Interest owed after `days_run` further days, in minor units.

    It stops where principal and interest would no longer fit the ledger's amounts.
    """
    if principal_minor == 0:
        return interest_minor
    accrued = simple_interest_minor(
        principal_minor=principal_minor, rate_bps=rate_bps, day_basis=day_basis, days_run=days_run
    )
    return min(interest_minor + accrued, MAX_AMOUNT_MINOR - principal_minor)
