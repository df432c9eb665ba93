"""Simple interest, against exact fractions."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.interest import day_of, owed_minor, simple_interest_minor

AMOUNTS = st.integers(1, 2**48 - 1)
RATES = st.integers(0, 10_000)
BASES = st.sampled_from([360, 365])
DAYS = st.integers(0, 20_000)


@given(AMOUNTS, RATES, BASES, DAYS)
def test_interest_is_the_exact_fraction_rounded_half_up(
    principal: int, rate_bps: int, basis: int, days: int
) -> None:
    exact = Fraction(principal) * rate_bps * days / (10_000 * basis)
    found = simple_interest_minor(
        principal_minor=principal, rate_bps=rate_bps, day_basis=basis, days_run=days
    )
    assert found == floor(exact + Fraction(1, 2))


@given(AMOUNTS, st.integers(0, 2**47), RATES, BASES, DAYS)
def test_a_debt_never_outgrows_the_ledgers_amounts(
    principal: int, interest: int, rate_bps: int, basis: int, days: int
) -> None:
    interest = min(interest, 2**48 - 1 - principal)
    owed = owed_minor(
        principal_minor=principal,
        interest_minor=interest,
        rate_bps=rate_bps,
        day_basis=basis,
        days_run=days,
    )
    assert interest <= owed <= 2**48 - 1 - principal


def test_without_principal_nothing_accrues() -> None:
    owed = owed_minor(principal_minor=0, interest_minor=7, rate_bps=10_000, day_basis=360, days_run=9_999)
    assert owed == 7


def test_days_change_at_midnight_utc() -> None:
    assert (day_of(86_399), day_of(86_400), day_of(172_799)) == (0, 1, 1)
