"""The rules of dual control, without a database."""

from __future__ import annotations

import pytest

from counterfoil.domain.access import UserRole
from counterfoil.domain.approvals import (
    Amount,
    Checker,
    CommandToDecide,
    DecisionKind,
    DecisionTaken,
    approvals_needed,
    check_decision,
    check_limit,
    check_maker,
    limit_for,
    standing_approvals,
)
from counterfoil.domain.errors import DomainError

HASH = "a" * 64
OTHER_HASH = "b" * 64
CHECKS = frozenset({UserRole.CHECKER})


def command(amount: Amount | None = None) -> CommandToDecide:
    return CommandToDecide(operation="propose_note", maker_id="mara", body_hash=HASH, amount=amount)


def checker(name: str = "chen", *, limit: int = 1000, **changed: object) -> Checker:
    values: dict[str, object] = {
        "user_id": name,
        "active": True,
        "roles": CHECKS,
        "limits": {("*", "EUR"): limit},
    }
    return Checker(**{**values, **changed})  # type: ignore[arg-type]  # values of the fields' own types


def approved(name: str, body_hash: str = HASH) -> DecisionTaken:
    return DecisionTaken(user_id=name, kind=DecisionKind.APPROVED, body_hash=body_hash)


@pytest.mark.parametrize(
    ("policy", "needed"),
    [
        ({}, 1),
        ({"*": 0}, 0),
        ({"*": 2}, 2),
        ({"*": 2, "propose_note": 0}, 0),
        ({"*": 0, "propose_note": 3}, 3),
        ({"confirm_note": 5}, 1),
    ],
)
def test_an_operations_own_number_goes_before_the_one_for_all(policy: dict[str, int], needed: int) -> None:
    assert approvals_needed(policy, "propose_note") == needed


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({}, 0),
        ({("*", "USD"): 9}, 0),
        ({("*", "EUR"): 9}, 9),
        ({("*", "EUR"): 9, ("propose_note", "EUR"): 3}, 3),
        ({("*", "EUR"): 3, ("propose_note", "EUR"): 9}, 9),
        ({("confirm_note", "EUR"): 9}, 0),
    ],
)
def test_a_limit_is_of_its_operation_and_currency(limits: dict[tuple[str, str], int], limit: int) -> None:
    assert limit_for(limits, operation="propose_note", currency="EUR") == limit


@pytest.mark.parametrize(("amount", "fits"), [(0, True), (999, True), (1000, True), (1001, False)])
def test_a_limit_is_reached_but_not_passed(amount: int, fits: bool) -> None:
    stated = Amount(minor=amount, currency="EUR")
    if fits:
        check_limit(limits={("*", "EUR"): 1000}, operation="propose_note", amount=stated)
        return
    with pytest.raises(DomainError) as refused:
        check_limit(limits={("*", "EUR"): 1000}, operation="propose_note", amount=stated)
    assert refused.value.code == "LimitTooLow"
    assert refused.value.facts["limit_minor"] == 1000


@pytest.mark.parametrize("amount", [0, 1])
def test_without_a_limit_no_amount_is_allowed(amount: int) -> None:
    with pytest.raises(DomainError) as refused:
        check_limit(limits={}, operation="propose_note", amount=Amount(minor=amount, currency="EUR"))
    assert refused.value.code == "LimitTooLow"


def test_what_is_not_about_money_needs_no_limit() -> None:
    check_limit(limits={}, operation="confirm_note", amount=None)
    check_maker(roles=[UserRole.MAKER], limits={}, operation="confirm_note", amount=None)


@pytest.mark.parametrize("roles", [[], [UserRole.CHECKER], [UserRole.ADMIN, UserRole.VIEWER]])
def test_only_makers_enter_commands(roles: list[UserRole]) -> None:
    with pytest.raises(DomainError) as refused:
        check_maker(roles=roles, limits={("*", "EUR"): 9}, operation="confirm_note", amount=None)
    assert refused.value.code == "UserRoleMissing"


def test_a_checker_decides_within_its_limit() -> None:
    amount = Amount(minor=1000, currency="EUR")
    check_decision(command(amount), checker(), DecisionKind.APPROVED, stated_hash=HASH, taken=())
    with pytest.raises(DomainError) as refused:
        check_decision(command(amount), checker(limit=999), DecisionKind.APPROVED, stated_hash=HASH, taken=())
    assert refused.value.code == "LimitTooLow"


def test_nobody_is_too_small_to_reject() -> None:
    amount = Amount(minor=10**12, currency="JPY")
    check_decision(command(amount), checker(limit=0), DecisionKind.REJECTED, stated_hash=HASH, taken=())


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_nobody_decides_about_an_own_command_whatever_its_roles(kind: DecisionKind) -> None:
    everything = checker("mara", roles=frozenset(UserRole), limit=10**15)
    with pytest.raises(DomainError) as refused:
        check_decision(command(), everything, kind, stated_hash=HASH, taken=())
    assert refused.value.code == "OwnCommand"


@pytest.mark.parametrize(
    "unfit",
    [
        {"roles": frozenset({UserRole.MAKER, UserRole.ADMIN, UserRole.VIEWER})},
        {"roles": frozenset()},
        {"active": False},
    ],
)
@pytest.mark.parametrize("kind", list(DecisionKind))
def test_only_active_checkers_decide(unfit: dict[str, object], kind: DecisionKind) -> None:
    with pytest.raises(DomainError) as refused:
        check_decision(command(), checker(**unfit), kind, stated_hash=HASH, taken=())
    assert refused.value.code == "UserRoleMissing"


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_a_decision_is_about_the_body_that_was_read(kind: DecisionKind) -> None:
    with pytest.raises(DomainError) as refused:
        check_decision(command(), checker(), kind, stated_hash=OTHER_HASH, taken=())
    assert refused.value.code == "CommandChanged"


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_a_decision_stands(kind: DecisionKind) -> None:
    with pytest.raises(DomainError) as refused:
        check_decision(command(), checker(), kind, stated_hash=HASH, taken=[approved("chen")])
    assert refused.value.code == "AlreadyDecided"


def test_approvals_count_as_long_as_they_could_still_be_given() -> None:
    amount = Amount(minor=500, currency="EUR")
    checkers = {
        "good": checker("good"),
        "disabled": checker("disabled", active=False),
        "moved": checker("moved", roles=frozenset({UserRole.VIEWER})),
        "cut": checker("cut", limit=499),
        "mara": checker("mara"),
        "misread": checker("misread"),
        "against": checker("against"),
    }
    taken = [approved(name) for name in ("good", "disabled", "moved", "cut", "mara", "gone")]
    taken.append(approved("misread", OTHER_HASH))
    taken.append(DecisionTaken(user_id="against", kind=DecisionKind.REJECTED, body_hash=HASH))
    assert standing_approvals(command(amount), taken, checkers) == {"good"}
