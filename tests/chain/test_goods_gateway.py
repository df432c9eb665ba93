"""Stocks, receipts, seals and orders through the gateway on any engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from goods_world import (
    CNY,
    DAY_S,
    DECIMALS,
    GOOD,
    HASH,
    ORDER,
    OTHER_HASH,
    SITE,
    UNIT,
    World,
    key,
    lots,
    refusal,
)

from counterfoil.chain.seals import seal_digest, seal_signer
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, SignedSeal, Source
from counterfoil.domain.states import (
    ReceiptState,
)

pytestmark = [pytest.mark.engine_neutral, pytest.mark.own_network]

# -- stocks and receipts --


def test_a_stock_says_what_was_counted_and_what_stands_on_it(world: World) -> None:
    world.issued(1, 2)
    view = world.ledger.stock_view(1, block=world.block)
    assert (view["keeper"], view["site"], view["good"], view["decimals"]) == (1, SITE, GOOD, DECIMALS)
    assert (view["attested"], view["receipted"]) == (100 * UNIT, 2 * UNIT)
    assert view["fresh_until"] == view["attested_at"] + 30 * DAY_S
    assert world.ledger.attestation_age_view(block=world.block) == 30 * DAY_S
    assert world.ledger.exposure_view(1, CNY, block=world.block) == (10_000, 1_000_000)


def test_a_receipts_whole_life(world: World) -> None:
    """Taken in, attested, issued, transferred, split, merged, restacked, amended, delivered."""
    ledger, keys = world.ledger, world.keys
    receipt_id = world.drafted(lots(1, 2, 3), value_minor=9_001)
    assert world.receipt(receipt_id)["state"] == ReceiptState.DRAFT
    ledger.attest_receipt(by=keys["inspector"], receipt_id=receipt_id, evidence_hash=HASH)
    ledger.issue_receipt(by=keys["keeper"], receipt_id=receipt_id)
    assert world.receipt(receipt_id) == {
        "state": ReceiptState.ISSUED,
        "before": ReceiptState.NONE,
        "holder": world.ids["owner"],
        "keeper": world.ids["keeper"],
        "stock": 1,
        "quantity": 3 * UNIT,
        "value_minor": 9_001,
        "currency": CNY,
        "sequence": 0,
        "attested": True,
        "pledge_consent": True,
        "pledged": False,
    }
    moved = world.transfer(receipt_id, world.sealed(world.transfer_seal(receipt_id)))
    assert moved.only("ReceiptTransferred").args["to"] == world.ids["buyer"]

    part = Part(detail_root=HASH, lots=(key(3),))
    cut = ledger.split_receipt(
        by=keys["buyer"],
        receipt_id=receipt_id,
        parts=[part],
        remainder_root=OTHER_HASH,
        seal=world.split_seal(receipt_id, part, sequence=1),
    )
    part_id = int(cut.only("ReceiptSplit").args["part"])
    assert world.receipt(part_id)["value_minor"] == 3_000
    assert world.receipt(receipt_id)["value_minor"] == 6_001
    assert (world.behind(3), world.behind(2)) == ((part_id, UNIT), (receipt_id, UNIT))

    source = Source(receipt_id=part_id, lots=(key(3),))
    ledger.merge_receipts(
        by=keys["buyer"],
        receipt_id=receipt_id,
        sources=[source],
        detail_root=HASH,
        seal=world.sealed(
            KeeperSeal.for_merge(
                receipt_id=receipt_id,
                sequence=world.receipt(receipt_id)["sequence"],
                sources=[source],
                detail_root=HASH,
                deadline_s=world.now_s + DAY_S,
            )
        ),
    )
    assert world.receipt(part_id)["state"] == ReceiptState.CANCELLED
    assert world.receipt(receipt_id)["quantity"] == 3 * UNIT

    ledger.restack_lots(
        by=keys["keeper"],
        receipt_id=receipt_id,
        removed=[key(2), key(3)],
        added=lots(4, quantity=2 * UNIT),
        reason_hash=HASH,
    )
    assert (world.behind(3), world.behind(4)) == ((0, 0), (receipt_id, 2 * UNIT))
    ledger.amend_receipt(by=keys["keeper"], receipt_id=receipt_id, detail_root=OTHER_HASH, reason_hash=HASH)
    ledger.order_delivery(by=keys["buyer"], receipt_id=receipt_id, order_hash=HASH)
    ledger.revoke_delivery(by=keys["buyer"], receipt_id=receipt_id)
    ledger.order_delivery(by=keys["buyer"], receipt_id=receipt_id, order_hash=HASH)
    assert world.receipt(receipt_id)["state"] == ReceiptState.RELEASED
    ledger.deliver_receipt(
        by=keys["keeper"], receipt_id=receipt_id, lots=[key(1), key(4)], handover_hash=HASH
    )
    assert world.receipt(receipt_id)["state"] == ReceiptState.DELIVERED
    assert (world.behind(1), world.behind(4)) == ((0, 0), (0, 0))
    stock = ledger.stock_view(1, block=world.block)
    assert (stock["attested"], stock["receipted"]) == (97 * UNIT, 0)
    assert ledger.exposure_view(1, CNY, block=world.block)[0] == 0


def test_what_happened_is_read_back_as_domain_events(world: World) -> None:
    receipt_id = world.issued(1)
    seen = [
        found.event
        for record in world.ledger.events(from_block=0, to_block=world.block)
        if (found := world.ledger.decode(record)) is not None and hasattr(found.event, "receipt_id")
    ]
    assert [type(event).__name__ for event in seen] == [
        "ReceiptDrafted",
        "ReceiptAttested",
        "ReceiptIssued",
    ]
    assert {event.receipt_id for event in seen} == {receipt_id}


def test_a_draft_is_discarded_and_its_lots_are_free(world: World) -> None:
    receipt_id = world.drafted(lots(1))
    refused = refusal(lambda: world.drafted(lots(1)))
    assert (refused.code, refused.facts["receipt"]) == ("LotBacksReceipt", receipt_id)
    world.ledger.discard_draft(by=world.keys["keeper"], receipt_id=receipt_id, lots=[key(1)])
    assert world.behind(1) == (0, 0)
    assert world.receipt(world.drafted(lots(1)))["state"] == ReceiptState.DRAFT


def test_receipts_beyond_the_count_the_cap_or_the_age_are_refused(world: World) -> None:
    def issue(receipt_id: int) -> Callable[[], object]:
        world.ledger.attest_receipt(by=world.keys["inspector"], receipt_id=receipt_id, evidence_hash=HASH)
        return lambda: world.ledger.issue_receipt(by=world.keys["keeper"], receipt_id=receipt_id)

    too_much = refusal(issue(world.drafted(lots(1, quantity=100 * UNIT + 1))))
    assert (too_much.code, too_much.facts["attested"]) == ("StockExceeded", 100 * UNIT)
    assert refusal(issue(world.drafted(lots(2), value_minor=1_000_001))).code == "ExposureAboveCap"
    unattested = world.drafted(lots(3))
    assert (
        refusal(lambda: world.ledger.issue_receipt(by=world.keys["keeper"], receipt_id=unattested)).code
        == "NotAttested"
    )
    world.chain.advance_time(31 * DAY_S)
    assert refusal(issue(world.drafted(lots(4)))).code == "AttestationStale"


# -- seals --


def test_the_contract_and_the_typed_data_agree_on_what_is_signed(world: World) -> None:
    part = Part(detail_root=HASH, lots=(key(1), key(2)))
    source = Source(receipt_id=5, lots=(key(3),))
    seals = (
        world.transfer_seal(1, sequence=3),
        KeeperSeal.for_split(
            receipt_id=2, sequence=0, parts=[part], remainder_root=HASH, deadline_s=2**40 - 1
        ),
        KeeperSeal.for_merge(receipt_id=3, sequence=9, sources=[source], detail_root=HASH, deadline_s=1),
    )
    place = {
        "chain_id": world.gateway.deployment.chain_id,
        "warehouse": world.gateway.address_of("Warehouse"),
    }
    for seal in seals:
        asked = [seal.act, seal.receipt_id, seal.sequence, seal.to_id, seal.terms, seal.deadline_s]
        assert world.gateway.call("Warehouse", "sealDigest", asked) == seal_digest(seal, **place)
        signed = world.sealed(seal)
        assert seal_signer(seal, signed.signature, **place) == world.keys["keeper"].address
        assert world.ledger.typed_seal(seal)["domain"]["verifyingContract"] == place["warehouse"]


def test_a_seal_serves_once_and_for_what_it_says(world: World) -> None:
    receipt_id = world.issued(1)
    seal = world.transfer_seal(receipt_id)
    by_owner = world.sealed(seal, by="owner")
    assert refusal(lambda: world.transfer(receipt_id, by_owner)).facts["signer"] == world.ids["owner"]
    for_another = world.sealed(world.transfer_seal(receipt_id, to="second"))
    assert refusal(lambda: world.transfer(receipt_id, for_another)).code == "SealNotKeepers"
    broken = SignedSeal(deadline_s=seal.deadline_s, signature=b"\x00" * 65)
    assert refusal(lambda: world.transfer(receipt_id, broken)).facts["signer"] == 0
    good = world.sealed(seal)
    world.transfer(receipt_id, good)
    back = world.transfer_seal(receipt_id, sequence=1, to="owner")
    world.transfer(receipt_id, world.sealed(back), by="buyer", to="owner")
    assert refusal(lambda: world.transfer(receipt_id, good)).code == "SealNotKeepers"


def test_a_seal_ends_with_its_deadline(world: World) -> None:
    receipt_id = world.issued(1)
    seal = world.sealed(world.transfer_seal(receipt_id))
    world.chain.advance_time(2 * DAY_S)
    assert refusal(lambda: world.transfer(receipt_id, seal)).code == "SealExpired"


# -- orders --


def test_orders_of_the_arbiter_reach_the_receipt(world: World) -> None:
    ledger, arbiter = world.ledger, world.keys["arbiter"]
    receipt_id = world.issued(1, 2)
    ledger.dispute_receipt(by=world.keys["owner"], receipt_id=receipt_id, evidence_hash=HASH)
    ledger.withdraw_receipt_dispute(by=world.keys["owner"], receipt_id=receipt_id, reason_hash=HASH)
    ledger.dispute_receipt(by=world.keys["keeper"], receipt_id=receipt_id, evidence_hash=HASH)
    ledger.close_receipt_dispute(by=arbiter, receipt_id=receipt_id, reason_hash=HASH)
    ledger.freeze_receipt(by=arbiter, receipt_id=receipt_id, order_hash=ORDER)
    assert world.receipt(receipt_id)["before"] == ReceiptState.ISSUED
    ledger.force_receipt_transfer(
        by=arbiter, receipt_id=receipt_id, to_id=world.ids["buyer"], order_hash=ORDER
    )
    assert world.receipt(receipt_id)["state"] == ReceiptState.FROZEN
    ledger.unfreeze_receipt(by=arbiter, receipt_id=receipt_id, order_hash=ORDER)
    assert world.receipt(receipt_id)["holder"] == world.ids["buyer"]
    ledger.cancel_receipt(by=arbiter, receipt_id=receipt_id, lots=[key(1), key(2)], order_hash=ORDER)
    assert world.receipt(receipt_id)["state"] == ReceiptState.CANCELLED
    stock = ledger.stock_view(1, block=world.block)
    assert (stock["attested"], stock["receipted"]) == (100 * UNIT, 0)
