"""The order among competing claims: worked by hand from the text of each rule, then for any claims."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.priority import (
    PRIORITY_RULES,
    Claim,
    ClaimKind,
    Ranking,
    distribute,
    pro_rata,
    rank,
)

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = MONDAY + timedelta(days=4)
FACTORING, ASSIGNMENT = ClaimKind.FACTORING, ClaimKind.ASSIGNMENT
PLEDGE = ClaimKind.RECEIVABLE_PLEDGE
RECEIPT, MORTGAGE = ClaimKind.RECEIPT_PLEDGE, ClaimKind.GOODS_MORTGAGE


def claim(
    reference: str,
    kind: ClaimKind,
    secured: int = 100,
    *,
    registered: datetime | None = None,
    notified: datetime | None = None,
    published: datetime | None = None,
) -> Claim:
    return Claim(
        reference=reference,
        kind=kind,
        secured_minor=secured,
        registered_at=registered,
        notified_at=notified,
        published_at=published,
    )


def order(ranking: Ranking) -> list[tuple[str, str]]:
    """Each place as the references in it and the rule."""
    return [
        ("+".join(each.reference for each in place.claims), place.rule.rule_id) for place in ranking.places
    ]


def test_factors_rank_by_registration_then_notice_then_share() -> None:
    """Civil Code 768: B and A are registered, C and D notified, E and F neither."""
    ranking = rank(
        [
            claim("A", FACTORING, 300, registered=TUESDAY, notified=MONDAY),
            claim("B", FACTORING, 400, registered=MONDAY),
            claim("C", FACTORING, 50, notified=FRIDAY),
            claim("D", FACTORING, 70, notified=TUESDAY),
            claim("E", FACTORING, 300),
            claim("F", FACTORING, 100),
        ]
    )
    assert order(ranking) == [
        ("B", "CC-768"),
        ("A", "CC-768"),
        ("D", "CC-768"),
        ("C", "CC-768"),
        ("E+F", "CC-768"),
    ]
    # 400 + 300 + 70 + 50 = 820; of the 101 left 3/4 and 1/4: 75.75 and 25.25, the unit goes to E.
    assert distribute(ranking, proceeds_minor=921) == {"B": 400, "A": 300, "D": 70, "C": 50, "E": 76, "F": 25}
    assert distribute(ranking, proceeds_minor=500) == {"B": 400, "A": 100, "D": 0, "C": 0, "E": 0, "F": 0}
    assert "2026-01-05 09:00:00 UTC" in ranking.places[0].reason
    assert "2 claims share" in ranking.places[4].reason


def test_a_later_factor_who_registered_beats_an_earlier_one_who_only_gave_notice() -> None:
    ranking = rank([claim("early", FACTORING, notified=MONDAY), claim("late", FACTORING, registered=FRIDAY)])
    assert order(ranking) == [("late", "CC-768"), ("early", "CC-768")]


def test_factoring_pledge_and_assignment_follow_one_order() -> None:
    """Interpretation 66; the unregistered pledge has not arisen (Civil Code 445) though notice was given."""
    ranking = rank(
        [
            claim("assignee", ASSIGNMENT, notified=MONDAY),
            claim("factor", FACTORING, registered=FRIDAY),
            claim("pledgee", PLEDGE, registered=TUESDAY),
            claim("weak", PLEDGE, notified=MONDAY),
        ]
    )
    assert order(ranking) == [("pledgee", "GI-66"), ("factor", "GI-66"), ("assignee", "GI-66")]
    (lost,) = ranking.without_right
    assert (lost.claim.reference, lost.rule.rule_id) == ("weak", "CC-445")
    assert ranking.place_of("weak") is None
    assert distribute(ranking, proceeds_minor=1_000)["weak"] == 0


def test_pledges_alone_rank_by_registration() -> None:
    ranking = rank([claim("A", PLEDGE, registered=TUESDAY), claim("B", PLEDGE, registered=MONDAY)])
    assert order(ranking) == [("B", "CC-414"), ("A", "CC-414")]


def test_mortgages_rank_by_registration_and_unregistered_ones_share() -> None:
    """Civil Code 414: 600 to B, 200 to A, then 100 among 300 and 200: 60 and 40."""
    ranking = rank(
        [
            claim("A", MORTGAGE, 200, registered=FRIDAY),
            claim("B", MORTGAGE, 600, registered=MONDAY),
            claim("C", MORTGAGE, 300),
            claim("D", MORTGAGE, 200),
        ]
    )
    assert order(ranking) == [("B", "CC-414"), ("A", "CC-414"), ("C+D", "CC-414")]
    assert distribute(ranking, proceeds_minor=900) == {"B": 600, "A": 200, "C": 60, "D": 40}


def test_several_receipts_over_the_same_goods_rank_by_publicity() -> None:
    """Interpretation 59: a keeper wrote three receipts for one heap; delivery or registration counts."""
    ranking = rank(
        [
            claim("first", RECEIPT, 500, published=MONDAY, registered=FRIDAY),
            claim("second", RECEIPT, 500, registered=TUESDAY),
            claim("third", RECEIPT, 500, published=FRIDAY),
            claim("paper", RECEIPT, 500),
        ]
    )
    assert order(ranking) == [("first", "GI-59"), ("second", "GI-59"), ("third", "GI-59")]
    assert [place.reason.split("; ")[0] for place in ranking.places[:2]] == [
        "public 2026-01-05 09:00:00 UTC by delivery",
        "public 2026-01-06 09:00:00 UTC by registration",
    ]
    assert [(each.claim.reference, each.rule.rule_id) for each in ranking.without_right] == [
        ("paper", "GI-59")
    ]
    assert distribute(ranking, proceeds_minor=700) == {"first": 500, "second": 200, "third": 0, "paper": 0}


def test_receipt_pledge_and_mortgage_of_the_goods_rank_by_publicity() -> None:
    mortgage_first = rank([claim("R", RECEIPT, published=TUESDAY), claim("M", MORTGAGE, registered=MONDAY)])
    assert order(mortgage_first) == [("M", "GI-59"), ("R", "GI-59")]
    receipt_first = rank([claim("R", RECEIPT, published=MONDAY), claim("M", MORTGAGE, registered=TUESDAY)])
    assert order(receipt_first) == [("R", "GI-59"), ("M", "GI-59")]
    hidden = rank([claim("R", RECEIPT, published=FRIDAY), claim("M", MORTGAGE, published=MONDAY)])
    assert order(hidden) == [("R", "GI-59"), ("M", "CC-414")]


def test_the_same_instant_gives_no_order_and_is_shared() -> None:
    """7 units among 3 : 3 : 1 are 3, 3 and 1; among equal fractions the first reference gets the unit."""
    shanghai = timezone(timedelta(hours=8))
    ranking = rank(
        [
            claim("C", RECEIPT, 10, published=MONDAY.astimezone(shanghai)),
            claim("A", RECEIPT, 30, published=MONDAY),
            claim("B", RECEIPT, 30, registered=MONDAY),
        ]
    )
    assert order(ranking) == [("A+B+C", "GI-59")]
    assert distribute(ranking, proceeds_minor=7) == {"A": 3, "B": 3, "C": 1}
    assert distribute(ranking, proceeds_minor=1) == {"A": 1, "B": 0, "C": 0}
    assert "by delivery or registration" in ranking.places[0].reason


def test_goods_pledge_against_mortgage_and_rights_that_never_arose() -> None:
    ranking = rank(
        [
            claim("mortgage", MORTGAGE, registered=TUESDAY),
            claim("pledge", ClaimKind.GOODS_PLEDGE, published=MONDAY),
            claim("registered only", ClaimKind.GOODS_PLEDGE, registered=MONDAY),
            claim("bill", ClaimKind.BILL_PLEDGE),
            claim("bill held", ClaimKind.BILL_PLEDGE, published=FRIDAY),
        ]
    )
    assert order(ranking) == [("pledge", "CC-415"), ("mortgage", "CC-415"), ("bill held", "CC-415")]
    assert {each.claim.reference: each.rule.rule_id for each in ranking.without_right} == {
        "registered only": "CC-429",
        "bill": "CC-441",
    }


def test_a_reason_names_no_other_creditor() -> None:
    ranking = rank(
        [
            claim("BANK-ONE", RECEIPT, 12_345, published=MONDAY),
            claim("BANK-TWO", RECEIPT, 67_890, published=MONDAY),
            claim("BANK-SIX", MORTGAGE),
        ]
    )
    text = " ".join(place.reason for place in ranking.places)
    assert not any(secret in text for secret in ("BANK", "12345", "67890", "12_345"))


def test_nothing_competes_where_nobody_claims() -> None:
    assert rank([]) == Ranking(places=(), without_right=())
    assert distribute(rank([]), proceeds_minor=5) == {}


def test_claims_on_a_receivable_and_on_goods_do_not_compete() -> None:
    with pytest.raises(DomainError) as refused:
        rank([claim("A", FACTORING), claim("B", RECEIPT, published=MONDAY)])
    assert refused.value.code == "ClaimsOnUnlikeAssets"


def test_a_repeated_reference_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        rank([claim("A", FACTORING), claim("A", ASSIGNMENT)])
    assert (refused.value.code, refused.value.facts["field"]) == ("ClaimInvalid", "reference")


@pytest.mark.parametrize("field", ["registered_at", "notified_at", "published_at"])
def test_a_time_without_zone_is_refused_by_field(field: str) -> None:
    naive = MONDAY.replace(tzinfo=None)
    with pytest.raises(DomainError) as refused:
        Claim(reference="A", kind=FACTORING, secured_minor=1, **{field: naive})
    assert (refused.value.code, refused.value.facts["field"]) == ("ClaimInvalid", field)


@pytest.mark.parametrize("secured", [0, -1])
def test_a_claim_that_secures_nothing_is_refused(secured: int) -> None:
    with pytest.raises(DomainError) as refused:
        claim("A", FACTORING, secured)
    assert refused.value.facts["field"] == "secured_minor"


def test_rules_have_ids_of_their_own_and_sources() -> None:
    assert len({rule.rule_id for rule in PRIORITY_RULES}) == len(PRIORITY_RULES)
    assert {"CC-414", "CC-768", "GI-59", "GI-66"} <= {rule.rule_id for rule in PRIORITY_RULES}
    assert all(rule.source and rule.title for rule in PRIORITY_RULES)


MOMENTS = st.one_of(st.none(), st.sampled_from([MONDAY, TUESDAY, FRIDAY]))


def some_claims(kinds: list[ClaimKind]) -> st.SearchStrategy[list[Claim]]:
    one = st.tuples(st.sampled_from(kinds), st.integers(1, 2**48 - 1), MOMENTS, MOMENTS, MOMENTS)
    return st.lists(one, max_size=9).map(
        lambda rows: [
            claim(f"{place}", kind, secured, registered=registered, notified=notified, published=published)
            for place, (kind, secured, registered, notified, published) in enumerate(rows)
        ]
    )


ANY_CLAIMS = st.one_of(
    some_claims([FACTORING, ASSIGNMENT, PLEDGE]),
    some_claims([RECEIPT, MORTGAGE, ClaimKind.GOODS_PLEDGE, ClaimKind.BILL_PLEDGE]),
)


@given(ANY_CLAIMS, st.integers(0, 2**52), st.randoms(use_true_random=False))
def test_every_claim_has_one_place_and_no_unit_is_made_or_lost(
    claims: list[Claim], proceeds: int, shuffler: random.Random
) -> None:
    ranking = rank(claims)
    placed = [each.reference for place in ranking.places for each in place.claims]
    lost = [each.claim.reference for each in ranking.without_right]
    assert sorted([*placed, *lost]) == sorted(each.reference for each in claims)
    shuffled = list(claims)
    shuffler.shuffle(shuffled)
    assert rank(shuffled) == ranking

    paid = distribute(ranking, proceeds_minor=proceeds)
    secured = {each.reference: each.secured_minor for each in claims}
    assert sum(paid.values()) == min(proceeds, sum(secured[reference] for reference in placed))
    assert all(0 <= paid[reference] <= secured[reference] for reference in paid)
    short = [
        place for place in ranking.places if any(paid[c.reference] < c.secured_minor for c in place.claims)
    ]
    for place in ranking.places:
        if short and place.number > short[0].number:
            assert all(paid[each.reference] == 0 for each in place.claims)


@given(ANY_CLAIMS)
def test_who_registered_never_stands_behind_a_receivable_claim_that_did_not(claims: list[Claim]) -> None:
    rows = [place.claims for place in rank(claims).places]
    if claims and claims[0].kind in (FACTORING, ASSIGNMENT, PLEDGE):
        states = [each.registered_at is not None for row in rows for each in row]
        assert states == sorted(states, reverse=True)
        times = [row[0].registered_at for row in rows if row[0].registered_at]
    else:
        states = [each.public_at is not None for row in rows for each in row]
        assert states == sorted(states, reverse=True)
        times = [row[0].public_at for row in rows if row[0].public_at]
    assert times == sorted(set(times))


@given(st.integers(0, 2**48), st.lists(st.integers(1, 2**48), min_size=1, max_size=9))
def test_shares_are_within_a_unit_of_the_exact_ones(amount: int, weights: list[int]) -> None:
    shares = pro_rata(amount, weights)
    total = sum(weights)
    assert sum(shares) == amount
    assert all(
        abs(share * total - amount * weight) < total for share, weight in zip(shares, weights, strict=True)
    )
