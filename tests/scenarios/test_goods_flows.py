"""Warehouse receipts from the draft to the delivery: what is allowed, and what the numbers are."""

from __future__ import annotations

import pytest

from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import PartyState, ReceiptState
from model import commands, goods_commands
from model.commands import digest
from model.contract_chain import START_S
from scenarios.goods_table import (
    CNY,
    COIL,
    EUR,
    IDS,
    ISSUED,
    NO_HASH,
    REASON,
    GoodsScenario,
    Row,
    Wait,
    attest,
    block,
    count,
    deliver,
    draft,
    enforce,
    issue,
    issued,
    keys,
    lift,
    merge,
    order_delivery,
    part,
    pledge_receipt,
    release,
    release_part,
    restack,
    split,
    transfer,
)

FIRST = AssetId.of_receipt(1)


def test_goods_come_in_change_hands_and_leave_once(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("keeper", draft(a=600, b=400), receipts={1: "DRAFT owner 1000"}, stocks={1: "1000/0"}),
            Row("keeper", issue(1), refused="NotAttested"),
            Row("inspector", attest(1), exposure=0),
            Row("keeper", issue(1), stocks={1: "1000/1000"}, exposure=90_000),
            Row("owner", transfer(1, "buyer"), receipts={1: "ISSUED buyer 1000"}),
            Row("owner", order_delivery(1), refused="NotReceiptHolder"),
            Row("buyer", order_delivery(1), receipts={1: "RELEASED buyer 1000"}),
            Row("buyer", goods_commands.revoke_delivery(1), receipts={1: "ISSUED buyer 1000"}),
            Row("buyer", order_delivery(1)),
            Row("keeper", deliver(1, "a"), refused="LotsDoNotAddUp", facts={"quantity": 1000, "lots": 600}),
            Row("keeper", deliver(1, "a a"), refused="LotNotInReceipt"),
            Row(
                "keeper",
                deliver(1, "a b"),
                receipts={1: "DELIVERED buyer 1000"},
                stocks={1: "0/0"},
                exposure=0,
            ),
            Row("keeper", deliver(1, "a b"), refused="UnexpectedReceiptState"),
            Row("inspector", count(600)),
            *issued(2, draft(a=600)),
        ]
    )
    assert goods.twin.state.receipts[1].lots == ()


def test_a_seal_serves_once_for_what_it_says_and_in_its_time(goods: GoodsScenario) -> None:
    wrong = "SealNotKeepers"
    nobody, other = {"signer": 0}, {"signer": IDS["keeper2"]}
    goods.play(
        [
            *ISSUED,
            Row("owner", transfer(1, "buyer", by=None), refused=wrong, facts=nobody),
            Row("owner", transfer(1, "buyer", by="keeper2"), refused=wrong, facts=other),
            Row("owner", transfer(1, "buyer", by="owner"), refused=wrong, facts={"signer": IDS["owner"]}),
            Row("owner", transfer(1, "buyer", sealed_to="funder"), refused=wrong, facts=nobody),
            Row("owner", transfer(1, "buyer", sealed_for=2), refused=wrong, facts=nobody),
            Row("owner", transfer(1, "buyer", sequence=1), refused=wrong, facts=nobody),
            Row("owner", transfer(1, "buyer", background=NO_HASH), refused="TradeBackgroundMissing"),
            Wait(until_s=START_S + 100),
            Row("owner", transfer(1, "buyer", deadline_s=START_S + 99), refused="SealExpired"),
            Row("owner", transfer(1, "buyer", deadline_s=START_S + 100), receipts={1: "ISSUED buyer 1000"}),
            # The same seal again: the buyer holds it, and no act brings the sequence back.
            Row("buyer", transfer(1, "funder", sequence=0), refused=wrong, facts=nobody),
            Row("buyer", transfer(1, "funder", sequence=1), receipts={1: "ISSUED funder 1000"}),
            Row("registrar", commands.remove_key(IDS["keeper"], _key(goods, "keeper"))),
            Row("funder", transfer(1, "buyer", sequence=2), refused=wrong, facts=nobody),
        ]
    )


def test_a_suspended_keeper_seals_nothing(goods: GoodsScenario) -> None:
    goods.play(
        [
            *ISSUED,
            Row("registrar", commands.set_party_state(IDS["keeper"], PartyState.SUSPENDED)),
            Row("owner", transfer(1, "buyer"), refused="SealNotKeepers", facts={"signer": 0}),
            Row("owner", split(1, "a"), refused="SealNotKeepers"),
            Row("registrar", commands.set_party_state(IDS["keeper"], PartyState.ACTIVE)),
            Row("owner", transfer(1, "buyer"), receipts={1: "ISSUED buyer 1000"}),
        ]
    )


def test_nobody_is_given_goods_that_it_did_not_agree_to(goods: GoodsScenario) -> None:
    goods.play(
        [
            *ISSUED,
            Row("owner", transfer(1, "inspector"), refused="TransfereeHasNotAccepted"),
            Row("owner", transfer(1, "keeper"), refused="KeeperAsHolder"),
            Row("owner", transfer(1, "owner"), refused="TransfereeHoldsIt"),
            Row("keeper", draft(depositor="keeper", c=1), refused="KeeperAsHolder"),
        ]
    )


def test_split_by_fractions_keeps_quantity_and_value_to_the_last_unit(goods: GoodsScenario) -> None:
    goods.play(
        [
            *issued(1, draft(value=100, a=333, b=333, c=333, d=1)),
            Row("owner", split(1, "a", "b", sequence=0), receipts={1: "ISSUED owner 334"}),
            # 100 * 333 / 1000 is 33; then 67 * 333 / 667 is 33; the rest keeps 34.
        ]
    )
    values = [goods.twin.state.receipts[number].value_minor for number in (1, 2, 3)]
    assert values == [34, 33, 33]
    assert goods.twin.state.receipts[1].sequence == 2
    goods.play(
        [
            Row("owner", split(1, "d", sequence=2), receipts={1: "ISSUED owner 333", 4: "ISSUED owner 1"}),
            Row("owner", merge(1, (4, "d"), (2, "a"), sequence=3), receipts={1: "ISSUED owner 667"}),
            Row("owner", merge(1, (3, "b"), sequence=5), receipts={1: "ISSUED owner 1000"}, exposure=100),
        ]
    )
    whole = goods.twin.state.receipts[1]
    assert (whole.value_minor, whole.sequence, set(whole.lots)) == (100, 6, set(keys("a b c d")))
    assert [goods.twin.state.receipts[number].state for number in (2, 3, 4)] == [ReceiptState.CANCELLED] * 3


def test_a_part_of_a_worthless_unit_has_no_value(goods: GoodsScenario) -> None:
    goods.play([*issued(1, draft(value=2, a=1, b=999)), Row("owner", split(1, "a"))])
    assert [goods.twin.state.receipts[number].value_minor for number in (1, 2)] == [2, 0]


def test_what_a_split_refuses(goods: GoodsScenario) -> None:
    goods.play(
        [
            *ISSUED,
            Row("owner", split(1), refused="PartsMissing"),
            Row("owner", split(1, "a b"), refused="PartTakesAll"),
            Row("owner", split(1, "a", "b"), refused="PartTakesAll"),
            Row("owner", split(1, "a", "a"), refused="LotNotInReceipt"),
            Row("owner", split(1, "a a"), refused="LotNotInReceipt"),
            Row("owner", split(1, "c"), refused="LotNotInReceipt"),
            Row("owner", split(1, "a", rest=NO_HASH), refused="DetailRootMissing"),
            Row("owner", split(1, stated=[part("")]), refused="LotsMissing"),
            Row("owner", split(1, "a", by="keeper2"), refused="SealNotKeepers"),
            Row("buyer", split(1, "a"), refused="NotReceiptHolder"),
            Row("owner", split(1, "a"), receipts={1: "ISSUED owner 400", 2: "ISSUED owner 600"}),
        ]
    )


def test_goods_in_one_lot_are_parted_by_stacking_them_anew_first(goods: GoodsScenario) -> None:
    goods.play(
        [
            *issued(1, draft(a=1000)),
            Row("owner", split(1, "a"), refused="PartTakesAll"),
            Row("keeper", restack(1, "a", b=999), refused="LotsDoNotAddUp", facts={"quantity": 1000}),
            Row("keeper", restack(1, "a", b=999, c=1, d=1), refused="LotsDoNotAddUp", facts={"lots": 1001}),
            Row("keeper", restack(1, "", b=1), refused="LotsDoNotAddUp", facts={"quantity": 0, "lots": 1}),
            Row("keeper", restack(1, "a"), refused="LotsMissing"),
            Row("keeper", restack(1, "a", reason=NO_HASH, b=1000), refused="ReasonMissing"),
            Row("owner", restack(1, "a", b=1000), refused="NotKeeper"),
            # A lot may keep its key when its quantity changes.
            Row("keeper", restack(1, "a", a=999, b=1), receipts={1: "ISSUED owner 1000"}),
            Row("owner", split(1, "b"), receipts={1: "ISSUED owner 999", 2: "ISSUED owner 1"}),
            Row("keeper", restack(1, "a", b=999), refused="LotBacksReceipt", facts={"receipt": 2}),
        ]
    )


def test_merge_takes_what_is_alike_and_the_consent_of_all(goods: GoodsScenario) -> None:
    stock_2 = goods_commands.open_stock(digest("other site"), COIL, 3)
    goods.play(
        [
            Row("inspector", count(10_000)),
            *issued(1, draft(a=100)),
            *issued(2, draft(consent=False, b=100)),
            *issued(3, draft(currency=CNY, depositor="buyer", c=100)),
            Row("governor", goods_commands.set_exposure_cap(IDS["keeper"], EUR, 90_000)),
            *issued(4, draft(currency=EUR, d=100)),
            Row("keeper", stock_2),
            Row("inspector", count(1000, 2)),
            *issued(5, draft(stock_id=2, e=100)),
            Row("owner", merge(1), refused="SourcesMissing"),
            Row("owner", merge(1, (1, "a")), refused="MergeUnlike"),
            Row("owner", merge(1, (3, "c")), refused="NotReceiptHolder", facts={"receipt": 3}),
            Row("owner", merge(1, (4, "d")), refused="MergeUnlike"),
            Row("owner", merge(1, (5, "e")), refused="MergeUnlike"),
            Row("owner", merge(1, (9, "x")), refused="ReceiptUnknown"),
            Row(
                "owner", merge(1, (2, "b"), (2, "b")), refused="UnexpectedReceiptState", facts={"receipt": 2}
            ),
            Row("owner", merge(1, (2, "")), refused="LotsDoNotAddUp", facts={"receipt": 2, "lots": 0}),
            Row("owner", merge(1, (2, "a")), refused="LotNotInReceipt"),
            Row("owner", merge(1, (2, "b"), root=NO_HASH), refused="DetailRootMissing"),
            Row("owner", pledge_receipt(1)),
            Row("owner", merge(1, (2, "b")), refused="ReceiptPledged", facts={"receipt": 1}),
            Row("owner", merge(2, (1, "a")), refused="ReceiptPledged", facts={"receipt": 1}),
            Row("funder", release(FIRST)),
            Row("owner", merge(1, (2, "b")), receipts={1: "ISSUED owner 200", 2: "CANCELLED owner 100"}),
            Row("owner", pledge_receipt(1), refused="PledgeNotConsented"),
            Row("owner", pledge_receipt(2), refused="UnexpectedReceiptState"),
        ]
    )


def test_a_pledged_receipt_rests_until_its_pledgee_lets_it_go(goods: GoodsScenario) -> None:
    pledged = "ReceiptPledged"
    goods.play(
        [
            *ISSUED,
            Row("owner", pledge_receipt(1)),
            Row("owner", pledge_receipt(1, "buyer"), refused="AssetEncumbered"),
            Row("owner", transfer(1, "buyer"), refused=pledged),
            Row("owner", split(1, "a"), refused=pledged),
            Row("owner", order_delivery(1), refused=pledged),
            Row("arbiter", goods_commands.cancel(1, keys("a b"), REASON), refused=pledged),
            Row("owner", release_part(1, "a"), refused="NotPledgee"),
            Row("funder", release_part(1, "a", by="owner"), refused="SealNotKeepers"),
            Row("funder", release_part(1, "a b"), refused="PartTakesAll"),
            Row("funder", release_part(1, "a", reason=NO_HASH), refused="ReasonHashMissing"),
            Row("funder", release_part(1, "a"), receipts={1: "ISSUED owner 400", 2: "ISSUED owner 600"}),
            Row("owner", transfer(1, "buyer", sequence=1), refused=pledged),
            Row("owner", transfer(2, "buyer"), receipts={2: "ISSUED buyer 600"}),
            # The keeper may go on with its own work.
            Row("keeper", restack(1, "b", b=399, c=1), receipts={1: "ISSUED owner 400"}),
            Row("keeper", goods_commands.set_pledge_consent(1, False)),
            Row("funder", release(FIRST)),
            Row("owner", pledge_receipt(1), refused="PledgeNotConsented"),
            Row("owner", order_delivery(1)),
            Row("keeper", deliver(1, "b c"), stocks={1: "600/600"}),
        ]
    )
    assert goods.twin.model.liens.encumbrance(FIRST) == (False, False)


def test_enforcement_moves_a_receipt_that_its_holder_disputes(goods: GoodsScenario) -> None:
    goods.play(
        [
            *ISSUED,
            Row("owner", pledge_receipt(1)),
            Row("owner", goods_commands.dispute(1, digest("delay"))),
            Row("arbiter", enforce(FIRST, "keeper"), refused="KeeperAsHolder"),
            Row("arbiter", enforce(FIRST, "owner"), refused="EnforcedToHolder"),
            Row("arbiter", enforce(FIRST, "funder"), receipts={1: "DISPUTED funder 1000"}),
            Row("owner", goods_commands.withdraw_dispute(1, REASON), refused="NotDisputant"),
            Row("funder", goods_commands.withdraw_dispute(1, REASON), receipts={1: "ISSUED funder 1000"}),
            Row("funder", transfer(1, "buyer", sequence=0), refused="SealNotKeepers"),
            Row("funder", transfer(1, "buyer", sequence=1), receipts={1: "ISSUED buyer 1000"}),
        ]
    )


@pytest.mark.parametrize("held_up", ["frozen", "released"])
def test_enforcement_waits_for_a_freeze(goods: GoodsScenario, held_up: str) -> None:
    order = digest("order")
    stop = {
        "frozen": [Row("owner", pledge_receipt(1)), Row("arbiter", goods_commands.freeze(1, order))],
        "released": [
            Row("owner", order_delivery(1)),
            Row("owner", pledge_receipt(1), refused="UnexpectedReceiptState"),
        ],
    }
    told = {"frozen": "UnexpectedReceiptState", "released": "LienUnknown"}
    goods.play([*ISSUED, *stop[held_up], Row("arbiter", enforce(FIRST, "funder"), refused=told[held_up])])


def test_a_block_stops_what_would_leave_it_behind(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("inspector", count(2000)),
            *issued(1, draft(a=600, b=400)),
            *issued(2, draft(c=100)),
            Row("keeper", draft(d=100)),
            Row("owner", pledge_receipt(1)),
            Row("examiner", block(FIRST)),
            Row("examiner", block(AssetId.of_receipt(3))),
            Row("funder", release_part(1, "a"), refused="AssetBlocked"),
            Row("funder", release(FIRST)),
            Row("owner", pledge_receipt(1), refused="AssetBlocked"),
            Row("owner", split(1, "a"), refused="ReceiptBlocked"),
            Row("owner", merge(1, (2, "c")), refused="ReceiptBlocked", facts={"receipt": 1}),
            Row("owner", merge(2, (1, "a b")), refused="ReceiptBlocked", facts={"receipt": 1}),
            Row("owner", order_delivery(1), refused="ReceiptBlocked"),
            Row("keeper", goods_commands.discard_draft(3, keys("d")), refused="ReceiptBlocked"),
            # The number stays with the goods: whoever buys them takes the block over.
            Row("owner", transfer(1, "buyer"), receipts={1: "ISSUED buyer 1000"}),
            Row("buyer", pledge_receipt(1), refused="AssetBlocked"),
            Row("arbiter", lift(FIRST)),
            Row("buyer", order_delivery(1)),
            Row("examiner", block(FIRST, "later")),
            Row("keeper", deliver(1, "a b"), refused="ReceiptBlocked"),
            Row("arbiter", lift(FIRST, "later")),
            Row("keeper", deliver(1, "a b"), receipts={1: "DELIVERED buyer 1000"}),
        ]
    )


def test_drafts_are_dropped_and_what_they_took_is_free(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("keeper", draft(a=600, b=400)),
            Row("keeper", draft(b=400), refused="LotBacksReceipt", facts={"receipt": 1}),
            Row("keeper", goods_commands.discard_draft(1, keys("a")), refused="LotsDoNotAddUp"),
            Row("keeper", goods_commands.discard_draft(1, keys("a b")), receipts={1: "CANCELLED owner 1000"}),
            Row("keeper", goods_commands.discard_draft(1, keys("a b")), refused="UnexpectedReceiptState"),
            *issued(2, draft(a=600, b=400)),
        ]
    )


def test_amendments_change_words_and_nothing_else(goods: GoodsScenario) -> None:
    new = digest("storage until June")
    goods.play(
        [
            *ISSUED,
            Row("keeper", goods_commands.amend(1, NO_HASH, REASON), refused="DetailRootMissing"),
            Row("keeper", goods_commands.amend(1, new, NO_HASH), refused="ReasonMissing"),
            Row("keeper", goods_commands.amend(1, new, REASON), receipts={1: "ISSUED owner 1000"}),
            # The seal of before serves: an amendment is no move.
            Row("owner", transfer(1, "buyer", sequence=0)),
        ]
    )
    assert goods.twin.state.receipts[1].detail_root == new


def test_draft_lots_are_stated_whole(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("keeper", draft(), refused="LotsMissing"),
            Row("keeper", draft(a=0), refused="LotQuantityZero"),
            Row("keeper", draft(stock_id=2, a=1), refused="StockUnknown"),
            Row("keeper2", draft(a=1), refused="NotKeeper"),
            Row("keeper", draft(root=NO_HASH, a=1), refused="DetailRootMissing"),
            Row("keeper", draft(a=2**64 - 1, b=1), refused="QuantityTooLarge", facts={"quantity": 2**64}),
            Row("keeper", draft(a=2**64 - 2, b=1), receipts={1: f"DRAFT owner {2**64 - 1}"}),
        ]
    )


def _key(goods: GoodsScenario, name: str) -> str:
    return next(iter(goods.twin.state.parties[IDS[name]].keys))
