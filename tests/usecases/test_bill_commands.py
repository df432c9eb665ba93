"""A bill of lading: one number in every spelling, an endorsement chain, surrender, switch, discharge."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.states import BillState, ReceiptState
from counterfoil.usecases.bills.discharge_bill import discharge_bill
from counterfoil.usecases.bills.endorse_bill import endorse_bill
from counterfoil.usecases.bills.force_bill_transfer import force_bill_transfer
from counterfoil.usecases.bills.freeze_bill import freeze_bill
from counterfoil.usecases.bills.issue_bill import BillDocument, issue_bill
from counterfoil.usecases.bills.list_bills import list_bills, show_bill
from counterfoil.usecases.bills.reinstate_bill import reinstate_bill
from counterfoil.usecases.bills.revoke_surrender import revoke_surrender
from counterfoil.usecases.bills.surrender_bill import surrender_bill
from counterfoil.usecases.bills.switch_bill import switch_bill
from counterfoil.usecases.bills.unfreeze_bill import unfreeze_bill
from counterfoil.usecases.liens.pledge_asset import pledge_asset
from counterfoil.usecases.liens.release_lien import release_lien
from counterfoil.usecases.receipts.attest_receipt import attest_receipt
from counterfoil.usecases.receipts.cancel_receipt import cancel_receipt
from counterfoil.usecases.receipts.discard_draft import discard_draft
from counterfoil.usecases.receipts.issue_receipt import issue_receipt
from counterfoil.usecases.receipts.take_in import take_in
from counterfoil.usecases.workbench import Workbench
from goods_support import CARRIER, INSPECTOR, KEEPER, SOURCE, STEEL, books_hold, coil, document, refusal
from ledger_support import BANK, HALDEN, LAHN, VALTENNA

AT_SEA = BillDocument(
    carrier_code="MAEU",
    number="MAEU 583-047-112",
    good=STEEL,
    quantity=STEEL.quantity("20.000"),
    port_of_loading="CNSHA",
    port_of_discharge="DEHAM",
    vessel="Ebba",
    seals=("ML-771",),
)


def issued_bill(bench: Workbench) -> int:
    return issue_bill(bench, actor=CARRIER.key, shipper=VALTENNA.key, document=AT_SEA).bill_id


def test_a_number_is_used_once_in_every_spelling(warehouse: Workbench) -> None:
    """Two sets of originals under one number went to two banks in 2023."""
    bench = warehouse
    issued_bill(bench)
    ask = {"actor": CARRIER.key, "shipper": LAHN.key}
    for number in ("583047112", "maeu583047112", " MRKU-583047112", "0583047112"):
        assert refusal(bench, issue_bill, document=replace(AT_SEA, number=number), **ask) == "BillNumberUsed"
    other = replace(AT_SEA, number="583047113")
    assert issue_bill(bench, document=other, **ask).bill_id == 2
    foreign = replace(AT_SEA, number="MSCU583047114")
    assert refusal(bench, issue_bill, document=foreign, **ask) == "BillOfAnotherCarrier"
    fresh = replace(AT_SEA, number="99")
    assert refusal(bench, issue_bill, document=fresh, **{**ask, "actor": KEEPER.key}) == "RoleMissing"
    nowhere = replace(AT_SEA, number="77", port_of_loading=" ")
    assert refusal(bench, issue_bill, document=nowhere, **ask) == "ReferenceEmpty"


def test_endorsements_make_a_chain(warehouse: Workbench) -> None:
    bench = warehouse
    bill_id = issued_bill(bench)
    step = {"bill_id": bill_id, "reference": "contract 5"}
    assert refusal(bench, endorse_bill, actor=LAHN.key, to=HALDEN.key, **step) == "NotBillHolder"
    assert refusal(bench, endorse_bill, actor=VALTENNA.key, to=SOURCE.key, **step) == "EndorseeHasNotAccepted"
    assert refusal(bench, endorse_bill, actor=VALTENNA.key, to=LAHN.key, bill_id=bill_id, reference=" ") == (
        "ReferenceEmpty"
    )
    endorse_bill(bench, actor=VALTENNA.key, to=LAHN.key, **step)
    endorse_bill(bench, actor=LAHN.key, to=HALDEN.key, **step)
    sheet = show_bill(bench, bill_id=bill_id)
    assert [each.to_name for each in sheet.endorsements] == [LAHN.name, HALDEN.name]
    assert (sheet.holder_name, sheet.number, sheet.carrier_code) == (HALDEN.name, AT_SEA.number, "MAEU")
    assert sheet.quantity == "20.000 TNE"
    assert books_hold(bench)


def test_a_bill_is_pledged_like_every_asset(warehouse: Workbench) -> None:
    bench = warehouse
    bill_id = issued_bill(bench)
    ask = {
        "actor": VALTENNA.key,
        "asset": f"bill:{bill_id}",
        "pledgee": BANK.key,
        "secured_minor": 100_000,
        "agreement": "PL-5",
    }
    assert refusal(bench, pledge_asset, **ask) == "CurrencyOfBillMissing"
    pledge_asset(bench, currency="EUR", **ask)
    assert show_bill(bench, bill_id=bill_id).state is BillState.PLEDGED
    assert refusal(bench, pledge_asset, currency="EUR", **ask) == "AssetEncumbered"
    step = {"actor": VALTENNA.key, "bill_id": bill_id}
    assert refusal(bench, endorse_bill, to=LAHN.key, reference="x", **step) == "BillPledged"
    assert refusal(bench, surrender_bill, order="for the goods", **step) == "BillPledged"
    (lien,) = show_bill(bench, bill_id=bill_id).liens
    assert lien.currency is not None
    assert lien.currency.code == "EUR"
    release_lien(bench, actor=BANK.key, asset=f"bill:{bill_id}", reason="paid")
    endorse_bill(bench, to=LAHN.key, reference="contract 5", **step)


def test_a_surrendered_bill_is_switched_for_another_number(warehouse: Workbench) -> None:
    bench = warehouse
    bill_id = issued_bill(bench)
    fresh = replace(AT_SEA, number="583047200", port_of_discharge="BEANR")
    switch = {"actor": CARRIER.key, "bill_id": bill_id}
    assert refusal(bench, switch_bill, document=fresh, **switch) == "UnexpectedBillState"
    surrender_bill(bench, actor=VALTENNA.key, bill_id=bill_id, order="switch to Antwerp")
    revoke_surrender(bench, actor=VALTENNA.key, bill_id=bill_id)
    surrender_bill(bench, actor=VALTENNA.key, bill_id=bill_id, order="switch to Antwerp")
    assert refusal(bench, switch_bill, document=AT_SEA, **switch) == "BillNumberUsed"
    lighter = replace(fresh, quantity=STEEL.quantity("19"))
    assert refusal(bench, switch_bill, document=lighter, **switch) == "SwitchUnlike"
    switched = switch_bill(bench, document=fresh, **switch)
    former, now = list_bills(bench)
    assert (former.state, now.state, now.bill.replaces_id) == (BillState.SWITCHED, BillState.ISSUED, bill_id)
    assert now.bill.bill_id == switched.bill_id
    assert now.holder_name == VALTENNA.name


def test_goods_that_arrived_turn_the_bill_into_a_receipt(warehouse: Workbench) -> None:
    bench = warehouse
    bill_id = issued_bill(bench)
    endorse_bill(bench, actor=VALTENNA.key, bill_id=bill_id, to=LAHN.key, reference="contract 5")
    arrived = document([coil("X-1", "20.000")], number="WR-9")
    draft = take_in(bench, actor=KEEPER.key, document=arrived, pledge_consent=True)
    heavier = take_in(bench, actor=KEEPER.key, document=document([coil("X-2", "20.001")], number="WR-10"))
    end = {"actor": CARRIER.key, "bill_id": bill_id, "receipt_id": draft.receipt_id}
    assert refusal(bench, discharge_bill, **end) == "UnexpectedBillState"
    surrender_bill(bench, actor=LAHN.key, bill_id=bill_id, order="into store at Duisburg")
    assert refusal(bench, discharge_bill, **{**end, "actor": KEEPER.key}) == "NotCarrier"
    assert refusal(bench, discharge_bill, **{**end, "receipt_id": 1}) == "UnexpectedReceiptState"
    assert refusal(bench, discharge_bill, **{**end, "receipt_id": heavier.receipt_id}) == "ReceiptUnlike"
    discharge_bill(bench, **end)
    sheet = show_bill(bench, bill_id=bill_id)
    assert (sheet.state, sheet.bill.receipt_id) == (BillState.DISCHARGED, draft.receipt_id)
    attest_receipt(bench, actor=INSPECTOR.key, receipt_id=draft.receipt_id, evidence="IR-80")
    issue_receipt(bench, actor=KEEPER.key, receipt_id=draft.receipt_id)
    assert bench.read_model.state.receipts[draft.receipt_id].state is ReceiptState.ISSUED
    assert books_hold(bench)


def test_a_bill_whose_receipt_never_came_to_be_is_reinstated(warehouse: Workbench) -> None:
    bench = warehouse
    bill_id = issued_bill(bench)
    draft = take_in(
        bench, actor=KEEPER.key, document=document([coil("X-1", "20")], number="W", depositor=VALTENNA)
    )
    surrender_bill(bench, actor=VALTENNA.key, bill_id=bill_id, order="into store")
    discharge_bill(bench, actor=CARRIER.key, bill_id=bill_id, receipt_id=draft.receipt_id)
    assert refusal(bench, reinstate_bill, bill_id=bill_id, order="LG 1") == "ReceiptUnlike"
    discard_draft(bench, actor=KEEPER.key, receipt_id=draft.receipt_id)
    reinstate_bill(bench, bill_id=bill_id, order="LG Hamburg 9: the goods were turned away")
    sheet = show_bill(bench, bill_id=bill_id)
    assert (sheet.state, sheet.bill.receipt_id) == (BillState.ISSUED, None)
    assert books_hold(bench)


def test_orders_over_a_bill(warehouse: Workbench) -> None:
    bench = warehouse
    bill_id = issued_bill(bench)
    freeze_bill(bench, bill_id=bill_id, order="LG Hamburg 1")
    assert refusal(bench, endorse_bill, actor=VALTENNA.key, bill_id=bill_id, to=LAHN.key, reference="x") == (
        "UnexpectedBillState"
    )
    force_bill_transfer(bench, bill_id=bill_id, to=HALDEN.key, order="LG Hamburg 2")
    sheet = show_bill(bench, bill_id=bill_id)
    assert (sheet.state, sheet.holder_name) == (BillState.FROZEN, HALDEN.name)
    assert [each.by_order for each in sheet.endorsements] == [True]
    unfreeze_bill(bench, bill_id=bill_id, order="LG Hamburg 3")
    assert refusal(bench, freeze_bill, bill_id=bill_id, order=" ") == "ReferenceEmpty"
    assert refusal(bench, freeze_bill, bill_id=9, order="x") == "BillNotFound"
    assert show_bill(bench, bill_id=bill_id).state is BillState.ISSUED
    assert refusal(bench, cancel_receipt, receipt_id=9, order="x") == "ReceiptNotFound"
