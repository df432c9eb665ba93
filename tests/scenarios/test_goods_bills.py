"""Bills of lading: one number, one bill, one holder, until it ends in another bill or in a receipt."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events.goods_events import BillTerms
from counterfoil.domain.lot import AssetId
from model import bill_commands, goods_commands
from model.commands import digest
from scenarios.goods_table import (
    NO_HASH,
    PLATE,
    GoodsScenario,
    Row,
    attest,
    bill_terms,
    block,
    draft,
    endorse,
    issue,
    issue_bill,
    lift,
    pledge_bill,
    release,
    surrender,
)

BILL = AssetId.of_bill(1)


def test_a_bill_is_endorsed_along_and_ends_in_a_receipt(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("carrier", issue_bill(), bills={1: "ISSUED owner 1000"}),
            Row("buyer", endorse(1, "funder"), refused="NotBillHolder"),
            Row("owner", endorse(1, "buyer"), bills={1: "ISSUED buyer 1000"}),
            Row("buyer", endorse(1, "funder"), bills={1: "ISSUED funder 1000"}),
            Row("funder", endorse(1, "buyer")),
            Row("carrier", bill_commands.discharge_bill(1, 1), refused="UnexpectedBillState"),
            Row("buyer", surrender(1), bills={1: "SURRENDERED buyer 1000"}),
            Row("buyer", endorse(1, "funder"), refused="UnexpectedBillState"),
            Row("buyer", bill_commands.revoke_surrender(1), bills={1: "ISSUED buyer 1000"}),
            Row("buyer", surrender(1)),
            Row("keeper", draft(depositor="buyer", a=600, b=400)),
            Row("keeper", bill_commands.discharge_bill(1, 1), refused="NotCarrier"),
            Row("carrier", bill_commands.discharge_bill(1, 1), bills={1: "DISCHARGED buyer 1000"}),
            Row("inspector", attest(1)),
            Row("keeper", issue(1), receipts={1: "ISSUED buyer 1000"}),
            Row("buyer", endorse(1, "funder"), refused="UnexpectedBillState"),
            Row("buyer", bill_commands.revoke_surrender(1), refused="UnexpectedBillState"),
        ]
    )
    bill = goods.twin.state.bills[1]
    assert (bill.sequence, bill.receipt_id, goods.twin.state.receipt_bills) == (3, 1, {1: 1})


def test_what_issuing_a_bill_refuses(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("owner", issue_bill(), refused="RoleMissing"),
            Row("carrier", issue_bill(""), refused="BillNumberMissing"),
            Row("carrier", issue_bill(good=NO_HASH), refused="GoodMissing"),
            Row("carrier", issue_bill(quantity=0), refused="BillQuantityZero"),
            Row("carrier", issue_bill(decimals=19), refused="DecimalsInvalid", facts={"maximum": 18}),
            Row("carrier", issue_bill(root=NO_HASH), refused="BillDetailMissing"),
            Row("carrier", issue_bill(shipper="carrier"), refused="CarrierAsHolder"),
            Row("carrier", bill_commands.issue_bill(_to_nobody()), refused="PartyUnknown"),
            Row(
                "carrier", issue_bill(decimals=18, quantity=2**64 - 1), bills={1: f"ISSUED owner {2**64 - 1}"}
            ),
        ]
    )


def test_a_number_is_one_bill_for_ever(goods: GoodsScenario) -> None:
    used = {"bill": 1}
    goods.play(
        [
            Row("carrier", issue_bill("one")),
            Row("carrier", issue_bill("one"), refused="BillNumberUsed", facts=used),
            Row("outsider", issue_bill("one", shipper="buyer"), refused="BillNumberUsed", facts=used),
            Row("owner", surrender(1)),
            Row("carrier", bill_commands.switch_bill(1, bill_terms("one")), refused="BillNumberUsed"),
            Row("carrier", bill_commands.switch_bill(1, bill_terms("two")), bills={1: "SWITCHED owner 1000"}),
            Row("carrier", issue_bill("one"), refused="BillNumberUsed", facts=used),
            Row("carrier", issue_bill("two"), refused="BillNumberUsed", facts={"bill": 2}),
        ]
    )


def test_a_switch_changes_the_number_and_nothing_that_matters(goods: GoodsScenario) -> None:
    def switch(**changed: object) -> Row:
        terms = bill_terms("two", **changed)  # type: ignore[arg-type]  # passed on
        return Row("carrier", bill_commands.switch_bill(1, terms), refused="SwitchUnlike")

    goods.play(
        [
            Row("carrier", issue_bill("one")),
            Row("carrier", bill_commands.switch_bill(1, bill_terms("two")), refused="UnexpectedBillState"),
            Row("owner", surrender(1)),
            switch(good=PLATE),
            switch(quantity=999),
            switch(decimals=2),
            switch(shipper="buyer"),
            Row("outsider", bill_commands.switch_bill(1, bill_terms("two")), refused="NotCarrier"),
            Row("owner", bill_commands.switch_bill(1, bill_terms("two")), refused="RoleMissing"),
            Row(
                "carrier",
                bill_commands.switch_bill(1, bill_terms("two", root=digest("other port"))),
                bills={1: "SWITCHED owner 1000", 2: "ISSUED owner 1000"},
            ),
            Row("owner", endorse(2, "buyer")),
            Row("owner", surrender(1), refused="UnexpectedBillState"),
        ]
    )
    assert goods.twin.state.bills[2].replaces_id == 1


def test_a_bill_ends_in_one_receipt_for_its_holder_over_its_goods(goods: GoodsScenario) -> None:
    unlike = "ReceiptUnlike"
    goods.play(
        [
            Row("inspector", goods_commands.attest_stock(1, 5000, digest("report"))),
            Row("keeper", goods_commands.open_stock(digest("site"), PLATE, 3)),
            Row("keeper", goods_commands.open_stock(digest("other site"), digest("coil"), 2)),
            Row("carrier", issue_bill("one")),
            Row("carrier", issue_bill("two")),
            Row("owner", surrender(1)),
            Row("owner", surrender(2)),
            Row("carrier", bill_commands.discharge_bill(1, 1), refused="ReceiptUnknown"),
            Row("keeper", draft(depositor="buyer", a=1)),
            Row("carrier", bill_commands.discharge_bill(1, 1), refused=unlike),
            Row("keeper", draft(b=1001)),
            Row("carrier", bill_commands.discharge_bill(1, 2), refused=unlike),
            Row("keeper", draft(stock_id=2, c=1)),
            Row("carrier", bill_commands.discharge_bill(1, 3), refused=unlike),
            Row("keeper", draft(stock_id=3, d=1)),
            Row("carrier", bill_commands.discharge_bill(1, 4), refused=unlike),
            Row("keeper", draft(e=1000)),
            Row("inspector", attest(5)),
            Row("keeper", issue(5)),
            Row("carrier", bill_commands.discharge_bill(1, 5), refused="UnexpectedReceiptState"),
            Row("keeper", draft(f=1000)),
            Row("carrier", bill_commands.discharge_bill(1, 6), bills={1: "DISCHARGED owner 1000"}),
            Row("carrier", bill_commands.discharge_bill(1, 6), refused="UnexpectedBillState"),
            Row("carrier", bill_commands.discharge_bill(2, 6), refused="ReceiptHasBill", facts={"bill": 1}),
        ]
    )


def test_a_pledged_or_blocked_bill_stays_where_it_is(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("carrier", issue_bill()),
            Row("owner", pledge_bill(1)),
            Row("owner", pledge_bill(1, "buyer"), refused="AssetEncumbered"),
            Row("owner", endorse(1, "buyer"), refused="BillPledged"),
            Row("owner", surrender(1), refused="BillPledged"),
            Row("examiner", block(BILL)),
            Row("funder", release(BILL)),
            Row("owner", pledge_bill(1), refused="AssetBlocked"),
            Row("owner", surrender(1), refused="BillBlocked"),
            Row("owner", endorse(1, "buyer"), bills={1: "ISSUED buyer 1000"}),
            Row("arbiter", lift(BILL)),
            Row("buyer", surrender(1)),
            # A block that comes late still stops what would leave it behind.
            Row("examiner", block(BILL, "late")),
            Row("keeper", draft(depositor="buyer", a=1000)),
            Row("carrier", bill_commands.discharge_bill(1, 1), refused="BillBlocked"),
            Row(
                "carrier",
                bill_commands.switch_bill(1, bill_terms("two", shipper="buyer")),
                refused="BillBlocked",
            ),
            Row("buyer", bill_commands.revoke_surrender(1)),
            Row("buyer", pledge_bill(1), refused="AssetBlocked"),
        ]
    )


def test_what_an_endorsement_refuses(goods: GoodsScenario) -> None:
    goods.play(
        [
            Row("carrier", issue_bill()),
            Row("owner", endorse(1, "buyer", NO_HASH), refused="EndorsementUnfounded"),
            Row("owner", endorse(1, "owner"), refused="EndorseeHoldsIt"),
            Row("owner", endorse(1, "carrier"), refused="CarrierAsHolder"),
            Row("owner", endorse(1, "inspector"), refused="EndorseeHasNotAccepted"),
            Row("owner", bill_commands.endorse(1, 99, digest("order 7")), refused="EndorseeHasNotAccepted"),
            Row("owner", endorse(2, "buyer"), refused="BillUnknown"),
            Row("owner", bill_commands.surrender(1, NO_HASH), refused="OrderMissing"),
        ]
    )


def _to_nobody() -> BillTerms:
    return replace(bill_terms(), shipper_id=99)
