"""Receipts cut and joined at random: no unit and no cent is made or lost, whatever the fractions."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from goods_ledger import (
    BUYER,
    CAP,
    KEEPER,
    OWNER,
    REASON,
    by,
    count,
    digest,
    issued,
    lots,
    officer,
    part,
    seal,
    with_goods,
)
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.goods.receipt_terms import Source
from counterfoil.domain.goods_invariants import goods_faults
from counterfoil.domain.ledger import Ledger
from counterfoil.domain.projection.fold import project

QUANTITIES = st.lists(st.integers(1, 10**9), min_size=2, max_size=9)


def _receipt(quantities: list[int], value_minor: int) -> Ledger:
    """One receipt over lots of these quantities."""
    ledger = with_goods(counted=0)
    count(ledger, sum(quantities))
    named = {f"lot{place}": quantity for place, quantity in enumerate(quantities)}
    issued(ledger, *lots(**named), value_minor=value_minor)
    return ledger


def _sums(ledger: Ledger) -> tuple[int, int]:
    live = [receipt for receipt in ledger.state.receipts.values() if receipt.is_live]
    return sum(each.quantity for each in live), sum(each.value_minor for each in live)


@given(quantities=QUANTITIES, value_minor=st.integers(1, CAP), data=st.data())
def test_parts_and_rest_are_the_receipt(quantities: list[int], value_minor: int, data: st.DataObject) -> None:
    ledger = _receipt(quantities, value_minor)
    cut = data.draw(st.integers(1, len(quantities) - 1))
    parts = [part(f"lot{place}") for place in range(cut)]
    ledger.receipt_shape.split(
        by(OWNER), receipt_id=1, parts=parts, remainder_root=digest("rest"), seal=seal()
    )
    assert _sums(ledger) == (sum(quantities), value_minor)
    left, worth = sum(quantities), value_minor
    for number, quantity in enumerate(quantities[:cut], start=2):
        share = worth * quantity // left
        assert ledger.state.receipts[number].value_minor == share
        left, worth = left - quantity, worth - share
    assert list(goods_faults(ledger.state)) == []
    assert project(ledger.events) == ledger.state


@given(quantities=QUANTITIES, value_minor=st.integers(1, CAP), order=st.randoms(use_true_random=False))
def test_what_was_cut_and_joined_is_what_it_was(
    quantities: list[int], value_minor: int, order: Random
) -> None:
    ledger = _receipt(quantities, value_minor)
    whole = ledger.state.receipts[1]
    parts = [part(f"lot{place}") for place in range(1, len(quantities))]
    ledger.receipt_shape.split(
        by(OWNER), receipt_id=1, parts=parts, remainder_root=digest("rest"), seal=seal()
    )
    numbers = list(range(2, len(quantities) + 1))
    order.shuffle(numbers)
    sources = [Source(receipt_id=number, lots=ledger.state.receipts[number].lots) for number in numbers]
    ledger.receipt_shape.merge(
        by(OWNER), receipt_id=1, sources=sources, detail_root=whole.detail_root, seal=seal()
    )
    joined = ledger.state.receipts[1]
    assert (joined.quantity, joined.value_minor, set(joined.lots)) == (
        whole.quantity,
        whole.value_minor,
        set(whole.lots),
    )
    assert joined.sequence == 2 * (len(quantities) - 1)
    assert list(goods_faults(ledger.state)) == []
    assert project(ledger.events) == ledger.state


@given(quantity=st.integers(2, 10**9), cuts=st.lists(st.integers(1, 10**9), max_size=6))
def test_goods_stacked_anew_are_as_much_as_before(quantity: int, cuts: list[int]) -> None:
    ledger = _receipt([quantity, 1], 1000)
    edges = sorted({0, quantity, *(cut % quantity for cut in cuts)})
    added = [BackingLot(key=digest(("stack", low)), quantity=high - low) for low, high in pairwise(edges)]
    ledger.receipt_shape.restack(
        by(KEEPER), receipt_id=1, removed=[digest("lot0")], added=added, reason_hash=REASON
    )
    assert ledger.state.receipts[1].quantity == quantity + 1
    assert sum(lot.quantity for lot in ledger.state.physical_lots.values()) == quantity + 1
    assert list(goods_faults(ledger.state)) == []
    assert project(ledger.events) == ledger.state


def test_a_chain_of_holders_ends_in_one_delivery() -> None:
    ledger = _receipt([3, 5, 7], 100)
    ledger.receipts.transfer(by(OWNER), receipt_id=1, to_id=BUYER, background=REASON, seal=seal())
    ledger.receipt_shape.split(
        by(BUYER), receipt_id=1, parts=[part("lot0", "lot2")], remainder_root=digest("rest"), seal=seal()
    )
    ledger.receipt_orders.force_transfer(officer(), receipt_id=2, to_id=OWNER, order_hash=REASON)
    for number, holder_id in ((1, BUYER), (2, OWNER)):
        lots_of = ledger.state.receipts[number].lots
        ledger.receipts.order_delivery(by(holder_id), receipt_id=number, order_hash=REASON)
        ledger.receipts.deliver(by(KEEPER), receipt_id=number, lots=lots_of, handover_hash=REASON)
    stock = ledger.state.stocks[1]
    assert (stock.attested, stock.receipted, ledger.state.physical_lots) == (0, 0, {})
    assert ledger.state.exposures == {}
