"""Tiers by the invoices: who pays whom with which part of which note, and what cannot be paid."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.domain.graphs import cycles_in, distances_from
from counterfoil.domain.sub_range import SubRange, partition_gap
from counterfoil.domain.tiering import (
    Claim,
    Debt,
    Holdings,
    Payment,
    TierPlan,
    UnpaidReason,
    plan_tiers,
    tier_of_parties,
)


def claim(note: int, holder: int, face_minor: int, currency: str = "EUR") -> Claim:
    return Claim(note=note, holder=holder, currency=currency, face_minor=face_minor)


def debt(debtor: int, creditor: int, amount_minor: int, currency: str = "EUR", number: str = "N") -> Debt:
    return Debt(
        number=number,
        debtor=debtor,
        creditor=creditor,
        currency=currency,
        amount_minor=amount_minor,
        reference=f"{debtor} owes {creditor}",
    )


def held_after(claims: list[Claim], plan: TierPlan) -> dict[tuple[int, int], list[SubRange]]:
    """Carry a plan out: (note, holder) to ranges. Fails where a cut names what its holder does not have."""
    held: dict[tuple[int, int], list[SubRange]] = defaultdict(list)
    for each in claims:
        held[each.note, each.holder].append(SubRange(1, each.face_minor))
    for cut in plan.cuts:
        held[cut.note, cut.holder].remove(cut.positions)
        ranges = cut.positions.cut([part.amount_minor for part in cut.parts])
        assert partition_gap(ranges, cut.positions) is None
        for part, positions in zip(cut.parts, ranges, strict=True):
            assert (part.reference is None) is (part.holder == cut.holder)
            held[cut.note, part.holder].append(positions)
    return held


def sums(claims: list[Claim], plan: TierPlan) -> dict[int, int]:
    found: Counter[int] = Counter()
    for (_, holder), ranges in held_after(claims, plan).items():
        found[holder] += sum(each.length for each in ranges)
    return {holder: minor for holder, minor in found.items() if minor}


def test_a_note_travels_down_to_any_depth() -> None:
    depth = 3000
    claims = [claim(1, 1, depth + 1)]
    debts = [debt(party, party + 1, depth + 1 - party) for party in range(1, depth + 1)]
    plan = plan_tiers(claims, debts)
    assert plan.unpaid == plan.cycles == ()
    assert set(sums(claims, plan).values()) == {1}
    assert len(sums(claims, plan)) == depth + 1


def test_a_holder_pays_with_one_note_after_another_and_says_what_is_left() -> None:
    claims = [claim(1, 1, 100), claim(2, 1, 50)]
    plan = plan_tiers(claims, [debt(1, 2, 120), debt(1, 3, 60)])
    assert sums(claims, plan) == {2: 120, 3: 30}
    (unpaid,) = plan.unpaid
    assert (unpaid.unpaid_minor, unpaid.reason) == (30, UnpaidReason.NOT_ENOUGH_HELD)
    assert [len(cut.parts) for cut in plan.cuts] == [1, 2]


def test_payments_out_of_one_lot_are_one_cut_with_the_rest_last() -> None:
    plan = plan_tiers([claim(1, 1, 100)], [debt(1, 2, 10), debt(1, 3, 20), debt(1, 2, 5)])
    (cut,) = plan.cuts
    assert [(part.holder, part.amount_minor) for part in cut.parts] == [(2, 10), (3, 20), (2, 5), (1, 65)]
    assert [part.reference for part in cut.parts] == ["1 owes 2", "1 owes 3", "1 owes 2", None]


def test_a_party_waits_until_everything_above_has_reached_it() -> None:
    claims = [claim(1, 1, 100)]
    # The debt of 4 is stated first; it is paid from what 2 and 3 pass on.
    debts = [debt(4, 5, 60), debt(2, 4, 30), debt(3, 4, 30), debt(1, 2, 40), debt(1, 3, 40)]
    plan = plan_tiers(claims, debts)
    assert sums(claims, plan) == {1: 20, 2: 10, 3: 10, 5: 60}


def test_another_currency_pays_nothing() -> None:
    claims = [claim(1, 1, 100, "CNY")]
    plan = plan_tiers(claims, [debt(1, 2, 10, "EUR"), debt(1, 3, 10, "CNY")])
    assert sums(claims, plan) == {1: 90, 3: 10}
    assert [(each.debt.creditor, each.reason) for each in plan.unpaid] == [(2, UnpaidReason.NOTHING_HELD)]


def test_inside_a_cycle_nobody_is_paid_and_outside_everybody() -> None:
    claims = [claim(1, 1, 100)]
    debts = [debt(1, 2, 50), debt(2, 3, 10), debt(3, 4, 10), debt(4, 2, 10), debt(3, 5, 7), debt(2, 6, 8)]
    plan = plan_tiers(claims, debts)
    assert plan.cycles == ((2, 3, 4),)
    assert sums(claims, plan) == {1: 50, 2: 42, 6: 8}
    assert {(each.debt.debtor, each.debt.creditor, each.reason) for each in plan.unpaid} == {
        (2, 3, UnpaidReason.IN_A_CYCLE),
        (3, 4, UnpaidReason.IN_A_CYCLE),
        (4, 2, UnpaidReason.IN_A_CYCLE),
        (3, 5, UnpaidReason.NOTHING_HELD),
    }


def test_a_circle_over_two_currencies_is_none() -> None:
    claims = [claim(1, 1, 100, "EUR")]
    plan = plan_tiers(claims, [debt(1, 2, 10, "EUR"), debt(2, 1, 10, "CNY")])
    assert plan.cycles == ()
    assert sums(claims, plan) == {1: 90, 2: 10}


def test_payments_name_a_note_where_they_should() -> None:
    holdings = Holdings([claim(1, 1, 100), claim(2, 1, 100)])
    cuts, missing = holdings.pay(1, "EUR", [Payment(payee=2, amount_minor=130, reference="r")], note=2)
    assert [cut.note for cut in cuts] == [2]
    assert missing == [30]
    assert holdings.held_minor(1, "EUR") == 100
    assert holdings.held_minor(2, "EUR", note=1) == 0


def test_tiers_are_the_shortest_distance_in_one_currency() -> None:
    owed = [("EUR", 1, 2), ("EUR", 2, 3), ("EUR", 1, 3), ("EUR", 3, 4), ("CNY", 4, 5), ("EUR", 6, 7)]
    assert tier_of_parties([1], owed) == {1: 0, 2: 1, 3: 1, 4: 2}


@pytest.mark.parametrize(
    ("edges", "cycles"),
    [
        ({}, ()),
        ({1: [2], 2: [3], 3: []}, ()),
        ({1: [1]}, ((1,),)),
        ({1: [2], 2: [1], 3: [4], 4: [3, 1]}, ((1, 2), (3, 4))),
        ({1: [2, 3], 2: [4], 3: [4], 4: []}, ()),
    ],
)
def test_cycles(edges: dict[int, list[int]], cycles: tuple[tuple[int, ...], ...]) -> None:
    assert cycles_in(edges) == cycles


parties = st.integers(1, 8)
all_debts = st.lists(
    st.builds(debt, parties, parties, st.integers(1, 400), st.sampled_from(["EUR", "CNY"])).filter(
        lambda each: each.debtor != each.creditor
    ),
    max_size=25,
)
all_claims = st.lists(
    st.tuples(parties, st.integers(1, 500), st.sampled_from(["EUR", "CNY"])), max_size=6
).map(
    lambda found: [
        claim(note, holder, face, currency) for note, (holder, face, currency) in enumerate(found, 1)
    ]
)


@given(all_claims, all_debts)
@settings(max_examples=150)
def test_nothing_is_made_lost_or_paid_twice(claims: list[Claim], debts: list[Debt]) -> None:
    plan = plan_tiers(claims, debts)
    held = held_after(claims, plan)
    for each in claims:
        ranges = [found for (note, _), of in held.items() if note == each.note for found in of]
        assert partition_gap(ranges, SubRange(1, each.face_minor)) is None
    for currency in ("EUR", "CNY"):
        notes = {each.note for each in claims if each.currency == currency}
        paid: Counter[tuple[int, int]] = Counter()
        for cut in plan.cuts:
            for part in cut.parts:
                if cut.note in notes and part.reference is not None:
                    paid[cut.holder, part.holder] += part.amount_minor
        owed: Counter[tuple[int, int]] = Counter()
        for due in debts:
            if due.currency == currency:
                owed[due.debtor, due.creditor] += due.amount_minor
        for left in plan.unpaid:
            if left.debt.currency == currency:
                owed[left.debt.debtor, left.debt.creditor] -= left.unpaid_minor
        assert paid == +owed


@given(all_claims, all_debts)
@settings(max_examples=100)
def test_whoever_leaves_a_debt_unpaid_has_nothing_left_or_stands_in_a_cycle(
    claims: list[Claim], debts: list[Debt]
) -> None:
    plan = plan_tiers(claims, debts)
    held = held_after(claims, plan)
    currencies = {each.note: each.currency for each in claims}
    members = {frozenset(cycle) for cycle in plan.cycles}
    for left in plan.unpaid:
        if left.reason is UnpaidReason.IN_A_CYCLE:
            assert any({left.debt.debtor, left.debt.creditor} <= cycle for cycle in members)
            continue
        rest = [
            found
            for (note, holder), of in held.items()
            if holder == left.debt.debtor and currencies[note] == left.debt.currency
            for found in of
        ]
        assert rest == []


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=30))
@settings(max_examples=150)
def test_cycles_are_who_reaches_whom_and_back(pairs: list[tuple[int, int]]) -> None:
    edges: dict[int, list[int]] = {node: [] for node in range(8)}
    for source, target in pairs:
        edges[source].append(target)
    reach = {node: set(distances_from(edges[node], edges)) for node in edges}
    expected = {
        tuple(other for other in edges if node == other or (other in reach[node] and node in reach[other]))
        for node in edges
        if node in reach[node]
    }
    assert set(cycles_in(edges)) == expected
