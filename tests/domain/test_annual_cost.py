"""The effective annual rate, against the closed form where there is one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.domain.annual_cost import effective_annual_rate


def test_a_discount_over_a_year_is_its_own_rate() -> None:
    rate = effective_annual_rate([(0, 95_000), (365, -100_000)])
    assert rate is not None
    assert abs(rate - Decimal(5) / 95) < Decimal("1e-12")


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(20, 3650))
@settings(max_examples=40)
def test_two_payments_have_a_closed_form(drawn: int, repaid: int, days: int) -> None:
    exact = (Decimal(repaid) / drawn) ** (Decimal(365) / days) - 1
    rate = effective_annual_rate([(7, drawn), (7 + days, -repaid)])
    if Decimal("-0.98") < exact < 900_000:
        assert rate is not None
        assert abs(rate - exact) <= Decimal("1e-9") * max(1, abs(exact))


def test_an_early_repayment_costs_the_same_rate_as_a_late_one() -> None:
    # 10 percent a year, compounded: 1,100 after a year is 550 after a year and 605 a year later.
    rate = effective_annual_rate([(0, 100_000), (365, -55_000), (730, -60_500)])
    assert rate is not None
    assert abs(rate - Decimal("0.1")) < Decimal("1e-12")


@pytest.mark.parametrize("flows", [[], [(0, 5), (0, -5)], [(0, 5)], [(0, 5), (30, 5)], [(3, 10), (3, -20)]])
def test_payments_without_a_rate_have_none(flows: list[tuple[int, int]]) -> None:
    assert effective_annual_rate(flows) is None
