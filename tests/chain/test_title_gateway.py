"""Liens over receipts and lots, and bills of lading, through the gateway on any engine."""

from __future__ import annotations

import pytest
from goods_world import (
    CNY,
    DAY_S,
    DECIMALS,
    GOOD,
    HASH,
    ORDER,
    OTHER_HASH,
    UNIT,
    World,
    key,
    lots,
    refusal,
)

from counterfoil.domain.events.goods_events import BillTerms
from counterfoil.domain.goods.receipt_terms import Part
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import (
    BillState,
    LienState,
    LotState,
    ReceiptState,
)

pytestmark = [pytest.mark.engine_neutral, pytest.mark.own_network]

# -- liens --


def test_a_pledged_receipt_is_released_in_part_and_then_wholly(world: World) -> None:
    ledger = world.ledger
    receipt_id = world.issued(1, 2)
    asset_id = AssetId.of_receipt(receipt_id)
    world.pledge(asset_id)
    assert world.receipt(receipt_id)["state"] == ReceiptState.PLEDGED
    assert ledger.encumbrance_view(asset_id, block=world.block) == (True, False)
    assert ledger.goods_of_view(asset_id, block=world.block) == (GOOD, 2 * UNIT, DECIMALS, True)
    refused = refusal(lambda: world.pledge(asset_id, to="second"))
    assert refused.code == "AssetEncumbered"
    seal = world.sealed(world.transfer_seal(receipt_id))
    assert refusal(lambda: world.transfer(receipt_id, seal)).code == "ReceiptPledged"

    part = Part(detail_root=HASH, lots=(key(1),))
    freed = ledger.release_part_of_receipt(
        by=world.keys["lender"],
        asset_id=asset_id,
        part=part,
        remainder_root=OTHER_HASH,
        seal=world.split_seal(receipt_id, part),
        reason_hash=HASH,
    )
    part_id = int(freed.only("ReceiptSplit").args["part"])
    divided = freed.only("LienDivided").args
    assert (divided["kept"], divided["freed"]) == (
        asset_id.number,
        AssetId.of_receipt(part_id).number,
    )
    assert world.receipt(part_id)["state"] == ReceiptState.ISSUED
    assert world.receipt(receipt_id)["pledged"] is True
    ledger.release_lien(by=world.keys["lender"], asset_id=asset_id, reason_hash=HASH)
    assert world.lien(asset_id)["state"] == LienState.RELEASED
    assert world.receipt(receipt_id)["state"] == ReceiptState.ISSUED


def test_a_lien_is_substituted_handed_on_and_enforced_by_order(world: World) -> None:
    ledger, keys = world.ledger, world.keys
    old, new = (AssetId.of_receipt(world.issued(number)) for number in (1, 2))
    world.pledge(old)
    ledger.propose_substitute(by=keys["owner"], asset_id=old, replacement_id=new)
    ledger.accept_substitute(
        by=keys["lender"],
        asset_id=old,
        replacement_id=new,
        registered_at_s=world.now_s,
        agreement_hash=OTHER_HASH,
        registration_hash=HASH,
    )
    assert ledger.encumbrance_view(old, block=world.block) == (False, False)
    assert world.lien(new)["secured_minor"] == 50_000
    ledger.transfer_pledge(
        by=keys["lender"],
        asset_id=new,
        pledgee_id=world.ids["second"],
        registered_at_s=world.now_s,
        agreement_hash=HASH,
        registration_hash=OTHER_HASH,
    )
    assert world.lien(new)["pledgee"] == world.ids["second"]
    ledger.enforce_by_order(by=keys["arbiter"], asset_id=new, to_id=world.ids["buyer"], order_hash=ORDER)
    assert world.lien(new)["state"] == LienState.ENFORCED
    assert world.receipt(new.reference)["holder"] == world.ids["buyer"]


def test_a_block_stops_pledges_until_it_is_resolved(world: World) -> None:
    ledger, keys = world.ledger, world.keys
    asset_id = AssetId.of_receipt(world.issued(1))
    ledger.block_asset(by=keys["examiner"], asset_id=asset_id, match_hash=HASH)
    assert ledger.block_view(asset_id, HASH, block=world.block) is True
    assert ledger.encumbrance_view(asset_id, block=world.block) == (False, True)
    assert refusal(lambda: world.pledge(asset_id)).code == "AssetBlocked"
    ledger.resolve_block(
        by=keys["arbiter"], asset_id=asset_id, match_hash=HASH, upheld=False, reason_hash=HASH
    )
    assert ledger.block_view(asset_id, HASH, block=world.block) is False
    world.pledge(asset_id)


def test_a_pledged_lot_is_released_in_part(world: World) -> None:
    ledger, keys = world.ledger, world.keys
    proposal = (
        world.ids["debtor"],
        world.ids["owner"],
        CNY,
        world.now_s + 90 * DAY_S,
        HASH,
        [(HASH, 1_000, 1_000)],
    )
    world.gateway.send("Ledger", "propose", [proposal], keys["owner"])
    ledger.confirm_note(by=keys["debtor"], note_id=1, face_minor=1_000)
    asset_id = AssetId.of_lot(LotId.root(1))
    world.pledge(asset_id)
    done = ledger.release_part_of_lot(by=keys["lender"], asset_id=asset_id, kept_minor=400, reason_hash=HASH)
    divided = done.only("LienDivided").args
    kept, freed = (AssetId.from_number(divided[name]) for name in ("kept", "freed"))
    views = [ledger.lot_view(each.lot_id, block=world.block) for each in (kept, freed)]
    assert [(view["first"], view["last"], view["state"]) for view in views] == [
        (1, 400, LotState.PLEDGED),
        (401, 1_000, LotState.FREE),
    ]
    assert world.lien(asset_id)["state"] == LienState.DIVIDED
    assert (world.lien(kept)["state"], world.lien(kept)["sequence"]) == (LienState.ACTIVE, 1)


# -- bills --


def _bill(world: World, number: int = 1, *, shipper: str = "owner") -> BillTerms:
    return BillTerms(
        number=key(number),
        shipper_id=world.ids[shipper],
        good=GOOD,
        quantity=2 * UNIT,
        decimals=DECIMALS,
        detail_root=HASH,
    )


def test_a_bills_whole_life_into_a_receipt(world: World) -> None:
    ledger, keys = world.ledger, world.keys
    ledger.issue_bill(by=keys["carrier"], terms=_bill(world))
    assert ledger.bill_numbered_view(key(1), block=world.block) == 1
    again = refusal(lambda: ledger.issue_bill(by=keys["carrier"], terms=_bill(world)))
    assert (again.code, again.facts["bill"]) == ("BillNumberUsed", 1)
    ledger.endorse_bill(by=keys["owner"], bill_id=1, to_id=world.ids["buyer"], background=HASH)
    assert ledger.goods_of_view(AssetId.of_bill(1), block=world.block) == (GOOD, 2 * UNIT, DECIMALS, True)
    ledger.surrender_bill(by=keys["buyer"], bill_id=1, order_hash=HASH)
    ledger.revoke_surrender(by=keys["buyer"], bill_id=1)
    ledger.surrender_bill(by=keys["buyer"], bill_id=1, order_hash=HASH)
    ledger.switch_bill(by=keys["carrier"], bill_id=1, terms=_bill(world, 2, shipper="buyer"))
    assert ledger.bill_view(1, block=world.block)["state"] == BillState.SWITCHED
    assert ledger.bill_view(2, block=world.block)["replaces"] == 1
    ledger.endorse_bill(by=keys["buyer"], bill_id=2, to_id=world.ids["owner"], background=HASH)
    ledger.surrender_bill(by=keys["owner"], bill_id=2, order_hash=HASH)
    receipt_id = world.drafted(lots(9, quantity=2 * UNIT))
    ledger.discharge_bill(by=keys["carrier"], bill_id=2, receipt_id=receipt_id)
    view = ledger.bill_view(2, block=world.block)
    assert (view["state"], view["receipt"]) == (BillState.DISCHARGED, receipt_id)
    ledger.discard_draft(by=keys["keeper"], receipt_id=receipt_id, lots=[key(9)])
    ledger.reinstate_bill(by=keys["arbiter"], bill_id=2, order_hash=ORDER)
    assert ledger.bill_view(2, block=world.block)["state"] == BillState.ISSUED


def test_orders_of_the_arbiter_reach_the_bill(world: World) -> None:
    ledger, arbiter = world.ledger, world.keys["arbiter"]
    ledger.issue_bill(by=world.keys["carrier"], terms=_bill(world))
    ledger.freeze_bill(by=arbiter, bill_id=1, order_hash=ORDER)
    ledger.force_bill_transfer(by=arbiter, bill_id=1, to_id=world.ids["buyer"], order_hash=ORDER)
    assert ledger.bill_view(1, block=world.block)["state"] == BillState.FROZEN
    ledger.unfreeze_bill(by=arbiter, bill_id=1, order_hash=ORDER)
    view = ledger.bill_view(1, block=world.block)
    assert (view["state"], view["holder"]) == (BillState.ISSUED, world.ids["buyer"])
