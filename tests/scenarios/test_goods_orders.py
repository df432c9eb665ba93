"""Orders of an arbiter over goods: what each touches, and above all what it leaves as it is.

A forced transfer that quietly ended a freeze was a defect of a well-known token standard (CMTAT, issue 380).
"""

from __future__ import annotations

import pytest

from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import BillState, ReceiptState
from model import bill_commands, goods_commands
from model.commands import digest
from scenarios.goods_table import (
    IDS,
    ISSUED,
    NO_HASH,
    REASON,
    GoodsScenario,
    Row,
    attest,
    bill_terms,
    deliver,
    draft,
    endorse,
    enforce,
    force,
    issue,
    issue_bill,
    issued,
    keys,
    order_delivery,
    pledge_bill,
    pledge_receipt,
    release,
    surrender,
    transfer,
)

FIRST = AssetId.of_receipt(1)
ORDER = digest("order")
FREEZE, UNFREEZE = goods_commands.freeze(1, ORDER), goods_commands.unfreeze(1, ORDER)
DISPUTED = [Row("owner", goods_commands.dispute(1, digest("rust")))]
PLEDGED = [Row("owner", pledge_receipt(1))]
RELEASED = [Row("owner", order_delivery(1))]
FROZEN = [Row("arbiter", FREEZE)]

# What was so before: the rows, and state, before, whether a lien is in force, after the transfer by order.
FORCED = {
    "issued": ([], ReceiptState.ISSUED, ReceiptState.NONE, False),
    "pledged": (PLEDGED, ReceiptState.ISSUED, ReceiptState.NONE, True),
    "disputed": (DISPUTED, ReceiptState.DISPUTED, ReceiptState.NONE, False),
    "pledged and disputed": ([*PLEDGED, *DISPUTED], ReceiptState.DISPUTED, ReceiptState.NONE, True),
    "released": (RELEASED, ReceiptState.ISSUED, ReceiptState.NONE, False),
    "frozen": (FROZEN, ReceiptState.FROZEN, ReceiptState.ISSUED, False),
    "frozen, pledged": ([*PLEDGED, *FROZEN], ReceiptState.FROZEN, ReceiptState.ISSUED, True),
    "frozen, disputed": ([*DISPUTED, *FROZEN], ReceiptState.FROZEN, ReceiptState.DISPUTED, False),
    "frozen, released": ([*RELEASED, *FROZEN], ReceiptState.FROZEN, ReceiptState.ISSUED, False),
}


@pytest.mark.parametrize("held_up", FORCED)
def test_a_transfer_by_order_ends_no_freeze_no_lien_and_no_dispute(
    goods: GoodsScenario, held_up: str
) -> None:
    rows, state, before, pledged = FORCED[held_up]
    goods.play([*ISSUED, *rows, Row("arbiter", force(1, "buyer"))])
    receipt = goods.twin.state.receipts[1]
    assert (receipt.state, receipt.before, receipt.holder_id) == (state, before, IDS["buyer"])
    assert goods.twin.model.liens.encumbrance(FIRST) == (pledged, False)
    assert receipt.sequence == 1, "a seal that the keeper gave the former holder must not serve any more"
    lien = goods.twin.state.lien_of(FIRST)
    assert lien is None or (lien.pledgee_id, lien.secured_minor) == (IDS["funder"], 50_000)
    if pledged and state is ReceiptState.ISSUED:
        goods.play([Row("buyer", transfer(1, "funder", sequence=1), refused="ReceiptPledged")])
    if state is ReceiptState.FROZEN:
        refused = "UnexpectedReceiptState"
        goods.play(
            [
                Row("buyer", transfer(1, "funder", sequence=1), refused=refused),
                Row("buyer", order_delivery(1), refused=refused),
                Row("keeper", deliver(1, "a b"), refused=refused),
                Row("arbiter", UNFREEZE),
            ]
        )
        assert goods.twin.state.receipts[1].state is before


def test_a_frozen_delivery_order_of_a_former_holder_does_not_come_back(goods: GoodsScenario) -> None:
    goods.play(
        [
            *ISSUED,
            *RELEASED,
            *FROZEN,
            Row("arbiter", force(1, "buyer")),
            Row("arbiter", UNFREEZE, receipts={1: "ISSUED buyer 1000"}),
            Row("keeper", deliver(1, "a b"), refused="UnexpectedReceiptState"),
        ]
    )


def test_a_seal_of_before_the_order_serves_no_more(goods: GoodsScenario) -> None:
    goods.play(
        [
            *ISSUED,
            Row("arbiter", force(1, "buyer")),
            Row("arbiter", force(1, "owner"), receipts={1: "ISSUED owner 1000"}),
            Row("owner", transfer(1, "funder", sequence=0), refused="SealNotKeepers"),
            Row("owner", transfer(1, "funder", sequence=2), receipts={1: "ISSUED funder 1000"}),
        ]
    )


def test_what_a_transfer_by_order_refuses(goods: GoodsScenario) -> None:
    unknown = goods_commands.force_transfer(1, 99, ORDER)
    nobody = goods_commands.force_transfer(1, 0, ORDER)
    goods.play(
        [
            *ISSUED,
            Row("arbiter", force(1, "keeper"), refused="KeeperAsHolder"),
            Row("arbiter", force(1, "owner"), refused="TransfereeHoldsIt"),
            Row("arbiter", unknown, refused="PartyUnknown"),
            Row("arbiter", nobody, refused="PartyUnknown"),
            Row("arbiter", goods_commands.force_transfer(1, IDS["buyer"], NO_HASH), refused="ReasonMissing"),
            Row("arbiter", force(2, "buyer"), refused="ReceiptUnknown"),
            Row("keeper", draft(c=1)),
            Row("arbiter", force(2, "buyer"), refused="UnexpectedReceiptState"),
            # The receiver of an order need not have agreed.
            Row("arbiter", force(1, "inspector"), receipts={1: "ISSUED inspector 1000"}),
        ]
    )


def test_a_freeze_comes_back_to_what_was(goods: GoodsScenario) -> None:
    goods.play(
        [
            *ISSUED,
            Row("arbiter", goods_commands.freeze(1, NO_HASH), refused="ReasonMissing"),
            *DISPUTED,
            *FROZEN,
            Row("arbiter", FREEZE, refused="UnexpectedReceiptState"),
            Row("owner", goods_commands.withdraw_dispute(1, REASON), refused="UnexpectedReceiptState"),
            Row("arbiter", goods_commands.close_dispute(1, REASON), refused="UnexpectedReceiptState"),
            Row("arbiter", goods_commands.unfreeze(1, NO_HASH), refused="ReasonMissing"),
            Row("arbiter", UNFREEZE, receipts={1: "DISPUTED owner 1000"}),
            Row("arbiter", UNFREEZE, refused="UnexpectedReceiptState"),
            Row("buyer", goods_commands.withdraw_dispute(1, REASON), refused="NotDisputant"),
            Row("keeper", goods_commands.withdraw_dispute(1, REASON), refused="NotDisputant"),
            Row("owner", goods_commands.withdraw_dispute(1, NO_HASH), refused="ReasonMissing"),
            Row("owner", goods_commands.withdraw_dispute(1, REASON), receipts={1: "ISSUED owner 1000"}),
            Row("keeper", goods_commands.dispute(1, digest("wet"))),
            Row("owner", goods_commands.withdraw_dispute(1, REASON), refused="NotDisputant"),
            Row("arbiter", goods_commands.close_dispute(1, REASON), receipts={1: "ISSUED owner 1000"}),
            # Closed is closed: the side of the last dispute is forgotten.
            *DISPUTED,
            Row("keeper", goods_commands.withdraw_dispute(1, REASON), refused="NotDisputant"),
        ]
    )


def test_a_receipt_without_goods_is_cancelled_and_counts_no_more(goods: GoodsScenario) -> None:
    cancel = goods_commands.cancel(1, keys("a b"), ORDER)
    goods.play(
        [
            *ISSUED,
            Row("arbiter", goods_commands.cancel(1, keys("a b"), NO_HASH), refused="ReasonMissing"),
            Row("arbiter", goods_commands.cancel(1, keys("a"), ORDER), refused="LotsDoNotAddUp"),
            *PLEDGED,
            *FROZEN,
            Row("arbiter", cancel, refused="ReceiptPledged"),
            Row("funder", release(FIRST)),
            Row("arbiter", cancel, receipts={1: "CANCELLED owner 1000"}, stocks={1: "1000/0"}, exposure=0),
            Row("arbiter", cancel, refused="UnexpectedReceiptState"),
            # An arbiter may also end a draft that its keeper leaves behind.
            Row("keeper", draft(a=600, b=400)),
            Row("arbiter", goods_commands.cancel(2, keys("a b"), ORDER), stocks={1: "1000/0"}),
            *issued(3, draft(a=600, b=400)),
        ]
    )


# As FORCED, for bills.
BILL = AssetId.of_bill(1)
SURRENDERED = [Row("owner", surrender(1))]
FROZEN_BILL = [Row("arbiter", bill_commands.freeze_bill(1, ORDER))]
PLEDGED_BILL = [Row("owner", pledge_bill(1))]
FORCED_BILLS = {
    "issued": ([], BillState.ISSUED, BillState.NONE, False),
    "pledged": (PLEDGED_BILL, BillState.ISSUED, BillState.NONE, True),
    "surrendered": (SURRENDERED, BillState.ISSUED, BillState.NONE, False),
    "frozen": (FROZEN_BILL, BillState.FROZEN, BillState.ISSUED, False),
    "frozen, pledged": ([*PLEDGED_BILL, *FROZEN_BILL], BillState.FROZEN, BillState.ISSUED, True),
    "frozen, surrendered": ([*SURRENDERED, *FROZEN_BILL], BillState.FROZEN, BillState.ISSUED, False),
}


@pytest.mark.parametrize("held_up", FORCED_BILLS)
def test_a_bill_moved_by_order_keeps_freeze_and_lien(goods: GoodsScenario, held_up: str) -> None:
    rows, state, before, pledged = FORCED_BILLS[held_up]
    to_buyer = bill_commands.force_transfer_bill(1, IDS["buyer"], ORDER)
    goods.play([Row("carrier", issue_bill()), *rows, Row("arbiter", to_buyer)])
    bill = goods.twin.state.bills[1]
    assert (bill.state, bill.before, bill.holder_id) == (state, before, IDS["buyer"])
    assert goods.twin.model.liens.encumbrance(BILL) == (pledged, False)
    if pledged and state is BillState.ISSUED:
        goods.play([Row("buyer", endorse(1, "funder"), refused="BillPledged")])
    if state is BillState.FROZEN:
        goods.play(
            [
                Row("buyer", endorse(1, "funder"), refused="UnexpectedBillState"),
                Row("buyer", surrender(1), refused="UnexpectedBillState"),
                Row("arbiter", bill_commands.unfreeze_bill(1, ORDER)),
            ]
        )
        assert goods.twin.state.bills[1].state is before


def test_what_orders_over_bills_refuse(goods: GoodsScenario) -> None:
    to = bill_commands.force_transfer_bill
    goods.play(
        [
            Row("carrier", issue_bill()),
            Row("arbiter", to(1, IDS["carrier"], ORDER), refused="CarrierAsHolder"),
            Row("arbiter", to(1, IDS["owner"], ORDER), refused="EndorseeHoldsIt"),
            Row("arbiter", to(1, 99, ORDER), refused="PartyUnknown"),
            Row("arbiter", to(1, IDS["buyer"], NO_HASH), refused="OrderMissing"),
            Row("arbiter", to(2, IDS["buyer"], ORDER), refused="BillUnknown"),
            Row("arbiter", bill_commands.freeze_bill(1, NO_HASH), refused="OrderMissing"),
            Row("arbiter", bill_commands.unfreeze_bill(1, ORDER), refused="UnexpectedBillState"),
            Row("owner", pledge_bill(1)),
            Row("arbiter", enforce(BILL, "carrier"), refused="CarrierAsHolder"),
            Row("arbiter", enforce(BILL, "buyer"), bills={1: "ISSUED buyer 1000"}),
        ]
    )


def test_a_bill_is_reinstated_when_its_receipt_never_came_to_be(goods: GoodsScenario) -> None:
    reinstate = bill_commands.reinstate_bill(1, ORDER)
    goods.play(
        [
            Row("carrier", issue_bill()),
            Row("arbiter", reinstate, refused="UnexpectedBillState"),
            Row("owner", surrender(1)),
            Row("keeper", draft(a=600, b=400)),
            Row("carrier", bill_commands.discharge_bill(1, 1)),
            Row("arbiter", reinstate, refused="ReceiptUnlike"),
            Row("keeper", goods_commands.discard_draft(1, keys("a b"))),
            Row("arbiter", bill_commands.reinstate_bill(1, NO_HASH), refused="OrderMissing"),
            Row("carrier", reinstate, refused="AccessManagedUnauthorized"),
            Row("arbiter", reinstate, bills={1: "ISSUED owner 1000"}),
            Row("arbiter", reinstate, refused="UnexpectedBillState"),
            Row("carrier", issue_bill(), refused="BillNumberUsed"),
            Row("owner", endorse(1, "buyer")),
            Row("buyer", surrender(1)),
            Row("keeper", draft(depositor="buyer", a=600, b=400)),
            Row("carrier", bill_commands.discharge_bill(1, 2), bills={1: "DISCHARGED buyer 1000"}),
            Row("inspector", attest(2)),
            Row("keeper", issue(2), receipts={2: "ISSUED buyer 1000"}),
            Row("arbiter", reinstate, refused="ReceiptUnlike"),
        ]
    )
    assert bill_terms().number in goods.twin.state.bill_numbers
