"""Every check over goods can fail: each is shown a state with the fault that it is there to find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from goods_ledger import (
    BUYER,
    CARRIER,
    CNY,
    FUNDER,
    INSPECTOR,
    KEEPER,
    OWNER,
    REASON,
    attested,
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

from counterfoil.domain.invariants import check_invariants, check_rebuilt
from counterfoil.domain.ledger import Ledger
from counterfoil.domain.lot import AssetId
from counterfoil.domain.projection.fold import project
from counterfoil.domain.state.goods_state import BackedLot
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import BillState, ReceiptState

Harm = Callable[[LedgerState], None]
# The receipts of `stocked`, by what they are.
PLEDGED, PART, DRAFT, DELIVERED, FROZEN = 1, 2, 3, 4, 5


def stocked() -> Ledger:
    """Receipt 1 is pledged, 2 cut off it, 3 a draft, 4 delivered, 5 frozen; bill 2 replaced 1, 3 is pledged.

    Bill 4 ended in draft 6.
    """
    ledger = with_goods(counted=5000)
    issued(ledger, *lots(a=600, b=400))
    ledger.receipt_shape.split(
        by(OWNER), receipt_id=1, parts=[part("b")], remainder_root=digest("rest"), seal=seal()
    )
    pledge(ledger, AssetId.of_receipt(PLEDGED))
    drafted(ledger, *lots(c=10))
    issued(ledger, *lots(d=20))
    ledger.receipts.order_delivery(by(OWNER), receipt_id=DELIVERED, order_hash=REASON)
    ledger.receipts.deliver(by(KEEPER), receipt_id=DELIVERED, lots=keys("d"), handover_hash=REASON)
    issued(ledger, *lots(e=30))
    ledger.receipt_orders.freeze(officer(), receipt_id=FROZEN, order_hash=REASON)
    ledger.bills.issue(by(CARRIER), bill_terms("one"))
    ledger.bills.surrender(by(OWNER), bill_id=1, order_hash=REASON)
    ledger.bills.switch(by(CARRIER), bill_id=1, terms=bill_terms("two"))
    ledger.bills.issue(by(CARRIER), bill_terms("three"))
    pledge(ledger, AssetId.of_bill(3))
    ledger.bills.issue(by(CARRIER), bill_terms("four"))
    ledger.bills.surrender(by(OWNER), bill_id=4, order_hash=REASON)
    attested(ledger, *lots(f=1000))
    ledger.bills.discharge(by(CARRIER), bill_id=4, receipt_id=6)
    return ledger


def receipt(receipt_id: int, **changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        state.receipts[receipt_id] = replace(state.receipts[receipt_id], **changed)  # type: ignore[arg-type]

    return harm


def bill(bill_id: int, **changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        state.bills[bill_id] = replace(state.bills[bill_id], **changed)  # type: ignore[arg-type]

    return harm


def stock(**changed: object) -> Harm:
    def harm(state: LedgerState) -> None:
        state.stocks[1] = replace(state.stocks[1], **changed)  # type: ignore[arg-type]

    return harm


def backs(name: str, receipt_id: int, quantity: int) -> Harm:
    def harm(state: LedgerState) -> None:
        state.physical_lots[digest(name)] = BackedLot(receipt_id=receipt_id, quantity=quantity)

    return harm


def exposure(minor: int) -> Harm:
    def harm(state: LedgerState) -> None:
        state.exposures[KEEPER, CNY] += minor

    return harm


def forget_number(state: LedgerState) -> None:
    del state.bill_numbers[digest("one")]


def forget_receipt_of_bill(state: LedgerState) -> None:
    state.receipt_bills.clear()


def forget_stock_number(state: LedgerState) -> None:
    state.stock_numbers.clear()


FAULTS: tuple[tuple[int, str, Harm], ...] = (
    (5, "receipt 1, which is not in circulation", receipt(PLEDGED, state=ReceiptState.RELEASED)),
    (5, "receipt 1, which is not in circulation", receipt(PLEDGED, state=ReceiptState.CANCELLED)),
    (
        5,
        "receipt 1, which is not in circulation",
        receipt(PLEDGED, state=ReceiptState.FROZEN, before=ReceiptState.RELEASED),
    ),
    (5, "bill 3, which is not in circulation", bill(3, state=BillState.SURRENDERED)),
    (6, "names other lots", backs("a", PART, 600)),
    (6, "names other lots", receipt(PLEDGED, lots=())),
    (6, "names other lots", receipt(PLEDGED, lots=keys("a", "a"))),
    (6, "its lots make 601, not 600", backs("a", PLEDGED, 601)),
    (6, "receipt 4 is DELIVERED, and its lots make 20, not 0", backs("d", DELIVERED, 20)),
    (6, "its lots make 10, not 9", receipt(DRAFT, quantity=9)),
    (6, "backs receipt 99, which does not exist", backs("z", 99, 1)),
    (6, "has quantity 0", backs("z", DRAFT, 0)),
    (6, "that its keeper does not keep", receipt(PLEDGED, keeper_id=2)),
    (6, "that its keeper does not keep", receipt(PLEDGED, stock_id=9)),
    (6, "is held by its keeper or by nobody", receipt(PART, holder_id=KEEPER)),
    (6, "is held by its keeper or by nobody", receipt(PART, holder_id=99)),
    (6, "no independent inspector", receipt(PART, inspector_id=None)),
    (6, "no independent inspector", receipt(PART, inspector_id=KEEPER)),
    (6, "no independent inspector", receipt(PART, inspector_id=OWNER)),
    (6, "is ISSUED and returns to RELEASED", receipt(PART, before=ReceiptState.RELEASED)),
    (6, "is FROZEN and returns to NONE", receipt(FROZEN, before=ReceiptState.NONE)),
    (6, "1029 receipted, live receipts make 1030", stock(receipted=1029)),
    (6, "1030 receipted, live receipts make 630", receipt(PART, state=ReceiptState.CANCELLED)),
    (6, "was never counted", stock(attested_at_s=0)),
    (6, "was counted to -1", stock(attested=-1)),
    (6, "was counted to", stock(inspector_id=KEEPER)),
    (6, "is another one by keeper, site and good", forget_stock_number),
    (6, "is another one by keeper, site and good", stock(good=digest("plate"))),
    (6, "not as kept", exposure(1)),
    (6, "not as kept", exposure(-1)),
    (6, "not as kept", receipt(PART, value_minor=1)),
    (6, "not one to one", forget_number),
    (6, "not one to one", bill(2, number=digest("one"))),
    (6, "do not name each other", forget_receipt_of_bill),
    (6, "do not name each other", bill(4, receipt_id=5)),
    (6, "held by its carrier", bill(2, holder_id=CARRIER)),
    (6, "bill 1 is SWITCHED with 0 followers", bill(2, replaces_id=None)),
    (6, "bill 1 is ISSUED with 1 followers", bill(1, state=BillState.ISSUED)),
    (6, "bill 4 is ISSUED with 0 followers and 1 receipts", bill(4, state=BillState.ISSUED)),
    (6, "bill 2 is ISSUED and returns to SURRENDERED", bill(2, before=BillState.SURRENDERED)),
)


def test_goods_that_lived_fulfil_all() -> None:
    results = check_invariants(stocked().state)
    assert [result for result in results if not result.ok] == []
    assert {result.number: result.detail for result in results}[6] == (
        "3 live receipts over 1 stocks, 5 physical lots"
    )


@pytest.mark.parametrize(("number", "words", "harm"), FAULTS)
def test_each_fault_of_goods_is_found_and_named(number: int, words: str, harm: Harm) -> None:
    state = stocked().state
    harm(state)
    (result,) = [each for each in check_invariants(state) if each.number == number]
    assert not result.ok
    assert words in result.detail


def test_a_lien_on_a_receipt_that_does_not_exist_is_found() -> None:
    state = stocked().state
    for asset_id in (AssetId.of_receipt(77), AssetId(2, 2**64 + PLEDGED), AssetId(9, 1)):
        (lien,) = state.liens[AssetId.of_receipt(PLEDGED)]
        state.liens[asset_id] = (replace(lien, asset_id=asset_id),)
        (result,) = [each for each in check_invariants(state) if each.number == 5]
        assert not result.ok
        del state.liens[asset_id]


def test_a_receipt_with_two_liens_is_found() -> None:
    state = stocked().state
    (lien,) = state.liens[AssetId.of_receipt(PLEDGED)]
    state.liens[lien.asset_id] = (lien, replace(lien, sequence=2, pledgee_id=BUYER))
    (result,) = [each for each in check_invariants(state) if each.number == 5]
    assert result.detail == "receipt 1 carries 2 liens"


def test_a_short_stock_is_no_fault_and_is_said() -> None:
    ledger = stocked()
    count(ledger, 1029)
    (result,) = [each for each in check_invariants(ledger.state) if each.number == 6]
    assert result.ok
    assert result.detail.endswith("stock 1 is short, 1029 counted and 1030 receipted")


def test_a_holder_by_order_need_not_be_the_pledgor() -> None:
    ledger = stocked()
    ledger.receipt_orders.force_transfer(officer(), receipt_id=PLEDGED, to_id=INSPECTOR, order_hash=REASON)
    assert all(result.ok for result in check_invariants(ledger.state))


def test_events_of_goods_rebuild_the_state() -> None:
    ledger = stocked()
    rebuilt = project(ledger.events)
    assert check_rebuilt(ledger.state, rebuilt).ok
    rebuilt.receipts[PART] = replace(rebuilt.receipts[PART], holder_id=FUNDER)
    assert check_rebuilt(ledger.state, rebuilt).detail == "receipts differ"
