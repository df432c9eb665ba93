"""Title to goods: sealed by keeper and moved by holder, cut and joined without losing a gram or a cent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.receipt_terms import KeeperSeal
from counterfoil.domain.states import ReceiptState
from counterfoil.usecases.receipts.freeze_receipt import freeze_receipt
from counterfoil.usecases.receipts.merge_receipts import merge_receipts
from counterfoil.usecases.receipts.restack_receipt import LotPlace, restack_receipt
from counterfoil.usecases.receipts.seal_merge import seal_merge
from counterfoil.usecases.receipts.seal_split import seal_split
from counterfoil.usecases.receipts.seal_transfer import seal_transfer
from counterfoil.usecases.receipts.show_receipt import show_receipt
from counterfoil.usecases.receipts.split_receipt import split_receipt
from counterfoil.usecases.receipts.transfer_receipt import transfer_receipt
from counterfoil.usecases.workbench import Workbench
from goods_support import (
    GRAIN,
    KEEPER,
    OTHER_KEEPER,
    SOURCE,
    books_hold,
    document,
    heap,
    issued,
    refusal,
    state_of,
)
from ledger_support import DAY_S, HALDEN, LAHN, VALTENNA

Command = Callable[[Workbench], object]


def test_a_seal_made_elsewhere_serves_once_and_for_what_it_says(warehouse: Workbench) -> None:
    bench = warehouse
    sealed = seal_transfer(bench, actor=KEEPER.key, receipt_id=1, to=VALTENNA.key, reference="PO-9")
    other = seal_transfer(bench, actor=KEEPER.key, receipt_id=1, to=HALDEN.key, reference="PO-10")
    cases: list[tuple[Command, str]] = [
        (
            lambda b: transfer_receipt(b, actor=LAHN.key, receipt_id=1, to=HALDEN.key, seal=sealed),
            "SealUnlike",
        ),
        (lambda b: transfer_receipt(b, actor=LAHN.key, receipt_id=1, to=VALTENNA.key), "SealMissing"),
        (
            lambda b: transfer_receipt(
                b, actor=LAHN.key, receipt_id=1, to=VALTENNA.key, reference="x", sealed_by=OTHER_KEEPER.key
            ),
            "SealerNotKeeper",
        ),
        (
            lambda b: transfer_receipt(
                b, actor=LAHN.key, receipt_id=1, to=VALTENNA.key, reference="", sealed_by=KEEPER.key
            ),
            "ReferenceEmpty",
        ),
        (
            lambda b: transfer_receipt(b, actor=VALTENNA.key, receipt_id=1, to=VALTENNA.key, seal=sealed),
            "NotReceiptHolder",
        ),
        (
            lambda b: transfer_receipt(
                b,
                actor=LAHN.key,
                receipt_id=1,
                to=VALTENNA.key,
                seal=replace(sealed, background=other.background),
            ),
            "SealUnlike",
        ),
        (
            lambda b: transfer_receipt(
                b,
                actor=LAHN.key,
                receipt_id=1,
                to=VALTENNA.key,
                seal=replace(sealed, background=replace(sealed.background, body_json="{}")),
            ),
            "WordingAltered",
        ),
        (
            lambda b: transfer_receipt(
                b, actor=LAHN.key, receipt_id=1, to=VALTENNA.key, seal=replace(sealed, signed=other.signed)
            ),
            "SealNotKeepers",
        ),
        (
            lambda b: transfer_receipt(b, actor=LAHN.key, receipt_id=9, to=VALTENNA.key, seal=sealed),
            "ReceiptNotFound",
        ),
        (
            lambda b: transfer_receipt(
                b, actor=LAHN.key, receipt_id=1, to=SOURCE.key, reference="x", sealed_by=KEEPER.key
            ),
            "TransfereeHasNotAccepted",
        ),
    ]
    for command, code in cases:
        assert refusal(bench, command) == code, code

    transfer_receipt(bench, actor=LAHN.key, receipt_id=1, to=VALTENNA.key, seal=sealed)
    transfer_receipt(
        bench, actor=VALTENNA.key, receipt_id=1, to=LAHN.key, reference="back", sealed_by=KEEPER.key
    )
    assert (
        refusal(bench, transfer_receipt, actor=LAHN.key, receipt_id=1, to=VALTENNA.key, seal=sealed)
        == "SealNotKeepers"
    )


def test_an_expired_seal_is_refused(stocked: OpenLedger) -> None:
    bench = stocked.bench
    sealed = seal_transfer(
        bench, actor=KEEPER.key, receipt_id=1, to=VALTENNA.key, reference="PO-9", valid_s=60
    )
    stocked.advance_time(DAY_S)
    assert (
        refusal(bench, transfer_receipt, actor=LAHN.key, receipt_id=1, to=VALTENNA.key, seal=sealed)
        == "SealExpired"
    )


def test_a_seal_over_another_split_is_refused(warehouse: Workbench) -> None:
    bench = warehouse
    sealed = seal_split(bench, actor=KEEPER.key, receipt_id=1, quantities=["25.010"])
    merged = seal_merge(bench, actor=KEEPER.key, receipt_id=1, source_ids=[])
    assert (
        refusal(bench, split_receipt, actor=LAHN.key, receipt_id=1, quantities=["24.980"], seal=sealed)
        == "SealUnlike"
    )
    forged = replace(
        sealed, parts=(replace(sealed.parts[0], lots=bench.read_model.state.receipts[1].lots[:1]),)
    )
    assert refusal(bench, split_receipt, actor=LAHN.key, receipt_id=1, seal=forged) == "SealUnlike"
    assert (
        refusal(
            bench,
            split_receipt,
            actor=LAHN.key,
            receipt_id=1,
            seal=replace(sealed, documents=(merged.document, merged.document)),
        )
        == "SealUnlike"
    )
    assert (
        refusal(
            bench,
            split_receipt,
            actor=LAHN.key,
            receipt_id=1,
            seal=replace(sealed, seal=replace(sealed.seal, receipt_id=2)),
        )
        == "SealUnlike"
    )
    assert split_receipt(
        bench, actor=LAHN.key, receipt_id=1, quantities=["25.010"], seal=sealed
    ).part_ids == (2,)


def test_split_and_merge_keep_quantity_value_and_documents(warehouse: Workbench) -> None:
    bench = warehouse
    divided = split_receipt(
        bench, actor=LAHN.key, receipt_id=1, quantities=["24.980", "25.010"], sealed_by=KEEPER.key
    )
    assert divided.part_ids == (2, 3)
    receipts = bench.read_model.state.receipts
    assert [receipts[number].quantity for number in (1, 2, 3)] == [25_125, 24_980, 25_010]
    assert sum(receipts[number].value_minor for number in (1, 2, 3)) == 4_500_000
    documents = [show_receipt(bench, receipt_id=number).document for number in (1, 2, 3)]
    assert [each.number for each in documents if each] == [
        "WR-2026-0001",
        "WR-2026-0001/1.1",
        "WR-2026-0001/1.2",
    ]
    for number, stated in zip((1, 2, 3), documents, strict=True):
        assert stated is not None
        assert stated.goods.quantity.steps == receipts[number].quantity
        assert stated.valuation is not None
        assert stated.valuation.value.minor == receipts[number].value_minor

    assert (
        refusal(
            bench, merge_receipts, actor=LAHN.key, receipt_id=1, source_ids=[2], sealed_by=OTHER_KEEPER.key
        )
        == "SealerNotKeeper"
    )
    merge_receipts(bench, actor=LAHN.key, receipt_id=1, source_ids=[2, 3], sealed_by=KEEPER.key)
    whole = show_receipt(bench, receipt_id=1)
    assert whole.quantity == "75.115 TNE"
    assert whole.receipt.value_minor == 4_500_000
    assert whole.document is not None
    assert whole.document.goods.pieces == 3
    assert {state_of(bench, number) for number in (2, 3)} == {ReceiptState.CANCELLED}
    assert books_hold(bench)


def test_a_part_of_a_coil_needs_a_number_of_its_own(warehouse: Workbench) -> None:
    bench = warehouse
    ask = ["12.500"]
    assert (
        refusal(bench, split_receipt, actor=LAHN.key, receipt_id=1, quantities=ask, sealed_by=KEEPER.key)
        == "QuantityNeedsPartOfLot"
    )
    assert (
        refusal(
            bench,
            split_receipt,
            actor=LAHN.key,
            receipt_id=1,
            quantities=ask,
            sealed_by=KEEPER.key,
            cut_to=LotPlace(bay="B-2"),
        )
        == "QuantityNeedsPartOfLot"
    )
    assert (
        refusal(
            bench, split_receipt, actor=LAHN.key, receipt_id=1, quantities=["75.115"], sealed_by=KEEPER.key
        )
        == "QuantityNotBelowWhole"
    )
    assert (
        refusal(
            bench,
            split_receipt,
            actor=LAHN.key,
            receipt_id=1,
            lots=["C-1001", "C-1002", "C-1003"],
            sealed_by=KEEPER.key,
        )
        == "QuantityNotBelowWhole"
    )
    assert (
        refusal(bench, split_receipt, actor=LAHN.key, receipt_id=1, lots=["C-9"], sealed_by=KEEPER.key)
        == "LotOfReceiptMissing"
    )
    assert (
        refusal(
            bench, split_receipt, actor=LAHN.key, receipt_id=1, quantities=["12.5001"], sealed_by=KEEPER.key
        )
        == "QuantityTooPrecise"
    )

    divided = split_receipt(
        bench,
        actor=LAHN.key,
        receipt_id=1,
        quantities=ask,
        sealed_by=KEEPER.key,
        cut_to=LotPlace(serial="C-1001-A"),
    )
    part = show_receipt(bench, receipt_id=divided.part_ids[0])
    assert part.quantity == "12.500 TNE"
    assert part.lots is not None
    assert [each.lot.serial for each in part.lots] == ["C-1001-A"]
    assert [str(each.lot.quantity) for each in show_receipt(bench, receipt_id=1).lots or ()] == [
        "24.980 TNE",
        "25.010 TNE",
        "12.625 TNE",
    ]
    assert books_hold(bench)


def test_fractions_of_heaps_are_exact_through_many_cuts(warehouse: Workbench) -> None:
    bench = warehouse
    receipt_id = issued(
        bench,
        document(
            [heap("S-1", "2026-33", "100"), heap("S-2", "2026-33", "0.001")],
            number="G-1",
            good=GRAIN,
            value_minor=3_000_001,
            pieces=2,
        ),
    )
    parts = []
    for place, quantity in enumerate(("33.333", "33.333", "33.334")):
        divided = split_receipt(
            bench,
            actor=LAHN.key,
            receipt_id=receipt_id,
            quantities=[quantity],
            sealed_by=KEEPER.key,
            cut_to=LotPlace(bay=f"P-{place}"),
        )
        parts += divided.part_ids
    receipts = bench.read_model.state.receipts
    assert [receipts[each].quantity for each in parts] == [33_333, 33_333, 33_334]
    assert receipts[receipt_id].quantity == 1
    assert receipts[receipt_id].value_minor + sum(receipts[each].value_minor for each in parts) == 3_000_001
    merge_receipts(
        bench, actor=LAHN.key, receipt_id=parts[0], source_ids=[receipt_id, *parts[1:]], sealed_by=KEEPER.key
    )
    assert receipts[parts[0]].quantity == 100_001
    assert receipts[parts[0]].value_minor == 3_000_001
    assert books_hold(bench)


def test_pieces_that_lots_do_not_tell_are_asked_for(warehouse: Workbench) -> None:
    bench = warehouse
    receipt_id = issued(
        bench,
        document([heap("S-1", "33", "10"), heap("S-2", "33", "20")], number="G-1", good=GRAIN, pieces=25),
    )
    assert (
        refusal(
            bench,
            split_receipt,
            actor=LAHN.key,
            receipt_id=receipt_id,
            quantities=["10"],
            sealed_by=KEEPER.key,
        )
        == "PiecesToCount"
    )
    divided = split_receipt(
        bench, actor=LAHN.key, receipt_id=receipt_id, quantities=["10"], pieces=[8, 17], sealed_by=KEEPER.key
    )
    shown = show_receipt(bench, receipt_id=divided.part_ids[0]).document
    assert shown is not None
    assert shown.goods.pieces == 8


def test_a_keeper_restacks_without_losing_a_gram(warehouse: Workbench) -> None:
    bench = warehouse
    receipt_id = issued(bench, document([heap("S-1", "33", "100")], number="G-1", good=GRAIN))
    assert (
        refusal(
            bench,
            restack_receipt,
            actor=KEEPER.key,
            receipt_id=receipt_id,
            lot="S-1/33",
            into=[("60", LotPlace(bay="S-2")), ("39.999", LotPlace(bay="S-3"))],
            reason="silo repair",
        )
        == "PartsDifferFromWhole"
    )
    assert (
        refusal(
            bench,
            restack_receipt,
            actor=KEEPER.key,
            receipt_id=receipt_id,
            lot="S-1/33",
            into=[("60", LotPlace(bay="S-2")), ("40", LotPlace(bay="s-2"))],
            reason="silo repair",
        )
        == "LotStatedTwice"
    )
    assert (
        refusal(
            bench,
            restack_receipt,
            actor=LAHN.key,
            receipt_id=receipt_id,
            lot="S-1/33",
            into=[("100", LotPlace(bay="S-2"))],
            reason="mine",
        )
        == "NotKeeper"
    )
    restack_receipt(
        bench,
        actor=KEEPER.key,
        receipt_id=receipt_id,
        lot="s-1/33",
        into=[("60", LotPlace(bay="S-2")), ("40", LotPlace())],
        reason="silo repair",
    )
    assert sorted(each.lot.label for each in show_receipt(bench, receipt_id=receipt_id).lots or ()) == [
        "DEDUI-HAFEN-4 bay S-1 batch 33",
        "DEDUI-HAFEN-4 bay S-2 batch 33",
    ]
    assert bench.read_model.state.receipts[receipt_id].quantity == 100_000
    stated = show_receipt(bench, receipt_id=receipt_id).document
    assert stated is not None
    assert sorted(lot.bay for lot in stated.lots) == ["S-1", "S-2"]
    freeze_receipt(bench, receipt_id=receipt_id, order="LG 1")
    ask = {"actor": KEEPER.key, "receipt_id": receipt_id, "lot": "S-2/33", "reason": "again"}
    assert len(restack_receipt(bench, into=[("60", LotPlace(bay="S-4"))], **ask).receipts) == 1
    assert books_hold(bench)


def test_a_numbered_lot_that_is_moved_lies_in_its_new_bay(warehouse: Workbench) -> None:
    bench = warehouse
    restack_receipt(
        bench,
        actor=KEEPER.key,
        receipt_id=1,
        lot="C-1003",
        into=[("25.010", LotPlace(bay="D-7"))],
        reason="crane track",
    )
    shown = show_receipt(bench, receipt_id=1)
    assert {each.lot.serial: each.lot.bay for each in shown.lots or ()} == {
        "C-1001": "B-01",
        "C-1002": "B-01",
        "C-1003": "D-7",
    }
    assert shown.document is not None
    assert {lot.serial: lot.bay for lot in shown.document.lots}["C-1003"] == "D-7"
    divided = split_receipt(bench, actor=LAHN.key, receipt_id=1, lots=["C-1003"], sealed_by=KEEPER.key)
    part = show_receipt(bench, receipt_id=divided.part_ids[0])
    assert [(each.lot.serial, each.lot.bay) for each in part.lots or ()] == [("C-1003", "D-7")]
    assert books_hold(bench)


def test_a_seal_is_over_the_sequence_of_now(warehouse: Workbench) -> None:
    bench = warehouse
    receipt = bench.read_model.state.receipts[1]
    seal = KeeperSeal.for_transfer(
        receipt_id=1, sequence=receipt.sequence + 1, to_id=3, background=bytes(32), deadline_s=2**39
    )
    with pytest.raises(DomainError) as refused:
        bench.ledger.transfer_receipt(
            by=bench.keys.signer(_key_name(bench, LAHN.key)),
            receipt_id=1,
            to_id=3,
            background=b"\1" * 32,
            seal=bench.ledger.seal(by=bench.keys.signer(_key_name(bench, KEEPER.key)), seal=seal),
        )
    assert refused.value.code == "SealNotKeepers"


def _key_name(bench: Workbench, party_key: str) -> str:
    with bench.store.begin() as work:
        found = work.parties.by_key(party_key)
    assert found is not None
    return found.key_name
