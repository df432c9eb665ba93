"""Rules as data: each at its edge, on its dates, and only where it applies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import Severity
from counterfoil.domain.rules import (
    RULE_BROKEN,
    RULES,
    Certainty,
    DebtorKind,
    Facts,
    FinancingFacts,
    NoteFacts,
    evaluate,
    months_after,
    require,
)

ON = date(2026, 1, 31)
NOTE = NoteFacts(
    currency="CNY",
    debtor_country="CN",
    issued_on=ON,
    maturity_on=date(2026, 7, 31),
    face_minor=100_000_000_000,
    delivered_on=date(2026, 1, 1),
    debtor_kind=DebtorKind.LARGE_ENTERPRISE,
    creditor_is_sme=True,
)
LOAN = FinancingFacts(
    currency="CNY",
    debtor_country="CN",
    drawdown_on=ON,
    registered_on=ON,
    registration_reference="REG-1",
    annual_cost_bps=2_400,
)


def said(rule_id: str, facts: Facts, *, on: date = ON) -> bool | None:
    """Whether a rule is fulfilled, None where it says nothing; switched on."""
    outcomes = evaluate(facts, on=on, switched={rule_id: True})
    found = [outcome.ok for outcome in outcomes if outcome.rule_id == rule_id]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


@pytest.mark.parametrize(
    ("maturity_on", "review", "ok"),
    [
        (date(2026, 7, 31), None, True),
        (date(2026, 8, 1), None, False),
        (date(2026, 8, 1), "", False),
        (date(2026, 8, 1), "minutes 12", True),
        (date(2027, 1, 31), "minutes 12", True),
        (date(2027, 2, 1), "minutes 12", False),
    ],
)
def test_tenor(maturity_on: date, review: str | None, ok: bool) -> None:
    facts = replace(NOTE, maturity_on=maturity_on, review_reference=review)
    assert said("CN77-11", facts) is ok


def test_the_announced_cut_is_off_until_somebody_switches_it_on() -> None:
    facts = replace(NOTE, maturity_on=date(2027, 9, 2), issued_on=date(2026, 9, 2), review_reference="m")
    assert "CN77-11-CUT" not in {each.rule_id for each in evaluate(facts, on=date(2026, 9, 2))}
    assert said("CN77-11-CUT", facts, on=date(2026, 9, 2)) is False
    assert said("CN77-11-CUT", facts, on=date(2026, 8, 31)) is None


@pytest.mark.parametrize(
    ("rule_id", "facts", "ok"),
    [
        ("BILL-sr", NOTE, True),
        ("BILL-sr", replace(NOTE, face_minor=100_000_000_001), False),
        ("CN77-15", NOTE, True),
        ("CN77-15", replace(NOTE, debtor_overdue_notes=1), False),
        ("SME-60", replace(NOTE, maturity_on=date(2026, 3, 2)), True),
        ("SME-60", replace(NOTE, maturity_on=date(2026, 3, 3)), False),
        ("SME-60", replace(NOTE, term_agreed=True), True),
        ("SME-60", replace(NOTE, debtor_kind=DebtorKind.GOVERNMENT, maturity_on=date(2026, 1, 31)), True),
        ("SME-60", replace(NOTE, debtor_kind=DebtorKind.GOVERNMENT, maturity_on=date(2026, 2, 1)), False),
        ("SME-60", replace(NOTE, debtor_kind=DebtorKind.GOVERNMENT, term_agreed=True), False),
        ("SME-60", replace(NOTE, creditor_is_sme=False), None),
        ("SME-60", replace(NOTE, delivered_on=None), None),
        ("SME-60", replace(NOTE, debtor_kind=DebtorKind.OTHER), None),
        ("CN77-13", LOAN, True),
        ("CN77-13", replace(LOAN, registered_on=date(2026, 2, 1)), False),
        ("CN77-13", replace(LOAN, registered_on=None), False),
        ("CN77-13", replace(LOAN, registration_reference=None), False),
        ("RATE-24", LOAN, True),
        ("RATE-24", replace(LOAN, annual_cost_bps=2_401), False),
        ("RATE-24", replace(LOAN, annual_cost_bps=None), False),
        ("CN77-11", LOAN, None),
        ("CN77-13", NOTE, None),
    ],
)
def test_each_rule_at_its_edge(rule_id: str, facts: Facts, ok: bool | None) -> None:
    assert said(rule_id, facts) is ok


@pytest.mark.parametrize("changed", [{"currency": "EUR"}, {"debtor_country": "DE"}])
@pytest.mark.parametrize("facts", [NOTE, LOAN], ids=["note", "financing"])
def test_other_currencies_and_debtors_are_not_asked(facts: Facts, changed: dict[str, str]) -> None:
    everything = {rule.rule_id: True for rule in RULES}
    assert evaluate(replace(facts, **changed), on=ON, switched=everything) == []


def test_before_the_day_of_entry_into_force_nothing_is_asked() -> None:
    assert said("CN77-11", NOTE, on=date(2025, 6, 14)) is None
    assert said("CN77-11", NOTE, on=date(2025, 6, 15)) is True
    ended = [replace(RULES[0], in_force_to=date(2027, 6, 14))]
    assert evaluate(NOTE, on=date(2027, 6, 14), rules=ended)
    assert not evaluate(NOTE, on=date(2027, 6, 15), rules=ended)


def test_what_is_not_verified_is_off_by_default() -> None:
    assert {rule.rule_id for rule in RULES if not rule.on_by_default} == {
        rule.rule_id for rule in RULES if rule.certainty is Certainty.NOT_VERIFIED
    }
    assert {each.rule_id for each in evaluate(LOAN, on=ON)} == {"CN77-13"}


def test_parameters_can_be_changed_without_code() -> None:
    (outcome,) = [
        each
        for each in evaluate(NOTE, on=ON, parameters={"BILL-sr": {"most_minor": 5}})
        if each.rule_id == "BILL-sr"
    ]
    assert not outcome.ok
    assert outcome.detail == "face 100000000000 fen, at most 5 in one pack"


def test_only_what_forbids_stops() -> None:
    late = replace(NOTE, maturity_on=date(2026, 7, 30))
    outcomes = evaluate(late, on=ON)
    assert [each.rule_id for each in outcomes if not each.ok] == ["SME-60"]
    assert {each.severity for each in outcomes if not each.ok} == {Severity.WARNING}
    require(outcomes)
    with pytest.raises(DomainError) as refused:
        require(evaluate(replace(late, debtor_overdue_notes=2), on=ON))
    assert refused.value.code == RULE_BROKEN
    assert refused.value.facts["rule"] == "CN77-15"
    assert refused.value.message == "CN77-15: 2 notes of the debtor are overdue"
