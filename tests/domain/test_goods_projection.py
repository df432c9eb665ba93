"""The fold of the events of goods notices what is missing, what comes twice and what was altered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from goods_ledger import (
    BUYER,
    CARRIER,
    FUNDER,
    KEEPER,
    NOW_S,
    OWNER,
    REASON,
    bill_terms,
    by,
    count,
    digest,
    drafted,
    issued,
    keys,
    lots,
    officer,
    part,
    pledge,
    seal,
    with_goods,
)

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.events.ledger_events import LedgerEvent, Recorded
from counterfoil.domain.goods.receipt_terms import Source
from counterfoil.domain.ledger import Ledger
from counterfoil.domain.lot import AssetId
from counterfoil.domain.projection.fold import PROJECTION_MISMATCH, project, projected_events
from counterfoil.domain.state.ledger_state import LedgerState

# What may be said twice and leaves the state as it is.
SAYS_WHAT_IS_SO = (
    ev.ExposureCapSet,
    ev.AttestationAgeSet,
    ev.StockAttested,
    ev.PledgeConsentSet,
    ev.ReceiptAmended,
)


def goods_life() -> Ledger:
    """Every event of goods, at least once."""
    ledger = with_goods(counted=9000)
    ledger.stocks.set_attestation_age(officer(), max_age_s=86_400)
    count(ledger, 9001)
    _receipt_life(ledger)
    _orders(ledger)
    _bills(ledger)
    return ledger


def _receipt_life(ledger: Ledger) -> None:
    receipts, shape = ledger.receipts, ledger.receipt_shape
    drafted(ledger, *lots(z=5))
    receipts.discard_draft(by(KEEPER), receipt_id=1, lots=keys("z"))
    issued(ledger, *lots(a=600, b=400), pledge_consent=False)
    receipts.set_pledge_consent(by(KEEPER), receipt_id=2, given=True)
    receipts.amend(by(KEEPER), receipt_id=2, detail_root=digest("new"), reason_hash=REASON)
    receipts.transfer(by(OWNER), receipt_id=2, to_id=BUYER, background=REASON, seal=seal())
    shape.restack(by(KEEPER), receipt_id=2, removed=keys("b"), added=lots(b=399, c=1), reason_hash=REASON)
    shape.split(
        by(BUYER), receipt_id=2, parts=[part("a"), part("c")], remainder_root=digest("rest"), seal=seal()
    )
    source = Source(receipt_id=4, lots=keys("c"))
    shape.merge(by(BUYER), receipt_id=3, sources=[source], detail_root=digest("merged"), seal=seal())
    receipts.order_delivery(by(BUYER), receipt_id=3, order_hash=REASON)
    receipts.revoke_delivery(by(BUYER), receipt_id=3)
    receipts.order_delivery(by(BUYER), receipt_id=3, order_hash=REASON)
    receipts.deliver(by(KEEPER), receipt_id=3, lots=keys("a", "c"), handover_hash=REASON)


def _orders(ledger: Ledger) -> None:
    orders = ledger.receipt_orders
    pledge(ledger, AssetId.of_receipt(2), pledgor=BUYER)
    orders.dispute(by(KEEPER), receipt_id=2, evidence_hash=REASON)
    orders.freeze(officer(), receipt_id=2, order_hash=REASON)
    orders.force_transfer(officer(), receipt_id=2, to_id=OWNER, order_hash=REASON)
    orders.unfreeze(officer(), receipt_id=2, order_hash=REASON)
    orders.close_dispute(officer(), receipt_id=2, reason_hash=REASON)
    ledger.liens.enforce_by_order(officer(), asset_id=AssetId.of_receipt(2), to_id=FUNDER, order_hash=REASON)
    orders.cancel(officer(), receipt_id=2, lots=keys("b"), order_hash=REASON)


def _bills(ledger: Ledger) -> None:
    bills = ledger.bills
    bills.issue(by(CARRIER), bill_terms("one"))
    bills.endorse(by(OWNER), bill_id=1, to_id=BUYER, background=REASON)
    bills.surrender(by(BUYER), bill_id=1, order_hash=REASON)
    bills.revoke_surrender(by(BUYER), bill_id=1)
    pledge(ledger, AssetId.of_bill(1), pledgor=BUYER)
    ledger.liens.enforce_by_order(officer(), asset_id=AssetId.of_bill(1), to_id=OWNER, order_hash=REASON)
    bills.surrender(by(OWNER), bill_id=1, order_hash=REASON)
    bills.freeze(officer(), bill_id=1, order_hash=REASON)
    bills.unfreeze(officer(), bill_id=1, order_hash=REASON)
    bills.force_transfer(officer(), bill_id=1, to_id=FUNDER, order_hash=REASON)
    bills.surrender(by(FUNDER), bill_id=1, order_hash=REASON)
    bills.switch(by(CARRIER), bill_id=1, terms=bill_terms("two", shipper_id=FUNDER))
    bills.surrender(by(FUNDER), bill_id=2, order_hash=REASON)
    for receipt_id in (5, 6):
        drafted(ledger, *lots(x=1000), depositor_id=FUNDER)
        bills.discharge(by(CARRIER), bill_id=2, receipt_id=receipt_id)
        if receipt_id == 5:
            ledger.receipts.discard_draft(by(KEEPER), receipt_id=5, lots=keys("x"))
            bills.reinstate(officer(), bill_id=2, order_hash=REASON)
            bills.surrender(by(FUNDER), bill_id=2, order_hash=REASON)


LIFE = goods_life()
GOODS = [place for place, each in enumerate(LIFE.events) if type(each.event).__module__ == ev.__name__]


def test_the_life_has_every_event_of_goods() -> None:
    declared = {each for each in projected_events() if each.__module__ == ev.__name__}
    assert {type(LIFE.events[place].event) for place in GOODS} == declared


def test_a_life_of_goods_is_rebuilt_in_pieces() -> None:
    half = len(LIFE.events) // 2
    state = project(LIFE.events[:half])
    assert state != LIFE.state
    assert project(LIFE.events[half:], state) == LIFE.state


def _outcome(recorded: list[Recorded]) -> LedgerState | str:
    """The state, or the code of the refusal."""
    try:
        return project(recorded)
    except DomainError as refused:
        return refused.code


def _kind(place: int) -> str:
    return f"{place}-{type(LIFE.events[place].event).__name__}"


# A later count or wording takes the place of one that is missing, and nothing hangs on it.
OVERWRITTEN = (ev.StockAttested, ev.ReceiptAmended)


@pytest.mark.parametrize(
    "place", [place for place in GOODS if not isinstance(LIFE.events[place].event, OVERWRITTEN)], ids=_kind
)
def test_a_missing_event_of_goods_is_noticed(place: int) -> None:
    outcome = _outcome(LIFE.events[:place] + LIFE.events[place + 1 :])
    assert outcome == PROJECTION_MISMATCH or outcome != LIFE.state


@pytest.mark.parametrize("place", GOODS, ids=_kind)
def test_an_event_of_goods_that_comes_twice_is_noticed(place: int) -> None:
    twice = LIFE.events[place]
    outcome = _outcome([*LIFE.events[: place + 1], *LIFE.events[place:]])
    if isinstance(twice.event, (*SAYS_WHAT_IS_SO, ev.ReceiptAttested)):
        assert outcome == LIFE.state
    else:
        assert outcome == PROJECTION_MISMATCH


def _altered(kind: type[LedgerEvent], **changed: Any) -> list[Recorded]:
    """The life with the last event of a kind altered."""
    place = max(place for place in GOODS if type(LIFE.events[place].event) is kind)
    altered = replace(LIFE.events[place], event=replace(LIFE.events[place].event, **changed))
    return [*LIFE.events[:place], altered, *LIFE.events[place + 1 :]]


ALTERED: tuple[tuple[Callable[[], list[Recorded]], str], ...] = (
    (lambda: _altered(ev.StockOpened, stock_id=2), "stock 2 follows 0 stocks"),
    (lambda: _altered(ev.StockAttested, fresh_until_s=NOW_S), "a count of"),
    (lambda: _altered(ev.StockAttested, inspector_id=KEEPER), "counted it itself"),
    (lambda: _altered(ev.ReceiptDrafted, quantity=999), "its lots make 1000, not 999"),
    (lambda: _altered(ev.ReceiptDrafted, receipt_id=9), "receipt 9 follows 5 receipts"),
    (lambda: _altered(ev.ReceiptDrafted, lots=lots(x=500, y=1)), "its lots make 501"),
    (lambda: _altered(ev.ReceiptAttested, inspector_id=KEEPER), "attested by a party to it"),
    (lambda: _altered(ev.ReceiptTransferred, sequence=2), "2 follows 0"),
    (lambda: _altered(ev.ReceiptTransferred, to_id=KEEPER), "cannot go to 1"),
    (lambda: _altered(ev.ReceiptSplit, quantity=2), "1 cut off of 400"),
    (lambda: _altered(ev.ReceiptSplit, value_minor=7), "the part's value is 7"),
    (lambda: _altered(ev.ReceiptSplit, lots=keys("a")), "backs receipt 3"),
    (lambda: _altered(ev.ReceiptMerged, lots=()), "went over with 0"),
    (lambda: _altered(ev.ReceiptMerged, value_minor=0), "went over with 1"),
    (lambda: _altered(ev.ReceiptMerged, source_id=3), "does not go into"),
    (lambda: _altered(ev.LotsRestacked, added=lots(b=399)), "400 was stacked anew as 399"),
    (lambda: _altered(ev.ReceiptDelivered, lots=keys("a")), "ends with 600 of 601"),
    (lambda: _altered(ev.ReceiptDelivered, lots=keys("a", "a")), "named twice"),
    (lambda: _altered(ev.ReceiptDisputed, by_id=OWNER), "disputed by a stranger"),
    (lambda: _altered(ev.ReceiptUnfrozen, state=ev.ReceiptState.RELEASED), "was DISPUTED before its freeze"),
    (lambda: _altered(ev.ReceiptTransferForced, from_id=FUNDER), "is held by 5"),
    (lambda: _altered(ev.ReceiptTransferForced, to_id=BUYER), "cannot go to 5"),
    (lambda: _altered(ev.ReceiptTransferEnforced, to_id=OWNER), "cannot go to 4"),
    (lambda: _altered(ev.BillIssued, bill_id=4), "bill 4 follows 1 bills"),
    (lambda: _altered(ev.BillIssued, terms=bill_terms("one")), "has the number of bill 1"),
    (lambda: _altered(ev.BillEndorsed, sequence=2), "endorsement 2 follows 0"),
    (lambda: _altered(ev.BillEndorsed, to_id=CARRIER), "cannot go to 7"),
    (lambda: _altered(ev.BillSwitched, replacement_id=1), "is SURRENDERED"),
    (lambda: _altered(ev.BillDischarged, receipt_id=3), "is no draft"),
    (lambda: _altered(ev.BillUnfrozen, state=ev.BillState.ISSUED), "was SURRENDERED before its freeze"),
    (lambda: _altered(ev.BillTransferForced, from_id=BUYER), "is held by 4"),
    (lambda: _altered(ev.BillTransferEnforced, to_id=BUYER), "cannot go to 5"),
)


@pytest.mark.parametrize(("events", "reason"), ALTERED)
def test_an_altered_event_of_goods_is_refused_with_the_reason(
    events: Callable[[], list[Recorded]], reason: str
) -> None:
    with pytest.raises(DomainError) as refused:
        project(events())
    assert refused.value.code == PROJECTION_MISMATCH
    assert reason in refused.value.message
