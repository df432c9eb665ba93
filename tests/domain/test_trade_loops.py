"""Loops of trade: which chains are flagged, with which parties and transfers, and which are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.trade_loops import LoopKind, TitleTransfer, TradeLoop, find_trade_loops

START = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = timedelta(days=30)


def sale(
    day: int, seller: int, buyer: int, *, of: str | None = "coil", good: str | None = None, steps: int = 0
) -> TitleTransfer:
    return TitleTransfer(
        reference=f"{day}:{seller}>{buyer}",
        from_id=seller,
        to_id=buyer,
        at=START + timedelta(days=day),
        identity=of,
        good=good,
        steps=steps,
    )


def grain(day: int, seller: int, buyer: int, steps: int = 0) -> TitleTransfer:
    return sale(day, seller, buyer, of=None, good="grain", steps=steps)


def short(loops: tuple[TradeLoop, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(loop.kind.value, loop.subject, loop.transfers) for loop in loops]


def test_a_thing_that_comes_back_to_its_seller_is_flagged_with_its_way_round() -> None:
    loops = find_trade_loops(
        [
            sale(0, 9, 1),
            sale(1, 1, 2, steps=10),
            sale(5, 2, 3, steps=10),
            sale(8, 3, 1, steps=10),
            sale(9, 1, 7),
        ],
        window=MONTH,
    )
    assert loops == (
        TradeLoop(
            kind=LoopKind.BUY_BACK,
            subject="coil",
            parties=(1, 2, 3),
            transfers=("1:1>2", "5:2>3", "8:3>1"),
            first_at=START + timedelta(days=1),
            last_at=START + timedelta(days=8),
            turnover_steps=30,
        ),
    )


def test_a_straight_chain_and_a_late_return_are_not_flagged() -> None:
    chain = [sale(0, 1, 2), sale(1, 2, 3), sale(2, 3, 4), sale(3, 5, 1, of="other")]
    assert find_trade_loops(chain, window=MONTH) == ()
    assert find_trade_loops([sale(0, 1, 2), sale(31, 2, 1)], window=MONTH) == ()
    assert len(find_trade_loops([sale(0, 1, 2), sale(30, 2, 1)], window=MONTH)) == 1


def test_a_return_to_an_affiliate_is_a_return() -> None:
    chain = [sale(0, 1, 2), sale(1, 2, 3), sale(2, 3, 4)]
    assert find_trade_loops(chain, window=MONTH) == ()
    (loop,) = find_trade_loops(chain, window=MONTH, affiliates=[{1, 4}])
    assert (loop.kind, loop.parties) == (LoopKind.BUY_BACK, (1, 2, 3, 4))


def test_affiliates_of_affiliates_are_one_group() -> None:
    chain = [sale(0, 1, 2), sale(1, 2, 5)]
    assert len(find_trade_loops(chain, window=MONTH, affiliates=[{1, 3}, {4, 5}, {3, 4}])) == 1


def test_a_sale_inside_a_group_is_named_as_such() -> None:
    loops = find_trade_loops([sale(0, 1, 2), sale(3, 2, 6)], window=MONTH, affiliates=[[1, 2]])
    assert short(loops) == [("affiliates", "coil", ("0:1>2",))]


def test_going_to_and_fro_is_one_finding() -> None:
    chain = [sale(day, *((1, 2) if day % 2 == 0 else (2, 1))) for day in range(6)]
    (loop,) = find_trade_loops(chain, window=MONTH)
    assert loop.transfers == tuple(each.reference for each in chain)


def test_sales_of_a_good_that_lead_round_are_flagged_in_whatever_order_they_happened() -> None:
    round_trip = [grain(0, 3, 1, 40), grain(2, 2, 3, 50), grain(4, 1, 2, 60)]
    bystanders = [grain(1, 8, 1, 99), grain(3, 2, 9, 99)]
    (loop,) = find_trade_loops([*round_trip, *bystanders], window=MONTH)
    assert (loop.kind, loop.subject, loop.parties) == (LoopKind.CIRCLE, "grain", (1, 2, 3))
    assert loop.transfers == ("0:3>1", "2:2>3", "4:1>2")
    assert loop.turnover_steps == 150


def test_sales_of_different_goods_or_far_apart_are_no_circle() -> None:
    other = sale(1, 2, 1, of=None, good="steel")
    assert find_trade_loops([grain(0, 1, 2), other], window=MONTH) == ()
    assert find_trade_loops([grain(0, 1, 2), grain(31, 2, 1)], window=MONTH) == ()
    assert find_trade_loops([grain(0, 1, 2), grain(20, 2, 3), grain(40, 3, 1)], window=MONTH) == ()


def test_two_circles_in_time_are_two_findings_and_a_lasting_one_is_one() -> None:
    apart = [grain(0, 1, 2), grain(1, 2, 1), grain(100, 1, 2), grain(101, 2, 1)]
    assert [loop.transfers for loop in find_trade_loops(apart, window=MONTH)] == [
        ("0:1>2", "1:2>1"),
        ("100:1>2", "101:2>1"),
    ]
    lasting = [grain(20 * step, *((1, 2) if step % 2 == 0 else (2, 1))) for step in range(10)]
    (loop,) = find_trade_loops(lasting, window=MONTH)
    assert len(loop.transfers) == 10


def test_one_transfer_of_several_lots_is_named_once() -> None:
    chain = [
        TitleTransfer(
            reference=name, from_id=seller, to_id=buyer, at=START, identity=lot, good="steel", steps=5
        )
        for name, seller, buyer in (("out", 1, 2), ("back", 2, 1))
        for lot in ("a", "b")
    ]
    assert short(find_trade_loops(chain, window=MONTH)) == [
        ("buy-back", "a", ("out", "back")),
        ("buy-back", "b", ("out", "back")),
        ("circle", "steel", ("out", "back")),
    ]


@pytest.mark.parametrize(
    ("transfers", "window", "field"),
    [
        ([], timedelta(0), "window"),
        ([], timedelta(days=-1), "window"),
        ([sale(0, 1, 2), sale(0, 1, 2)], MONTH, "0:1>2"),
        ([sale(0, 1, 1)], MONTH, "0:1>1"),
        ([TitleTransfer(reference="naive", from_id=1, to_id=2, at=datetime(2026, 1, 1))], MONTH, "naive"),  # noqa: DTZ001  # the fault
    ],
)
def test_what_cannot_be_searched_is_refused_by_field(
    transfers: list[TitleTransfer], window: timedelta, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        find_trade_loops(transfers, window=window)
    assert (refused.value.code, refused.value.facts["field"]) == ("LoopInputInvalid", field)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5), st.integers(1, 5)), max_size=12))
def test_circles_are_exactly_the_sales_on_a_way_round_within_the_window(
    rows: list[tuple[int, int, int]],
) -> None:
    """Against a search by hand: a sale is in a circle if its buyer reaches its seller within some window."""
    rows = [row for row in dict.fromkeys(rows) if row[1] != row[2]]
    sales = sorted((grain(*row) for row in rows), key=lambda each: each.at)
    expected = set()
    for start in sales:
        inside = [each for each in sales if start.at <= each.at <= start.at + MONTH]
        for each in inside:
            reached, waiting = {each.to_id}, [each.to_id]
            while waiting:
                node = waiting.pop()
                steps = {other.to_id for other in inside if other.from_id == node} - reached
                reached |= steps
                waiting.extend(steps)
            if each.from_id in reached:
                expected.add(each.reference)
    loops = find_trade_loops(sales, window=MONTH)
    assert {reference for loop in loops for reference in loop.transfers} == expected
    assert sum(len(loop.transfers) for loop in loops) == len(expected)
