"""What financing costs a year, all payments counted: the rate that RATE-24 wants shown first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

_YEAR_DAYS = 365
_LOWEST = Decimal("-0.99")
_HIGHEST = Decimal(1_000_000)
_STEPS = 80
_DIGITS = 40


def effective_annual_rate(flows: Sequence[tuple[int, int]]) -> Decimal | None:
    """The internal rate of return a year, compounded, of dated flows: 0.05 is 5 percent.

    flows: (UTC day number, minor units), what the holder receives positive, what it or its asset pays back
    negative. None where no rate between -99 percent and a million exists, as for flows of one day.
    """
    if not flows:
        return None
    first_day = min(day for day, _ in flows)
    with localcontext() as context:
        context.prec = _DIGITS
        low, high = _LOWEST, _HIGHEST
        below, above = _present_value(flows, first_day, low), _present_value(flows, first_day, high)
        if below == above or (below > 0) is (above > 0):
            return None
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if (_present_value(flows, first_day, middle) > 0) is (above > 0):
                high = middle
            else:
                low = middle
        return (low + high) / 2


def _present_value(flows: Sequence[tuple[int, int]], first_day: int, rate: Decimal) -> Decimal:
    growth = 1 + rate
    return sum(
        (minor / growth ** (Decimal(day - first_day) / _YEAR_DAYS) for day, minor in flows), Decimal(0)
    )
